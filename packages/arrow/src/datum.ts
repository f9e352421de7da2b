/** Operands of expressions: a column of values, or one value that stands for all rows. */

import { assert } from '@artemis/errors'
import { allSet, bitmapBytes } from './bitmap.js'
import { vectorFromScalars } from './builder.js'
import type { Scalar } from './scalar.js'
import type { DataType } from './types.js'
import { physicalKind } from './types.js'
import type { Vector } from './vector.js'
import { allocatePrimitive, booleanVector, dictionaryVector, nullsOf, primitiveVector } from './vector.js'

export type Datum =
  { readonly kind: 'vector'; readonly vector: Vector } | { readonly kind: 'scalar'; readonly type: DataType; readonly value: Scalar }

export type ScalarDatum = Extract<Datum, { kind: 'scalar' }>

export function vectorDatum(vector: Vector): Datum {
  return { kind: 'vector', vector }
}

export function scalarDatum(type: DataType, value: Scalar): ScalarDatum {
  return { kind: 'scalar', type, value }
}

export function datumType(datum: Datum): DataType {
  return datum.kind === 'vector' ? datum.vector.type : datum.type
}

/** The datum as a vector of `length` rows. */
export function datumToVector(datum: Datum, length: number): Vector {
  if (datum.kind === 'scalar') return constantVector(datum.type, datum.value, length)
  assert(datum.vector.length === length, `operand has ${datum.vector.length} rows, its batch ${length}`)
  return datum.vector
}

/**
 * `length` times the same value. Numbers are filled in plainly, since codes would cost as much; text and all wider types
 * become a dictionary of one entry, so that functions over them run once.
 */
export function constantVector(type: DataType, value: Scalar, length: number): Vector {
  if (value === null) return nullsOf(type, length)
  switch (physicalKind(type)) {
    case 'boolean':
      return booleanVector(length, value === true ? allSet(length) : new Uint8Array(bitmapBytes(length)))
    case 'primitive': {
      const values = allocatePrimitive(type, length)
      if (values instanceof BigInt64Array || values instanceof BigUint64Array) values.fill(value as bigint)
      else values.fill(value as number)
      return primitiveVector(type, values)
    }
    default:
      return dictionaryVector(new Int32Array(length), vectorFromScalars(type, [value]))
  }
}
