/**
 * The structs of parquet.thrift that a footer holds, as they stand in the file. Only `footer.ts` and `schema.ts` see
 * them; numbers of fields are those of https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift.
 */

import type { TimeUnit } from '@artemis/arrow'
import type { ThriftReader } from '../thrift/reader.js'

export type RawLogicalType =
  | {
      readonly kind:
        | 'string'
        | 'map'
        | 'list'
        | 'enum'
        | 'date'
        | 'unknown'
        | 'json'
        | 'bson'
        | 'uuid'
        | 'float16'
        | 'variant'
        | 'geometry'
        | 'geography'
    }
  | { readonly kind: 'decimal'; readonly scale: number; readonly precision: number }
  | { readonly kind: 'time' | 'timestamp'; readonly utc: boolean; readonly unit: TimeUnit }
  | { readonly kind: 'integer'; readonly bitWidth: number; readonly signed: boolean }
  /** A member of the union that this reader does not know. */
  | { readonly kind: 'other'; readonly id: number }

export interface RawSchemaElement {
  type: number | undefined
  typeLength: number
  repetition: number
  name: string
  childCount: number
  convertedType: number | undefined
  scale: number
  precision: number
  fieldId: number | undefined
  logicalType: RawLogicalType | undefined
}

export interface RawStatistics {
  max: Uint8Array | undefined
  min: Uint8Array | undefined
  nullCount: number | undefined
  maxValue: Uint8Array | undefined
  minValue: Uint8Array | undefined
  maxExact: boolean | undefined
  minExact: boolean | undefined
}

export interface RawColumnChunk {
  filePath: string | undefined
  encrypted: boolean
  hasMetadata: boolean
  type: number
  encodings: number[]
  path: string[]
  codec: number
  valueCount: number
  uncompressedSize: number
  compressedSize: number
  dataPageOffset: number
  dictionaryPageOffset: number | undefined
  statistics: RawStatistics | undefined
  bloomFilterOffset: number | undefined
  bloomFilterLength: number | undefined
  offsetIndexOffset: number | undefined
  offsetIndexLength: number | undefined
  columnIndexOffset: number | undefined
  columnIndexLength: number | undefined
}

export interface RawRowGroup {
  columns: RawColumnChunk[]
  totalByteSize: number
  rowCount: number
  sortingColumns: { leaf: number; descending: boolean; nullsFirst: boolean }[]
  compressedSize: number | undefined
}

export interface RawFileMetadata {
  version: number
  schema: RawSchemaElement[]
  rowCount: number
  rowGroups: RawRowGroup[]
  keyValues: { key: string; value: string }[]
  createdBy: string | undefined
  encrypted: boolean
}

export function readFileMetadata(reader: ThriftReader): RawFileMetadata {
  const out: RawFileMetadata = { version: 0, schema: [], rowCount: 0, rowGroups: [], keyValues: [], createdBy: undefined, encrypted: false }
  while (reader.nextField()) {
    if (reader.fieldId === 1) out.version = reader.i32()
    else if (reader.fieldId === 2) out.schema = reader.list(readSchemaElement)
    else if (reader.fieldId === 3) out.rowCount = reader.i64()
    else if (reader.fieldId === 4) out.rowGroups = reader.list(readRowGroup)
    else if (reader.fieldId === 5) out.keyValues = reader.list(readKeyValue)
    else if (reader.fieldId === 6) out.createdBy = reader.string()
    else {
      if (reader.fieldId === 8) out.encrypted = true
      reader.skip()
    }
  }
  return out
}

function readKeyValue(reader: ThriftReader): { key: string; value: string } {
  const out = { key: '', value: '' }
  while (reader.nextField()) {
    if (reader.fieldId === 1) out.key = reader.string()
    else if (reader.fieldId === 2) out.value = reader.string()
    else reader.skip()
  }
  return out
}

function readSchemaElement(reader: ThriftReader): RawSchemaElement {
  const out: RawSchemaElement = {
    type: undefined,
    typeLength: 0,
    repetition: 0,
    name: '',
    childCount: 0,
    convertedType: undefined,
    scale: 0,
    precision: 0,
    fieldId: undefined,
    logicalType: undefined,
  }
  while (reader.nextField()) {
    if (reader.fieldId === 1) out.type = reader.i32()
    else if (reader.fieldId === 2) out.typeLength = reader.i32()
    else if (reader.fieldId === 3) out.repetition = reader.i32()
    else if (reader.fieldId === 4) out.name = reader.string()
    else if (reader.fieldId === 5) out.childCount = reader.i32()
    else if (reader.fieldId === 6) out.convertedType = reader.i32()
    else if (reader.fieldId === 7) out.scale = reader.i32()
    else if (reader.fieldId === 8) out.precision = reader.i32()
    else if (reader.fieldId === 9) out.fieldId = reader.i32()
    else if (reader.fieldId === 10) out.logicalType = reader.struct(readLogicalType)
    else reader.skip()
  }
  return out
}

const EMPTY_LOGICAL_TYPES = {
  1: 'string',
  2: 'map',
  3: 'list',
  4: 'enum',
  6: 'date',
  11: 'unknown',
  12: 'json',
  13: 'bson',
  14: 'uuid',
  15: 'float16',
  16: 'variant',
  17: 'geometry',
  18: 'geography',
} as const

function readLogicalType(reader: ThriftReader): RawLogicalType | undefined {
  let out: RawLogicalType | undefined
  while (reader.nextField()) {
    const id = reader.fieldId
    if (id === 5) out = reader.struct(readDecimalType)
    else if (id === 7 || id === 8) out = reader.struct((inner) => readTimeType(inner, id === 7 ? 'time' : 'timestamp'))
    else if (id === 10) out = reader.struct(readIntegerType)
    else {
      const kind = EMPTY_LOGICAL_TYPES[id as keyof typeof EMPTY_LOGICAL_TYPES] as
        (typeof EMPTY_LOGICAL_TYPES)[keyof typeof EMPTY_LOGICAL_TYPES] | undefined
      out = kind === undefined ? { kind: 'other', id } : { kind }
      reader.skip()
    }
  }
  return out
}

function readDecimalType(reader: ThriftReader): RawLogicalType {
  let scale = 0
  let precision = 0
  while (reader.nextField()) {
    if (reader.fieldId === 1) scale = reader.i32()
    else if (reader.fieldId === 2) precision = reader.i32()
    else reader.skip()
  }
  return { kind: 'decimal', scale, precision }
}

function readTimeType(reader: ThriftReader, kind: 'time' | 'timestamp'): RawLogicalType {
  let utc = false
  let unit: TimeUnit = 'ms'
  while (reader.nextField()) {
    if (reader.fieldId === 1) utc = reader.bool()
    else if (reader.fieldId === 2) unit = reader.struct(readTimeUnit)
    else reader.skip()
  }
  return { kind, utc, unit }
}

function readTimeUnit(reader: ThriftReader): TimeUnit {
  let unit: TimeUnit = 'ms'
  while (reader.nextField()) {
    if (reader.fieldId === 2) unit = 'us'
    else if (reader.fieldId === 3) unit = 'ns'
    reader.skip()
  }
  return unit
}

function readIntegerType(reader: ThriftReader): RawLogicalType {
  let bitWidth = 32
  let signed = true
  while (reader.nextField()) {
    if (reader.fieldId === 1) bitWidth = reader.i32()
    else if (reader.fieldId === 2) signed = reader.bool()
    else reader.skip()
  }
  return { kind: 'integer', bitWidth, signed }
}

function readRowGroup(reader: ThriftReader): RawRowGroup {
  const out: RawRowGroup = { columns: [], totalByteSize: 0, rowCount: 0, sortingColumns: [], compressedSize: undefined }
  while (reader.nextField()) {
    if (reader.fieldId === 1) out.columns = reader.list(readColumnChunk)
    else if (reader.fieldId === 2) out.totalByteSize = reader.i64()
    else if (reader.fieldId === 3) out.rowCount = reader.i64()
    else if (reader.fieldId === 4) out.sortingColumns = reader.list(readSortingColumn)
    else if (reader.fieldId === 6) out.compressedSize = reader.i64()
    else reader.skip()
  }
  return out
}

function readSortingColumn(reader: ThriftReader): { leaf: number; descending: boolean; nullsFirst: boolean } {
  const out = { leaf: 0, descending: false, nullsFirst: false }
  while (reader.nextField()) {
    if (reader.fieldId === 1) out.leaf = reader.i32()
    else if (reader.fieldId === 2) out.descending = reader.bool()
    else if (reader.fieldId === 3) out.nullsFirst = reader.bool()
    else reader.skip()
  }
  return out
}

function readColumnChunk(reader: ThriftReader): RawColumnChunk {
  const out: RawColumnChunk = {
    filePath: undefined,
    encrypted: false,
    hasMetadata: false,
    type: 0,
    encodings: [],
    path: [],
    codec: 0,
    valueCount: 0,
    uncompressedSize: 0,
    compressedSize: 0,
    dataPageOffset: 0,
    dictionaryPageOffset: undefined,
    statistics: undefined,
    bloomFilterOffset: undefined,
    bloomFilterLength: undefined,
    offsetIndexOffset: undefined,
    offsetIndexLength: undefined,
    columnIndexOffset: undefined,
    columnIndexLength: undefined,
  }
  while (reader.nextField()) {
    if (reader.fieldId === 1) out.filePath = reader.string()
    else if (reader.fieldId === 3) {
      out.hasMetadata = true
      reader.struct((inner) => readColumnMetadata(inner, out))
    } else if (reader.fieldId === 4) out.offsetIndexOffset = reader.i64()
    else if (reader.fieldId === 5) out.offsetIndexLength = reader.i32()
    else if (reader.fieldId === 6) out.columnIndexOffset = reader.i64()
    else if (reader.fieldId === 7) out.columnIndexLength = reader.i32()
    else {
      if (reader.fieldId === 8 || reader.fieldId === 9) out.encrypted = true
      reader.skip()
    }
  }
  return out
}

function readColumnMetadata(reader: ThriftReader, out: RawColumnChunk): void {
  while (reader.nextField()) {
    if (reader.fieldId === 1) out.type = reader.i32()
    else if (reader.fieldId === 2) out.encodings = reader.list((element) => element.i32())
    else if (reader.fieldId === 3) out.path = reader.list((element) => element.string())
    else if (reader.fieldId === 4) out.codec = reader.i32()
    else if (reader.fieldId === 5) out.valueCount = reader.i64()
    else if (reader.fieldId === 6) out.uncompressedSize = reader.i64()
    else if (reader.fieldId === 7) out.compressedSize = reader.i64()
    else if (reader.fieldId === 9) out.dataPageOffset = reader.i64()
    else if (reader.fieldId === 11) out.dictionaryPageOffset = reader.i64()
    else if (reader.fieldId === 12) out.statistics = reader.struct(readStatistics)
    else if (reader.fieldId === 14) out.bloomFilterOffset = reader.i64()
    else if (reader.fieldId === 15) out.bloomFilterLength = reader.i32()
    else reader.skip()
  }
}

export function readStatistics(reader: ThriftReader): RawStatistics {
  const out: RawStatistics = {
    max: undefined,
    min: undefined,
    nullCount: undefined,
    maxValue: undefined,
    minValue: undefined,
    maxExact: undefined,
    minExact: undefined,
  }
  while (reader.nextField()) {
    if (reader.fieldId === 1) out.max = reader.binary()
    else if (reader.fieldId === 2) out.min = reader.binary()
    else if (reader.fieldId === 3) out.nullCount = reader.i64()
    else if (reader.fieldId === 5) out.maxValue = reader.binary()
    else if (reader.fieldId === 6) out.minValue = reader.binary()
    else if (reader.fieldId === 7) out.maxExact = reader.bool()
    else if (reader.fieldId === 8) out.minExact = reader.bool()
    else reader.skip()
  }
  return out
}
