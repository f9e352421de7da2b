/**
 * Stable sort of rows by several keys, to the indices of the rows in order.
 *
 * A range of rows is sorted by its first key; rows that tie form ranges of their own, sorted by the next key. Nulls are
 * set apart first, fixed-width values go through a radix sort of their words, text through one of its next eight bytes
 * after the common prefix, dictionaries through the ranks of their entries. Short ranges and nested values use a
 * comparator.
 */

import { unreachable } from '@artemis/errors'
import { radixSort } from './radix.js'
import { rowComparator, valueComparator } from './row-compare.js'
import type { RowOrder, SortColumn } from './row-compare.js'
import { hasWordKeys, prefixKeys, wordKeys } from './sort-keys.js'
import { decodeDictionary } from './dictionary.js'
import type { BytesVector, FixedVector, Vector } from './vector.js'
import { bytesVector } from './vector.js'

/** Ranges of up to this many rows are sorted by insertion. */
const SHORT_RANGE = 24

/** The row numbers `0..rowCount-1` in the order of the columns, rows that are equal in all of them in their old order. */
export function sortToIndices(columns: readonly SortColumn[], rowCount: number): Int32Array {
  const rows = new Int32Array(rowCount)
  for (let i = 0; i < rowCount; i++) rows[i] = i
  if (columns.length > 0) new Sorter(columns).sortRange(rows, 0)
  return rows
}

/** The first `limit` entries of {@link sortToIndices}, without sorting the rest when they are few. */
export function topNIndices(columns: readonly SortColumn[], rowCount: number, limit: number): Int32Array {
  if (limit >= rowCount >>> 3) return sortToIndices(columns, rowCount).subarray(0, Math.min(limit, rowCount))
  if (limit === 0) return new Int32Array(0)
  const order = rowComparator(columns, columns)
  let candidates = new Int32Array(limit * 4)
  for (let i = 0; i < limit; i++) candidates[i] = i
  let count = limit
  // Candidates gather behind the worst row of the best `limit` so far; when they are many, they are cut back to `limit`.
  let worst = -1
  for (let row = limit; row < rowCount; row++) {
    if (worst >= 0 && order(row, worst) >= 0) continue
    candidates[count++] = row
    if (count < candidates.length) continue
    candidates = cutBack(candidates, order, limit)
    count = limit
    worst = candidates[limit - 1]!
  }
  return sortedBy(candidates.subarray(0, count), order).slice(0, limit)
}

function cutBack(candidates: Int32Array, order: RowOrder, limit: number): Int32Array<ArrayBuffer> {
  const out = new Int32Array(candidates.length)
  out.set(sortedBy(candidates, order).subarray(0, limit))
  return out
}

function sortedBy(rows: Int32Array, order: RowOrder): Int32Array {
  return rows.slice().sort((i, j) => order(i, j) || i - j)
}

class Sorter {
  readonly #columns: readonly SortColumn[]
  /** Comparators by the keys from k on, for ranges that already tie in the keys before. */
  readonly #orders: RowOrder[]

  constructor(columns: readonly SortColumn[]) {
    this.#columns = columns.map((column) => ({ ...column, vector: sortable(column.vector) }))
    this.#orders = this.#columns.map((_, k) => rowComparator(this.#columns.slice(k), this.#columns.slice(k)))
  }

  /** Sorts `rows` in place by the keys from `key` on. */
  sortRange(rows: Int32Array, key: number): void {
    const column = this.#columns[key]
    if (column === undefined || rows.length < 2) return
    if (rows.length <= SHORT_RANGE) return insertionSort(rows, this.#orders[key]!)
    const { vector } = column
    if (vector.validity === null) return this.#sortValid(rows, key)
    const nulls = setNullsApart(rows, vector.validity, column.nullsFirst)
    const nullRows = column.nullsFirst ? rows.subarray(0, nulls) : rows.subarray(rows.length - nulls)
    const validRows = column.nullsFirst ? rows.subarray(nulls) : rows.subarray(0, rows.length - nulls)
    this.sortRange(nullRows, key + 1)
    if (validRows.length > 1) this.#sortValid(validRows, key)
  }

  #sortValid(rows: Int32Array, key: number): void {
    const { vector, descending } = this.#columns[key]!
    if (vector.layout === 'dictionary') {
      const ranks = dictionaryRanks(vector.dictionary)
      const words = rankKeys(vector.codes, ranks, rows)
      return this.#sortByWords(rows, [words], key, descending)
    }
    if (hasWordKeys(vector)) return this.#sortByWords(rows, wordKeys(vector, rows), key, descending)
    if (vector.layout === 'bytes') return this.#sortBytes(rows, vector, key, 0)
    rows.set(sortedBy(rows, this.#orders[key]!))
  }

  #sortByWords(rows: Int32Array, words: Uint32Array[], key: number, descending: boolean): void {
    const sorted = permute(rows, words, descending)
    if (key + 1 === this.#columns.length) return
    const bounds = ties(words, sorted)
    for (let k = 0; k < bounds.length; k += 2) this.sortRange(rows.subarray(bounds[k], bounds[k + 1]), key + 1)
  }

  /** Sorts strings that are equal in their first `depth` bytes. */
  #sortBytes(rows: Int32Array, vector: BytesVector, key: number, depth: number): void {
    const keys = prefixKeys(vector, rows, depth)
    if (keys.allEqual) return this.sortRange(rows, key + 1)
    const sorted = permute(rows, keys.words, this.#columns[key]!.descending)
    const bounds = ties(keys.words, sorted)
    for (let k = 0; k < bounds.length; k += 2) {
      const range = rows.subarray(bounds[k], bounds[k + 1])
      if (range.length <= SHORT_RANGE) insertionSort(range, this.#orders[key]!)
      else if (anyLonger(vector, range, keys.depth)) this.#sortBytes(range, vector, key, keys.depth)
      else this.#sortEnded(range, vector, key)
    }
  }

  /** Strings that differ at most by zero bytes at their end: mostly they are equal, otherwise their size decides. */
  #sortEnded(rows: Int32Array, vector: BytesVector, key: number): void {
    const { offsets } = vector
    const sizes = new Uint32Array(rows.length)
    for (let k = 0; k < rows.length; k++) sizes[k] = offsets[rows[k]! + 1]! - offsets[rows[k]!]!
    this.#sortByWords(rows, [sizes], key, this.#columns[key]!.descending)
  }
}

/** Nested values may hold anything; wide fixed values sort as byte strings; a dictionary larger than its rows is decoded. */
function sortable(vector: Vector): Vector {
  switch (vector.layout) {
    case 'dictionary':
      if (vector.dictionary.length <= 2 * vector.length && vector.dictionary.length > 0) return vector
      return sortable(decodeDictionary(vector))
    case 'fixed':
      return hasWordKeys(vector) ? vector : fixedAsBytes(vector)
    case 'null':
    case 'boolean':
    case 'primitive':
    case 'bytes':
    case 'list':
    case 'struct':
      return vector
    default:
      return unreachable(vector, 'vector layout')
  }
}

function fixedAsBytes(vector: FixedVector): Vector {
  const offsets = new Int32Array(vector.length + 1)
  for (let i = 0; i <= vector.length; i++) offsets[i] = i * vector.byteWidth
  return bytesVector({ kind: 'binary' }, offsets, vector.values, vector)
}

const ranksOfDictionaries = new WeakMap<Vector, Int32Array>()

/** For each entry of a dictionary the number of smaller values; equal values have the same rank. Kept per dictionary. */
export function dictionaryRanks(dictionary: Vector): Int32Array {
  const known = ranksOfDictionaries.get(dictionary)
  if (known !== undefined) return known
  const sorted = sortToIndices([{ vector: dictionary, descending: false, nullsFirst: false }], dictionary.length)
  const order = valueComparator(dictionary, dictionary)
  const ranks = new Int32Array(dictionary.length)
  for (let i = 1; i < sorted.length; i++) {
    const same = order(sorted[i - 1]!, sorted[i]!) === 0
    ranks[sorted[i]!] = same ? ranks[sorted[i - 1]!]! : i
  }
  ranksOfDictionaries.set(dictionary, ranks)
  return ranks
}

function rankKeys(codes: Int32Array, ranks: Int32Array, rows: Int32Array): Uint32Array {
  const out = new Uint32Array(rows.length)
  for (let k = 0; k < out.length; k++) out[k] = ranks[codes[rows[k]!]!]!
  return out
}

/** Moves the rows that are null to one end, keeping the order of both kinds; returns how many they are. */
function setNullsApart(rows: Int32Array, validity: Uint8Array, first: boolean): number {
  const nullRows = new Int32Array(rows.length)
  const validRows = new Int32Array(rows.length)
  let nulls = 0
  let valid = 0
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k]!
    if (((validity[row >>> 3]! >>> (row & 7)) & 1) === 1) validRows[valid++] = row
    else nullRows[nulls++] = row
  }
  rows.set(nullRows.subarray(0, nulls), first ? 0 : valid)
  rows.set(validRows.subarray(0, valid), first ? nulls : 0)
  return nulls
}

/** Puts `rows` into the order of their words and returns the positions that they had. */
function permute(rows: Int32Array, words: Uint32Array[], descending: boolean): Int32Array {
  if (descending) for (const word of words) invert(word)
  const sorted = radixSort(words, rows.length)
  const before = rows.slice()
  for (let k = 0; k < sorted.length; k++) rows[k] = before[sorted[k]!]!
  return sorted
}

function invert(word: Uint32Array): void {
  for (let k = 0; k < word.length; k++) word[k] = ~word[k]!
}

/** Start and end, in turn, of the ranges of two and more positions whose words are all equal. */
function ties(words: readonly Uint32Array[], sorted: Int32Array): number[] {
  const out: number[] = []
  let start = 0
  for (let k = 1; k <= sorted.length; k++) {
    if (k < sorted.length && sameWords(words, sorted[k - 1]!, sorted[k]!)) continue
    if (k - start > 1) out.push(start, k)
    start = k
  }
  return out
}

function sameWords(words: readonly Uint32Array[], i: number, j: number): boolean {
  for (let w = words.length - 1; w >= 0; w--) if (words[w]![i] !== words[w]![j]) return false
  return true
}

function anyLonger(vector: BytesVector, rows: Int32Array, size: number): boolean {
  const { offsets } = vector
  for (let k = 0; k < rows.length; k++) if (offsets[rows[k]! + 1]! - offsets[rows[k]!]! > size) return true
  return false
}

/** Stable: a row moves only before rows that are greater. */
function insertionSort(rows: Int32Array, order: RowOrder): void {
  for (let k = 1; k < rows.length; k++) {
    const row = rows[k]!
    let p = k - 1
    while (p >= 0 && order(rows[p]!, row) > 0) {
      rows[p + 1] = rows[p]!
      p--
    }
    rows[p + 1] = row
  }
}
