import type { PrincipalLimits } from '../security/access-principal.js'
import { readBudgets, writeBudgets } from './budget-file.js'
import type { BudgetLevels } from './budget-file.js'
import type { LimiterClock } from './limiter-clock.js'
import { TokenBucket } from './token-bucket.js'
import type { BucketLevel } from './token-bucket.js'

/** What one token, or one JWT's subject, has left. */
export interface Budget {
  readonly executions: TokenBucket
  readonly metadata: TokenBucket
  readonly calls: TokenBucket
  readonly bytes: TokenBucket
  limits: PrincipalLimits
}

export interface BudgetBookOptions {
  readonly clock: LimiterClock
  readonly stateFile: string | undefined
  readonly metadataFactor: number
  readonly callFactor: number
  readonly onError: (error: unknown) => void
}

const HOUSEKEEPING_MS = 1_000
/** A budget that nobody charged for so long is forgotten: it would be full at any sensible rate. */
const FORGET_MS = 30 * 86_400_000

/** All budgets. Those that are full again are dropped, as a new one is the same: the book is as large as its principals of late. */
export class BudgetBook {
  readonly #options: BudgetBookOptions
  readonly #budgets = new Map<string, Budget>()
  /** From the state file, until their principals call. */
  readonly #earlier: Map<string, BucketLevel>
  #callOff: (() => void) | undefined
  #writing: Promise<void> | undefined
  #dirty = false

  constructor(options: BudgetBookOptions) {
    this.#options = options
    this.#earlier = new Map(options.stateFile === undefined ? [] : readBudgets(options.stateFile))
  }

  budgetOf(id: string, limits: PrincipalLimits): Budget {
    let budget = this.#budgets.get(id)
    const now = this.#options.clock.now()
    if (budget === undefined) {
      budget = this.#open(limits, now, this.#earlier.get(id))
      this.#earlier.delete(id)
      this.#budgets.set(id, budget)
      this.#schedule()
    } else if (!equal(budget.limits, limits)) {
      this.#configure(budget, limits, now)
    }
    return budget
  }

  /** An execution was charged: the state file is to be written. */
  changed(): void {
    this.#dirty = true
    this.#schedule()
  }

  async close(): Promise<void> {
    this.#callOff?.()
    this.#callOff = undefined
    // The first wait may be for a write that began before the last change.
    await this.#write()
    await this.#write()
  }

  #open(limits: PrincipalLimits, now: number, earlier: BucketLevel | undefined): Budget {
    const { metadataFactor, callFactor } = this.#options
    const { requestsPerSecond, requestBurst, bytesPerSecond } = limits
    return {
      executions: new TokenBucket(requestsPerSecond, requestBurst, now, earlier),
      metadata: new TokenBucket(requestsPerSecond * metadataFactor, requestBurst * metadataFactor, now),
      calls: new TokenBucket(requestsPerSecond * callFactor, requestBurst * callFactor, now),
      bytes: new TokenBucket(bytesPerSecond, bytesPerSecond, now),
      limits,
    }
  }

  #configure(budget: Budget, limits: PrincipalLimits, now: number): void {
    const { metadataFactor, callFactor } = this.#options
    const { requestsPerSecond, requestBurst, bytesPerSecond } = limits
    budget.executions.configure(requestsPerSecond, requestBurst, now)
    budget.metadata.configure(requestsPerSecond * metadataFactor, requestBurst * metadataFactor, now)
    budget.calls.configure(requestsPerSecond * callFactor, requestBurst * callFactor, now)
    budget.bytes.configure(bytesPerSecond, bytesPerSecond, now)
    budget.limits = limits
  }

  #schedule(): void {
    this.#callOff ??= this.#options.clock.after(HOUSEKEEPING_MS, () => {
      this.#callOff = undefined
      void this.#write()
      this.#dropFull()
      if (this.#budgets.size > 0) this.#schedule()
    })
  }

  #dropFull(): void {
    const now = this.#options.clock.now()
    for (const [id, budget] of this.#budgets) {
      if (budget.executions.isFull(now) && budget.metadata.isFull(now) && budget.calls.isFull(now) && budget.bytes.isFull(now)) this.#budgets.delete(id)
    }
  }

  /** One write at a time: on a slow disk the changes of several seconds go into the next one. */
  #write(): Promise<void> {
    const { stateFile, onError } = this.#options
    if (stateFile === undefined || !this.#dirty) return this.#writing ?? Promise.resolve()
    this.#writing ??= (async () => {
      this.#dirty = false
      try {
        await writeBudgets(stateFile, this.#levels())
      } catch (error) {
        this.#dirty = true
        onError(error)
      }
      this.#writing = undefined
    })()
    return this.#writing
  }

  #levels(): BudgetLevels {
    const now = this.#options.clock.now()
    const levels = new Map<string, BucketLevel>()
    for (const [id, level] of this.#earlier) if (now - level.atMs < FORGET_MS) levels.set(id, level)
    for (const [id, { executions }] of this.#budgets) if (!executions.isFull(now)) levels.set(id, executions.level(now))
    return levels
  }
}

function equal(a: PrincipalLimits, b: PrincipalLimits): boolean {
  return (
    a.requestsPerSecond === b.requestsPerSecond && a.requestBurst === b.requestBurst && a.concurrentQueries === b.concurrentQueries && a.bytesPerSecond === b.bytesPerSecond
  )
}
