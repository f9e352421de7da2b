/**
 * Values as words that sort as unsigned integers in the order of SQL: signs are flipped, floats are folded so that NaN
 * is the greatest and -0 equals 0. Words are columns, the most significant first, holding the given rows.
 */

import { assert } from '@artemis/errors'
import { intervalLength } from './scalar-compare.js'
import { intervalFromBytes } from './scalar-at.js'
import type { BooleanVector, BytesVector, FixedVector, PrimitiveVector, Vector } from './vector.js'
import { alignedWords, int32Words } from './vector.js'

const SIGN = 0x8000_0000 | 0
const NAN_WORD = 0xffff_ffff

/** The widest fixed value that is sorted by words; wider ones go byte by byte as text does. */
const MAX_FIXED_BYTES = 32

/** Whether the order of the vector's values is that of a fixed number of words. */
export function hasWordKeys(vector: Vector): vector is BooleanVector | PrimitiveVector | FixedVector {
  if (vector.layout === 'boolean' || vector.layout === 'primitive') return true
  return vector.layout === 'fixed' && vector.byteWidth <= MAX_FIXED_BYTES
}

/** The words of `rows`, none of which is null. */
export function wordKeys(vector: BooleanVector | PrimitiveVector | FixedVector, rows: Int32Array): Uint32Array[] {
  if (vector.layout === 'boolean') return [bitKeys(vector.values, rows)]
  if (vector.layout === 'primitive') return primitiveKeys(vector, rows)
  if (vector.type.kind === 'decimal') return decimalKeys(alignedWords(vector.values), rows)
  if (vector.type.kind === 'interval') return intervalKeys(vector, rows)
  return byteKeys(vector, rows)
}

function bitKeys(values: Uint8Array, rows: Int32Array): Uint32Array {
  const out = new Uint32Array(rows.length)
  for (let k = 0; k < out.length; k++) out[k] = (values[rows[k]! >>> 3]! >>> (rows[k]! & 7)) & 1
  return out
}

function primitiveKeys(vector: PrimitiveVector, rows: Int32Array): Uint32Array[] {
  const { values } = vector
  const n = rows.length
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    return pairKeys(int32Words(values), rows, values instanceof BigInt64Array ? SIGN : 0)
  }
  if (values instanceof Float64Array) return doubleKeys(int32Words(values), rows)
  const out = new Uint32Array(n)
  if (values instanceof Float32Array) floatKeys(int32Words(values), rows, out)
  else if (values instanceof Int32Array) for (let k = 0; k < n; k++) out[k] = values[rows[k]!]! ^ SIGN
  else if (values instanceof Uint32Array) for (let k = 0; k < n; k++) out[k] = values[rows[k]!]!
  else if (values instanceof Int16Array) for (let k = 0; k < n; k++) out[k] = values[rows[k]!]! ^ SIGN
  else if (values instanceof Uint16Array) for (let k = 0; k < n; k++) out[k] = values[rows[k]!]!
  else if (values instanceof Int8Array) for (let k = 0; k < n; k++) out[k] = values[rows[k]!]! ^ SIGN
  else for (let k = 0; k < n; k++) out[k] = values[rows[k]!]!
  return [out]
}

function pairKeys(words: Int32Array, rows: Int32Array, flip: number): Uint32Array[] {
  const high = new Uint32Array(rows.length)
  const low = new Uint32Array(rows.length)
  for (let k = 0; k < rows.length; k++) {
    const p = 2 * rows[k]!
    low[k] = words[p]!
    high[k] = words[p + 1]! ^ flip
  }
  return [high, low]
}

function doubleKeys(words: Int32Array, rows: Int32Array): Uint32Array[] {
  const highs = new Uint32Array(rows.length)
  const lows = new Uint32Array(rows.length)
  for (let k = 0; k < rows.length; k++) {
    const p = 2 * rows[k]!
    let low = words[p]!
    let high = words[p + 1]!
    const magnitude = high & 0x7fff_ffff
    if (magnitude > 0x7ff0_0000 || (magnitude === 0x7ff0_0000 && low !== 0)) {
      highs[k] = NAN_WORD
      lows[k] = NAN_WORD
      continue
    }
    if ((magnitude | low) === 0) high = low = 0
    const negative = high >> 31
    lows[k] = low ^ negative
    highs[k] = high ^ (negative | SIGN)
  }
  return [highs, lows]
}

function floatKeys(words: Int32Array, rows: Int32Array, out: Uint32Array): void {
  for (let k = 0; k < out.length; k++) {
    const word = words[rows[k]!]!
    const magnitude = word & 0x7fff_ffff
    if (magnitude > 0x7f80_0000) out[k] = NAN_WORD
    else if (magnitude === 0) out[k] = SIGN
    else out[k] = word ^ ((word >> 31) | SIGN)
  }
}

function decimalKeys(words: Int32Array, rows: Int32Array): Uint32Array[] {
  const out = [0, 1, 2, 3].map(() => new Uint32Array(rows.length))
  for (let w = 0; w < 4; w++) {
    const word = out[w]!
    const flip = w === 0 ? SIGN : 0
    for (let k = 0; k < rows.length; k++) word[k] = words[4 * rows[k]! + 3 - w]! ^ flip
  }
  return out
}

function intervalKeys(vector: FixedVector, rows: Int32Array): Uint32Array[] {
  const lengths = new BigInt64Array(rows.length * 2)
  for (let k = 0; k < rows.length; k++) {
    const total = intervalLength(intervalFromBytes(vector.values, rows[k]! * 16))
    lengths[2 * k] = BigInt.asIntN(64, total)
    lengths[2 * k + 1] = total >> 64n
  }
  return decimalKeys(
    int32Words(lengths),
    rows.map((_, k) => k),
  )
}

/** Big-endian words of fixed-width bytes, the last one filled up with zeros. */
function byteKeys(vector: FixedVector, rows: Int32Array): Uint32Array[] {
  const { byteWidth, values } = vector
  const out: Uint32Array[] = []
  for (let start = 0; start < byteWidth; start += 4) {
    const word = new Uint32Array(rows.length)
    const size = Math.min(4, byteWidth - start)
    for (let k = 0; k < rows.length; k++) word[k] = bigEndianWord(values, rows[k]! * byteWidth + start, size)
    out.push(word)
  }
  return out
}

function bigEndianWord(data: Uint8Array, start: number, size: number): number {
  let word = 0
  for (let k = 0; k < 4; k++) word = (word << 8) | (k < size ? data[start + k]! : 0)
  return word
}

/** What the eight bytes of each string after a common prefix say, and whether they say all. */
export interface PrefixKeys {
  readonly words: Uint32Array[]
  /** Bytes from the start that the prefixes cover. */
  readonly depth: number
  /** All strings are the same; `words` is empty. */
  readonly allEqual: boolean
}

/**
 * The next eight bytes of each string as two words, after the bytes that all share from `depth` on. A string that ends
 * is filled up with zeros, so equal words need a look at the rest.
 */
export function prefixKeys(vector: BytesVector, rows: Int32Array, depth: number): PrefixKeys {
  const { offsets, data } = vector
  assert(rows.length > 0, 'no rows to sort')
  const firstStart = offsets[rows[0]!]!
  const firstSize = offsets[rows[0]! + 1]! - firstStart
  let common = firstSize
  for (let k = 1; k < rows.length && common > depth; k++) {
    const start = offsets[rows[k]!]!
    common = Math.min(common, offsets[rows[k]! + 1]! - start)
    let p = depth
    while (p < common && data[start + p] === data[firstStart + p]) p++
    common = p
  }
  if (common === firstSize && allOfSize(vector, rows, firstSize)) return { words: [], depth: common, allEqual: true }
  const skip = Math.max(depth, common)
  return { words: eightBytes(vector, rows, skip), depth: skip + 8, allEqual: false }
}

function allOfSize(vector: BytesVector, rows: Int32Array, size: number): boolean {
  const { offsets } = vector
  for (let k = 0; k < rows.length; k++) if (offsets[rows[k]! + 1]! - offsets[rows[k]!]! !== size) return false
  return true
}

function eightBytes(vector: BytesVector, rows: Int32Array, skip: number): Uint32Array[] {
  const { offsets, data } = vector
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const high = new Uint32Array(rows.length)
  const low = new Uint32Array(rows.length)
  for (let k = 0; k < rows.length; k++) {
    const start = offsets[rows[k]!]! + skip
    const size = offsets[rows[k]! + 1]! - start
    if (size >= 8) {
      high[k] = view.getUint32(start)
      low[k] = view.getUint32(start + 4)
    } else if (size > 0) {
      high[k] = bigEndianWord(data, start, size)
      low[k] = bigEndianWord(data, start + 4, size - 4)
    }
  }
  return [high, low]
}
