/** A table over an async iterable of batches that the application made: read as it comes, nothing is kept. */

import type { Batch, Schema } from '@artemis/arrow'
import { ExecutionError, throwIfAborted } from '@artemis/errors'
import type { FilterPushdown, ScanContext, ScanRequest, TableProvider, TableScan } from '@artemis/plan'
import { projectSchema } from './projection.js'

/** A function makes a new stream for every scan; a bare iterable can be read once. */
export type BatchSource = AsyncIterable<Batch> | (() => AsyncIterable<Batch>)

export class StreamTable implements TableProvider {
  readonly schema: Schema
  readonly #source: BatchSource
  #consumed = false

  constructor(schema: Schema, source: BatchSource) {
    this.schema = schema
    this.#source = source
  }

  statistics(): Record<string, never> {
    return {}
  }

  supportsFiltersPushdown(filters: readonly unknown[]): FilterPushdown[] {
    return filters.map(() => 'Unsupported')
  }

  scan(request: ScanRequest): TableScan {
    const schema = projectSchema(this.schema, request.projection)
    const open = (): AsyncIterable<Batch> => this.#open()
    return {
      schema,
      ordering: [],
      async *execute(context: ScanContext) {
        for await (const batch of open()) {
          throwIfAborted(context.signal)
          const projected = batch.project(schema, request.projection)
          for (let start = 0; start < projected.rowCount; start += context.batchSize) {
            yield projected.slice(start, Math.min(context.batchSize, projected.rowCount - start))
          }
        }
      },
    }
  }

  #open(): AsyncIterable<Batch> {
    if (typeof this.#source === 'function') return this.#source()
    if (this.#consumed) {
      throw new ExecutionError({
        code: 'STREAM_CONSUMED',
        message: 'this table is a stream that was already read',
        hint: 'Register a function that makes a new stream for every scan.',
      })
    }
    this.#consumed = true
    return this.#source
  }
}
