export {
  binary,
  bool,
  byteWidth,
  date32,
  decimal,
  field,
  fixedSizeBinary,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  interval,
  list,
  map,
  nullType,
  physicalKind,
  schema,
  struct,
  time64,
  timestamp,
  timestamptz,
  typeEquals,
  uint16,
  uint32,
  uint64,
  uint8,
  utf8,
  uuid,
} from './types.js'
export type { DataType, Field, PhysicalKind, Schema, TimeUnit, TypeKind } from './types.js'
export {
  allSet,
  andBitmaps,
  bitmapBytes,
  bitmapToSelection,
  clearBit,
  copyBits,
  countSet,
  getBit,
  mergeValidity,
  notBitmap,
  orBitmaps,
  setBit,
  setBits,
  sliceBitmap,
} from './bitmap.js'
export {
  alignedWords,
  allocatePrimitive,
  booleanVector,
  bytesVector,
  dictionaryVector,
  fixedVector,
  int32Words,
  isValid,
  listChildType,
  listVector,
  nullVector,
  nullsOf,
  primitiveVector,
  sliceVector,
  structVector,
  vectorBytes,
  withNulls,
} from './vector.js'
export type {
  BooleanVector,
  BytesVector,
  DictionaryVector,
  FixedVector,
  Layout,
  ListVector,
  NullVector,
  Nulls,
  PrimitiveValues,
  PrimitiveVector,
  StructVector,
  Vector,
} from './vector.js'
export { take } from './take.js'
export { Batch } from './batch.js'
export type { Column } from './batch.js'
export type { IntervalValue, Scalar } from './scalar.js'
export { decimalFromBytes, intervalFromBytes, scalarAt, scalarsOf } from './scalar-at.js'
export { compareByteArrays, compareNumbers, compareScalars, compareText, intervalLength, scalarEquals } from './scalar-compare.js'
export { vectorBuilder, vectorFromScalars } from './builder.js'
export type { VectorBuilder } from './vector-builder.js'
export { constantVector, datumToVector, datumType, scalarDatum, vectorDatum } from './datum.js'
export type { Datum, ScalarDatum } from './datum.js'
export { concatBatches, concatVectors } from './concat.js'
export { decodeDictionary, dictionaryEncode, DictionaryIndex, isIndexable, remapDictionary } from './dictionary.js'
export { hashColumns, hashVector } from './hash.js'
export { MAX_OFFSET, tooLarge } from './offsets.js'
export { compareVectors } from './compare.js'
export type { ComparisonOperator } from './compare.js'
export { compareRanges } from './compare-bytes.js'
export { andKleene, countTrue, isNotNull, isNull, notBoolean, orKleene, selectionFromBoolean, toBooleanVector } from './boolean.js'
export { rowComparator, valueComparator } from './row-compare.js'
export type { RowOrder, SortColumn } from './row-compare.js'
export { dictionaryRanks, sortToIndices, topNIndices } from './sort.js'
export { formatBytes, formatDecimal, formatFloat32, formatFloat64, formatUuid, formatValue } from './format.js'
export type { FormatOptions } from './format.js'
export { civilFromDays, daysFromCivil, formatDate, formatInterval, formatTime, formatTimestamp } from './format-temporal.js'
export type { ZoneOffset } from './format-temporal.js'
export { formatVector } from './format-vector.js'
export { encodeBatch } from './ipc/batch-encoder.js'
export type { EncodedMessage } from './ipc/batch-encoder.js'
export { encodeSchema } from './ipc/schema-encoder.js'
export type { DictionaryColumns } from './ipc/schema-encoder.js'
export { encodeFile, encodeStream, encodeStreamSync, MAX_MESSAGE_BYTES, StreamEncoder } from './ipc/stream-writer.js'
export type { StreamOptions } from './ipc/stream-writer.js'
export { decodeAsyncStream, decodeBatch, decodeFile, decodeSchema, decodeStream, StreamDecoder } from './ipc/stream-reader.js'
export type { DecodedAsyncStream, DecodedStream } from './ipc/stream-reader.js'
export { readMessage, readMessageParts } from './ipc/message.js'
export type { Message } from './ipc/message.js'
