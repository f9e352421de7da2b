import type { Batch } from '@artemis/arrow'
import type { SortKey } from '@artemis/plan'
import type { ExecutionPlan, PlanDetail } from '../execution-plan.js'
import type { OperatorRun } from '../operator.js'
import { Operator } from '../operator.js'

/** Skips `offset` rows, passes `fetch` rows on, and closes its input without reading the rest. */
export class LimitExec extends Operator {
  readonly name = 'LimitExec'
  readonly #offset: number
  /** Infinity for all. */
  readonly #fetch: number

  constructor(input: ExecutionPlan, offset: number, fetch: number) {
    super(input.columns, [input])
    this.#offset = offset
    this.#fetch = fetch
  }

  override get ordering(): readonly SortKey[] {
    return this.children[0]!.ordering
  }

  protected details(): readonly PlanDetail[] {
    const details: PlanDetail[] = []
    if (Number.isFinite(this.#fetch)) details.push(['fetch', String(this.#fetch)])
    if (this.#offset > 0) details.push(['offset', String(this.#offset)])
    return details
  }

  protected async *run(run: OperatorRun): AsyncIterable<Batch> {
    let skip = this.#offset
    let left = this.#fetch
    if (left <= 0) return
    for await (const batch of run.input()) {
      const skipped = Math.min(skip, batch.rowCount)
      skip -= skipped
      const count = Math.min(left, batch.rowCount - skipped)
      left -= count
      if (count > 0) yield batch.slice(skipped, count)
      if (left === 0) return
    }
  }
}
