/**
 * Who runs next. At most so many run at once over all, at most so many for each principal; the rest wait, first come
 * first served within a principal, and principals take turns. So a principal that asks for a thousand delays another's one
 * by a single turn.
 *
 * A full queue drops the newest of the principal that waits for most, if the new one's principal waits for less: nobody
 * can keep others out by filling it.
 */

export interface FairQueueOptions {
  readonly maxRunning: number
  readonly maxWaiting: number
}

export interface Waiter {
  readonly key: string
  /** How many of this key may run at once. */
  readonly maxRunning: number
  /** It runs now: `release` is due. */
  readonly start: () => void
  /** It was dropped for a fuller principal's sake. */
  readonly drop: () => void
}

export class FairQueue {
  readonly #maxRunning: number
  readonly #maxWaiting: number
  /** Keys that wait, in the order of their turns. Sets keep their order, and a waiter leaves from the middle in one step. */
  readonly #waiting = new Map<string, Set<Waiter>>()
  readonly #running = new Map<string, number>()
  #runningCount = 0
  #waitingCount = 0

  constructor(options: FairQueueOptions) {
    this.#maxRunning = options.maxRunning
    this.#maxWaiting = options.maxWaiting
  }

  get running(): number {
    return this.#runningCount
  }

  get waiting(): number {
    return this.#waitingCount
  }

  get waitingKeys(): number {
    return this.#waiting.size
  }

  runningOf(key: string): number {
    return this.#running.get(key) ?? 0
  }

  /** Starts it at once or puts it in line; refuses it when the queue is full and stays as it is. */
  enter(waiter: Waiter): 'started' | 'waiting' | 'refused' {
    const own = this.#waiting.get(waiter.key)
    // Whoever waits is held by its own limit or by the server's: without own waiters, and with room in both, its turn is now.
    if (own === undefined && this.#hasRoom(waiter)) {
      this.#start(waiter)
      return 'started'
    }
    if (this.#waitingCount >= this.#maxWaiting && !this.#dropFromFullest(own?.size ?? 0)) return 'refused'
    const line = this.#waiting.get(waiter.key) ?? new Set<Waiter>()
    line.add(waiter)
    this.#waiting.set(waiter.key, line)
    this.#waitingCount += 1
    // A limit that was raised meanwhile may leave room for those in line.
    while (this.#startNext());
    return line.has(waiter) ? 'waiting' : 'started'
  }

  /** Takes a waiter out of line. False when it does not wait. */
  leave(waiter: Waiter): boolean {
    const line = this.#waiting.get(waiter.key)
    if (line?.delete(waiter) !== true) return false
    if (line.size === 0) this.#waiting.delete(waiter.key)
    this.#waitingCount -= 1
    return true
  }

  /** One of this key has ended: the next have their turn. */
  release(key: string): void {
    const left = this.runningOf(key) - 1
    if (left > 0) this.#running.set(key, left)
    else this.#running.delete(key)
    this.#runningCount -= 1
    while (this.#startNext());
  }

  #hasRoom(waiter: Waiter): boolean {
    return this.#runningCount < this.#maxRunning && this.runningOf(waiter.key) < waiter.maxRunning
  }

  #startNext(): boolean {
    if (this.#runningCount >= this.#maxRunning) return false
    for (const [key, line] of this.#waiting) {
      const first = line.values().next().value
      if (first === undefined || !this.#hasRoom(first)) continue
      this.leave(first)
      // To the end of the turns, also when others of this key still wait.
      if (this.#waiting.delete(key)) this.#waiting.set(key, line)
      this.#start(first)
      return true
    }
    return false
  }

  #start(waiter: Waiter): void {
    this.#running.set(waiter.key, this.runningOf(waiter.key) + 1)
    this.#runningCount += 1
    waiter.start()
  }

  #dropFromFullest(ownCount: number): boolean {
    let fullest: Set<Waiter> | undefined
    for (const line of this.#waiting.values()) if (line.size > (fullest?.size ?? ownCount + 1)) fullest = line
    const newest = fullest === undefined ? undefined : Array.from(fullest).at(-1)
    if (newest === undefined) return false
    this.leave(newest)
    newest.drop()
    return true
  }
}
