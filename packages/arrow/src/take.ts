/** Gathering rows: `take` copies the rows of a selection, in its order, into a new vector. */

import { unreachable } from '@artemis/errors'
import { bitmapBytes } from './bitmap.js'
import { MAX_OFFSET, tooLarge } from './offsets.js'
import type { BytesVector, ListVector, Nulls, PrimitiveValues, Vector } from './vector.js'
import {
  allocatePrimitive,
  booleanVector,
  bytesVector,
  dictionaryVector,
  fixedVector,
  int32Words,
  listVector,
  nullVector,
  nullsOf,
  primitiveVector,
  structVector,
} from './vector.js'

/**
 * The rows `indices[k]` of a vector. An index of -1 gives a null (the unmatched side of an outer join) when
 * `negativeIsNull` is set; otherwise every index must be in range.
 */
export function take(vector: Vector, indices: Int32Array, negativeIsNull = false): Vector {
  const length = indices.length
  const validity = takeValidity(vector, indices, negativeIsNull)
  const given: Nulls = { validity }
  if (negativeIsNull && vector.length === 0) return nullsOf(vector.type, length)
  const rows = negativeIsNull ? clampNegative(indices) : indices
  switch (vector.layout) {
    case 'null':
      return nullVector(length)
    case 'boolean':
      return booleanVector(length, takeBits(vector.values, rows), given)
    case 'primitive':
      return primitiveVector(vector.type, takePrimitive(vector.values, rows, allocatePrimitive(vector.type, length)), given)
    case 'fixed':
      return fixedVector(vector.type, length, takeFixed(vector.values, vector.byteWidth, rows), given)
    case 'bytes':
      return takeBytes(vector, rows, given)
    case 'dictionary': {
      const codes = new Int32Array(length)
      takeInt32(vector.codes, rows, codes)
      return dictionaryVector(codes, vector.dictionary, given)
    }
    case 'list':
      return takeList(vector, rows, given)
    case 'struct':
      return structVector(
        vector.type,
        length,
        vector.children.map((child) => take(child, rows)),
        given,
      )
    default:
      return unreachable(vector, 'vector layout')
  }
}

function takeValidity(vector: Vector, indices: Int32Array, negativeIsNull: boolean): Uint8Array | null {
  const { validity } = vector
  if (validity === null && !negativeIsNull) return null
  const out = new Uint8Array(bitmapBytes(indices.length))
  for (let k = 0; k < indices.length; k++) {
    const row = indices[k]!
    if (row < 0) continue
    const bit = validity === null ? 1 : (validity[row >>> 3]! >>> (row & 7)) & 1
    out[k >>> 3]! |= bit << (k & 7)
  }
  return out
}

function clampNegative(indices: Int32Array): Int32Array {
  const out = new Int32Array(indices.length)
  for (let k = 0; k < indices.length; k++) out[k] = indices[k]! < 0 ? 0 : indices[k]!
  return out
}

function takeBits(values: Uint8Array, rows: Int32Array): Uint8Array {
  const out = new Uint8Array(bitmapBytes(rows.length))
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k]!
    out[k >>> 3]! |= ((values[row >>> 3]! >>> (row & 7)) & 1) << (k & 7)
  }
  return out
}

// One loop per array class: a loop that sees many classes runs an order of magnitude slower.
function takePrimitive(values: PrimitiveValues, rows: Int32Array, out: PrimitiveValues): PrimitiveValues {
  if (values instanceof Float64Array) takeFloat64(values, rows, out as Float64Array)
  else if (values instanceof Int32Array) takeInt32(values, rows, out as Int32Array)
  else if (values instanceof BigInt64Array || values instanceof BigUint64Array) takeWords2(int32Words(values), rows, int32Words(out))
  else if (values instanceof Uint32Array) takeUint32(values, rows, out as Uint32Array)
  else if (values instanceof Float32Array) takeFloat32(values, rows, out as Float32Array)
  else if (values instanceof Int16Array) takeInt16(values, rows, out as Int16Array)
  else if (values instanceof Uint16Array) takeUint16(values, rows, out as Uint16Array)
  else if (values instanceof Int8Array) takeInt8(values, rows, out as Int8Array)
  else takeUint8(values, rows, out as Uint8Array)
  return out
}

function takeFloat64(values: Float64Array, rows: Int32Array, out: Float64Array): void {
  for (let k = 0; k < rows.length; k++) out[k] = values[rows[k]!]!
}
function takeFloat32(values: Float32Array, rows: Int32Array, out: Float32Array): void {
  for (let k = 0; k < rows.length; k++) out[k] = values[rows[k]!]!
}
function takeInt32(values: Int32Array, rows: Int32Array, out: Int32Array): void {
  for (let k = 0; k < rows.length; k++) out[k] = values[rows[k]!]!
}
function takeUint32(values: Uint32Array, rows: Int32Array, out: Uint32Array): void {
  for (let k = 0; k < rows.length; k++) out[k] = values[rows[k]!]!
}
function takeInt16(values: Int16Array, rows: Int32Array, out: Int16Array): void {
  for (let k = 0; k < rows.length; k++) out[k] = values[rows[k]!]!
}
function takeUint16(values: Uint16Array, rows: Int32Array, out: Uint16Array): void {
  for (let k = 0; k < rows.length; k++) out[k] = values[rows[k]!]!
}
function takeInt8(values: Int8Array, rows: Int32Array, out: Int8Array): void {
  for (let k = 0; k < rows.length; k++) out[k] = values[rows[k]!]!
}
function takeUint8(values: Uint8Array, rows: Int32Array, out: Uint8Array): void {
  for (let k = 0; k < rows.length; k++) out[k] = values[rows[k]!]!
}
function takeWords2(words: Int32Array, rows: Int32Array, out: Int32Array): void {
  for (let k = 0; k < rows.length; k++) {
    const from = rows[k]! * 2
    out[2 * k] = words[from]!
    out[2 * k + 1] = words[from + 1]!
  }
}

function takeFixed(values: Uint8Array, width: number, rows: Int32Array): Uint8Array {
  const out = new Uint8Array(rows.length * width)
  if (width === 16 && (values.byteOffset & 3) === 0) {
    takeWords4(int32Words(values), rows, int32Words(out))
    return out
  }
  for (let k = 0; k < rows.length; k++) {
    const from = rows[k]! * width
    const to = k * width
    for (let j = 0; j < width; j++) out[to + j] = values[from + j]!
  }
  return out
}

function takeWords4(words: Int32Array, rows: Int32Array, out: Int32Array): void {
  for (let k = 0; k < rows.length; k++) {
    const from = rows[k]! * 4
    const to = k * 4
    out[to] = words[from]!
    out[to + 1] = words[from + 1]!
    out[to + 2] = words[from + 2]!
    out[to + 3] = words[from + 3]!
  }
}

/**
 * Offsets of the taken rows; a null takes no room, whatever lies under it. The sum is checked as a double, since many
 * copies of a long value can pass what int32 offsets address.
 */
function takeOffsets(vector: BytesVector | ListVector, rows: Int32Array, validity: Uint8Array | null): Int32Array {
  const { offsets } = vector
  const out = new Int32Array(rows.length + 1)
  let size = 0
  for (let k = 0; k < rows.length; k++) {
    if (validity === null || ((validity[k >>> 3]! >>> (k & 7)) & 1) === 1) {
      const row = rows[k]!
      size += offsets[row + 1]! - offsets[row]!
    }
    out[k + 1] = size
  }
  if (size > MAX_OFFSET) throw tooLarge(vector.type)
  return out
}

function takeBytes(vector: BytesVector, rows: Int32Array, given: Nulls): BytesVector {
  const { offsets, data } = vector
  const outOffsets = takeOffsets(vector, rows, given.validity ?? null)
  const out = new Uint8Array(outOffsets[rows.length]!)
  for (let k = 0; k < rows.length; k++) {
    const from = offsets[rows[k]!]!
    const to = outOffsets[k]!
    const count = outOffsets[k + 1]! - to
    if (count > 48) out.set(data.subarray(from, from + count), to)
    else for (let j = 0; j < count; j++) out[to + j] = data[from + j]!
  }
  return bytesVector(vector.type, outOffsets, out, given)
}

function takeList(vector: ListVector, rows: Int32Array, given: Nulls): ListVector {
  const { offsets } = vector
  const outOffsets = takeOffsets(vector, rows, given.validity ?? null)
  const childRows = new Int32Array(outOffsets[rows.length]!)
  let position = 0
  for (let k = 0; k < rows.length; k++) {
    const from = offsets[rows[k]!]!
    const count = outOffsets[k + 1]! - outOffsets[k]!
    for (let i = 0; i < count; i++) childRows[position++] = from + i
  }
  return listVector(vector.type, outOffsets, take(vector.child, childRows), given)
}
