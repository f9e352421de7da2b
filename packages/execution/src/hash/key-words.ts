/**
 * How a key column becomes 32-bit words, and words become a column again. Values that are equal in SQL get equal words:
 * every NaN is one, -0 is 0, text and nested values are numbered.
 */

import type { DataType, PrimitiveValues, Vector } from '@artemis/arrow'
import {
  allocatePrimitive,
  bitmapBytes,
  booleanVector,
  decodeDictionary,
  fixedVector,
  int32Words,
  nullsOf,
  nullVector,
  physicalKind,
  primitiveVector,
  sliceVector,
  take,
} from '@artemis/arrow'
import { assert } from '@artemis/errors'
import { ByteStringNumbering } from './byte-string-numbering.js'
import type { Numbering } from './numbering.js'
import { ValueNumbering } from './value-numbering.js'

export interface KeyWords {
  readonly type: DataType
  /** Words of one value. */
  readonly width: number
  byteSize(): number
  /**
   * Writes the words of row i at `out[i * stride + offset]`. With `adding`, values get numbers where they have none;
   * without, unknown ones get words that no key has. Words under NULL are unspecified.
   */
  encode(vector: Vector, out: Int32Array, stride: number, offset: number, adding: boolean): void
  /** The values of `count` keys from the words at `words[i * stride + offset]`. */
  decode(words: Int32Array, stride: number, offset: number, count: number): Vector
}

/** Whether values of the type are numbered rather than written as they are. */
export function isNumbered(type: DataType): boolean {
  const kind = physicalKind(type)
  return kind === 'bytes' || kind === 'list' || kind === 'struct' || type.kind === 'interval'
}

export function numberingFor(type: DataType): Numbering {
  return physicalKind(type) === 'bytes' ? new ByteStringNumbering(type) : new ValueNumbering(type)
}

export function keyWordsFor(type: DataType): KeyWords {
  if (isNumbered(type)) return new NumberedWords(type)
  switch (physicalKind(type)) {
    case 'null':
      return new NullWords()
    case 'boolean':
      return new BooleanWords()
    case 'fixed':
      return new FixedWords(type)
    default:
      return new PrimitiveWords(type)
  }
}

class NullWords implements KeyWords {
  readonly type: DataType = { kind: 'null' }
  readonly width = 0
  byteSize(): number {
    return 0
  }
  encode(): void {
    // A NULL needs no words.
  }
  decode(_words: Int32Array, _stride: number, _offset: number, count: number): Vector {
    return nullVector(count)
  }
}

class BooleanWords implements KeyWords {
  readonly type: DataType = { kind: 'bool' }
  readonly width = 1
  byteSize(): number {
    return 0
  }
  encode(given: Vector, out: Int32Array, stride: number, offset: number): void {
    const vector = decodeDictionary(given)
    if (vector.layout !== 'boolean') return
    const { values, length } = vector
    for (let i = 0; i < length; i++) out[i * stride + offset] = (values[i >>> 3]! >>> (i & 7)) & 1
  }
  decode(words: Int32Array, stride: number, offset: number, count: number): Vector {
    const bits = new Uint8Array(bitmapBytes(count))
    for (let i = 0; i < count; i++) bits[i >>> 3]! |= (words[i * stride + offset]! & 1) << (i & 7)
    return booleanVector(count, bits)
  }
}

class PrimitiveWords implements KeyWords {
  readonly type: DataType
  readonly width: number

  constructor(type: DataType) {
    this.type = type
    this.width = allocatePrimitive(type, 1).byteLength > 4 ? 2 : 1
  }

  byteSize(): number {
    return 0
  }

  encode(given: Vector, out: Int32Array, stride: number, offset: number): void {
    const vector = decodeDictionary(given)
    if (vector.layout !== 'primitive') return
    const words = primitiveKeyWords(vector.values)
    if (this.width === 1) copyOneWord(words, vector.length, out, stride, offset)
    else copyTwoWords(words, vector.length, out, stride, offset)
  }

  decode(words: Int32Array, stride: number, offset: number, count: number): Vector {
    const values = allocatePrimitive(this.type, count)
    if (this.width === 2) gatherTwoWords(words, stride, offset, int32Words(values))
    else if (values instanceof Float32Array) gatherOneWord(words, stride, offset, int32Words(values))
    else gatherNarrow(words, stride, offset, values as Int32Array)
    return primitiveVector(this.type, values)
  }
}

/**
 * The values as words, one or two each: a view where the bytes are the words already, else a copy (narrow integers are
 * widened, floats normalised).
 */
export function primitiveKeyWords(values: PrimitiveValues): Int32Array {
  if (values instanceof Float64Array) return normaliseFloat64(int32Words(values))
  if (values instanceof Float32Array) return normaliseFloat32(int32Words(values))
  if (values instanceof Int32Array) return values
  if (values instanceof BigInt64Array || values instanceof BigUint64Array || values instanceof Uint32Array) return int32Words(values)
  return new Int32Array(values as Int16Array)
}

/** Copies only when there is a NaN or a -0 to normalise. */
function normaliseFloat64(words: Int32Array): Int32Array {
  let out: Int32Array | null = null
  for (let i = 0; i < words.length; i += 2) {
    const low = words[i]!
    const high = words[i + 1]!
    const magnitude = high & 0x7fff_ffff
    const isNaN = magnitude > 0x7ff0_0000 || (magnitude === 0x7ff0_0000 && low !== 0)
    if (!isNaN && (high !== (0x8000_0000 | 0) || low !== 0)) continue
    out ??= words.slice()
    out[i] = 0
    out[i + 1] = isNaN ? 0x7ff8_0000 : 0
  }
  return out ?? words
}

function normaliseFloat32(words: Int32Array): Int32Array {
  let out: Int32Array | null = null
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    const isNaN = (word & 0x7fff_ffff) > 0x7f80_0000
    if (!isNaN && word !== (0x8000_0000 | 0)) continue
    out ??= words.slice()
    out[i] = isNaN ? 0x7fc0_0000 : 0
  }
  return out ?? words
}

function copyOneWord(words: Int32Array, n: number, out: Int32Array, stride: number, offset: number): void {
  for (let i = 0, to = offset; i < n; i++, to += stride) out[to] = words[i]!
}
function copyTwoWords(words: Int32Array, n: number, out: Int32Array, stride: number, offset: number): void {
  for (let i = 0, to = offset; i < n; i++, to += stride) {
    out[to] = words[2 * i]!
    out[to + 1] = words[2 * i + 1]!
  }
}
function gatherOneWord(words: Int32Array, stride: number, offset: number, out: Int32Array): void {
  for (let i = 0, from = offset; i < out.length; i++, from += stride) out[i] = words[from]!
}
function gatherTwoWords(words: Int32Array, stride: number, offset: number, out: Int32Array): void {
  for (let i = 0, from = offset; i < out.length; i += 2, from += stride) {
    out[i] = words[from]!
    out[i + 1] = words[from + 1]!
  }
}
/** Storing into a narrower array keeps the low bits, which are the value. */
function gatherNarrow(words: Int32Array, stride: number, offset: number, out: Int32Array): void {
  for (let i = 0, from = offset; i < out.length; i++, from += stride) out[i] = words[from]!
}

/** Decimals, UUIDs and fixed-size binary: their bytes, the last word filled up with zeros. */
class FixedWords implements KeyWords {
  readonly type: DataType
  readonly width: number
  readonly #byteWidth: number

  constructor(type: DataType) {
    this.type = type
    const empty = nullsOf(type, 0)
    assert(empty.layout === 'fixed', `${type.kind} has no fixed width`)
    this.#byteWidth = empty.byteWidth
    this.width = (this.#byteWidth + 3) >>> 2
  }

  byteSize(): number {
    return 0
  }

  encode(given: Vector, out: Int32Array, stride: number, offset: number): void {
    const vector = decodeDictionary(given)
    if (vector.layout !== 'fixed') return
    const size = this.#byteWidth
    const { values, length } = vector
    for (let i = 0; i < length; i++) {
      for (let k = 0; k < this.width; k++) {
        const from = i * size + 4 * k
        const left = size - 4 * k
        let word = values[from]!
        if (left > 1) word |= values[from + 1]! << 8
        if (left > 2) word |= values[from + 2]! << 16
        if (left > 3) word |= values[from + 3]! << 24
        out[i * stride + offset + k] = word
      }
    }
  }

  decode(words: Int32Array, stride: number, offset: number, count: number): Vector {
    const size = this.#byteWidth
    const values = new Uint8Array(count * size)
    for (let i = 0; i < count; i++) {
      for (let b = 0; b < size; b++) values[i * size + b] = words[i * stride + offset + (b >>> 2)]! >>> ((b & 3) << 3)
    }
    return fixedVector(this.type, count, values)
  }
}

/** Text and nested values, as the number that a numbering gave them. */
class NumberedWords implements KeyWords {
  readonly type: DataType
  readonly width = 1
  readonly #numbering: Numbering
  #codes = new Int32Array(0)

  constructor(type: DataType) {
    this.type = type
    this.#numbering = numberingFor(type)
  }

  byteSize(): number {
    return this.#numbering.byteSize()
  }

  encode(vector: Vector, out: Int32Array, stride: number, offset: number, adding: boolean): void {
    const n = vector.length
    if (this.#codes.length < n) this.#codes = new Int32Array(n)
    if (adding) this.#numbering.add(vector, this.#codes)
    else this.#numbering.find(vector, this.#codes)
    copyOneWord(this.#codes, n, out, stride, offset)
  }

  decode(words: Int32Array, stride: number, offset: number, count: number): Vector {
    const codes = new Int32Array(count)
    gatherOneWord(words, stride, offset, codes)
    return valuesOfCodes(this.#numbering, codes)
  }
}

/** The values of codes; -1 (under a NULL) gives any value. Text stays plain, as most keys differ. */
export function valuesOfCodes(numbering: Numbering, codes: Int32Array): Vector {
  const values = numbering.values()
  if (values.length === 0) return nullsOf(numbering.type, codes.length)
  const first = codes[0]
  if (first !== undefined && first >= 0 && isRun(codes, first)) return sliceVector(values, first, codes.length)
  return take(values, codes, true)
}

function isRun(codes: Int32Array, first: number): boolean {
  for (let i = 1; i < codes.length; i++) if (codes[i] !== first + i) return false
  return true
}
