/** Sessions for the SQL of others: what a policy locks, and that nothing of it can be got around. */

import { ArtemisError } from '@artemis/errors'
import { createFunctionRegistry } from '@artemis/functions'
import { describe, expect, test } from 'vitest'
import { EngineRuntime, MemoryCatalog, SessionContext } from '../index.js'
import type { Row, SessionPolicy } from '../index.js'

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof ArtemisError ? error.code : String(error)),
  )
const rows = async (session: SessionContext, sql: string): Promise<Row[]> => (await session.sql(sql)).toArray()

describe('settings', () => {
  const policy: SessionPolicy = { settings: { hidden: ['tempDirectory'], locked: ['tempDirectory', 'parser'], maximum: { memoryLimit: 2 ** 30 } } }
  const session = new SessionContext({ policy, settings: { tempDirectory: '/somewhere/secret', memoryLimit: 2 ** 30 } })

  test.each([
    ["SET artemis.temp_directory = '/etc'", 'SETTING_LOCKED'],
    ["SET temp_directory = '/etc'", 'SETTING_LOCKED'],
    ["SET TEMP_DIRECTORY TO '/etc'", 'SETTING_LOCKED'],
    ["SET artemis.parser = 'artemis'", 'SETTING_LOCKED'],
    ["SET memory_limit = '2GiB'", 'SETTING_ABOVE_MAXIMUM'],
    ["SET max_memory = '2GiB'", 'SETTING_ABOVE_MAXIMUM'],
    ['SHOW temp_directory', 'SETTING_LOCKED'],
    ["SET memory_limit = '512MiB'", 'no error'],
    ['RESET memory_limit', 'no error'],
    ['RESET ALL', 'no error'],
  ])('%s: %s', async (sql, code) => {
    expect(await codeOf(rows(session, sql))).toBe(code)
  })

  test('through the API and for one statement just so', async () => {
    expect(() => session.set('temp_directory', '/etc')).toThrow('the setting artemis.temp_directory cannot be changed in this session')
    expect(() => session.setting('temp_directory')).toThrow('is not shown')
    expect(session.setting('memory_limit')).toBe(2 ** 30)
    expect(await codeOf(session.sql('SELECT 1', { settings: { temp_directory: '/etc' } }))).toBe('SETTING_LOCKED')
    expect(await codeOf(session.prepare('SELECT 1', { settings: { memory_limit: '1TB' } }))).toBe('SETTING_ABOVE_MAXIMUM')
  })

  test('what is hidden is in no listing', async () => {
    for (const sql of ['SHOW ALL', 'SELECT * FROM information_schema.settings']) expect(JSON.stringify(await rows(session, sql))).not.toContain('secret')
    expect(session.settings.map(({ name }) => name)).not.toContain('artemis.temp_directory')
  })
})

describe('files', () => {
  test('every function in FROM that there is takes no path', () => {
    // Who adds one that does must see to it that the binder's guard knows its name.
    const registry = createFunctionRegistry()
    expect([...new Set(registry.names())].filter((name) => registry.table(name) !== undefined).toSorted()).toEqual(['generate_series', 'range'])
  })

  test('without a policy the answers are those that they were', async () => {
    const session = new SessionContext()
    expect(await codeOf(rows(session, "SELECT * FROM 'x.parquet'"))).not.toBe('FILE_ACCESS_DENIED')
    expect(await codeOf(rows(session, "COPY (SELECT 1) TO 'x'"))).not.toBe('FILE_ACCESS_DENIED')
  })

  test('with one even EXECUTE of a statement that reads them', async () => {
    const session = new SessionContext({ policy: { files: 'refused' } })
    expect(await codeOf(rows(session, "PREPARE p AS SELECT * FROM read_csv('x')"))).toBe('FILE_ACCESS_DENIED')
    expect(await codeOf(rows(session, "SELECT 1; SELECT * FROM 'x.csv'"))).toBe('FILE_ACCESS_DENIED')
    expect(await rows(session, 'SELECT count(*) AS n FROM range(3)')).toEqual([{ n: 3n }])
  })
})

test('a session that only reads', async () => {
  const session = new SessionContext({ policy: { readOnly: true } })
  const creates = ['CREATE TABLE t (a INTEGER)', 'CREATE TABLE t AS SELECT 1 AS a', 'CREATE VIEW v AS SELECT 1 AS a', 'CREATE SCHEMA s']
  const writes = [...creates, 'DROP TABLE IF EXISTS t', 'DROP SCHEMA main']
  for (const sql of writes) expect(await codeOf(session.sql(sql)), sql).toBe('READ_ONLY_SESSION')
  // EXPLAIN runs the rows and makes nothing.
  expect(await codeOf(rows(session, 'EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1 AS a'))).toBe('no error')
  expect(await codeOf(session.sql('SELECT * FROM t'))).toBe('TABLE_NOT_FOUND')
  expect(await rows(session, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  expect(await rows(session, "SET timezone = 'UTC'")).toEqual([])
})

describe('rights', () => {
  const catalog = new MemoryCatalog(['open', 'Closed'])
  const owner = new SessionContext()
  owner.registerCatalog('lake', catalog)
  const session = new SessionContext({
    settings: { catalog: 'lake', schema: 'open' },
    policy: {
      access: { listsCatalog: () => true, allows: (right, name, schema) => (name === 'lake' ? schema === 'open' && right === 'read' : true) },
    },
  })
  session.registerCatalog('lake', catalog)

  test('reading and writing', async () => {
    for (const schema of ['open', 'Closed']) await owner.sql(`CREATE TABLE lake.${schema}.t AS SELECT 1 AS a`)
    expect(await rows(session, 'SELECT a FROM t')).toEqual([{ a: 1 }])
    expect(await codeOf(session.sql('SELECT a FROM closed.t'))).toBe('PERMISSION_DENIED')
    expect(await codeOf(session.sql('SELECT a FROM lake."Closed".nothing'))).toBe('PERMISSION_DENIED')
    expect(await codeOf(session.sql('SELECT a FROM nothing'))).toBe('TABLE_NOT_FOUND')
    expect(await codeOf(session.sql('INSERT INTO t VALUES (2)'))).toBe('PERMISSION_DENIED')
    expect(await codeOf(session.prepare('INSERT INTO t VALUES (?)'))).toBe('PERMISSION_DENIED')
    expect(await codeOf(session.sql('CREATE TABLE u (a INTEGER)'))).toBe('PERMISSION_DENIED')
    expect(await codeOf(session.sql('DROP TABLE t'))).toBe('PERMISSION_DENIED')
    expect(await codeOf(session.sql('DROP TABLE IF EXISTS closed.nothing'))).toBe('PERMISSION_DENIED')
    expect(await codeOf(session.sql('DROP SCHEMA closed'))).toBe('PERMISSION_DENIED')
    expect(await codeOf(session.sql('CREATE SCHEMA lake.more'))).toBe('PERMISSION_DENIED')
    expect((await session.sql('CREATE TABLE memory.main.own AS SELECT a FROM t')).count).toBe(1)
    expect(await rows(owner, 'SELECT count(*) AS n FROM lake.open.t')).toEqual([{ n: 1n }])
  })

  test('a view does not reach further than its session', async () => {
    await owner.sql('CREATE VIEW lake.open.peek AS SELECT a FROM lake."Closed".t')
    expect(await rows(owner, 'SELECT a FROM lake.open.peek')).toEqual([{ a: 1 }])
    expect(await codeOf(session.sql('SELECT a FROM peek'))).toBe('PERMISSION_DENIED')
  })

  test('listings', async () => {
    expect(await session.catalogs.get('lake')!.listSchemas()).toEqual(['open'])
    expect(await session.catalogs.get('lake')!.schema('closed')).toBeUndefined()
    expect(JSON.stringify(await rows(session, 'SHOW ALL TABLES'))).not.toContain('Closed')
    expect([...owner.catalogs.keys()]).toEqual(['memory', 'lake'])
  })
})

test('sessions of a runtime share its memory, and each keeps its own limit', async () => {
  const runtime = new EngineRuntime({ memoryLimit: 4_000_000 })
  const large = 'SELECT list(range) AS l FROM range(2000000)'
  const one = new SessionContext({ runtime })
  expect(await codeOf(rows(one, large))).toBe('MEMORY_LIMIT')
  expect(runtime.memoryPool!.reserved).toBe(0)
  expect(one.reservedMemory).toBe(0)
  const own = new SessionContext({ runtime: new EngineRuntime({ memoryLimit: 2 ** 32 }), settings: { memoryLimit: 4_000_000 } })
  expect(await codeOf(rows(own, large))).toBe('MEMORY_LIMIT')
  expect(await codeOf(own.sql(large, { settings: { memory_limit: '1GiB' } }).then((result) => result.toArray()))).toBe('no error')
})
