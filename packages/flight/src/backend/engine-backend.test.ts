/** Statements, updates, options and uploads over the real engine. What is right is the engine's own answer in process. */

import { Batch, encodeStream, field, float64, int32, int64, nullType, schema, utf8, vectorFromScalars } from '@artemis/arrow'
import type { Schema } from '@artemis/arrow'
import { SETTINGS } from '@artemis/engine'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTemporaryDemo } from '../../../testkit/src/index.js'
import type { TemporaryDemo } from '../../../testkit/src/index.js'
import type { BackendSession, IngestRequest } from '../protocol/sql/backend.js'
import { SqlInfo } from '../protocol/generated/FlightSql_pb.js'
import type { DemoBackend } from './testing/demo-backend.js'
import { NEVER, codeOf, openDemoBackend, rowsOf, stream, update } from './testing/demo-backend.js'

let archive: TemporaryDemo
let demo: DemoBackend
let session: BackendSession
beforeAll(async () => {
  archive = await openTemporaryDemo(0.02)
  demo = await openDemoBackend(archive.warehouse, { settings: { catalog: 'artemis', schema: 'sda' }, version: '9.8.7' })
})
afterAll(async () => {
  await demo.close()
  await archive.close()
})
beforeEach(() => {
  session = demo.session()
})

async function bytes(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

describe('statements', () => {
  test.each([
    'SELECT count(*) AS n, max(observed_at) AS latest FROM observations',
    "SELECT * FROM observations WHERE day = DATE '2024-03-01' ORDER BY observation_id LIMIT 100",
    "SELECT status, count(*) AS n FROM observations AS OF TIMESTAMP '2024-02-20 00:00:00' GROUP BY status ORDER BY 1",
    'SELECT * FROM observations WHERE false',
    'SHOW TABLES',
    'DESCRIBE observations',
    'SELECT table_name, column_name FROM information_schema.columns ORDER BY ALL LIMIT 20',
  ])('%s: the columns that are announced, and the bytes of the engine itself', async (sql) => {
    const direct = archive.newSession({ settings: { catalog: 'artemis', schema: 'sda' } })
    const expected = await bytes((await direct.sql(sql)).toIPC())
    const statement = await session.prepare(sql, {}, NEVER)
    const result = await statement.execute(undefined, NEVER)
    expect(statement.kind).toBe('query')
    expect(result.schema).toEqual(statement.schema)
    expect(result.updatedRows).toBe(-1)
    expect((await encoded(result.schema, result.batches())).equals(expected)).toBe(true)
    await direct.close()
  })

  test('options: settings and a point in time for one statement', async () => {
    const at = await rowsOf(session, 'SELECT count(*) AS n FROM observations', undefined, { asOf: { timestamp: '2024-02-20T00:00:00Z' } })
    const [written] = await rowsOf(session, "SELECT count(*) AS n FROM observations AS OF TIMESTAMP '2024-02-20 00:00:00'")
    expect(at).toEqual([written])
    const [snapshot] = await rowsOf(session, 'SELECT snapshot_id AS id FROM observations.snapshots ORDER BY committed_at LIMIT 1')
    const first = await rowsOf(session, 'SELECT count(*) AS n FROM observations', undefined, { asOf: { snapshot: String(snapshot!['id']) } })
    expect(first).not.toEqual(at)
    expect(await rowsOf(session, 'SHOW timezone', undefined, { settings: { timezone: 'Asia/Tokyo' } })).toEqual([{ timezone: 'Asia/Tokyo' }])
    expect(await codeOf(session.prepare('SELECT 1', { transactionId: new Uint8Array([1]) }, NEVER))).toBe('NO_TRANSACTIONS')
  })

  test('updates count their rows, and their tables are the session’s own', async () => {
    expect(await update(session, 'CREATE TABLE memory.main.mine (a INTEGER, b VARCHAR)')).toBe(0)
    expect(await update(session, "INSERT INTO memory.main.mine VALUES (1, 'x'), (2, 'y')")).toBe(2)
    expect(await update(session, 'CREATE TABLE memory.main.copy AS SELECT * FROM memory.main.mine')).toBe(2)
    expect(await update(session, "SET timezone = 'Asia/Tokyo'")).toBe(0)
    expect(await rowsOf(session, 'SELECT a, b FROM memory.main.copy ORDER BY a')).toEqual([{ a: 1, b: 'x' }, { a: 2, b: 'y' }])
    expect(await codeOf(demo.session().prepare('SELECT * FROM memory.main.mine', {}, NEVER))).toBe('TABLE_NOT_FOUND')
  })

  test('parameters of a batch and of JSON', async () => {
    const sql = 'SELECT count(*) AS n FROM observations WHERE observation_id < ? AND mission_id <> ?'
    const statement = await session.prepare(sql, {}, NEVER)
    expect(statement.parameters.fields.map(({ type }) => type)).toEqual([int64, utf8])
    const columns = schema([field('0', int32), field('1', utf8)])
    const batch = new Batch(columns, 2, [vectorFromScalars(int32, [0, 50]), vectorFromScalars(utf8, ['x', 'x'])])
    expect(await rowsOf(session, sql, { kind: 'row', batch, row: 0 })).toEqual([{ n: 0n }])
    const [counted] = await rowsOf(session, sql, { kind: 'row', batch, row: 1 })
    expect(await rowsOf(session, sql, { kind: 'json', values: [50, 'x'] })).toEqual([counted])
    expect(await codeOf(rowsOf(session, sql, { kind: 'json', values: [50] }))).toBe('PARAMETER_COUNT')
    expect(await codeOf(rowsOf(session, 'SELECT $a', { kind: 'json', values: { b: 1 } }))).toBe('UNKNOWN_PARAMETER')
  })

  test('a client that goes away stops the query', async () => {
    const controller = new AbortController()
    const statement = await session.prepare('SELECT sum(a.range * b.range) AS s FROM range(100000) a, range(100000) b', {}, NEVER)
    const result = await statement.execute(undefined, controller.signal)
    const reading = codeOf(bytesOf(result.batches()))
    setImmediate(() => controller.abort())
    expect(await reading).toBe('CANCELLED')
    expect(demo.backend.reservedMemory).toBe(0)
  })

  test('closing a session cancels what runs in it, and only that', async () => {
    const other = demo.session()
    const open = demo.backend.openSessions
    await session.close()
    await session.close()
    expect(demo.backend.openSessions).toBe(open - 1)
    expect(await codeOf(session.prepare('SELECT 1', {}, NEVER))).toBe('CANCELLED')
    expect(await rowsOf(other, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await other.close()
  })
})

describe('session options', () => {
  test('are the settings, with their types', async () => {
    const options = await session.options()
    expect(options).toMatchObject({ catalog: 'artemis', schema: 'sda', timezone: 'UTC', 'artemis.batch_size': 16_384n, 'artemis.codegen': true })
    // The spill folder tells of the machine.
    expect(Object.keys(options)).not.toContain('artemis.temp_directory')
    const known = Object.values(SETTINGS).map(({ name }) => name)
    expect(known.filter((name) => !(name in options))).toEqual(['artemis.temp_directory'])
  })

  test('are set, change what names mean, and are reset', async () => {
    await session.setOption('catalog', 'memory')
    await session.setOption('schema', 'main')
    expect(await codeOf(rowsOf(session, 'SELECT * FROM observations'))).toBe('TABLE_NOT_FOUND')
    await session.setOption('catalog', null)
    await session.setOption('schema', null)
    expect(await rowsOf(session, 'SELECT 1 AS one FROM observations LIMIT 1')).toEqual([{ one: 1 }])
    await session.setOption('timezone', 'Asia/Tokyo')
    await session.setOption('artemis.batch_size', 512n)
    await session.setOption('artemis.integer_division', true)
    expect(await session.options()).toMatchObject({ timezone: 'Asia/Tokyo', 'artemis.time_zone': 'Asia/Tokyo', 'artemis.batch_size': 512n })
    expect(await rowsOf(session, 'SELECT 7 / 2 AS q')).toEqual([{ q: 3 }])
  })

  test.each([
    ['nonsense', 'x', 'UNKNOWN_SETTING'],
    ['catalog', 'nowhere', 'INVALID_SETTING'],
    ['timezone', 'Mars/Olympus', 'INVALID_SETTING'],
    ['artemis.batch_size', true, 'INVALID_SETTING'],
    ['artemis.batch_size', ['1'], 'INVALID_SETTING'],
    ['artemis.temp_directory', '/etc', 'SETTING_LOCKED'],
    ['artemis.disk_limit', '1', 'SETTING_LOCKED'],
    ['artemis.parser', 'node-sql-parser', 'SETTING_LOCKED'],
    ['artemis.memory_limit', '1000TB', 'SETTING_ABOVE_MAXIMUM'],
    ['artemis.batch_size', 1_000_000n, 'SETTING_ABOVE_MAXIMUM'],
  ] as const)('%s = %s is %s', async (name, value, code) => {
    expect(await codeOf(session.setOption(name, value))).toBe(code)
  })
})

describe('files and the machine', () => {
  test.each([
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM 'x.parquet'",
    'SELECT * FROM "x.parquet"',
    "SELECT * FROM read_parquet('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM parquet_scan('x')",
    "SELECT * FROM glob('/*')",
    "COPY (SELECT 1) TO '/tmp/x.csv'",
    "COPY t FROM '/etc/passwd'",
    "EXPLAIN SELECT * FROM 'x.csv'",
    "WITH a AS (SELECT * FROM 'x.json') SELECT * FROM a",
    "CREATE VIEW memory.main.v AS SELECT * FROM 'x.parquet'",
    "SELECT (SELECT count(*) FROM read_json('x'))",
  ])('%s is refused before anything is looked at', async (sql) => {
    expect(await codeOf(session.prepare(sql, {}, NEVER).then((statement) => statement.execute(undefined, NEVER)))).toBe('FILE_ACCESS_DENIED')
  })

  test.each(["SET artemis.temp_directory = '/etc'", 'SHOW artemis.temp_directory', 'SET artemis.verify_plans = true'])('%s is locked', async (sql) => {
    expect(await codeOf(update(session, sql))).toBe('SETTING_LOCKED')
  })

  test('settings do not show the machine', async () => {
    const shown = await rowsOf(session, "SELECT * FROM information_schema.settings WHERE name LIKE '%temp%' OR value LIKE '/%'")
    expect(shown).toEqual([])
    expect(await codeOf(session.prepare('SELECT 1', { settings: { 'artemis.temp_directory': '/etc' } }, NEVER))).toBe('SETTING_LOCKED')
  })
})

describe('ingest', () => {
  const columns: Schema = schema([field('id', int64), field('name', utf8)])
  const batch = (ids: readonly bigint[], of: Schema = columns): Batch =>
    new Batch(of, ids.length, [vectorFromScalars(int64, ids), vectorFromScalars(utf8, ids.map((id) => `n${id}`))])
  const request = (more: Partial<IngestRequest> = {}): IngestRequest => ({
    catalog: undefined,
    dbSchema: undefined,
    table: 'up',
    temporary: false,
    ifNotExists: 'create',
    ifExists: 'fail',
    transactionId: undefined,
    options: {},
    schema: columns,
    ...more,
  })
  const ingest = (more: Partial<IngestRequest>, ...batches: readonly Batch[]): Promise<number> => session.ingest!(request(more), stream(...batches), NEVER)

  test('creates, appends and replaces', async () => {
    expect(await ingest({}, batch([1n, 2n]), batch([3n]))).toBe(3)
    expect(await codeOf(ingest({}, batch([4n])))).toBe('ALREADY_EXISTS')
    expect(await ingest({ ifExists: 'append', ifNotExists: 'fail' }, batch([4n]))).toBe(1)
    expect(await rowsOf(session, 'SELECT count(*) AS n, max(name) AS m FROM up')).toEqual([{ n: 4n, m: 'n4' }])
    expect(await ingest({ ifExists: 'replace' }, batch([9n]))).toBe(1)
    expect(await rowsOf(session, 'SELECT id FROM memory.main.up')).toEqual([{ id: 9n }])
    expect(await codeOf(ingest({ table: 'nope', ifNotExists: 'fail', ifExists: 'append' }, batch([1n])))).toBe('NOT_FOUND')
  })

  test('temporary tables, and no batches at all', async () => {
    expect(await ingest({ temporary: true, table: 'empty' })).toBe(0)
    expect(await rowsOf(session, 'SELECT * FROM memory.main.empty')).toEqual([])
    expect(await codeOf(ingest({ temporary: true, catalog: 'artemis' }, batch([1n])))).toBe('INVALID_INGEST')
  })

  test('columns are matched by name, cast as INSERT casts, and filled with NULL', async () => {
    await update(session, 'CREATE TABLE memory.main.wide (name VARCHAR, extra DOUBLE, ID INTEGER)')
    expect(await ingest({ table: 'wide', ifExists: 'append' }, batch([7n]))).toBe(1)
    expect(await rowsOf(session, 'SELECT * FROM wide')).toEqual([{ name: 'n7', extra: null, ID: 7 }])
    const other = schema([field('id', float64), field('nam', utf8)])
    expect(await codeOf(ingest({ table: 'wide', ifExists: 'append', schema: other }))).toBe('COLUMN_NOT_FOUND')
    expect(await codeOf(ingest({ table: 'wide', ifExists: 'append' }, batch([2n ** 40n])))).toMatch(/RANGE|CAST/)
    expect(await rowsOf(session, 'SELECT count(*) AS n FROM wide')).toEqual([{ n: 1n }])
  })

  test('a column without a type becomes INTEGER', async () => {
    const untyped = schema([field('a', nullType)])
    expect(await ingest({ table: 'nulls', schema: untyped }, new Batch(untyped, 2, [vectorFromScalars(nullType, [null, null])]))).toBe(2)
    expect(await rowsOf(session, 'DESCRIBE nulls')).toMatchObject([{ column_name: 'a', column_type: 'INTEGER' }])
  })

  test('a client that fails half-way leaves nothing behind', async () => {
    const failing = async function* (): AsyncGenerator<Batch> {
      yield batch([1n])
      await Promise.resolve()
      throw new Error('the line broke')
    }
    await expect(session.ingest!(request({ table: 'half' }), failing(), NEVER)).rejects.toThrow('the line broke')
    expect(await codeOf(session.prepare('SELECT * FROM half', {}, NEVER))).toBe('TABLE_NOT_FOUND')
  })

  test('what it does not know it refuses by name', async () => {
    await expect(ingest({ options: { speed: 'high' } })).rejects.toThrow('there is no ingest option "speed"')
    expect(await codeOf(ingest({ transactionId: new Uint8Array([1]) }))).toBe('NO_TRANSACTIONS')
    expect(await codeOf(ingest({ table: '' }))).toBe('INVALID_INGEST')
    expect(await codeOf(ingest({ catalog: 'artemis', dbSchema: 'sda', table: 'new' }))).toBe('READ_ONLY_SCHEMA')
    expect(await codeOf(ingest({ catalog: 'artemis', dbSchema: 'sda', table: 'observations', ifExists: 'append' }))).toBe('READ_ONLY_TABLE')
    expect(await codeOf(ingest({ catalog: 'nowhere', dbSchema: 'x' }))).toBe('SCHEMA_NOT_FOUND')
    expect(await codeOf(ingest({ schema: { fields: [] } }))).toBe('NO_COLUMNS')
  })
})

test('tables of a session hold no more than they may, and give back what they held', async () => {
  const small = await openDemoBackend(archive.warehouse, { maxTableBytes: 100_000 })
  const own = small.session()
  await update(own, 'CREATE TABLE t AS SELECT * FROM range(5000)')
  expect(await codeOf(update(own, 'INSERT INTO t SELECT * FROM range(50000)'))).toBe('TABLE_MEMORY_LIMIT')
  expect(await codeOf(update(own, 'CREATE TABLE u AS SELECT * FROM range(50000)'))).toBe('TABLE_MEMORY_LIMIT')
  for (let i = 0; i < 5; i++) await update(own, 'CREATE OR REPLACE TABLE t AS SELECT * FROM range(5000)')
  await update(own, 'DROP TABLE t')
  expect(await update(own, 'CREATE TABLE u AS SELECT * FROM range(10000)')).toBe(10_000)
  await small.close()
})

test('memory is shared by all sessions', async () => {
  const small = await openDemoBackend(archive.warehouse, { maxMemoryBytes: 3_000_000 })
  const sort = 'SELECT list(range) AS l FROM range(2000000)'
  expect(await codeOf(rowsOf(small.session(), sort))).toBe('MEMORY_LIMIT')
  expect(small.backend.reservedMemory).toBe(0)
  await small.close()
})

test('SqlInfo and types', () => {
  const { sqlInfo, xdbcTypes } = demo.backend
  expect(sqlInfo.get(SqlInfo.FLIGHT_SQL_SERVER_VERSION)).toEqual({ kind: 'string', value: '9.8.7' })
  // All numbers of FlightSql.proto but the versions of Substrait, which is not there.
  const numbers = Object.values(SqlInfo).filter((value) => typeof value === 'number')
  const missing = [SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT_MIN_VERSION, SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT_MAX_VERSION]
  expect(numbers.filter((number) => !sqlInfo.has(number))).toEqual(missing)
  for (const info of [SqlInfo.SQL_NUMERIC_FUNCTIONS, SqlInfo.SQL_STRING_FUNCTIONS, SqlInfo.SQL_SYSTEM_FUNCTIONS, SqlInfo.SQL_DATETIME_FUNCTIONS]) {
    expect((sqlInfo.get(info) as { value: readonly string[] }).value.length).toBeGreaterThan(3)
  }
  expect(new Set(xdbcTypes.map(({ typeName }) => typeName)).size).toBe(xdbcTypes.length)
})

test('the literals of GetXdbcTypeInfo are literals of their types', async () => {
  const samples: Record<string, string> = {
    VARCHAR: 'x',
    UUID: '00000000-0000-0000-0000-000000000001',
    BLOB: 'ff',
    DATE: '2024-03-01',
    TIME: '01:02:03',
    INTERVAL: '1 day',
  }
  for (const { typeName, literalPrefix, literalSuffix } of demo.backend.xdbcTypes) {
    const isMoment = typeName.startsWith('TIMESTAMP')
    const literal = literalPrefix === null ? `CAST(NULL AS ${typeName})` : `${literalPrefix}${isMoment ? '2024-03-01 00:00:00' : samples[typeName]}${literalSuffix}`
    const [column] = await rowsOf(session, `DESCRIBE SELECT ${literal} AS c`)
    expect(String(column!['column_type']).replace(/\(.*/, ''), literal).toBe(typeName)
  }
})

test.each([
  'SELECT 1 AS x FROM range(1) a WHERE EXISTS (SELECT 1 FROM range(3) b WHERE b.range = a.range)',
  'SELECT 1 AS x FROM range(1) WHERE range IN (SELECT range FROM range(3)) AND range = (SELECT min(range) FROM range(3))',
  "SELECT 1 AS x WHERE 'a%' LIKE 'a!%' ESCAPE '!'",
  'SELECT 1 AS x FROM range(1) GROUP BY range ORDER BY max(range) + 1',
  'SELECT 1 AS x FROM range(1) a FULL OUTER JOIN range(1) b ON a.range = b.range',
  'SELECT 1 AS x UNION SELECT 1',
  'SELECT 1 AS x WHERE NULL + NULL IS NULL',
])('SqlInfo promises %s', async (sql) => {
  expect(await rowsOf(session, sql)).toEqual([{ x: 1 }])
})

async function bytesOf(batches: AsyncIterable<Batch>): Promise<number> {
  let rows = 0
  for await (const batch of batches) rows += batch.rowCount
  return rows
}

function encoded(of: Schema, batches: AsyncIterable<Batch>): Promise<Buffer> {
  return bytes(encodeStream(of, batches))
}
