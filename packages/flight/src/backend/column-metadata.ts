/** What Flight SQL tells of a table's columns, on the fields of its schema (FlightSql.proto, CommandGetTables). */

import type { DataType, Field, Schema } from '@artemis/arrow'
import { sqlTypeName } from '@artemis/engine'

const PREFIX = 'ARROW:FLIGHT:SQL:'

export interface TablePlace {
  readonly catalog: string
  readonly dbSchema: string
  readonly table: string
}

export function withColumnMetadata({ fields }: Schema, place: TablePlace, isReadOnly: boolean): Schema {
  const described = (column: Field): Field => {
    const { name, type, nullable } = column
    return { name, type, nullable, metadata: metadataOf(column, place, isReadOnly) }
  }
  return { fields: fields.map(described) }
}

function metadataOf({ type, metadata }: Field, { catalog, dbSchema, table }: TablePlace, isReadOnly: boolean): Record<string, string> {
  const { precision, scale } = sizeOf(type)
  const remarks = metadata?.['doc'] ?? metadata?.['comment']
  const entries: (readonly [string, string | undefined])[] = [
    ['CATALOG_NAME', catalog],
    ['SCHEMA_NAME', dbSchema],
    ['TABLE_NAME', table],
    ['TYPE_NAME', sqlTypeName(type)],
    ['PRECISION', precision?.toString()],
    ['SCALE', scale?.toString()],
    ['IS_AUTO_INCREMENT', '0'],
    ['IS_CASE_SENSITIVE', flag(type.kind === 'utf8')],
    ['IS_READ_ONLY', flag(isReadOnly)],
    ['IS_SEARCHABLE', flag(isSearchable(type))],
    ['REMARKS', remarks],
  ]
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[PREFIX + name, value]])))
}

function flag(value: boolean): string {
  return value ? '1' : '0'
}

/** Whether WHERE can compare it. */
function isSearchable(type: DataType): boolean {
  return type.kind !== 'list' && type.kind !== 'struct' && type.kind !== 'map'
}

const INTEGER_DIGITS: Partial<Record<DataType['kind'], number>> = { int8: 3, int16: 5, int32: 10, int64: 19, uint8: 3, uint16: 5, uint32: 10, uint64: 20 }
const FRACTION_DIGITS = { s: 0, ms: 3, us: 6, ns: 9 } as const

/** Decimal digits of numbers, characters of dates and times as SQL writes them, digits of a second's fraction as scale. */
export function sizeOf(type: DataType): { readonly precision: number | undefined; readonly scale: number | undefined } {
  const digits = INTEGER_DIGITS[type.kind]
  if (digits !== undefined) return { precision: digits, scale: 0 }
  switch (type.kind) {
    case 'decimal':
      return { precision: type.precision, scale: type.scale }
    case 'float32':
      return { precision: 7, scale: undefined }
    case 'float64':
      return { precision: 15, scale: undefined }
    case 'bool':
      return { precision: 1, scale: undefined }
    case 'date32':
      return { precision: 10, scale: undefined }
    case 'time64':
      return { precision: 15, scale: 6 }
    case 'timestamp': {
      const fraction = FRACTION_DIGITS[type.unit]
      return { precision: 19 + (fraction === 0 ? 0 : fraction + 1) + (type.timezone === null ? 0 : 6), scale: fraction }
    }
    case 'uuid':
      return { precision: 36, scale: undefined }
    case 'fixed_size_binary':
      return { precision: type.byteWidth, scale: undefined }
    default:
      return { precision: undefined, scale: undefined }
  }
}
