/** A table over an iterable of batches that the application made: read as it comes, nothing is kept. */

import type { Batch, Schema } from '@artemis/arrow'
import { ExecutionError } from '@artemis/errors'
import type { FilterPushdown, ScanContext, ScanRequest, TableProvider, TableScan } from '@artemis/plan'
import { checkedBatches } from '../foreign/checked-batches.js'
import { projectSchema } from './projection.js'

/** Iterables of batches, our own or apache-arrow's. A function makes a new stream for every scan; a bare iterable can be read once. */
export type BatchSource = AsyncIterable<unknown> | Iterable<unknown> | (() => AsyncIterable<unknown> | Iterable<unknown>)

export class StreamTable implements TableProvider {
  readonly schema: Schema
  readonly #name: string
  readonly #source: BatchSource
  #consumed = false

  constructor(name: string, schema: Schema, source: BatchSource) {
    this.schema = schema
    this.#name = name
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
    const whole = { table: this.#name, schema: this.schema }
    const open = (): unknown => this.#open()
    return {
      schema,
      ordering: [],
      async *execute(context: ScanContext): AsyncGenerator<Batch, void, undefined> {
        for await (const batch of checkedBatches(open, { ...whole, context })) yield batch.project(schema, request.projection)
      },
    }
  }

  #open(): unknown {
    if (typeof this.#source === 'function') return this.#source()
    if (this.#consumed) {
      throw new ExecutionError({
        code: 'STREAM_CONSUMED',
        message: `table "${this.#name}" is a stream that was already read`,
        hint: 'Register a function that makes a new stream for every scan.',
      })
    }
    this.#consumed = true
    return this.#source
  }
}
