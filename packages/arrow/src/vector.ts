/**
 * Vectors: immutable columns of values in Arrow's memory layout. The union is over the physical layout, `type` is the
 * logical type. A vector starts at row 0 of its buffers (slices are views of the typed arrays; bitmaps that do not fall
 * on a byte are copied), so kernels never add an offset.
 *
 *   primitive   values[i]                         numbers, dates, times, timestamps
 *   boolean     bit i of values                   bool
 *   fixed       values[i*w .. i*w+w)              decimal, interval (little-endian words), uuid, fixed_size_binary
 *   bytes       data[offsets[i] .. offsets[i+1])  utf8, binary
 *   dictionary  dictionary[codes[i]]              any type; codes stay codes as long as possible
 *   list        child rows offsets[i]..offsets[i+1]   list, and map (child is a struct of key and value)
 *   struct      children[k][i]
 *
 * `validity` is null exactly when `nullCount` is 0. Values under a null are unspecified but in range: codes index the
 * dictionary, offsets never decrease. Buffers are never changed once a vector has been handed over.
 */

import { assert, unreachable } from '@artemis/errors'
import { bitmapBytes, countSet, sliceBitmap } from './bitmap.js'
import type { DataType } from './types.js'
import { byteWidth, nullType, physicalKind } from './types.js'

export type PrimitiveValues =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array

interface VectorBase {
  readonly type: DataType
  readonly length: number
  readonly nullCount: number
  readonly validity: Uint8Array | null
}

export interface NullVector extends VectorBase {
  readonly layout: 'null'
}
export interface BooleanVector extends VectorBase {
  readonly layout: 'boolean'
  readonly values: Uint8Array
}
export interface PrimitiveVector extends VectorBase {
  readonly layout: 'primitive'
  readonly values: PrimitiveValues
}
export interface FixedVector extends VectorBase {
  readonly layout: 'fixed'
  readonly byteWidth: number
  readonly values: Uint8Array
}
export interface BytesVector extends VectorBase {
  readonly layout: 'bytes'
  /** `length + 1` offsets into `data`; the first need not be 0. */
  readonly offsets: Int32Array
  readonly data: Uint8Array
}
export interface DictionaryVector extends VectorBase {
  readonly layout: 'dictionary'
  readonly codes: Int32Array
  /** The distinct (not necessarily sorted) values; never dictionary-encoded itself, without nulls. */
  readonly dictionary: Vector
}
export interface ListVector extends VectorBase {
  readonly layout: 'list'
  readonly offsets: Int32Array
  readonly child: Vector
}
export interface StructVector extends VectorBase {
  readonly layout: 'struct'
  readonly children: readonly Vector[]
}

export type Vector = NullVector | BooleanVector | PrimitiveVector | FixedVector | BytesVector | DictionaryVector | ListVector | StructVector

export type Layout = Vector['layout']

/** What each constructor takes: a validity that may be absent, and a null count that is counted when not known. */
export interface Nulls {
  readonly validity?: Uint8Array | null | undefined
  readonly nullCount?: number | undefined
}

function nulls(length: number, given: Nulls | undefined): { validity: Uint8Array | null; nullCount: number } {
  const validity = given?.validity ?? null
  if (validity === null) return { validity: null, nullCount: 0 }
  const nullCount = given?.nullCount ?? length - countSet(validity, length)
  return nullCount === 0 ? { validity: null, nullCount: 0 } : { validity, nullCount }
}

export function nullVector(length: number): NullVector {
  return { layout: 'null', type: nullType, length, nullCount: length, validity: new Uint8Array(bitmapBytes(length)) }
}

export function booleanVector(length: number, values: Uint8Array, given?: Nulls): BooleanVector {
  return { layout: 'boolean', type: { kind: 'bool' }, length, ...nulls(length, given), values }
}

/** `values` must be of the array class that {@link allocatePrimitive} gives for the type; its length is the vector's. */
export function primitiveVector(type: DataType, values: PrimitiveValues, given?: Nulls): PrimitiveVector {
  return { layout: 'primitive', type, length: values.length, ...nulls(values.length, given), values }
}

export function fixedVector(type: DataType, length: number, values: Uint8Array, given?: Nulls): FixedVector {
  return { layout: 'fixed', type, length, ...nulls(length, given), byteWidth: byteWidth(type), values }
}

export function bytesVector(type: DataType, offsets: Int32Array, data: Uint8Array, given?: Nulls): BytesVector {
  const length = offsets.length - 1
  return { layout: 'bytes', type, length, ...nulls(length, given), offsets, data: withoutSubclass(data) }
}

/** Node's Buffer has a `slice` that shares memory, and users would see it in their rows: vectors hold plain arrays. */
function withoutSubclass(data: Uint8Array): Uint8Array {
  return data.constructor === Uint8Array ? data : new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

export function dictionaryVector(codes: Int32Array, dictionary: Vector, given?: Nulls): DictionaryVector {
  assert(dictionary.layout !== 'dictionary', 'a dictionary must not be dictionary-encoded')
  return { layout: 'dictionary', type: dictionary.type, length: codes.length, ...nulls(codes.length, given), codes, dictionary }
}

export function listVector(type: DataType, offsets: Int32Array, child: Vector, given?: Nulls): ListVector {
  const length = offsets.length - 1
  return { layout: 'list', type, length, ...nulls(length, given), offsets, child }
}

export function structVector(type: DataType, length: number, children: readonly Vector[], given?: Nulls): StructVector {
  return { layout: 'struct', type, length, ...nulls(length, given), children }
}

/** A zeroed array of the class that a primitive type's values have: int64-like types are BigInt64Array. */
export function allocatePrimitive(type: DataType, length: number): PrimitiveValues {
  switch (type.kind) {
    case 'int8':
      return new Int8Array(length)
    case 'int16':
      return new Int16Array(length)
    case 'int32':
    case 'date32':
      return new Int32Array(length)
    case 'int64':
    case 'time64':
    case 'timestamp':
      return new BigInt64Array(length)
    case 'uint8':
      return new Uint8Array(length)
    case 'uint16':
      return new Uint16Array(length)
    case 'uint32':
      return new Uint32Array(length)
    case 'uint64':
      return new BigUint64Array(length)
    case 'float32':
      return new Float32Array(length)
    case 'float64':
      return new Float64Array(length)
    default:
      assert(false, `type ${type.kind} has no primitive layout`)
  }
}

/** The same bytes as little-endian (low, high) int32 pairs: hot loops over 64-bit values use these, never BigInt. */
export function int32Words(values: ArrayBufferView): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.byteLength >>> 2)
}

/** The bytes as int32 words, copied when they do not start on a multiple of 4. */
export function alignedWords(values: Uint8Array): Int32Array {
  return int32Words((values.byteOffset & 3) === 0 ? values : values.slice())
}

/** The same values under another validity; `nullCount` is counted when not given. */
export function withNulls<V extends Vector>(vector: V, given: Nulls): V {
  if (vector.layout === 'null') return vector
  return { ...vector, ...nulls(vector.length, given) }
}

/** Whether row i is not null. For loops, read `validity` once instead. */
export function isValid(vector: Vector, index: number): boolean {
  return vector.validity === null || ((vector.validity[index >>> 3]! >>> (index & 7)) & 1) === 1
}

/** Rows `[start, start + length)`, without copying values. */
export function sliceVector(vector: Vector, start: number, length: number): Vector {
  if (start === 0 && length === vector.length) return vector
  assert(start >= 0 && length >= 0 && start + length <= vector.length, 'slice out of range')
  const validity = vector.validity === null ? null : sliceBitmap(vector.validity, start, length)
  const given = { validity }
  switch (vector.layout) {
    case 'null':
      return nullVector(length)
    case 'boolean':
      return booleanVector(length, sliceBitmap(vector.values, start, length), given)
    case 'primitive':
      return primitiveVector(vector.type, vector.values.subarray(start, start + length), given)
    case 'fixed': {
      const width = vector.byteWidth
      return fixedVector(vector.type, length, vector.values.subarray(start * width, (start + length) * width), given)
    }
    case 'bytes':
      return bytesVector(vector.type, vector.offsets.subarray(start, start + length + 1), vector.data, given)
    case 'dictionary':
      return dictionaryVector(vector.codes.subarray(start, start + length), vector.dictionary, given)
    case 'list':
      return listVector(vector.type, vector.offsets.subarray(start, start + length + 1), vector.child, given)
    case 'struct':
      return structVector(
        vector.type,
        length,
        vector.children.map((child) => sliceVector(child, start, length)),
        given,
      )
    default:
      return unreachable(vector, 'vector layout')
  }
}

/** A vector of `length` nulls of any type. */
export function nullsOf(type: DataType, length: number): Vector {
  const given: Nulls = { validity: new Uint8Array(bitmapBytes(length)), nullCount: length }
  switch (physicalKind(type)) {
    case 'null':
      return nullVector(length)
    case 'boolean':
      return booleanVector(length, new Uint8Array(bitmapBytes(length)), given)
    case 'primitive':
      return primitiveVector(type, allocatePrimitive(type, length), given)
    case 'fixed':
      return fixedVector(type, length, new Uint8Array(length * byteWidth(type)), given)
    case 'bytes':
      return bytesVector(type, new Int32Array(length + 1), new Uint8Array(0), given)
    case 'list':
      return listVector(type, new Int32Array(length + 1), nullsOf(listChildType(type), 0), given)
    case 'struct': {
      const fields = type.kind === 'struct' ? type.fields : []
      return structVector(
        type,
        length,
        fields.map((f) => nullsOf(f.type, length)),
        given,
      )
    }
    default:
      return nullVector(length)
  }
}

/** The type of a list's or map's child vector: a map's is the struct of its key and value. */
export function listChildType(type: DataType): DataType {
  if (type.kind === 'list') return type.element.type
  assert(type.kind === 'map', 'not a list type')
  return { kind: 'struct', fields: [type.key, type.value] }
}

/** Bytes that the vector's buffers keep alive, for memory accounting. A dictionary counts whole. */
export function vectorBytes(vector: Vector): number {
  const validity = vector.validity?.byteLength ?? 0
  switch (vector.layout) {
    case 'null':
      return validity
    case 'boolean':
    case 'primitive':
    case 'fixed':
      return validity + vector.values.byteLength
    case 'bytes':
      return validity + vector.offsets.byteLength + (vector.offsets[vector.length]! - vector.offsets[0]!)
    case 'dictionary':
      return validity + vector.codes.byteLength + vectorBytes(vector.dictionary)
    case 'list':
      return validity + vector.offsets.byteLength + vectorBytes(vector.child)
    case 'struct':
      return validity + vector.children.reduce((sum, child) => sum + vectorBytes(child), 0)
    default:
      return unreachable(vector, 'vector layout')
  }
}
