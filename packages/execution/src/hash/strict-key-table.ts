import type { Vector } from '@artemis/arrow'
import { bitmapToSelection, countSet, mergeValidity, take } from '@artemis/arrow'
import type { KeyTable } from './key-table.js'

/** Leaves rows out that have a NULL in a column where NULL equals nothing: they get id -1. */
export class StrictKeyTable implements KeyTable {
  readonly #table: KeyTable
  readonly #strict: readonly boolean[]

  constructor(table: KeyTable, strict: readonly boolean[]) {
    this.#table = table
    this.#strict = strict
  }

  get size(): number {
    return this.#table.size
  }

  byteSize(): number {
    return this.#table.byteSize()
  }

  insert(keys: readonly Vector[], rowCount: number, ids: Int32Array): void {
    this.#withoutNulls(keys, rowCount, ids, (rows, count, out) => this.#table.insert(rows, count, out))
  }

  lookup(keys: readonly Vector[], rowCount: number, ids: Int32Array): void {
    this.#withoutNulls(keys, rowCount, ids, (rows, count, out) => this.#table.lookup(rows, count, out))
  }

  keys(start: number, length: number): Vector[] {
    return this.#table.keys(start, length)
  }

  #withoutNulls(
    keys: readonly Vector[],
    rowCount: number,
    ids: Int32Array,
    run: (keys: readonly Vector[], count: number, ids: Int32Array) => void,
  ): void {
    let validity: Uint8Array | null = null
    for (const [i, key] of keys.entries()) if (this.#strict[i]) validity = mergeValidity(validity, key.validity, rowCount)
    if (validity === null || countSet(validity, rowCount) === rowCount) return run(keys, rowCount, ids)
    const rows = bitmapToSelection(validity, rowCount)
    const found = new Int32Array(rows.length)
    run(
      keys.map((key) => take(key, rows)),
      rows.length,
      found,
    )
    ids.fill(-1, 0, rowCount)
    for (let k = 0; k < rows.length; k++) ids[rows[k]!] = found[k]!
  }
}
