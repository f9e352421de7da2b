/**
 * A Flight server over gRPC: hands each call of a client to a {@link FlightService}, after authentication and between
 * hooks, and keeps the contract of its streams. A client that does not read holds two messages, a client that is gone
 * stops the handler within milliseconds, and every error becomes a status.
 */

import { isIPv6 } from 'node:net'
import { create } from '@bufbuild/protobuf'
import type { sendUnaryData, ServerDuplexStream, ServerUnaryCall, ServerWritableStream, ServiceDefinition } from '@grpc/grpc-js'
import { Server, ServerCredentials, status } from '@grpc/grpc-js'
import type { HandshakeRequest } from '../generated/Flight_pb.js'
import { EmptySchema } from '../generated/Flight_pb.js'
import type { Principal } from '../principal.js'
import { ANONYMOUS } from '../principal.js'
import type { Admission } from './admission.js'
import { createAdmission } from './admission.js'
import type { Authenticator, Credentials } from './authenticator.js'
import type { FlightMethod } from './call-context.js'
import type { CallHooks, CallOutcome } from './call-hooks.js'
import { watchConnections } from './connection-watch.js'
import type { FlightDataMessage, OutgoingMessage } from './flight-data-codec.js'
import { OutgoingFlightData } from './flight-data-codec.js'
import { FlightError, invalidArgument, unauthenticated, unimplemented } from './flight-error.js'
import type { FlightService, IncomingStream } from './flight-service.js'
import { answerHandshake, shakeHands } from './handshake-call.js'
import type { FlightPayload } from './payload.js'
import { pacedRequests, pacingInterceptor } from './request-pacing.js'
import type { GrpcCall, Responder } from './running-call.js'
import { RunningCall, streamResponder, unaryResponder } from './running-call.js'
import { flightServiceDefinition } from './service-definition.js'
import type { CallStatus } from './status.js'
import { statusOf } from './status.js'

/** The part of pino's logger that the server uses. */
export interface FlightLogger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface KeepaliveOptions {
  /** Milliseconds between pings to a client, also while a long query gives nothing. 30 s by default. */
  readonly timeMs?: number | undefined
  /** Milliseconds after which a client that does not answer is gone. 20 s by default. */
  readonly timeoutMs?: number | undefined
}

export interface FlightServerOptions {
  readonly service: FlightService
  /** Without one, every client is {@link ANONYMOUS}, and Handshake is not supported. */
  readonly authenticator?: Authenticator | undefined
  readonly hooks?: readonly CallHooks[] | undefined
  /** Plain text by default. */
  readonly credentials?: ServerCredentials | undefined
  /** A client's message may not be larger. 64 MiB by default. */
  readonly maxReceiveMessageBytes?: number | undefined
  /** The headers of a call may not be larger; HTTP/2 itself ends at 64 KiB, which is the default. */
  readonly maxHeaderBytes?: number | undefined
  /** Calls that one connection may have at a time. 256 by default. */
  readonly maxConcurrentCallsPerConnection?: number | undefined
  readonly keepalive?: KeepaliveOptions | undefined
  /** A client that is there but reads nothing for as many milliseconds loses its stream, and what that holds. Never by default. */
  readonly stallTimeoutMs?: number | undefined
  readonly logger?: FlightLogger | undefined
  /** Hears of every error of our own. */
  readonly internalErrors?: ((error: unknown) => void) | undefined
}

const DEFAULT_MAX_RECEIVE_MESSAGE_BYTES = 64 * 1024 * 1024
const DEFAULT_MAX_HEADER_BYTES = 64 * 1024
/** What HTTP/2 counts for each header besides its name and value. */
const HEADER_OVERHEAD_BYTES = 32
/** How long a closing server waits for connections to end by themselves, and for handlers to hear their signal. */
const CLOSE_PATIENCE_MS = 1000
const MAX_WAITING_HANDSHAKES = 32
const HANDSHAKE_PATIENCE_MS = 10_000

type Work = (running: RunningCall) => Promise<void>

export class FlightServer {
  /** For services beside Flight, such as health checks; add them before {@link listen}. */
  readonly grpc: Server
  readonly #service: FlightService
  readonly #options: FlightServerOptions
  readonly #hooks: readonly CallHooks[]
  readonly #admission: Admission
  readonly #running = new Set<RunningCall>()
  readonly #watches: (() => void)[] = []
  /** Handshakes whose first message is awaited. */
  #strangers = 0
  #idle: (() => void)[] = []
  #isDraining = false

  constructor(options: FlightServerOptions) {
    this.#options = options
    this.#service = options.service
    this.#hooks = options.hooks ?? []
    this.#admission = createAdmission(
      (method, credentials) => this.#admit(method, credentials),
      (error, method, { peer }) => this.#report(error, { method, peer }),
    )
    this.grpc = new Server({
      'grpc.max_receive_message_length': options.maxReceiveMessageBytes ?? DEFAULT_MAX_RECEIVE_MESSAGE_BYTES,
      'grpc.max_send_message_length': -1,
      // Counters for a debugging service that nobody asks here.
      'grpc.enable_channelz': 0,
      'grpc.max_concurrent_streams': options.maxConcurrentCallsPerConnection ?? 256,
      'grpc.keepalive_time_ms': options.keepalive?.timeMs ?? 30_000,
      'grpc.keepalive_timeout_ms': options.keepalive?.timeoutMs ?? 20_000,
      'grpc.keepalive_permit_without_calls': 1,
      interceptors: [this.#admission.interceptor, pacingInterceptor],
    })
    this.#register()
  }

  /** Calls whose handlers have not ended. */
  get activeCalls(): number {
    return this.#running.size
  }

  /** Listens on a host name or address; port 0 takes any that is free. */
  async listen(host: string, port: number): Promise<{ host: string; port: number }> {
    const address = isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
    const bound = await new Promise<number>((resolve, reject) => {
      this.grpc.bindAsync(address, this.#options.credentials ?? ServerCredentials.createInsecure(), (error, boundPort) =>
        error === null ? resolve(boundPort) : reject(error),
      )
    })
    this.#watches.push(watchConnections(bound, (peer) => this.#service.connectionEnded?.(peer)))
    return { host, port: bound }
  }

  /** Refuses new calls with UNAVAILABLE, waits for those that run, and cancels them after the grace time. */
  async drain(graceMs: number): Promise<void> {
    this.#isDraining = true
    if (await this.#settled(graceMs)) return
    this.#stopCalls()
    await this.#settled(CLOSE_PATIENCE_MS)
  }

  /** Cancels every call, closes all connections, and stops listening. */
  async close(): Promise<void> {
    this.#isDraining = true
    this.#stopCalls()
    await new Promise<void>((resolve) => {
      const patience = setTimeout(() => {
        this.grpc.forceShutdown()
        resolve()
      }, CLOSE_PATIENCE_MS)
      this.grpc.tryShutdown(() => {
        clearTimeout(patience)
        resolve()
      })
    })
    await this.#settled(CLOSE_PATIENCE_MS)
    for (const stop of this.#watches.splice(0)) stop()
  }

  #stopCalls(): void {
    for (const running of this.#running) running.stop(shuttingDown())
  }

  /** Whether all calls ended in time. */
  async #settled(patienceMs: number): Promise<boolean> {
    if (this.#running.size === 0) return true
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), patienceMs)
      this.#idle.push(() => {
        clearTimeout(timer)
        resolve(true)
      })
    })
  }

  #register(): void {
    const service = this.#service
    const { Handshake, ListFlights, GetFlightInfo, PollFlightInfo, GetSchema, DoGet, DoPut, DoExchange, DoAction, ListActions } =
      flightServiceDefinition
    const data = { responseSerialize: (payload: FlightPayload) => new OutgoingFlightData(payload) }
    this.grpc.addService(rawDefinition(), {
      Handshake: (call: ServerDuplexStream<Buffer, OutgoingMessage>) =>
        this.#begin('Handshake', call, streamResponder(call), (running) =>
          this.#handshake(running, decoded(running, pacedRequests(call, running.signal), Handshake.requestDeserialize)),
        ),
      ListFlights: this.#serverStream('ListFlights', ListFlights, service.listFlights?.bind(service)),
      GetFlightInfo: this.#unary('GetFlightInfo', GetFlightInfo, service.getFlightInfo?.bind(service)),
      PollFlightInfo: this.#unary('PollFlightInfo', PollFlightInfo, service.pollFlightInfo?.bind(service)),
      GetSchema: this.#unary('GetSchema', GetSchema, service.getSchema?.bind(service)),
      DoGet: this.#serverStream('DoGet', { ...DoGet, ...data }, service.doGet?.bind(service)),
      DoPut: this.#duplex('DoPut', DoPut, service.doPut?.bind(service)),
      DoExchange: this.#duplex('DoExchange', { ...DoExchange, ...data }, service.doExchange?.bind(service)),
      DoAction: this.#serverStream('DoAction', DoAction, service.doAction?.bind(service)),
      ListActions: this.#serverStream(
        'ListActions',
        { ...ListActions, requestDeserialize: () => create(EmptySchema) },
        service.listActions === undefined ? undefined : (running) => service.listActions!(running),
      ),
    })
  }

  #unary<Request, Response>(
    method: FlightMethod,
    codec: { requestDeserialize: (bytes: Buffer) => Request; responseSerialize: (message: Response) => OutgoingMessage },
    handler: ((running: RunningCall, request: Request) => Promise<Response>) | undefined,
  ) {
    return (call: ServerUnaryCall<Buffer, OutgoingMessage>, callback: sendUnaryData<OutgoingMessage>): void =>
      this.#begin(method, call, unaryResponder(callback), (running) =>
        this.#hooked(running, async () => {
          if (handler === undefined) throw unimplemented(method)
          const response = await handler(running, running.receive(call.request, codec.requestDeserialize))
          running.signal.throwIfAborted()
          await running.send(codec.responseSerialize(response))
        }),
      )
  }

  #serverStream<Request, Response>(
    method: FlightMethod,
    codec: { requestDeserialize: (bytes: Buffer) => Request; responseSerialize: (message: Response) => OutgoingMessage },
    handler: ((running: RunningCall, request: Request) => AsyncIterable<Response>) | undefined,
  ) {
    return (call: ServerWritableStream<Buffer, OutgoingMessage>): void =>
      this.#begin(method, call, streamResponder(call), (running) =>
        this.#hooked(running, async () => {
          if (handler === undefined) throw unimplemented(method)
          const request = running.receive(call.request, codec.requestDeserialize)
          await running.sendAll(handler(running, request), codec.responseSerialize)
        }),
      )
  }

  #duplex<Response>(
    method: FlightMethod,
    codec: { requestDeserialize: (bytes: Buffer) => FlightDataMessage; responseSerialize: (message: Response) => OutgoingMessage },
    handler: ((running: RunningCall, stream: IncomingStream) => AsyncIterable<Response>) | undefined,
  ) {
    return (call: ServerDuplexStream<Buffer, OutgoingMessage>): void =>
      this.#begin(method, call, streamResponder(call), (running) =>
        this.#hooked(running, async () => {
          if (handler === undefined) throw unimplemented(method)
          const messages = decoded(running, pacedRequests(call, running.signal), codec.requestDeserialize)
          try {
            await running.sendAll(handler(running, await incomingStream(method, messages)), codec.responseSerialize)
          } finally {
            await messages.return()
          }
        }),
      )
  }

  async #handshake(running: RunningCall, requests: AsyncIterable<HandshakeRequest>): Promise<void> {
    const { authenticator } = this.#options
    if (this.#service.handshake !== undefined) {
      const { responseSerialize } = flightServiceDefinition.Handshake
      await this.#hooked(running, () => running.sendAll(this.#service.handshake!(running, requests), responseSerialize))
      return
    }
    if (authenticator === undefined) throw unimplemented('Handshake')
    const authorization = await this.#awaitingStranger(running, () => shakeHands(authenticator, running, requests))
    await this.#hooked(running, () => answerHandshake(running, authorization))
  }

  /** A stranger may send a message of any size in a handshake, so few may at a time, and not for long. */
  async #awaitingStranger<T>(running: RunningCall, handshake: () => Promise<T>): Promise<T> {
    if (this.#strangers >= MAX_WAITING_HANDSHAKES) {
      throw new FlightError({ code: status.RESOURCE_EXHAUSTED, message: 'too many handshakes at a time', retryAfterSeconds: 1 })
    }
    this.#strangers++
    const patience = setTimeout(() => running.stop(unauthenticated('the handshake took too long')), HANDSHAKE_PATIENCE_MS)
    try {
      return await handshake()
    } finally {
      clearTimeout(patience)
      this.#strangers--
    }
  }

  /** Before anything of a call is read. */
  async #admit(method: FlightMethod, credentials: Credentials): Promise<Principal> {
    if (this.#isDraining) throw shuttingDown()
    this.#checkHeaders(credentials)
    const { authenticator } = this.#options
    return method === 'Handshake' || authenticator === undefined ? ANONYMOUS : authenticator.authenticate(credentials)
  }

  /** Hooks hear of the end before the client does, so that what they hold is free for the client's next call. */
  async #hooked(running: RunningCall, handle: () => Promise<void>): Promise<void> {
    const ends: ((outcome: CallOutcome) => void)[] = []
    let failure: { readonly error: unknown } | undefined
    try {
      for (const hooks of this.#hooks) {
        const end = await hooks.begin(running)
        if (end !== undefined) ends.push(end)
      }
      running.signal.throwIfAborted()
      await handle()
    } catch (error) {
      // What a handler throws after its signal fired is an echo of the reason.
      failure = { error: running.signal.aborted ? running.signal.reason : error }
    }
    const outcome: CallOutcome = {
      code: failure === undefined ? status.OK : statusOf(failure.error).code,
      error: failure?.error,
      durationMs: performance.now() - running.startedAtMs,
      messagesSent: running.messagesSent,
      bytesSent: running.bytesSent,
      messagesReceived: running.messagesReceived,
      bytesReceived: running.bytesReceived,
    }
    for (const end of ends.reverse()) end(outcome)
    if (failure !== undefined) throw failure.error
  }

  /** Runs a call to its status. Never throws: gRPC has nobody to hear it. */
  #begin(method: FlightMethod, call: GrpcCall, responder: Responder, work: Work): void {
    const running = new RunningCall(method, call, responder, { hooks: this.#hooks, stallTimeoutMs: this.#options.stallTimeoutMs })
    running.principal = this.#admission.principalOf(call.metadata) ?? ANONYMOUS
    this.#running.add(running)
    void this.#run(running, work).finally(() => {
      this.#running.delete(running)
      if (this.#running.size > 0) return
      const waiting = this.#idle
      this.#idle = []
      for (const wake of waiting) wake()
    })
  }

  async #run(running: RunningCall, work: Work): Promise<void> {
    try {
      if (this.#isDraining) throw shuttingDown()
      await work(running)
      running.succeed()
    } catch (error) {
      const { method, peer, principal } = running
      running.fail(this.#report(running.signal.aborted ? running.signal.reason : error, { method, peer, principal: principal.name }))
    }
  }

  /** The status of an error; what the client must not read goes to the log. */
  #report(error: unknown, fields: { method: FlightMethod; peer: string; principal?: string }): CallStatus {
    const failure = statusOf(error)
    if (failure.incident !== undefined) {
      this.#options.logger?.error({ ...fields, incident: failure.incident, err: error }, 'internal error')
      this.#options.internalErrors?.(error)
    } else if (failure.code === status.UNAUTHENTICATED) {
      this.#options.logger?.warn({ ...fields, reason: failure.details }, 'a call was not authenticated')
    }
    return failure
  }

  #checkHeaders({ headers }: Credentials): void {
    const limit = this.#options.maxHeaderBytes ?? DEFAULT_MAX_HEADER_BYTES
    let size = 0
    for (const name of Object.keys(headers.getMap())) {
      for (const value of headers.get(name)) size += name.length + value.length + HEADER_OVERHEAD_BYTES
    }
    if (size > limit) throw new FlightError({ code: status.RESOURCE_EXHAUSTED, message: `the headers of the call are larger than ${limit} bytes` })
  }
}

/**
 * Flight's calls with messages as bytes: we encode and decode them ourselves, to count them and to answer what is malformed.
 * grpc-js asks a message to send for its `byteLength` and its `copy`, and for nothing else that a Buffer has.
 */
function rawDefinition(): ServiceDefinition {
  const raw = <T>(message: T): T => message
  const names = Object.keys(flightServiceDefinition) as FlightMethod[]
  return Object.fromEntries(
    names.map((name) => [name, { ...flightServiceDefinition[name], requestDeserialize: raw, responseSerialize: raw }]),
  ) as unknown as ServiceDefinition
}

async function* decoded<T>(
  running: RunningCall,
  messages: AsyncIterable<Buffer>,
  deserialize: (bytes: Buffer) => T,
): AsyncGenerator<T, void, undefined> {
  for await (const bytes of messages) yield running.receive(bytes, deserialize)
}

/** Waits for the first message, whose descriptor says what the stream is for. */
async function incomingStream(method: FlightMethod, messages: AsyncGenerator<FlightDataMessage, void, undefined>): Promise<IncomingStream> {
  const first = await messages.next()
  const descriptor = first.done === true ? undefined : first.value.descriptor
  if (first.done === true || descriptor === undefined) throw invalidArgument(`the first message of ${method} carries no descriptor`)
  return { descriptor, payloads: payloadsOf(first.value, messages) }
}

async function* payloadsOf(first: FlightDataMessage, rest: AsyncIterable<FlightDataMessage>): AsyncGenerator<FlightPayload, void, undefined> {
  yield first.payload
  for await (const { payload } of rest) yield payload
}

function shuttingDown(): FlightError {
  return new FlightError({ code: status.UNAVAILABLE, message: 'the server is shutting down' })
}
