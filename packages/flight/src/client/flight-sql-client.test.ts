/** The client over a server of the engine: what it gives is what the engine gives in its own process. */

import { EngineRuntime, MemoryCatalog, SessionContext, formatVector } from '@artemis/engine'
import type { Batch } from '@artemis/arrow'
import { ArtemisError, CancelledError } from '@artemis/errors'
import * as apache from 'apache-arrow'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tableProviderOf } from '../../../engine/src/session/table-sources.js'
import { EngineBackend } from '../backend/engine-backend.js'
import { FlightServer } from '../protocol/flight/flight-server.js'
import { FlightSqlService } from '../protocol/sql/flight-sql-service.js'
import { FlightSqlClient } from './flight-sql-client.js'
import { grpcStatusOf } from './call-error.js'

const ROWS = 200_000

let backend: EngineBackend
let service: FlightSqlService
let server: FlightServer
let uri = ''
let client: FlightSqlClient
let endlessReads = 0

/** `many` has many rows of several types in many batches, `endless` never ends. */
function sampleCatalog(): MemoryCatalog {
  const catalog = new MemoryCatalog()
  const batches = Array.from({ length: 20 }, (_, part) => {
    const ids = Array.from({ length: ROWS / 20 }, (__, i) => part * (ROWS / 20) + i)
    return new apache.Table({
      id: apache.vectorFromArray(ids.map(BigInt), new apache.Int64()),
      name: apache.vectorFromArray(
        ids.map((id) => (id % 7 === 0 ? null : `name ${id % 1000}`)),
        new apache.Utf8(),
      ),
      value: apache.vectorFromArray(ids.map(Math.sqrt), new apache.Float64()),
    }).batches[0]!
  })
  catalog.get('main')!.register('many', tableProviderOf('many', batches))
  async function* endless(): AsyncGenerator<apache.RecordBatch> {
    endlessReads++
    try {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 1))
        yield batches[0]!
      }
    } finally {
      endlessReads--
    }
  }
  catalog.get('main')!.register('endless', tableProviderOf('endless', { schema: batches[0]!.schema, batches: endless }))
  return catalog
}

const CATALOG = sampleCatalog()

beforeAll(async () => {
  backend = new EngineBackend({ runtime: new EngineRuntime(), catalogs: new Map([['sample', CATALOG]]), settings: { catalog: 'sample' } })
  service = new FlightSqlService({ backend })
  server = new FlightServer({ service })
  const { port } = await server.listen('127.0.0.1', 0)
  uri = `grpc://127.0.0.1:${port}`
  client = await FlightSqlClient.connect(uri)
})
afterAll(async () => {
  await client.close()
  await server.close()
  await service.close()
  await backend.close()
})

async function texts(batches: AsyncIterable<Batch>): Promise<(string | null)[][]> {
  const rows: (string | null)[][] = []
  for await (const batch of batches) {
    const columns = batch.columns().map((column) => formatVector(column))
    for (let row = 0; row < batch.rowCount; row++) rows.push(columns.map((column) => column[row]!))
  }
  return rows
}

async function scalar(sql: string, from = client): Promise<string | null | undefined> {
  return (await texts((await from.execute(sql)).batches()))[0]?.[0]
}

async function refusal(work: Promise<unknown>): Promise<ArtemisError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof ArtemisError) return error
  throw new Error(`was not refused: ${String(error)}`)
}

describe('execute', () => {
  it.each([
    'SELECT * FROM many',
    'SELECT name, COUNT(*) AS n, MIN(id) AS least FROM many GROUP BY name ORDER BY name NULLS FIRST LIMIT 50',
    'SELECT * FROM many WHERE FALSE',
    "SELECT 1.50::DECIMAL(10, 2) AS d, NULL AS n, [1, NULL] AS l, {a: 1, b: 'x'} AS s, DATE '2024-03-01' AS day, INTERVAL '1 month' AS i",
    'SHOW TABLES IN sample.main',
  ])('%s gives what the engine gives', async (sql) => {
    const session = new SessionContext()
    session.registerCatalog('sample', CATALOG)
    session.set('artemis.catalog', 'sample')
    const expected = await session.sql(sql)
    const result = await client.execute(sql)
    expect(result.schema.fields.map(({ name, type }) => ({ name, type }))).toEqual(expected.fields.map(({ name, type }) => ({ name, type })))
    expect(await texts(result.batches())).toEqual(await texts(expected.batches()))
    await session.close()
  })

  it('gives rows and tables, too', async () => {
    expect(await (await client.execute("SELECT 1 AS one, TIMESTAMPTZ '2024-01-01 00:00:00+00' AS at")).toArray('Asia/Tokyo')).toEqual([
      { one: 1, at: '2024-01-01 09:00:00+09' },
    ])
    const result = await client.execute('SELECT id FROM many')
    const table = await result.toTable()
    expect(table.numRows).toBe(ROWS)
    expect(table.getChild('id')!.get(ROWS - 1)).toBe(BigInt(ROWS - 1))
    expect(result.receivedBytes).toBeGreaterThanOrEqual(8 * ROWS)
  })

  it('binds parameters, by position and by name', async () => {
    const one = await client.execute('SELECT $1 + 1 AS a, $2 AS b, $3 AS c', { params: [41, 'text', null] })
    expect(await one.toArray()).toEqual([{ a: 42, b: 'text', c: null }])
    const named = await client.execute('SELECT id FROM many WHERE id BETWEEN $least AND $most ORDER BY id', { params: { most: 12, least: 10n } })
    expect(await texts(named.batches())).toEqual([['10'], ['11'], ['12']])
    expect((await refusal(client.execute('SELECT $1', { params: [] }))).message).toContain('the statement takes 1 parameter, not 0')
  })

  it('runs several at once', async () => {
    const sums = await Promise.all([1, 2, 3, 4, 5].map((n) => scalar(`SELECT SUM(id % ${n}) FROM many`)))
    expect(sums.every((sum) => sum !== undefined)).toBe(true)
    expect(sums[0]).toBe('0')
  })
})

describe('errors', () => {
  it('have their kind, their place and their hint', async () => {
    const sql = 'SELECT\n  nam FROM many'
    expect(await refusal(client.execute(sql))).toMatchObject({
      kind: 'bind',
      span: { start: sql.indexOf('nam'), end: sql.indexOf('nam') + 3 },
      hint: 'Did you mean "name"?',
    })
    expect(await refusal(client.execute('SELECT 1 +'))).toMatchObject({ kind: 'syntax', span: { start: 10 } })
    expect(await refusal(client.execute('SELECT * FROM nowhere'))).toMatchObject({ span: { start: 14, end: 21 } })
    expect(await refusal(client.execute('UPDATE many SET id = 1'))).toMatchObject({ kind: 'unsupported' })
    expect(await refusal(client.executeUpdate('DROP TABLE nowhere'))).toMatchObject({ message: expect.stringContaining('nowhere') as string })
    expect(await refusal(client.prepare('SELECT nam FROM many'))).toMatchObject({ kind: 'bind', span: { start: 7, end: 10 } })
  })

  it('come while rows are read', async () => {
    const result = await client.execute("SELECT CAST(name AS INTEGER) AS n FROM many")
    const error = await refusal(texts(result.batches()))
    expect(error.kind).toBe('execution')
    expect(error.message).toContain('name 1')
    expect(grpcStatusOf(error)).toBe(3)
  })
})

describe('a session', () => {
  it('holds settings, USE and tables, and is its client’s own', async () => {
    const other = await FlightSqlClient.connect(uri)
    const mine = await FlightSqlClient.connect(uri)
    await mine.executeUpdate("SET artemis.time_zone = 'Asia/Tokyo'")
    await mine.executeUpdate('USE memory')
    expect(await mine.executeUpdate('CREATE TABLE t (n INTEGER)')).toBe(0)
    expect(await mine.executeUpdate('INSERT INTO t VALUES (1), (2), ($1)', { params: [3] })).toBe(3)
    expect(await scalar('SELECT SUM(n) FROM t', mine)).toBe('6')
    expect(await scalar('SHOW artemis.time_zone', mine)).toBe('Asia/Tokyo')
    expect(await scalar('SHOW artemis.time_zone', other)).toBe('UTC')
    expect((await refusal(other.execute('SELECT * FROM memory.main.t'))).message).toContain('t')
    await mine.close()
    await other.close()
  })

  it('has options', async () => {
    const mine = await FlightSqlClient.connect(uri)
    await mine.setSessionOptions({ timezone: 'Asia/Tokyo', 'artemis.batch_size': 100 })
    expect(await scalar('SHOW artemis.time_zone', mine)).toBe('Asia/Tokyo')
    expect(await mine.sessionOptions()).toMatchObject({ timezone: 'Asia/Tokyo', 'artemis.batch_size': 100n, catalog: 'sample' })
    await mine.setSessionOptions({ timezone: null })
    expect((await mine.sessionOptions())['timezone']).toBe('UTC')
    const error = await refusal(mine.setSessionOptions({ nothing: 1, timezone: 'Mars', 'artemis.batch_size': 5 }))
    expect(error.message).toContain('there is no option "nothing"')
    expect(error.message).toContain('the value of "timezone" is not valid')
    expect(await scalar('SHOW artemis.batch_size', mine)).toBe('5')
    await mine.close()
  })
})

describe('prepared statements', () => {
  it('run many times, with the parameters that were bound last', async () => {
    const statement = await client.prepare('SELECT $1::BIGINT + 1 AS n')
    expect(statement.isUpdate ?? false).toBe(false)
    expect(statement.schema.fields.map(({ name }) => name)).toEqual(['n'])
    expect(statement.parameters.fields).toHaveLength(1)
    expect(await (await statement.bind([1]).execute()).toArray()).toEqual([{ n: 2n }])
    expect(await (await statement.execute()).toArray()).toEqual([{ n: 2n }])
    expect(await (await statement.bind([2n ** 40n]).execute()).toArray()).toEqual([{ n: 2n ** 40n + 1n }])
    await statement.close()
    await expect(statement.execute()).rejects.toBeInstanceOf(ArtemisError)
    await statement.close()
  })

  it('update many times', async () => {
    const mine = await FlightSqlClient.connect(uri)
    await mine.executeUpdate('CREATE TABLE memory.main.p (n BIGINT, s VARCHAR)')
    const statement = await mine.prepare('INSERT INTO memory.main.p VALUES (?, ?)')
    for (const n of [1, 2, 3]) expect(await statement.bind([n, n === 2 ? null : `s${n}`]).executeUpdate()).toBe(1)
    await statement.close()
    expect(await texts((await mine.execute('SELECT * FROM memory.main.p ORDER BY n')).batches())).toEqual([
      ['1', 's1'],
      ['2', null],
      ['3', 's3'],
    ])
    await mine.close()
  })
})

describe('metadata', () => {
  it('lists catalogs, schemas and tables, with their columns', async () => {
    expect(await client.catalogs()).toEqual(expect.arrayContaining(['memory', 'sample']))
    expect(await client.dbSchemas({ catalog: 'sample', dbSchemaPattern: 'ma%' })).toEqual([{ catalog: 'sample', dbSchema: 'main' }])
    const tables = await client.tables({ catalog: 'sample', tablePattern: 'm_ny', includeSchema: true })
    expect(tables).toMatchObject([{ catalog: 'sample', dbSchema: 'main', table: 'many' }])
    expect(tables[0]!.schema!.fields.map(({ name }) => name)).toEqual(['id', 'name', 'value'])
    expect((await client.tables({ catalog: 'sample', dbSchemaPattern: 'main' })).map(({ table }) => table)).toEqual(['endless', 'many'])
    expect(await client.tables({ tableTypes: ['NO SUCH TYPE'] })).toEqual([])
    expect((await client.tableTypes()).length).toBeGreaterThan(0)
  })

  it('knows what the server says of itself', async () => {
    const info = await client.sqlInfo()
    expect(String(info.get(0))).toMatch(/artemis/i)
    expect(info.get(4)).toBe(true)
    expect(info.get(504)).toBe('"')
    const kinds = new Set([...info.values()].map((value) => (Array.isArray(value) ? 'list' : typeof value)))
    expect(kinds).toEqual(new Set(['string', 'boolean', 'bigint', 'number', 'list', 'object']))
    expect(new Set((await client.sqlInfo([0, 1])).keys())).toEqual(new Set([0, 1]))
  })
})

describe('cancelling', () => {
  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  it('stops the engine, and leaves the session as it was', async () => {
    const controller = new AbortController()
    const result = await client.execute('SELECT SUM(value) FROM endless', { signal: controller.signal })
    const reading = refusal(texts(result.batches()))
    await until(() => endlessReads === 1)
    controller.abort()
    expect(await reading).toBeInstanceOf(CancelledError)
    await until(() => endlessReads === 0)
    expect(await scalar('SELECT 1')).toBe('1')
  })

  it('stops updates', async () => {
    const mine = await FlightSqlClient.connect(uri)
    const controller = new AbortController()
    const work = refusal(mine.executeUpdate('CREATE TABLE memory.main.c AS SELECT * FROM endless', { signal: controller.signal }))
    await until(() => endlessReads === 1)
    controller.abort()
    expect(await work).toBeInstanceOf(CancelledError)
    await until(() => endlessReads === 0)
    await mine.close()
  })

  it('is what leaving a loop and closing a client do', async () => {
    for await (const batch of (await client.execute('SELECT * FROM endless')).batches()) if (batch.rowCount > 0) break
    await until(() => endlessReads === 0)
    const mine = await FlightSqlClient.connect(uri)
    const reading = refusal(texts((await mine.execute('SELECT SUM(value) FROM endless')).batches()))
    await until(() => endlessReads === 1)
    await mine.close()
    expect(await reading).toBeInstanceOf(CancelledError)
    await until(() => endlessReads === 0)
  })
})
