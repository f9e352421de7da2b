import type { Batch, Vector } from '@artemis/arrow'
import { vectorBytes } from '@artemis/arrow'

/** Counts the bytes that kept batches hold, a dictionary that many of them share only once. */
export class RetainedBytes {
  readonly #dictionaries = new Set<Vector>()

  /** The bytes that keeping this vector adds to those counted before. */
  addVector(vector: Vector): number {
    if (vector.layout !== 'dictionary') return vectorBytes(vector)
    const own = vector.codes.byteLength + (vector.validity?.byteLength ?? 0)
    if (this.#dictionaries.has(vector.dictionary)) return own
    this.#dictionaries.add(vector.dictionary)
    return own + vectorBytes(vector.dictionary)
  }

  addVectors(vectors: readonly Vector[]): number {
    return vectors.reduce((sum, vector) => sum + this.addVector(vector), 0)
  }

  /** The same for a batch. Columns that are not made yet are made: keeping their thunks would keep their sources. */
  addBatch(batch: Batch): number {
    return this.addVectors(batch.columns())
  }
}
