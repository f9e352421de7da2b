/**
 * SQL comparison of two operands of one type, row by row. The order is the one of {@link compareScalars}: NaN equals NaN
 * and is the greatest, text compares by its UTF-8 bytes. A null operand gives null, except under the two distinct
 * operators, which treat null as a value.
 */

import { assert, unreachable } from '@artemis/errors'
import { allSet, andBitmaps, bitmapBytes, mergeValidity, notBitmap, orBitmaps } from './bitmap.js'
import { bytesEqual, bytesLess } from './compare-bytes.js'
import type { ByteStrings } from './compare-bytes.js'
import { float64Constant, float64Equal, float64Less, gatherEntryBits, int32Constant, int32Equal, int32Less } from './compare-kernels.js'
import { SIGN, words2Constant, words2Equal, words2Less, words4Equal, words4Less } from './compare-words.js'
import type { Datum } from './datum.js'
import { constantVector, datumType } from './datum.js'
import { decodeDictionary } from './dictionary.js'
import { valueComparator } from './row-compare.js'
import { intervalLength } from './scalar-compare.js'
import { intervalFromBytes } from './scalar-at.js'
import type { BooleanVector, BytesVector, DictionaryVector, FixedVector, PrimitiveValues, PrimitiveVector, Vector } from './vector.js'
import { alignedWords, booleanVector, int32Words } from './vector.js'

/** As the plan package names them. */
export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'is_distinct_from' | 'is_not_distinct_from'

/** An operand without nulls in sight: `rows` is 1 for a constant that stands for all rows. */
interface Operand {
  readonly vector: Vector
  readonly constant: boolean
}

/** `left operator right` over `length` rows. Operands have the same type: coercion happened before. */
export function compareVectors(operator: ComparisonOperator, left: Datum, right: Datum, length: number): BooleanVector {
  const type = datumType(left)
  assert(type.kind === datumType(right).kind || nullOperand(left) || nullOperand(right), 'compared operands differ in type')
  if (operator === 'is_distinct_from' || operator === 'is_not_distinct_from') {
    return compareDistinct(left, right, length, operator === 'is_distinct_from')
  }
  if (nullOperand(left) || nullOperand(right)) {
    const bits = new Uint8Array(bitmapBytes(length))
    return booleanVector(length, bits, { validity: new Uint8Array(bitmapBytes(length)), nullCount: length })
  }
  const validity = mergeValidity(validityOf(left), validityOf(right), length)
  return booleanVector(length, compareBits(operator, left, right, length), { validity })
}

function compareBits(operator: '=' | '<>' | '<' | '<=' | '>' | '>=', left: Datum, right: Datum, length: number): Uint8Array {
  const a = operandOf(left)
  const b = operandOf(right)
  switch (operator) {
    case '=':
      return equalBits(a, b, length)
    case '<>':
      return notBitmap(equalBits(a, b, length), length)
    case '<':
      return lessBits(a, b, length)
    case '>=':
      return notBitmap(lessBits(a, b, length), length)
    case '>':
      return lessBits(b, a, length)
    case '<=':
      return notBitmap(lessBits(b, a, length), length)
    default:
      return unreachable(operator, 'comparison operator')
  }
}

function compareDistinct(left: Datum, right: Datum, length: number, distinct: boolean): BooleanVector {
  const a = nullOperand(left) ? new Uint8Array(bitmapBytes(length)) : validityOf(left)
  const b = nullOperand(right) ? new Uint8Array(bitmapBytes(length)) : validityOf(right)
  const neverEqual = nullOperand(left) || nullOperand(right)
  let same = neverEqual ? new Uint8Array(bitmapBytes(length)) : equalBits(operandOf(left), operandOf(right), length)
  if (a !== null || b !== null) {
    const aValid = a ?? allSet(length)
    const bValid = b ?? allSet(length)
    const bothNull = notBitmap(orBitmaps(aValid, bValid, length), length)
    same = orBitmaps(andBitmaps(same, andBitmaps(aValid, bValid, length), length), bothNull, length)
  }
  return booleanVector(length, distinct ? notBitmap(same, length) : same)
}

function nullOperand(datum: Datum): boolean {
  return datum.kind === 'scalar' ? datum.value === null : datum.vector.layout === 'null'
}

function validityOf(datum: Datum): Uint8Array | null {
  return datum.kind === 'scalar' ? null : datum.vector.validity
}

function operandOf(datum: Datum): Operand {
  if (datum.kind === 'vector') return { vector: datum.vector, constant: false }
  return { vector: decodeDictionary(constantVector(datum.type, datum.value, 1)), constant: true }
}

function equalBits(a: Operand, b: Operand, n: number): Uint8Array {
  if (a.constant && !b.constant) return equalBits(b, a, n)
  if (a.vector.layout === 'dictionary' || b.vector.layout === 'dictionary') return dictionaryBits('equal', a, b, n)
  return plainBits('equal', a, b, n)
}

function lessBits(a: Operand, b: Operand, n: number): Uint8Array {
  if (a.vector.layout === 'dictionary' || b.vector.layout === 'dictionary') return dictionaryBits('less', a, b, n)
  return plainBits('less', a, b, n)
}

type Test = 'equal' | 'less'

/** Against a constant the test runs once per dictionary entry, unless the entries are more than the rows. */
function dictionaryBits(test: Test, a: Operand, b: Operand, n: number): Uint8Array {
  if (b.constant && a.vector.layout === 'dictionary' && a.vector.dictionary.length <= n) {
    const entries = a.vector.dictionary.length
    return entryBits(plainBits(test, { vector: a.vector.dictionary, constant: false }, b, entries), a.vector, n)
  }
  if (a.constant && b.vector.layout === 'dictionary' && b.vector.dictionary.length <= n) {
    const entries = b.vector.dictionary.length
    return entryBits(plainBits(test, a, { vector: b.vector.dictionary, constant: false }, entries), b.vector, n)
  }
  if (
    test === 'equal' &&
    a.vector.layout === 'dictionary' &&
    b.vector.layout === 'dictionary' &&
    a.vector.dictionary === b.vector.dictionary
  ) {
    // Text that differs by code differs by bytes; numbers do not, as -0 and 0.
    if (a.vector.dictionary.layout === 'bytes') return int32Equal(a.vector.codes, b.vector.codes, n)
  }
  return plainBits(test, { ...a, vector: decodeDictionary(a.vector) }, { ...b, vector: decodeDictionary(b.vector) }, n)
}

function entryBits(bits: Uint8Array, vector: DictionaryVector, n: number): Uint8Array {
  const entries = new Uint8Array(vector.dictionary.length)
  for (let i = 0; i < entries.length; i++) entries[i] = (bits[i >>> 3]! >>> (i & 7)) & 1
  return gatherEntryBits(entries, vector.codes, n)
}

function plainBits(test: Test, a: Operand, b: Operand, n: number): Uint8Array {
  const { vector: x } = a
  const { vector: y } = b
  if (x.layout === 'boolean' && y.layout === 'boolean')
    return booleanBits(test, expandBits(x, a.constant, n), expandBits(y, b.constant, n), n)
  if (x.layout === 'primitive' && y.layout === 'primitive') return primitiveBits(test, x, a.constant, y, b.constant, n)
  if (x.layout === 'bytes' && y.layout === 'bytes') return byteStringBits(test, byteStrings(x, a), byteStrings(y, b), n)
  if (x.layout === 'fixed' && y.layout === 'fixed') return fixedBits(test, x, a, y, b, n)
  return nestedBits(test, a, b, n)
}

function expandBits(vector: BooleanVector, constant: boolean, n: number): Uint8Array {
  if (!constant) return vector.values
  return (vector.values[0]! & 1) === 1 ? allSet(n) : new Uint8Array(bitmapBytes(n))
}

/** False sorts before true. */
function booleanBits(test: Test, a: Uint8Array, b: Uint8Array, n: number): Uint8Array {
  if (test === 'less') return andBitmaps(notBitmap(a, n), b, n)
  const differs = new Uint8Array(bitmapBytes(n))
  for (let i = 0; i < differs.length; i++) differs[i] = a[i]! ^ b[i]!
  return notBitmap(differs, n)
}

function primitiveBits(test: Test, x: PrimitiveVector, xConstant: boolean, y: PrimitiveVector, yConstant: boolean, n: number): Uint8Array {
  const a = comparable(x.values)
  const b = comparable(y.values)
  // With both sides constant the left one is a vector of one row, whose bit is that of every row.
  if (xConstant && yConstant) return expandBits(booleanVector(1, primitiveBits(test, x, false, y, true, 1)), true, n)
  if (a instanceof Int32Array && b instanceof Int32Array) {
    if (yConstant) return int32Constant(test === 'equal' ? 'equal' : 'below', a, b[0]!, n)
    if (xConstant) return int32Constant('above', b, a[0]!, n)
    return test === 'equal' ? int32Equal(a, b, n) : int32Less(a, b, n)
  }
  if (a instanceof Float64Array && b instanceof Float64Array) {
    if (yConstant) return float64Constant(test === 'equal' ? 'equal' : 'below', a, b[0]!, n)
    if (xConstant) return float64Constant('above', b, a[0]!, n)
    return test === 'equal' ? float64Equal(a, b, n) : float64Less(a, b, n)
  }
  const flip = x.values instanceof BigUint64Array ? SIGN : 0
  const p = int32Words(a)
  const q = int32Words(b)
  if (yConstant) return words2Constant(test === 'equal' ? 'equal' : 'below', p, q, flip, n)
  if (xConstant) return words2Constant('above', q, p, flip, n)
  return test === 'equal' ? words2Equal(p, q, n) : words2Less(p, q, flip, n)
}

/** Narrow integers widen to int32, uint32 and float32 to double: both are exact, and spare a set of loops each. */
function comparable(values: PrimitiveValues): Int32Array | Float64Array | BigInt64Array | BigUint64Array {
  if (values instanceof Int32Array || values instanceof Float64Array) return values
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) return values
  if (values instanceof Uint32Array || values instanceof Float32Array) return new Float64Array(values)
  return new Int32Array(values)
}

function byteStrings(vector: BytesVector, operand: Operand): ByteStrings {
  return { data: vector.data, offsets: vector.offsets, stride: operand.constant ? 0 : 1 }
}

function byteStringBits(test: Test, a: ByteStrings, b: ByteStrings, n: number): Uint8Array {
  return test === 'equal' ? bytesEqual(a, b, n) : bytesLess(a, b, n)
}

function fixedBits(test: Test, x: FixedVector, a: Operand, y: FixedVector, b: Operand, n: number): Uint8Array {
  if (x.type.kind === 'decimal' || x.type.kind === 'interval') {
    const p = wideWords(x)
    const q = wideWords(y)
    const aStride = a.constant ? 0 : 4
    const bStride = b.constant ? 0 : 4
    // Equality takes its constant on the right; when both are constant, one row decides.
    if (test === 'less') return words4Less(p, aStride, q, bStride, n)
    return a.constant ? expandBits(booleanVector(1, words4Equal(p, q, 0, 1)), true, n) : words4Equal(p, q, bStride, n)
  }
  return byteStringBits(test, fixedStrings(x, a), fixedStrings(y, b), n)
}

/** Decimals as they are, intervals as their length: both signed 128-bit integers. */
function wideWords(vector: FixedVector): Int32Array {
  if (vector.type.kind !== 'interval') return alignedWords(vector.values)
  const out = new BigInt64Array(vector.length * 2)
  for (let i = 0; i < vector.length; i++) {
    const total = intervalLength(intervalFromBytes(vector.values, i * 16))
    out[2 * i] = BigInt.asIntN(64, total)
    out[2 * i + 1] = total >> 64n
  }
  return int32Words(out)
}

function fixedStrings(vector: FixedVector, operand: Operand): ByteStrings {
  const offsets = new Int32Array(vector.length + 1)
  for (let i = 0; i <= vector.length; i++) offsets[i] = i * vector.byteWidth
  return { data: vector.values, offsets, stride: operand.constant ? 0 : 1 }
}

function nestedBits(test: Test, a: Operand, b: Operand, n: number): Uint8Array {
  const order = valueComparator(a.vector, b.vector)
  const out = new Uint8Array(bitmapBytes(n))
  for (let i = 0; i < n; i++) {
    const sign = order(a.constant ? 0 : i, b.constant ? 0 : i)
    if (test === 'equal' ? sign === 0 : sign < 0) out[i >>> 3]! |= 1 << (i & 7)
  }
  return out
}
