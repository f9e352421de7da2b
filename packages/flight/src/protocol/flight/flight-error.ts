/** Errors of a call whose gRPC status is part of the protocol. Everything else is an ArtemisError, mapped in one place. */

import { status } from '@grpc/grpc-js'

export interface FlightErrorOptions {
  readonly code: status
  readonly message: string
  /** Seconds after which a try is worth it: becomes a RetryInfo in `grpc-status-details-bin`. */
  readonly retryAfterSeconds?: number | undefined
  readonly cause?: unknown
}

export class FlightError extends Error {
  readonly code: status
  readonly retryAfterSeconds: number | undefined

  constructor(options: FlightErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'FlightError'
    this.code = options.code
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

export function unimplemented(what: string): FlightError {
  return new FlightError({ code: status.UNIMPLEMENTED, message: `${what} is not supported by this server` })
}

export function invalidArgument(message: string, cause?: unknown): FlightError {
  return new FlightError({ code: status.INVALID_ARGUMENT, message, cause })
}

export function notFound(message: string): FlightError {
  return new FlightError({ code: status.NOT_FOUND, message })
}

export function unauthenticated(message: string): FlightError {
  return new FlightError({ code: status.UNAUTHENTICATED, message })
}

export function permissionDenied(message: string): FlightError {
  return new FlightError({ code: status.PERMISSION_DENIED, message })
}
