/**
 * What was planned and waits for its DoGet, what runs, and what was cancelled: all by the nonce of its ticket. A statement
 * with effects runs exactly once, for its plan is taken out when it runs and nothing else can start it; a query whose
 * plan was forgotten is planned again from its ticket. All of it is bounded.
 */

import { CancelledError, cancelled } from '@artemis/errors'
import type { BackendStatement, ParameterRow } from './backend.js'
import type { Session } from './session.js'

export interface PlannedStatement {
  readonly session: Session
  readonly sql: string | undefined
  readonly statement: BackendStatement
  /** One execution each; undefined for one execution without parameters. */
  readonly rows: readonly ParameterRow[] | undefined
  readonly expiresAtMs: number
  /** Rough memory that it keeps. */
  readonly bytes: number
}

export interface ExecutionRegistryOptions {
  readonly clock: () => number
  readonly maxPlanned: number
  readonly maxPlannedBytes: number
}

/** One execution under way. */
export interface Execution {
  /** Fires at the end of the call, at CancelFlightInfo and when the session closes. */
  readonly signal: AbortSignal
  end(): void
}

export class ExecutionRegistry {
  readonly #options: ExecutionRegistryOptions
  /** In the order of their making, which nearly is the order of their expiry. */
  readonly #planned = new Map<string, PlannedStatement>()
  #plannedBytes = 0
  readonly #running = new Map<string, Set<AbortController>>()
  /** Until when the ticket would have been good. */
  readonly #cancelled = new Map<string, number>()

  constructor(options: ExecutionRegistryOptions) {
    this.#options = options
  }

  /** Plans that are kept, and their bytes. */
  get plannedSize(): { readonly count: number; readonly bytes: number } {
    return { count: this.#planned.size, bytes: this.#plannedBytes }
  }

  keep(nonce: string, planned: PlannedStatement): void {
    this.#forgetExpired()
    this.#forget(nonce)
    this.#planned.set(nonce, planned)
    this.#plannedBytes += planned.bytes
    for (const oldest of this.#planned.keys()) {
      if (this.#planned.size <= this.#options.maxPlanned && this.#plannedBytes <= this.#options.maxPlannedBytes) break
      if (oldest !== nonce) this.#forget(oldest)
    }
  }

  planned(nonce: string): PlannedStatement | undefined {
    const planned = this.#planned.get(nonce)
    return planned === undefined || planned.session.isClosed ? undefined : planned
  }

  /** The plan, which from now on nobody else gets. */
  take(nonce: string): PlannedStatement | undefined {
    const planned = this.planned(nonce)
    this.#forget(nonce)
    return planned
  }

  /** Forgets what was planned in a session that ended. */
  forgetSession(session: Session): void {
    for (const [nonce, planned] of this.#planned) if (planned.session === session) this.#forget(nonce)
  }

  /** @throws CancelledError when the ticket was cancelled before. */
  begin(callSignal: AbortSignal, session: Session, nonce: string | undefined): Execution {
    if (nonce !== undefined && this.#cancelled.has(nonce)) throw cancelledByClient()
    if (callSignal.aborted) throw cancelled(callSignal.reason)
    const controller = new AbortController()
    session.enter(controller)
    const running = nonce === undefined ? undefined : (this.#running.get(nonce) ?? new Set())
    running?.add(controller)
    if (nonce !== undefined && running !== undefined) this.#running.set(nonce, running)
    return {
      signal: AbortSignal.any([callSignal, controller.signal]),
      end: () => {
        session.leave(controller)
        running?.delete(controller)
        if (nonce !== undefined && running?.size === 0) this.#running.delete(nonce)
      },
    }
  }

  /** Stops what runs by the ticket and what would. False when there is nothing left to stop. */
  cancel(nonce: string, runsOnce: boolean, expiresAtMs: number): boolean {
    const running = this.#running.get(nonce)
    const wasPlanned = this.#planned.has(nonce)
    this.#forget(nonce)
    if (running === undefined && runsOnce && !wasPlanned) return false
    this.#cancelled.set(nonce, expiresAtMs)
    this.#forgetExpired()
    for (const controller of running ?? []) controller.abort(cancelledByClient())
    return true
  }

  #forget(nonce: string): void {
    this.#plannedBytes -= this.#planned.get(nonce)?.bytes ?? 0
    this.#planned.delete(nonce)
  }

  #forgetExpired(): void {
    const now = this.#options.clock()
    for (const [nonce, { expiresAtMs }] of this.#planned) {
      if (expiresAtMs > now) break
      this.#forget(nonce)
    }
    for (const [nonce, expiresAtMs] of this.#cancelled) {
      if (expiresAtMs > now && this.#cancelled.size <= this.#options.maxPlanned) break
      this.#cancelled.delete(nonce)
    }
  }
}

function cancelledByClient(): CancelledError {
  return new CancelledError({ code: 'CANCELLED', message: 'the query was cancelled by CancelFlightInfo' })
}
