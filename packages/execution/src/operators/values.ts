import { Batch, vectorBuilder } from '@artemis/arrow'
import type { Column, Expression } from '@artemis/plan'
import type { PlanDetail } from '../execution-plan.js'
import { evaluateConstant } from '../expression/constant.js'
import type { OperatorRun } from '../operator.js'
import { Operator } from '../operator.js'

/** Rows written in the query. One row of no columns stands under a SELECT without FROM. */
export class ValuesExec extends Operator {
  readonly name = 'ValuesExec'
  readonly #rows: readonly (readonly Expression[])[]

  constructor(rows: readonly (readonly Expression[])[], columns: readonly Column[]) {
    super(columns, [])
    this.#rows = rows
  }

  protected details(): readonly PlanDetail[] {
    return [['rows', String(this.#rows.length)]]
  }

  protected async *run(run: OperatorRun): AsyncIterable<Batch> {
    const { batchSize, evaluation, casts } = run.context
    for (let start = 0; start < this.#rows.length; start += batchSize) {
      await run.checkpoint()
      const rows = this.#rows.slice(start, start + batchSize)
      const builders = this.columns.map((column) => vectorBuilder(column.type, rows.length))
      for (const row of rows) for (const [k, builder] of builders.entries()) builder.append(evaluateConstant(row[k]!, evaluation, casts))
      yield new Batch(
        this.schema,
        rows.length,
        builders.map((builder) => builder.finish()),
      )
    }
  }
}
