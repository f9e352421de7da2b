import type { Batch } from '@artemis/arrow'
import type { Expression, SortKey } from '@artemis/plan'
import { formatExpression } from '@artemis/plan'
import { selectRows } from '../batch/gathered-batch.js'
import type { ExecutionPlan, PlanDetail } from '../execution-plan.js'
import type { OperatorRun } from '../operator.js'
import { Operator } from '../operator.js'

/** Keeps the rows for which the predicate is true. A batch that loses nothing passes as it is; others become views. */
export class FilterExec extends Operator {
  readonly name = 'FilterExec'
  readonly #predicate: Expression

  constructor(input: ExecutionPlan, predicate: Expression) {
    super(input.columns, [input])
    this.#predicate = predicate
  }

  override get ordering(): readonly SortKey[] {
    return this.children[0]!.ordering
  }

  protected details(): readonly PlanDetail[] {
    return [['predicate', formatExpression(this.#predicate)]]
  }

  protected async *run(run: OperatorRun): AsyncIterable<Batch> {
    const predicate = run.compilePredicate(this.#predicate, this.columns)
    for await (const batch of run.input()) {
      const rows = predicate.evaluate(batch, run.context.evaluation)
      if (rows === 'all') yield batch
      else if (rows !== 'none') yield selectRows(batch, rows)
      else await run.checkpoint()
    }
  }
}
