/**
 * What a Flight server does, call by call, in Flight's own messages. gRPC stays outside: a handler gets messages and gives
 * messages. A method that a service does not have is answered with UNIMPLEMENTED by name.
 *
 * Contract: handlers start nothing before their result is pulled, pull no faster than the client reads, stop within one
 * message of `context.signal`, and free what they hold in `finally`. They throw ArtemisErrors, or a FlightError where a
 * gRPC status must be exact.
 */

import type {
  Action,
  ActionType,
  Criteria,
  FlightDescriptor,
  FlightInfo,
  HandshakeRequest,
  HandshakeResponse,
  PollInfo,
  PutResult,
  Result,
  SchemaResult,
  Ticket,
} from '../generated/Flight_pb.js'
import type { CallContext } from './call-context.js'
import type { FlightPayload } from './payload.js'

/** Messages that a client sends; the first one's descriptor says what they are for. */
export interface IncomingStream {
  readonly descriptor: FlightDescriptor
  /** All messages, the first one's payload included. Can be read once. */
  readonly payloads: AsyncIterable<FlightPayload>
}

export interface FlightService {
  /** Without this method the server's authenticator answers. */
  handshake?(context: CallContext, requests: AsyncIterable<HandshakeRequest>): AsyncIterable<HandshakeResponse>
  listFlights?(context: CallContext, criteria: Criteria): AsyncIterable<FlightInfo>
  getFlightInfo?(context: CallContext, descriptor: FlightDescriptor): Promise<FlightInfo>
  pollFlightInfo?(context: CallContext, descriptor: FlightDescriptor): Promise<PollInfo>
  getSchema?(context: CallContext, descriptor: FlightDescriptor): Promise<SchemaResult>
  doGet?(context: CallContext, ticket: Ticket): AsyncIterable<FlightPayload>
  doPut?(context: CallContext, stream: IncomingStream): AsyncIterable<PutResult>
  doExchange?(context: CallContext, stream: IncomingStream): AsyncIterable<FlightPayload>
  doAction?(context: CallContext, action: Action): AsyncIterable<Result>
  listActions?(context: CallContext): AsyncIterable<ActionType>
  /** A client's connection has ended; `peer` is the one of its calls. */
  connectionEnded?(peer: string): void
}
