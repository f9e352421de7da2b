/**
 * Key tables of several columns: the words of all columns side by side, and a bit for each NULL. The words for these
 * bits are added only when the first NULL comes, as most keys never have one.
 *
 *   key  [words of column 0, words of column 1, …, null bits]
 */

import type { DataType, Vector } from '@artemis/arrow'
import { bitmapBytes, withNulls } from '@artemis/arrow'
import type { KeyTable } from './key-table.js'
import type { KeyWords } from './key-words.js'
import { keyWordsFor } from './key-words.js'
import { WordTable } from './word-table.js'

export class MultiWordKeyTable implements KeyTable {
  readonly #columns: readonly KeyWords[]
  readonly #offsets: readonly number[]
  /** Words of the values, without null bits. */
  readonly #width: number
  readonly #nullWidth: number
  #hasNullBits = false
  #table: WordTable
  #rows = new Int32Array(0)

  constructor(types: readonly DataType[], expectedKeys: number) {
    this.#columns = types.map(keyWordsFor)
    let width = 0
    this.#offsets = this.#columns.map((column) => {
      const offset = width
      width += column.width
      return offset
    })
    this.#width = width
    this.#nullWidth = (types.length + 31) >>> 5
    this.#table = new WordTable(width, expectedKeys)
  }

  get size(): number {
    return this.#table.size
  }

  byteSize(): number {
    return this.#table.byteSize() + this.#columns.reduce((sum, column) => sum + column.byteSize(), 0)
  }

  insert(keys: readonly Vector[], rowCount: number, ids: Int32Array): void {
    if (!this.#hasNullBits && keys.some((key) => key.nullCount > 0)) this.#addNullBits()
    this.#encode(keys, rowCount, true)
    this.#table.insert(this.#rows, rowCount, ids)
  }

  lookup(keys: readonly Vector[], rowCount: number, ids: Int32Array): void {
    this.#encode(keys, rowCount, false)
    this.#table.lookup(this.#rows, rowCount, ids)
    if (!this.#hasNullBits) for (const key of keys) if (key.validity !== null) excludeNulls(key.validity, rowCount, ids)
  }

  keys(start: number, length: number): Vector[] {
    const stride = this.#table.width
    const words = this.#table.keys.subarray(start * stride, (start + length) * stride)
    return this.#columns.map((column, k) => {
      const values = column.decode(words, stride, this.#offsets[k]!, length)
      if (!this.#hasNullBits) return values
      return withNulls(values, { validity: validBits(words, stride, this.#width + (k >>> 5), k & 31, length) })
    })
  }

  #encode(keys: readonly Vector[], rowCount: number, adding: boolean): void {
    const stride = this.#table.width
    if (this.#rows.length < rowCount * stride) this.#rows = new Int32Array(rowCount * stride)
    const rows = this.#rows
    if (this.#hasNullBits) for (let word = this.#width; word < stride; word++) clearWord(rows, stride, word, rowCount)
    for (const [k, column] of this.#columns.entries()) {
      const key = keys[k]!
      const offset = this.#offsets[k]!
      column.encode(key, rows, stride, offset, adding)
      if (!this.#hasNullBits || key.validity === null) continue
      markNulls(key.validity, rows, stride, this.#width + (k >>> 5), 1 << (k & 31), rowCount)
      for (let word = offset; word < offset + column.width; word++) zeroNulls(key.validity, rows, stride, word, rowCount)
    }
  }

  /** Moves to wider keys. They go over in the order of their ids, so every key keeps its id. */
  #addNullBits(): void {
    const old = this.#table
    const width = this.#width + this.#nullWidth
    this.#hasNullBits = true
    this.#table = new WordTable(width, old.size)
    const rows = new Int32Array(old.size * width)
    for (let i = 0; i < old.size; i++) for (let k = 0; k < this.#width; k++) rows[i * width + k] = old.keys[i * this.#width + k]!
    if (old.size > 0) this.#table.insert(rows, old.size, new Int32Array(old.size))
  }
}

function clearWord(rows: Int32Array, stride: number, word: number, n: number): void {
  for (let i = 0, at = word; i < n; i++, at += stride) rows[at] = 0
}

function markNulls(validity: Uint8Array, rows: Int32Array, stride: number, word: number, bit: number, n: number): void {
  for (let i = 0, at = word; i < n; i++, at += stride) if (((validity[i >>> 3]! >>> (i & 7)) & 1) === 0) rows[at]! |= bit
}

function zeroNulls(validity: Uint8Array, rows: Int32Array, stride: number, word: number, n: number): void {
  for (let i = 0, at = word; i < n; i++, at += stride) if (((validity[i >>> 3]! >>> (i & 7)) & 1) === 0) rows[at] = 0
}

function excludeNulls(validity: Uint8Array, n: number, ids: Int32Array): void {
  for (let i = 0; i < n; i++) if (((validity[i >>> 3]! >>> (i & 7)) & 1) === 0) ids[i] = -1
}

function validBits(words: Int32Array, stride: number, word: number, bit: number, n: number): Uint8Array {
  const validity = new Uint8Array(bitmapBytes(n))
  for (let i = 0, at = word; i < n; i++, at += stride) validity[i >>> 3]! |= (((words[at]! >>> bit) & 1) ^ 1) << (i & 7)
  return validity
}
