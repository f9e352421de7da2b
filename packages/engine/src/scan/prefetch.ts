/**
 * Runs an asynchronous step for many items ahead of the consumer: at most `concurrency` at once, and at most as many
 * finished results as memory allows, so that what is held is bounded by back-pressure and not by the number of items.
 */

import { throwIfAborted } from '@artemis/errors'
import type { MemoryReservation } from '@artemis/plan'
import pLimit from 'p-limit'

export interface PrefetchOptions<T, R> {
  readonly items: AsyncIterable<T>
  /** Bytes that the result of an item will hold; reserved before its step starts. */
  readonly byteSize: (item: T) => number
  readonly step: (item: T, signal: AbortSignal) => Promise<R>
  readonly concurrency: number
  readonly memory: MemoryReservation
  readonly signal: AbortSignal
}

export interface Prefetched<R> {
  readonly result: R
  /** Gives the item's memory back. */
  readonly release: () => void
}

interface Running<R> {
  readonly bytes: number
  readonly done: Promise<{ readonly running: Running<R>; readonly result: R }>
}

/** Results in the order in which they become ready. Leaving early stops what is under way and waits for it to end. */
export async function* prefetch<T, R>(options: PrefetchOptions<T, R>): AsyncGenerator<Prefetched<R>, void, undefined> {
  const { memory, concurrency } = options
  const limit = pLimit(concurrency)
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  const iterator = options.items[Symbol.asyncIterator]()
  const running = new Set<Running<R>>()
  let waiting: T | undefined
  let exhausted = false

  const start = (item: T, bytes: number): void => {
    const entry: Running<R> = { bytes, done: limit(() => options.step(item, signal)).then((result) => ({ running: entry, result })) }
    // A failure while nobody waits for this one must not end the process; it is thrown when its turn comes.
    entry.done.catch(() => undefined)
    running.add(entry)
  }

  /**
   * Starts steps until the cap or the memory is reached. One step always runs, unreserved if need be: operators above
   * may hold all the memory there is, and give it back only by spilling what the next batch brings.
   */
  const fill = async (): Promise<void> => {
    while (!exhausted && running.size < concurrency) {
      if (waiting === undefined) {
        const next = await iterator.next()
        if (next.done === true) {
          exhausted = true
          return
        }
        waiting = next.value
      }
      const bytes = options.byteSize(waiting)
      const reserved = memory.tryGrow(bytes)
      if (!reserved && running.size > 0) return
      start(waiting, reserved ? bytes : 0)
      waiting = undefined
    }
  }

  try {
    await fill()
    while (running.size > 0) {
      throwIfAborted(options.signal)
      const ready = await Promise.race([...running].map((entry) => entry.done))
      running.delete(ready.running)
      const bytes = ready.running.bytes
      let released = false
      const release = (): void => {
        if (!released) memory.shrink(bytes)
        released = true
      }
      try {
        yield { result: ready.result, release }
      } finally {
        release()
      }
      await fill()
    }
  } finally {
    stop.abort()
    await iterator.return?.()
    await Promise.allSettled([...running].map((entry) => entry.done))
    for (const entry of running) memory.shrink(entry.bytes)
  }
}
