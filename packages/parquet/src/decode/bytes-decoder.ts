/**
 * BYTE_ARRAY values. Dictionary pages stay codes over the one dictionary of the chunk; a writer that gave its
 * dictionary up half-way leaves plain pages behind, and then all rows become plain.
 */

import type { BytesVector, Nulls, Vector } from '@artemis/arrow'
import { binary, bytesVector, dictionaryVector, nullVector, utf8 } from '@artemis/arrow'
import { damaged, unsupported } from '../errors.js'
import type { LeafColumn } from '../metadata/types.js'
import { decimalsOfBytes } from './convert.js'
import type { DecodedBytes } from './delta.js'
import { decodeDeltaBytes, decodeDeltaLengths } from './delta.js'
import { expand4 } from './expand.js'
import { UNPACK_SLACK } from './hybrid.js'
import { outputWords } from './output-words.js'
import type { PageValues, ValueDecoder } from './value-decoder.js'
import { decodeCodes, decodeCodesTo, unsupportedEncoding } from './value-decoder.js'

/** Longer values are copied by the engine's own routine, which costs a call. */
const LONG_VALUE = 256
const MAX_DATA = 0x7fffffff

export class BytesDecoder implements ValueDecoder {
  readonly #leaf: LeafColumn
  readonly #where: string
  readonly #capacity: number
  readonly #dataHint: number
  #dictionary: BytesVector | undefined
  #codes: Int32Array | undefined
  #offsets: Int32Array | undefined
  #data = new Uint8Array(0)
  #size = 0
  #rows = 0

  /** `dataHint`: bytes of the pages to come, as a first guess of the values' size. */
  constructor(leaf: LeafColumn, capacity: number, dataHint: number, where: string) {
    this.#leaf = leaf
    this.#where = where
    this.#capacity = capacity
    this.#dataHint = dataHint
  }

  /** Takes over a dictionary that was decoded before, so that all vectors of a chunk share it. */
  useDictionary(dictionary: BytesVector): void {
    this.#dictionary = dictionary
  }

  get decodedDictionary(): BytesVector | undefined {
    return this.#dictionary
  }

  dictionary(bytes: Uint8Array, count: number): void {
    const offsets = new Int32Array(count + 1)
    const data = new Uint8Array(bytes.length + 8)
    const size = copyPlain(bytes, 0, bytes.length, count, offsets, 0, data, 0, this.#where)
    this.#dictionary = bytesVector(this.#leaf.type.kind === 'utf8' ? utf8 : binary, offsets, data.subarray(0, size))
  }

  page(values: PageValues): void {
    switch (values.encoding) {
      case 'PLAIN_DICTIONARY':
      case 'RLE_DICTIONARY':
        this.#dictionaryPage(values)
        break
      case 'PLAIN':
        this.#plainPage(values)
        break
      case 'DELTA_LENGTH_BYTE_ARRAY':
        this.#append(decodeDeltaLengths(values.bytes, values.start, values.end, values.present, this.#where), values)
        break
      case 'DELTA_BYTE_ARRAY':
        this.#append(decodeDeltaBytes(values.bytes, values.start, values.end, values.present, this.#where), values)
        break
      default:
        throw unsupportedEncoding(values.encoding, this.#leaf, this.#where)
    }
    this.#rows += values.rows
  }

  finish(nulls: Nulls): Vector {
    if (this.#leaf.type.kind === 'null') return nullVector(this.#rows)
    const vector = this.#vector(nulls)
    return this.#leaf.type.kind === 'decimal' ? decimalsOfBytes(this.#leaf, vector, this.#where) : vector
  }

  #vector(nulls: Nulls): Vector {
    const type = this.#leaf.type.kind === 'utf8' ? utf8 : binary
    const dictionary = this.#dictionary
    // Codes must be in range also under nulls, which an empty dictionary cannot offer.
    if (this.#codes !== undefined && dictionary !== undefined && dictionary.length > 0) {
      return dictionaryVector(this.#codes.subarray(0, this.#rows), dictionary, nulls)
    }
    const offsets = this.#offsets?.subarray(0, this.#rows + 1) ?? new Int32Array(this.#rows + 1)
    return bytesVector(type, offsets, this.#data.subarray(0, this.#size), nulls)
  }

  #dictionaryPage(values: PageValues): void {
    const dictionary = this.#dictionary
    if (dictionary === undefined) throw damaged(this.#where, 'a page is dictionary-encoded, but there is no dictionary')
    if (this.#offsets !== undefined) {
      this.#appendCodes(decodeCodes(values, dictionary.length, this.#where), dictionary, values)
      return
    }
    const codes = (this.#codes ??= outputWords(this.#capacity + UNPACK_SLACK))
    if (values.bitmap === null) decodeCodesTo(values, dictionary.length, codes, this.#rows, this.#where)
    else expand4(decodeCodes(values, dictionary.length, this.#where), values.bitmap, codes, this.#rows, values.rows)
  }

  #plainPage(values: PageValues): void {
    const offsets = this.#plainOffsets()
    const { bytes, start, end, bitmap } = values
    const data = this.#reserve(end - start)
    if (bitmap === null) this.#size = copyPlain(bytes, start, end, values.rows, offsets, this.#rows, data, this.#size, this.#where)
    else this.#size = copyPlainWithNulls(bytes, start, end, bitmap, values.rows, offsets, this.#rows, data, this.#size, this.#where)
  }

  /** Appends values that are decoded already. */
  #append(decoded: DecodedBytes, values: PageValues): void {
    const offsets = this.#plainOffsets()
    const base = this.#size
    this.#reserve(decoded.data.length).set(decoded.data, base)
    this.#size += decoded.data.length
    let value = 0
    for (let i = 0; i < values.rows; i++) {
      if (values.bitmap === null || ((values.bitmap[i >>> 3]! >>> (i & 7)) & 1) === 1) value++
      offsets[this.#rows + i + 1] = base + decoded.offsets[value]!
    }
  }

  /** Appends dictionary entries as plain values. */
  #appendCodes(codes: Int32Array, dictionary: BytesVector, values: PageValues): void {
    const offsets = new Int32Array(values.present + 1)
    for (let i = 0; i < values.present; i++) {
      const size = offsets[i]! + dictionary.offsets[codes[i]! + 1]! - dictionary.offsets[codes[i]!]!
      if (size > MAX_DATA) throw unsupported(this.#where, 'a row group with more than 2 GiB of text in a column')
      offsets[i + 1] = size
    }
    const data = new Uint8Array(offsets[values.present]!)
    for (let i = 0; i < values.present; i++) {
      data.set(dictionary.data.subarray(dictionary.offsets[codes[i]!]!, dictionary.offsets[codes[i]! + 1]!), offsets[i]!)
    }
    this.#append({ offsets, data }, values)
  }

  /** The offsets, once all rows are plain: rows that were codes are appended first. */
  #plainOffsets(): Int32Array {
    if (this.#offsets !== undefined) return this.#offsets
    this.#offsets = new Int32Array(this.#capacity + 1)
    const codes = this.#codes
    const rows = this.#rows
    if (codes !== undefined && rows > 0 && this.#dictionary !== undefined && this.#dictionary.length > 0) {
      this.#codes = undefined
      this.#rows = 0
      const all = { encoding: 'PLAIN', bytes: this.#data, start: 0, end: 0, present: rows, rows, bitmap: null } as const
      this.#appendCodes(codes, this.#dictionary, all)
      this.#rows = rows
    }
    this.#codes = undefined
    return this.#offsets
  }

  #reserve(bytes: number): Uint8Array {
    const needed = this.#size + bytes + 8
    if (needed > MAX_DATA) throw unsupported(this.#where, 'a row group with more than 2 GiB of text in a column')
    if (needed > this.#data.length) {
      const grown = new Uint8Array(Math.max(needed, this.#dataHint, this.#data.length * 2))
      grown.set(this.#data.subarray(0, this.#size))
      this.#data = grown
    }
    return this.#data
  }
}

/**
 * Copies PLAIN values without their lengths, and returns the new size of `data`, which needs 4 bytes to spare. Short
 * values are copied 4 bytes at a time: what is written past the end is overwritten by the next value.
 */
function copyPlain(
  bytes: Uint8Array,
  start: number,
  end: number,
  count: number,
  offsets: Int32Array,
  row: number,
  data: Uint8Array,
  size: number,
  where: string,
): number {
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const target = new DataView(data.buffer, data.byteOffset, data.byteLength)
  let from = start
  let to = size
  offsets[row] = to
  for (let i = 0; i < count; i++) {
    if (from + 4 > end) throw damaged(where, 'plain values end too early')
    const length = source.getInt32(from, true)
    from += 4
    if (length < 0 || length > end - from) throw damaged(where, `a value of ${length >>> 0} bytes leaves its page`)
    const stop = to + length
    if (length > LONG_VALUE) data.set(bytes.subarray(from, from + length), to)
    else if (from + length + 4 <= end) {
      for (let k = from; to < stop; k += 4, to += 4) target.setInt32(to, source.getInt32(k, true), true)
    } else for (let k = from; to < stop;) data[to++] = bytes[k++]!
    from += length
    to = stop
    offsets[row + i + 1] = to
  }
  return to
}

/** The same, where row i has a value only if bit i of the bitmap is set. */
function copyPlainWithNulls(
  bytes: Uint8Array,
  start: number,
  end: number,
  bitmap: Uint8Array,
  rows: number,
  offsets: Int32Array,
  row: number,
  data: Uint8Array,
  size: number,
  where: string,
): number {
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const target = new DataView(data.buffer, data.byteOffset, data.byteLength)
  let from = start
  let to = size
  offsets[row] = to
  for (let i = 0; i < rows; i++) {
    if (((bitmap[i >>> 3]! >>> (i & 7)) & 1) === 1) {
      if (from + 4 > end) throw damaged(where, 'plain values end too early')
      const length = source.getInt32(from, true)
      from += 4
      if (length < 0 || length > end - from) throw damaged(where, `a value of ${length >>> 0} bytes leaves its page`)
      const stop = to + length
      if (length > LONG_VALUE) data.set(bytes.subarray(from, from + length), to)
      else if (from + length + 4 <= end) {
        for (let k = from; to < stop; k += 4, to += 4) target.setInt32(to, source.getInt32(k, true), true)
      } else for (let k = from; to < stop;) data[to++] = bytes[k++]!
      from += length
      to = stop
    }
    offsets[row + i + 1] = to
  }
  return to
}
