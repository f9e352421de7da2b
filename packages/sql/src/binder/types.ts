/** Names of types as written, in the dialects of DuckDB, Postgres, Spark and Iceberg, to the engine's types. */

import { didYouMean } from '@artemis/errors'
import type { DataType } from '@artemis/plan'
import {
  binary,
  bool,
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
  struct,
  time64,
  timestamp,
  timestamptz,
  uint16,
  uint32,
  uint64,
  uint8,
  utf8,
  uuid,
} from '@artemis/plan'
import type * as ast from '../ast/index.js'
import { bindError, unsupported } from './errors.js'

const NAMES: ReadonlyMap<string, DataType> = new Map<string, DataType>([
  ...aliases(bool, 'boolean', 'bool', 'logical'),
  ...aliases(int8, 'tinyint', 'int1', 'byte'),
  ...aliases(int16, 'smallint', 'int2', 'int16', 'short'),
  ...aliases(int32, 'integer', 'int', 'int4', 'int32', 'signed', 'mediumint', 'serial', 'oid'),
  ...aliases(int64, 'bigint', 'int8', 'int64', 'long', 'bigserial'),
  ...aliases(uint8, 'utinyint', 'uint8'),
  ...aliases(uint16, 'usmallint', 'uint16'),
  ...aliases(uint32, 'uinteger', 'uint', 'uint32'),
  ...aliases(uint64, 'ubigint', 'uint64'),
  ...aliases(decimal(38, 0), 'hugeint', 'int128'),
  ...aliases(float32, 'float', 'real', 'float4'),
  ...aliases(float64, 'double', 'double precision', 'float8'),
  ...aliases(
    utf8,
    'varchar',
    'text',
    'string',
    'char',
    'character',
    'character varying',
    'char varying',
    'bpchar',
    'nvarchar',
    'nchar',
    'clob',
  ),
  ...aliases(utf8, 'name', 'json', 'large_string', 'utf8', 'tinytext', 'mediumtext', 'longtext'),
  ...aliases(binary, 'blob', 'bytea', 'binary', 'varbinary', 'binary varying', 'bytes', 'binary large object'),
  ...aliases(uuid, 'uuid', 'guid'),
  ...aliases(date32, 'date', 'date32'),
  ...aliases(time64, 'time', 'time without time zone'),
  ...aliases(timestamp('us'), 'timestamp', 'datetime', 'timestamp without time zone', 'timestamp_us', 'timestamp_ntz'),
  ...aliases(timestamp('s'), 'timestamp_s'),
  ...aliases(timestamp('ms'), 'timestamp_ms'),
  ...aliases(timestamp('ns'), 'timestamp_ns'),
  ...aliases(timestamptz('us'), 'timestamptz', 'timestamp with time zone', 'timestamp_tz', 'timestamp_ltz'),
  ...aliases(timestamptz('ns'), 'timestamptz_ns'),
  ...aliases(interval, 'interval'),
  ...aliases(nullType, 'null', 'void', 'unknown'),
])

/** Types that other engines have: refused by name, not as a slip of the pen. */
const UNSUPPORTED = new Set([
  'bit',
  'bitstring',
  'varbit',
  'enum',
  'uhugeint',
  'uint128',
  'timetz',
  'time with time zone',
  'time_ns',
  'variant',
  'geometry',
  'geography',
  'money',
  'xml',
  'bignum',
  'varint',
  'inet',
  'regclass',
])

const MAX_DEPTH = 64

function aliases(type: DataType, ...names: string[]): [string, DataType][] {
  return names.map((name) => [name, type])
}

/** The type that a name means. Errors carry the place of the name. */
export function resolveType(type: ast.TypeName, depth = 0): DataType {
  if (depth > MAX_DEPTH) throw bindError('NESTING_TOO_DEEP', 'the type nests too deep', type.span)
  switch (type.kind) {
    case 'named_type':
      return namedType(type)
    case 'list_type':
      if (type.size !== undefined) throw unsupported('a list type of fixed length', type.span, 'Leave out the length.')
      return list(resolveType(type.element, depth + 1))
    case 'struct_type':
      return struct(structFields(type, depth + 1))
    case 'map_type':
      return map(field('key', resolveType(type.key, depth + 1), false), field('value', resolveType(type.value, depth + 1)))
    case 'union_type':
      throw unsupported('the type UNION', type.span)
  }
}

function structFields(type: ast.StructType, depth: number): ReturnType<typeof field>[] {
  const seen = new Set<string>()
  return type.fields.map((member, i) => {
    const name = member.name?.name ?? `f${i + 1}`
    if (seen.has(name.toLowerCase())) throw bindError('DUPLICATE_FIELD', `the field "${name}" occurs twice`, member.span)
    seen.add(name.toLowerCase())
    return field(name, resolveType(member.type, depth))
  })
}

function namedType(type: ast.NamedType): DataType {
  const last = type.name.parts.at(-1)!
  const name = last.name.toLowerCase()
  switch (name) {
    case 'decimal':
    case 'numeric':
    case 'dec':
    case 'number':
      return decimalType(type)
    case 'float':
      return type.modifiers.length > 0 && integerModifier(type, 0, 1, 53) > 24 ? float64 : float32
    case 'fixed':
      return fixedSizeBinary(integerModifier(type, 0, 1, 2 ** 31 - 1))
    case 'timestamp':
    case 'timestamp without time zone':
      return type.modifiers.length === 0 ? timestamp('us') : timestamp(unitOfPrecision(type))
    case 'timestamp with time zone':
      return type.modifiers.length === 0 ? timestamptz('us') : timestamptz(unitOfPrecision(type))
    case 'list':
    case 'array':
    case 'struct':
    case 'map':
      throw bindError('INVALID_TYPE', `the type ${name.toUpperCase()} needs the types of what it holds`, type.span, NESTED_HINTS[name])
  }
  if (UNSUPPORTED.has(name)) throw unsupported(`the type ${name.toUpperCase()}`, type.span)
  const found = NAMES.get(name)
  if (found === undefined) {
    throw bindError(
      'TYPE_NOT_FOUND',
      `there is no type "${last.name}"`,
      type.span,
      didYouMean(name, [...NAMES.keys(), 'decimal', 'numeric']),
    )
  }
  if (type.modifiers.length > 0 && !TAKES_LENGTH.has(found.kind)) {
    throw bindError('INVALID_TYPE', `the type ${name.toUpperCase()} takes nothing in parentheses`, type.modifiers[0]!.span)
  }
  return found
}

const NESTED_HINTS = {
  list: 'Write INTEGER[].',
  array: 'Write INTEGER[].',
  struct: 'Write STRUCT(a INTEGER).',
  map: 'Write MAP(VARCHAR, INTEGER).',
}

/** VARCHAR(30), TIME(6), INTEGER(11), BLOB(10): lengths that other systems keep and that mean nothing here, as in DuckDB. */
const TAKES_LENGTH: ReadonlySet<DataType['kind']> = new Set<DataType['kind']>([
  'utf8',
  'binary',
  'time64',
  'int8',
  'int16',
  'int32',
  'int64',
  'interval',
])

function decimalType(type: ast.NamedType): DataType {
  if (type.modifiers.length === 0) return decimal(18, 3)
  const precision = integerModifier(type, 0, 1, 38)
  const scale = type.modifiers.length > 1 ? integerModifier(type, 1, 0, precision) : 0
  return decimal(precision, scale)
}

function integerModifier(type: ast.NamedType, index: number, low: number, high: number): number {
  const modifier = type.modifiers[index]
  const value = modifier?.form === 'number' && /^\d{1,10}$/.test(modifier.text) ? Number(modifier.text) : Number.NaN
  if (value >= low && value <= high) return value
  const name = type.name.parts.at(-1)!.name.toUpperCase()
  throw bindError('INVALID_TYPE', `${name} needs a whole number from ${low} to ${high} in parentheses`, modifier?.span ?? type.span)
}

/** The coarsest unit that keeps the digits asked for. */
function unitOfPrecision(type: ast.NamedType): 's' | 'ms' | 'us' | 'ns' {
  const digits = integerModifier(type, 0, 0, 9)
  if (digits === 0) return 's'
  if (digits <= 3) return 'ms'
  return digits <= 6 ? 'us' : 'ns'
}
