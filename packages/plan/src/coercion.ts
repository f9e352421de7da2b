/** SQL's names of types, and which type two types meet in. DuckDB's rules, except where a value could be lost. */

import type { DataType } from '@artemis/arrow'
import { decimal, field, float64, int16, int32, int64, int8, list, typeEquals, utf8 } from '@artemis/arrow'
import { unreachable } from '@artemis/errors'

/** The name that DESCRIBE, errors and EXPLAIN show: `BIGINT`, `DECIMAL(10,2)`, `TIMESTAMP WITH TIME ZONE`. */
export function sqlTypeName(type: DataType): string {
  switch (type.kind) {
    case 'null':
      return 'NULL'
    case 'bool':
      return 'BOOLEAN'
    case 'int8':
      return 'TINYINT'
    case 'int16':
      return 'SMALLINT'
    case 'int32':
      return 'INTEGER'
    case 'int64':
      return 'BIGINT'
    case 'uint8':
      return 'UTINYINT'
    case 'uint16':
      return 'USMALLINT'
    case 'uint32':
      return 'UINTEGER'
    case 'uint64':
      return 'UBIGINT'
    case 'float32':
      return 'FLOAT'
    case 'float64':
      return 'DOUBLE'
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`
    case 'utf8':
      return 'VARCHAR'
    case 'binary':
    case 'fixed_size_binary':
      return 'BLOB'
    case 'uuid':
      return 'UUID'
    case 'date32':
      return 'DATE'
    case 'time64':
      return 'TIME'
    case 'timestamp': {
      if (type.timezone !== null) return 'TIMESTAMP WITH TIME ZONE'
      return type.unit === 'us' ? 'TIMESTAMP' : `TIMESTAMP_${type.unit.toUpperCase()}`
    }
    case 'interval':
      return 'INTERVAL'
    case 'list':
      return `${sqlTypeName(type.element.type)}[]`
    case 'struct':
      return `STRUCT(${type.fields.map((f) => `${quoteIdentifier(f.name)} ${sqlTypeName(f.type)}`).join(', ')})`
    case 'map':
      return `MAP(${sqlTypeName(type.key.type)}, ${sqlTypeName(type.value.type)})`
    default:
      return unreachable(type, 'data type')
  }
}

/** An identifier as SQL text: quoted only when it must be. */
export function quoteIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/i.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

export function isSignedInteger(type: DataType): boolean {
  return type.kind === 'int8' || type.kind === 'int16' || type.kind === 'int32' || type.kind === 'int64'
}
export function isUnsignedInteger(type: DataType): boolean {
  return type.kind === 'uint8' || type.kind === 'uint16' || type.kind === 'uint32' || type.kind === 'uint64'
}
export function isInteger(type: DataType): boolean {
  return isSignedInteger(type) || isUnsignedInteger(type)
}
export function isFloat(type: DataType): boolean {
  return type.kind === 'float32' || type.kind === 'float64'
}
export function isNumeric(type: DataType): boolean {
  return isInteger(type) || isFloat(type) || type.kind === 'decimal'
}

const INTEGER_BITS: Partial<Record<DataType['kind'], number>> = {
  int8: 8,
  int16: 16,
  int32: 32,
  int64: 64,
  uint8: 8,
  uint16: 16,
  uint32: 32,
  uint64: 64,
}

/** Decimal digits that every value of an integer type fits in. */
export function integerDigits(type: DataType): number {
  const digits = { 8: 3, 16: 5, 32: 10, 64: type.kind === 'uint64' ? 20 : 19 }
  return digits[(INTEGER_BITS[type.kind] ?? 64) as keyof typeof digits]
}

/** A decimal type, cut to 38 digits at the cost of scale as little as possible. */
export function boundedDecimal(integerPart: number, scale: number): DataType {
  const precision = Math.min(38, integerPart + scale)
  return decimal(Math.max(1, precision), Math.min(scale, Math.max(0, 38 - integerPart), precision))
}

/** The type that both numeric types convert to without losing whole numbers. */
export function commonNumericType(a: DataType, b: DataType): DataType {
  if (typeEquals(a, b)) return a
  if (isFloat(a) || isFloat(b)) {
    const small = (type: DataType): boolean => type.kind === 'float32' || (isInteger(type) && (INTEGER_BITS[type.kind] ?? 64) <= 16)
    return small(a) && small(b) ? { kind: 'float32' } : float64
  }
  if (a.kind === 'decimal' || b.kind === 'decimal') {
    const parts = (type: DataType): [number, number] =>
      type.kind === 'decimal' ? [type.precision - type.scale, type.scale] : [integerDigits(type), 0]
    const [integerA, scaleA] = parts(a)
    const [integerB, scaleB] = parts(b)
    return boundedDecimal(Math.max(integerA, integerB), Math.max(scaleA, scaleB))
  }
  const bitsA = INTEGER_BITS[a.kind]!
  const bitsB = INTEGER_BITS[b.kind]!
  if (isSignedInteger(a) === isSignedInteger(b)) return bitsA >= bitsB ? a : b
  const signed = isSignedInteger(a) ? bitsA : bitsB
  const unsigned = isSignedInteger(a) ? bitsB : bitsA
  const needed = Math.max(signed, unsigned * 2)
  if (needed <= 8) return int8
  if (needed <= 16) return int16
  if (needed <= 32) return int32
  return needed <= 64 ? int64 : decimal(38, 0)
}

/** The type of a column that holds values of both (CASE, COALESCE, UNION, lists), or undefined when there is none. */
export function commonType(a: DataType, b: DataType): DataType | undefined {
  if (typeEquals(a, b)) return a
  if (a.kind === 'null') return b
  if (b.kind === 'null') return a
  if (isNumeric(a) && isNumeric(b)) return commonNumericType(a, b)
  if (a.kind === 'bool' && isInteger(b)) return b
  if (b.kind === 'bool' && isInteger(a)) return a
  if (a.kind === 'utf8' || b.kind === 'utf8') return utf8
  const temporal = commonTemporalType(a, b)
  if (temporal !== undefined) return temporal
  const binaries = (type: DataType): boolean => type.kind === 'binary' || type.kind === 'fixed_size_binary'
  if (binaries(a) && binaries(b)) return { kind: 'binary' }
  if (a.kind === 'list' && b.kind === 'list') {
    const element = commonType(a.element.type, b.element.type)
    return element === undefined ? undefined : list(field(a.element.name, element))
  }
  if (a.kind === 'struct' && b.kind === 'struct' && a.fields.length === b.fields.length) {
    const types = a.fields.map((f, i) => commonType(f.type, b.fields[i]!.type))
    if (types.every((type) => type !== undefined)) return { kind: 'struct', fields: a.fields.map((f, i) => field(f.name, types[i]!)) }
  }
  if (a.kind === 'map' && b.kind === 'map') {
    const key = commonType(a.key.type, b.key.type)
    const value = commonType(a.value.type, b.value.type)
    if (key !== undefined && value !== undefined) return { kind: 'map', key: field('key', key, false), value: field('value', value) }
  }
  return undefined
}

const UNIT_ORDER = { s: 0, ms: 1, us: 2, ns: 3 }

function commonTemporalType(a: DataType, b: DataType): DataType | undefined {
  if (a.kind === 'date32' && b.kind === 'timestamp') return b
  if (b.kind === 'date32' && a.kind === 'timestamp') return a
  if (a.kind === 'timestamp' && b.kind === 'timestamp') {
    const unit = UNIT_ORDER[a.unit] >= UNIT_ORDER[b.unit] ? a.unit : b.unit
    return { kind: 'timestamp', unit, timezone: a.timezone ?? b.timezone }
  }
  return undefined
}

/** The type that both sides of a comparison are cast to: as {@link commonType}, but text yields to the other type. */
export function comparisonType(a: DataType, b: DataType): DataType | undefined {
  if (typeEquals(a, b)) return a
  if (a.kind === 'utf8' && b.kind !== 'null') return b
  if (b.kind === 'utf8' && a.kind !== 'null') return a
  return commonType(a, b)
}

/** Whether SQL converts without being asked: the target can hold every value, or the source is an untyped NULL. */
export function isImplicitCast(from: DataType, to: DataType): boolean {
  if (typeEquals(from, to) || from.kind === 'null') return true
  if (isNumeric(from) && isNumeric(to)) return to.kind === 'float64' || typeEquals(commonNumericType(from, to), to)
  if (from.kind === 'utf8' || to.kind === 'utf8' || from.kind === 'bool') return false
  const common = commonType(from, to)
  return common !== undefined && typeEquals(common, to)
}

/** Whether CAST can be asked for at all; the value may still not fit. */
export function isExplicitCast(from: DataType, to: DataType): boolean {
  if (typeEquals(from, to) || from.kind === 'null' || to.kind === 'utf8') return true
  if (from.kind === 'utf8') return to.kind !== 'null'
  const number = (type: DataType): boolean => isNumeric(type) || type.kind === 'bool'
  if (number(from) && number(to)) return true
  switch (from.kind) {
    case 'date32':
      return to.kind === 'timestamp'
    case 'timestamp':
      return to.kind === 'timestamp' || to.kind === 'date32' || to.kind === 'time64'
    case 'time64':
      return to.kind === 'interval'
    case 'interval':
      return to.kind === 'time64'
    case 'binary':
    case 'fixed_size_binary':
    case 'uuid':
      return to.kind === 'binary' || to.kind === 'fixed_size_binary' || to.kind === 'uuid'
    case 'list':
      return to.kind === 'list' && isExplicitCast(from.element.type, to.element.type)
    case 'struct':
      return (
        to.kind === 'struct' &&
        from.fields.length === to.fields.length &&
        from.fields.every((f, i) => isExplicitCast(f.type, to.fields[i]!.type))
      )
    case 'map':
      return to.kind === 'map' && isExplicitCast(from.key.type, to.key.type) && isExplicitCast(from.value.type, to.value.type)
    default:
      return false
  }
}
