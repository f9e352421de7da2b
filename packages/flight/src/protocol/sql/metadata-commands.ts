/** Answers to the metadata commands: rows of the backend, in the order that FlightSql.proto asks for. */

import type { Scalar, Schema } from '@artemis/arrow'
import { Batch, compareText, schema, vectorFromScalars } from '@artemis/arrow'
import { unreachable } from '@artemis/errors'
import type { FlightPayload } from '../flight/payload.js'
import { encodePayloads, schemaMessage } from '../flight/record-batches.js'
import type { Backend, BackendSession, TableEntry, XdbcTypeInfo } from './backend.js'
import type { MetadataCommand } from './commands.js'
import {
  CATALOGS_SCHEMA,
  DB_SCHEMAS_SCHEMA,
  FOREIGN_KEYS_SCHEMA,
  PRIMARY_KEYS_SCHEMA,
  TABLE_TYPES_SCHEMA,
  TABLES_SCHEMA,
  TABLES_WITH_SCHEMA_SCHEMA,
  XDBC_TYPE_INFO_SCHEMA,
} from './metadata-schemas.js'
import { sqlInfoMessages } from './sql-info.js'

type Row = readonly Scalar[]

/** The schema of a command's result, as an encapsulated message. */
export function metadataSchemaMessage(command: MetadataCommand): Uint8Array {
  const resultSchema = schemaOf(command)
  return resultSchema === undefined ? sqlInfoMessages(new Map(), []).schemaMessage : schemaMessage(resultSchema)
}

/** A command's result, and how many rows it has. */
export interface MetadataAnswer {
  readonly rows: number
  readonly payloads: AsyncIterable<FlightPayload> | Iterable<FlightPayload>
}

export async function answerMetadata(backend: Backend, session: BackendSession, command: MetadataCommand): Promise<MetadataAnswer> {
  const resultSchema = schemaOf(command)
  if (resultSchema === undefined) {
    const wanted = command.$typeName === 'arrow.flight.protocol.sql.CommandGetSqlInfo' ? command.info : []
    const known = wanted.length === 0 ? backend.sqlInfo.size : new Set(wanted.filter((number) => backend.sqlInfo.has(number))).size
    return { rows: known, payloads: sqlInfoMessages(backend.sqlInfo, wanted).payloads }
  }
  const rows = await rowsOf(backend, session, command)
  return { rows: rows.length, payloads: encodePayloads(resultSchema, rows.length === 0 ? [] : [batchOf(resultSchema, rows)]) }
}

/** Undefined for GetSqlInfo, whose union the engine's schemas do not hold. */
function schemaOf(command: MetadataCommand): Schema | undefined {
  switch (command.$typeName) {
    case 'arrow.flight.protocol.sql.CommandGetCatalogs':
      return CATALOGS_SCHEMA
    case 'arrow.flight.protocol.sql.CommandGetDbSchemas':
      return DB_SCHEMAS_SCHEMA
    case 'arrow.flight.protocol.sql.CommandGetTables':
      return command.includeSchema ? TABLES_WITH_SCHEMA_SCHEMA : TABLES_SCHEMA
    case 'arrow.flight.protocol.sql.CommandGetTableTypes':
      return TABLE_TYPES_SCHEMA
    case 'arrow.flight.protocol.sql.CommandGetPrimaryKeys':
      return PRIMARY_KEYS_SCHEMA
    case 'arrow.flight.protocol.sql.CommandGetExportedKeys':
    case 'arrow.flight.protocol.sql.CommandGetImportedKeys':
    case 'arrow.flight.protocol.sql.CommandGetCrossReference':
      return FOREIGN_KEYS_SCHEMA
    case 'arrow.flight.protocol.sql.CommandGetXdbcTypeInfo':
      return XDBC_TYPE_INFO_SCHEMA
    case 'arrow.flight.protocol.sql.CommandGetSqlInfo':
      return undefined
    default:
      return unreachable(command, 'metadata command')
  }
}

async function rowsOf(backend: Backend, session: BackendSession, command: MetadataCommand): Promise<readonly Row[]> {
  switch (command.$typeName) {
    case 'arrow.flight.protocol.sql.CommandGetCatalogs':
      return [...(await session.catalogs())].sort(compareText).map((catalog) => [catalog])
    case 'arrow.flight.protocol.sql.CommandGetDbSchemas': {
      const entries = await session.dbSchemas({ catalog: command.catalog, dbSchemaPattern: command.dbSchemaFilterPattern })
      return entries.map(({ catalog, dbSchema }): Row => [catalog, dbSchema]).sort(compareRows)
    }
    case 'arrow.flight.protocol.sql.CommandGetTables': {
      const tables = await session.tables({
        catalog: command.catalog,
        dbSchemaPattern: command.dbSchemaFilterPattern,
        tablePattern: command.tableNameFilterPattern,
        tableTypes: command.tableTypes.map(tableType),
        includeSchema: command.includeSchema,
      })
      const rows = tables.map((table): Row => [table.catalog, table.dbSchema, table.table, table.tableType, ...tableSchema(command.includeSchema, table)])
      return rows.sort(compareRows)
    }
    case 'arrow.flight.protocol.sql.CommandGetTableTypes':
      return [...session.tableTypes].sort(compareText).map((type) => [type])
    case 'arrow.flight.protocol.sql.CommandGetPrimaryKeys':
    case 'arrow.flight.protocol.sql.CommandGetExportedKeys':
    case 'arrow.flight.protocol.sql.CommandGetImportedKeys':
    case 'arrow.flight.protocol.sql.CommandGetCrossReference':
      // Iceberg's tables have no keys that anything enforces.
      return []
    case 'arrow.flight.protocol.sql.CommandGetXdbcTypeInfo':
      return [...backend.xdbcTypes]
        .filter(({ dataType }) => command.dataType === undefined || command.dataType === dataType)
        .sort((a, b) => a.dataType - b.dataType || compareText(a.typeName, b.typeName))
        .map(xdbcRow)
    case 'arrow.flight.protocol.sql.CommandGetSqlInfo':
      return []
    default:
      return unreachable(command, 'metadata command')
  }
}

/** The standard's information schema calls tables BASE TABLE, and so do clients that filter by it, such as Grafana. */
function tableType(type: string): string {
  return type === 'BASE TABLE' ? 'TABLE' : type
}

/** A table that cannot be read has no columns, so that the others can be listed. */
function tableSchema(isIncluded: boolean, table: TableEntry): readonly Uint8Array[] {
  return isIncluded ? [schemaMessage(table.schema ?? schema([]))] : []
}

function xdbcRow(type: XdbcTypeInfo): Row {
  return [
    type.typeName,
    type.dataType,
    type.columnSize,
    type.literalPrefix,
    type.literalSuffix,
    type.createParams,
    type.nullable,
    type.caseSensitive,
    type.searchable,
    type.unsignedAttribute,
    type.fixedPrecScale,
    type.autoIncrement,
    type.localTypeName,
    type.minimumScale,
    type.maximumScale,
    type.sqlDataType,
    type.datetimeSubcode,
    type.numPrecRadix,
    type.intervalPrecision,
  ]
}

/** By the texts from left to right, nulls first. */
function compareRows(a: Row, b: Row): number {
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? null
    if (x === y) continue
    if (x === null) return -1
    if (y === null) return 1
    const order = typeof x === 'string' && typeof y === 'string' ? compareText(x, y) : 0
    if (order !== 0) return order
  }
  return 0
}

function batchOf(resultSchema: Schema, rows: readonly Row[]): Batch {
  return new Batch(
    resultSchema,
    rows.length,
    resultSchema.fields.map(({ type }, i) =>
      vectorFromScalars(
        type,
        rows.map((row) => row[i] ?? null),
      ),
    ),
  )
}
