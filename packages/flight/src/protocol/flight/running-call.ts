/** One call from its start to its status: who makes it, when it is to stop, what went to and fro. */

import type { PeerCertificate } from 'node:tls'
import type { Deadline, Metadata, ServerDuplexStream, ServerWritableStream } from '@grpc/grpc-js'
import { Metadata as MetadataClass, status } from '@grpc/grpc-js'
import type { Principal } from '../principal.js'
import { ANONYMOUS } from '../principal.js'
import type { Credentials } from './authenticator.js'
import type { CallContext, FlightMethod } from './call-context.js'
import type { CallHooks } from './call-hooks.js'
import type { OutgoingMessage } from './flight-data-codec.js'
import { FlightError, invalidArgument } from './flight-error.js'
import type { CallStatus } from './status.js'

/** What gRPC's kinds of calls have in common. */
export interface GrpcCall {
  readonly cancelled: boolean
  readonly metadata: Metadata
  getPeer(): string
  getDeadline(): Deadline
  getAuthContext(): { sslPeerCertificate?: PeerCertificate | undefined } | null
  sendMetadata(metadata: Metadata): void
  once(event: 'cancelled', listener: () => void): unknown
}

/** How the messages and the status of a call reach gRPC: streams and single answers differ. */
export interface Responder {
  /** Resolves when the message left our memory, and also when the call is cancelled. */
  send(message: OutgoingMessage, cancelled: AbortSignal): Promise<void>
  succeed(trailers: Metadata): void
  fail(failure: Pick<CallStatus, 'code' | 'details' | 'metadata'>): void
}

/** Longer timers overflow; a call that lives as long has no deadline worth keeping. */
const MAX_TIMER_MS = 2 ** 31 - 1

export interface RunningCallOptions {
  readonly hooks: readonly CallHooks[]
  /** How long one message may wait for the client to read. */
  readonly stallTimeoutMs: number | undefined
}

export class RunningCall implements CallContext {
  readonly method: FlightMethod
  readonly peer: string
  readonly headers: Metadata
  readonly deadline: Date | undefined
  readonly signal: AbortSignal
  readonly trailers = new MetadataClass()
  readonly startedAtMs = performance.now()
  principal: Principal = ANONYMOUS
  messagesSent = 0
  bytesSent = 0
  messagesReceived = 0
  bytesReceived = 0
  readonly #call: GrpcCall
  readonly #responder: Responder
  readonly #hooks: readonly CallHooks[]
  readonly #stallTimeoutMs: number | undefined
  readonly #abort = new AbortController()
  readonly #answerHeaders = new MetadataClass()
  #areHeadersSent = false
  #isAnswered = false
  #deadlineTimer: NodeJS.Timeout | undefined

  constructor(method: FlightMethod, call: GrpcCall, responder: Responder, { hooks, stallTimeoutMs }: RunningCallOptions) {
    this.method = method
    this.#call = call
    this.#responder = responder
    this.#hooks = hooks
    this.#stallTimeoutMs = stallTimeoutMs
    this.peer = call.getPeer()
    this.headers = call.metadata
    this.signal = this.#abort.signal
    const deadline = call.getDeadline()
    const deadlineMs = typeof deadline === 'number' ? deadline : deadline.getTime()
    this.deadline = Number.isFinite(deadlineMs) ? new Date(deadlineMs) : undefined
    // A call that ended is "cancelled" too, when its stream closes; then nobody listens any more.
    call.once('cancelled', () => {
      if (!this.#isAnswered) this.stop(this.#isPastDeadline() ? deadlineExceeded() : clientCancelled())
    })
    if (call.cancelled) this.stop(clientCancelled())
    if (this.deadline !== undefined) {
      // gRPC has a timer of its own, which says nothing to us while a message waits for a client that does not read.
      const delay = Math.min(MAX_TIMER_MS, Math.max(0, deadlineMs - Date.now()))
      this.#deadlineTimer = setTimeout(() => this.stop(deadlineExceeded()), delay)
    }
  }

  get credentials(): Credentials {
    return { headers: this.headers, peer: this.peer, certificate: this.#call.getAuthContext()?.sslPeerCertificate }
  }

  setHeader(name: string, value: string): void {
    if (this.#areHeadersSent) throw new FlightError({ code: status.INTERNAL, message: `the header ${name} comes after the first message` })
    this.#answerHeaders.add(name, value)
  }

  /** Ends the call from outside: the handler's signal fires, and the client gets the reason if it still listens. */
  stop(reason: FlightError): void {
    if (this.signal.aborted || this.#isAnswered) return
    this.#abort.abort(reason)
    this.fail({ code: reason.code, details: reason.message, metadata: new MetadataClass() })
  }

  /** Decodes a request; bytes that are no such message are the client's mistake. */
  receive<T>(bytes: Buffer, deserialize: (bytes: Buffer) => T): T {
    this.messagesReceived++
    this.bytesReceived += bytes.length
    try {
      return deserialize(bytes)
    } catch (error) {
      throw error instanceof FlightError ? error : invalidArgument(`the request of ${this.method} cannot be read: its message is malformed`, error)
    }
  }

  /** Sends one message and waits until it left; does nothing once the call was stopped. */
  async send(message: OutgoingMessage): Promise<void> {
    if (this.signal.aborted) return
    this.#sendHeaders()
    const patience = this.#stallTimeoutMs === undefined ? undefined : setTimeout(() => this.stop(stalled(this.#stallTimeoutMs!)), this.#stallTimeoutMs)
    await this.#responder.send(message, this.signal)
    clearTimeout(patience)
    if (this.signal.aborted) return
    this.messagesSent++
    this.bytesSent += message.byteLength
    for (const hooks of this.#hooks) await hooks.sent?.(this, message.byteLength)
  }

  /**
   * Sends what a handler gives. While a message waits for the client, the next is made, and no more: a client that does
   * not read holds two. However it ends, the handler's iterator is closed.
   */
  async sendAll<T>(messages: AsyncIterable<T>, serialize: (message: T) => OutgoingMessage): Promise<void> {
    const iterator = messages[Symbol.asyncIterator]()
    let sending: Promise<void> | undefined
    try {
      for (;;) {
        const next = await iterator.next()
        await sending
        if (next.done === true || this.signal.aborted) break
        sending = this.send(serialize(next.value))
        sending.catch(() => undefined)
      }
    } finally {
      await iterator.return?.()
    }
    this.signal.throwIfAborted()
  }

  succeed(): void {
    if (this.#isAnswered) return
    this.#sendHeaders()
    this.#answer()
    this.#responder.succeed(this.trailers)
  }

  fail(failure: Pick<CallStatus, 'code' | 'details' | 'metadata'>): void {
    if (this.#isAnswered) return
    this.#answer()
    if (this.#call.cancelled) return
    // Without headers of its own, a failure is a single frame: its status.
    if (Object.keys(this.#answerHeaders.getMap()).length > 0) this.#sendHeaders()
    this.#responder.fail(failure)
  }

  #answer(): void {
    this.#isAnswered = true
    clearTimeout(this.#deadlineTimer)
  }

  #sendHeaders(): void {
    if (this.#areHeadersSent) return
    this.#areHeadersSent = true
    this.#call.sendMetadata(this.#answerHeaders)
  }

  #isPastDeadline(): boolean {
    return this.deadline !== undefined && Date.now() >= this.deadline.getTime()
  }
}

function deadlineExceeded(): FlightError {
  return new FlightError({ code: status.DEADLINE_EXCEEDED, message: 'the deadline of the call has passed' })
}

function stalled(afterMs: number): FlightError {
  return new FlightError({ code: status.ABORTED, message: `the client read nothing for ${afterMs / 1000} s, so its stream was ended` })
}

function clientCancelled(): FlightError {
  return new FlightError({ code: status.CANCELLED, message: 'the client cancelled the call' })
}

export function streamResponder(call: ServerWritableStream<Buffer, OutgoingMessage> | ServerDuplexStream<Buffer, OutgoingMessage>): Responder {
  return {
    send: (message, cancelled) =>
      new Promise((resolve) => {
        const done = (): void => {
          cancelled.removeEventListener('abort', done)
          resolve()
        }
        cancelled.addEventListener('abort', done)
        call.write(message, done)
      }),
    succeed: (trailers) => {
      call.end(trailers)
    },
    fail: (failure) => {
      call.emit('error', failure)
    },
  }
}

/** A single answer leaves together with the status. */
export function unaryResponder(callback: (error: Partial<CallStatus> | null, value?: OutgoingMessage | null, trailers?: Metadata) => void): Responder {
  let answer: OutgoingMessage | undefined
  return {
    send: (message) => {
      answer = message
      return Promise.resolve()
    },
    succeed: (trailers) => callback(null, answer, trailers),
    fail: (failure) => callback(failure),
  }
}
