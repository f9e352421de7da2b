/** Sorts rows by a table's sort order, transforms included. */
import { Batch, sortToIndices } from '@artemis/arrow'
import type { WriteSortingColumn } from '@artemis/parquet'
import { UnsupportedError } from '@artemis/errors'
import type { SortOrder } from '../model/partition.js'
import { transformText } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import { fieldById } from '../model/schema.js'
import { transformColumn } from '../transform/column-transform.js'
import { sourceColumn } from './partition-rows.js'

/** The rows of a conformed batch in the order; equal rows keep theirs. */
export function sortRows(batch: Batch, order: SortOrder, schema: Schema): Batch {
  const columns = order.fields.map((field) => {
    const source = fieldById(schema, field.sourceId)
    if (source === undefined || field.transform.kind === 'unknown') {
      throw new UnsupportedError({
        code: 'UNSUPPORTED_SORT_ORDER',
        message: `rows cannot be sorted by ${transformText(field.transform)} of field ${field.sourceId}`,
      })
    }
    const vector = transformColumn(field.transform, source.field.type, sourceColumn(batch, schema, field.sourceId))
    return { vector, descending: field.direction === 'desc', nullsFirst: field.nullOrder === 'nulls-first' }
  })
  const rows = sortToIndices(columns, batch.rowCount)
  for (let i = 0; i < rows.length; i++) {
    if (rows[i] !== i) return new Batch(batch.schema, batch.rowCount, batch.select(rows).columns())
  }
  return batch
}

/** What the Parquet footer can say of the order: the columns up to the first that is sorted through a transform. */
export function parquetSortingColumns(order: SortOrder, schema: Schema): readonly WriteSortingColumn[] {
  const columns: WriteSortingColumn[] = []
  for (const field of order.fields) {
    const position = schema.fields.findIndex((candidate) => candidate.id === field.sourceId)
    if (field.transform.kind !== 'identity' || position < 0) break
    columns.push({ field: position, descending: field.direction === 'desc', nullsFirst: field.nullOrder === 'nulls-first' })
  }
  return columns
}
