/**
 * Dense ids of the distinct tuples of several columns, where NULL equals NULL and NaN equals NaN. Each column's values
 * have ids of their own, and a row walks from column to column by (state, id) pairs; where it arrives is the tuple's id.
 */
import type { Vector } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import { ColumnIds } from './column-ids.js'

/** 2^26: a state and an id share a double exactly. */
const STRIDE = 67_108_864
const UNKNOWN = -1

export class TupleIds {
  readonly #columns: readonly ColumnIds[]
  /** For each column, the next state by state and id. */
  readonly #steps: readonly Map<number, number>[]
  readonly #states: number[]

  constructor(columnCount: number) {
    this.#columns = Array.from({ length: columnCount }, () => new ColumnIds())
    this.#steps = Array.from({ length: columnCount }, () => new Map<number, number>())
    this.#states = new Array<number>(columnCount).fill(0)
  }

  /** Distinct tuples so far: ids are below. */
  get count(): number {
    return this.#states.length === 0 ? 1 : this.#states.at(-1)!
  }

  /** The id of each row's tuple; a tuple not met before gets the next one. No column at all gives 0. */
  assign(vectors: readonly Vector[], rowCount: number): Int32Array {
    const out = new Int32Array(rowCount)
    for (let c = 0; c < vectors.length; c++) {
      const ids = this.#columns[c]!.assign(vectors[c]!)
      const step = this.#steps[c]!
      let states = this.#states[c]!
      for (let row = 0; row < rowCount; row++) {
        const key = out[row]! * STRIDE + ids[row]!
        let next = step.get(key)
        if (next === undefined) {
          next = states++
          step.set(key, next)
        }
        out[row] = next
      }
      assert(states < STRIDE, 'more than 67 million distinct tuples')
      this.#states[c] = states
    }
    return out
  }

  /** The id of each row's tuple, -1 for a tuple that {@link assign} never met. */
  find(vectors: readonly Vector[], rowCount: number): Int32Array {
    const out = new Int32Array(rowCount)
    for (let c = 0; c < vectors.length; c++) {
      const ids = this.#columns[c]!.find(vectors[c]!)
      const step = this.#steps[c]!
      for (let row = 0; row < rowCount; row++) {
        const state = out[row]!
        out[row] = state < 0 || ids[row]! < 0 ? UNKNOWN : (step.get(state * STRIDE + ids[row]!) ?? UNKNOWN)
      }
    }
    return out
  }
}
