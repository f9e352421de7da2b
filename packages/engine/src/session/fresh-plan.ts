/** The plan that preparing a query made, for the first execution soon after: see PrepareOptions.planLifetimeMs. */

import type { EvaluationContext, LogicalPlan } from '@artemis/plan'
import type { EngineRuntime } from './runtime.js'

export interface PlanOfQuery {
  readonly plan: LogicalPlan
  readonly evaluation: EvaluationContext
}

export class FreshPlan {
  #query: PlanOfQuery | undefined
  readonly #runtime: EngineRuntime
  readonly #changes: number
  readonly #endsAtMs: number

  constructor(query: PlanOfQuery | undefined, runtime: EngineRuntime, lifetimeMs: number) {
    this.#query = query
    this.#runtime = runtime
    this.#changes = runtime.changes
    this.#endsAtMs = performance.now() + lifetimeMs
  }

  /** The plan while it holds; once only, so that every later execution sees what was written since. */
  take(): PlanOfQuery | undefined {
    const query = this.#query
    this.#query = undefined
    const holds = this.#changes === this.#runtime.changes && performance.now() <= this.#endsAtMs
    return holds ? query : undefined
  }
}
