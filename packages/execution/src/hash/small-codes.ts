/** Small codes for the values of one column: 0 is NULL, values count from 1. */

import type { DataType, Vector } from '@artemis/arrow'
import {
  allocatePrimitive,
  bitmapBytes,
  booleanVector,
  decodeDictionary,
  int32Words,
  nullsOf,
  physicalKind,
  primitiveVector,
  withNulls,
} from '@artemis/arrow'
import { assert } from '@artemis/errors'
import { ByteStringNumbering } from './byte-string-numbering.js'
import { valuesOfCodes } from './key-words.js'

export interface SmallCodes {
  /** Codes are below this. */
  readonly radix: number
  byteSize(): number
  /**
   * Makes room for a vector's values. Returns by how much the codes given before move up (code 0 stays), or null when
   * more than `budget` codes would be needed.
   */
  admit(vector: Vector, budget: number): number | null
  /** The code of each row; -1 for values without one, which with `admitted` do not occur. Valid until the next call. */
  codes(vector: Vector, rowCount: number, admitted: boolean): Int32Array
  decode(codes: Int32Array): Vector
  /** Looks rows up in `slots`, which is indexed by code, in one pass: entry - 1, or -1. Undefined where codes need passes of their own. */
  lookup?(vector: Vector, rowCount: number, slots: Int32Array, ids: Int32Array): void
}

export function isSmallCodeType(type: DataType): boolean {
  switch (type.kind) {
    case 'bool':
    case 'utf8':
    case 'binary':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'date32':
      return true
    default:
      return false
  }
}

export function smallCodesFor(type: DataType): SmallCodes {
  if (type.kind === 'bool') return new BooleanCodes()
  return physicalKind(type) === 'bytes' ? new TextCodes(type) : new IntegerCodes(type)
}

/** Decoded values, NULL where the code is 0. */
function withoutZeros(values: Vector, codes: Int32Array): Vector {
  const validity = new Uint8Array(bitmapBytes(codes.length))
  for (let i = 0; i < codes.length; i++) validity[i >>> 3]! |= +(codes[i]! > 0) << (i & 7)
  return withNulls(values, { validity })
}

class BooleanCodes implements SmallCodes {
  readonly radix = 3
  #codes = new Int32Array(0)

  byteSize(): number {
    return 0
  }

  admit(): number {
    return 0
  }

  codes(given: Vector, rowCount: number): Int32Array {
    if (this.#codes.length < rowCount) this.#codes = new Int32Array(rowCount)
    const vector = decodeDictionary(given)
    if (vector.layout !== 'boolean') return this.#codes.fill(0, 0, rowCount)
    const { values, validity } = vector
    const codes = this.#codes
    for (let i = 0; i < rowCount; i++) codes[i] = 1 + ((values[i >>> 3]! >>> (i & 7)) & 1)
    if (validity !== null) zeroNulls(validity, codes, rowCount)
    return codes
  }

  decode(codes: Int32Array): Vector {
    const bits = new Uint8Array(bitmapBytes(codes.length))
    for (let i = 0; i < codes.length; i++) bits[i >>> 3]! |= +(codes[i] === 2) << (i & 7)
    return withoutZeros(booleanVector(codes.length, bits), codes)
  }
}

class TextCodes implements SmallCodes {
  radix = 1
  readonly #numbering: ByteStringNumbering
  #codes = new Int32Array(0)

  constructor(type: DataType) {
    this.#numbering = new ByteStringNumbering(type)
  }

  byteSize(): number {
    return this.#numbering.byteSize()
  }

  admit(vector: Vector, budget: number): number | null {
    this.#reserve(vector.length)
    this.#numbering.add(vector, this.#codes)
    const needed = this.#numbering.size + 1
    if (needed > budget) return null
    // Room to spare, so that a new value now and then does not lay the array out anew.
    if (needed > this.radix) this.radix = Math.min(budget, Math.max(4, needed + (needed >>> 1)))
    return 0
  }

  codes(vector: Vector, rowCount: number, admitted: boolean): Int32Array {
    const codes = this.#codes
    if (admitted) {
      // `admit` has just written the numbers of this vector, -1 for NULL.
      for (let i = 0; i < rowCount; i++) codes[i]! += 1
      return codes
    }
    this.#reserve(rowCount)
    return this.#find(vector, rowCount)
  }

  decode(codes: Int32Array): Vector {
    const numbers = codes.map((code) => code - 1)
    return valuesOfCodes(this.#numbering, numbers)
  }

  #find(vector: Vector, rowCount: number): Int32Array {
    const codes = this.#codes
    this.#numbering.find(vector, codes)
    // A NULL and an unknown value are both -1 here; only the NULL may become 0.
    for (let i = 0; i < rowCount; i++) codes[i] = codes[i]! < 0 || codes[i]! + 1 >= this.radix ? -1 : codes[i]! + 1
    if (vector.validity !== null) zeroNulls(vector.validity, codes, rowCount)
    return codes
  }

  #reserve(count: number): void {
    if (this.#codes.length < count) this.#codes = new Int32Array(count)
  }
}

/** Integers as their distance from the least one. 64-bit ones only as far as doubles hold them exactly. */
class IntegerCodes implements SmallCodes {
  radix = 1
  readonly #type: DataType
  /** The value of code 1. */
  #base = 0
  /** The number of values from the base on that have codes. */
  #span = 0
  #codes = new Int32Array(0)

  constructor(type: DataType) {
    this.#type = type
  }

  byteSize(): number {
    return 0
  }

  admit(given: Vector, budget: number): number | null {
    const bounds = integerBounds(decodeDictionary(given))
    if (bounds === null) {
      if (this.radix < 2) this.radix = 2
      return 0
    }
    const { min, max } = bounds
    if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max)) return null
    if (this.#span === 0) {
      if (max - min + 2 > budget) return null
      this.#base = min
      this.#span = max - min + 1
      this.radix = this.#span + 1
      return 0
    }
    const end = this.#base + this.#span - 1
    if (min >= this.#base && max <= end) return 0
    const low = Math.min(min, this.#base)
    const high = Math.max(max, end)
    if (high - low + 2 > budget) return null
    // Grows by half its size at least, so that a slowly moving range is not laid out anew for every batch.
    const spare = Math.min(this.#span >>> 1, budget - (high - low + 2))
    const base = low < this.#base ? low - Math.min(spare, low - Number.MIN_SAFE_INTEGER) : low
    const last = high > end && base === low ? Math.min(high + spare, Number.MAX_SAFE_INTEGER) : high
    const shift = this.#base - base
    this.#base = base
    this.#span = last - base + 1
    this.radix = this.#span + 1
    return shift
  }

  codes(given: Vector, rowCount: number): Int32Array {
    if (this.#codes.length < rowCount) this.#codes = new Int32Array(rowCount)
    const codes = this.#codes
    const vector = decodeDictionary(given)
    if (vector.layout !== 'primitive') return codes.fill(0, 0, rowCount)
    const { values } = vector
    if (values instanceof Int32Array) int32Codes(values, this.#base, this.#span, rowCount, codes)
    else if (values instanceof BigInt64Array) int64Codes(int32Words(values), this.#base, this.#span, rowCount, codes)
    else if (values instanceof Uint32Array) uint32Codes(values, this.#base, this.#span, rowCount, codes)
    else int32Codes(new Int32Array(values as Int16Array), this.#base, this.#span, rowCount, codes)
    if (vector.validity !== null) zeroNulls(vector.validity, codes, rowCount)
    return codes
  }

  lookup(given: Vector, rowCount: number, slots: Int32Array, ids: Int32Array): void {
    const vector = decodeDictionary(given)
    const values = vector.layout === 'primitive' && vector.validity === null ? vector.values : null
    if (values instanceof BigInt64Array) int64Lookup(int32Words(values), this.#base, this.#span, rowCount, slots, ids)
    else if (values instanceof Int32Array) int32Lookup(values, this.#base, this.#span, rowCount, slots, ids)
    else {
      const codes = this.codes(vector, rowCount)
      for (let i = 0; i < rowCount; i++) ids[i] = codes[i]! < 0 ? -1 : slots[codes[i]!]! - 1
    }
  }

  decode(codes: Int32Array): Vector {
    const values = allocatePrimitive(this.#type, codes.length)
    const base = this.#base - 1
    if (values instanceof BigInt64Array) {
      const words = int32Words(values)
      for (let i = 0; i < codes.length; i++) {
        const value = codes[i]! === 0 ? 0 : base + codes[i]!
        words[2 * i] = value | 0
        words[2 * i + 1] = Math.floor(value / 4294967296)
      }
    } else {
      assert(!(values instanceof BigUint64Array), 'unsigned 64-bit integers have no small codes')
      for (let i = 0; i < codes.length; i++) values[i] = codes[i]! === 0 ? 0 : base + codes[i]!
    }
    return codes.length === 0 ? nullsOf(this.#type, 0) : withoutZeros(primitiveVector(this.#type, values), codes)
  }
}

function zeroNulls(validity: Uint8Array, codes: Int32Array, n: number): void {
  for (let i = 0; i < n; i++) if (((validity[i >>> 3]! >>> (i & 7)) & 1) === 0) codes[i] = 0
}

function int32Codes(values: Int32Array, base: number, span: number, n: number, codes: Int32Array): void {
  for (let i = 0; i < n; i++) {
    const distance = values[i]! - base
    codes[i] = distance >= 0 && distance < span ? distance + 1 : -1
  }
}
function uint32Codes(values: Uint32Array, base: number, span: number, n: number, codes: Int32Array): void {
  for (let i = 0; i < n; i++) {
    const distance = values[i]! - base
    codes[i] = distance >= 0 && distance < span ? distance + 1 : -1
  }
}
function int64Codes(words: Int32Array, base: number, span: number, n: number, codes: Int32Array): void {
  for (let i = 0; i < n; i++) {
    const distance = words[2 * i + 1]! * 4294967296 + (words[2 * i]! >>> 0) - base
    codes[i] = distance >= 0 && distance < span ? distance + 1 : -1
  }
}

function int32Lookup(values: Int32Array, base: number, span: number, n: number, slots: Int32Array, ids: Int32Array): void {
  for (let i = 0; i < n; i++) {
    const distance = values[i]! - base
    ids[i] = distance >= 0 && distance < span ? slots[distance + 1]! - 1 : -1
  }
}

/** The distance as a 64-bit subtraction by words: it is small exactly when its high word is 0. */
function int64Lookup(words: Int32Array, base: number, span: number, n: number, slots: Int32Array, ids: Int32Array): void {
  const baseLow = base >>> 0
  const baseHigh = Math.floor(base / 4294967296)
  for (let i = 0; i < n; i++) {
    const low = words[2 * i]! >>> 0
    const distance = low - baseLow
    const high = words[2 * i + 1]! - baseHigh
    const inside = (high === 0 && distance >= 0 && distance < span) || (high === 1 && distance + 4294967296 < span)
    ids[i] = inside ? slots[(distance >>> 0) + 1]! - 1 : -1
  }
}

/** The least and greatest value that is not NULL; null when there is none. */
function integerBounds(vector: Vector): { min: number; max: number } | null {
  if (vector.layout !== 'primitive' || vector.nullCount === vector.length) return null
  const { values, validity, length } = vector
  if (values instanceof BigInt64Array) return int64Bounds(int32Words(values), validity, length)
  if (values instanceof Int32Array && validity === null) return int32Bounds(values)
  return numberBounds(new Float64Array(values as Int32Array), validity, length)
}

function int32Bounds(values: Int32Array): { min: number; max: number } {
  let min = values[0]!
  let max = min
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!
    if (value < min) min = value
    if (value > max) max = value
  }
  return { min, max }
}

function numberBounds(values: Float64Array, validity: Uint8Array | null, n: number): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let i = 0; i < n; i++) {
    if (validity !== null && ((validity[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const value = values[i]!
    if (value < min) min = value
    if (value > max) max = value
  }
  return { min, max }
}

function int64Bounds(words: Int32Array, validity: Uint8Array | null, n: number): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let i = 0; i < n; i++) {
    if (validity !== null && ((validity[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const value = words[2 * i + 1]! * 4294967296 + (words[2 * i]! >>> 0)
    if (value < min) min = value
    if (value > max) max = value
  }
  return { min, max }
}
