/**
 * Buffers of BYTE_ARRAY values. They are numbered as they arrive, since the dictionary is worth it for most text; a
 * column that turns out to be nearly unique becomes plain, and its values are then copied one behind the other.
 */

import type { BytesVector, Vector } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import type { OrderedValue, ValueBounds } from './bounds.js'
import { NO_VALUES } from './bounds.js'
import type { ByteBuilder } from './byte-builder.js'
import { BytesTable } from './bytes-table.js'
import type { ChunkEncoding, ValueBuffer } from './value-buffer.js'
import { withoutDictionary } from './value-buffer.js'
import { encodeCodes } from './word-buffer.js'

const MAX_DICTIONARY_BYTES = 1 << 20
/** Entries below which a dictionary is never given up. */
const FEW_ENTRIES = 2048

export class BytesBuffer implements ValueBuffer {
  count = 0
  readonly #useDictionary: boolean
  #table: BytesTable | undefined
  #codes = new Int32Array(1024)
  #offsets = new Int32Array(1024)
  #data = new Uint8Array(4096)
  #codesSize = 0
  /** Codes of the last dictionary seen, by its own codes; -1 where not looked up yet. */
  #lastDictionary: { readonly vector: Vector; readonly codes: Int32Array } | undefined

  constructor(useDictionary: boolean) {
    this.#useDictionary = useDictionary
    this.clear()
  }

  get byteSize(): number {
    return this.#table === undefined ? this.#offsets[this.count]! + 4 * this.count : this.#codesSize + 4 * this.count
  }

  clear(): void {
    this.count = 0
    this.#codesSize = 0
    this.#table = this.#useDictionary ? new BytesTable() : undefined
    this.#lastDictionary = undefined
  }

  append(values: Vector): void {
    if (values.length === 0) return
    if (this.#table !== undefined) {
      if (values.layout === 'dictionary' && values.dictionary.layout === 'bytes') this.#appendCodes(values, values.dictionary)
      else this.#appendNumbered(bytesOf(values))
    } else this.#appendPlain(bytesOf(values))
  }

  finish(): ChunkEncoding {
    const table = this.#table
    return table === undefined || this.count === 0 ? this.#finishPlain() : this.#finishDictionary(table)
  }

  #appendCodes(values: Vector & { layout: 'dictionary' }, dictionary: BytesVector): void {
    const table = this.#table!
    if (this.#lastDictionary?.vector !== dictionary) {
      this.#lastDictionary = { vector: dictionary, codes: new Int32Array(dictionary.length).fill(-1) }
    }
    const known = this.#lastDictionary.codes
    const { length } = values
    this.#reserveCodes(length)
    let size = 0
    for (let i = 0; i < length; i++) {
      const from = values.codes[i]!
      let code = known[from]!
      if (code < 0) {
        code = table.code(dictionary.data, dictionary.offsets[from]!, dictionary.offsets[from + 1]!)
        known[from] = code
      }
      this.#codes[this.count + i] = code
      size += dictionary.offsets[from + 1]! - dictionary.offsets[from]!
    }
    this.count += length
    this.#codesSize += size
    this.#checkDictionary(table)
  }

  #appendNumbered(values: BytesVector): void {
    const table = this.#table!
    const { offsets, data, length } = values
    this.#reserveCodes(length)
    // Looked at in steps, so that a column of unique values is given up early.
    const step = Math.min(length, FEW_ENTRIES)
    for (let start = 0; start < length; start += step) {
      const end = Math.min(length, start + step)
      for (let i = start; i < end; i++) this.#codes[this.count + i - start] = table.code(data, offsets[i]!, offsets[i + 1]!)
      this.count += end - start
      this.#codesSize += offsets[end]! - offsets[start]!
      this.#checkDictionary(table)
      if (this.#table === undefined && end < length) {
        this.#appendPlain({ ...values, offsets: offsets.subarray(end), length: length - end })
        return
      }
    }
  }

  /** Gives the dictionary up when it holds most values, or too many bytes. */
  #checkDictionary(table: BytesTable): void {
    const isLarge = table.byteSize > MAX_DICTIONARY_BYTES
    if (!isLarge && (table.size <= FEW_ENTRIES || table.size * 2 <= this.count)) return
    const codes = this.#codes
    const { count } = this
    this.#table = undefined
    this.count = 0
    this.#offsets[0] = 0
    this.#reservePlain(count, this.#codesSize)
    let to = 0
    for (let i = 0; i < count; i++) {
      const start = table.offsets[codes[i]!]!
      const end = table.offsets[codes[i]! + 1]!
      this.#data.set(table.data.subarray(start, end), to)
      to += end - start
      this.#offsets[i + 1] = to
    }
    this.count = count
  }

  #appendPlain(values: BytesVector): void {
    const { offsets, data, length } = values
    const start = offsets[0]!
    const size = offsets[length]! - start
    const base = this.count === 0 ? 0 : this.#offsets[this.count]!
    this.#offsets[this.count] = base
    this.#reservePlain(length, size)
    this.#data.set(data.subarray(start, start + size), base)
    const shift = base - start
    for (let i = 1; i <= length; i++) this.#offsets[this.count + i] = offsets[i]! + shift
    this.count += length
  }

  #finishPlain(): ChunkEncoding {
    const offsets = this.#offsets
    const data = this.#data
    return {
      dictionary: undefined,
      encode: (from, to, out) => encodePlain(data, offsets, from, to, out),
      bounds: (from, to) => boundsOfBytes(data, offsets, from, to),
    }
  }

  #finishDictionary(table: BytesTable): ChunkEncoding {
    const codes = this.#codes
    const { ranks, order } = table.ranks()
    const valueOf = (rank: number): OrderedValue => table.data.slice(table.offsets[order[rank]!]!, table.offsets[order[rank]! + 1]!)
    return {
      dictionary: { bytes: table.plain(), count: table.size },
      encode: (from, to, out) => encodeCodes(codes, from, to, table.size, out),
      bounds: (from, to) => {
        if (from === to) return NO_VALUES
        let min = ranks[codes[from]!]!
        let max = min
        for (let i = from + 1; i < to; i++) {
          const rank = ranks[codes[i]!]!
          if (rank < min) min = rank
          else if (rank > max) max = rank
        }
        return { min: valueOf(min), max: valueOf(max), nanCount: 0 }
      },
    }
  }

  #reserveCodes(values: number): void {
    if (this.count + values <= this.#codes.length) return
    const grown = new Int32Array(Math.max(this.count + values, this.#codes.length * 2))
    grown.set(this.#codes.subarray(0, this.count))
    this.#codes = grown
  }

  #reservePlain(values: number, bytes: number): void {
    if (this.count + values + 1 > this.#offsets.length) {
      const grown = new Int32Array(Math.max(this.count + values + 1, this.#offsets.length * 2))
      grown.set(this.#offsets.subarray(0, this.count + 1))
      this.#offsets = grown
    }
    const used = this.#offsets[this.count]!
    if (used + bytes > this.#data.length) {
      const grown = new Uint8Array(Math.max(used + bytes, this.#data.length * 2))
      grown.set(this.#data.subarray(0, used))
      this.#data = grown
    }
  }
}

function bytesOf(values: Vector): BytesVector {
  const plain = withoutDictionary(values)
  assert(plain.layout === 'bytes', `a ${plain.layout} vector in a column of bytes`)
  return plain
}

function encodePlain(data: Uint8Array, offsets: Int32Array, from: number, to: number, out: ByteBuilder): void {
  out.reserve(offsets[to]! - offsets[from]! + 4 * (to - from))
  const target = out.bytes
  let at = out.length
  for (let i = from; i < to; i++) {
    let source = offsets[i]!
    const end = offsets[i + 1]!
    const length = end - source
    target[at] = length
    target[at + 1] = length >>> 8
    target[at + 2] = length >>> 16
    target[at + 3] = length >>> 24
    at += 4
    if (length > 48) {
      target.set(data.subarray(source, end), at)
      at += length
    } else while (source < end) target[at++] = data[source++]!
  }
  out.length = at
}

function boundsOfBytes(data: Uint8Array, offsets: Int32Array, from: number, to: number): ValueBounds {
  if (from === to) return NO_VALUES
  let min = from
  let max = from
  for (let i = from + 1; i < to; i++) {
    if (compareAt(data, offsets, i, min) < 0) min = i
    else if (compareAt(data, offsets, i, max) > 0) max = i
  }
  return { min: data.slice(offsets[min], offsets[min + 1]), max: data.slice(offsets[max], offsets[max + 1]), nanCount: 0 }
}

function compareAt(data: Uint8Array, offsets: Int32Array, a: number, b: number): number {
  let i = offsets[a]!
  let j = offsets[b]!
  const endA = offsets[a + 1]!
  const endB = offsets[b + 1]!
  while (i < endA && j < endB) {
    const difference = data[i++]! - data[j++]!
    if (difference !== 0) return difference
  }
  return endA - i - (endB - j)
}
