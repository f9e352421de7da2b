import type { Batch } from '@artemis/arrow'
import { concatBatches, sortToIndices } from '@artemis/arrow'
import type { SortKey } from '@artemis/plan'
import { formatSortKey } from '@artemis/plan'
import type { ExecutionPlan, PlanDetail } from '../execution-plan.js'
import { evaluateToVector } from '../expression/compile.js'
import { RetainedBytes } from '../memory/retained-bytes.js'
import type { OperatorRun } from '../operator.js'
import { Operator } from '../operator.js'

/** Bytes for each row besides the rows themselves: two index arrays and the words that the radix sort moves. */
const SORT_BYTES_PER_ROW = 24

/** Sorts all rows in memory, to an index; the sorted batches are gathered only as they are pulled. */
export class SortExec extends Operator {
  readonly name = 'SortExec'
  readonly #keys: readonly SortKey[]

  constructor(input: ExecutionPlan, keys: readonly SortKey[]) {
    super(input.columns, [input])
    this.#keys = keys
  }

  override get ordering(): readonly SortKey[] {
    return this.#keys
  }

  protected details(): readonly PlanDetail[] {
    return [['keys', this.#keys.map(formatSortKey)]]
  }

  protected async *run(run: OperatorRun): AsyncIterable<Batch> {
    const keys = this.#keys.map((key) => ({ key, program: run.compile(key.expression, this.columns) }))
    const memory = run.reserve()
    const retained = new RetainedBytes()
    const batches: Batch[] = []
    for await (const batch of run.input()) {
      memory.grow(retained.addBatch(batch) + batch.rowCount * SORT_BYTES_PER_ROW)
      batches.push(batch)
    }
    const all = concatBatches(this.schema, batches)
    if (all.rowCount === 0) return
    const columns = keys.map(({ key, program }) => ({
      vector: evaluateToVector(program, all, run.context.evaluation),
      descending: key.descending,
      nullsFirst: key.nullsFirst,
    }))
    const rows = sortToIndices(columns, all.rowCount)
    const { batchSize } = run.context
    for (let start = 0; start < rows.length; start += batchSize) yield all.select(rows.subarray(start, start + batchSize))
  }
}
