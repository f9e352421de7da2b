import type { Batch } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import type { Column } from '@artemis/plan'
import type { ExecutionPlan, PlanDetail } from '../execution-plan.js'
import type { OperatorRun } from '../operator.js'
import { Operator } from '../operator.js'

/** UNION ALL: the rows of one input after the other, so that a LIMIT above may spare the later ones. */
export class UnionExec extends Operator {
  readonly name = 'UnionExec'
  /** For each input, the positions of the columns to put out. */
  readonly #positions: readonly (readonly number[])[]

  constructor(inputs: readonly ExecutionPlan[], inputColumns: readonly (readonly number[])[], columns: readonly Column[]) {
    super(columns, inputs)
    this.#positions = inputs.map((input, k) =>
      inputColumns[k]!.map((id) => {
        const position = input.columns.findIndex((column) => column.id === id)
        assert(position >= 0, `column ${id} is not in input ${k} of the union`)
        return position
      }),
    )
  }

  protected details(): readonly PlanDetail[] {
    return []
  }

  protected async *run(run: OperatorRun): AsyncIterable<Batch> {
    for (const [k, positions] of this.#positions.entries()) {
      for await (const batch of run.input(k)) yield batch.project(this.schema, positions)
    }
  }
}
