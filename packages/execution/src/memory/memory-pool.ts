/**
 * Memory accounting. JavaScript gives no means to limit what a query allocates, so every operator that holds data says
 * how much it holds, and asks before it holds more. A refusal means: spill, or fail with an error that says who holds
 * the memory.
 */

import { assert, ResourceError } from '@artemis/errors'
import type { MemoryReservation } from '@artemis/plan'
import { formatBytes } from './format-bytes.js'

export interface MemoryPool {
  /** Bytes that may be reserved at once. */
  readonly limit: number
  /** Bytes reserved now. */
  readonly reserved: number
  /** The most bytes ever reserved at once. */
  readonly peak: number
  /** An empty reservation of a consumer; errors call it by this name. Freeing it is the consumer's duty. */
  reserve(consumer: string): MemoryReservation
}

/** First come, first served: whoever asks gets, until the limit is reached. */
export class GreedyMemoryPool implements MemoryPool {
  readonly limit: number
  #reserved = 0
  #peak = 0
  readonly #holders = new Set<PoolReservation>()

  /** `limit` in bytes; infinity for none. */
  constructor(limit: number = Number.POSITIVE_INFINITY) {
    assert(limit >= 0, 'a memory limit cannot be negative')
    this.limit = limit
  }

  get reserved(): number {
    return this.#reserved
  }

  get peak(): number {
    return this.#peak
  }

  reserve(consumer: string): MemoryReservation {
    return new PoolReservation(consumer, {
      take: (reservation, bytes) => this.#take(reservation, bytes),
      giveBack: (reservation, bytes) => this.#giveBack(reservation, bytes),
      refusal: (reservation, bytes) => this.#refusal(reservation, bytes),
    })
  }

  #take(reservation: PoolReservation, bytes: number): boolean {
    if (this.#reserved + bytes > this.limit) return false
    this.#reserved += bytes
    if (this.#reserved > this.#peak) this.#peak = this.#reserved
    this.#holders.add(reservation)
    return true
  }

  #giveBack(reservation: PoolReservation, bytes: number): void {
    this.#reserved -= bytes
    if (reservation.size === bytes) this.#holders.delete(reservation)
  }

  #refusal(reservation: PoolReservation, bytes: number): ResourceError {
    const top = [...this.#holders].sort((a, b) => b.size - a.size).slice(0, 3)
    const holders =
      top.length === 0
        ? 'nothing is reserved'
        : `most is held by ${top.map((holder) => `${holder.consumer} (${formatBytes(holder.size)})`).join(', ')}`
    const used = `${formatBytes(this.#reserved)} of the limit of ${formatBytes(this.limit)} are in use`
    return new ResourceError({
      code: 'MEMORY_LIMIT',
      message: `${reservation.consumer} needs ${formatBytes(bytes)} more memory, but ${used}: ${holders}`,
      hint: 'Raise artemis.memory_limit, or ask for less data at once.',
    })
  }
}

interface PoolSide {
  take(reservation: PoolReservation, bytes: number): boolean
  giveBack(reservation: PoolReservation, bytes: number): void
  refusal(reservation: PoolReservation, bytes: number): ResourceError
}

class PoolReservation implements MemoryReservation {
  readonly consumer: string
  readonly #pool: PoolSide
  #size = 0

  constructor(consumer: string, pool: PoolSide) {
    this.consumer = consumer
    this.#pool = pool
  }

  get size(): number {
    return this.#size
  }

  tryGrow(bytes: number): boolean {
    if (bytes <= 0) return true
    if (!this.#pool.take(this, bytes)) return false
    this.#size += bytes
    return true
  }

  grow(bytes: number): void {
    if (!this.tryGrow(bytes)) throw this.#pool.refusal(this, bytes)
  }

  shrink(bytes: number): void {
    assert(bytes <= this.#size, 'more memory given back than was reserved')
    if (bytes <= 0) return
    this.#pool.giveBack(this, bytes)
    this.#size -= bytes
  }

  free(): void {
    this.shrink(this.#size)
  }
}

/** Makes a reservation `bytes` large, or returns false and leaves it as it is. Getting smaller always works. */
export function tryResize(reservation: MemoryReservation, bytes: number): boolean {
  if (bytes <= reservation.size) {
    reservation.shrink(reservation.size - bytes)
    return true
  }
  return reservation.tryGrow(bytes - reservation.size)
}

/** As {@link tryResize}, but a refusal is a ResourceError. */
export function resize(reservation: MemoryReservation, bytes: number): void {
  if (bytes <= reservation.size) reservation.shrink(reservation.size - bytes)
  else reservation.grow(bytes - reservation.size)
}
