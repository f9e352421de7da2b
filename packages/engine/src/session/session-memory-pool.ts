/** The memory of one session within that of its process: both limits hold for every reservation. */

import { ResourceError } from '@artemis/errors'
import type { MemoryPool } from '@artemis/execution'
import { GreedyMemoryPool } from '@artemis/execution'
import type { MemoryReservation } from '@artemis/plan'

export class SessionMemoryPool implements MemoryPool {
  /** What the session was given; the process may allow less. */
  readonly sessionLimit: number
  readonly #own: GreedyMemoryPool
  readonly #shared: MemoryPool | undefined

  constructor(sessionLimit: number, shared: MemoryPool | undefined) {
    this.sessionLimit = sessionLimit
    this.#own = new GreedyMemoryPool(sessionLimit)
    this.#shared = shared
  }

  get limit(): number {
    return Math.min(this.sessionLimit, this.#shared?.limit ?? Number.POSITIVE_INFINITY)
  }

  get reserved(): number {
    return this.#own.reserved
  }

  get peak(): number {
    return this.#own.peak
  }

  reserve(consumer: string): MemoryReservation {
    const own = this.#own.reserve(consumer)
    return this.#shared === undefined ? own : new BothReservations(own, this.#shared.reserve(consumer))
  }
}

class BothReservations implements MemoryReservation {
  readonly #own: MemoryReservation
  readonly #shared: MemoryReservation

  constructor(own: MemoryReservation, shared: MemoryReservation) {
    this.#own = own
    this.#shared = shared
  }

  get size(): number {
    return this.#own.size
  }

  tryGrow(bytes: number): boolean {
    if (!this.#own.tryGrow(bytes)) return false
    if (this.#shared.tryGrow(bytes)) return true
    this.#own.shrink(bytes)
    return false
  }

  grow(bytes: number): void {
    this.#own.grow(bytes)
    try {
      this.#shared.grow(bytes)
    } catch (error) {
      this.#own.shrink(bytes)
      if (!(error instanceof ResourceError)) throw error
      const hint = 'All sessions share this limit: try again later, or ask for less data at once.'
      throw new ResourceError({ code: 'MEMORY_LIMIT', message: error.message, hint, cause: error })
    }
  }

  shrink(bytes: number): void {
    this.#own.shrink(bytes)
    this.#shared.shrink(bytes)
  }

  free(): void {
    this.#own.free()
    this.#shared.free()
  }
}
