import type { Metadata } from '@grpc/grpc-js'
import type { Principal } from '../principal.js'

/** The calls of `arrow.flight.protocol.FlightService`. */
export type FlightMethod =
  | 'Handshake'
  | 'ListFlights'
  | 'GetFlightInfo'
  | 'PollFlightInfo'
  | 'GetSchema'
  | 'DoGet'
  | 'DoPut'
  | 'DoExchange'
  | 'DoAction'
  | 'ListActions'

/** What a handler knows of the call that it answers. */
export interface CallContext {
  readonly method: FlightMethod
  /** The client's address and port: one HTTP/2 connection. */
  readonly peer: string
  readonly headers: Metadata
  readonly principal: Principal
  /** Fires when the client resets the call or goes away, at the deadline, and when the server stops: nobody waits for an answer any more. */
  readonly signal: AbortSignal
  /** When the client stops waiting, or undefined when it waits for ever. */
  readonly deadline: Date | undefined
  /** Adds a header to the answer. Fails once the first message was sent. */
  setHeader(name: string, value: string): void
}
