/** Schemas from Arrow IPC messages. */

import { unreachable, UnsupportedError } from '@artemis/errors'
import { EXTENSION_METADATA, EXTENSION_NAME, UUID_EXTENSION } from '../extension.js'
import type { DataType, Field, Schema, TimeUnit } from '../types.js'
import * as types from '../types.js'
import { damaged } from './flatbuffer-reader.js'
import type { FlatbufferTable } from './flatbuffer-reader.js'
import { DICTIONARY_ENCODING, FIELD, INTERVAL_MONTH_DAY_NANO, KEY_VALUE, SCHEMA, TIME_UNITS, TYPE } from './message-format.js'
import { engineField, storedAs } from './wire-storage.js'

/** The dictionary that a column's codes point into, and the type of the codes. */
export interface DictionaryEncoding {
  readonly id: number
  readonly indexType: DataType
}

/** A schema as it is on the wire: the types of values, and which top-level columns are dictionaries. */
export interface WireSchema {
  /** In the engine's types. */
  readonly schema: Schema
  /** The columns as they are stored, for the decoder alone. */
  readonly fields: readonly Field[]
  readonly dictionaries: readonly (DictionaryEncoding | null)[]
}

const MAX_DEPTH = 64

/**
 * A damaged or hostile schema can name one child or one text many times, at each of its levels, and so unfold to more
 * than memory holds. What is read is therefore counted against the size of the message: each field and entry of an
 * honest schema takes some bytes of its own.
 */
class ReadBudget {
  #bytes: number

  constructor(messageBytes: number) {
    this.#bytes = 4096 + 16 * messageBytes
  }

  spend(bytes: number): void {
    this.#bytes -= bytes
    if (this.#bytes < 0) throw damaged('the schema unfolds to more than its message holds')
  }

  /** The tables of a vector, as far as there is budget for them. */
  tables(parent: FlatbufferTable, slot: number): FlatbufferTable[] {
    const tables = parent.tables(slot)
    this.spend(16 * tables.length)
    return tables
  }

  text(parent: FlatbufferTable, slot: number): string {
    const text = parent.string(slot) ?? ''
    this.spend(text.length)
    return text
  }
}

export function readSchema(table: FlatbufferTable): WireSchema {
  if (table.int16(SCHEMA.endianness, 0) !== 0) {
    throw new UnsupportedError({ code: 'ARROW_IPC_NOT_SUPPORTED', message: 'big-endian Arrow data is not supported' })
  }
  const budget = new ReadBudget(table.bufferLength)
  const tables = budget.tables(table, SCHEMA.fields)
  const fields = tables.map((f) => readField(f, '', 0, budget))
  return {
    schema: types.schema(fields.map(engineField), readMetadata(table, SCHEMA.metadata, budget)),
    fields,
    dictionaries: tables.map(readDictionary),
  }
}

function readDictionary(table: FlatbufferTable): DictionaryEncoding | null {
  const encoding = table.table(FIELD.dictionary)
  if (encoding === null) return null
  const index = encoding.table(DICTIONARY_ENCODING.indexType)
  return { id: encoding.int64(DICTIONARY_ENCODING.id, 0), indexType: index === null ? types.int32 : intType(index, 'index type') }
}

function readMetadata(table: FlatbufferTable, slot: number, budget: ReadBudget): Record<string, string> | undefined {
  const entries = budget.tables(table, slot).map((entry) => [budget.text(entry, KEY_VALUE.key), budget.text(entry, KEY_VALUE.value)] as const)
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

function readField(table: FlatbufferTable, parent: string, depth: number, budget: ReadBudget): Field {
  if (depth > MAX_DEPTH) throw damaged('the schema is nested too deeply')
  const name = budget.text(table, FIELD.name)
  const path = parent === '' ? name : `${parent}.${name}`
  if (depth > 0 && table.table(FIELD.dictionary) !== null) throw unsupported('a dictionary inside a nested type', path)
  const own = readMetadata(table, FIELD.metadata, budget)
  const { [EXTENSION_NAME]: extension, [EXTENSION_METADATA]: _, ...rest } = own ?? {}
  const type = readType(table, path, depth, budget)
  const isUuid = extension === UUID_EXTENSION && type.kind === 'fixed_size_binary' && type.byteWidth === 16
  const metadata = isUuid ? rest : own
  const given = metadata === undefined || Object.keys(metadata).length === 0 ? undefined : metadata
  return types.field(name, isUuid ? types.uuid : type, table.int8(FIELD.nullable, 0) !== 0, given)
}

function readType(table: FlatbufferTable, path: string, depth: number, budget: ReadBudget): DataType {
  const code = table.int8(FIELD.typeKind, 0)
  const type = table.table(FIELD.type)
  if (type === null) throw damaged(`column ${path} has no type`)
  const children = budget.tables(table, FIELD.children).map((child) => readField(child, path, depth + 1, budget))
  switch (code) {
    case TYPE.null:
      return types.nullType
    case TYPE.bool:
      return types.bool
    case TYPE.int:
      return intType(type, path)
    case TYPE.floatingPoint:
      if (type.int16(0, 0) === 0) throw unsupported('float16', path)
      return type.int16(0, 0) === 1 ? types.float32 : types.float64
    case TYPE.decimal:
      return decimalType(type, path)
    case TYPE.utf8:
      return types.utf8
    case TYPE.largeUtf8:
      return storedAs(types.utf8, 'offsets64')
    case TYPE.binary:
      return types.binary
    case TYPE.largeBinary:
      return storedAs(types.binary, 'offsets64')
    case TYPE.fixedSizeBinary:
      return types.fixedSizeBinary(sizeOf(type.int32(0, 0), path))
    case TYPE.date:
      return type.int16(0, 1) === 0 ? types.date32 : storedAs(types.date32, 'date64')
    case TYPE.time:
      return timeType(TIME_UNITS[type.int16(0, 1)], path)
    case TYPE.timestamp: {
      const unit = TIME_UNITS[type.int16(0, 0)]
      if (unit === undefined) throw damaged(`column ${path} has no unit of time`)
      return types.timestamp(unit, type.string(1))
    }
    case TYPE.interval:
      if (type.int16(0, 0) !== INTERVAL_MONTH_DAY_NANO) throw unsupported('an interval other than month_day_nano', path)
      return types.interval
    case TYPE.list:
      return types.list(only(children, path))
    case TYPE.largeList:
      return storedAs(types.list(only(children, path)), 'offsets64')
    case TYPE.struct:
      return types.struct(children)
    case TYPE.map: {
      const entry = only(children, path).type
      const [key, value] = entry.kind === 'struct' ? entry.fields : []
      if (key === undefined || value === undefined) throw damaged(`column ${path} is a map without key and value`)
      return types.map(key, value)
    }
    default:
      throw unsupported(typeNameOf(code), path)
  }
}

function timeType(unit: TimeUnit | undefined, path: string): DataType {
  switch (unit) {
    case 's':
      return storedAs(types.time64, 'time32-s')
    case 'ms':
      return storedAs(types.time64, 'time32-ms')
    case 'us':
      return types.time64
    case 'ns':
      return storedAs(types.time64, 'time64-ns')
    case undefined:
      throw damaged(`column ${path} has no unit of time`)
    default:
      return unreachable(unit, 'unit of time')
  }
}

function intType(type: FlatbufferTable, path: string): DataType {
  const signed = type.int8(1, 0) !== 0
  switch (type.int32(0, 0)) {
    case 8:
      return signed ? types.int8 : types.uint8
    case 16:
      return signed ? types.int16 : types.uint16
    case 32:
      return signed ? types.int32 : types.uint32
    case 64:
      return signed ? types.int64 : types.uint64
    default:
      throw damaged(`column ${path} has integers of an unknown width`)
  }
}

function decimalType(type: FlatbufferTable, path: string): DataType {
  const precision = type.int32(0, 0)
  const bitWidth = type.int32(2, 128)
  if (bitWidth !== 128) throw unsupported(`a decimal of ${bitWidth} bits`, path)
  if (precision < 1 || precision > 38) throw damaged(`column ${path} is a decimal of precision ${precision}`)
  return types.decimal(precision, type.int32(1, 0))
}

function sizeOf(size: number, path: string): number {
  if (size < 0) throw damaged(`column ${path} has values of a negative size`)
  return size
}

function only(children: readonly Field[], path: string): Field {
  const [child] = children
  if (child === undefined || children.length !== 1) throw damaged(`column ${path} should have one child`)
  return child
}

function typeNameOf(code: number): string {
  return Object.entries(TYPE).find(([, value]) => value === code)?.[0] ?? `type ${code}`
}

function unsupported(what: string, path: string): UnsupportedError {
  return new UnsupportedError({
    code: 'ARROW_TYPE_NOT_SUPPORTED',
    message: `${what} is not supported (column ${path})`,
    hint: 'Read the data with apache-arrow and register its record batches.',
  })
}
