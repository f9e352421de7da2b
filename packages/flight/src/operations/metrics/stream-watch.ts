/**
 * Tells streams whose reader takes nothing. A stream of results is pulled when the one before it was written: the time
 * between giving a message and being asked for the next is the reader's.
 */

import type { FlightService } from '../../protocol/flight/flight-service.js'

export class StreamWatch {
  readonly #stallAfterMs: number
  readonly #onStall: () => void
  /** When each stream that waits for its reader began to wait. */
  readonly #waiting = new Map<symbol, number>()

  constructor(options: { readonly stallAfterMs: number; readonly onStall: () => void }) {
    this.#stallAfterMs = options.stallAfterMs
    this.#onStall = options.onStall
  }

  get stalled(): number {
    const now = performance.now()
    let count = 0
    for (const since of this.#waiting.values()) if (now - since > this.#stallAfterMs) count++
    return count
  }

  /** The same service, with its streams of data watched. */
  watch(service: FlightService): FlightService {
    return new Proxy(service, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        const method = member.bind(target) as (...parameters: unknown[]) => unknown
        if (name !== 'doGet' && name !== 'doExchange') return method
        return (...parameters: unknown[]) => this.#watched(method(...parameters) as AsyncIterable<unknown>)
      },
    })
  }

  async *#watched<T>(messages: AsyncIterable<T>): AsyncGenerator<T> {
    const stream = Symbol('stream')
    try {
      for await (const message of messages) {
        const since = performance.now()
        this.#waiting.set(stream, since)
        yield message
        this.#waiting.delete(stream)
        if (performance.now() - since > this.#stallAfterMs) this.#onStall()
      }
    } finally {
      const since = this.#waiting.get(stream)
      this.#waiting.delete(stream)
      if (since !== undefined && performance.now() - since > this.#stallAfterMs) this.#onStall()
    }
  }
}
