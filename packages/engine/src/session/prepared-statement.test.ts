/** Prepared statements: what they announce, what values do, and that they see what was written since. DuckDB says what is right. */

import { DuckDBInstance } from '@duckdb/node-api'
import type { DuckDBConnection } from '@duckdb/node-api'
import { Batch, date32, decimal, field, int32, int64, list, nullType, schema, timestamptz, utf8, uuid, vectorFromScalars } from '@artemis/arrow'
import type { DataType, Scalar } from '@artemis/arrow'
import { ArtemisError } from '@artemis/errors'
import { sqlTypeName } from '@artemis/plan'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Row } from '../index.js'
import { SessionContext, parametersOfJson, parametersOfRow } from '../index.js'
import type { ExecuteOptions } from './prepared-statement.js'

const SETUP = [
  'CREATE TABLE t (i INTEGER, b BIGINT, d DECIMAL(10,2), s VARCHAR, day DATE, seen TIMESTAMP WITH TIME ZONE, f DOUBLE, ok BOOLEAN)',
  `INSERT INTO t VALUES
     (1, 10, 1.50, 'a', DATE '2024-03-01', TIMESTAMPTZ '2024-03-01 00:00:00+00', 0.5, true),
     (2, 5000000000, 2.25, 'b', DATE '2024-03-02', TIMESTAMPTZ '2024-03-02 00:00:00+00', 1.5, false),
     (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`,
]

let session: SessionContext
let duck: DuckDBConnection
beforeAll(async () => {
  duck = await (await DuckDBInstance.create(':memory:')).connect()
  for (const sql of ["SET TimeZone = 'UTC'", ...SETUP]) await duck.run(sql)
})
beforeEach(async () => {
  session = new SessionContext({ settings: { verifyPlans: true } })
  for (const sql of SETUP) await session.sql(sql)
})

const run = async (sql: string, options: ExecuteOptions = {}): Promise<Row[]> => (await (await session.prepare(sql)).execute(options)).toArray()
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof ArtemisError ? error.code : String(error)),
  )
const described = async (sql: string): Promise<{ kind: string; columns: string[]; parameters: string[] }> => {
  const { kind, schema: columns, parameters } = await session.prepare(sql)
  const write = ({ name, type }: { name: string; type: DataType }): string => `${name} ${sqlTypeName(type)}`
  return { kind, columns: columns.fields.map(write), parameters: parameters.map(write) }
}

describe('what a prepared statement announces', () => {
  test.each([
    ['SELECT i, s FROM t', 'query', ['i INTEGER', 's VARCHAR'], []],
    ['SELECT count(*) AS n FROM t WHERE i > ? AND s = ?', 'query', ['n BIGINT'], ['1 INTEGER', '2 VARCHAR']],
    ['SELECT i FROM t WHERE day >= $2 AND d < $1', 'query', ['i INTEGER'], ['1 DECIMAL(10,2)', '2 DATE']],
    ['SELECT i FROM t WHERE s = $name AND i = $id AND b = $id', 'query', ['i INTEGER'], ['name VARCHAR', 'id INTEGER']],
    ['SELECT i FROM t LIMIT ? OFFSET ?', 'query', ['i INTEGER'], ['1 BIGINT', '2 BIGINT']],
    ['SELECT ? AS x', 'query', ['x NULL'], ['1 NULL']],
    ['SELECT CAST(? AS DECIMAL(5,1)) AS x', 'query', ['x DECIMAL(5,1)'], ['1 DECIMAL(5,1)']],
    ['SELECT $3 AS x', 'query', ['x NULL'], ['1 NULL', '2 NULL', '3 NULL']],
    ['EXPLAIN SELECT * FROM t WHERE i = ?', 'query', ['plan VARCHAR'], ['1 INTEGER']],
    ['EXPLAIN ANALYZE SELECT 1', 'query', ['plan VARCHAR'], []],
    ['SHOW TABLES', 'query', ['name VARCHAR'], []],
    ['SHOW artemis.time_zone', 'query', ['artemis.time_zone VARCHAR'], []],
    ['INSERT INTO t (i, s) VALUES (?, ?)', 'update', ['count BIGINT'], ['1 INTEGER', '2 VARCHAR']],
    ['CREATE TABLE u AS SELECT i FROM t WHERE i > ?', 'update', ['count BIGINT'], ['1 INTEGER']],
    ['CREATE TABLE u (x INTEGER)', 'update', [], []],
    ['DROP TABLE t', 'update', [], []],
    ["SET artemis.time_zone = 'Europe/Berlin'", 'update', [], []],
    ['USE memory.main', 'update', [], []],
    ['PREPARE p AS SELECT i FROM t WHERE i = $1', 'update', [], []],
  ] as const)('%s', async (sql, kind, columns, parameters) => {
    expect(await described(sql)).toEqual({ kind, columns: [...columns], parameters: [...parameters] })
  })

  test('DESCRIBE is a query, and EXECUTE is what it runs', async () => {
    expect((await described('DESCRIBE t')).kind).toBe('query')
    await session.sql('PREPARE read AS SELECT i FROM t WHERE i = $1')
    await session.sql('PREPARE write AS INSERT INTO t (i) VALUES ($1)')
    expect(await described('EXECUTE read(1)')).toMatchObject({ kind: 'query', columns: ['i INTEGER'] })
    expect(await described('EXECUTE write(1)')).toMatchObject({ kind: 'update', columns: ['count BIGINT'] })
    expect(await run('EXECUTE read(1)')).toEqual([{ i: 1 }])
  })

  test('nothing runs before execute', async () => {
    const insert = await session.prepare('INSERT INTO t (i) VALUES (9)')
    expect(await run('SELECT count(*) AS n FROM t')).toEqual([{ n: 3n }])
    expect((await insert.execute()).count).toBe(1)
    expect((await insert.execute()).count).toBe(1)
    expect(await run('SELECT count(*) AS n FROM t')).toEqual([{ n: 5n }])
  })

  test('the columns are those of the result, to the letter', async () => {
    const queries = [
      'SELECT * FROM t',
      'SELECT 1 AS one, NULL AS nothing, i + 1 AS next FROM t',
      'SELECT a.i, c.s FROM t a LEFT JOIN t c ON a.i = c.i WHERE c.s IS NOT NULL',
      'SELECT count(*) AS n, max(d) AS top FROM t GROUP BY ok',
      'SELECT i FROM t UNION ALL SELECT 1 ORDER BY 1',
      'SELECT coalesce(i, 0) AS i, CASE WHEN ok THEN 1 END AS c FROM t LIMIT 2',
      'SELECT i FROM t WHERE false',
      'VALUES (1, NULL)',
      'SELECT count(*) AS n FROM t',
      'SELECT i, (SELECT max(b) FROM t) AS top FROM t WHERE i IN (SELECT i FROM t)',
      'SHOW ALL TABLES',
      'DESCRIBE t',
      'EXPLAIN SELECT 1',
    ]
    for (const sql of queries) {
      const direct = await session.sql(sql)
      expect((await session.prepare(sql)).schema.fields, sql).toEqual(direct.fields)
    }
  })
})

describe('mistakes', () => {
  test('one statement, not none and not several', async () => {
    expect(await codeOf(session.prepare('SELECT 1; SELECT 2'))).toBe('MULTIPLE_STATEMENTS')
    expect(await codeOf(session.prepare('  -- nothing'))).toBe('EMPTY_STATEMENT')
    expect(await run('SELECT 1 AS one;')).toEqual([{ one: 1 }])
  })

  test('as many values as parameters', async () => {
    const statement = await session.prepare('SELECT i FROM t WHERE i = ? AND s = ?')
    await expect(statement.execute()).rejects.toThrow('the statement has 2 parameters: $1, $2, but 0 values were given')
    await expect(statement.execute({ params: [1] })).rejects.toThrow('but 1 value was given')
    expect(await codeOf(statement.execute({ params: [1, 'a', 2] }))).toBe('PARAMETER_COUNT')
    const named = await session.prepare('SELECT i FROM t WHERE i = $id')
    expect(await codeOf(named.execute({ params: { other: 1 } }))).toBe('UNKNOWN_PARAMETER')
    expect(await codeOf(named.execute({ params: {} }))).toBe('PARAMETER_COUNT')
    expect(await codeOf((await session.prepare('SELECT 1')).execute({ params: [1] }))).toBe('PARAMETER_COUNT')
  })

  test('errors have their place in the text', async () => {
    const text = 'SELECT i FROM nowhere'
    const error: unknown = await session.prepare(text).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ArtemisError)
    expect(text.slice((error as ArtemisError).span!.start, (error as ArtemisError).span!.end)).toBe('nowhere')
  })

  test('a value that does not fit the column that was announced', async () => {
    const statement = await session.prepare('SELECT coalesce(i, ?) AS i FROM t')
    expect((await statement.execute({ params: [7n] })).fields[0]!.type).toEqual(int32)
    expect(await codeOf(statement.execute({ params: [5_000_000_000n] }))).toBe('INVALID_PARAMETER')
    expect((await statement.execute({ params: [5_000_000_000n], keepSchema: false })).fields[0]!.type).toEqual(int64)
  })
})

describe('values', () => {
  test('a statement runs again and again, and sees what was written since', async () => {
    const statement = await session.prepare('SELECT count(*) AS n FROM t WHERE i >= ?')
    const count = async (from: number): Promise<unknown> => (await (await statement.execute({ params: [from] })).toArray())[0]!['n']
    expect([await count(0), await count(3)]).toEqual([3n, 1n])
    await session.sql('INSERT INTO t (i) VALUES (4)')
    expect(await count(3)).toBe(2n)
    await session.sql('DROP TABLE t')
    expect(await codeOf(statement.execute({ params: [1] }))).toBe('TABLE_NOT_FOUND')
  })

  test('a table that was made anew with other columns is an error only where it matters', async () => {
    const statement = await session.prepare('SELECT * FROM t')
    await session.sql('CREATE OR REPLACE TABLE t (x INTEGER)')
    expect((await statement.execute()).fields.map(({ name }) => name)).toEqual(['x'])
  })

  test('lists bind parameters with names in the order of the text', async () => {
    expect(await run('SELECT i FROM t WHERE s = $s AND i = $i', { params: ['a', 1] })).toEqual([{ i: 1 }])
    expect(await run('SELECT i FROM t WHERE s = $s AND i = $i', { params: { I: 1, s: 'a' } })).toEqual([{ i: 1 }])
  })

  // The client's type meets the column's as SQL would have it. Numbers and dates as text are what JSON clients send.
  const CASES: readonly (readonly [string, DataType, Scalar])[] = [
    ['SELECT i FROM t WHERE i = ?', int64, 1n],
    ['SELECT i FROM t WHERE i < ?', int64, 5_000_000_000n],
    ['SELECT i FROM t WHERE b >= ?', int32, 10],
    ['SELECT i FROM t WHERE d = ?', decimal(38, 4), 15_000n],
    ['SELECT i FROM t WHERE d > ?', { kind: 'float64' }, 1.75],
    ['SELECT i FROM t WHERE i = ?', utf8, '2'],
    ['SELECT i FROM t WHERE day = ?', utf8, '2024-03-02'],
    ['SELECT i FROM t WHERE day = ?', date32, 19_784],
    ['SELECT i FROM t WHERE seen < ?', timestamptz('us'), 1_709_337_600_000_000n],
    ['SELECT i FROM t WHERE seen = ?', utf8, '2024-03-02 00:00:00+00'],
    ['SELECT i FROM t WHERE ok = ?', { kind: 'bool' }, true],
    ['SELECT i FROM t WHERE i = ?', nullType, null],
    ['SELECT i FROM t WHERE s IS NOT DISTINCT FROM ?', utf8, null],
    ['SELECT i + ? AS i FROM t WHERE s = $2', int32, 40],
    ['SELECT i FROM t WHERE i IN (1, ?)', int64, 3n],
    ['SELECT i FROM t ORDER BY i LIMIT ?', int64, 2n],
  ]

  test.each(CASES)('%s with %o', async (sql, type, value) => {
    const fields = sql.includes('$2') ? [field('0', type), field('1', utf8)] : [field('0', type)]
    const values = sql.includes('$2') ? [value, 'a'] : [value]
    const batch = new Batch(schema(fields), 1, fields.map((column, i) => vectorFromScalars(column.type, [values[i]!])))
    const statement = await session.prepare(sql.replace('?', '$1'))
    const rows = await (await statement.execute({ params: parametersOfRow(batch, 0, statement.parameters) })).toArray()
    // As SQL text: a value cast to the type that the client gave.
    const text = (given: Scalar, of: DataType): string => {
      if (given === null) return 'NULL'
      if (of.kind === 'decimal') return `1.5000::DECIMAL(38,4)`
      if (of.kind === 'date32') return "DATE '2024-03-01' + 1"
      if (of.kind === 'timestamp') return "TIMESTAMPTZ '2024-03-02 00:00:00+00'"
      return typeof given === 'string' ? `'${given}'` : of.kind === 'bool' ? String(given) : `${String(given)}::${sqlTypeName(of)}`
    }
    const written = sql.replace('?', text(value, type)).replace('$2', "'a'")
    const expected = (await duck.runAndReadAll(written)).getRowObjects()
    const ofColumn = (found: readonly Record<string, unknown>[]): number[] => found.map((row) => Number(row['i'])).toSorted((a, b) => a - b)
    expect(ofColumn(rows), written).toEqual(ofColumn(expected))
  })

  test('every type passes through unchanged', async () => {
    const values: readonly (readonly [DataType, Scalar])[] = [
      [int64, -9_223_372_036_854_775_808n],
      [{ kind: 'uint64' }, 18_446_744_073_709_551_615n],
      [{ kind: 'int8' }, -128],
      [{ kind: 'float32' }, 0.5],
      [decimal(38, 10), -12_345_678_901_234_567_890n],
      [utf8, 'é𝄞'],
      [{ kind: 'binary' }, new Uint8Array([0, 255])],
      [uuid, new Uint8Array(16).fill(7)],
      [{ kind: 'time64' }, 1n],
      [{ kind: 'timestamp', unit: 'ns', timezone: null }, 1n],
      [{ kind: 'interval' }, { months: 1, days: 2, nanoseconds: 3000n }],
      [list(int32), [1, null, 3]],
      [{ kind: 'struct', fields: [field('a', int32), field('b', utf8)] }, [1, 'x']],
    ]
    const columns = values.map(([type], i) => field(`c${i}`, type))
    const batch = new Batch(schema(columns), 2, values.map(([type, value]) => vectorFromScalars(type, [null, value])))
    const statement = await session.prepare(`SELECT ${values.map((_, i) => `? AS c${i}`).join(', ')}`)
    for (const row of [0, 1]) {
      const result = await statement.execute({ params: parametersOfRow(batch, row, statement.parameters) })
      expect(result.fields.map(({ type }) => type)).toEqual(columns.map(({ type }) => type))
      const [got] = await toBatches(result.batches())
      got!.columns().forEach((vector, i) => {
        expect(vectorFromScalars(columns[i]!.type, [row === 0 ? null : values[i]![1]])).toMatchObject({ length: vector.length, type: vector.type })
      })
    }
  })

  test('columns of a batch are taken by name when they have the names of the parameters', async () => {
    const columns = [field('id', int32), field('$s', utf8)]
    const batch = new Batch(schema(columns), 1, [vectorFromScalars(int32, [1]), vectorFromScalars(utf8, ['a'])])
    const statement = await session.prepare('SELECT i FROM t WHERE s = $s AND i = $id')
    expect(parametersOfRow(batch, 0, statement.parameters)).toEqual({ id: { type: int32, value: 1 }, s: { type: utf8, value: 'a' } })
  })

  test('JSON', async () => {
    const params = parametersOfJson([1, 2.5, 'x', null, true, [1, 2, null], ['a']])
    expect(await run('SELECT ? AS a, ? AS b, ? AS c, ? AS d, ? AS e, ? AS f, ? AS g', { params })).toEqual([
      { a: 1, b: 2.5, c: 'x', d: null, e: true, f: [1, 2, null], g: ['a'] },
    ])
    expect(await run('SELECT i FROM t WHERE day = $day', { params: parametersOfJson({ $day: '2024-03-02' }) })).toEqual([{ i: 2 }])
    expect(() => parametersOfJson([{ a: 1 }])).toThrow('JSON object')
    expect(() => parametersOfJson([[1, 'a']])).toThrow('different types')
  })
})

test('a plan stands for the first execution soon after, and never for one after a change', async () => {
  const count = async (statement: Awaited<ReturnType<SessionContext['prepare']>>): Promise<unknown> => (await (await statement.execute()).toArray())[0]!['n']
  const prepare = (): ReturnType<SessionContext['prepare']> => session.prepare('SELECT count(*) AS n FROM t', { planLifetimeMs: 60_000 })
  const statement = await prepare()
  expect(await count(statement)).toBe(3n)
  const other = new SessionContext({ runtime: session.runtime })
  const early = await prepare()
  await session.sql('CREATE OR REPLACE TABLE t AS SELECT 1 AS i')
  expect([await count(early), await count(statement)]).toEqual([1n, 1n])
  // A change in another session of the runtime counts as well: they may share catalogs.
  const late = await prepare()
  await other.sql('CREATE TABLE u (a INTEGER)')
  expect(await count(late)).toBe(1n)
  const zone = await session.prepare("SELECT CAST(TIMESTAMPTZ '2024-06-01 00:00:00+00' AS VARCHAR) AS n", { planLifetimeMs: 60_000 })
  session.set('timezone', 'Asia/Tokyo')
  expect(await count(zone)).toBe('2024-06-01 09:00:00+09')
})

test('settings hold for one statement', async () => {
  const sql = "SELECT CAST(TIMESTAMPTZ '2024-06-01 00:00:00+00' AS VARCHAR) AS at"
  const statement = await session.prepare(sql, { settings: { timezone: 'Asia/Tokyo' } })
  expect(await (await statement.execute()).toArray()).toEqual([{ at: '2024-06-01 09:00:00+09' }])
  expect(await run(sql)).toEqual([{ at: '2024-06-01 00:00:00+00' }])
  expect(await (await session.sql('SHOW timezone', { settings: { timezone: 'Asia/Tokyo' } })).toArray()).toEqual([{ timezone: 'Asia/Tokyo' }])
  expect(await codeOf(session.prepare('SELECT 1', { settings: { nope: '1' } }))).toBe('UNKNOWN_SETTING')
  expect(await codeOf(session.prepare('SELECT 1', { settings: { 'artemis.batch_size': 'x' } }))).toBe('INVALID_SETTING')
})

test('a signal stops preparing and executing', async () => {
  const signal = AbortSignal.abort()
  expect(await codeOf(session.prepare('SELECT 1', { signal }))).toBe('CANCELLED')
  expect(await codeOf((await session.prepare('SELECT 1')).execute({ signal }))).toBe('CANCELLED')
})

async function toBatches(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const all: Batch[] = []
  for await (const batch of batches) all.push(batch)
  return all
}
