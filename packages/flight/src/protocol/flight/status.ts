/**
 * Errors as gRPC statuses. What a client reads is one line of what went wrong, the place in its SQL, and a hint; our own
 * mistakes are named by an id only, under which the log has the rest.
 */

import { randomUUID } from 'node:crypto'
import { create, toBinary } from '@bufbuild/protobuf'
import { anyPack, DurationSchema } from '@bufbuild/protobuf/wkt'
import { Metadata, status } from '@grpc/grpc-js'
import { ArtemisError, renderError, unreachable } from '@artemis/errors'
import { RetryInfoSchema, StatusSchema } from '../generated/ErrorDetails_pb.js'
import { FlightError } from './flight-error.js'

export interface CallStatus {
  readonly code: status
  /** At most {@link MAX_DETAILS_BYTES} as it travels. */
  readonly details: string
  readonly metadata: Metadata
  /** Names an error of our own in the log and to the client. The same for the same error. */
  readonly incident: string | undefined
}

/** Clients limit the size of all headers, often to 8 KiB. */
const MAX_DETAILS_BYTES = 3072

/** The status that answers a call which failed with this error. */
export function statusOf(error: unknown): CallStatus {
  const code = codeOf(error)
  const incident = code === status.INTERNAL ? incidentOf(error) : undefined
  const details = shortened(incident === undefined ? messageOf(error) : `internal error ${incident}: the server's log has more under this id`)
  const metadata = new Metadata()
  const retryAfterSeconds = error instanceof FlightError ? error.retryAfterSeconds : undefined
  if (retryAfterSeconds !== undefined) metadata.set('grpc-status-details-bin', retryDetails(code, details, retryAfterSeconds))
  return { code, details, metadata, incident }
}

const sqlOfErrors = new WeakMap<ArtemisError, string>()

/** Keeps the text that an error's place is in, so that its status shows the line. Returns the same error. */
export function withSql<E>(error: E, sql: string): E {
  if (error instanceof ArtemisError && !sqlOfErrors.has(error)) sqlOfErrors.set(error, sql)
  return error
}

function codeOf(error: unknown): status {
  if (error instanceof FlightError) return error.code
  if (error instanceof ArtemisError) return codeOfArtemisError(error)
  return error instanceof Error && error.name === 'AbortError' ? status.CANCELLED : status.INTERNAL
}

/** What a name in a statement may miss; a column or function that is not there is a mistake of the statement itself. */
const MISSING_THINGS = new Set([
  'CATALOG_NOT_FOUND',
  'FILE_NOT_FOUND',
  'METADATA_TABLE_NOT_FOUND',
  'NAMESPACE_NOT_FOUND',
  'NOT_FOUND',
  'NO_SNAPSHOT',
  'PREPARED_NOT_FOUND',
  'REF_NOT_FOUND',
  'SCHEMA_NOT_FOUND',
  'SNAPSHOT_NOT_FOUND',
  'TABLE_NOT_FOUND',
  'WAREHOUSE_NOT_FOUND',
])

const FORBIDDEN_THINGS = new Set(['SETTING_LOCKED', 'READ_ONLY_SESSION', 'FILE_ACCESS_DENIED'])

function codeOfArtemisError(error: ArtemisError): status {
  if (MISSING_THINGS.has(error.code)) return status.NOT_FOUND
  if (FORBIDDEN_THINGS.has(error.code) || error.code.endsWith('PERMISSION_DENIED')) return status.PERMISSION_DENIED
  if (error.code.endsWith('TIMEOUT')) return status.DEADLINE_EXCEEDED
  switch (error.kind) {
    case 'syntax':
    case 'bind':
    case 'execution':
    case 'config':
      return status.INVALID_ARGUMENT
    case 'unsupported':
      return status.UNIMPLEMENTED
    case 'resource':
      return status.RESOURCE_EXHAUSTED
    case 'cancelled':
      return status.CANCELLED
    case 'io':
      return status.UNAVAILABLE
    case 'data':
      // The stream of a client, where everything else damaged is a file of ours.
      return error.code === 'ARROW_IPC_DAMAGED' ? status.INVALID_ARGUMENT : status.DATA_LOSS
    case 'catalog':
      if (error.code === 'CATALOG_FAILED') return status.UNAVAILABLE
      return error.code.endsWith('EXISTS') ? status.ALREADY_EXISTS : status.FAILED_PRECONDITION
    case 'commit':
      return status.ABORTED
    case 'internal':
      return status.INTERNAL
    default:
      return unreachable(error.kind, 'error kind')
  }
}

function messageOf(error: unknown): string {
  if (error instanceof ArtemisError) return renderError(error, sqlOfErrors.get(error))
  return error instanceof Error ? error.message : 'the call was cancelled'
}

const incidents = new WeakMap<object, string>()

function incidentOf(error: unknown): string {
  const known = typeof error === 'object' && error !== null ? incidents.get(error) : undefined
  if (known !== undefined) return known
  const incident = randomUUID()
  if (typeof error === 'object' && error !== null) incidents.set(error, incident)
  return incident
}

/** Cut so that it fits a header, where every byte that is not plain text takes three. */
function shortened(text: string): string {
  const wellFormed = text.replaceAll(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
  if (encodeURI(wellFormed.slice(0, MAX_DETAILS_BYTES)).length <= MAX_DETAILS_BYTES && wellFormed.length <= MAX_DETAILS_BYTES) return wellFormed
  const characters: string[] = []
  let size = 0
  for (const character of wellFormed) {
    size += encodeURI(character).length
    if (size > MAX_DETAILS_BYTES - 9) break
    characters.push(character)
  }
  return `${characters.join('')}…`
}

function retryDetails(code: status, message: string, seconds: number): Buffer {
  const whole = Math.floor(Math.max(0, seconds))
  const nanos = Math.floor((Math.max(0, seconds) - whole) * 1e9)
  const retryInfo = create(RetryInfoSchema, { retryDelay: create(DurationSchema, { seconds: BigInt(whole), nanos }) })
  return Buffer.from(toBinary(StatusSchema, create(StatusSchema, { code, message, details: [anyPack(RetryInfoSchema, retryInfo)] })))
}
