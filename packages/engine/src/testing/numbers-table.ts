import { Batch, field, int32, primitiveVector, schema } from '@artemis/arrow'
import type { FilterPushdown, ScanContext, ScanRequest, TableProvider } from '@artemis/plan'

/** A table of the numbers from 0, in batches of ten; counts how often it was opened and closed. */
export class Numbers implements TableProvider {
  readonly schema = schema([field('n', int32, false)])
  opened = 0
  closed = 0
  pulled = 0
  requests: ScanRequest[] = []
  readonly #count: number

  constructor(count: number) {
    this.#count = count
  }

  statistics(): Record<string, never> {
    return {}
  }

  supportsFiltersPushdown(filters: readonly unknown[]): FilterPushdown[] {
    return filters.map(() => 'Unsupported')
  }

  scan(request: ScanRequest): ReturnType<TableProvider['scan']> {
    this.requests.push(request)
    const batchSchema = { fields: request.projection.map((i) => this.schema.fields[i]!) }
    const count = this.#count
    const counts = this // oxlint-disable-line typescript/no-this-alias
    return {
      schema: batchSchema,
      ordering: [],
      async *execute(_context: ScanContext) {
        counts.opened++
        try {
          for (let start = 0; start < count; start += 10) {
            counts.pulled++
            await Promise.resolve()
            const values = Int32Array.from({ length: Math.min(10, count - start) }, (_, i) => start + i)
            yield new Batch(batchSchema, values.length, request.projection.map(() => primitiveVector(int32, values)))
          }
        } finally {
          counts.closed++
        }
      },
    }
  }
}
