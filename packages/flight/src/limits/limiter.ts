/**
 * Keeps every principal within its means: a budget of executions, a looser one of metadata requests, a looser one still of
 * calls of any kind, executions at once, and bytes per second; and keeps the engine within its own by a fair queue.
 *
 *   begin ── calls ──> admit ── budget ──> queue ──> runs ──> sent ── bytes per second ──> the client
 *           RESOURCE_EXHAUSTED             UNAVAILABLE        waits
 *
 * A budget is charged when an execution is asked for, and given back when it never started (the queue was full, or the
 * client went away while waiting): what is charged is what ran.
 */

import { status } from '@grpc/grpc-js'
import { cancelled } from '@artemis/errors'
import type { CallContext } from '../protocol/flight/call-context.js'
import type { CallHooks } from '../protocol/flight/call-hooks.js'
import { FlightError } from '../protocol/flight/flight-error.js'
import type { Principal } from '../protocol/principal.js'
import type { ExecutionGate, ExecutionRequest } from '../protocol/sql/execution-gate.js'
import { isAccessPrincipal } from '../security/access-principal.js'
import type { PrincipalLimits } from '../security/access-principal.js'
import { BudgetBook } from './budget-book.js'
import type { Budget } from './budget-book.js'
import { FairQueue } from './fair-queue.js'
import type { Waiter } from './fair-queue.js'
import { systemClock } from './limiter-clock.js'
import type { LimiterClock } from './limiter-clock.js'

export interface LimiterOptions {
  /** For principals without limits of their own; see {@link DEFAULT_LIMITS}. */
  readonly defaults?: Partial<PrincipalLimits> | undefined
  /** Executions at once over all principals. */
  readonly maxConcurrent: number
  /** Executions that may wait. */
  readonly maxQueue: number
  /** Milliseconds that one may wait, by default 30 s. */
  readonly maxWaitMs?: number | undefined
  /** How many metadata requests a budget has for each execution, by default 10: JDBC makes 4 or 5 calls for a query. */
  readonly metadataFactor?: number | undefined
  /** How many calls of any kind, by default 20. */
  readonly callFactor?: number | undefined
  /** Keeps budgets over restarts. One server for each file. */
  readonly stateFile?: string | undefined
  readonly clock?: LimiterClock | undefined
  readonly observer?: LimiterObserver | undefined
}

export const DEFAULT_LIMITS: PrincipalLimits = { requestsPerSecond: 20, requestBurst: 100, concurrentQueries: 8, bytesPerSecond: Infinity }

/** Why a request was refused. */
export type RejectionReason = 'budget' | 'metadata' | 'calls' | 'queue-full' | 'queue-timeout' | 'concurrency' | 'cancelled' | 'draining'

/** Told of events as they happen, for histograms and logs. */
export interface LimiterObserver {
  /** An execution started after waiting so long. */
  waited?(milliseconds: number): void
  rejected?(reason: RejectionReason, principal: Principal): void
  /** A stream was held back for so long to keep its bytes per second. */
  throttled?(milliseconds: number): void
  /** The state file could not be written. */
  failed?(error: unknown): void
}

export interface LimiterStatistics {
  readonly running: number
  readonly waiting: number
  /** Principals that have an execution in line. */
  readonly waitingPrincipals: number
  readonly admitted: number
  readonly admittedAfterWaiting: number
  readonly waitedMs: number
  readonly throttledMs: number
  readonly rejected: Readonly<Record<RejectionReason, number>>
}

export class Limiter implements ExecutionGate, CallHooks {
  readonly #options: LimiterOptions
  readonly #clock: LimiterClock
  readonly #book: BudgetBook
  readonly #queue: FairQueue
  readonly #waiting = new Set<(error: FlightError) => void>()
  readonly #rejected: Record<RejectionReason, number> = {
    budget: 0,
    metadata: 0,
    calls: 0,
    'queue-full': 0,
    'queue-timeout': 0,
    concurrency: 0,
    cancelled: 0,
    draining: 0,
  }
  #admitted = 0
  #admittedAfterWaiting = 0
  #waitedMs = 0
  #throttledMs = 0
  #draining = false

  /** Reads the state file. Throws a DataError BUDGET_FILE_DAMAGED. */
  constructor(options: LimiterOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock()
    this.#queue = new FairQueue({ maxRunning: options.maxConcurrent, maxWaiting: options.maxQueue })
    this.#book = new BudgetBook({
      clock: this.#clock,
      stateFile: options.stateFile,
      metadataFactor: options.metadataFactor ?? 10,
      callFactor: options.callFactor ?? 20,
      onError: (error) => options.observer?.failed?.(error),
    })
  }

  get statistics(): LimiterStatistics {
    return {
      running: this.#queue.running,
      waiting: this.#queue.waiting,
      waitingPrincipals: this.#queue.waitingKeys,
      admitted: this.#admitted,
      admittedAfterWaiting: this.#admittedAfterWaiting,
      waitedMs: this.#waitedMs,
      throttledMs: this.#throttledMs,
      rejected: { ...this.#rejected },
    }
  }

  begin(context: CallContext): Promise<undefined> {
    const { principal } = context
    const limits = this.#limitsOf(principal)
    const waitMs = this.#budgetOf(principal, limits).calls.take(this.#clock.now())
    if (waitMs > 0) return Promise.reject(this.#refuse('calls', principal, `"${principal.name}" makes too many calls`, waitMs))
    return Promise.resolve(undefined)
  }

  sent(context: CallContext, bytes: number): void | Promise<void> {
    const limits = this.#limitsOf(context.principal)
    if (limits.bytesPerSecond === Infinity) return undefined
    const waitMs = this.#budgetOf(context.principal, limits).bytes.spend(bytes, this.#clock.now())
    return waitMs === 0 ? undefined : this.#holdBack(waitMs, context.signal)
  }

  async admit(context: CallContext, request: ExecutionRequest, signal: AbortSignal = context.signal): Promise<() => void> {
    const { principal } = context
    if (this.#draining) throw this.#refuse('draining', principal, 'the server is shutting down')
    const limits = this.#limitsOf(principal)
    const budget = this.#budgetOf(principal, limits)
    if (request.kind === 'metadata') {
      const waitMs = budget.metadata.take(this.#clock.now())
      if (waitMs > 0) throw this.#refuse('metadata', principal, `"${principal.name}" asks for metadata too often`, waitMs)
      return () => undefined
    }
    const waitMs = budget.executions.take(this.#clock.now())
    if (waitMs > 0) {
      const rate = `${limits.requestsPerSecond} a second, ${limits.requestBurst} at once`
      throw this.#refuse('budget', principal, `the request budget of "${principal.name}" is used up (${rate})`, waitMs)
    }
    this.#book.changed()
    return this.#enterQueue(principal, limits, budget, signal)
  }

  /** From now on nothing starts any more: what waits and what comes is refused with UNAVAILABLE. What runs goes on. */
  drain(): void {
    this.#draining = true
    for (const abandon of Array.from(this.#waiting)) abandon(new FlightError({ code: status.UNAVAILABLE, message: 'the server is shutting down' }))
  }

  /** Drains, and writes the state file. */
  async close(): Promise<void> {
    this.drain()
    await this.#book.close()
  }

  #enterQueue(principal: Principal, limits: PrincipalLimits, budget: Budget, signal: AbortSignal): Promise<() => void> {
    const key = budgetIdOf(principal)
    const enteredMs = this.#clock.now()
    return new Promise((resolve, reject) => {
      let callOff = (): void => undefined
      const settle = (): void => {
        callOff()
        signal.removeEventListener('abort', onAbort)
        this.#waiting.delete(abandon)
      }
      const giveUp = (reason: RejectionReason, error: Error): void => {
        settle()
        budget.executions.giveBack(this.#clock.now())
        this.#book.changed()
        this.#count(reason, principal)
        reject(error)
      }
      const abandon = (error: FlightError): void => {
        if (this.#queue.leave(waiter)) giveUp('draining', error)
      }
      const onAbort = (): void => {
        if (this.#queue.leave(waiter)) giveUp('cancelled', cancelled(signal.reason))
      }
      const onTimeout = (): void => {
        const own = this.#queue.runningOf(key)
        if (!this.#queue.leave(waiter)) return
        if (own >= limits.concurrentQueries) giveUp('concurrency', tooMany(principal, own))
        else giveUp('queue-timeout', overloaded('the server is busy: the request waited too long'))
      }
      const waiter: Waiter = {
        key,
        maxRunning: limits.concurrentQueries,
        start: () => {
          settle()
          this.#countStart(this.#clock.now() - enteredMs)
          resolve(this.#releaseOnce(key))
        },
        drop: () => giveUp('queue-full', overloaded('the server is busy: too many requests wait')),
      }
      if (signal.aborted) return giveUp('cancelled', cancelled(signal.reason))
      const entered = this.#queue.enter(waiter)
      if (entered === 'refused') return giveUp('queue-full', overloaded('the server is busy: too many requests wait'))
      if (entered === 'started') return undefined
      callOff = this.#clock.after(this.#options.maxWaitMs ?? 30_000, onTimeout)
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiting.add(abandon)
      return undefined
    })
  }

  #releaseOnce(key: string): () => void {
    let released = false
    return () => {
      if (released) return
      released = true
      this.#queue.release(key)
    }
  }

  async #holdBack(waitMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const startedMs = this.#clock.now()
    await new Promise<void>((resolve) => {
      const end = (): void => {
        callOff()
        signal.removeEventListener('abort', end)
        resolve()
      }
      const callOff = this.#clock.after(waitMs, end)
      signal.addEventListener('abort', end, { once: true })
    })
    const heldMs = this.#clock.now() - startedMs
    this.#throttledMs += heldMs
    this.#options.observer?.throttled?.(heldMs)
  }

  #limitsOf(principal: Principal): PrincipalLimits {
    return { ...DEFAULT_LIMITS, ...this.#options.defaults, ...(isAccessPrincipal(principal) ? principal.limits : {}) }
  }

  #budgetOf(principal: Principal, limits: PrincipalLimits): Budget {
    return this.#book.budgetOf(budgetIdOf(principal), limits)
  }

  #countStart(waitedMs: number): void {
    this.#admitted += 1
    this.#waitedMs += waitedMs
    if (waitedMs > 0) this.#admittedAfterWaiting += 1
    this.#options.observer?.waited?.(waitedMs)
  }

  #count(reason: RejectionReason, principal: Principal): void {
    this.#rejected[reason] += 1
    this.#options.observer?.rejected?.(reason, principal)
  }

  #refuse(reason: RejectionReason, principal: Principal, what: string, waitMs?: number): FlightError {
    this.#count(reason, principal)
    if (waitMs === undefined) return new FlightError({ code: status.UNAVAILABLE, message: what })
    const seconds = waitMs / 1000
    return new FlightError({
      code: status.RESOURCE_EXHAUSTED,
      message: `${what}: try again in ${seconds < 10 ? seconds.toFixed(2) : Math.ceil(seconds)} s`,
      retryAfterSeconds: seconds,
    })
  }
}

function budgetIdOf(principal: Principal): string {
  return isAccessPrincipal(principal) ? principal.budgetId : principal.id
}

function tooMany(principal: Principal, running: number): FlightError {
  return new FlightError({
    code: status.RESOURCE_EXHAUSTED,
    message: `${running} queries of "${principal.name}" already run, and it may run no more at once`,
    retryAfterSeconds: 1,
  })
}

function overloaded(message: string): FlightError {
  return new FlightError({ code: status.UNAVAILABLE, message, retryAfterSeconds: 1 })
}
