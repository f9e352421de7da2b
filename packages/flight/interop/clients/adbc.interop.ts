/** ADBC's Flight SQL driver (Go, under Python) against the server: metadata, queries, parameters, updates, ingest, sessions, cancelling. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PYTHON, interopFile, lacks, runForJson } from '../installed-tools.js'
import type { EngineServer } from './engine-server.js'
import { startEngineServer } from './engine-server.js'
import { engineResult, expectEngineResults } from './expected-results.js'
import { FAILING_QUERIES, LARGE_QUERY, NESTED_QUERIES, SCALAR_QUERIES, SLOW_QUERY } from './queries.js'

describe.skipIf(lacks('Python with adbc_driver_flightsql', PYTHON))('ADBC Flight SQL', () => {
  let engine: EngineServer
  beforeAll(async () => void (engine = await startEngineServer()))
  afterAll(() => engine?.close())

  const client = (step: string, more: Readonly<Record<string, unknown>> = {}): Promise<unknown> =>
    runForJson(PYTHON, ['-B', interopFile('clients/adbc_client.py')], { address: `grpc://${engine.address}`, token: engine.token, step, ...more })

  it('authenticates by a header and by Basic, and is told when it fails', async () => {
    for (const more of [{}, { user: 'token' }]) {
      const seen = (await client('authentication', more)) as Record<string, { status: string } | null>
      expect(seen['right']).toBeNull()
      expect([seen['wrong']?.status, seen['none']?.status]).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED'])
    }
  })

  it('reads what the engine reads', async () => {
    const queries = [...SCALAR_QUERIES, ...NESTED_QUERIES]
    await expectEngineResults(engine.session, queries, await client('queries', { queries }))
  })

  it('reads more than 100,000 rows, over TLS', async () => {
    const seen = await client('queries', { address: `grpc+tls://${engine.tlsAddress}`, root: engine.certificate, queries: [LARGE_QUERY] })
    await expectEngineResults(engine.session, [LARGE_QUERY], seen)
  })

  it('hears of each error what the engine says', async () => {
    const seen = (await client('queries', { queries: FAILING_QUERIES.map(([sql]) => sql) })) as { error: string; message: string }[]
    for (const [index, [sql, message]] of FAILING_QUERIES.entries()) expect(seen[index]!.message, sql).toMatch(message)
  })

  it('lists catalogs, schemas, tables, columns, types and what the server is', async () => {
    const seen = (await client('metadata')) as {
      info: Record<string, string>
      types: string[]
      tables: Record<string, [type: string, columns: [name: string, position: number][]]>
      narrow: string[]
      base: string[]
      schema: [name: string, type: string][]
    }
    expect(seen.info['vendor_name']).toMatch(/artemis/i)
    expect(seen.types).toContain('TABLE')
    const { columns } = await engineResult(engine.session, 'SELECT * FROM artemis.sda.observations LIMIT 0')
    expect(seen.tables['artemis.sda.observations']).toEqual(['TABLE', columns.map(([name], index) => [name, index + 1])])
    expect(seen.narrow).toEqual(['missions'])
    expect(seen.base).toEqual(expect.arrayContaining(['events', 'missions', 'observations', 'passes']))
    const missions = await engineResult(engine.session, 'SELECT * FROM artemis.sda.missions LIMIT 0')
    expect(seen.schema).toEqual(missions.columns.map(([name, type]) => [name, type]))
  })

  it('binds parameters', async () => {
    const filter = 'SELECT observation_id, status FROM artemis.sda.observations WHERE mission_id = ? AND observation_id > ? ORDER BY observation_id LIMIT 5'
    const seen = (await client('parameters', { filter, values: ['apollo-8', 1000] })) as Record<string, unknown>
    const plain = filter.replace('?', "'apollo-8'").replace('?', '1000')
    expect(seen['filter']).toEqual(await engineResult(engine.session, plain))
    expect(seen['values']).toEqual([[String(2n ** 62n + 1n), 'grüße', '3fb999999999999a']])
    expect(seen['null']).toEqual([['true']])
    expect(seen['parameter schema']).toEqual(['string', 'int64'])
    expect(seen['schema']).toEqual([
      ['a', 'int32'],
      ['b', 'string'],
    ])
  })

  it('creates, inserts, ingests and drops', async () => {
    const seen = (await client('updates')) as Record<string, unknown>
    expect(seen).toMatchObject({
      inserted: 2,
      bound: 3,
      rows: {
        columns: [
          ['id', 'int64', true],
          ['name', 'string', true],
          ['price', 'decimal128(12, 2)', true],
        ],
        rows: [
          ['1', 'one', '1.10'],
          ['2', null, '2.20'],
          ['3', 'three', '3.30'],
          ['4', 'four', '3.30'],
          ['5', null, '3.30'],
        ],
      },
      appended: 2,
      created: 100_000,
      count: [['100000', '4999950000', 'row 99999']],
      replaced: 7,
      kept: [['7']],
      all: [['7', '5']],
    })
    expect(seen['again']).toMatchObject({ message: expect.stringMatching(/made/) as string })
    expect(seen['other session']).toMatchObject({ message: expect.stringMatching(/things/) as string })
    expect(seen['dropped']).toMatchObject({ message: expect.stringMatching(/made/) as string })
  })

  it("works with DBAPI's defaults, without cookies, and warns that there are no transactions", async () => {
    expect(await client('defaults')).toMatchObject({ rows: [['6']], warnings: [expect.stringMatching(/autocommit/) as string] })
  })

  it('sets and reads session options', async () => {
    const missions = await engineResult(engine.session, 'SELECT COUNT(*) AS n FROM artemis.sda.missions')
    expect(await client('sessions')).toMatchObject({
      zone: 'Asia/Tokyo',
      unqualified: missions.rows,
      unknown: { message: expect.stringMatching(/nonsense/) as string },
    })
  })

  it('cancels a stream, which ends in the engine too', async () => {
    const seen = (await client('cancel', { sql: SLOW_QUERY })) as Record<string, unknown>
    expect(seen['error']).toMatchObject({ message: expect.stringMatching(/context canceled/) as string })
    expect(seen['seconds']).toBeLessThan(5)
    expect(seen['after']).toEqual([['1']])
    await expect.poll(() => engine.server.activeCalls).toBe(0)
  })
})
