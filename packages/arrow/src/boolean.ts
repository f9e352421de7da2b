/**
 * Three-valued logic over boolean columns, 8 rows a step. A null operand decides nothing by itself: `false AND null` is
 * false, `true OR null` is true.
 */

import { assert } from '@artemis/errors'
import { allSet, andBitmaps, bitmapBytes, bitmapToSelection, countSet, notBitmap, orBitmaps } from './bitmap.js'
import { gatherEntryBits } from './compare-kernels.js'
import type { BooleanVector, Vector } from './vector.js'
import { booleanVector } from './vector.js'

/** A column of type bool, or of nulls, in the boolean layout. */
export function toBooleanVector(vector: Vector): BooleanVector {
  if (vector.layout === 'boolean') return vector
  const { length } = vector
  if (vector.layout === 'dictionary' && vector.dictionary.layout === 'boolean') {
    const { values } = vector.dictionary
    const entries = Uint8Array.from({ length: vector.dictionary.length }, (_, i) => (values[i >>> 3]! >>> (i & 7)) & 1)
    return booleanVector(length, gatherEntryBits(entries, vector.codes, length), vector)
  }
  assert(vector.nullCount === length, `expected a boolean column, not one of type ${vector.type.kind}`)
  return booleanVector(length, new Uint8Array(bitmapBytes(length)), vector)
}

/** `a AND b`: false wherever one of them is false, else null wherever one is null. */
export function andKleene(left: Vector, right: Vector): BooleanVector {
  const a = toBooleanVector(left)
  const b = toBooleanVector(right)
  const n = a.length
  assert(n === b.length, 'operands of AND differ in length')
  if (a.validity === null && b.validity === null) return booleanVector(n, andBitmaps(a.values, b.values, n))
  const values = new Uint8Array(bitmapBytes(n))
  const validity = new Uint8Array(bitmapBytes(n))
  for (let i = 0; i < values.length; i++) {
    const aValid = a.validity === null ? 0xff : a.validity[i]!
    const bValid = b.validity === null ? 0xff : b.validity[i]!
    const isTrue = aValid & a.values[i]! & bValid & b.values[i]!
    values[i] = isTrue
    validity[i] = isTrue | (aValid & ~a.values[i]!) | (bValid & ~b.values[i]!)
  }
  return booleanVector(n, values, { validity })
}

/** `a OR b`: true wherever one of them is true, else null wherever one is null. */
export function orKleene(left: Vector, right: Vector): BooleanVector {
  const a = toBooleanVector(left)
  const b = toBooleanVector(right)
  const n = a.length
  assert(n === b.length, 'operands of OR differ in length')
  if (a.validity === null && b.validity === null) return booleanVector(n, orBitmaps(a.values, b.values, n))
  const values = new Uint8Array(bitmapBytes(n))
  const validity = new Uint8Array(bitmapBytes(n))
  for (let i = 0; i < values.length; i++) {
    const aValid = a.validity === null ? 0xff : a.validity[i]!
    const bValid = b.validity === null ? 0xff : b.validity[i]!
    const isTrue = (aValid & a.values[i]!) | (bValid & b.values[i]!)
    values[i] = isTrue
    validity[i] = isTrue | (aValid & ~a.values[i]! & bValid & ~b.values[i]!)
  }
  return booleanVector(n, values, { validity })
}

/** `NOT a`, null where a is null. */
export function notBoolean(vector: Vector): BooleanVector {
  const a = toBooleanVector(vector)
  return booleanVector(a.length, notBitmap(a.values, a.length), a)
}

export function isNull(vector: Vector): BooleanVector {
  const n = vector.length
  return booleanVector(n, vector.validity === null ? new Uint8Array(bitmapBytes(n)) : notBitmap(vector.validity, n))
}

export function isNotNull(vector: Vector): BooleanVector {
  const n = vector.length
  if (vector.validity === null) return booleanVector(n, allSet(n))
  return booleanVector(n, andBitmaps(vector.validity, allSet(n), n))
}

/** The number of rows that are true: neither false nor null. */
export function countTrue(vector: Vector): number {
  const a = toBooleanVector(vector)
  return countSet(trueBits(a), a.length)
}

/** The rows that are true, ascending. As many as the vector has rows means that nothing was filtered. */
export function selectionFromBoolean(vector: Vector): Int32Array {
  const a = toBooleanVector(vector)
  return bitmapToSelection(trueBits(a), a.length)
}

function trueBits(vector: BooleanVector): Uint8Array {
  return vector.validity === null ? vector.values : andBitmaps(vector.values, vector.validity, vector.length)
}
