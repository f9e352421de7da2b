/** Schemas as Arrow IPC messages. */

import { unreachable } from '@artemis/errors'
import { EXTENSION_METADATA, EXTENSION_NAME, UUID_EXTENSION } from '../extension.js'
import type { DataType, Field, Schema } from '../types.js'
import { field } from '../types.js'
import { FlatbufferBuilder } from './flatbuffer-builder.js'
import type { Offset, TableField } from './flatbuffer-builder.js'
import {
  DICTIONARY_ENCODING,
  FIELD,
  frameMessage,
  HEADER,
  INTERVAL_MONTH_DAY_NANO,
  KEY_VALUE,
  MESSAGE,
  METADATA_VERSION_5,
  SCHEMA,
  TIME_UNITS,
  TYPE,
} from './message-format.js'

/** The columns that travel as dictionaries; their number is the dictionary's id, their codes are int32. */
export type DictionaryColumns = ReadonlySet<number>

const NONE: DictionaryColumns = new Set()

/** The message that opens a stream. */
export function encodeSchema(schema: Schema, dictionaryColumns: DictionaryColumns = NONE): Uint8Array {
  const builder = new FlatbufferBuilder()
  const header = schemaTable(builder, schema, dictionaryColumns)
  return frameMessage(builder.finish(messageTable(builder, HEADER.schema, header, 0)))
}

export function messageTable(builder: FlatbufferBuilder, headerType: number, header: Offset, bodyLength: number): Offset {
  return builder.table([
    { slot: MESSAGE.version, width: 2, value: METADATA_VERSION_5 },
    { slot: MESSAGE.headerType, width: 1, value: headerType },
    { slot: MESSAGE.header, width: 'offset', value: header },
    { slot: MESSAGE.bodyLength, width: 8, value: bodyLength },
  ])
}

export function schemaTable(builder: FlatbufferBuilder, schema: Schema, dictionaryColumns: DictionaryColumns): Offset {
  const fields = builder.offsets(schema.fields.map((f, i) => fieldTable(builder, f, dictionaryColumns.has(i) ? i : null)))
  return builder.table([
    { slot: SCHEMA.fields, width: 'offset', value: fields },
    ...metadataField(builder, SCHEMA.metadata, schema.metadata),
  ])
}

function fieldTable(builder: FlatbufferBuilder, f: Field, dictionary: number | null): Offset {
  const name = builder.string(f.name)
  const children = builder.offsets(childFields(f.type).map((child) => fieldTable(builder, child, null)))
  const { code, fields } = describeType(builder, f.type)
  const type = builder.table(fields)
  const table: TableField[] = [
    { slot: FIELD.name, width: 'offset', value: name },
    { slot: FIELD.nullable, width: 1, value: f.nullable ? 1 : 0 },
    { slot: FIELD.typeKind, width: 1, value: code },
    { slot: FIELD.type, width: 'offset', value: type },
    { slot: FIELD.children, width: 'offset', value: children },
    ...metadataField(builder, FIELD.metadata, fieldMetadata(f)),
  ]
  if (dictionary !== null) table.push({ slot: FIELD.dictionary, width: 'offset', value: dictionaryTable(builder, dictionary) })
  return builder.table(table)
}

function dictionaryTable(builder: FlatbufferBuilder, id: number): Offset {
  const indexType = builder.table(intFields(32, true))
  return builder.table([
    { slot: DICTIONARY_ENCODING.id, width: 8, value: id },
    { slot: DICTIONARY_ENCODING.indexType, width: 'offset', value: indexType },
  ])
}

function fieldMetadata(f: Field): Readonly<Record<string, string>> | undefined {
  if (f.type.kind !== 'uuid') return f.metadata
  return { ...f.metadata, [EXTENSION_NAME]: UUID_EXTENSION, [EXTENSION_METADATA]: '' }
}

function metadataField(builder: FlatbufferBuilder, slot: number, metadata: Readonly<Record<string, string>> | undefined): TableField[] {
  const entries = Object.entries(metadata ?? {})
  if (entries.length === 0) return []
  const tables = entries.map(([key, value]) => {
    const keyOffset = builder.string(key)
    const valueOffset = builder.string(value)
    return builder.table([
      { slot: KEY_VALUE.key, width: 'offset', value: keyOffset },
      { slot: KEY_VALUE.value, width: 'offset', value: valueOffset },
    ])
  })
  return [{ slot, width: 'offset', value: builder.offsets(tables) }]
}

function childFields(type: DataType): readonly Field[] {
  if (type.kind === 'list') return [type.element]
  if (type.kind === 'struct') return type.fields
  if (type.kind === 'map') return [field('entries', { kind: 'struct', fields: [type.key, type.value] }, false)]
  return []
}

interface TypeDescription {
  readonly code: number
  readonly fields: readonly TableField[]
}

function describeType(builder: FlatbufferBuilder, type: DataType): TypeDescription {
  switch (type.kind) {
    case 'null':
      return { code: TYPE.null, fields: [] }
    case 'bool':
      return { code: TYPE.bool, fields: [] }
    case 'int8':
      return { code: TYPE.int, fields: intFields(8, true) }
    case 'int16':
      return { code: TYPE.int, fields: intFields(16, true) }
    case 'int32':
      return { code: TYPE.int, fields: intFields(32, true) }
    case 'int64':
      return { code: TYPE.int, fields: intFields(64, true) }
    case 'uint8':
      return { code: TYPE.int, fields: intFields(8, false) }
    case 'uint16':
      return { code: TYPE.int, fields: intFields(16, false) }
    case 'uint32':
      return { code: TYPE.int, fields: intFields(32, false) }
    case 'uint64':
      return { code: TYPE.int, fields: intFields(64, false) }
    case 'float32':
      return { code: TYPE.floatingPoint, fields: [{ slot: 0, width: 2, value: 1 }] }
    case 'float64':
      return { code: TYPE.floatingPoint, fields: [{ slot: 0, width: 2, value: 2 }] }
    case 'decimal':
      return {
        code: TYPE.decimal,
        fields: [
          { slot: 0, width: 4, value: type.precision },
          { slot: 1, width: 4, value: type.scale },
          { slot: 2, width: 4, value: 128 },
        ],
      }
    case 'utf8':
      return { code: TYPE.utf8, fields: [] }
    case 'binary':
      return { code: TYPE.binary, fields: [] }
    case 'fixed_size_binary':
      return { code: TYPE.fixedSizeBinary, fields: [{ slot: 0, width: 4, value: type.byteWidth }] }
    case 'uuid':
      return { code: TYPE.fixedSizeBinary, fields: [{ slot: 0, width: 4, value: 16 }] }
    case 'date32':
      return { code: TYPE.date, fields: [{ slot: 0, width: 2, value: 0 }] }
    case 'time64':
      return {
        code: TYPE.time,
        fields: [
          { slot: 0, width: 2, value: TIME_UNITS.indexOf('us') },
          { slot: 1, width: 4, value: 64 },
        ],
      }
    case 'timestamp': {
      const unit: TableField = { slot: 0, width: 2, value: TIME_UNITS.indexOf(type.unit) }
      return {
        code: TYPE.timestamp,
        fields: type.timezone === null ? [unit] : [unit, { slot: 1, width: 'offset', value: builder.string(type.timezone) }],
      }
    }
    case 'interval':
      return { code: TYPE.interval, fields: [{ slot: 0, width: 2, value: INTERVAL_MONTH_DAY_NANO }] }
    case 'list':
      return { code: TYPE.list, fields: [] }
    case 'struct':
      return { code: TYPE.struct, fields: [] }
    case 'map':
      return { code: TYPE.map, fields: [{ slot: 0, width: 1, value: 0 }] }
    default:
      return unreachable(type, 'data type')
  }
}

function intFields(bitWidth: number, isSigned: boolean): TableField[] {
  return [
    { slot: 0, width: 4, value: bitWidth },
    { slot: 1, width: 1, value: isSigned ? 1 : 0 },
  ]
}
