import type { Vector } from '@artemis/arrow'
import { Batch } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import type { AggregateCall, Column, Expression } from '@artemis/plan'
import { formatAggregate, formatExpression } from '@artemis/plan'
import { AggregateInput } from '../aggregate/aggregate-input.js'
import type { AggregateShape } from '../aggregate/aggregate-state.js'
import { isSplittable } from '../aggregate/lane.js'
import { SpillingAggregation } from '../aggregate/spilling-aggregation.js'
import type { ExecutionPlan, PlanDetail } from '../execution-plan.js'
import { METRIC } from '../metrics.js'
import type { OperatorRun } from '../operator.js'
import { Operator } from '../operator.js'

/**
 * - `single`: rows in, results out.
 * - `partial`: rows in; keys and partial states out. When memory is refused it hands its groups on, so a key may come
 *   out more than once.
 * - `final`: what `partial` puts out in, results out.
 */
export type AggregateMode = 'single' | 'partial' | 'final'

export interface HashAggregateOptions {
  readonly mode: AggregateMode
  readonly groupBy: readonly Expression[]
  readonly aggregates: readonly AggregateCall[]
  /** Keys, then results; in `partial` mode keys, then the states of {@link stateSchema}. */
  readonly columns: readonly Column[]
}

/** Groups rows by hashing and aggregates each group. Spills when memory is refused: see {@link SpillingAggregation}. */
export class HashAggregateExec extends Operator {
  readonly name = 'HashAggregateExec'
  readonly #options: HashAggregateOptions
  readonly #shape: AggregateShape

  constructor(input: ExecutionPlan, options: HashAggregateOptions) {
    super(options.columns, [input])
    this.#options = options
    this.#shape = { groupTypes: options.groupBy.map((key) => key.type), calls: options.aggregates }
    assert(options.mode === 'single' || options.aggregates.every(isSplittable), 'DISTINCT and ordered aggregates run in one phase')
  }

  protected details(): readonly PlanDetail[] {
    const { mode, groupBy, aggregates } = this.#options
    return [
      ['mode', mode],
      ['group', groupBy.map(formatExpression)],
      ['aggregates', aggregates.map(formatAggregate)],
    ]
  }

  protected async *run(run: OperatorRun): AsyncIterable<Batch> {
    if (this.#options.mode === 'partial') yield* this.#partial(run)
    else yield* this.#complete(run)
  }

  async *#complete(run: OperatorRun): AsyncGenerator<Batch, void, undefined> {
    const aggregation = new SpillingAggregation(run, this.#shape)
    if (this.#options.mode === 'final') {
      for await (const batch of run.input()) await aggregation.merge(batch)
    } else {
      const input = this.#input(run)
      for await (const batch of run.input()) await aggregation.add(input.rows(batch))
    }
    for await (const columns of aggregation.results(run.context.batchSize)) yield this.#batch(run, columns)
  }

  async *#partial(run: OperatorRun): AsyncGenerator<Batch, void, undefined> {
    const aggregation = new SpillingAggregation(run, this.#shape)
    const input = this.#input(run)
    const { batchSize } = run.context
    for await (const batch of run.input()) {
      if (aggregation.tryAdd(input.rows(batch))) continue
      for (const columns of aggregation.drainStates(batchSize)) yield this.#batch(run, columns)
    }
    for (const columns of aggregation.drainStates(batchSize)) yield this.#batch(run, columns)
  }

  #input(run: OperatorRun): AggregateInput {
    return new AggregateInput(run, this.#options.groupBy, this.#options.aggregates, this.children[0]!.columns)
  }

  #batch(run: OperatorRun, columns: readonly Vector[]): Batch {
    const rowCount = columns[0]?.length ?? 1
    run.metrics.add(METRIC.groups, rowCount)
    return new Batch(this.schema, rowCount, columns)
  }
}
