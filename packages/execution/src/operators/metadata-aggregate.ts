import { Batch, constantVector } from '@artemis/arrow'
import type { Column, Expression, MetadataAggregate, TableProvider } from '@artemis/plan'
import { quoteIdentifier } from '@artemis/plan'
import type { ExecutionPlan, PlanDetail } from '../execution-plan.js'
import { METRIC } from '../metrics.js'
import type { OperatorRun } from '../operator.js'
import { Operator } from '../operator.js'

export interface MetadataAggregateOptions {
  readonly columns: readonly Column[]
  readonly table: readonly string[]
  readonly provider: TableProvider
  readonly aggregates: readonly MetadataAggregate[]
  /** Over indices of the provider's schema. */
  readonly filters: readonly Expression[]
}

/** One row of COUNT, MIN and MAX from the table's metadata. Where that cannot tell exactly, the fallback computes them. */
export class MetadataAggregateExec extends Operator {
  readonly name = 'MetadataAggregateExec'
  readonly #options: MetadataAggregateOptions

  constructor(fallback: ExecutionPlan, options: MetadataAggregateOptions) {
    super(options.columns, [fallback])
    this.#options = options
  }

  protected details(): readonly PlanDetail[] {
    const { table, aggregates, provider } = this.#options
    const calls = aggregates.map((aggregate) => {
      const column = aggregate.column === null ? '*' : quoteIdentifier(provider.schema.fields[aggregate.column]!.name)
      return `${aggregate.function}(${column})`
    })
    return [
      ['table', table.map(quoteIdentifier).join('.')],
      ['aggregates', calls],
    ]
  }

  protected async *run(run: OperatorRun): AsyncIterable<Batch> {
    const { provider, aggregates, filters } = this.#options
    const values = await provider.aggregateFromMetadata?.(aggregates, filters)
    run.metrics.add('metadata_hits', values === undefined ? 0 : 1)
    if (values === undefined) {
      for await (const batch of run.input()) yield batch.withSchema(this.schema)
      return
    }
    run.metrics.max(METRIC.groups, 1)
    yield new Batch(
      this.schema,
      1,
      this.columns.map((column, i) => constantVector(column.type, values[i]!, 1)),
    )
  }
}
