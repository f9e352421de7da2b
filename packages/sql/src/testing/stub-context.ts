/**
 * A small world for tests of the binder: tables without rows, a registry of functions that resolve by type but compute
 * nothing except what the binder itself folds, and a parser that is the real one.
 */

import { ExecutionError } from '@artemis/errors'
import type {
  AggregateFunction,
  AggregateFunctionDefinition,
  CatalogEntry,
  DataType,
  Expression,
  Field,
  FunctionRegistry,
  Scalar,
  ScalarFunction,
  ScalarFunctionDefinition,
  TableFunctionDefinition,
  TableProvider,
  TimeTravel,
} from '@artemis/plan'
import {
  commonNumericType,
  commonType,
  field,
  float64,
  int64,
  isImplicitCast,
  isInteger,
  isNumeric,
  list,
  schema,
  struct,
  typeEquals,
  utf8,
} from '@artemis/plan'
import { bool, date32, interval, timestamp } from '@artemis/plan'
import { parseStatement } from '../parser/parse.js'
import type { BindContext, ResolvedTable } from '../binder/context.js'

const documentation = { category: 'test', description: '', example: '', result: '' }

interface Signature {
  readonly argumentTypes: readonly DataType[]
  readonly returnType: DataType
}

type Resolve = (types: readonly DataType[], constants: readonly (Scalar | undefined)[]) => Signature | undefined

function scalar(name: string, resolve: Resolve, options: Partial<ScalarFunction> = {}): ScalarFunctionDefinition {
  return {
    name,
    aliases: [],
    documentation,
    signatures: [`${name}(…)`],
    resolve(types, constants) {
      const signature = resolve(types, constants)
      if (signature === undefined) return undefined
      return {
        name,
        ...signature,
        volatility: 'immutable',
        nullHandling: 'propagate',
        canReturnNull: false,
        canThrow: false,
        evaluate: () => {
          throw new Error(`the stub of ${name} computes nothing`)
        },
        ...options,
      }
    },
  }
}

function aggregate(name: string, resolve: Resolve, options: Partial<AggregateFunction> = {}): AggregateFunctionDefinition {
  return {
    name,
    aliases: [],
    documentation,
    signatures: [`${name}(…)`],
    resolve(types, constants) {
      const signature = resolve(types, constants)
      if (signature === undefined) return undefined
      return {
        name,
        ...signature,
        stateTypes: [],
        nullable: true,
        ignoresDistinct: false,
        orderSensitive: false,
        createAccumulator: () => {
          throw new Error(`the stub of ${name} accumulates nothing`)
        },
        ...options,
      }
    },
  }
}

/** Takes exactly these types, or what casts to them unasked; a string literal may be anything. */
function fixed(parameters: readonly DataType[], returnType: DataType): Resolve {
  return (types, constants) => {
    if (types.length !== parameters.length) return undefined
    const fits = types.every(
      (type, i) => isImplicitCast(type, parameters[i]!) || (type.kind === 'utf8' && typeof constants[i] === 'string'),
    )
    return fits ? { argumentTypes: parameters, returnType } : undefined
  }
}

function anyOf(...alternatives: readonly Resolve[]): Resolve {
  return (types, constants) => {
    for (const alternative of alternatives) {
      const found = alternative(types, constants)
      if (found !== undefined) return found
    }
    return undefined
  }
}

const arithmetic: Resolve = (types) => {
  const [a, b] = types
  if (a === undefined) return undefined
  if (b === undefined) return isNumeric(a) ? { argumentTypes: [a], returnType: a } : undefined
  const known = (type: DataType): boolean => isNumeric(type) || type.kind === 'null'
  if (types.length !== 2 || !known(a) || !known(b)) return undefined
  const type = a.kind === 'null' ? b : b.kind === 'null' ? a : commonNumericType(a, b)
  return { argumentTypes: [type, type], returnType: type }
}

const dateArithmetic: Resolve = ([a, b]) => {
  if ((a?.kind !== 'date32' && a?.kind !== 'timestamp') || b?.kind !== 'interval') return undefined
  return { argumentTypes: [a, b], returnType: a.kind === 'date32' ? timestamp() : a }
}

const division: Resolve = (types, constants) =>
  arithmetic(types, constants) === undefined ? undefined : { argumentTypes: [float64, float64], returnType: float64 }

const anyTypes: (returnType: DataType) => Resolve = (returnType) => (types) => ({ argumentTypes: types, returnType })

const structExtract: Resolve = (types, constants) => {
  const [value] = types
  const found = value?.kind === 'struct' ? value.fields.find((f) => f.name === constants[1]) : undefined
  return found === undefined ? undefined : { argumentTypes: types, returnType: found.type }
}

const namedStruct: Resolve = (types, constants) => {
  const fields: Field[] = []
  for (let i = 0; i < types.length; i += 2) fields.push(field(String(constants[i]), types[i + 1]!))
  return { argumentTypes: types, returnType: struct(fields) }
}

const SCALARS = [
  scalar('+', anyOf(arithmetic, dateArithmetic)),
  scalar('-', anyOf(arithmetic, dateArithmetic, fixed([timestamp(), timestamp()], interval))),
  ...['*', '%', '^', '//', '&', '|', '<<', '>>', '~'].map((name) => scalar(name, arithmetic)),
  scalar('/', division, { canThrow: true }),
  scalar('||', fixed([utf8, utf8], utf8)),
  ...['like', 'ilike', 'similar_to', 'glob'].map((name) => scalar(name, fixed([utf8, utf8], bool))),
  scalar('like_escape', fixed([utf8, utf8, utf8], bool)),
  scalar('regexp_matches', anyOf(fixed([utf8, utf8], bool), fixed([utf8, utf8, utf8], bool))),
  scalar('upper', fixed([utf8], utf8)),
  scalar('lower', fixed([utf8], utf8)),
  scalar('length', fixed([utf8], int64)),
  scalar('abs', arithmetic),
  scalar('substring', anyOf(fixed([utf8, int64], utf8), fixed([utf8, int64, int64], utf8))),
  scalar('strpos', fixed([utf8, utf8], int64)),
  scalar(
    'round',
    anyOf(arithmetic, (types) => (types.length === 2 ? { argumentTypes: types, returnType: types[0]! } : undefined)),
  ),
  scalar('date_part', anyOf(fixed([utf8, date32], int64), fixed([utf8, timestamp()], int64))),
  scalar('random', fixed([], float64), { volatility: 'volatile' }),
  scalar('now', fixed([], timestamp('us', 'UTC')), { volatility: 'stable' }),
  scalar('to_days', fixed([int64], interval)),
  scalar('list_value', (types) => ({ argumentTypes: types, returnType: list(types[0] ?? { kind: 'null' }) })),
  scalar('list_extract', (types) =>
    types[0]?.kind === 'list' ? { argumentTypes: [types[0], int64], returnType: types[0].element.type } : undefined,
  ),
  scalar('list_contains', anyTypes(bool)),
  scalar('list_slice', (types) => ({ argumentTypes: [types[0]!, int64, int64], returnType: types[0]! })),
  scalar('struct_extract', structExtract),
  scalar('named_struct', namedStruct),
  scalar('coalesce', (types) => ({ argumentTypes: types, returnType: types.reduce((a, b) => commonType(a, b) ?? a) }), {
    nullHandling: 'custom',
    canReturnNull: true,
  }),
]

const sameType: Resolve = (types) => (types.length === 1 ? { argumentTypes: types, returnType: types[0]! } : undefined)
const summed: Resolve = (types) => {
  const [type] = types
  if (type === undefined || types.length > 1 || !isNumeric(type)) return undefined
  return { argumentTypes: types, returnType: isInteger(type) ? { kind: 'decimal', precision: 38, scale: 0 } : type }
}

const AGGREGATES = [
  aggregate('count', (types) => (types.length <= 1 ? { argumentTypes: types, returnType: int64 } : undefined), { nullable: false }),
  aggregate('sum', summed),
  aggregate('avg', (types) =>
    types.length === 1 && (isNumeric(types[0]!) || types[0]!.kind === 'null')
      ? { argumentTypes: [float64], returnType: float64 }
      : undefined,
  ),
  aggregate('min', sameType, { ignoresDistinct: true }),
  aggregate('max', sameType, { ignoresDistinct: true }),
  aggregate('any_value', sameType, { ignoresDistinct: true }),
  aggregate('list', (types) => (types.length === 1 ? { argumentTypes: types, returnType: list(types[0]!) } : undefined), {
    orderSensitive: true,
  }),
  aggregate('string_agg', fixed([utf8, utf8], utf8), { orderSensitive: true }),
]

export function emptyTable(fields: readonly Field[], writable = true): TableProvider {
  return {
    schema: schema(fields),
    statistics: () => ({}),
    supportsFiltersPushdown: (filters) => filters.map(() => 'Unsupported'),
    scan: () => {
      throw new Error('the stub has no rows')
    },
    ...(writable ? { insert: () => Promise.resolve(0) } : {}),
  }
}

const TABLE_FUNCTIONS: TableFunctionDefinition[] = [
  {
    name: 'read_parquet',
    aliases: [],
    documentation,
    signatures: [],
    bind: (args) => Promise.resolve(emptyTable([field(`c${args.length}`, int64), field(String(args[0]?.value), utf8)])),
  },
]

const registry: FunctionRegistry = {
  scalar: (name) => SCALARS.find((definition) => definition.name === name),
  aggregate: (name) => AGGREGATES.find((definition) => definition.name === name),
  table: (name) => TABLE_FUNCTIONS.find((definition) => definition.name === name),
  names: () => [...SCALARS, ...AGGREGATES, ...TABLE_FUNCTIONS].map((definition) => definition.name),
}

/** Days since the epoch of `2024-03-15` and the like. */
function days(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text.trim())) return undefined
  const milliseconds = Date.parse(`${text.trim()}T00:00:00Z`)
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 86_400_000
}

/** Folds casts of literals and nothing else: dates, timestamps, numbers, booleans, text. */
export function evaluateStub(expression: Expression): Scalar {
  if (expression.kind === 'literal') return expression.value
  if (expression.kind === 'cast') {
    const value = castStub(evaluateStub(expression.input), expression.input.type, expression.type)
    if (value !== undefined) return value
    throw new ExecutionError({
      code: 'CAST_FAILED',
      message: `cannot cast ${JSON.stringify(String(evaluateStub(expression.input)))} to ${expression.type.kind}`,
    })
  }
  if (expression.kind === 'call' && expression.function.name === 'now') return 1_710_000_000_000_000n
  if (expression.kind === 'call' && expression.function.name === '-' && expression.type.kind === 'timestamp') return 1_709_913_600_000_000n
  if (expression.kind === 'call' && expression.function.name === 'like') return likeStub(expression.arguments.map(evaluateStub))
  throw new ExecutionError({ code: 'NOT_IN_STUB', message: `the stub cannot compute a ${expression.kind}` })
}

function likeStub([text, pattern]: readonly Scalar[]): boolean {
  return new RegExp(`^${String(pattern).replaceAll('%', '.*').replaceAll('_', '.')}$`).test(String(text))
}

function castStub(value: Scalar, from: DataType, to: DataType): Scalar | undefined {
  if (value === null || typeEquals(from, to)) return value
  const text = String(value)
  switch (to.kind) {
    case 'utf8':
      return text
    case 'date32':
      return from.kind === 'utf8' ? days(text) : undefined
    case 'timestamp': {
      if (from.kind === 'timestamp') return value
      if (from.kind === 'date32') return BigInt(Number(value)) * 86_400_000_000n
      const milliseconds = Date.parse(/T|\d \d/.test(text) ? `${text.replace(' ', 'T').replace(/Z$/, '')}Z` : text)
      return Number.isNaN(milliseconds) ? undefined : BigInt(milliseconds) * 1000n
    }
    case 'interval': {
      const days = /^(-?\d+) days?$/.exec(text)?.[1]
      return days === undefined ? undefined : { months: 0, days: Number(days), nanoseconds: 0n }
    }
    case 'bool':
      return isNumeric(from) ? Number(value) !== 0 : /^(true|t|1)$/i.test(text) ? true : /^(false|f|0)$/i.test(text) ? false : undefined
    case 'float64':
    case 'float32':
      return text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text)
    case 'int64':
    case 'uint64':
      return /^\s*-?\d+\s*$/.test(text) ? BigInt(text) : undefined
    case 'decimal':
      return /^\s*-?\d+\s*$/.test(text) ? BigInt(text) * 10n ** BigInt(to.scale) : undefined
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'uint32':
      return /^\s*-?\d{1,9}\s*$/.test(text) ? Number(text) : undefined
    default:
      return undefined
  }
}

export interface StubTable {
  readonly name: readonly [catalog: string, schema: string, table: string]
  readonly entry: CatalogEntry
}

export function table(name: string, columns: Readonly<Record<string, DataType | Field>>): StubTable {
  const fields = Object.entries(columns).map(([column, type]) => ('kind' in type ? field(column, type) : { ...type, name: column }))
  return { name: qualified(name), entry: { kind: 'table', table: emptyTable(fields) } }
}

export function view(name: string, sql: string): StubTable {
  return { name: qualified(name), entry: { kind: 'view', sql } }
}

function qualified(name: string): [string, string, string] {
  const parts = name.split('.')
  return [parts.at(-3) ?? 'artemis', parts.at(-2) ?? 'sda', parts.at(-1)!]
}

export interface StubContext extends BindContext {
  /** Each call of resolveTable: the name, and the point in time where there is one. */
  readonly lookups: { readonly name: string; readonly timeTravel: TimeTravel | null }[]
}

/** A context over these tables; the defaults are the catalog `artemis` and its schema `sda`. */
export function stubContext(text: string, tables: readonly StubTable[], options: Partial<BindContext> = {}): StubContext {
  const lookups: StubContext['lookups'] = []
  const distinct = (names: readonly string[]): Promise<string[]> => Promise.resolve([...new Set(names)])
  return {
    text,
    functions: registry,
    defaultCatalog: 'artemis',
    defaultSchema: 'sda',
    parameters: { kind: 'values', values: new Map() },
    settings: { nullOrder: 'last', integerDivision: false },
    evaluation: { nowMicroseconds: 1_710_000_000_000_000n, timeZone: 'UTC' },
    names: {
      catalogs: () => distinct(tables.map((t) => t.name[0])),
      schemas: (catalog) => distinct(tables.filter((t) => t.name[0] === catalog).map((t) => t.name[1])),
      tables: (catalog, schemaName) =>
        distinct(tables.filter((t) => t.name[0] === catalog && t.name[1] === schemaName).map((t) => t.name[2])),
    },
    resolveTable(name, timeTravel): Promise<ResolvedTable | undefined> {
      lookups.push({ name: name.join('.'), timeTravel })
      const wanted = ['artemis', 'sda']
        .slice(0, Math.max(0, 3 - name.length))
        .concat(name)
        .join('.')
        .toLowerCase()
      const found = tables.find((t) => t.name.join('.').toLowerCase() === wanted)
      return Promise.resolve(found)
    },
    evaluate: evaluateStub,
    parse: parseStatement,
    lookups,
    ...options,
  }
}
