/** gRPC's statuses as the engine's errors: a caller sees the same classes over a server as in its own process. */

import { status } from '@grpc/grpc-js'
import type { ServiceError } from '@grpc/grpc-js'
import {
  ArtemisError,
  BindError,
  CancelledError,
  CatalogError,
  CommitError,
  ConfigError,
  DataError,
  ExecutionError,
  InternalError,
  IoError,
  ResourceError,
  SyntaxError,
  UnsupportedError,
} from '@artemis/errors'
import type { ErrorKind, ErrorOptions } from '@artemis/errors'
import { fromBinary } from '@bufbuild/protobuf'
import { anyUnpack } from '@bufbuild/protobuf/wkt'
import { RetryInfoSchema, StatusSchema } from '../protocol/generated/ErrorDetails_pb.js'
import { FlightError } from '../protocol/flight/flight-error.js'
import { readRenderedError } from './rendered-error.js'
import type { ServerAddress } from './server-address.js'

type ErrorClass = new (options: ErrorOptions) => ArtemisError

const CLASSES: Readonly<Record<ErrorKind, ErrorClass>> = {
  syntax: SyntaxError,
  bind: BindError,
  unsupported: UnsupportedError,
  execution: ExecutionError,
  resource: ResourceError,
  cancelled: CancelledError,
  io: IoError,
  data: DataError,
  catalog: CatalogError,
  commit: CommitError,
  config: ConfigError,
  internal: InternalError,
}

/** The error of a call that failed; its cause is gRPC's. `sql` is the statement that the call was for. */
export function callError(error: ServiceError, { uri }: ServerAddress, sql: string | undefined): ArtemisError {
  const code = status[error.code] ?? 'UNKNOWN'
  const lost = error.code === status.UNAVAILABLE ? lostConnection(error.details) : undefined
  if (lost !== undefined) {
    const message = lost.wasOpen ? `the connection to ${uri} was lost: ${lost.reason}` : `cannot reach ${uri}: ${lost.reason}`
    const hint = /certificate/i.test(lost.reason) ? CERTIFICATE_HINT : CONNECT_HINT
    return new IoError({ code, message, cause: error, hint: lost.wasOpen ? undefined : hint })
  }
  // gRPC tells in which of its parts the time went, which helps nobody here.
  if (error.code === status.DEADLINE_EXCEEDED && error.details.startsWith('Deadline exceeded')) {
    return new ResourceError({ code, message: `${uri} did not answer before the call's deadline`, cause: error })
  }
  const { kind = kindOf(error.code), message, span, hint = retryHint(error) } = readRenderedError(error.details, sql)
  return new CLASSES[kind]({ code, message: message.replace(/^internal error /, ''), span, hint, cause: error })
}

export const CONNECT_HINT = 'Is the server running there, and is it grpc:// (not encrypted) or grpc+tls:// that it speaks?'

const CERTIFICATE_HINT = 'Name the authority that its certificate is trusted by, or the host as the certificate has it.'

/** For statuses that do not say more. */
function kindOf(code: status): ErrorKind {
  switch (code) {
    case status.UNAVAILABLE:
      return 'io'
    case status.UNAUTHENTICATED:
    case status.PERMISSION_DENIED:
      return 'config'
    case status.INVALID_ARGUMENT:
      return 'bind'
    case status.NOT_FOUND:
    case status.ALREADY_EXISTS:
      return 'catalog'
    case status.UNIMPLEMENTED:
      return 'unsupported'
    case status.RESOURCE_EXHAUSTED:
    case status.DEADLINE_EXCEEDED:
      return 'resource'
    case status.CANCELLED:
      return 'cancelled'
    case status.ABORTED:
      return 'commit'
    case status.DATA_LOSS:
      return 'data'
    case status.FAILED_PRECONDITION:
    case status.OUT_OF_RANGE:
      return 'execution'
    default:
      return 'internal'
  }
}

/** How long to wait before another try, where the server says so. */
function retryHint(error: ServiceError): string | undefined {
  const [details] = error.metadata.get('grpc-status-details-bin')
  if (!(details instanceof Uint8Array)) return undefined
  try {
    for (const detail of fromBinary(StatusSchema, details).details) {
      const delay = anyUnpack(detail, RetryInfoSchema)?.retryDelay
      if (delay !== undefined) return `Try again in ${Math.max(1, Math.ceil(Number(delay.seconds) + delay.nanos / 1e9))} s.`
    }
  } catch {
    // Details that cannot be read are no reason to hide the error.
  }
  return undefined
}

/** What the protocol layer finds wrong with an answer is damaged input here. */
export function asClientError(error: unknown): unknown {
  if (!(error instanceof FlightError)) return error
  return new DataError({ code: 'MALFORMED_ANSWER', message: `the server's answer cannot be understood: ${error.message}`, cause: error })
}

/** The status that a server, or the way to it, answered a call with; undefined for other errors. */
export function grpcStatusOf(error: unknown): status | undefined {
  if (!(error instanceof ArtemisError) || !(error.cause instanceof Error) || !('code' in error.cause)) return undefined
  return typeof error.cause.code === 'number' ? error.cause.code : undefined
}

/** What gRPC itself says when there is no connection, in the words that say something; undefined for what a server says. */
function lostConnection(details: string): { readonly wasOpen: boolean; readonly reason: string } | undefined {
  const [, reason] = /^No connection established\.? ?(?:Last error: )?(.*?)\.?(?: ?Resolution note: .*)?$/s.exec(details) ?? []
  if (reason !== undefined) return { wasOpen: false, reason: plainReason(reason) }
  if (details.startsWith('Name resolution failed')) return { wasOpen: false, reason: 'there is no such host' }
  return /Connection dropped|ECONNRESET|EPIPE|ETIMEDOUT|GOAWAY/i.test(details) ? { wasOpen: true, reason: details } : undefined
}

/** Without the names of Node's and OpenSSL's errors, and gRPC's clock. */
function plainReason(text: string): string {
  const reason = text
    .replace(/ \(\d{4}-\d\d-\d\dT[^)]*\)\s*$/, '')
    .replace(/^Error(?: \[\w+\])?: /, '')
    .replace(/^[0-9A-F]+:error:[0-9A-F]+:[^:]*:[^:]*:([^:]*):.*$/s, 'TLS failed, $1')
    .replace(/[:.\s]+$/, '')
  return reason === '' || reason === 'Failed to connect' ? 'nobody answers as a Flight server would' : reason
}
