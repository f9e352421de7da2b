/** What a principal's scopes hide, whichever way it asks, and what they let it write. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Batch, field, int32, schema, vectorFromScalars } from '@artemis/arrow'
import { openTemporaryDemo } from '../../../testkit/src/index.js'
import type { TemporaryDemo } from '../../../testkit/src/index.js'
import type { BackendSession, IngestRequest } from '../protocol/sql/backend.js'
import type { DemoBackend } from './testing/demo-backend.js'
import { NEVER, codeOf, openDemoBackend, principalWith, rowsOf, stream, update } from './testing/demo-backend.js'

let archive: TemporaryDemo
let demo: DemoBackend
beforeAll(async () => {
  archive = await openTemporaryDemo(0.02)
  demo = await openDemoBackend(archive.warehouse, { settings: { catalog: 'artemis', schema: 'sda' } })
})
afterAll(async () => {
  await demo.close()
  await archive.close()
})

describe('read:artemis.ops, with a default schema that it may not read', () => {
  let session: BackendSession
  beforeEach(() => {
    session = demo.session(principalWith('read:artemis.ops'))
  })

  test('reads what it may', async () => {
    const [{ n } = {}] = await rowsOf(session, 'SELECT count(*) AS n FROM artemis.ops.stations')
    expect(n).toBeGreaterThan(0n)
    expect(await rowsOf(session, 'SELECT count(*) AS n FROM ops.stations')).toEqual([{ n }])
    expect(await rowsOf(session, 'SELECT count(*) AS n FROM ARTEMIS.Ops.Stations')).toEqual([{ n }])
  })

  test.each([
    'SELECT * FROM artemis.sda.observations',
    'SELECT * FROM artemis.sda.nothing_of_this_name',
    'SELECT * FROM sda.observations',
    'SELECT * FROM sda.nothing',
    'SELECT * FROM SDA.OBSERVATIONS',
    'SELECT * FROM observations',
    'SELECT * FROM nothing_of_this_name',
    'SELECT * FROM artemis.sda.observations.snapshots',
    'SELECT * FROM observations.files',
    "SELECT * FROM sda.observations AS OF TIMESTAMP '2024-02-20'",
    'SELECT * FROM artemis.no_such_namespace.t',
    'DESCRIBE sda.observations',
    'SHOW COLUMNS FROM artemis.sda.observations',
    'SHOW SNAPSHOTS FROM sda.observations',
    'EXPLAIN SELECT * FROM observations',
    'PREPARE p AS SELECT * FROM observations',
    'CREATE VIEW memory.main.v AS SELECT * FROM observations',
    'SELECT (SELECT count(*) FROM sda.observations) AS n',
    'WITH o AS (SELECT * FROM sda.observations) SELECT count(*) FROM o',
    'SELECT * FROM ops.stations JOIN sda.observations USING (mission_id)',
    'INSERT INTO sda.observations SELECT * FROM sda.observations',
  ])('%s is denied, whether or not it is there', async (sql) => {
    expect(await codeOf(rowsOf(session, sql))).toBe('PERMISSION_DENIED')
  })

  test('the answer for a table that is there is that for one that is not', async () => {
    const messageOf = async (sql: string): Promise<string> => session.prepare(sql, {}, NEVER).then(() => 'none', String)
    expect(await messageOf('SELECT * FROM sda.observations')).toBe(await messageOf('SELECT * FROM sda.nothing'))
    expect(await messageOf('SELECT * FROM sda.observations')).toContain('no right to read "artemis.sda"')
  })

  test.each(['ops.nothing', 'artemis.ops.nothing', 'memory.main.nothing'])('%s is a mistake like any other', async (name) => {
    const sql = `SELECT * FROM ${name}`
    expect(await codeOf(rowsOf(session, sql))).toBe('TABLE_NOT_FOUND')
  })

  test('a mistake in what it may read is told as ever, and names nothing else', async () => {
    const error = await session.prepare('SELECT * FROM ops.station', {}, NEVER).catch((reason: unknown) => reason)
    expect(String(error)).toContain('there is no table')
    expect(JSON.stringify(error)).not.toContain('observations')
  })

  test.each([
    'SHOW ALL TABLES',
    'SHOW SCHEMAS',
    'SHOW TABLES FROM artemis',
    'SELECT * FROM information_schema.tables',
    'SELECT * FROM information_schema.columns',
    'SELECT * FROM information_schema.schemata',
    'SELECT * FROM artemis.information_schema.tables',
    'SELECT * FROM information_schema.views',
  ])('%s lists nothing else', async (sql) => {
    const text = JSON.stringify(await rowsOf(session, sql))
    expect(text).not.toMatch(/sda|observations/)
  })

  test('USE and session options show nothing, and name resolution stays its own', async () => {
    expect(await codeOf(update(session, 'USE artemis.sda'))).toBe('SCHEMA_NOT_FOUND')
    expect(await codeOf(update(session, 'SHOW TABLES FROM artemis.sda'))).toBe('SCHEMA_NOT_FOUND')
    expect(await update(session, 'USE artemis.ops')).toBe(0)
    expect(await rowsOf(session, 'SELECT count(*) > 0 AS some FROM stations')).toEqual([{ some: true }])
  })

  test('metadata commands list nothing else', async () => {
    expect(await session.catalogs()).toEqual(['memory', 'artemis'])
    expect((await session.dbSchemas({})).map(({ catalog, dbSchema }) => `${catalog}.${dbSchema}`).toSorted()).toEqual([
      'artemis.information_schema',
      'artemis.ops',
      'memory.information_schema',
      'memory.main',
    ])
    expect(new Set((await session.tables({ tableTypes: [], includeSchema: true })).map(({ dbSchema }) => dbSchema))).toEqual(new Set(['ops']))
    expect(await session.tables({ dbSchemaPattern: 'sda', tableTypes: [], includeSchema: false })).toEqual([])
  })

  test('writes nowhere', async () => {
    expect(await codeOf(update(session, 'CREATE TABLE memory.main.t (a INTEGER)'))).toBe('PERMISSION_DENIED')
    expect(await codeOf(update(session, 'CREATE TABLE memory.main.t AS SELECT 1 AS a'))).toBe('PERMISSION_DENIED')
    expect(await codeOf(update(session, 'CREATE VIEW memory.main.v AS SELECT 1 AS a'))).toBe('PERMISSION_DENIED')
    expect(await codeOf(update(session, 'CREATE SCHEMA memory.own'))).toBe('PERMISSION_DENIED')
    expect(await codeOf(update(session, 'DROP TABLE ops.stations'))).toBe('PERMISSION_DENIED')
    expect(await codeOf(update(session, 'DROP TABLE IF EXISTS sda.observations'))).toBe('PERMISSION_DENIED')
    expect(await codeOf(update(session, 'DROP SCHEMA memory.main'))).toBe('PERMISSION_DENIED')
    for (const place of [{}, { catalog: 'memory' }, { temporary: true }, { catalog: 'artemis', dbSchema: 'sda' }, { catalog: 'artemis', dbSchema: 'ops' }]) {
      expect(await codeOf(upload(session, place)), JSON.stringify(place)).toBe('PERMISSION_DENIED')
    }
  })
})

test('write:memory.* makes tables of its own from what it may read', async () => {
  const session = demo.session(principalWith('read:artemis.ops write:memory'))
  expect(await update(session, 'CREATE TABLE memory.main.m AS SELECT * FROM ops.stations')).toBeGreaterThan(0)
  expect(await upload(session, {})).toBe(2)
  expect(await rowsOf(session, 'SELECT count(*) AS n FROM memory.main.up')).toEqual([{ n: 2n }])
  expect(await rowsOf(session, 'SELECT count(*) AS n FROM up')).toEqual([{ n: 2n }])
  expect(await update(session, 'CREATE SCHEMA memory.own')).toBe(0)
  expect(await codeOf(update(session, 'CREATE TABLE memory.main.o AS SELECT * FROM sda.observations'))).toBe('PERMISSION_DENIED')
  expect(await update(session, 'DROP TABLE memory.main.m')).toBe(0)
})

test('a catalog without scopes is not listed, and its tables are denied', async () => {
  const session = demo.session(principalWith('read:other.*'))
  expect(await session.catalogs()).toEqual(['memory'])
  expect(JSON.stringify(await rowsOf(session, 'SHOW CATALOGS'))).not.toContain('artemis')
  expect(JSON.stringify(await rowsOf(session, 'SELECT * FROM information_schema.schemata'))).not.toContain('artemis')
  expect(await codeOf(rowsOf(session, 'SELECT * FROM artemis.sda.observations'))).toBe('PERMISSION_DENIED')
  expect(await codeOf(rowsOf(session, 'SELECT * FROM artemis.sda.nothing'))).toBe('PERMISSION_DENIED')
  expect(await codeOf(session.setOption('catalog', 'artemis'))).toBe('INVALID_SETTING')
  expect(await rowsOf(session, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('no scopes at all: nothing but expressions', async () => {
  const session = demo.session(principalWith(''))
  expect(await session.catalogs()).toEqual(['memory'])
  expect(await codeOf(rowsOf(session, 'SELECT * FROM observations'))).toBe('PERMISSION_DENIED')
})

test('read:* reads all and writes nothing', async () => {
  const session = demo.session(principalWith('read:*'))
  expect(await rowsOf(session, 'SELECT count(*) > 0 AS some FROM observations')).toEqual([{ some: true }])
  expect(await codeOf(update(session, 'CREATE TABLE memory.main.t (a INTEGER)'))).toBe('PERMISSION_DENIED')
})

test('a server that only reads refuses all writes', async () => {
  const readOnly = await openDemoBackend(archive.warehouse, { readOnly: true })
  const session = readOnly.session(principalWith('write:*'))
  const creates = ['CREATE TABLE t (a INTEGER)', 'CREATE TABLE t AS SELECT 1 AS a', 'CREATE SCHEMA s', 'CREATE VIEW v AS SELECT 1 AS a']
  for (const sql of [...creates, 'DROP TABLE IF EXISTS t']) {
    expect(await codeOf(update(session, sql)), sql).toBe('READ_ONLY_SESSION')
  }
  expect(await codeOf(upload(session, {}))).toBe('READ_ONLY_SESSION')
  expect(await rowsOf(session, 'SELECT count(*) > 0 AS some FROM artemis.ops.stations')).toEqual([{ some: true }])
  await readOnly.close()
})

function upload(session: BackendSession, place: Partial<IngestRequest>): Promise<number> {
  const columns = schema([field('a', int32)])
  const request: IngestRequest = {
    catalog: undefined,
    dbSchema: undefined,
    table: 'up',
    temporary: false,
    ifNotExists: 'create',
    ifExists: 'fail',
    transactionId: undefined,
    options: {},
    schema: columns,
    ...place,
  }
  return session.ingest!(request, stream(new Batch(columns, 2, [vectorFromScalars(int32, [1, 2])])), NEVER)
}
