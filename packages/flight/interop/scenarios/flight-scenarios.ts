/** Services for those scenarios of Arrow's integration client that are about Flight alone. Each answers as that client demands. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { timestampFromMs } from '@bufbuild/protobuf/wkt'
import { status } from '@grpc/grpc-js'
import type { Authenticator } from '../../src/protocol/flight/authenticator.js'
import { FlightError, invalidArgument, notFound, unauthenticated } from '../../src/protocol/flight/flight-error.js'
import type { FlightService } from '../../src/protocol/flight/flight-service.js'
import type { FlightPayload } from '../../src/protocol/flight/payload.js'
import type { FlightEndpoint } from '../../src/protocol/generated/Flight_pb.js'
import {
  ActionTypeSchema,
  BasicAuthSchema,
  CancelFlightInfoRequestSchema,
  CancelFlightInfoResultSchema,
  CancelStatus,
  FlightDescriptor_DescriptorType,
  FlightDescriptorSchema,
  FlightEndpointSchema,
  LocationSchema,
  PollInfoSchema,
  PutResultSchema,
  RenewFlightEndpointRequestSchema,
  ResultSchema,
  TicketSchema,
} from '../../src/protocol/generated/Flight_pb.js'
import { NO_COLUMNS, SIGNED_NUMBER, UNSIGNED_NUMBER, endpoint, flightInfo, numberStream, utf8Bytes, utf8Text } from './numbers.js'

/** `auth:basic_proto`: a BasicAuth message in the first message of Handshake gives the token of later calls. */
export function basicAuthenticator(): Authenticator {
  const principal = { id: 'arrow', name: 'arrow' }
  return {
    authenticate: async ({ headers }) => {
      const sent = headers.get('auth-token-bin')[0]
      if (sent === undefined || utf8Text(Buffer.from(sent)) !== 'arrow') throw unauthenticated('invalid token')
      return principal
    },
    handshake: async (_, payload) => {
      const { username, password } = fromBinary(BasicAuthSchema, payload ?? new Uint8Array())
      if (username !== 'arrow' || password !== 'flight') throw unauthenticated('invalid token')
      return { principal, authorization: 'arrow' }
    },
  }
}

/** Answers each action with the caller's name. */
export const whoAmI: FlightService = {
  doAction: async function* (context) {
    yield create(ResultSchema, { body: utf8Bytes(context.principal.name) })
  },
}

/** `middleware`: a header of the request comes back in the answer, also in that of a failing call. */
export const middleware: FlightService = {
  getFlightInfo: async (context, descriptor) => {
    context.setHeader('x-middleware', String(context.headers.get('x-middleware')[0] ?? ''))
    if (descriptor.type !== FlightDescriptor_DescriptorType.CMD || utf8Text(descriptor.cmd) !== 'success') {
      throw new FlightError({ code: status.UNKNOWN, message: 'unknown' })
    }
    return flightInfo(descriptor, NO_COLUMNS, [endpoint('foo')])
  },
}

const ORDERED = new Map([
  ['1', [1, 2, 3]],
  ['2', [10, 20, 30]],
  ['3', [100, 200, 300]],
])

export const ordered: FlightService = {
  getFlightInfo: async (_, descriptor) => {
    const info = flightInfo(descriptor, SIGNED_NUMBER, [...ORDERED.keys()].map(endpoint))
    info.ordered = utf8Text(descriptor.cmd) === 'ordered'
    return info
  },
  doGet: (_, { ticket }) => numberStream(SIGNED_NUMBER, ORDERED.get(utf8Text(ticket)) ?? []),
}

interface Endpoint {
  expiresAtMs: number | undefined
  reads: number
  cancelled: boolean
}

/** `expiration_time:*`: endpoints that expire, can be renewed, and are gone once cancelled. */
export function expirationTime(): FlightService {
  let endpoints: Endpoint[] = []
  const find = (ticket: Uint8Array): [index: number, endpoint: Endpoint] => {
    const index = Number(utf8Text(ticket).split(':', 1)[0])
    const found = endpoints[index]
    if (found === undefined) throw notFound(`no flight ${utf8Text(ticket)}`)
    return [index, found]
  }
  const expiring = (message: FlightEndpoint, atMs: number | undefined): FlightEndpoint => {
    if (atMs !== undefined) message.expirationTime = timestampFromMs(atMs)
    return message
  }

  const cancel = (body: Uint8Array): Uint8Array<ArrayBuffer> => {
    let outcome: CancelStatus = CancelStatus.UNSPECIFIED
    for (const { ticket } of fromBinary(CancelFlightInfoRequestSchema, body).info?.endpoint ?? []) {
      const [, found] = find(ticket!.ticket)
      if (found.cancelled) outcome = CancelStatus.NOT_CANCELLABLE
      else if (outcome === CancelStatus.UNSPECIFIED) outcome = CancelStatus.CANCELLED
      found.cancelled = true
    }
    return toBinary(CancelFlightInfoResultSchema, create(CancelFlightInfoResultSchema, { status: outcome }))
  }
  const renew = (body: Uint8Array): Uint8Array<ArrayBuffer> => {
    const old = fromBinary(RenewFlightEndpointRequestSchema, body).endpoint!
    const [, found] = find(old.ticket!.ticket)
    found.expiresAtMs = Date.now() + 10_000
    const ticket = create(TicketSchema, { ticket: utf8Bytes(`${utf8Text(old.ticket!.ticket)}: renewed`) })
    return toBinary(FlightEndpointSchema, expiring(create(FlightEndpointSchema, { ticket }), found.expiresAtMs))
  }

  return {
    getFlightInfo: async (_, descriptor) => {
      endpoints = [undefined, 5000, 6000].map((ms) => ({ expiresAtMs: ms === undefined ? undefined : Date.now() + ms, reads: 0, cancelled: false }))
      return flightInfo(
        descriptor,
        UNSIGNED_NUMBER,
        endpoints.map(({ expiresAtMs }, index) => expiring(endpoint(`${index}: flight`), expiresAtMs)),
      )
    },
    doGet: async function* (_, { ticket }) {
      const [index, found] = find(ticket)
      if (found.cancelled) throw invalidArgument('the flight was cancelled')
      if (found.expiresAtMs === undefined ? found.reads > 0 : found.expiresAtMs < Date.now()) throw invalidArgument('the flight is no longer there')
      found.reads++
      yield* numberStream(UNSIGNED_NUMBER, [index])
    },
    doAction: async function* (_, { type, body }) {
      if (type === 'CancelFlightInfo') yield create(ResultSchema, { body: cancel(body) })
      else if (type === 'RenewFlightEndpoint') yield create(ResultSchema, { body: renew(body) })
      else throw invalidArgument(`no action ${type}`)
    },
    listActions: async function* () {
      yield create(ActionTypeSchema, { type: 'CancelFlightInfo' })
      yield create(ActionTypeSchema, { type: 'RenewFlightEndpoint' })
    },
  }
}

/** `poll_flight_info`: the first poll says when to come back and with what; the second one is told that all is done. */
export const pollFlightInfo: FlightService = {
  pollFlightInfo: async (_, descriptor) => {
    const info = flightInfo(descriptor, UNSIGNED_NUMBER, [endpoint('long-running query')])
    if (utf8Text(descriptor.cmd) === 'poll') return create(PollInfoSchema, { info, progress: 1 })
    const next = create(FlightDescriptorSchema, { type: FlightDescriptor_DescriptorType.CMD, cmd: utf8Bytes('poll') })
    return create(PollInfoSchema, { info, flightDescriptor: next, progress: 0.1, expirationTime: timestampFromMs(Date.now() + 10_000) })
  },
}

export const appMetadata: FlightService = {
  getFlightInfo: async (_, descriptor) => {
    const info = flightInfo(descriptor, UNSIGNED_NUMBER, [create(FlightEndpointSchema, { appMetadata: descriptor.cmd })])
    info.appMetadata = descriptor.cmd
    return info
  },
}

export const reuseConnection: FlightService = {
  getFlightInfo: async (_, descriptor) => {
    const reused = endpoint('reuse')
    reused.location.push(create(LocationSchema, { uri: 'arrow-flight-reuse-connection://?' }))
    return flightInfo(descriptor, NO_COLUMNS, [reused])
  },
}

/**
 * The scenario without a name, and more: a store of flights. What DoPut brings is kept message by message and acknowledged
 * by its metadata; DoGet gives it back; DoExchange echoes.
 */
export function flightStore(): FlightService & { location: string } {
  const flights = new Map<string, FlightPayload[]>()
  const copy = ({ header, body, appMetadata: metadata }: FlightPayload): FlightPayload => ({
    header: Uint8Array.from(header),
    body: body.map((chunk) => Uint8Array.from(chunk)),
    appMetadata: metadata === undefined ? undefined : Uint8Array.from(metadata),
  })
  /** A message that brings a descriptor and nothing else, as pyarrow's first one does. */
  const isEmpty = ({ header, appMetadata: metadata }: FlightPayload): boolean => header.length === 0 && metadata === undefined
  return {
    location: '',
    doPut: async function* (_, { descriptor, payloads }) {
      const name = descriptor.path[0]
      if (name === undefined) throw invalidArgument('a flight needs a path')
      const messages: FlightPayload[] = []
      for await (const payload of payloads) {
        if (isEmpty(payload)) continue
        // The schema may carry the first batch's metadata too: only batches are acknowledged.
        if (messages.push(copy(payload)) === 1) continue
        if (payload.appMetadata !== undefined && payload.appMetadata.length > 0) {
          yield create(PutResultSchema, { appMetadata: Uint8Array.from(payload.appMetadata) })
        }
      }
      flights.set(name, messages)
    },
    getFlightInfo: async function (this: { location: string }, _, descriptor) {
      const name = descriptor.path[0] ?? ''
      if (!flights.has(name)) throw notFound(`no flight ${name}`)
      const stored = endpoint(name)
      stored.location.push(create(LocationSchema, { uri: this.location }))
      return flightInfo(descriptor, NO_COLUMNS, [stored])
    },
    doGet: async function* (_, { ticket }) {
      const messages = flights.get(utf8Text(ticket))
      if (messages === undefined) throw notFound(`no flight ${utf8Text(ticket)}`)
      yield* messages
    },
    doExchange: async function* (_, { payloads }) {
      for await (const payload of payloads) if (!isEmpty(payload)) yield copy(payload)
    },
  }
}
