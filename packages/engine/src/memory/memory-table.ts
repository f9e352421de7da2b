/** Tables held in memory: what CREATE TABLE without an archive makes, and what applications register. */

import type { Schema } from '@artemis/arrow'
import { Batch } from '@artemis/arrow'
import { ExecutionError, throwIfAborted } from '@artemis/errors'
import type { FilterPushdown, ScanContext, ScanRequest, TableProvider, TableScan, TableStatistics } from '@artemis/plan'
import { projectSchema } from './projection.js'
import { TableMemory } from './table-memory.js'

export class MemoryTable implements TableProvider {
  readonly schema: Schema
  readonly #memory: TableMemory
  #batches: readonly Batch[]
  /** Of the rows that were inserted, not of those that the table was made with. */
  #insertedBytes = 0

  constructor(schema: Schema, batches: readonly Batch[] = [], memory: TableMemory = new TableMemory()) {
    this.schema = schema
    this.#memory = memory
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
    let bytes = 0
    try {
      for await (const batch of batches) {
        throwIfAborted(signal)
        if (batch.rowCount === 0) continue
        this.#requireValues(batch)
        // Made now: a column that is decoded later would fail later, and keep its file's bytes until then.
        const made = new Batch(this.schema, batch.rowCount, batch.columns())
        const size = made.byteSize()
        this.#memory.take(size)
        bytes += size
        staged.push(made)
        rows += batch.rowCount
      }
    } catch (error) {
      this.#memory.giveBack(bytes)
      throw error
    }
    this.#insertedBytes += bytes
    this.#batches = [...this.#batches, ...staged]
    return rows
  }

  /** Gives back what the table's rows take of its catalog's memory: it was dropped. Who still has it can still read it. */
  release(): void {
    this.#memory.giveBack(this.#insertedBytes)
    this.#insertedBytes = 0
  }

  #requireValues(batch: Batch): void {
    this.schema.fields.forEach(({ name, nullable }, i) => {
      if (nullable || batch.column(i).nullCount === 0) return
      throw new ExecutionError({ code: 'NULL_IN_REQUIRED_COLUMN', message: `column "${name}" is NOT NULL, but a row has no value for it` })
    })
  }
}
