import type { Batch } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import type { Column, PinnedSnapshot, PushedFilter, ScanDescription, SortKey, TableScan } from '@artemis/plan'
import { columnReference, formatExpression, quoteIdentifier } from '@artemis/plan'
import type { PlanDetail } from '../execution-plan.js'
import { readAheadReservation } from '../memory/read-ahead.js'
import type { OperatorRun } from '../operator.js'
import { Operator } from '../operator.js'

export interface ScanExecOptions {
  readonly columns: readonly Column[]
  readonly table: readonly string[]
  readonly scan: TableScan
  readonly snapshot: PinnedSnapshot | undefined
  readonly filters: readonly PushedFilter[]
  readonly fetch: number | null
}

/** Reads a table through its provider's scan. Which files and rows that means is the provider's business. */
export class ScanExec extends Operator {
  readonly name = 'ScanExec'
  readonly #options: ScanExecOptions

  constructor(options: ScanExecOptions) {
    super(options.columns, [])
    this.#options = options
  }

  override get ordering(): readonly SortKey[] {
    return this.#options.scan.ordering.flatMap((key) => {
      const column = key.expression.kind === 'column' ? this.columns[key.expression.id] : undefined
      return column === undefined ? [] : [{ ...key, expression: columnReference(column) }]
    })
  }

  /** What the source knows of the data it would read: files, row groups. Reads metadata, not data. */
  async describeSource(): Promise<ScanDescription | undefined> {
    return this.#options.scan.describe?.()
  }

  protected details(): readonly PlanDetail[] {
    const { table, snapshot, filters, fetch } = this.#options
    const details: PlanDetail[] = [['table', table.map(quoteIdentifier).join('.')]]
    if (snapshot !== undefined) details.push(['snapshot', `${snapshot.snapshotId} (${new Date(snapshot.timestampMs).toISOString()})`])
    details.push(['projection', this.columns.map((column) => quoteIdentifier(column.name))])
    if (filters.length > 0)
      details.push(['filters', filters.map((filter) => `${formatExpression(filter.expression)} (${filter.pushdown})`)])
    if (fetch !== null) details.push(['fetch', String(fetch)])
    return details
  }

  protected async *run(run: OperatorRun): AsyncIterable<Batch> {
    const { signal, batchSize, evaluation, fileConcurrency, memoryPool } = run.context
    const batches = this.#options.scan.execute({
      signal,
      batchSize,
      memory: readAheadReservation(run.reserve(), memoryPool.limit),
      metrics: run.metrics,
      evaluation,
      fileConcurrency,
    })
    for await (const batch of batches) {
      assert(
        batch.columnCount === this.columns.length,
        `the scan of ${this.#options.table.join('.')} gave ${batch.columnCount} columns for ${this.columns.length}`,
      )
      yield batch.withSchema(this.schema)
    }
  }
}
