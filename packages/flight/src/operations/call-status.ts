/** How calls and executions ended, in the few words that logs, metrics and traces share. */

import { status } from '@grpc/grpc-js'
import { CancelledError } from '@artemis/errors'
import { FlightError } from '../protocol/flight/flight-error.js'
import { statusOf } from '../protocol/flight/status.js'

/** `OK`, `INVALID_ARGUMENT` and so on. */
export function statusName(code: number): string {
  return status[code] ?? String(code)
}

/** The gRPC status of an error, by name. */
export function errorStatus(error: unknown): string {
  return statusName(statusOf(error).code)
}

/** Cancelled is neither a success nor a failure: the caller wanted no more. */
export type Ending = 'ok' | 'cancelled' | 'error'

export function endingOf(error: unknown): Ending {
  if (error === undefined) return 'ok'
  const isCancelled = error instanceof CancelledError || (error instanceof FlightError && error.code === status.CANCELLED)
  return isCancelled ? 'cancelled' : 'error'
}

const CALLERS_MISTAKES = new Set([
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'FAILED_PRECONDITION',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
])

/** Whether the caller can mend it: by another statement, or by asking for rights. */
export function isCallersMistake(error: unknown): boolean {
  return CALLERS_MISTAKES.has(errorStatus(error))
}
