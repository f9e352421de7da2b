/**
 * Runs an asynchronous step for many items ahead of the consumer: at most `concurrency` at once, and at most as many
 * finished results as memory allows, so that what is held is bounded by back-pressure and not by the number of items.
 *
 *   items ──pump──▶ steps under way ──▶ ready ──▶ consumer
 *
 * The pump runs beside the consumer: results are handed on while it still waits for further items.
 */

import { throwIfAborted } from '@artemis/errors'
import type { MemoryReservation } from '@artemis/plan'

export interface PrefetchOptions<T, R> {
  readonly items: AsyncIterable<T>
  /** Bytes that the result of an item will hold; reserved before its step starts. */
  readonly byteSize: (item: T) => number
  readonly step: (item: T, signal: AbortSignal) => Promise<R>
  readonly concurrency: number
  /** Bytes to be ahead of the consumer, about; at least one step runs ahead whatever it brings. Default: no bound. */
  readonly aheadBytes?: number
  readonly memory: MemoryReservation
  readonly signal: AbortSignal
}

export interface Prefetched<R> {
  readonly result: R
  /** Gives the item's memory back. */
  readonly release: () => void
}

interface Size {
  /** Bytes of the result. */
  readonly size: number
  /** Bytes that are reserved for it. */
  readonly reserved: number
}

type Outcome<R> = (Size & { readonly kind: 'done'; readonly result: R }) | (Size & { readonly kind: 'failed'; readonly error: unknown })

/** Results in the order in which they become ready. Leaving early stops what is under way and waits for it to end. */
export async function* prefetch<T, R>(options: PrefetchOptions<T, R>): AsyncGenerator<Prefetched<R>, void, undefined> {
  const pump = new Pump(options)
  try {
    for (;;) {
      const outcome = pump.next() ?? (await pump.wait())
      throwIfAborted(options.signal)
      if (outcome === undefined) return
      let held = true
      const release = (): void => {
        if (held) pump.release(outcome.reserved)
        held = false
      }
      try {
        if (outcome.kind === 'failed') throw outcome.error
        yield { result: outcome.result, release }
      } finally {
        release()
      }
    }
  } finally {
    await pump.stop()
  }
}

class Pump<T, R> {
  readonly #options: PrefetchOptions<T, R>
  readonly #iterator: AsyncIterator<T>
  readonly #stopping = new AbortController()
  readonly #signal: AbortSignal
  readonly #ready: Outcome<R>[] = []
  /** Steps under way. */
  #running = 0
  /** Bytes of steps that are under way or ready. */
  #aheadBytes = 0
  /** Outcomes that the consumer has and still holds. */
  #held = 0
  /** An item that waits for memory. */
  #waiting: T | undefined
  /** Memory was refused: trying again is of use once something was given back. */
  #refused = false
  #exhausted = false
  #stopped = false
  #pumping: Promise<void> | undefined
  /** Wakes the consumer, or `stop`, that waits for a change. */
  #wake: (() => void) | undefined

  constructor(options: PrefetchOptions<T, R>) {
    this.#options = options
    this.#iterator = options.items[Symbol.asyncIterator]()
    this.#signal = AbortSignal.any([options.signal, this.#stopping.signal])
  }

  /** The next outcome, when there is one already. Starts what there is room for. */
  next(): Outcome<R> | undefined {
    const outcome = this.#take()
    this.#start()
    return outcome
  }

  /** The next outcome, or undefined when all have been given. */
  async wait(): Promise<Outcome<R> | undefined> {
    while (this.#ready.length === 0) {
      this.#start()
      if (this.#running === 0 && this.#pumping === undefined && this.#ready.length === 0) return undefined
      await this.#change()
    }
    return this.#take()
  }

  #take(): Outcome<R> | undefined {
    const outcome = this.#ready.shift()
    if (outcome === undefined) return undefined
    this.#held++
    this.#refused = false
    this.#aheadBytes -= outcome.size
    return outcome
  }

  release(bytes: number): void {
    this.#held--
    this.#refused = false
    this.#options.memory.shrink(bytes)
  }

  /** Aborts what is under way, waits for its end, and gives its memory back. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#stopping.abort()
    while (this.#running > 0) await this.#change()
    await this.#iterator.return?.()
    await this.#pumping
    for (const { reserved } of this.#ready.splice(0)) this.#options.memory.shrink(reserved)
  }

  #start(): void {
    if (this.#pumping !== undefined || this.#refused || this.#exhausted || this.#stopped || this.#isFull) return
    this.#pumping = this.#pump().finally(() => {
      this.#pumping = undefined
      this.#changed()
    })
  }

  get #isFull(): boolean {
    const { concurrency, aheadBytes = Infinity } = this.#options
    return this.#running + this.#ready.length >= concurrency || this.#aheadBytes >= aheadBytes
  }

  /**
   * Starts steps until the cap or the memory is reached. One step runs even so when nothing else is held, unreserved if
   * need be: operators above may hold all the memory there is, and give it back only by spilling what the next batch
   * brings.
   */
  async #pump(): Promise<void> {
    const { byteSize, memory } = this.#options
    while (!this.#stopped && !this.#isFull) {
      if (this.#waiting === undefined) {
        let next: IteratorResult<T>
        try {
          next = await this.#iterator.next()
        } catch (error) {
          this.#exhausted = true
          this.#ready.push({ kind: 'failed', size: 0, reserved: 0, error })
          return
        }
        if (next.done === true) {
          this.#exhausted = true
          return
        }
        this.#waiting = next.value
        if (this.#stopped) return
      }
      const size = byteSize(this.#waiting)
      const isReserved = memory.tryGrow(size)
      if (!isReserved && this.#running + this.#ready.length + this.#held > 0) {
        this.#refused = true
        return
      }
      void this.#run(this.#waiting, { size, reserved: isReserved ? size : 0 })
      this.#waiting = undefined
    }
  }

  async #run(item: T, size: Size): Promise<void> {
    this.#running++
    this.#aheadBytes += size.size
    let outcome: Outcome<R>
    try {
      outcome = { ...size, kind: 'done', result: await this.#options.step(item, this.#signal) }
    } catch (error) {
      outcome = { ...size, kind: 'failed', error }
    }
    this.#running--
    this.#ready.push(outcome)
    this.#changed()
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #changed(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}
