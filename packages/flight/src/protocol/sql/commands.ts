/** Flight SQL's commands: the messages that travel as `google.protobuf.Any` in descriptors and tickets. */

import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import type { DescMessage, Message, MessageShape } from '@bufbuild/protobuf'
import { anyPack, AnySchema } from '@bufbuild/protobuf/wkt'
import * as messages from '../generated/FlightSql_pb.js'
import { invalidArgument, unimplemented } from '../flight/flight-error.js'

const TYPE_URL_PREFIX = 'type.googleapis.com/'
const PACKAGE = 'arrow.flight.protocol.sql.'

/** Commands that list what there is; each has a result schema of its own. */
export type MetadataCommand =
  | messages.CommandGetCatalogs
  | messages.CommandGetDbSchemas
  | messages.CommandGetTables
  | messages.CommandGetTableTypes
  | messages.CommandGetPrimaryKeys
  | messages.CommandGetExportedKeys
  | messages.CommandGetImportedKeys
  | messages.CommandGetCrossReference
  | messages.CommandGetSqlInfo
  | messages.CommandGetXdbcTypeInfo

export type StatementCommand =
  | messages.CommandStatementQuery
  | messages.CommandStatementUpdate
  | messages.CommandStatementSubstraitPlan
  | messages.CommandPreparedStatementQuery
  | messages.CommandPreparedStatementUpdate
  | messages.CommandStatementIngest
  | messages.TicketStatementQuery

export type SqlCommand = { readonly kind: 'metadata'; readonly message: MetadataCommand } | { readonly kind: 'statement'; readonly message: StatementCommand }

const METADATA_SCHEMAS = [
  messages.CommandGetCatalogsSchema,
  messages.CommandGetDbSchemasSchema,
  messages.CommandGetTablesSchema,
  messages.CommandGetTableTypesSchema,
  messages.CommandGetPrimaryKeysSchema,
  messages.CommandGetExportedKeysSchema,
  messages.CommandGetImportedKeysSchema,
  messages.CommandGetCrossReferenceSchema,
  messages.CommandGetSqlInfoSchema,
  messages.CommandGetXdbcTypeInfoSchema,
] as const

const STATEMENT_SCHEMAS = [
  messages.CommandStatementQuerySchema,
  messages.CommandStatementUpdateSchema,
  messages.CommandStatementSubstraitPlanSchema,
  messages.CommandPreparedStatementQuerySchema,
  messages.CommandPreparedStatementUpdateSchema,
  messages.CommandStatementIngestSchema,
  messages.TicketStatementQuerySchema,
] as const

/**
 * The command in the bytes of a descriptor or a ticket, or undefined when the bytes are no `Any` and so something else:
 * JSON or SQL.
 *
 * @throws FlightError UNIMPLEMENTED for an `Any` of a type that is no command, by name; INVALID_ARGUMENT for a damaged one.
 */
export function unpackCommand(bytes: Uint8Array): SqlCommand | undefined {
  const any = readAny(bytes)
  if (any === undefined) return undefined
  const name = typeName(any.typeUrl)
  for (const schema of METADATA_SCHEMAS) {
    if (schema.typeName === name) return { kind: 'metadata', message: decodeMessage<DescMessage>(schema, any.value) as MetadataCommand }
  }
  for (const schema of STATEMENT_SCHEMAS) {
    if (schema.typeName === name) return { kind: 'statement', message: decodeMessage<DescMessage>(schema, any.value) as StatementCommand }
  }
  throw unimplemented(name.startsWith(PACKAGE) ? name.slice(PACKAGE.length) : `The message ${name}`)
}

/** The name without its package: for messages to people. */
export function commandName(message: Message): string {
  return message.$typeName.slice(message.$typeName.lastIndexOf('.') + 1)
}

/** The bytes of a message inside an `Any`. */
export function packAny<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): Uint8Array {
  return toBinary(AnySchema, anyPack(schema, message))
}

/** A metadata command as its ticket carries it. */
export function packMetadataCommand(message: MetadataCommand): Uint8Array {
  const schema: DescMessage | undefined = METADATA_SCHEMAS.find((candidate) => candidate.typeName === message.$typeName)
  if (schema === undefined) throw unimplemented(commandName(message))
  return packAny(schema, message)
}

/** The message of an action's body, which is wrapped in an `Any`. */
export function unpackAction<Desc extends DescMessage>(schema: Desc, body: Uint8Array): MessageShape<Desc> {
  const any = readAny(body)
  if (any === undefined) throw invalidArgument(`the body of the action must be a ${schema.name} in a google.protobuf.Any`)
  if (typeName(any.typeUrl) !== schema.typeName) throw invalidArgument(`the body of the action must be a ${schema.name}, not a ${typeName(any.typeUrl)}`)
  return decodeMessage(schema, any.value)
}

/** A message of a client; damaged bytes are INVALID_ARGUMENT. */
export function decodeMessage<Desc extends DescMessage>(schema: Desc, bytes: Uint8Array): MessageShape<Desc> {
  try {
    return bytes.length === 0 ? create(schema) : fromBinary(schema, bytes)
  } catch (error) {
    throw invalidArgument(`this is not a ${schema.name}: ${error instanceof Error ? error.message : String(error)}`, error)
  }
}

/** An `Any` begins with the tag of its type URL; text that happens to begin with a line feed does not go on like one. */
function readAny(bytes: Uint8Array): MessageShape<typeof AnySchema> | undefined {
  if (bytes[0] !== 0x0a) return undefined
  try {
    const any = fromBinary(AnySchema, bytes)
    return any.typeUrl.startsWith(TYPE_URL_PREFIX) ? any : undefined
  } catch {
    return undefined
  }
}

function typeName(typeUrl: string): string {
  return typeUrl.slice(TYPE_URL_PREFIX.length)
}
