/**
 * apache-arrow's RecordBatch as a batch, over the same buffers where the layouts agree. apache-arrow slices value and
 * offset buffers itself, but leaves bitmaps whole and keeps their bit offset in `data.offset`.
 */

import * as arrow from 'apache-arrow'
import { assert, DataError } from '@artemis/errors'
import { Batch } from '../batch.js'
import { bitmapBytes, mergeValidity, sliceBitmap } from '../bitmap.js'
import { concatVectors } from '../concat.js'
import { decodeDictionary } from '../dictionary.js'
import { take } from '../take.js'
import type { DataType, Schema } from '../types.js'
import type { Nulls, PrimitiveValues, Vector } from '../vector.js'
import {
  allocatePrimitive,
  booleanVector,
  bytesVector,
  dictionaryVector,
  fixedVector,
  listChildType,
  listVector,
  nullsOf,
  nullVector,
  primitiveVector,
  structVector,
  withNulls,
} from '../vector.js'
import { fromArrowSchema } from './apache-schema.js'
import { bytesFromLarge, bytesFromViews, narrowOffsets } from './convert-bytes.js'
import { dateFromMilliseconds, decimalFromWords, float32FromHalf, intervalFrom, timeFrom } from './convert-values.js'

/** The rows of a RecordBatch. `schema` may be given when it was converted before; it must be that of the batch. */
export function fromRecordBatch(recordBatch: arrow.RecordBatch, schema: Schema = fromArrowSchema(recordBatch.schema)): Batch {
  const columns = recordBatch.data.children
  assert(columns.length === schema.fields.length, 'the schema is not that of the record batch')
  const vectors = schema.fields.map((f, i) => fromData(columns[i]!, f.type, f.name))
  return new Batch(schema, recordBatch.numRows, vectors)
}

/** Dictionaries already converted: batches of one stream share them, and codes should stay comparable. */
const knownDictionaries = new WeakMap<arrow.Vector, Vector>()

function fromData(data: arrow.Data, type: DataType, path: string): Vector {
  const source: arrow.DataType = data.type
  const { length } = data
  if (arrow.DataType.isDictionary(source)) return fromDictionary(data, type, path)
  if (arrow.DataType.isNull(source)) return nullVector(length)
  const given = nullsFrom(data)
  if (arrow.DataType.isBool(source)) return booleanVector(length, sliceBitmap(bytesOf(data.values), data.offset, length), given)
  if (arrow.DataType.isStruct(source)) {
    const fields = type.kind === 'struct' ? type.fields : []
    return structVector(
      type,
      length,
      fields.map((f, i) => fitted(fromData(data.children[i]!, f.type, `${path}.${f.name}`), length)),
      given,
    )
  }
  if (type.kind === 'list' || type.kind === 'map') return fromList(data, type, given, path)
  if (type.kind === 'utf8' || type.kind === 'binary') return fromBytes(data, type, given)
  if (arrow.DataType.isDecimal(source))
    return fixedVector(type, length, decimalFromWords(bytesOf(data.values), length, source.bitWidth / 32), given)
  if (type.kind === 'fixed_size_binary' || type.kind === 'uuid') {
    const width = type.kind === 'uuid' ? 16 : type.byteWidth
    return fixedVector(type, length, bytesOf(data.values).subarray(0, length * width), given)
  }
  if (type.kind === 'interval')
    return fixedVector(type, length, intervalFrom(source, bytesOf(data.values), length, given.validity ?? null, path), given)
  return primitiveVector(type, primitivesFrom(data, type, given.validity ?? null, path), given)
}

function nullsFrom(data: arrow.Data): Nulls {
  const { nullCount, length } = data
  if (nullCount === 0) return {}
  const bitmap = data.nullBitmap
  if (bitmap === undefined || bitmap.length < bitmapBytes(data.offset + length)) {
    throw new DataError({ code: 'ARROW_DATA_INVALID', message: 'a column with nulls has no validity bitmap' })
  }
  return { validity: sliceBitmap(bitmap, data.offset, length), nullCount }
}

/** The bytes of a typed array of apache-arrow. */
function bytesOf(values: unknown): Uint8Array {
  if (values === undefined) return new Uint8Array(0)
  assert(ArrayBuffer.isView(values), 'a column of apache-arrow has no buffer')
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

function fitted(vector: Vector, length: number): Vector {
  assert(vector.length === length, 'a field of a struct has another length than the struct')
  return vector
}

function primitivesFrom(data: arrow.Data, type: DataType, validity: Uint8Array | null, path: string): PrimitiveValues {
  const source: arrow.DataType = data.type
  const { length } = data
  const bytes = bytesOf(data.values)
  if (arrow.DataType.isFloat(source) && source.precision === arrow.Precision.HALF) return float32FromHalf(bytes, length)
  if (arrow.DataType.isDate(source) && source.unit === arrow.DateUnit.MILLISECOND) return dateFromMilliseconds(bytes, length)
  if (arrow.DataType.isTime(source) && source.unit !== arrow.TimeUnit.MICROSECOND) return timeFrom(source, bytes, length, validity, path)
  const expected = allocatePrimitive(type, 0)
  const size = length * expected.BYTES_PER_ELEMENT
  assert(bytes.byteLength >= size, `column ${path} is shorter than its length`)
  const aligned = bytes.byteOffset % expected.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice()
  const ArrayClass = expected.constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => PrimitiveValues
  return new ArrayClass(aligned.buffer, aligned.byteOffset, length)
}

function fromBytes(data: arrow.Data, type: DataType, given: Nulls): Vector {
  const source: arrow.DataType = data.type
  const { length } = data
  if (arrow.DataType.isUtf8View(source) || arrow.DataType.isBinaryView(source)) {
    return bytesFromViews(type, bytesOf(data.values), data.variadicBuffers, length, given)
  }
  if (length === 0) return bytesVector(type, new Int32Array(1), new Uint8Array(0))
  const offsets: unknown = data.valueOffsets
  if (offsets instanceof BigInt64Array) return bytesFromLarge(type, offsets.subarray(0, length + 1), bytesOf(data.values), given)
  assert(offsets instanceof Int32Array && offsets.length > length, 'a text column has no offsets')
  return bytesVector(type, offsets.subarray(0, length + 1), bytesOf(data.values), given)
}

function fromList(data: arrow.Data, type: DataType, given: Nulls, path: string): Vector {
  const source: arrow.DataType = data.type
  const { length } = data
  const child = data.children[0]
  const childType = listChildType(type)
  if (child === undefined) return listVector(type, new Int32Array(length + 1), nullsOf(childType, 0), given)
  const values = fromData(child, childType, `${path}.element`)
  if (arrow.DataType.isFixedSizeList(source)) {
    const size = source.listSize
    return listVector(
      type,
      Int32Array.from({ length: length + 1 }, (_, i) => i * size),
      values,
      given,
    )
  }
  if (length === 0) return listVector(type, new Int32Array(1), values)
  const offsets: unknown = data.valueOffsets
  if (offsets instanceof BigInt64Array) return listVector(type, narrowOffsets(type, offsets.subarray(0, length + 1)), values, given)
  assert(offsets instanceof Int32Array && offsets.length > length, 'a list column has no offsets')
  return listVector(type, offsets.subarray(0, length + 1), values, given)
}

function fromDictionary(data: arrow.Data, type: DataType, path: string): Vector {
  const { length } = data
  const given = nullsFrom(data)
  const source = data.dictionary
  if (source === undefined || source.length === 0) return nullsOf(type, length)
  let dictionary = knownDictionaries.get(source)
  if (dictionary === undefined) {
    dictionary = decodeDictionary(concatVectors(source.data.map((chunk) => fromData(chunk, type, path))))
    knownDictionaries.set(source, dictionary)
  }
  const codes = codesInRange(codesOf(data.values, length), dictionary.length, given.validity ?? null, path)
  if (physicallyNested(dictionary)) return withRowNulls(take(dictionary, codes), given)
  if (dictionary.nullCount === 0) return dictionaryVector(codes, dictionary, given)
  // An entry that is null makes its rows null; our dictionaries hold values only.
  const entryNulls = take(dictionary, codes).validity
  return dictionaryVector(codes, withNulls(dictionary, {}), { validity: mergeValidity(given.validity ?? null, entryNulls, length) })
}

/** The codes, with 0 for what lies under a null; the same array when all are in range. */
function codesInRange(codes: Int32Array, size: number, validity: Uint8Array | null, path: string): Int32Array {
  let mended: Int32Array | null = null
  for (let i = 0; i < codes.length; i++) {
    if (codes[i]! >= 0 && codes[i]! < size) continue
    if (validity === null || isValidRow(validity, i)) {
      throw new DataError({ code: 'ARROW_DATA_INVALID', message: `a code of column ${path} lies outside its dictionary` })
    }
    mended ??= codes.slice()
    mended[i] = 0
  }
  return mended ?? codes
}

function physicallyNested(vector: Vector): boolean {
  return vector.layout === 'list' || vector.layout === 'struct' || vector.layout === 'null' || vector.layout === 'boolean'
}

function withRowNulls(vector: Vector, given: Nulls): Vector {
  return withNulls(vector, { validity: mergeValidity(vector.validity, given.validity ?? null, vector.length) })
}

function isValidRow(validity: Uint8Array, row: number): boolean {
  return ((validity[row >>> 3]! >>> (row & 7)) & 1) === 1
}

/** Codes of any integer type as int32. */
function codesOf(values: unknown, length: number): Int32Array {
  assert(ArrayBuffer.isView(values) && !(values instanceof DataView), 'a dictionary column has no codes')
  if (values instanceof Int32Array) return values.subarray(0, length)
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) return Int32Array.from(values.subarray(0, length), Number)
  return Int32Array.from((values as Uint8Array).subarray(0, length))
}
