/** Schemas and tables as clients list them, also when one of the tables is damaged. */

import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTemporaryDemo } from '../../../testkit/src/index.js'
import type { TemporaryDemo } from '../../../testkit/src/index.js'
import type { BackendSession, TableFilter } from '../protocol/sql/backend.js'
import { matchesPattern } from './like-pattern.js'
import type { DemoBackend } from './testing/demo-backend.js'
import { openDemoBackend, rowsOf, update } from './testing/demo-backend.js'

let archive: TemporaryDemo
let demo: DemoBackend
let session: BackendSession
beforeAll(async () => {
  archive = await openTemporaryDemo(0.02)
  demo = await openDemoBackend(archive.warehouse)
  session = demo.session()
  await update(session, 'CREATE TABLE mine (a INTEGER NOT NULL, d DECIMAL(9,2), s VARCHAR, at TIMESTAMP WITH TIME ZONE, l INTEGER[])')
  await update(session, 'CREATE VIEW seen AS SELECT a, s FROM mine')
})
afterAll(async () => {
  await demo.close()
  await archive.close()
})

const names = async (filter: Partial<TableFilter>): Promise<string[]> => {
  const tables = await session.tables({ tableTypes: [], includeSchema: false, ...filter })
  return tables.map(({ catalog, dbSchema, table }) => `${catalog}.${dbSchema}.${table}`)
}

describe('tables', () => {
  test('are those of information_schema', async () => {
    const listed = await rowsOf(session, "SELECT table_catalog || '.' || table_schema || '.' || table_name AS name FROM information_schema.tables")
    expect((await names({})).toSorted()).toEqual(listed.map(({ name }) => String(name)).toSorted())
  })

  test('by catalog, patterns and type', async () => {
    expect(await names({ catalog: 'memory' })).toEqual(['memory.main.mine', 'memory.main.seen'])
    expect(await names({ catalog: '' })).toEqual([])
    expect(await names({ catalog: 'MEMORY' })).toEqual([])
    expect(await names({ dbSchemaPattern: 'sd_', tablePattern: 'obs%' })).toEqual(['artemis.sda.observations'])
    expect(await names({ tablePattern: 'OBS%' })).toEqual([])
    expect(await names({ tableTypes: ['VIEW'] })).toEqual(['memory.main.seen'])
    expect(await names({ catalog: 'memory', tableTypes: ['BASE TABLE'] })).toEqual(['memory.main.mine'])
    expect(await names({ catalog: 'memory', tableTypes: ['SYSTEM TABLE'], tablePattern: 'tab%' })).toEqual(['memory.information_schema.tables'])
    expect(await names({ tableTypes: ['SEQUENCE'] })).toEqual([])
    expect(session.tableTypes).toEqual(['TABLE', 'VIEW', 'SYSTEM TABLE'])
  })

  test('with columns and what JDBC asks of them', async () => {
    const [mine, seen] = await session.tables({ catalog: 'memory', tableTypes: [], includeSchema: true })
    const metadata = (i: number): Readonly<Record<string, string>> => mine!.schema!.fields[i]!.metadata!
    expect(mine!.schema!.fields.map(({ name, nullable }) => [name, nullable])).toEqual([['a', false], ['d', true], ['s', true], ['at', true], ['l', true]])
    expect(metadata(0)).toEqual({
      'ARROW:FLIGHT:SQL:CATALOG_NAME': 'memory',
      'ARROW:FLIGHT:SQL:SCHEMA_NAME': 'main',
      'ARROW:FLIGHT:SQL:TABLE_NAME': 'mine',
      'ARROW:FLIGHT:SQL:TYPE_NAME': 'INTEGER',
      'ARROW:FLIGHT:SQL:PRECISION': '10',
      'ARROW:FLIGHT:SQL:SCALE': '0',
      'ARROW:FLIGHT:SQL:IS_AUTO_INCREMENT': '0',
      'ARROW:FLIGHT:SQL:IS_CASE_SENSITIVE': '0',
      'ARROW:FLIGHT:SQL:IS_READ_ONLY': '0',
      'ARROW:FLIGHT:SQL:IS_SEARCHABLE': '1',
    })
    expect(metadata(1)).toMatchObject({ 'ARROW:FLIGHT:SQL:TYPE_NAME': 'DECIMAL(9,2)', 'ARROW:FLIGHT:SQL:PRECISION': '9', 'ARROW:FLIGHT:SQL:SCALE': '2' })
    expect(metadata(2)).toMatchObject({ 'ARROW:FLIGHT:SQL:TYPE_NAME': 'VARCHAR', 'ARROW:FLIGHT:SQL:IS_CASE_SENSITIVE': '1' })
    expect(metadata(3)).toMatchObject({ 'ARROW:FLIGHT:SQL:TYPE_NAME': 'TIMESTAMP WITH TIME ZONE', 'ARROW:FLIGHT:SQL:SCALE': '6' })
    expect(metadata(4)).toMatchObject({ 'ARROW:FLIGHT:SQL:TYPE_NAME': 'INTEGER[]', 'ARROW:FLIGHT:SQL:IS_SEARCHABLE': '0' })
    expect(seen!.tableType).toBe('VIEW')
    expect(seen!.schema!.fields.map(({ name, metadata: of }) => [name, of!['ARROW:FLIGHT:SQL:IS_READ_ONLY']])).toEqual([['a', '1'], ['s', '1']])
  })

  test('one damaged table hides neither itself nor the others', async () => {
    const all = await names({})
    const folder = path.join(archive.warehouse, 'sda', 'missions', 'metadata')
    const files = readdirSync(folder).filter((file) => file.endsWith('.metadata.json'))
    for (const file of files) writeFileSync(path.join(folder, file), '{ not JSON')
    const fresh = await openDemoBackend(archive.warehouse)
    const tables = await fresh.session().tables({ catalog: 'artemis', tableTypes: [], includeSchema: true })
    expect(tables.map(({ dbSchema, table }) => `artemis.${dbSchema}.${table}`)).toEqual(all.filter((name) => name.startsWith('artemis.')))
    expect(tables.filter((table) => table.schema === undefined).map(({ table }) => table)).toEqual(['missions'])
    await fresh.close()
  })
})

test('schemas', async () => {
  const schemas = async (filter: { catalog?: string; dbSchemaPattern?: string }): Promise<string[]> =>
    (await session.dbSchemas(filter)).map(({ catalog, dbSchema }) => `${catalog}.${dbSchema}`)
  const listed = await rowsOf(session, "SELECT catalog_name || '.' || schema_name AS name FROM information_schema.schemata")
  expect((await schemas({})).toSorted()).toEqual(listed.map(({ name }) => String(name)).toSorted())
  expect(await schemas({ catalog: 'artemis', dbSchemaPattern: '%s%a%' })).toEqual(['artemis.sda', 'artemis.information_schema'])
  expect(await schemas({ catalog: '' })).toEqual([])
})

describe('patterns', () => {
  test.each([
    ['abc', undefined, true],
    ['abc', '', false],
    ['', '%', true],
    ['abc', 'a%', true],
    ['abc', '%c', true],
    ['abc', 'a_c', true],
    ['abc', '_', false],
    ['aXbXc', 'a%b%c', true],
    ['é𝄞x', '___', true],
    ['a%c', 'a\\%c', false],
    ['a.c', 'a.c', true],
    ['abc', 'a.c', false],
  ] as const)('%s LIKE %s is %s', (name, pattern, expected) => {
    expect(matchesPattern(name, pattern)).toBe(expected)
  })

  test('take no longer than both lengths together', () => {
    const start = performance.now()
    expect(matchesPattern('a'.repeat(20_000), `${'%a'.repeat(500)}b`)).toBe(false)
    expect(performance.now() - start).toBeLessThan(2000)
  })
})
