/**
 * A row group as batches whose columns are decoded when something first reads them: a filter that leaves nothing never
 * decodes the other columns. A column is decoded once for all batches of the group; batches are slices of it.
 */

import type { Column, Schema, Vector } from '@artemis/arrow'
import { Batch, sliceVector } from '@artemis/arrow'

export function* lazyBatches(schema: Schema, rowCount: number, decoders: readonly (() => Vector)[], batchSize: number): Generator<Batch> {
  const columns = decoders.map(once)
  for (let start = 0; start < rowCount; start += batchSize) {
    const length = Math.min(batchSize, rowCount - start)
    yield new Batch(
      schema,
      length,
      columns.map((column): Column => () => sliceVector(column(), start, length)),
    )
  }
}

function once(make: () => Vector): () => Vector {
  let made: Vector | undefined
  return () => (made ??= make())
}
