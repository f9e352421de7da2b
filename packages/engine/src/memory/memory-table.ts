/** Tables held in memory: what CREATE TABLE without an archive makes, and what applications register. */

import type { Schema } from '@artemis/arrow'
import { Batch } from '@artemis/arrow'
import { ExecutionError, throwIfAborted } from '@artemis/errors'
import type { FilterPushdown, ScanContext, ScanRequest, TableProvider, TableScan, TableStatistics } from '@artemis/plan'
import { projectSchema } from './projection.js'

export class MemoryTable implements TableProvider {
  readonly schema: Schema
  #batches: readonly Batch[]

  constructor(schema: Schema, batches: readonly Batch[] = []) {
    this.schema = schema
    this.#batches = batches.map((batch) => batch.withSchema(schema))
  }

  statistics(): TableStatistics {
    return { rowCount: { value: this.#batches.reduce((sum, batch) => sum + batch.rowCount, 0), exact: true } }
  }

  supportsFiltersPushdown(filters: readonly unknown[]): FilterPushdown[] {
    return filters.map(() => 'Unsupported')
  }

  scan(request: ScanRequest): TableScan {
    // Rows inserted while a scan runs are not part of it.
    const batches = this.#batches
    const schema = projectSchema(this.schema, request.projection)
    return {
      schema,
      ordering: [],
      async *execute(context: ScanContext) {
        for (const batch of batches) {
          throwIfAborted(context.signal)
          const projected = batch.project(schema, request.projection)
          for (let start = 0; start < projected.rowCount; start += context.batchSize) {
            yield projected.slice(start, Math.min(context.batchSize, projected.rowCount - start))
          }
        }
      },
    }
  }

  /** All rows or none: a failure while the rows are computed, or a NULL where none may be, leaves the table as it was. */
  async insert(batches: AsyncIterable<Batch>, signal: AbortSignal): Promise<number> {
    const staged: Batch[] = []
    let rows = 0
    for await (const batch of batches) {
      throwIfAborted(signal)
      if (batch.rowCount === 0) continue
      this.#requireValues(batch)
      // Made now: a column that is decoded later would fail later, and keep its file's bytes until then.
      staged.push(new Batch(this.schema, batch.rowCount, batch.columns()))
      rows += batch.rowCount
    }
    this.#batches = [...this.#batches, ...staged]
    return rows
  }

  #requireValues(batch: Batch): void {
    this.schema.fields.forEach(({ name, nullable }, i) => {
      if (nullable || batch.column(i).nullCount === 0) return
      throw new ExecutionError({ code: 'NULL_IN_REQUIRED_COLUMN', message: `column "${name}" is NOT NULL, but a row has no value for it` })
    })
  }
}
