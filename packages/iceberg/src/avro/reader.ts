/**
 * Compiles readers from the schema that a file was written with. A reader is a closure tree made once per schema and
 * projection; nothing is generated as text, so it also runs where `eval` is forbidden.
 *
 * {@link compileReader} reads a whole value. {@link compileProjection} reads a record into slots, resolving by field id,
 * and skips what nobody asked for.
 */
import { DataError, unreachable } from '@artemis/errors'
import type { AvroCursor } from './cursor.js'
import type { AvroRecord, AvroType } from './schema.js'

export type ValueReader = (cursor: AvroCursor) => unknown
export type Skipper = (cursor: AvroCursor) => void

/** How a projected field is read. */
export type ReadAs =
  /** As {@link compileReader} does: long becomes bigint. */
  | 'value'
  /** A long as a number; beyond 53 bits is an error. */
  | 'number'
  /** Any integer as a bigint. */
  | 'bigint'
  /** Only where it starts, as a number, once the union is past: the caller decodes later from the same bytes. */
  | 'offset'
  /** A nested record as an array of slots. */
  | { readonly record: readonly ProjectedField[] }
  /** An array of records, each as an array of slots. */
  | { readonly items: readonly ProjectedField[] }

export interface ProjectedField {
  readonly fieldId: number
  /** Taken when the writer's schema has no field ids. */
  readonly name: string
  readonly as: ReadAs
}

/** Avro allows any number of items that take no byte at all; more than this is taken for damage. */
const MAX_EMPTY_ITEMS = 1_000_000

/**
 * A reader of whole values: int -> number, long -> bigint, bytes and fixed -> Uint8Array, decimals -> unscaled bigint,
 * `logicalType: map` and maps -> Map, records -> objects by field name, unions -> the value of the branch.
 */
export function compileReader(type: AvroType): ValueReader {
  switch (type.kind) {
    case 'null':
      return () => null
    case 'boolean':
      return (cursor) => cursor.readBoolean()
    case 'int':
      return (cursor) => cursor.readInt()
    case 'long':
      return (cursor) => cursor.readBigint()
    case 'float':
      return (cursor) => cursor.readFloat()
    case 'double':
      return (cursor) => cursor.readDouble()
    case 'bytes':
      return (cursor) => cursor.readBytes()
    case 'string':
      return (cursor) => cursor.readString()
    case 'decimal-bytes':
      return (cursor) => bigEndianSigned(cursor.readBytes())
    case 'fixed': {
      const { size } = type
      if (type.logicalType === 'decimal') return (cursor) => bigEndianSigned(cursor.readFixed(size))
      return (cursor) => cursor.readFixed(size)
    }
    case 'enum':
      return (cursor) => symbolAt(type.symbols, cursor.readLong())
    case 'array':
      return arrayReader(type)
    case 'map':
      return mapReader(type.values)
    case 'union':
      return unionReader(type.branches.map(compileReader))
    case 'record':
      return recordReader(type)
    default:
      return unreachable(type, 'Avro type')
  }
}

/**
 * A reader of one record that returns the projected fields in the order asked for; a field that the writer does not have
 * is undefined, one that is null is null. Fields resolve by id, and by name only when the writer has no ids at all.
 */
export function compileProjection(record: AvroRecord, projection: readonly ProjectedField[]): (cursor: AvroCursor) => unknown[] {
  const hasIds = record.fields.some((field) => field.fieldId !== undefined)
  const slots: number[] = []
  const readers: ValueReader[] = []
  for (const field of record.fields) {
    const slot = projection.findIndex((wanted) => (hasIds ? wanted.fieldId === field.fieldId : wanted.name === field.name))
    slots.push(slot)
    readers.push(slot === -1 ? compileSkipper(field.type) : projectedReader(field.type, projection[slot]!))
  }
  const width = projection.length
  return (cursor) => {
    const values = new Array<unknown>(width).fill(undefined)
    for (let i = 0; i < slots.length; i++) {
      const value = readers[i]!(cursor)
      const slot = slots[i]!
      if (slot !== -1) values[slot] = value
    }
    return values
  }
}

function projectedReader(type: AvroType, field: ProjectedField): ValueReader {
  if (type.kind === 'union')
    return unionReader(type.branches.map((branch) => (branch.kind === 'null' ? () => null : projectedReader(branch, field))))
  const { as } = field
  if (as === 'value') return compileReader(type)
  if (as === 'offset') {
    const skip = compileSkipper(type)
    return (cursor) => {
      const start = cursor.position
      skip(cursor)
      return start
    }
  }
  if (as === 'number' || as === 'bigint') {
    if (type.kind !== 'int' && type.kind !== 'long') throw mismatch(field, 'an integer', type)
    return as === 'number' ? (cursor) => cursor.readLong() : (cursor) => cursor.readBigint()
  }
  if ('items' in as) {
    if (type.kind !== 'array' || type.items.kind !== 'record') throw mismatch(field, 'an array of records', type)
    return listReader(type.items, compileProjection(type.items, as.items))
  }
  if (type.kind !== 'record') throw mismatch(field, 'a record', type)
  return compileProjection(type, as.record)
}

/** A function that moves past one value as cheaply as it can. */
export function compileSkipper(type: AvroType): Skipper {
  switch (type.kind) {
    case 'null':
      return () => {}
    case 'boolean':
      return (cursor) => void cursor.advance(1)
    case 'int':
    case 'long':
    case 'enum':
      return (cursor) => cursor.skipLong()
    case 'float':
      return (cursor) => void cursor.advance(4)
    case 'double':
      return (cursor) => void cursor.advance(8)
    case 'bytes':
    case 'string':
    case 'decimal-bytes':
      return (cursor) => cursor.skipBytes()
    case 'fixed':
      return (cursor) => void cursor.advance(type.size)
    case 'array':
      return blockSkipper(type.items, compileSkipper(type.items))
    case 'map': {
      const skipValue = compileSkipper(type.values)
      return blockSkipper({ kind: 'string', logicalType: undefined }, (cursor) => {
        cursor.skipBytes()
        skipValue(cursor)
      })
    }
    case 'union': {
      const skippers = type.branches.map(compileSkipper)
      return (cursor) => branchAt(skippers, cursor.readLong())(cursor)
    }
    case 'record': {
      const skippers = type.fields.map((field) => compileSkipper(field.type))
      return (cursor) => {
        for (let i = 0; i < skippers.length; i++) skippers[i]!(cursor)
      }
    }
    default:
      return unreachable(type, 'Avro type')
  }
}

/** The fewest bytes that a value of the type takes: what bounds a claimed count of items. */
export function minimumSize(type: AvroType): number {
  switch (type.kind) {
    case 'null':
      return 0
    case 'float':
      return 4
    case 'double':
      return 8
    case 'fixed':
      return type.size
    case 'record':
      return type.fields.reduce((size, field) => size + minimumSize(field.type), 0)
    default:
      return 1
  }
}

/** Refuses a count of items that the bytes left cannot hold, before anything is allocated or looped over. */
export function checkItemCount(count: number, itemSize: number, remaining: number): void {
  if (itemSize === 0 ? count > MAX_EMPTY_ITEMS : count * itemSize > remaining) {
    throw new DataError({ code: 'AVRO_INVALID', message: `Avro data claims ${count} items, more than its bytes can hold` })
  }
}

/** Reads the count before a block of items; negative counts are followed by the block's size, which we do not need. */
export function readBlockCount(cursor: AvroCursor, itemSize: number): number {
  let count = cursor.readLong()
  if (count < 0) {
    count = -count
    cursor.readLength()
  }
  if (count > 0) checkItemCount(count, itemSize, cursor.remaining)
  return count
}

function blockSkipper(items: AvroType, skip: Skipper): Skipper {
  const itemSize = minimumSize(items)
  const skipItems = itemsSkipper(items, skip)
  return (cursor) => {
    for (;;) {
      const count = cursor.readLong()
      if (count === 0) return
      if (count < 0) {
        cursor.skipBytes()
        continue
      }
      checkItemCount(count, itemSize, cursor.remaining)
      skipItems(cursor, count)
    }
  }
}

/** Skips many items at once where the type allows it: pairs of integers, and of an integer and bytes, as the maps of files are. */
function itemsSkipper(items: AvroType, skip: Skipper): (cursor: AvroCursor, count: number) => void {
  const kinds = items.kind === 'record' ? items.fields.map((field) => field.type.kind) : [items.kind]
  const isInteger = (kind: AvroType['kind'] | undefined) => kind === 'int' || kind === 'long'
  if (kinds.length > 0 && kinds.every(isInteger)) return (cursor, count) => cursor.skipLongs(count * kinds.length)
  if (kinds.length === 2 && isInteger(kinds[0]) && kinds[1] === 'bytes') return (cursor, count) => cursor.skipKeyedBytes(count)
  return (cursor, count) => {
    for (let i = 0; i < count; i++) skip(cursor)
  }
}

function arrayReader(type: Extract<AvroType, { kind: 'array' }>): ValueReader {
  const itemSize = minimumSize(type.items)
  const { items } = type
  if (type.isMap && items.kind === 'record' && items.fields.length === 2) {
    const readKey = compileReader(items.fields[0]!.type)
    const readValue = compileReader(items.fields[1]!.type)
    return (cursor) => {
      const map = new Map<unknown, unknown>()
      for (let count = readBlockCount(cursor, itemSize); count > 0; count = readBlockCount(cursor, itemSize)) {
        for (let i = 0; i < count; i++) map.set(readKey(cursor), readValue(cursor))
      }
      return map
    }
  }
  return listReader(items, compileReader(items))
}

function listReader(items: AvroType, readItem: ValueReader): ValueReader {
  const itemSize = minimumSize(items)
  return (cursor) => {
    const values: unknown[] = []
    for (let count = readBlockCount(cursor, itemSize); count > 0; count = readBlockCount(cursor, itemSize)) {
      for (let i = 0; i < count; i++) values.push(readItem(cursor))
    }
    return values
  }
}

function mapReader(values: AvroType): ValueReader {
  const readValue = compileReader(values)
  return (cursor) => {
    const map = new Map<unknown, unknown>()
    for (let count = readBlockCount(cursor, 1); count > 0; count = readBlockCount(cursor, 1)) {
      for (let i = 0; i < count; i++) map.set(cursor.readString(), readValue(cursor))
    }
    return map
  }
}

function unionReader(readers: readonly ValueReader[]): ValueReader {
  return (cursor) => branchAt(readers, cursor.readLong())(cursor)
}

function recordReader(type: AvroRecord): ValueReader {
  const names = type.fields.map((field) => field.name)
  const readers = type.fields.map((field) => compileReader(field.type))
  return (cursor) => {
    const value: Record<string, unknown> = {}
    for (let i = 0; i < names.length; i++) value[names[i]!] = readers[i]!(cursor)
    return value
  }
}

function branchAt<T>(branches: readonly T[], index: number): T {
  const branch = branches[index]
  if (branch === undefined) throw new DataError({ code: 'AVRO_INVALID', message: `Avro union has no branch ${index}` })
  return branch
}

function symbolAt(symbols: readonly string[], index: number): string {
  const symbol = symbols[index]
  if (symbol === undefined) throw new DataError({ code: 'AVRO_INVALID', message: `Avro enum has no symbol ${index}` })
  return symbol
}

/** Two's complement, most significant byte first; no byte is zero. */
export function bigEndianSigned(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return bytes.length > 0 && bytes[0]! >= 0x80 ? value - (1n << BigInt(8 * bytes.length)) : value
}

function mismatch(field: ProjectedField, wanted: string, type: AvroType): DataError {
  return new DataError({ code: 'AVRO_MISMATCH', message: `Avro field ${field.fieldId} (${field.name}) is not ${wanted} but ${type.kind}` })
}
