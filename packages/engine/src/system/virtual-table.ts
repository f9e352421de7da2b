/** Tables whose rows are computed when they are scanned: information_schema and the metadata tables. */

import type { Scalar, Schema } from '@artemis/arrow'
import { Batch, vectorFromScalars } from '@artemis/arrow'
import { throwIfAborted } from '@artemis/errors'
import type { FilterPushdown, PinnedSnapshot, ScanContext, ScanRequest, TableProvider, TableScan } from '@artemis/plan'
import { projectSchema } from '../memory/projection.js'

export type Row = readonly Scalar[]

export class VirtualTable implements TableProvider {
  readonly schema: Schema
  readonly snapshot: PinnedSnapshot | undefined
  readonly #rows: () => Promise<readonly Row[]> | readonly Row[]

  /** `rows` is called once per scan. */
  constructor(schema: Schema, rows: () => Promise<readonly Row[]> | readonly Row[], snapshot?: PinnedSnapshot) {
    this.schema = schema
    this.#rows = rows
    this.snapshot = snapshot
  }

  statistics(): Record<string, never> {
    return {}
  }

  supportsFiltersPushdown(filters: readonly unknown[]): FilterPushdown[] {
    return filters.map(() => 'Unsupported')
  }

  scan(request: ScanRequest): TableScan {
    const schema = projectSchema(this.schema, request.projection)
    const makeRows = this.#rows
    return {
      schema,
      ordering: [],
      async *execute(context: ScanContext) {
        const rows = await makeRows()
        for (let start = 0; start < rows.length; start += context.batchSize) {
          throwIfAborted(context.signal)
          const part = rows.slice(start, start + context.batchSize)
          const columns = request.projection.map((index, i) => vectorFromScalars(schema.fields[i]!.type, part.map((row) => row[index]!)))
          yield new Batch(schema, part.length, columns)
        }
      },
    }
  }
}
