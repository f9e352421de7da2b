/**
 * A token bucket that is a level and the time that it was true at: no timer fills it, and it can be written down and read
 * back at another time without gaining or losing anything. Rates are per second. An infinite rate never runs out.
 */
export class TokenBucket {
  #rate: number
  #capacity: number
  #level: number
  #atMs: number

  /** Starts full, or at the level that it had at an earlier time. */
  constructor(rate: number, capacity: number, nowMs: number, earlier?: BucketLevel) {
    this.#rate = rate
    this.#capacity = capacity
    this.#level = Math.min(earlier?.level ?? capacity, capacity)
    // A time in the future comes from a clock that was set back: it must not grant anything, nor hold back for long.
    this.#atMs = Math.min(earlier?.atMs ?? nowMs, nowMs)
  }

  /** Takes up changed limits from now on. */
  configure(rate: number, capacity: number, nowMs: number): void {
    if (rate === this.#rate && capacity === this.#capacity) return
    this.#fill(nowMs)
    this.#rate = rate
    this.#capacity = capacity
    this.#level = Math.min(this.#level, capacity)
  }

  /** Takes one and gives 0, or takes nothing and gives the milliseconds until one is there. */
  take(nowMs: number): number {
    if (this.#rate === Infinity) return 0
    this.#fill(nowMs)
    if (this.#level >= 1 - Math.max(TOLERANCE, this.#rate * CLOCK_SECONDS)) {
      this.#level -= 1
      return 0
    }
    return ((1 - this.#level) / this.#rate) * 1000
  }

  /** Takes any amount, into debt if need be, and gives the milliseconds until the debt is paid. */
  spend(amount: number, nowMs: number): number {
    if (this.#rate === Infinity) return 0
    this.#fill(nowMs)
    this.#level -= amount
    return this.#level >= 0 ? 0 : (-this.#level / this.#rate) * 1000
  }

  /** Gives one back that was taken for nothing. */
  giveBack(nowMs: number): void {
    this.#fill(nowMs)
    this.#level = Math.min(this.#capacity, this.#level + 1)
  }

  level(nowMs: number): BucketLevel {
    this.#fill(nowMs)
    return { level: this.#level, atMs: this.#atMs }
  }

  /** Full: as good as one that never was used. */
  isFull(nowMs: number): boolean {
    this.#fill(nowMs)
    return this.#rate === Infinity || this.#level >= this.#capacity
  }

  #fill(nowMs: number): void {
    if (nowMs <= this.#atMs) return
    if (this.#rate !== Infinity) this.#level = Math.min(this.#capacity, this.#level + ((nowMs - this.#atMs) / 1000) * this.#rate)
    this.#atMs = nowMs
  }
}

export interface BucketLevel {
  readonly level: number
  /** Milliseconds since the epoch. */
  readonly atMs: number
}

/**
 * Rounding, so that a caller who comes back at the very moment it was told to is let in: of the sums above, and of
 * milliseconds since the epoch, which a double holds to a quarter of a microsecond. What is let in too early is owed.
 */
const TOLERANCE = 1e-6
const CLOCK_SECONDS = 5e-7
