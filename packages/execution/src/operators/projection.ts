import type { Batch } from '@artemis/arrow'
import type { Column, Expression, SortKey } from '@artemis/plan'
import { formatExpression, quoteIdentifier } from '@artemis/plan'
import type { GatherSource } from '../batch/gathered-batch.js'
import { GatheredBatch, sourceOf } from '../batch/gathered-batch.js'
import type { ExecutionPlan, PlanDetail } from '../execution-plan.js'
import { evaluateToVector } from '../expression/compile.js'
import type { OperatorRun } from '../operator.js'
import { Operator } from '../operator.js'

/** Computes one column for each expression. Bare columns pass on untouched, also when nobody has gathered them yet. */
export class ProjectionExec extends Operator {
  readonly name = 'ProjectionExec'
  readonly #expressions: readonly Expression[]

  constructor(input: ExecutionPlan, expressions: readonly Expression[], columns: readonly Column[]) {
    super(columns, [input])
    this.#expressions = expressions
  }

  /** As far as the sort keys' columns pass under their ids. */
  override get ordering(): readonly SortKey[] {
    const ids = new Set(this.columns.map((column) => column.id))
    const keys = this.children[0]!.ordering
    const lost = keys.findIndex((key) => key.expression.kind !== 'column' || !ids.has(key.expression.id))
    return lost < 0 ? keys : keys.slice(0, lost)
  }

  protected details(): readonly PlanDetail[] {
    const items = this.#expressions.map((expression, i) => {
      const text = formatExpression(expression)
      const name = quoteIdentifier(this.columns[i]!.name)
      return text === name ? text : `${text} AS ${name}`
    })
    return [['expressions', items]]
  }

  protected async *run(run: OperatorRun): AsyncIterable<Batch> {
    const input = this.children[0]!.columns
    const evaluation = run.context.evaluation
    const columns = this.#expressions.map((expression) => {
      const position = expression.kind === 'column' ? input.findIndex((column) => column.id === expression.id) : -1
      const program = run.compile(expression, input)
      return (batch: Batch): GatherSource => {
        if (position >= 0) return sourceOf(batch, position)
        const vector = evaluateToVector(program, batch, evaluation)
        return { vector: () => vector, rows: null, mayMiss: false }
      }
    })
    for await (const batch of run.input()) {
      yield new GatheredBatch(
        this.schema,
        batch.rowCount,
        columns.map((column) => column(batch)),
      )
    }
  }
}
