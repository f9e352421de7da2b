/**
 * The unit that crosses an operator boundary: rows of a schema as vectors. A batch may be a light view: a filter
 * narrows it by a selection without copying, and a column is gathered only when somebody reads it, so a column that
 * nobody reads is never copied. Every reader sees plain vectors of `rowCount` rows.
 */

import { assert } from '@artemis/errors'
import { take } from './take.js'
import type { Schema } from './types.js'
import type { Vector } from './vector.js'
import { sliceVector, vectorBytes } from './vector.js'

/** A column that is there, or a thunk that makes it on first use (for example by decoding). */
export type Column = Vector | (() => Vector)

export class Batch {
  readonly schema: Schema
  readonly rowCount: number
  readonly #columns: Column[]
  /** Columns that are still to be made. */
  #lazyCount: number
  /** What {@link select} narrowed, so that a selection of a selection gathers once; dropped when all columns are made. */
  #selected: { readonly batch: Batch; readonly rows: Int32Array } | null = null

  constructor(schema: Schema, rowCount: number, columns: readonly Column[]) {
    assert(columns.length === schema.fields.length, `batch has ${columns.length} columns, its schema ${schema.fields.length}`)
    this.schema = schema
    this.rowCount = rowCount
    this.#columns = [...columns]
    this.#lazyCount = columns.filter((column) => typeof column === 'function').length
  }

  get columnCount(): number {
    return this.#columns.length
  }

  /** Column i, `rowCount` long. Gathered or decoded at the first call. */
  column(index: number): Vector {
    const column = this.#columns[index]
    assert(column !== undefined, `no column ${index}`)
    if (typeof column !== 'function') return column
    const vector = column()
    assert(vector.length === this.rowCount, `column ${index} has ${vector.length} rows, its batch ${this.rowCount}`)
    this.#columns[index] = vector
    this.#lazyCount--
    if (this.#lazyCount === 0) this.#selected = null
    return vector
  }

  /**
   * The rows of a selection (ascending or not), as a view. The view keeps this batch alive until each of its columns
   * has been read.
   */
  select(rows: Int32Array): Batch {
    const outer = this.#selected
    const source = outer === null ? { batch: this, rows } : { batch: outer.batch, rows: chosen(outer.rows, rows) }
    const view = new Batch(
      this.schema,
      rows.length,
      this.#columns.map((_, i) => () => (this.#isMade(i) ? take(this.column(i), rows) : take(source.batch.column(i), source.rows))),
    )
    if (view.#lazyCount > 0) view.#selected = source
    return view
  }

  #isMade(index: number): boolean {
    return typeof this.#columns[index] !== 'function'
  }

  /** Rows `[start, start + length)`, as a view. */
  slice(start: number, length: number): Batch {
    if (start === 0 && length === this.rowCount) return this
    assert(start >= 0 && length >= 0 && start + length <= this.rowCount, 'slice out of range')
    return new Batch(
      this.schema,
      length,
      this.#columns.map((column, i) =>
        typeof column === 'function' ? () => sliceVector(this.column(i), start, length) : sliceVector(column, start, length),
      ),
    )
  }

  /** The columns at `indices`, in that order, under another schema. */
  project(schema: Schema, indices: readonly number[]): Batch {
    return new Batch(
      schema,
      this.rowCount,
      indices.map((index) => {
        const column = this.#columns[index]
        assert(column !== undefined, `no column ${index}`)
        return typeof column === 'function' ? () => this.column(index) : column
      }),
    )
  }

  /** The same columns under a schema that differs in names, nullability or metadata only. */
  withSchema(schema: Schema): Batch {
    return this.project(
      schema,
      this.#columns.map((_, i) => i),
    )
  }

  /** All columns as vectors. */
  columns(): Vector[] {
    return this.#columns.map((_, i) => this.column(i))
  }

  /** Bytes that the batch keeps alive, for memory accounting; columns not yet made are made. */
  byteSize(): number {
    return this.columns().reduce((sum, vector) => sum + vectorBytes(vector), 0)
  }
}

function chosen(rows: Int32Array, positions: Int32Array): Int32Array {
  const out = new Int32Array(positions.length)
  for (let i = 0; i < out.length; i++) out[i] = rows[positions[i]!]!
  return out
}
