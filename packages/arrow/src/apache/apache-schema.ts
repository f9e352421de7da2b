/**
 * Types and schemas to and from apache-arrow's classes. Both directions live under `@artemis/arrow/apache`, apart from
 * the rest of the package: loading apache-arrow takes 75 ms, which only users of its classes should wait for.
 *
 * Types that the engine does not have become their nearest relative without loss: float16 becomes float32, large and
 * view layouts the plain ones, fixed-size lists lists, other units of time microseconds. A type without such a relative
 * is an error that names the column.
 */

import * as arrow from 'apache-arrow'
import { UnsupportedError, unreachable } from '@artemis/errors'
import { EXTENSION_METADATA, EXTENSION_NAME, UUID_EXTENSION } from '../extension.js'
import type { DataType, Field, Schema, TimeUnit } from '../types.js'
import * as types from '../types.js'

export function toArrowSchema(schema: Schema): arrow.Schema {
  return new arrow.Schema(schema.fields.map(toArrowField), metadataMap(schema.metadata))
}

export function toArrowField(field: Field): arrow.Field {
  const metadata = metadataMap(field.metadata)
  if (field.type.kind === 'uuid') {
    metadata.set(EXTENSION_NAME, UUID_EXTENSION)
    metadata.set(EXTENSION_METADATA, '')
  }
  return new arrow.Field(field.name, toArrowType(field.type), field.nullable, metadata)
}

function metadataMap(metadata: Readonly<Record<string, string>> | undefined): Map<string, string> {
  return new Map(Object.entries(metadata ?? {}))
}

/** The apache-arrow class of a type; a UUID is 16 bytes, and its field carries the extension's name. */
export function toArrowType(type: DataType): arrow.DataType {
  switch (type.kind) {
    case 'null':
      return new arrow.Null()
    case 'bool':
      return new arrow.Bool()
    case 'int8':
      return new arrow.Int8()
    case 'int16':
      return new arrow.Int16()
    case 'int32':
      return new arrow.Int32()
    case 'int64':
      return new arrow.Int64()
    case 'uint8':
      return new arrow.Uint8()
    case 'uint16':
      return new arrow.Uint16()
    case 'uint32':
      return new arrow.Uint32()
    case 'uint64':
      return new arrow.Uint64()
    case 'float32':
      return new arrow.Float32()
    case 'float64':
      return new arrow.Float64()
    case 'decimal':
      return new arrow.Decimal(type.scale, type.precision, 128)
    case 'utf8':
      return new arrow.Utf8()
    case 'binary':
      return new arrow.Binary()
    case 'fixed_size_binary':
      return new arrow.FixedSizeBinary(type.byteWidth)
    case 'uuid':
      return new arrow.FixedSizeBinary(16)
    case 'date32':
      return new arrow.DateDay()
    case 'time64':
      return new arrow.TimeMicrosecond()
    case 'timestamp':
      return new arrow.Timestamp(ARROW_UNITS[type.unit], type.timezone)
    case 'interval':
      return new arrow.IntervalMonthDayNano()
    case 'list':
      return new arrow.List(toArrowField(type.element))
    case 'struct':
      return new arrow.Struct(type.fields.map(toArrowField))
    case 'map': {
      const entry = new arrow.Struct<{ key: arrow.DataType; value: arrow.DataType }>([toArrowField(type.key), toArrowField(type.value)])
      return new arrow.Map_(new arrow.Field('entries', entry, false), false)
    }
    default:
      return unreachable(type, 'data type')
  }
}

const ARROW_UNITS: { readonly [U in TimeUnit]: arrow.TimeUnit } = {
  s: arrow.TimeUnit.SECOND,
  ms: arrow.TimeUnit.MILLISECOND,
  us: arrow.TimeUnit.MICROSECOND,
  ns: arrow.TimeUnit.NANOSECOND,
}

/** The engine's schema for an apache-arrow schema; {@link UnsupportedError} for a type that has no relative here. */
export function fromArrowSchema(schema: arrow.Schema): Schema {
  const fields = schema.fields.map((field) => fromArrowField(field))
  return schema.metadata.size === 0 ? { fields } : { fields, metadata: Object.fromEntries(schema.metadata) }
}

/** As {@link fromArrowSchema} for one field; `path` names the column that it is part of. */
export function fromArrowField(field: arrow.Field, path = field.name): Field {
  const { metadata } = field
  const isUuid = metadata.get(EXTENSION_NAME) === UUID_EXTENSION
  const type = isUuid && arrow.DataType.isFixedSizeBinary(field.type) ? types.uuid : fromArrowType(field.type, path)
  const entries = [...metadata].filter(([key]) => !(isUuid && (key === EXTENSION_NAME || key === EXTENSION_METADATA)))
  return types.field(field.name, type, field.nullable, entries.length === 0 ? undefined : Object.fromEntries(entries))
}

function fromArrowType(type: arrow.DataType, path: string): DataType {
  if (arrow.DataType.isDictionary(type)) return fromArrowType(type.dictionary, path)
  if (arrow.DataType.isNull(type)) return types.nullType
  if (arrow.DataType.isBool(type)) return types.bool
  if (arrow.DataType.isInt(type)) return fromArrowInt(type.bitWidth, type.isSigned)
  if (arrow.DataType.isFloat(type)) return type.precision === arrow.Precision.DOUBLE ? types.float64 : types.float32
  if (arrow.DataType.isDecimal(type)) {
    if (type.precision > 38) throw unsupportedType(type, path)
    return types.decimal(type.precision, type.scale)
  }
  if (arrow.DataType.isUtf8(type) || arrow.DataType.isLargeUtf8(type) || arrow.DataType.isUtf8View(type)) return types.utf8
  if (arrow.DataType.isBinary(type) || arrow.DataType.isLargeBinary(type) || arrow.DataType.isBinaryView(type)) return types.binary
  if (arrow.DataType.isFixedSizeBinary(type)) return types.fixedSizeBinary(type.byteWidth)
  if (arrow.DataType.isDate(type)) return types.date32
  if (arrow.DataType.isTime(type)) return types.time64
  if (arrow.DataType.isTimestamp(type)) return types.timestamp(fromArrowUnit(type.unit), type.timezone ?? null)
  if (arrow.DataType.isInterval(type) || arrow.DataType.isDuration(type)) return types.interval
  if (arrow.DataType.isList(type) || arrow.DataType.isLargeList(type) || arrow.DataType.isFixedSizeList(type)) {
    const element = type.children[0]
    if (element !== undefined) return types.list(fromArrowField(element, `${path}.${element.name}`))
  }
  if (arrow.DataType.isStruct(type)) return types.struct(type.children.map((f) => fromArrowField(f, `${path}.${f.name}`)))
  if (arrow.DataType.isMap(type)) {
    const entry: arrow.DataType | undefined = type.children[0]?.type
    const [key, value] = entry?.children ?? []
    if (key !== undefined && value !== undefined)
      return types.map(fromArrowField(key, `${path}.key`), fromArrowField(value, `${path}.value`))
  }
  throw unsupportedType(type, path)
}

function fromArrowInt(bitWidth: number, isSigned: boolean): DataType {
  if (bitWidth === 8) return isSigned ? types.int8 : types.uint8
  if (bitWidth === 16) return isSigned ? types.int16 : types.uint16
  if (bitWidth === 32) return isSigned ? types.int32 : types.uint32
  return isSigned ? types.int64 : types.uint64
}

function fromArrowUnit(unit: arrow.TimeUnit): TimeUnit {
  if (unit === arrow.TimeUnit.SECOND) return 's'
  if (unit === arrow.TimeUnit.MILLISECOND) return 'ms'
  return unit === arrow.TimeUnit.MICROSECOND ? 'us' : 'ns'
}

export function unsupportedType(type: arrow.DataType, path: string): UnsupportedError {
  return new UnsupportedError({
    code: 'ARROW_TYPE_NOT_SUPPORTED',
    message: `the Arrow type ${String(type)} of column ${path} is not supported`,
    hint: 'Cast the column to another type before registering it.',
  })
}
