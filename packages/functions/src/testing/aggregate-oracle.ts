/**
 * Differential tests of aggregates against DuckDB. The rows go through an accumulator in the ways that execution uses it: in
 * one update, in batches under a filter, dictionary-encoded, and as partial states that another accumulator merges.
 */

import type { Vector } from '@artemis/arrow'
import { allSet, clearBit, concatVectors, dictionaryEncode, isIndexable, sliceVector, vectorFromScalars } from '@artemis/arrow'
import { ArtemisError } from '@artemis/errors'
import type { AggregateFunction, AggregateFunctionDefinition } from '@artemis/plan'
import { sqlTypeName } from '@artemis/plan'
import { castVector } from '../cast/cast-vector.js'
import type { Column, Outcome } from './oracle.js'
import { connection, context, ERROR, normalType, sameOutcome, seededRandom, sqlLiteral, texts } from './oracle.js'

export interface AggregateAgreement {
  /** The SQL for DuckDB over columns a, b, …; by default the aggregate's name with all columns. */
  readonly sql?: string
  readonly tolerance?: number
  readonly type?: string
  readonly groups?: number
  readonly except?: (ours: Outcome, theirs: Outcome) => boolean
}

type Way = (fn: AggregateFunction, args: readonly Vector[], groupIds: Int32Array, groupCount: number, filter: Uint8Array) => Vector

const whole: Way = (fn, args, groupIds, groupCount, filter) => {
  const accumulator = fn.createAccumulator(context())
  accumulator.update(args, groupIds, groupCount, filter)
  return accumulator.finish(0, groupCount)
}

const encoded: Way = (fn, args, groupIds, groupCount, filter) =>
  whole(
    fn,
    args.map((arg) => (isIndexable(arg.type) ? dictionaryEncode(arg) : arg)),
    groupIds,
    groupCount,
    filter,
  )

/** Rows in batches of odd sizes, with results finished piece by piece. */
const batched: Way = (fn, args, groupIds, groupCount, filter) => {
  const accumulator = fn.createAccumulator(context())
  forBatches(groupIds.length, (start, length) => {
    const ids = groupIds.subarray(start, start + length)
    const seen = ids.reduce((most, id) => Math.max(most, id + 1), 0)
    accumulator.update(
      args.map((arg) => sliceVector(arg, start, length)),
      ids,
      Math.max(seen, 1),
      sliceBits(filter, start, length),
    )
  })
  const half = groupCount >> 1
  return concatVectors([accumulator.finish(0, half), accumulator.finish(half, groupCount - half)])
}

/** Partial states of each batch, under group numbers of their own, merged into one accumulator. */
const merged: Way = (fn, args, groupIds, groupCount, filter) => {
  const final = fn.createAccumulator(context())
  forBatches(groupIds.length, (start, length) => {
    const partial = fn.createAccumulator(context())
    const numbers = new Map<number, number>()
    const ids = groupIds.subarray(start, start + length).map((id) => {
      if (!numbers.has(id)) numbers.set(id, numbers.size)
      return numbers.get(id)!
    })
    partial.update(
      args.map((arg) => sliceVector(arg, start, length)),
      ids,
      numbers.size,
      sliceBits(filter, start, length),
    )
    const states = partial.state(0, numbers.size)
    states.forEach((state, i) => {
      if (state.type.kind !== fn.stateTypes[i]!.kind)
        throw new Error(`state ${i} of ${fn.name} is ${state.type.kind}, not ${fn.stateTypes[i]!.kind}`)
    })
    final.merge(states, Int32Array.from(numbers.keys()), groupCount)
  })
  return final.finish(0, groupCount)
}

function forBatches(rowCount: number, visit: (start: number, length: number) => void): void {
  for (let start = 0; start < rowCount; start += 97) visit(start, Math.min(97, rowCount - start))
}

function sliceBits(bits: Uint8Array, start: number, length: number): Uint8Array {
  const out = allSet(length)
  for (let i = 0; i < length; i++) if (((bits[(start + i) >>> 3]! >>> ((start + i) & 7)) & 1) === 0) clearBit(out, i)
  return out
}

const WAYS: Readonly<Record<string, Way>> = { whole, encoded, batched, merged }

export async function expectAggregateAgreement(
  definition: AggregateFunctionDefinition,
  columns: readonly Column[],
  options: AggregateAgreement = {},
): Promise<void> {
  const types = columns.map((column) => column.type)
  const fn = definition.resolve(
    types,
    types.map(() => undefined),
  )
  if (fn === undefined) throw new Error(`${definition.name}(${types.map(sqlTypeName).join(', ')}) does not resolve`)
  await expectAggregateFunctionAgreement(fn, columns, options)
}

/** The same for a function that is resolved already, with constants for some arguments. */
export async function expectAggregateFunctionAgreement(
  fn: AggregateFunction,
  columns: readonly Column[],
  options: AggregateAgreement = {},
): Promise<void> {
  const rowCount = columns[0]!.values.length
  const groupCount = options.groups ?? 7
  const random = seededRandom(rowCount + groupCount)
  // The last group never gets a row, the one before only rows that the filter drops.
  const groupIds = Int32Array.from({ length: rowCount }, () => Math.floor(random() * (groupCount - 1)))
  const filter = allSet(rowCount)
  for (let i = 0; i < rowCount; i++) if (groupIds[i] === groupCount - 2 || random() < 0.1) clearBit(filter, i)
  const names = columns.map((_, i) => String.fromCharCode(97 + i))
  const theirs = await duckdbGroups(options.sql ?? `${fn.name}(${names.join(', ')})`, columns, groupIds, filter, groupCount)
  const expectedType = options.type ?? sqlTypeName(fn.returnType)
  const label = `${fn.name}(${columns.map((column) => sqlTypeName(column.type)).join(', ')})`
  if (normalType(theirs.type) !== normalType(expectedType)) throw new Error(`${label} is ${expectedType}, DuckDB says ${theirs.type}`)
  const args = columns
    .slice(0, fn.argumentTypes.length)
    .map((column, i) => castVector(vectorFromScalars(column.type, column.values), fn.argumentTypes[i]!, { try: false, timeZone: 'UTC' }))
  for (const [name, way] of Object.entries(WAYS)) {
    const ours = outcomesOf(() => way(fn, args, groupIds, groupCount, filter), groupCount)
    const wrong = ours.flatMap((outcome, group) => {
      const expected = theirs.outcomes[group]!
      if (sameOutcome(outcome, expected, options.tolerance) || options.except?.(outcome, expected) === true) return []
      return [`group ${group}: ${outcome}, DuckDB: ${expected}`]
    })
    if (wrong.length > 0)
      throw new Error(`${label} differs (${name}) in ${wrong.length} of ${groupCount} groups:\n${wrong.slice(0, 6).join('\n')}`)
  }
}

function outcomesOf(run: () => Vector, groupCount: number): Outcome[] {
  try {
    return texts(run())
  } catch (error) {
    if (!(error instanceof ArtemisError) || error.kind === 'internal') throw error
    return new Array<Outcome>(groupCount).fill(ERROR)
  }
}

let tables = 0

async function duckdbGroups(
  expression: string,
  columns: readonly Column[],
  groupIds: Int32Array,
  filter: Uint8Array,
  groupCount: number,
): Promise<{ type: string; outcomes: Outcome[] }> {
  const duckdb = await connection('UTC')
  const table = `g${tables++}`
  const names = columns.map((_, i) => String.fromCharCode(97 + i))
  const rows = Array.from(groupIds, (group, row) => {
    const kept = ((filter[row >>> 3]! >>> (row & 7)) & 1) === 1
    return `(${[row, group, kept, ...columns.map((column) => sqlLiteral(column.type, column.values[row]!))].join(', ')})`
  })
  await duckdb.run(
    `CREATE TEMP TABLE ${table} AS SELECT * FROM (VALUES ${rows.join(', ')}) AS v(${['row', 'g', 'kept', ...names].join(', ')}) ORDER BY row`,
  )
  const described = await duckdb.runAndReadAll(`DESCRIBE SELECT ${expression} AS x FROM ${table}`)
  const groups = `(SELECT unnest(range(${groupCount})) AS g)`
  const query = `SELECT CAST((SELECT ${expression} FROM ${table} t WHERE t.g = groups.g AND kept) AS VARCHAR) FROM ${groups} groups ORDER BY groups.g`
  let outcomes: Outcome[]
  try {
    const result = await duckdb.runAndReadAll(query)
    outcomes = result.getRows().map(([value]) => (value === null || value === undefined ? 'NULL' : String(value).replace(/-nan\b/g, 'nan')))
  } catch {
    outcomes = new Array<Outcome>(groupCount).fill(ERROR)
  }
  await duckdb.run(`DROP TABLE ${table}`)
  return { type: String(described.getRows()[0]![1]), outcomes }
}
