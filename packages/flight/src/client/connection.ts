/**
 * One HTTP/2 connection to a server, and the calls on it: who calls (token, cookies, headers), how long a call may take, and
 * how it is cancelled. It knows no message of Flight SQL.
 *
 * A stream is read with back-pressure: gRPC asks for the next message when the one before was taken, and leaving the loop
 * resets the call.
 */

import type { ClientDuplexStream, ClientReadableStream } from '@grpc/grpc-js'
import { Client, Metadata, credentials, status } from '@grpc/grpc-js'
import type { CallOptions as GrpcCallOptions, ChannelCredentials, ChannelOptions, ServiceError } from '@grpc/grpc-js'
import { cancelled, throwIfAborted } from '@artemis/errors'
import type { FlightMethodDefinition } from '../protocol/flight/service-definition.js'
import { callError } from './call-error.js'
import { CookieJar } from './cookie-jar.js'
import { handshake } from './handshake.js'
import type { Login } from './handshake.js'
import type { ServerAddress } from './server-address.js'

export interface TlsOptions {
  /** Trusted roots in PEM; the system's without it. */
  readonly ca?: Uint8Array | undefined
  /** The client's certificate and its key in PEM, for servers that ask for one. */
  readonly certificate?: Uint8Array | undefined
  readonly key?: Uint8Array | undefined
  /** The name that the server's certificate must have, when it is not the host. */
  readonly serverName?: string | undefined
  /** Take any certificate. For tests only: whoever sits in between reads along. */
  readonly insecure?: boolean | undefined
}

export interface ConnectionOptions {
  /** Sent as `authorization: Bearer …`. */
  readonly token?: string | undefined
  /** Exchanged for a token by Handshake, and again when that has run out. */
  readonly login?: Login | undefined
  readonly tls?: TlsOptions | undefined
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Milliseconds that a call may take, reading its stream included; no limit by default. */
  readonly deadlineMs?: number | undefined
  /** Bytes of the largest message that is taken; 64 MiB by default. */
  readonly maxReceiveMessageBytes?: number | undefined
  /** Milliseconds between pings on a quiet connection; none by default. */
  readonly keepaliveMs?: number | undefined
}

export interface CallOptions {
  /** Resets the call. */
  readonly signal?: AbortSignal | undefined
  /** Instead of the connection's. */
  readonly deadlineMs?: number | undefined
  /** The statement that the call is for, which the places of errors refer to. */
  readonly sql?: string | undefined
}

const MAX_RECEIVE_MESSAGE_BYTES = 64 * 2 ** 20
/** Bytes that may be under way: room for a message of the server and the next. HTTP/2's own 64 KiB make it stop sixteen times a MiB. */
const FLOW_CONTROL_WINDOW_BYTES = 4 * 2 ** 20
const LOGIN_TIMEOUT_MS = 10_000

export class Connection {
  readonly address: ServerAddress
  readonly #options: ConnectionOptions
  readonly #cookies: CookieJar
  readonly #running = new Set<{ cancel(): void }>()
  #client: Client | undefined
  #authorization: string | undefined
  #loggingIn: Promise<void> | undefined
  #sessionsLost = 0

  /** Cookies may be shared by the connections of one client. */
  constructor(address: ServerAddress, options: ConnectionOptions, cookies = new CookieJar()) {
    this.address = address
    this.#options = options
    this.#cookies = cookies
    if (options.token !== undefined) this.#authorization = `Bearer ${options.token}`
  }

  /** How often the server began a new session in place of one that it had given: what SET and USE did there is gone. */
  get sessionsLost(): number {
    return this.#sessionsLost
  }

  /** One message for one message. */
  async unary<Request, Response>(
    method: FlightMethodDefinition<Request, Response>,
    request: Request,
    options: CallOptions = {},
  ): Promise<Response> {
    const metadata = await this.#metadata(options)
    return new Promise<Response>((resolve, reject) => {
      const { path, requestSerialize, responseDeserialize } = method
      const call = this.#channel.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        this.#callOptions(options),
        (error, response) => {
          this.#running.delete(call)
          options.signal?.removeEventListener('abort', abort)
          if (error === null && response !== undefined) resolve(response)
          else reject(this.#failure(error, options))
        },
      )
      const abort = (): void => call.cancel()
      this.#running.add(call)
      options.signal?.addEventListener('abort', abort, { once: true })
      call.on('metadata', (headers) => this.#receive(headers))
    })
  }

  /** Many messages for one message. */
  async *stream<Request, Response>(
    method: FlightMethodDefinition<Request, Response>,
    request: Request,
    options: CallOptions = {},
  ): AsyncGenerator<Response, void, undefined> {
    const metadata = await this.#metadata(options)
    const { path, requestSerialize, responseDeserialize } = method
    const call = this.#channel.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadata,
      this.#callOptions(options),
    )
    yield* this.#read(call, options)
  }

  /** Many messages for many messages: those given are written while the answers are read. */
  async *exchange<Request, Response>(
    method: FlightMethodDefinition<Request, Response>,
    requests: AsyncIterable<Request> | Iterable<Request>,
    options: CallOptions = {},
  ): AsyncGenerator<Response, void, undefined> {
    const metadata = await this.#metadata(options)
    const { path, requestSerialize, responseDeserialize } = method
    const call = this.#channel.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata, this.#callOptions(options))
    const writing = writeAll(call, requests)
    try {
      yield* this.#read(call, options)
    } catch (error) {
      // What broke the source of the messages is the reason why the call was reset.
      const failure = await writing
      throw failure === undefined ? error : failure.error
    }
  }

  /** Resets the calls that run. A later call connects anew. */
  close(): void {
    for (const call of this.#running) call.cancel()
    this.#disconnect()
  }

  /** Calls that run go on, the next one connects anew. */
  #disconnect(): void {
    this.#client?.close()
    this.#client = undefined
  }

  async *#read<Response>(
    call: ClientReadableStream<Response> | ClientDuplexStream<never, Response>,
    options: CallOptions,
  ): AsyncGenerator<Response, void, undefined> {
    const { signal } = options
    const abort = (): void => call.cancel()
    this.#running.add(call)
    signal?.addEventListener('abort', abort, { once: true })
    if (signal?.aborted === true) abort()
    call.on('metadata', (headers) => this.#receive(headers))
    // A call that is reset after its reader has left still tells so.
    call.on('error', () => undefined)
    try {
      for await (const message of call) yield message as Response
    } catch (error) {
      throw this.#failure(error, options)
    } finally {
      this.#running.delete(call)
      signal?.removeEventListener('abort', abort)
      call.cancel()
    }
  }

  get #channel(): Client {
    this.#client ??= new Client(this.address.target, channelCredentials(this.address, this.#options.tls), this.#channelOptions())
    return this.#client
  }

  #channelOptions(): ChannelOptions {
    const { tls, maxReceiveMessageBytes, keepaliveMs } = this.#options
    return {
      'grpc.max_receive_message_length': maxReceiveMessageBytes ?? MAX_RECEIVE_MESSAGE_BYTES,
      'grpc.max_send_message_length': -1,
      'grpc-node.flow_control_window': FLOW_CONTROL_WINDOW_BYTES,
      // A server may keep a session for a connection: two clients must not share one.
      'grpc.use_local_subchannel_pool': 1,
      'grpc.enable_http_proxy': this.address.isLocal ? 0 : 1,
      ...(keepaliveMs === undefined ? {} : { 'grpc.keepalive_time_ms': keepaliveMs }),
      ...(tls?.serverName === undefined
        ? {}
        : { 'grpc.ssl_target_name_override': tls.serverName, 'grpc.default_authority': tls.serverName }),
    }
  }

  #callOptions({ deadlineMs = this.#options.deadlineMs }: CallOptions): GrpcCallOptions {
    return deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs }
  }

  async #metadata(options: CallOptions): Promise<Metadata> {
    throwIfAborted(options.signal)
    const { login } = this.#options
    if (login !== undefined && this.#authorization === undefined) {
      // Calls that come at once log in once.
      this.#loggingIn ??= this.#logIn(login, options).finally(() => (this.#loggingIn = undefined))
      await this.#loggingIn
      throwIfAborted(options.signal)
    }
    const metadata = this.#headers()
    if (this.#authorization !== undefined) metadata.set('authorization', this.#authorization)
    const cookies = this.#cookies.header
    if (cookies !== undefined) metadata.set('cookie', cookies)
    return metadata
  }

  async #logIn(login: Login, { deadlineMs = LOGIN_TIMEOUT_MS }: CallOptions): Promise<void> {
    const grant = await handshake(this.#channel, login, this.#headers(), this.#callOptions({ deadlineMs })).catch((error: unknown) => {
      throw this.#failure(error, {})
    })
    this.#receive(grant.headers)
    this.#authorization = grant.authorization
  }

  #headers(): Metadata {
    const metadata = new Metadata()
    for (const [name, value] of Object.entries(this.#options.headers ?? {})) metadata.set(name, value)
    return metadata
  }

  #receive(headers: Metadata): void {
    if (this.#cookies.receive(headers)) this.#sessionsLost++
  }

  #failure(error: unknown, { signal, sql }: CallOptions): unknown {
    if (signal?.aborted === true) return cancelled(signal.reason)
    if (!isServiceError(error)) return error
    this.#receive(error.metadata)
    // The next call logs in again, and connects at once instead of after gRPC's growing pauses.
    if (error.code === status.UNAUTHENTICATED && this.#options.login !== undefined) this.#authorization = undefined
    if (error.code === status.UNAVAILABLE) this.#disconnect()
    return callError(error, this.address, sql)
  }
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'metadata' in error
}

function channelCredentials({ usesTls }: ServerAddress, tls: TlsOptions = {}): ChannelCredentials {
  if (!usesTls) return credentials.createInsecure()
  const verification = tls.insecure === true ? { rejectUnauthorized: false, checkServerIdentity: () => undefined } : {}
  return credentials.createSsl(pem(tls.ca), pem(tls.key), pem(tls.certificate), verification)
}

function pem(bytes: Uint8Array | undefined): Buffer | null {
  return bytes === undefined ? null : Buffer.from(bytes)
}

/** Writes with back-pressure until the messages or the call end. Gives what broke the messages; the call is reset then. */
async function writeAll<Request>(
  call: ClientDuplexStream<Request, unknown>,
  requests: AsyncIterable<Request> | Iterable<Request>,
): Promise<{ readonly error: unknown } | undefined> {
  let hasEnded = false
  const ended = new Promise<void>((resolve) => {
    call.once('status', () => {
      hasEnded = true
      resolve()
    })
  })
  try {
    for await (const request of requests) {
      if (hasEnded) break
      await Promise.race([new Promise<void>((resolve) => call.write(request, () => resolve())), ended])
    }
    if (!hasEnded) call.end()
    return undefined
  } catch (error) {
    call.cancel()
    return { error }
  }
}
