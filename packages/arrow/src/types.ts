/**
 * The engine's data types: plain frozen objects with a `kind`, one for each Arrow type that the engine knows. They can
 * be compared, written as JSON and switched over; `apache.ts` converts them to and from apache-arrow's classes.
 */

import { unreachable } from '@artemis/errors'

export type TimeUnit = 's' | 'ms' | 'us' | 'ns'

export type DataType =
  | { readonly kind: 'null' }
  | { readonly kind: 'bool' }
  | { readonly kind: 'int8' }
  | { readonly kind: 'int16' }
  | { readonly kind: 'int32' }
  | { readonly kind: 'int64' }
  | { readonly kind: 'uint8' }
  | { readonly kind: 'uint16' }
  | { readonly kind: 'uint32' }
  | { readonly kind: 'uint64' }
  | { readonly kind: 'float32' }
  | { readonly kind: 'float64' }
  /** 128-bit two's complement; precision 1 to 38, scale 0 to precision. */
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'utf8' }
  | { readonly kind: 'binary' }
  | { readonly kind: 'fixed_size_binary'; readonly byteWidth: number }
  /** 16 bytes, big-endian; Arrow's extension type arrow.uuid over fixed_size_binary(16). */
  | { readonly kind: 'uuid' }
  /** Days since 1970-01-01. */
  | { readonly kind: 'date32' }
  /** Microseconds since midnight. */
  | { readonly kind: 'time64' }
  /** Since the epoch; `timezone` null is a local wall-clock time, a string (`UTC` by default) is an instant. */
  | { readonly kind: 'timestamp'; readonly unit: TimeUnit; readonly timezone: string | null }
  /** Months, days and nanoseconds (Arrow's MonthDayNano: int32, int32, int64). */
  | { readonly kind: 'interval' }
  | { readonly kind: 'list'; readonly element: Field }
  | { readonly kind: 'struct'; readonly fields: readonly Field[] }
  | { readonly kind: 'map'; readonly key: Field; readonly value: Field }

export type TypeKind = DataType['kind']

export interface Field {
  readonly name: string
  readonly type: DataType
  readonly nullable: boolean
  readonly metadata?: Readonly<Record<string, string>>
}

export interface Schema {
  readonly fields: readonly Field[]
  readonly metadata?: Readonly<Record<string, string>>
}

export const nullType = { kind: 'null' } as const satisfies DataType
export const bool = { kind: 'bool' } as const satisfies DataType
export const int8 = { kind: 'int8' } as const satisfies DataType
export const int16 = { kind: 'int16' } as const satisfies DataType
export const int32 = { kind: 'int32' } as const satisfies DataType
export const int64 = { kind: 'int64' } as const satisfies DataType
export const uint8 = { kind: 'uint8' } as const satisfies DataType
export const uint16 = { kind: 'uint16' } as const satisfies DataType
export const uint32 = { kind: 'uint32' } as const satisfies DataType
export const uint64 = { kind: 'uint64' } as const satisfies DataType
export const float32 = { kind: 'float32' } as const satisfies DataType
export const float64 = { kind: 'float64' } as const satisfies DataType
export const utf8 = { kind: 'utf8' } as const satisfies DataType
export const binary = { kind: 'binary' } as const satisfies DataType
export const uuid = { kind: 'uuid' } as const satisfies DataType
export const date32 = { kind: 'date32' } as const satisfies DataType
export const time64 = { kind: 'time64' } as const satisfies DataType
export const interval = { kind: 'interval' } as const satisfies DataType
export const decimal = (precision: number, scale: number): DataType => ({ kind: 'decimal', precision, scale })
export const fixedSizeBinary = (byteWidth: number): DataType => ({ kind: 'fixed_size_binary', byteWidth })
export const timestamp = (unit: TimeUnit = 'us', timezone: string | null = null): DataType => ({ kind: 'timestamp', unit, timezone })
export const timestamptz = (unit: TimeUnit = 'us'): DataType => ({ kind: 'timestamp', unit, timezone: 'UTC' })
export const list = (element: DataType | Field): DataType => ({
  kind: 'list',
  element: 'kind' in element ? field('element', element) : element,
})
export const struct = (fields: readonly Field[]): DataType => ({ kind: 'struct', fields })
export const map = (key: Field, value: Field): DataType => ({ kind: 'map', key, value })

export function field(name: string, type: DataType, nullable = true, metadata?: Readonly<Record<string, string>>): Field {
  return metadata === undefined ? { name, type, nullable } : { name, type, nullable, metadata }
}

export function schema(fields: readonly Field[], metadata?: Readonly<Record<string, string>>): Schema {
  return metadata === undefined ? { fields } : { fields, metadata }
}

/** True when both types hold the same values in the same layout; names and metadata of nested fields do not count. */
export function typeEquals(a: DataType, b: DataType): boolean {
  if (a === b) return true
  if (a.kind !== b.kind) return false
  switch (a.kind) {
    case 'decimal':
      return b.kind === 'decimal' && a.precision === b.precision && a.scale === b.scale
    case 'fixed_size_binary':
      return b.kind === 'fixed_size_binary' && a.byteWidth === b.byteWidth
    case 'timestamp':
      return b.kind === 'timestamp' && a.unit === b.unit && a.timezone === b.timezone
    case 'list':
      return b.kind === 'list' && typeEquals(a.element.type, b.element.type)
    case 'struct':
      return (
        b.kind === 'struct' &&
        a.fields.length === b.fields.length &&
        a.fields.every((f, i) => f.name === b.fields[i]!.name && typeEquals(f.type, b.fields[i]!.type))
      )
    case 'map':
      return b.kind === 'map' && typeEquals(a.key.type, b.key.type) && typeEquals(a.value.type, b.value.type)
    default:
      return true
  }
}

/** The physical layout that a type's values have in memory when they are not dictionary-encoded. */
export type PhysicalKind = 'null' | 'boolean' | 'primitive' | 'fixed' | 'bytes' | 'list' | 'struct'

export function physicalKind(type: DataType): PhysicalKind {
  switch (type.kind) {
    case 'null':
      return 'null'
    case 'bool':
      return 'boolean'
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'uint64':
    case 'float32':
    case 'float64':
    case 'date32':
    case 'time64':
    case 'timestamp':
      return 'primitive'
    case 'decimal':
    case 'fixed_size_binary':
    case 'uuid':
    case 'interval':
      return 'fixed'
    case 'utf8':
    case 'binary':
      return 'bytes'
    case 'list':
    case 'map':
      return 'list'
    case 'struct':
      return 'struct'
    default:
      return unreachable(type, 'data type')
  }
}

/** Bytes of one value of a `primitive` or `fixed` layout; 0 for the others. */
export function byteWidth(type: DataType): number {
  switch (type.kind) {
    case 'int8':
    case 'uint8':
      return 1
    case 'int16':
    case 'uint16':
      return 2
    case 'int32':
    case 'uint32':
    case 'float32':
    case 'date32':
      return 4
    case 'int64':
    case 'uint64':
    case 'float64':
    case 'time64':
    case 'timestamp':
      return 8
    case 'decimal':
    case 'interval':
    case 'uuid':
      return 16
    case 'fixed_size_binary':
      return type.byteWidth
    default:
      return 0
  }
}
