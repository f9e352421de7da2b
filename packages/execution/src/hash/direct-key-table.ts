/**
 * Keys as indices of an array: each column has a small code, and the codes' product space is the array. It fits columns
 * of few values (dictionaries, booleans) and integers and dates that lie close together.
 */

import type { DataType, Vector } from '@artemis/arrow'
import { CodedKeys } from './coded-keys.js'
import type { SmallCodes } from './small-codes.js'
import { isSmallCodeType, smallCodesFor } from './small-codes.js'

export function isDirectType(type: DataType): boolean {
  return isSmallCodeType(type)
}

export class DirectKeyTable {
  readonly #columns: readonly SmallCodes[]
  readonly #maxSlots: number
  /** The step of each column's code in the array. */
  #steps: number[] = []
  /** Id + 1 at each index; 0 where there is no key. */
  #slots = new Int32Array(0)
  /** The codes of each key, by column. */
  #codes: Int32Array[]
  #size = 0
  #index = new Int32Array(0)
  readonly #coded = new CodedKeys()

  constructor(types: readonly DataType[], maxSlots: number) {
    this.#columns = types.map(smallCodesFor)
    this.#maxSlots = maxSlots
    this.#codes = types.map(() => new Int32Array(64))
  }

  get size(): number {
    return this.#size
  }

  byteSize(): number {
    const codes = this.#codes.reduce((sum, column) => sum + column.byteLength, 0)
    return this.#slots.byteLength + this.#coded.byteSize() + codes + this.#columns.reduce((sum, column) => sum + column.byteSize(), 0)
  }

  /** Inserts all rows, or returns false and inserts none when the array would be too large. */
  tryInsert(keys: readonly Vector[], rowCount: number, ids: Int32Array): boolean {
    if (rowCount === 0 || this.#coded.find(keys, rowCount, ids)) return true
    if (!this.#admit(keys)) return false
    const index = this.#indices(keys, rowCount, true)
    this.#assign(index, rowCount, ids)
    this.#coded.remember(keys, rowCount, ids)
    return true
  }

  lookup(keys: readonly Vector[], rowCount: number, ids: Int32Array): void {
    if (this.#size === 0) {
      ids.fill(-1, 0, rowCount)
      return
    }
    const [only] = this.#columns
    if (this.#columns.length === 1 && only!.lookup !== undefined) return only!.lookup(keys[0]!, rowCount, this.#slots, ids)
    const index = this.#indices(keys, rowCount, false)
    const slots = this.#slots
    for (let i = 0; i < rowCount; i++) {
      const at = index[i]!
      ids[i] = at < 0 ? -1 : slots[at]! - 1
    }
  }

  keys(start: number, length: number): Vector[] {
    return this.#columns.map((column, k) => column.decode(this.#codes[k]!.subarray(start, start + length)))
  }

  /** Widens the columns' ranges to hold the rows' values; false when they are too spread. */
  #admit(keys: readonly Vector[]): boolean {
    let budget = this.#maxSlots
    let changed = false
    for (const [k, column] of this.#columns.entries()) {
      const before = column.radix
      const shift = column.admit(keys[k]!, budget)
      if (shift === null) return false
      if (shift !== 0) shiftCodes(this.#codes[k]!, this.#size, shift)
      if (shift !== 0 || column.radix !== before) changed = true
      budget = Math.floor(budget / column.radix)
      if (budget < 1) return false
    }
    if (changed || this.#slots.length === 0) this.#rebuild()
    return true
  }

  #rebuild(): void {
    let step = 1
    this.#steps = this.#columns.map((column) => {
      const own = step
      step *= column.radix
      return own
    })
    this.#slots = new Int32Array(step)
    for (let id = 0; id < this.#size; id++) {
      let at = 0
      for (let k = 0; k < this.#steps.length; k++) at += this.#codes[k]![id]! * this.#steps[k]!
      this.#slots[at] = id + 1
    }
  }

  #indices(keys: readonly Vector[], rowCount: number, adding: boolean): Int32Array {
    if (this.#index.length < rowCount) this.#index = new Int32Array(rowCount)
    for (const [k, column] of this.#columns.entries()) {
      const codes = column.codes(keys[k]!, rowCount, adding)
      combine(codes, this.#steps[k]!, rowCount, this.#index, k === 0, adding)
    }
    return this.#index
  }

  #assign(index: Int32Array, rowCount: number, ids: Int32Array): void {
    const slots = this.#slots
    for (let i = 0; i < rowCount; i++) {
      const at = index[i]!
      let entry = slots[at]!
      if (entry === 0) {
        entry = this.#append(at)
        slots[at] = entry
      }
      ids[i] = entry - 1
    }
  }

  /** Remembers the codes of a new key and returns its id + 1. */
  #append(at: number): number {
    const id = this.#size++
    let rest = at
    for (let k = this.#steps.length - 1; k >= 0; k--) {
      const step = this.#steps[k]!
      const code = Math.floor(rest / step)
      rest -= code * step
      let codes = this.#codes[k]!
      if (id >= codes.length) {
        const grown = new Int32Array(codes.length * 2)
        grown.set(codes)
        codes = grown
        this.#codes[k] = grown
      }
      codes[id] = code
    }
    return id + 1
  }
}

function combine(codes: Int32Array, step: number, n: number, index: Int32Array, first: boolean, known: boolean): void {
  if (known && first) for (let i = 0; i < n; i++) index[i] = codes[i]! * step
  else if (known) for (let i = 0; i < n; i++) index[i]! += codes[i]! * step
  else if (first) for (let i = 0; i < n; i++) index[i] = codes[i]! < 0 ? -1 : codes[i]! * step
  else for (let i = 0; i < n; i++) index[i] = codes[i]! < 0 || index[i]! < 0 ? -1 : index[i]! + codes[i]! * step
}

/** Code 0 is NULL and stays. */
function shiftCodes(codes: Int32Array, count: number, shift: number): void {
  for (let i = 0; i < count; i++) if (codes[i]! > 0) codes[i]! += shift
}
