/**
 * Applies equality deletes: a row is deleted when its values of certain columns equal those of some delete row, where
 * NULL equals NULL and NaN equals NaN (spec, "Equality Delete Files").
 */
import type { Vector } from '@artemis/arrow'
import { TupleIds } from '../values/tuple-ids.js'

export class EqualityDeleteSet {
  /** The columns that the deletes compare, by field id. */
  readonly fieldIds: readonly number[]
  readonly #tuples: TupleIds

  constructor(fieldIds: readonly number[]) {
    this.fieldIds = fieldIds
    this.#tuples = new TupleIds(fieldIds.length)
  }

  /** Adds delete rows, given as one vector for each of `fieldIds`, of the types that the data will have. */
  add(vectors: readonly Vector[], rowCount: number): void {
    this.#tuples.assign(vectors, rowCount)
  }

  /** Rows that no delete row equals, or undefined when all survive. */
  survivors(vectors: readonly Vector[], rowCount: number): Int32Array | undefined {
    const ids = this.#tuples.find(vectors, rowCount)
    const kept = new Int32Array(rowCount)
    let count = 0
    for (let row = 0; row < rowCount; row++) {
      kept[count] = row
      if (ids[row]! < 0) count++
    }
    return count === rowCount ? undefined : kept.slice(0, count)
  }
}
