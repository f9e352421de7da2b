/** A table of one column that holds a series. Values are made as they are read, so that its length costs nothing. */

import type { DataType, Scalar, Schema } from '@artemis/arrow'
import { Batch, field, primitiveVector, schema } from '@artemis/arrow'
import { throwIfAborted } from '@artemis/errors'
import type { FilterPushdown, ScanContext, ScanRequest, SortKey, TableProvider, TableScan, TableStatistics } from '@artemis/plan'
import { columnReference } from '@artemis/plan'
import type { Series } from './series.js'

export class SeriesTable implements TableProvider {
  readonly schema: Schema
  readonly #type: DataType
  readonly #series: Series

  constructor(name: string, type: DataType, series: Series) {
    this.schema = schema([field(name, type, false)])
    this.#type = type
    this.#series = series
  }

  statistics(): TableStatistics {
    const { count, bounds } = this.#series
    if (count === undefined) return {}
    const exact = <T>(value: T): { readonly value: T; readonly exact: true } => ({ value, exact: true })
    const range: {
      readonly min?: { readonly value: Scalar; readonly exact: true }
      readonly max?: { readonly value: Scalar; readonly exact: true }
    } = bounds === undefined ? {} : { min: exact(bounds[0]), max: exact(bounds[1]) }
    return {
      rowCount: exact(count),
      byteSize: exact(count * 8),
      columns: new Map([[0, { nullCount: exact(0), distinctCount: exact(count), ...range }]]),
    }
  }

  supportsFiltersPushdown(filters: readonly unknown[]): FilterPushdown[] {
    return filters.map(() => 'Unsupported')
  }

  scan(request: ScanRequest): TableScan {
    const { projection, limit } = request
    const series = this.#series
    const type = this.#type
    const projected = schema(projection.map((index) => this.schema.fields[index]!))
    return {
      schema: projected,
      ordering: this.#ordering(projected),
      async *execute(context: ScanContext) {
        const next = series.read()
        let left = limit ?? Infinity
        while (left > 0) {
          throwIfAborted(context.signal)
          const values = next(Math.min(context.batchSize, left))
          if (values.length === 0) return
          left -= values.length
          const column = primitiveVector(type, values)
          yield new Batch(
            projected,
            values.length,
            projected.fields.map(() => column),
          )
        }
      },
    }
  }

  #ordering(projected: Schema): readonly SortKey[] {
    const [first] = projected.fields
    if (first === undefined) return []
    const expression = columnReference({ id: 0, name: first.name, type: first.type, nullable: false })
    return [{ expression, descending: this.#series.descending, nullsFirst: false }]
  }
}
