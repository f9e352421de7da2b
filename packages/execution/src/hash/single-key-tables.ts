/** Key tables of one column: text by its numbering, everything else by its words. */

import type { DataType, Vector } from '@artemis/arrow'
import { bitmapToSelection, decodeDictionary, take } from '@artemis/arrow'
import type { KeyTable } from './key-table.js'
import type { KeyWords } from './key-words.js'
import { keyWordsFor, numberingFor, primitiveKeyWords, valuesOfCodes } from './key-words.js'
import { NullId } from './null-id.js'
import type { Numbering } from './numbering.js'
import { WordTable } from './word-table.js'

/** Text and nested values. Only values that occur in a row are numbered, so every code is a key. */
export class NumberedKeyTable implements KeyTable {
  readonly #numbering: Numbering
  readonly #null = new NullId()

  constructor(type: DataType) {
    this.#numbering = numberingFor(type)
  }

  get size(): number {
    return this.#numbering.size + (this.#null.exists ? 1 : 0)
  }

  byteSize(): number {
    return this.#numbering.byteSize()
  }

  insert(keys: readonly Vector[], rowCount: number, ids: Int32Array): void {
    const vector = keys[0]!
    const before = this.#numbering.size
    this.#numbering.add(vector, ids)
    this.#null.insert(ids, rowCount, before, vector.nullCount > 0)
  }

  lookup(keys: readonly Vector[], rowCount: number, ids: Int32Array): void {
    const vector = keys[0]!
    this.#numbering.find(vector, ids)
    this.#null.lookup(ids, rowCount, vector.validity)
  }

  keys(start: number, length: number): Vector[] {
    return [valuesOfCodes(this.#numbering, this.#null.codes(start, length))]
  }
}

/** Numbers, dates, decimals and the like. */
export class SingleWordKeyTable implements KeyTable {
  readonly #words: KeyWords
  readonly #table: WordTable
  readonly #null = new NullId()

  constructor(type: DataType, expectedKeys: number) {
    this.#words = keyWordsFor(type)
    this.#table = new WordTable(this.#words.width, expectedKeys)
  }

  get size(): number {
    return this.#table.size + (this.#null.exists ? 1 : 0)
  }

  byteSize(): number {
    return this.#table.byteSize()
  }

  insert(keys: readonly Vector[], rowCount: number, ids: Int32Array): void {
    const vector = keys[0]!
    const before = this.#table.size
    this.#run(vector, rowCount, ids, (words, count, out) => this.#table.insert(words, count, out))
    this.#null.insert(ids, rowCount, before, vector.nullCount > 0)
  }

  lookup(keys: readonly Vector[], rowCount: number, ids: Int32Array): void {
    const vector = keys[0]!
    this.#run(vector, rowCount, ids, (words, count, out) => this.#table.lookup(words, count, out))
    this.#null.lookup(ids, rowCount, vector.validity)
  }

  keys(start: number, length: number): Vector[] {
    const codes = this.#null.codes(start, length)
    const { width } = this.#words
    // Codes of a range of ids are a range, with a NULL in between at most.
    const first = codes[0] === undefined ? 0 : codes[0] >= 0 ? codes[0] : start
    const count = length - (codes.includes(-1) ? 1 : 0)
    const values = this.#words.decode(this.#table.keys.subarray(first * width), width, 0, count)
    if (count === length) return [values]
    return [
      take(
        values,
        codes.map((code) => (code < 0 ? -1 : code - first)),
        true,
      ),
    ]
  }

  /** Runs over the words of the rows that are not NULL; the others get code -1. */
  #run(vector: Vector, rowCount: number, ids: Int32Array, run: (words: Int32Array, count: number, ids: Int32Array) => void): void {
    if (vector.nullCount === 0) return run(this.#wordsOf(vector, rowCount), rowCount, ids)
    ids.fill(-1, 0, rowCount)
    if (vector.nullCount === rowCount) return
    const rows = bitmapToSelection(vector.validity!, rowCount)
    const found = new Int32Array(rows.length)
    run(this.#wordsOf(take(vector, rows), rows.length), rows.length, found)
    for (let k = 0; k < rows.length; k++) ids[rows[k]!] = found[k]!
  }

  #wordsOf(vector: Vector, rowCount: number): Int32Array {
    const plain = decodeDictionary(vector)
    if (plain.layout === 'primitive') return primitiveKeyWords(plain.values)
    const { width } = this.#words
    const words = new Int32Array(rowCount * width)
    this.#words.encode(plain, words, width, 0, true)
    return words
  }
}
