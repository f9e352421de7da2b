/**
 * 32-bit hashes of columns, for hash tables and partitions. Values that are equal in SQL hash alike: -0 and 0, every
 * NaN, intervals of one length, a value in a dictionary and the same value plain. Types differ: an int32 and an int64
 * of one value need not hash alike, so operands must be coerced first.
 *
 * Each leaf loop writes the plain hashes of its layout; nulls and the combination with earlier columns are passes of
 * their own, so that there is one loop per array class and not four.
 */

import { assert, unreachable } from '@artemis/errors'
import { intervalLength } from './scalar-compare.js'
import { intervalFromBytes } from './scalar-at.js'
import { take } from './take.js'
import type { BytesVector, DictionaryVector, FixedVector, ListVector, PrimitiveValues, StructVector, Vector } from './vector.js'
import { int32Words } from './vector.js'

const NULL_HASH = 0x5bd1e995 | 0
const NAN_HASH = 0x1b873593 | 0
const TRUE_HASH = 0x27d4eb2f | 0
const FALSE_HASH = 0x165667b1 | 0

/** A dictionary above this size is hashed whole only when the rows are as many. */
const ALWAYS_HASH_ENTRIES = 16_384

/** The hashes of a dictionary's entries: it is shared by many batches and never changes. */
const dictionaryHashes = new WeakMap<Vector, Int32Array>()

/**
 * Writes the hash of each row to `hashes[0 .. vector.length)`, or with `combine` mixes it into the hash that is there
 * (the next column of a composite key). A null hashes to a constant.
 */
export function hashVector(vector: Vector, hashes: Int32Array, combine: boolean): void {
  const n = vector.length
  assert(hashes.length >= n, 'the hash array is shorter than the vector')
  const out = combine ? new Int32Array(n) : hashes
  hashValues(vector, out)
  if (vector.validity !== null) hashNulls(vector.validity, out, n)
  if (combine) combineHashes(hashes, out, n)
}

/** The hashes of the rows of several columns of the same length: the composite key's hash. */
export function hashColumns(columns: readonly Vector[], hashes: Int32Array): void {
  for (let i = 0; i < columns.length; i++) hashVector(columns[i]!, hashes, i > 0)
}

function hashValues(vector: Vector, out: Int32Array): void {
  switch (vector.layout) {
    case 'null':
      return
    case 'boolean':
      return hashBits(vector.values, vector.length, out)
    case 'primitive':
      return hashPrimitive(vector.values, vector.length, out)
    case 'fixed':
      return hashFixed(vector, out)
    case 'bytes':
      return hashBytes(vector, out)
    case 'dictionary':
      return hashDictionary(vector, out)
    case 'list':
      return hashLists(vector, out)
    case 'struct':
      return hashStructs(vector, out)
    default:
      return unreachable(vector, 'vector layout')
  }
}

// A mask and no branch, which random nulls would make mispredict (1 ns a row against 5).
function hashNulls(validity: Uint8Array, out: Int32Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const mask = -((validity[i >>> 3]! >>> (i & 7)) & 1)
    out[i] = (out[i]! & mask) | (NULL_HASH & ~mask)
  }
}

// The rotation keeps equal columns apart: without it every (a, a) would hash to one value.
function combineHashes(hashes: Int32Array, other: Int32Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const h = hashes[i]!
    hashes[i] = (Math.imul((h << 13) | (h >>> 19), 5) + 0x6546b64) ^ other[i]!
  }
}

function hashBits(values: Uint8Array, n: number, out: Int32Array): void {
  for (let i = 0; i < n; i++) out[i] = ((values[i >>> 3]! >>> (i & 7)) & 1) === 1 ? TRUE_HASH : FALSE_HASH
}

function hashPrimitive(values: PrimitiveValues, n: number, out: Int32Array): void {
  if (values instanceof Int32Array) hashInt32(values, n, out)
  else if (values instanceof BigInt64Array || values instanceof BigUint64Array) hashWords2(int32Words(values), n, out)
  else if (values instanceof Float64Array) hashFloat64(int32Words(values), n, out)
  else if (values instanceof Float32Array) hashFloat32(int32Words(values), n, out)
  else if (values instanceof Uint32Array) hashInt32(int32Words(values), n, out)
  else if (values instanceof Int16Array) hashInt16(values, n, out)
  else if (values instanceof Uint16Array) hashUint16(values, n, out)
  else if (values instanceof Int8Array) hashInt8(values, n, out)
  else hashUint8(values, n, out)
}

/** The finaliser of MurmurHash3: every input bit changes every output bit with probability near one half. */
function finalise(value: number): number {
  let x = value
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return x ^ (x >>> 16)
}

function mixWords(low: number, high: number): number {
  const x = Math.imul(high, 0x9e3779b1)
  return finalise(low ^ ((x << 15) | (x >>> 17)))
}

function hashInt32(values: Int32Array, n: number, out: Int32Array): void {
  for (let i = 0; i < n; i++) out[i] = finalise(values[i]!)
}
function hashInt16(values: Int16Array, n: number, out: Int32Array): void {
  for (let i = 0; i < n; i++) out[i] = finalise(values[i]!)
}
function hashUint16(values: Uint16Array, n: number, out: Int32Array): void {
  for (let i = 0; i < n; i++) out[i] = finalise(values[i]!)
}
function hashInt8(values: Int8Array, n: number, out: Int32Array): void {
  for (let i = 0; i < n; i++) out[i] = finalise(values[i]!)
}
function hashUint8(values: Uint8Array, n: number, out: Int32Array): void {
  for (let i = 0; i < n; i++) out[i] = finalise(values[i]!)
}
function hashWords2(words: Int32Array, n: number, out: Int32Array): void {
  for (let i = 0; i < n; i++) out[i] = mixWords(words[2 * i]!, words[2 * i + 1]!)
}
function hashFloat64(words: Int32Array, n: number, out: Int32Array): void {
  for (let i = 0; i < n; i++) {
    const low = words[2 * i]!
    const high = words[2 * i + 1]!
    const magnitude = high & 0x7fff_ffff
    if (magnitude > 0x7ff0_0000 || (magnitude === 0x7ff0_0000 && low !== 0)) out[i] = NAN_HASH
    else out[i] = mixWords(low, (magnitude | low) === 0 ? 0 : high)
  }
}
function hashFloat32(words: Int32Array, n: number, out: Int32Array): void {
  for (let i = 0; i < n; i++) {
    const word = words[i]!
    const magnitude = word & 0x7fff_ffff
    out[i] = magnitude > 0x7f80_0000 ? NAN_HASH : finalise(magnitude === 0 ? 0 : word)
  }
}

function hashFixed(vector: FixedVector, out: Int32Array): void {
  if (vector.type.kind === 'interval') return hashIntervals(vector, out)
  const { byteWidth, values, length } = vector
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength)
  for (let i = 0; i < length; i++) out[i] = hashRange(view, i * byteWidth, (i + 1) * byteWidth)
}

/** Intervals of one length are equal however they are written, so the length is what is hashed. */
function hashIntervals(vector: FixedVector, out: Int32Array): void {
  for (let i = 0; i < vector.length; i++) {
    const total = intervalLength(intervalFromBytes(vector.values, i * 16))
    const low = Number(BigInt.asIntN(32, total))
    const middle = Number(BigInt.asIntN(32, total >> 32n))
    out[i] = mixWords(mixWords(low, middle), Number(BigInt.asIntN(32, total >> 64n)))
  }
}

function hashBytes(vector: BytesVector, out: Int32Array): void {
  const { offsets, data, length } = vector
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  let start = offsets[0]!
  for (let i = 0; i < length; i++) {
    const end = offsets[i + 1]!
    out[i] = hashRange(view, start, end)
    start = end
  }
}

/** Four bytes at a time; the last four overlap those before, so that no byte loop is needed beyond three bytes. */
function hashRange(view: DataView, start: number, end: number): number {
  const size = end - start
  let x = size
  if (size >= 4) {
    const last = end - 4
    for (let p = start; p < last; p += 4) {
      x = Math.imul(x ^ view.getInt32(p, true), 0x9e3779b1)
      x = (x << 13) | (x >>> 19)
    }
    x = Math.imul(x ^ view.getInt32(last, true), 0x85ebca77)
  } else if (size > 0) {
    const tail = view.getUint8(start) | (view.getUint8(start + (size >>> 1)) << 8) | (view.getUint8(end - 1) << 16)
    x = Math.imul(x ^ tail, 0x85ebca77)
  }
  return finalise(x)
}

function hashDictionary(vector: DictionaryVector, out: Int32Array): void {
  const { codes, dictionary, length } = vector
  let entries = dictionaryHashes.get(dictionary)
  if (entries === undefined) {
    if (dictionary.length > ALWAYS_HASH_ENTRIES && length < dictionary.length) return hashValues(take(dictionary, codes), out)
    entries = new Int32Array(dictionary.length)
    hashVector(dictionary, entries, false)
    dictionaryHashes.set(dictionary, entries)
  }
  for (let i = 0; i < length; i++) out[i] = entries[codes[i]!]!
}

function hashLists(vector: ListVector, out: Int32Array): void {
  const { offsets, child, length } = vector
  const elements = new Int32Array(child.length)
  hashVector(child, elements, false)
  for (let i = 0; i < length; i++) {
    let x = offsets[i + 1]! - offsets[i]!
    for (let k = offsets[i]!; k < offsets[i + 1]!; k++) x = (Math.imul((x << 13) | (x >>> 19), 5) + 0x6546b64) ^ elements[k]!
    out[i] = finalise(x)
  }
}

function hashStructs(vector: StructVector, out: Int32Array): void {
  out.fill(0, 0, vector.length)
  for (const child of vector.children) hashVector(child, out, true)
}
