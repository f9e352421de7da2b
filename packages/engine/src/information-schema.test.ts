/** information_schema is there in every session, for every catalog, and can be queried like any table. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTemporaryDemo } from '../../testkit/src/index.js'
import type { TemporaryDemo } from '../../testkit/src/index.js'
import type { Row } from './index.js'
import { SETTINGS } from './index.js'

let demo: TemporaryDemo
beforeAll(async () => {
  demo = await openTemporaryDemo()
  for (const sql of [
    'CREATE TABLE numbers (a INTEGER NOT NULL, b DECIMAL(12,3), c VARCHAR)',
    'CREATE VIEW doubled AS SELECT a * 2 AS twice, c FROM numbers',
    'CREATE SCHEMA memory.side',
    'CREATE TABLE memory.side.other (x DATE)',
  ]) await demo.session.sql(sql) // prettier-ignore
})
afterAll(() => demo.close())

const rows = async (sql: string): Promise<Row[]> => (await demo.session.sql(sql)).toArray()

test('tables', async () => {
  const found = await rows('SELECT * FROM information_schema.tables ORDER BY table_catalog, table_schema, table_name')
  expect(found.filter((row) => row['table_schema'] !== 'information_schema').map((row) => Object.values(row))).toEqual([
    ['artemis', 'ops', 'passes', 'BASE TABLE'],
    ['artemis', 'ops', 'stations', 'BASE TABLE'],
    ['artemis', 'sda', 'events', 'BASE TABLE'],
    ['artemis', 'sda', 'missions', 'BASE TABLE'],
    ['artemis', 'sda', 'observations', 'BASE TABLE'],
    ['memory', 'main', 'doubled', 'VIEW'],
    ['memory', 'main', 'numbers', 'BASE TABLE'],
    ['memory', 'side', 'other', 'BASE TABLE'],
  ])
})

test('is found from any current schema, and under a catalog', async () => {
  const session = demo.newSession({ settings: { catalog: 'artemis', schema: 'sda' } })
  const count = async (from: string): Promise<unknown> => (await (await session.sql(`SELECT count(*) AS n FROM ${from} WHERE table_name = 'passes'`)).toArray())[0]?.['n']
  expect(await count('information_schema.tables')).toBe(1n)
  expect(await count('artemis.information_schema.tables')).toBe(1n)
})

test('schemata', async () => {
  const found = await rows("SELECT catalog_name, schema_name FROM information_schema.schemata WHERE schema_name <> 'information_schema' ORDER BY 1, 2")
  expect(found.map((row) => Object.values(row).join('.'))).toEqual(['artemis.ops', 'artemis.sda', 'memory.main', 'memory.side'])
})

test('columns, of tables and of views', async () => {
  const found = await rows(
    "SELECT table_name, column_name, ordinal_position, is_nullable, data_type, numeric_precision, numeric_scale FROM information_schema.columns WHERE table_schema = 'main' ORDER BY table_name, ordinal_position",
  )
  expect(found.map((row) => Object.values(row))).toEqual([
    ['doubled', 'twice', 1, expect.any(String), 'INTEGER', null, null],
    ['doubled', 'c', 2, 'YES', 'VARCHAR', null, null],
    ['numbers', 'a', 1, 'NO', 'INTEGER', null, null],
    ['numbers', 'b', 2, 'YES', 'DECIMAL(12,3)', 12, 3],
    ['numbers', 'c', 3, 'YES', 'VARCHAR', null, null],
  ])
  const observations = await rows("SELECT column_name, is_nullable FROM information_schema.columns WHERE table_name = 'observations' ORDER BY ordinal_position")
  expect(observations.slice(0, 2).map((row) => Object.values(row))).toEqual([
    ['observation_id', 'NO'],
    ['mission_id', 'NO'],
  ])
  expect(observations).toHaveLength(11)
})

test('views', async () => {
  const found = await rows('SELECT table_name, view_definition FROM information_schema.views')
  expect(found).toEqual([{ table_name: 'doubled', view_definition: expect.stringMatching(/select a \* 2 as twice, c from numbers/i) as string }])
})

test('settings', async () => {
  const session = demo.newSession()
  await session.sql("SET artemis.batch_size = '77'")
  const found = await (await session.sql('SELECT name, value, is_default FROM information_schema.settings ORDER BY name')).toArray()
  expect(found.map((row) => row['name'])).toEqual(Object.values(SETTINGS).map((setting) => setting.name).toSorted())
  expect(found.filter((row) => row['is_default'] === false)).toEqual([{ name: 'artemis.batch_size', value: '77', is_default: false }])
})

test('joins with itself and aggregates', async () => {
  const found = await rows(`
    SELECT t.table_schema, count(DISTINCT t.table_name) AS tables, count(*) AS columns
    FROM information_schema.tables t JOIN information_schema.columns c USING (table_catalog, table_schema, table_name)
    WHERE t.table_catalog = 'artemis' GROUP BY t.table_schema ORDER BY t.table_schema`)
  expect(found).toEqual([
    { table_schema: 'ops', tables: 2n, columns: 10n },
    { table_schema: 'sda', tables: 3n, columns: 24n },
  ])
})
