/** What a new user types first: which schemas, tables and columns there are. No set-up but the archive itself. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTemporaryDemo } from '../../testkit/src/index.js'
import type { TemporaryDemo } from '../../testkit/src/index.js'
import type { Row } from './index.js'

let demo: TemporaryDemo
beforeAll(async () => {
  demo = await openTemporaryDemo()
})
afterAll(() => demo.close())

const rows = async (sql: string): Promise<Row[]> => (await demo.session.sql(sql)).toArray()
const names = async (sql: string): Promise<unknown[]> => (await rows(sql)).map((row) => row['name'])

describe('SHOW TABLES', () => {
  test('lists the tables of a schema of the archive', async () => {
    expect(await names('SHOW TABLES IN artemis.sda')).toEqual(['events', 'missions', 'observations'])
    expect(await names('SHOW TABLES FROM artemis.ops')).toEqual(['passes', 'stations'])
  })

  test('takes names in any case', async () => {
    expect(await names('show tables in ARTEMIS.Sda')).toEqual(['events', 'missions', 'observations'])
  })

  test('filters by LIKE', async () => {
    expect(await names("SHOW TABLES IN artemis.sda LIKE '%sion%'")).toEqual(['missions'])
    expect(await names("SHOW TABLES IN artemis.sda LIKE 'nothing'")).toEqual([])
  })

  test('without a schema lists those of the current one', async () => {
    const session = demo.newSession()
    expect(await (await session.sql('SHOW TABLES')).toArray()).toEqual([])
    await session.sql('CREATE TABLE mine (a INTEGER)')
    await session.sql('CREATE VIEW seen AS SELECT 1 AS x')
    expect((await (await session.sql('SHOW TABLES')).toArray()).map((row) => row['name'])).toEqual(['mine', 'seen'])
    await session.sql('USE artemis.sda')
    expect((await (await session.sql('SHOW TABLES')).toArray()).map((row) => row['name'])).toEqual(['events', 'missions', 'observations'])
  })

  test('names a schema that is not there, and the nearest one', async () => {
    await expect(rows('SHOW TABLES IN artemis.sad')).rejects.toMatchObject({ kind: 'bind', span: { start: 15 }, hint: expect.stringContaining('sda') as string })
  })
})

describe('SHOW SCHEMAS', () => {
  test('lists the schemas of all catalogs', async () => {
    const found = (await rows('SHOW SCHEMAS')).map((row) => `${String(row['catalog_name'])}.${String(row['schema_name'])}`)
    expect(found).toEqual(expect.arrayContaining(['artemis.ops', 'artemis.sda', 'memory.main']))
  })
})

describe('columns', () => {
  test.each(['SHOW COLUMNS FROM artemis.sda.observations', 'DESCRIBE artemis.sda.observations', 'DESC artemis.sda.observations'])('%s', async (sql) => {
    const columns = (await rows(sql)).map((row) => [row['column_name'], row['column_type']])
    expect(columns).toEqual([
      ['observation_id', 'BIGINT'],
      ['mission_id', 'VARCHAR'],
      ['day', 'DATE'],
      ['observed_at', 'TIMESTAMP WITH TIME ZONE'],
      ['sensor', 'VARCHAR'],
      ['panel_voltage', 'DOUBLE'],
      ['panel_current', 'DOUBLE'],
      ['altitude_km', 'DOUBLE'],
      ['status', 'VARCHAR'],
      ['notes', 'VARCHAR'],
      ['signal_snr', 'DOUBLE'],
    ])
  })

  test('DESCRIBE of a query', async () => {
    const columns = (await rows('DESCRIBE SELECT 1 AS a, mission_id FROM artemis.sda.missions')).map((row) => [row['column_name'], row['column_type']])
    expect(columns).toEqual([
      ['a', 'INTEGER'],
      ['mission_id', 'VARCHAR'],
    ])
  })
})
