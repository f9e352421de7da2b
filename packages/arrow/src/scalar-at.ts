/** Reading one value out of a vector: for the edges (results, bounds, literals), never for a loop over rows. */

import { unreachable } from '@artemis/errors'
import type { IntervalValue, Scalar } from './scalar.js'
import type { BytesVector, FixedVector, ListVector, PrimitiveVector, StructVector, Vector } from './vector.js'
import { isValid } from './vector.js'

/** The value of row `index`, in the form that {@link Scalar} gives for the vector's type; null for a null. */
export function scalarAt(vector: Vector, index: number): Scalar {
  if (!isValid(vector, index)) return null
  switch (vector.layout) {
    case 'null':
      return null
    case 'boolean':
      return ((vector.values[index >>> 3]! >>> (index & 7)) & 1) === 1
    case 'primitive':
      return primitiveAt(vector, index)
    case 'fixed':
      return fixedAt(vector, index)
    case 'bytes':
      return vector.type.kind === 'utf8' ? textAt(vector, index) : bytesAt(vector, index)
    case 'dictionary':
      return scalarAt(vector.dictionary, vector.codes[index]!)
    case 'list':
      return listAt(vector, index)
    case 'struct':
      return structAt(vector, index)
    default:
      return unreachable(vector, 'vector layout')
  }
}

/** All values of a vector. For tests and results in memory. */
export function scalarsOf(vector: Vector): Scalar[] {
  return Array.from({ length: vector.length }, (_, i) => scalarAt(vector, i))
}

function primitiveAt(vector: PrimitiveVector, index: number): Scalar {
  return vector.values[index]!
}

function fixedAt(vector: FixedVector, index: number): Scalar {
  const { byteWidth, values } = vector
  const start = index * byteWidth
  if (vector.type.kind === 'decimal') return decimalFromBytes(values, start)
  if (vector.type.kind === 'interval') return intervalFromBytes(values, start)
  return values.slice(start, start + byteWidth)
}

/** The 128-bit two's complement little-endian integer at `start`. */
export function decimalFromBytes(values: Uint8Array, start: number): bigint {
  const view = new DataView(values.buffer, values.byteOffset + start, 16)
  return (view.getBigInt64(8, true) << 64n) | view.getBigUint64(0, true)
}

/** Arrow's MonthDayNano at `start`. */
export function intervalFromBytes(values: Uint8Array, start: number): IntervalValue {
  const view = new DataView(values.buffer, values.byteOffset + start, 16)
  return { months: view.getInt32(0, true), days: view.getInt32(4, true), nanoseconds: view.getBigInt64(8, true) }
}

function bytesAt(vector: BytesVector, index: number): Uint8Array {
  return vector.data.slice(vector.offsets[index]!, vector.offsets[index + 1]!)
}

function textAt(vector: BytesVector, index: number): string {
  const { data, offsets } = vector
  const start = offsets[index]!
  return Buffer.from(data.buffer, data.byteOffset + start, offsets[index + 1]! - start).toString('utf8')
}

function listAt(vector: ListVector, index: number): Scalar {
  const start = vector.offsets[index]!
  return Array.from({ length: vector.offsets[index + 1]! - start }, (_, i) => scalarAt(vector.child, start + i))
}

function structAt(vector: StructVector, index: number): Scalar {
  return vector.children.map((child) => scalarAt(child, index))
}
