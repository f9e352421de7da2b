/**
 * Providers that break their promises: every query over one ends in rows or in an error that says whose mistake it was,
 * a cancelled one ends at once, and nothing stays reserved.
 */
import * as apache from 'apache-arrow'
import type { Schema, Vector } from '@artemis/arrow'
import { Batch, bool, dictionaryVector, field, float64, int32, int64, schema, sliceVector, utf8, vectorFromScalars } from '@artemis/arrow'
import { ArtemisError } from '@artemis/errors'
import type { CatalogProvider, FilterPushdown, ScanContext, ScanRequest, TableProvider } from '@artemis/plan'
import { describe, expect, test } from 'vitest'
import { SessionContext } from '../index.js'

const SCHEMA = schema([field('a', int32, false), field('s', utf8)])
const rows = (first: number, count: number): Batch =>
  new Batch(SCHEMA, count, [
    vectorFromScalars(int32, Array.from({ length: count }, (_, i) => first + i)),
    vectorFromScalars(utf8, Array.from({ length: count }, (_, i) => ((first + i) % 5 === 0 ? null : `s${(first + i) % 3}`))),
  ])

interface Behaviour {
  readonly schema?: Schema
  readonly statistics?: () => unknown
  readonly pushdown?: (count: number) => unknown
  readonly scan?: (request: ScanRequest) => unknown
  /** Whole rows; projected by the provider below. */
  readonly batches?: (context: ScanContext) => unknown
  readonly aggregate?: () => unknown
}

/** A provider whose every answer can be replaced by a wrong one. */
function provider(behaviour: Behaviour): TableProvider {
  const columns = behaviour.schema ?? SCHEMA
  const scan = (request: ScanRequest): unknown => {
    const projected = { fields: request.projection.map((index) => columns.fields[index]!) }
    return {
      schema: projected,
      ordering: [],
      execute: (context: ScanContext) => project(behaviour.batches?.(context) ?? [], projected, request.projection),
    }
  }
  const answers = {
    schema: columns,
    statistics: behaviour.statistics ?? (() => ({})),
    supportsFiltersPushdown: (filters: readonly unknown[]) => behaviour.pushdown?.(filters.length) ?? filters.map(() => 'Unsupported'),
    scan: behaviour.scan ?? scan,
    ...(behaviour.aggregate === undefined ? {} : { aggregateFromMetadata: behaviour.aggregate }),
  }
  return answers as unknown as TableProvider
}

async function* project(source: unknown, projected: Schema, projection: readonly number[]): AsyncGenerator<unknown, void, undefined> {
  for await (const batch of source as AsyncIterable<unknown>) yield batch instanceof Batch ? batch.project(projected, projection) : batch
}

function sessionWith(behaviour: Behaviour): SessionContext {
  const session = new SessionContext({ settings: { verifyPlans: true, batchSize: 100 } })
  session.registerTable('t', provider(behaviour))
  return session
}

/** The error of a query; every batch and column of the result is read. */
async function errorOf(session: SessionContext, sql: string, signal?: AbortSignal): Promise<ArtemisError> {
  try {
    for await (const batch of (await session.sql(sql, { signal })).batches()) batch.columns()
  } catch (error) {
    expect(error).toBeInstanceOf(ArtemisError)
    expect((error as ArtemisError).kind).not.toBe('internal')
    return error as ArtemisError
  }
  throw new Error(`no error: ${sql}`)
}

const QUERIES = ['SELECT * FROM t', 'SELECT count(*) FROM t WHERE a > 3', 'SELECT s, sum(a) FROM t GROUP BY s ORDER BY s', 'SELECT x.a FROM t x JOIN t y ON x.a = y.a']

const boom = (): never => {
  throw new TypeError('boom')
}

describe('what is broken is told as the fault of the provider', () => {
  const join = QUERIES[3]!
  const filter = QUERIES[1]!
  const cases: readonly (readonly [name: string, behaviour: Behaviour, message: RegExp, queries?: readonly string[]])[] = [
    ['throws in statistics', { statistics: boom }, /failed: boom/, [join]],
    ['has no statistics', { statistics: () => null }, /gave no statistics/, [join]],
    ['throws while classifying', { pushdown: boom }, /failed: boom/, [filter]],
    ['throws in scan', { scan: boom }, /failed: boom/],
    ['gives no scan', { scan: () => undefined }, /gave no scan/],
    ['gives a promise of a scan', { scan: () => Promise.resolve({}) }, /gave no scan/],
    ['gives a scan of another schema', { scan: () => ({ schema: { fields: [] }, ordering: [], execute: boom }) }, /not the projection/],
    ['throws in execute', { scan: (request) => ({ schema: { fields: request.projection.map((i) => SCHEMA.fields[i]!) }, ordering: [], execute: boom }) }, /failed: boom/],
    ['gives nothing to iterate', { scan: (request) => ({ schema: { fields: request.projection.map((i) => SCHEMA.fields[i]!) }, ordering: [], execute: () => 7 }) }, /no iterable/],
    ['throws at once', { batches: async function* () { yield boom() } }, /failed: boom/], // prettier-ignore
    ['throws after a batch', { batches: async function* () { yield rows(0, 3); boom() } }, /failed: boom/], // prettier-ignore
    ['rejects', { batches: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new RangeError('boom')) }) }) }, /failed: boom/],
    ['gives no batch', { batches: async function* () { yield { length: 3 } } }, /no batch/], // prettier-ignore
    ['gives null', { batches: async function* () { yield null } }, /no batch/], // prettier-ignore
    ['throws a string', { batches: async function* () { yield rows(0, 1); throw 'boom' } }, /failed: boom/], // prettier-ignore
  ]
  test.each(cases.map(([name, behaviour, message, queries = QUERIES]) => [name, behaviour, message, queries] as const))('%s', async (_, behaviour, message, queries) => {
    for (const sql of queries) {
      const error = await errorOf(sessionWith(behaviour), sql)
      expect(error.message).toMatch(message)
      expect(error.message).toContain('"t"')
    }
  })

  test('does not classify filters', async () => {
    for (const pushdown of [() => [], () => ['Exactly'], () => 'Exact', () => ({})]) {
      const error = await errorOf(sessionWith({ pushdown }), 'SELECT * FROM t WHERE a = 1')
      expect(error.message).toMatch(/classify/)
    }
  })

  test('answers aggregates with nonsense', async () => {
    const exact = (count: number): FilterPushdown[] => Array.from({ length: count }, () => 'Exact')
    for (const aggregate of [boom, () => Promise.reject(new Error('boom')), () => Promise.resolve([]), () => Promise.resolve(['x']), () => Promise.resolve([3])]) {
      const session = sessionWith({ aggregate, pushdown: exact, batches: () => [rows(0, 10)] })
      expect((await errorOf(session, 'SELECT count(*) FROM t')).message).toContain('"t"')
    }
  })

  test('claims Exact wrongly: wrong rows are its own fault, and nothing else happens', async () => {
    const session = sessionWith({ pushdown: (count) => Array.from({ length: count }, () => 'Exact'), batches: () => [rows(0, 10)] })
    expect(await (await session.sql('SELECT count(*) AS n FROM t WHERE a > 1000')).toArray()).toEqual([{ n: 10n }])
  })

  test('has no schema', () => {
    for (const wrong of [undefined, null, {}, { fields: 3 }, { fields: [{}] }]) {
      expect(() => new SessionContext().registerTable('t', { ...provider({}), schema: wrong as unknown as Schema })).toThrow(/"t" has no schema/)
    }
  })
})

describe('batches that do not fit the schema are refused', () => {
  const column = rows(0, 4).column(0)
  const text = rows(0, 4).column(1)
  const asBatch = (rowCount: number, columns: readonly Vector[]): Batch => new Batch({ fields: columns.map((vector, i) => field(`c${i}`, vector.type)) }, rowCount, columns)
  const cases: readonly (readonly [string, Batch, RegExp])[] = [
    ['too few columns', asBatch(4, [column]), /1 columns for 2/],
    ['too many columns', asBatch(4, [column, text, text]), /3 columns for 2/],
    ['another type', asBatch(4, [vectorFromScalars(int64, [1n, 2n, 3n, 4n]), text]), /"a" is of type int64/],
    ['columns swapped', asBatch(4, [text, column]), /"a" is of type utf8/],
    ['fewer rows than it says', asBatch(5, [column, text]), /4 values for 5 rows|4 rows, its batch 5/],
    ['negative rows', asBatch(-1, [column, text]), /-1 rows/],
    ['half a row', asBatch(0.5, [column, text]), /0.5 rows/],
    ['nulls where none may be', asBatch(2, [vectorFromScalars(int32, [1, null]), vectorFromScalars(utf8, ['x', 'y'])]), /may not/],
    ['offsets past the data', asBatch(4, [column, { layout: 'bytes', type: utf8, length: 4, nullCount: 0, validity: null, offsets: Int32Array.of(0, 1, 2, 3, 99), data: new Uint8Array(4) }]), /past the end/],
    ['offsets that decrease', asBatch(4, [column, { layout: 'bytes', type: utf8, length: 4, nullCount: 0, validity: null, offsets: Int32Array.of(0, 3, 2, 3, 4), data: new Uint8Array(4) }]), /decrease/],
    ['codes outside the dictionary', asBatch(4, [column, dictionaryVector(Int32Array.of(0, 1, 2, 3), vectorFromScalars(utf8, ['x', 'y']))]), /outside of its dictionary/],
    ['the wrong class of array', asBatch(4, [{ layout: 'primitive', type: int32, length: 4, nullCount: 0, validity: null, values: new Float64Array(4) }, text]), /class of array/],
    ['too few values', asBatch(4, [{ layout: 'primitive', type: int32, length: 4, nullCount: 0, validity: null, values: new Int32Array(2) }, text]), /number of values/],
    ['a short validity', asBatch(4, [column, { ...text, nullCount: 1, validity: new Uint8Array(0) }]), /validity/],
    ['a wrong count of nulls', asBatch(4, [column, { ...text, nullCount: 3, validity: Uint8Array.of(7) }]), /number of nulls/],
  ]
  test.each(cases)('%s', async (_, batch, message) => {
    for (const registered of ['provider', 'stream'] as const) {
      const session = new SessionContext({ settings: { batchSize: 100 } })
      if (registered === 'stream') session.registerTable('t', { schema: SCHEMA, batches: () => [batch] })
      else session.registerTable('t', { ...provider({}), scan: () => ({ schema: SCHEMA, ordering: [], execute: async function* () { yield batch } }) }) // prettier-ignore
      const error = await errorOf(session, 'SELECT a, s FROM t ORDER BY s, a')
      expect(error.message).toMatch(message)
    }
  })

  test('record batches of another schema', async () => {
    const wrong = apache.tableFromArrays({ a: Float64Array.of(1, 2), s: ['x', 'y'] }).batches[0]!
    const session = new SessionContext()
    session.registerTable('t', { schema: SCHEMA, batches: () => [wrong] })
    expect((await errorOf(session, 'SELECT * FROM t')).message).toMatch(/another schema/)
    const right = apache.tableFromArrays({ a: Int32Array.of(1, 2) }).batches[0]!
    expect(() => new SessionContext().registerTable('t', [right, wrong])).toThrow(/another schema/)
  })
})

describe('odd but honest batches give the right rows', () => {
  const shapes: Readonly<Record<string, () => Batch[]>> = {
    'none at all': () => [],
    'without rows': () => [rows(0, 0), rows(0, 0), rows(0, 1000), rows(0, 0)],
    'of one row each': () => Array.from({ length: 1000 }, (_, i) => rows(i, 1)),
    'of many rows': () => [rows(0, 250_000)],
    'sliced off their bytes': () => {
      const whole = rows(0, 1000)
      return [0, 3, 10, 11, 511, 999].map((start, i, starts) => whole.slice(start, (starts[i + 1] ?? 1000) - start))
    },
    'with dictionaries': () => {
      const dictionary = vectorFromScalars(utf8, ['s0', 's1', 's2', 'never'])
      const codes = Int32Array.from({ length: 1000 }, (_, i) => i % 3)
      const whole = dictionaryVector(codes, dictionary)
      return [new Batch(SCHEMA, 600, [rows(0, 600).column(0), sliceVector(whole, 0, 600)]), new Batch(SCHEMA, 400, [rows(600, 400).column(0), sliceVector(whole, 600, 400)])]
    },
    'made when read': () => [new Batch(SCHEMA, 1000, [() => rows(0, 1000).column(0), () => rows(0, 1000).column(1)])],
  }
  test.each(Object.entries(shapes))('%s', async (_, shape) => {
    const total = shape().reduce((sum, batch) => sum + batch.rowCount, 0)
    const session = sessionWith({ batches: async function* () { yield* shape() } }) // prettier-ignore
    const value = async (sql: string): Promise<unknown> => Object.values((await (await session.sql(sql)).toArray())[0]!)[0]
    expect(await value('SELECT count(*) FROM t')).toBe(BigInt(total))
    expect(await value('SELECT sum(a) FROM t')).toBe(total === 0 ? null : BigInt((total * (total - 1)) / 2))
    expect(await value("SELECT count(*) FROM t WHERE s = 's1' OR s IS NULL OR s <> 's1'")).toBe(BigInt(total))
    expect(await value('SELECT count(*) FROM t x JOIN t y ON x.a = y.a')).toBe(BigInt(total))
    expect(await value('SELECT count(DISTINCT s) FROM t')).toBe(total === 0 ? 0n : 3n)
    let most = 0
    for await (const batch of (await session.sql('SELECT * FROM t')).batches()) most = Math.max(most, batch.rowCount)
    expect(most).toBeLessThanOrEqual(100)
  })
})

describe('sources that never end', () => {
  test('are stopped by LIMIT, by leaving the loop, and by an abort between batches', async () => {
    let closed = 0
    const endless = async function* (): AsyncGenerator<Batch, void, undefined> {
      try {
        for (let i = 0; ; i++) yield rows(i * 10, 10)
      } finally {
        closed++
      }
    }
    const session = sessionWith({ batches: endless })
    expect(await (await session.sql('SELECT a FROM t LIMIT 25')).toArray()).toHaveLength(25)
    for await (const batch of (await session.sql('SELECT a FROM t')).batches()) {
      void batch
      break
    }
    expect((await errorOf(session, 'SELECT count(*) FROM t', AbortSignal.timeout(30))).kind).toBe('cancelled')
    expect(closed).toBe(3)
  })

  test('and never answer either do not hold up who cancels', async () => {
    const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined), return: () => new Promise(() => undefined) }) }
    const session = sessionWith({ scan: (request) => ({ schema: { fields: request.projection.map((i) => SCHEMA.fields[i]!) }, ordering: [], execute: () => silent }) })
    for (const sql of QUERIES) {
      const start = performance.now()
      expect((await errorOf(session, sql, AbortSignal.timeout(30))).kind).toBe('cancelled')
      expect(performance.now() - start).toBeLessThan(1000)
    }
  })
})

test('a catalog that throws is named; so is a table of it', async () => {
  const session = new SessionContext()
  const catalog = (parts: Partial<CatalogProvider>): CatalogProvider => ({ listSchemas: () => Promise.resolve(['s']), schema: () => Promise.resolve(undefined), ...parts })
  session.registerCatalog('bad', catalog({ schema: () => Promise.reject(new TypeError('boom')) }))
  expect(await errorOf(session, 'SELECT * FROM bad.s.t')).toMatchObject({ kind: 'catalog', message: expect.stringMatching(/"bad" failed: boom/) as string })
  session.registerCatalog('worse', catalog({ listSchemas: boom }))
  expect(await errorOf(session, 'SELECT * FROM information_schema.tables')).toMatchObject({ kind: 'catalog' })
  const failing = new SessionContext()
  const entry = { kind: 'table' as const, table: provider({ batches: async function* () { yield boom() } }) } // prettier-ignore
  const tables = { name: 's', listTables: () => Promise.resolve([]), table: () => Promise.resolve(entry) }
  failing.registerCatalog('cat', catalog({ schema: () => Promise.resolve(tables) }))
  expect((await errorOf(failing, 'SELECT * FROM cat.s.t')).message).toMatch(/"cat\.s\.t" failed: boom/)
})

test('types of every kind pass the checks', async () => {
  const wide = schema([field('b', bool), field('f', float64), field('i', int64)])
  const batch = new Batch(wide, 3, [vectorFromScalars(bool, [true, null, false]), vectorFromScalars(float64, [1.5, Number.NaN, null]), vectorFromScalars(int64, [1n, null, 3n])])
  const session = new SessionContext()
  session.registerTable('t', { schema: wide, batches: () => [batch] })
  expect(await (await session.sql('SELECT count(b), count(f), sum(i) FROM t')).toArray()).toEqual([{ 'count(b)': 2n, 'count(f)': 2n, 'sum(i)': '4' }])
})
