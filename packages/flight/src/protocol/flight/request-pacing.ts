/**
 * Hands a client's messages over one by one, as the handler asks for them. The streams of grpc-js read 16 messages ahead,
 * which for batches is far too much; an interceptor holds each message until it is pulled, and as long as one is held,
 * nothing more is read from the connection.
 */

import type { Metadata, ServerDuplexStream, ServerInterceptor } from '@grpc/grpc-js'
import { ServerInterceptingCall } from '@grpc/grpc-js'
import { FLIGHT_SERVICE_NAME } from './service-definition.js'

class RequestGate {
  #wanted = 0
  readonly #held: (() => void)[] = []

  /** Lets one message through, now or when it comes. */
  open(): void {
    const deliver = this.#held.shift()
    if (deliver === undefined) this.#wanted++
    else deliver()
  }

  pass(deliver: () => void): void {
    if (this.#wanted === 0) this.#held.push(deliver)
    else {
      this.#wanted--
      deliver()
    }
  }
}

/** A call's metadata object is all that an interceptor and the call's handler both see. */
const gates = new WeakMap<Metadata, RequestGate>()

export const pacingInterceptor: ServerInterceptor = (method, call) => {
  if (!method.requestStream || !method.path.startsWith(`/${FLIGHT_SERVICE_NAME}/`)) return new ServerInterceptingCall(call)
  const gate = new RequestGate()
  return new ServerInterceptingCall(call, {
    start(next) {
      next({
        onReceiveMetadata(metadata, forward) {
          gates.set(metadata, gate)
          forward(metadata)
        },
        onReceiveMessage(message, forward) {
          gate.pass(() => forward(message))
        },
        // A reset of the stream looks like its end at first. Asking for more makes gRPC look at the stream, and a reset
        // is known before the end goes on: half of an upload is never taken for the whole.
        onReceiveHalfClose(forward) {
          call.startRead()
          setImmediate(forward)
        },
      })
    },
  })
}

/**
 * The messages of a call in order, until the client ends its side. Can be read once. Throws the signal's reason when the
 * call is over before.
 */
export async function* pacedRequests(call: ServerDuplexStream<Buffer, Buffer>, signal: AbortSignal): AsyncGenerator<Buffer, void, undefined> {
  const gate = gates.get(call.metadata)
  let arrived: Buffer | undefined
  let ended = false
  let wake: () => void = () => undefined
  const onData = (message: Buffer): void => {
    arrived = message
    wake()
  }
  const onEnd = (): void => {
    ended = true
    wake()
  }
  const onAbort = (): void => wake()
  call.on('data', onData)
  call.once('end', onEnd)
  signal.addEventListener('abort', onAbort)
  try {
    for (;;) {
      gate?.open()
      while (arrived === undefined && !ended && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      if (signal.aborted) throw signal.reason
      if (arrived === undefined) return
      const message = arrived
      arrived = undefined
      yield message
    }
  } finally {
    call.off('data', onData)
    call.off('end', onEnd)
    signal.removeEventListener('abort', onAbort)
  }
}
