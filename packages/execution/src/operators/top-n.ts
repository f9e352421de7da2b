import type { Batch, SortColumn } from '@artemis/arrow'
import { concatBatches, rowComparator, topNIndices } from '@artemis/arrow'
import type { EvaluationContext, SortKey } from '@artemis/plan'
import { formatSortKey } from '@artemis/plan'
import type { ExecutionPlan, PlanDetail } from '../execution-plan.js'
import { evaluateToVector } from '../expression/compile.js'
import type { CompiledExpression } from '../expression/compiled-expression.js'
import { RetainedBytes } from '../memory/retained-bytes.js'
import { resize } from '../memory/memory-pool.js'
import { METRIC } from '../metrics.js'
import type { OperatorRun } from '../operator.js'
import { Operator } from '../operator.js'

/** Candidates are cut back when there are this many rows more than wanted, so that cutting is rare. */
const SLACK_ROWS = 32_768

/**
 * The first `fetch` rows in order, without sorting the rest: candidates gather, and once there are enough of them, rows
 * that come after the worst one wanted are dropped at sight.
 */
export class TopNExec extends Operator {
  readonly name = 'TopNExec'
  readonly #keys: readonly SortKey[]
  readonly #fetch: number

  constructor(input: ExecutionPlan, keys: readonly SortKey[], fetch: number) {
    super(input.columns, [input])
    this.#keys = keys
    this.#fetch = fetch
  }

  override get ordering(): readonly SortKey[] {
    return this.#keys
  }

  protected details(): readonly PlanDetail[] {
    return [
      ['keys', this.#keys.map(formatSortKey)],
      ['fetch', String(this.#fetch)],
    ]
  }

  protected async *run(run: OperatorRun): AsyncIterable<Batch> {
    if (this.#fetch === 0) return
    const programs = this.#keys.map((key) => run.compile(key.expression, this.columns))
    const memory = run.reserve()
    const slack = Math.max(SLACK_ROWS, this.#fetch)
    let candidates: Batch[] = []
    let count = 0
    /** The worst row that is still wanted, as the only row of a batch; null until there are enough. */
    let worst: readonly SortColumn[] | null = null
    const cutBack = (): void => {
      const all = concatBatches(this.schema, candidates)
      const rows = topNIndices(this.#sortColumns(programs, all, run.context.evaluation), all.rowCount, this.#fetch)
      const kept = concatBatches(this.schema, [all.select(rows.slice())])
      run.metrics.add(METRIC.rowReplacements, all.rowCount - kept.rowCount)
      candidates = [kept]
      count = kept.rowCount
      if (count === this.#fetch) worst = this.#sortColumns(programs, kept.slice(count - 1, 1), run.context.evaluation)
      resize(memory, new RetainedBytes().addBatch(kept))
    }
    for await (const batch of run.input()) {
      const better: Batch | null = worst === null ? batch : this.#better(programs, batch, worst, run.context.evaluation)
      if (better === null) continue
      const bytes = new RetainedBytes().addBatch(better)
      if (!memory.tryGrow(bytes)) {
        cutBack()
        memory.grow(bytes)
      }
      candidates.push(better)
      count += better.rowCount
      if (count >= this.#fetch + slack || (worst === null && count >= 2 * this.#fetch)) cutBack()
    }
    cutBack()
    const [sorted] = candidates
    const { batchSize } = run.context
    for (let start = 0; start < sorted!.rowCount; start += batchSize)
      yield sorted!.slice(start, Math.min(batchSize, sorted!.rowCount - start))
  }

  #sortColumns(programs: readonly CompiledExpression[], batch: Batch, evaluation: EvaluationContext): SortColumn[] {
    return this.#keys.map((key, k) => ({
      vector: evaluateToVector(programs[k]!, batch, evaluation),
      descending: key.descending,
      nullsFirst: key.nullsFirst,
    }))
  }

  /** The rows of a batch that come before the worst one; null when none does. Of equal rows the earlier stays. */
  #better(
    programs: readonly CompiledExpression[],
    batch: Batch,
    worst: readonly SortColumn[],
    evaluation: EvaluationContext,
  ): Batch | null {
    const order = rowComparator(this.#sortColumns(programs, batch, evaluation), worst)
    const rows = new Int32Array(batch.rowCount)
    let count = 0
    for (let i = 0; i < batch.rowCount; i++) if (order(i, 0) < 0) rows[count++] = i
    if (count === 0) return null
    return count === batch.rowCount ? batch : batch.select(rows.slice(0, count))
  }
}
