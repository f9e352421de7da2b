/** Seeing what runs: logs, metrics and traces watch executions here, around the gate that admits them. */

import type { CallContext } from '../protocol/flight/call-context.js'
import type { ExecutionGate, ExecutionOutcome, ExecutionRequest } from '../protocol/sql/execution-gate.js'

/** One execution: `refused` or `finished` ends it, and comes once. */
export interface ObservedExecution {
  /** Its turn came, after so many milliseconds in the queue. */
  admitted?(waitedMs: number): void
  refused(error: unknown, waitedMs: number): void
  finished(outcome: ExecutionOutcome): void
}

export interface ExecutionObserver {
  begin(context: CallContext, request: ExecutionRequest): ObservedExecution
}

/** The gate with observers around it. They must not throw. */
export class ObservedGate implements ExecutionGate {
  readonly #gate: ExecutionGate
  readonly #observers: readonly ExecutionObserver[]

  constructor(gate: ExecutionGate, observers: readonly ExecutionObserver[]) {
    this.#gate = gate
    this.#observers = observers
  }

  async admit(context: CallContext, request: ExecutionRequest, signal: AbortSignal): Promise<(outcome: ExecutionOutcome) => void> {
    const observed = this.#observers.map((observer) => observer.begin(context, request))
    const startMs = performance.now()
    let release: (outcome: ExecutionOutcome) => void
    try {
      release = await this.#gate.admit(context, request, signal)
    } catch (error) {
      for (const execution of observed) execution.refused(error, performance.now() - startMs)
      throw error
    }
    for (const execution of observed) execution.admitted?.(performance.now() - startMs)
    return (outcome) => {
      release(outcome)
      for (const execution of observed) execution.finished(outcome)
    }
  }
}
