/**
 * Batches whose rows stand somewhere else: what a filter has chosen, or a join has paired. Whoever reads a column gets
 * it gathered, as from any batch. Loops that can follow row numbers themselves ask for the source instead, and spare the
 * copy.
 */

import type { Schema, Vector } from '@artemis/arrow'
import { Batch, take } from '@artemis/arrow'

/** A column as rows of a vector: row i of the batch is row `rows[i]` of the vector, or row i where `rows` is null. */
export interface GatherSource {
  readonly vector: () => Vector
  readonly rows: Int32Array | null
  /** Whether a row may be -1, which stands for NULL. */
  readonly mayMiss: boolean
}

export class GatheredBatch extends Batch {
  readonly #sources: GatherSource[]

  constructor(schema: Schema, rowCount: number, sources: readonly GatherSource[]) {
    super(
      schema,
      rowCount,
      sources.map(({ vector, rows, mayMiss }) => (rows === null ? vector : () => take(vector(), rows, mayMiss))),
    )
    this.#sources = [...sources]
  }

  /** A column that was gathered no longer needs its source: whoever keeps the batch must not keep all it was chosen from. */
  override column(index: number): Vector {
    const vector = super.column(index)
    if (this.#sources[index]!.rows !== null) this.#sources[index] = { vector: () => vector, rows: null, mayMiss: false }
    return vector
  }

  source(index: number): GatherSource {
    return this.#sources[index]!
  }
}

/** Where a batch's column comes from: itself, unless the batch is a gathered one. */
export function sourceOf(batch: Batch, index: number): GatherSource {
  return batch instanceof GatheredBatch ? batch.source(index) : { vector: () => batch.column(index), rows: null, mayMiss: false }
}

/** The rows of a selection, as `batch.select` gives them, with their source known. */
export function selectRows(batch: Batch, rows: Int32Array): Batch {
  const composed = new Map<Int32Array, Int32Array>()
  const sources = batch.schema.fields.map((_, index): GatherSource => {
    const source = sourceOf(batch, index)
    if (source.rows === null) return { ...source, rows }
    let chosen = composed.get(source.rows)
    if (chosen === undefined) {
      chosen = pick(source.rows, rows)
      composed.set(source.rows, chosen)
    }
    return { ...source, rows: chosen }
  })
  return new GatheredBatch(batch.schema, rows.length, sources)
}

function pick(values: Int32Array, rows: Int32Array): Int32Array {
  const out = new Int32Array(rows.length)
  for (let k = 0; k < out.length; k++) out[k] = values[rows[k]!]!
  return out
}
