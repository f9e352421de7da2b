/**
 * Differential tests against DuckDB: the same rows go through one of our functions and through SQL, and the texts of all
 * results must agree. Errors count as results.
 */

import type { DuckDBConnection } from '@duckdb/node-api'
import { DuckDBInstance } from '@duckdb/node-api'
import type { DataType, Datum, Scalar, Vector } from '@artemis/arrow'
import {
  dictionaryEncode,
  formatBytes,
  formatFloat64,
  formatValue,
  formatVector,
  interval,
  isIndexable,
  scalarAt,
  scalarDatum,
  take,
  vectorDatum,
  vectorFromScalars,
} from '@artemis/arrow'
import { ArtemisError } from '@artemis/errors'
import type { EvaluationContext, ScalarFunction, ScalarFunctionDefinition } from '@artemis/plan'
import { sqlTypeName } from '@artemis/plan'
import { castVector } from '../cast/cast-vector.js'
import { zoneOf } from '../kernel/time-zone.js'
import { randomScalarOrNull, seededRandom } from '../../../arrow/src/testing/random.js'

export interface Column {
  readonly type: DataType
  readonly values: readonly Scalar[]
}

/** The text of a result, `NULL`, or the mark of an error. */
export type Outcome = string
export const ERROR = '<error>'

const connections = new Map<string, Promise<DuckDBConnection>>()

export function connection(timeZone: string): Promise<DuckDBConnection> {
  let known = connections.get(timeZone)
  if (known === undefined) {
    known = open(timeZone)
    connections.set(timeZone, known)
  }
  return known
}

async function open(timeZone: string): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const made = await instance.connect()
  await made.run(`SET TimeZone = '${timeZone}'`)
  return made
}

/** DuckDB's name for a type. */
export function duckdbType(type: DataType): string {
  if (type.kind === 'list') return `${duckdbType(type.element.type)}[]`
  return sqlTypeName(type)
}

export function sqlLiteral(type: DataType, value: Scalar): string {
  const name = duckdbType(type)
  if (value === null) return `NULL::${name}`
  if (type.kind === 'utf8') return `'${(value as string).replaceAll("'", "''")}'::VARCHAR`
  if (type.kind === 'float32' || type.kind === 'float64') return `'${formatFloat64(value as number)}'::${name}`
  if (value instanceof Uint8Array && type.kind !== 'uuid') return `'${formatBytes(value)}'::BLOB`
  if (type.kind === 'interval') return intervalLiteral(value as { months: number; days: number; nanoseconds: bigint })
  if (type.kind === 'list')
    return `[${(value as readonly Scalar[]).map((element) => sqlLiteral(type.element.type, element)).join(', ')}]::${name}`
  return `'${formatValue(type, value)}'::${name}`
}

function intervalLiteral(value: { months: number; days: number; nanoseconds: bigint }): string {
  return `(to_months(${value.months}) + to_days(${value.days}) + to_microseconds(${value.nanoseconds / 1000n}))`
}

let tables = 0

/** DuckDB's outcome of an expression over columns named a, b, c, … */
export async function duckdbOutcomes(
  expression: string,
  columns: readonly Column[],
  timeZone = 'UTC',
): Promise<{ readonly type: string; readonly outcomes: readonly Outcome[] }> {
  const duckdb = await connection(timeZone)
  const table = `t${tables++}`
  const names = columns.map((_, i) => String.fromCharCode(97 + i))
  const rowCount = columns[0]?.values.length ?? 1
  const rows = Array.from(
    { length: rowCount },
    (_, row) => `(${[String(row), ...columns.map((column) => sqlLiteral(column.type, column.values[row]!))].join(', ')})`,
  )
  await duckdb.run(`CREATE TEMP TABLE ${table} AS SELECT * FROM (VALUES ${rows.join(', ')}) AS v(${['row', ...names].join(', ')})`)
  const described = await duckdb.runAndReadAll(`DESCRIBE SELECT ${expression} AS x FROM ${table}`)
  const read = async (text: string, where = ''): Promise<Outcome[]> => {
    const result = await duckdb.runAndReadAll(`SELECT CAST(${text} AS VARCHAR) FROM ${table} ${where} ORDER BY row`)
    // The sign of a NaN has no meaning, and we do not print it.
    return result.getRows().map(([value]) => (value === null || value === undefined ? 'NULL' : String(value).replace(/-nan\b/g, 'nan')))
  }
  const isError = async (row: number): Promise<boolean> => {
    try {
      await duckdb.runAndReadAll(`SELECT ${expression} FROM ${table} WHERE row = ${row}`)
      return false
    } catch {
      return true
    }
  }
  const rowByRow = async (): Promise<Outcome[]> => {
    const outcomes: Outcome[] = []
    for (let row = 0; row < rowCount; row++)
      outcomes.push((await isError(row)) ? ERROR : (await read(expression, `WHERE row = ${row}`))[0]!)
    return outcomes
  }
  const outcomes = await read(expression).catch(async () => {
    // TRY turns errors of values into NULL, but not all others.
    const tried = await read(`TRY(${expression})`).catch(rowByRow)
    for (let i = 0; i < tried.length; i++) if (tried[i] === 'NULL' && (await isError(i))) tried[i] = ERROR
    return tried
  })
  await duckdb.run(`DROP TABLE ${table}`)
  return { type: String(described.getRows()[0]![1]), outcomes }
}

export function context(timeZone = 'UTC'): EvaluationContext {
  return { nowMicroseconds: 1_709_294_400_123_456n, timeZone }
}

/** How the same rows are laid out for our kernels. */
export type Shape = 'plain' | 'dictionary' | 'constants'

/** Our outcome of a function over the columns. */
export function ourOutcomes(fn: ScalarFunction, columns: readonly Column[], timeZone = 'UTC', shape: Shape = 'plain'): Outcome[] {
  const vectors = columns.map((column, i) => {
    const vector = vectorFromScalars(column.type, column.values)
    const cast = castVector(vector, fn.argumentTypes[i]!, { try: false, timeZone })
    return shape === 'dictionary' && isIndexable(cast.type) ? dictionaryEncode(cast) : cast
  })
  const rowCount = columns[0]?.values.length ?? 1
  if (shape === 'constants') return Array.from({ length: rowCount }, (_, row) => oneRow(fn, vectors, row, timeZone, true))
  try {
    return texts(fn.evaluate(vectors.map(vectorDatum), rowCount, context(timeZone)), timeZone)
  } catch (error) {
    if (!(error instanceof ArtemisError) || error.kind === 'internal') throw error
    return Array.from({ length: rowCount }, (_, row) => oneRow(fn, vectors, row, timeZone, false))
  }
}

function oneRow(fn: ScalarFunction, vectors: readonly Vector[], row: number, timeZone: string, constants: boolean): Outcome {
  const datums: Datum[] = vectors.map((vector) =>
    constants ? scalarDatum(vector.type, scalarAt(vector, row)) : vectorDatum(take(vector, Int32Array.of(row))),
  )
  try {
    return texts(fn.evaluate(datums, 1, context(timeZone)), timeZone)[0]!
  } catch (error) {
    if (!(error instanceof ArtemisError) || error.kind === 'internal') throw error
    return ERROR
  }
}

export function texts(vector: Vector, timeZone = 'UTC'): Outcome[] {
  const zone = zoneOf(timeZone)
  return formatVector(vector, { zone: (seconds) => zone.offsetAt(seconds) }).map((text) => text ?? 'NULL')
}

export interface AgreementOptions {
  /** The SQL for DuckDB over columns a, b, c …; by default the function's name with all columns. */
  readonly sql?: string
  readonly timeZone?: string
  /** Relative difference that floating-point results may have. */
  readonly tolerance?: number
  /** Rows on which we differ on purpose: called only where the outcomes differ. */
  readonly except?: (row: readonly Scalar[], ours: Outcome, theirs: Outcome) => boolean
  /** The type that DuckDB gives, when it differs from ours in name. */
  readonly type?: string
  readonly shapes?: readonly Shape[]
}

/** Fails with the first rows on which a function and DuckDB disagree. */
export async function expectAgreement(
  definition: ScalarFunctionDefinition,
  columns: readonly Column[],
  options: AgreementOptions = {},
): Promise<void> {
  const fn = definition.resolve(
    columns.map((column) => column.type),
    columns.map(() => undefined),
  )
  const types = columns.map((column) => sqlTypeName(column.type)).join(', ')
  if (fn === undefined) throw new Error(`${definition.name}(${types}) does not resolve`)
  await expectFunctionAgreement(fn, columns, { sql: callText(definition.name, columns.length), ...options })
}

function callText(name: string, count: number): string {
  const names = Array.from({ length: count }, (_, i) => String.fromCharCode(97 + i))
  if (/^\w+$/.test(name)) return `${name}(${names.join(', ')})`
  return names.length === 1 ? `${name} a` : `a ${name} b`
}

/** The same for a function that is resolved already, such as a cast. */
export async function expectFunctionAgreement(
  fn: ScalarFunction,
  columns: readonly Column[],
  options: AgreementOptions & { readonly sql: string },
): Promise<void> {
  const timeZone = options.timeZone ?? 'UTC'
  const types = columns.map((column) => sqlTypeName(column.type)).join(', ')
  const theirs = await duckdbOutcomes(options.sql, columns, timeZone)
  const expectedType = options.type ?? sqlTypeName(fn.returnType)
  if (normalType(theirs.type) !== normalType(expectedType))
    throw new Error(`${fn.name}(${types}) is ${expectedType}, DuckDB says ${theirs.type}`)
  for (const shape of options.shapes ?? (['plain', 'dictionary', 'constants'] as const)) {
    const ours = ourOutcomes(fn, columns, timeZone, shape)
    const wrong: string[] = []
    ours.forEach((outcome, row) => {
      const expected = theirs.outcomes[row]!
      if (sameOutcome(outcome, expected, options.tolerance)) return
      const values = columns.map((column) => column.values[row]!)
      if (options.except?.(values, outcome, expected) === true) return
      const shown = values.map((value, i) => (value === null ? 'NULL' : formatValue(columns[i]!.type, value))).join(', ')
      wrong.push(`${fn.name}(${shown}) = ${outcome}, DuckDB: ${expected}`)
    })
    if (wrong.length > 0)
      throw new Error(
        `${wrong.length} of ${ours.length} rows differ (${shape}; ${types}; ${options.sql}):\n${wrong.slice(0, 12).join('\n')}`,
      )
  }
}

/** DuckDB has 128-bit integers where we have decimals of 38 digits. */
export function normalType(name: string): string {
  return name
    .replace(/\bHUGEINT\b/g, 'DECIMAL(38,0)')
    .replaceAll(', ', ',')
    .replaceAll('"', '')
    .toUpperCase()
}

/** Whether two results agree, floating-point numbers up to a relative difference. */
export function sameOutcome(ours: Outcome, theirs: Outcome, tolerance = 0): boolean {
  if (ours === theirs) return true
  if (tolerance === 0) return false
  const a = Number(ours)
  const b = Number(theirs)
  if (Number.isNaN(a) || Number.isNaN(b)) return false
  return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b), 1e-300)
}

/** What a random column holds: values of a type, or of a generator. */
export type ColumnSource = DataType | { readonly type: DataType; readonly value: (random: () => number) => Scalar }

export function randomColumns(seed: number, rowCount: number, sources: readonly ColumnSource[]): Column[] {
  const random = seededRandom(seed)
  return sources.map((given) => {
    if ('kind' in given) return { type: given, values: Array.from({ length: rowCount }, () => randomScalarOrNull(random, given, 0.08)) }
    return { type: given.type, values: Array.from({ length: rowCount }, () => (random() < 0.08 ? null : given.value(random))) }
  })
}

/** A generator that picks from a list. */
export function oneOf<T extends Scalar>(values: readonly T[]): (random: () => number) => T {
  return (random) => values[Math.floor(random() * values.length)]!
}

/** Intervals of whole microseconds: DuckDB has nothing finer. */
export const intervals: ColumnSource = {
  type: interval,
  value: (random) => ({
    months: Math.floor(random() * 40) - 20,
    days: Math.floor(random() * 60) - 30,
    nanoseconds: BigInt(Math.floor((random() - 0.5) * 2e11)) * 1000n,
  }),
}

export { seededRandom }
