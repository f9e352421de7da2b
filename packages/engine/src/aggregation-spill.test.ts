/**
 * Aggregations whose groups need ten times the memory there is: they must end, be right, show what they spilled, and
 * leave nothing behind, however they end.
 */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { ExplainNode } from '@artemis/execution'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DuckDB, difference, loadIntoDuckDB, openTemporaryDemo, textResult } from '../../testkit/src/index.js'
import type { TemporaryDemo } from '../../testkit/src/index.js'
import type { SessionContext } from './index.js'

let demo: TemporaryDemo
let duckdb: DuckDB
let spillFolder: string

beforeAll(async () => {
  demo = await openTemporaryDemo(0.25)
  spillFolder = path.join(demo.folder, 'spill')
  duckdb = await DuckDB.open()
  await loadIntoDuckDB(duckdb, 'observations', { table: await demo.catalog.loadTable({ namespace: ['sda'], name: 'observations' }) })
})
afterAll(async () => {
  duckdb.close()
  await demo.close()
})

const limited = (memoryLimit: number, more: object = {}): SessionContext =>
  demo.newSession({ settings: { memoryLimit, tempDirectory: spillFolder, catalog: 'artemis', schema: 'sda', ...more } })
const left = (): string[] => (existsSync(spillFolder) ? readdirSync(spillFolder, { recursive: true }).map(String) : [])
const nodesOf = (node: ExplainNode): ExplainNode[] => [node, ...node.children.flatMap(nodesOf)]

/** The most that the aggregation of a query holds when memory has no limit. */
async function neededBytes(sql: string): Promise<number> {
  const [row] = await (await limited(2 ** 40).sql(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`)).toArray()
  const nodes = nodesOf(JSON.parse(row!['plan'] as string) as ExplainNode)
  return Math.max(...nodes.filter((node) => node.name === 'HashAggregateExec').map((node) => node.metrics!['peak_memory']!))
}

const QUERIES: Readonly<Record<string, string>> = {
  'one key of 64 bits': 'SELECT observation_id, count(*), sum(panel_voltage), min(status), max(notes) FROM observations GROUP BY observation_id',
  'keys of several types': 'SELECT mission_id, observed_at, sensor, count(*), avg(panel_current) FROM observations GROUP BY mission_id, observed_at, sensor',
  'keys of text': "SELECT mission_id || '/' || observation_id::VARCHAR AS k, count(*), max(day) FROM observations GROUP BY 1",
  'keys with nulls': 'SELECT notes, signal_snr, observation_id % 50000 AS k, count(*), count(signal_snr) FROM observations GROUP BY notes, signal_snr, k',
  'DISTINCT and FILTER': `SELECT observation_id % 40000 AS k, count(DISTINCT sensor), sum(panel_voltage) FILTER (WHERE status = 'nominal'), stddev(altitude_km), bool_or(notes IS NULL)
    FROM observations GROUP BY k`,
  'DISTINCT over everything': 'SELECT count(DISTINCT observation_id), count(DISTINCT panel_voltage) FROM observations',
  'SELECT DISTINCT': 'SELECT DISTINCT observation_id, sensor FROM observations',
}

describe('groups that need ten times the memory limit', () => {
  test.each(Object.entries(QUERIES))('%s', async (_, sql) => {
    const needed = await neededBytes(sql)
    const session = limited(Math.floor(needed / 10))
    const result = await session.sql(sql)
    const ours = await textResult(result)
    expect(difference(ours, await duckdb.query(sql), { tolerance: 1e-7 })).toBeUndefined()
    expect(result.metrics.spillCount).toBeGreaterThan(0)
    expect(result.metrics.spilledBytes).toBeGreaterThan(0)
    expect(result.metrics.spilledRows).toBeGreaterThan(0)
    expect(left()).toEqual([])
    expect(session.reservedMemory).toBe(0)
  })

  test('EXPLAIN ANALYZE shows the spill', async () => {
    const sql = QUERIES['one key of 64 bits']!
    const session = limited(Math.floor((await neededBytes(sql)) / 10))
    const text = (await (await session.sql(`EXPLAIN ANALYZE ${sql}`)).toArray()).map((row) => row['plan'] as string)
    const metrics = text[text.findIndex((line) => line.includes('HashAggregateExec')) + 1]!
    expect(metrics).toMatch(/spill_count=[1-9]\d*/)
    expect(metrics).toMatch(/spilled_bytes=[1-9]\d*/)
    expect(metrics).toMatch(/spilled_rows=[1-9]\d*/)
    expect(left()).toEqual([])
  })

  test('over more groups than rows of a batch, and with few of them repeated', async () => {
    const sql = 'SELECT observation_id % 3 AS k, count(*) FROM observations GROUP BY k'
    const result = await limited(200_000).sql(sql)
    expect(difference(await textResult(result), await duckdb.query(sql))).toBeUndefined()
    expect(result.metrics.spillCount).toBe(0)
  })
})

describe('nothing is left behind', () => {
  const SQL = QUERIES['one key of 64 bits']!
  const limit = async (): Promise<number> => Math.floor((await neededBytes(SQL)) / 10)

  test('while it runs there are files', async () => {
    const session = limited(await limit())
    const stream = (await session.sql(SQL)).batches()[Symbol.asyncIterator]()
    await stream.next()
    expect(left().length).toBeGreaterThan(1)
    await stream.return?.()
    expect(left()).toEqual([])
    expect(session.reservedMemory).toBe(0)
  })

  test('after an abort while it aggregates', async () => {
    const session = limited(await limit())
    const controller = new AbortController()
    const result = await session.sql(SQL, { signal: controller.signal })
    const reading = result.toArray()
    // Aborts as soon as the first partition is on disk.
    const watch = setInterval(() => {
      if (left().length > 1) controller.abort()
    }, 1)
    await expect(reading).rejects.toMatchObject({ kind: 'cancelled' })
    clearInterval(watch)
    expect(left()).toEqual([])
    expect(session.reservedMemory).toBe(0)
  })

  test('after an abort while results are read', async () => {
    const session = limited(await limit())
    const controller = new AbortController()
    let batches = 0
    await expect(async () => {
      for await (const batch of (await session.sql(SQL, { signal: controller.signal })).batches()) {
        void batch
        if (++batches === 2) controller.abort()
      }
    }).rejects.toMatchObject({ kind: 'cancelled' })
    expect(left()).toEqual([])
    expect(session.reservedMemory).toBe(0)
  })

  test('after cancel() and after close()', async () => {
    for (const stop of ['cancel', 'close'] as const) {
      const session = limited(await limit())
      const result = await session.sql(SQL)
      await expect(async () => {
        for await (const batch of result.batches()) {
          void batch
          if (stop === 'cancel') result.cancel()
          else await session.close()
        }
      }).rejects.toMatchObject({ kind: 'cancelled' })
      expect(left()).toEqual([])
    }
  })

  test('after an error above the aggregation', async () => {
    const session = limited(await limit())
    await expect((await session.sql(`SELECT CAST(s AS INTEGER) FROM (SELECT observation_id, max(mission_id) AS s FROM observations GROUP BY observation_id)`)).toArray()).rejects.toMatchObject({
      kind: 'execution',
    })
    expect(left()).toEqual([])
    expect(session.reservedMemory).toBe(0)
  })

  test('after an error below it', async () => {
    const session = limited(await limit())
    await expect(
      (await session.sql(`SELECT k, count(*) FROM (SELECT CASE WHEN day > '2024-03-16' THEN CAST(sensor AS INTEGER) ELSE observation_id END AS k FROM observations) GROUP BY k`)).toArray(),
    ).rejects.toMatchObject({ kind: 'execution' })
    expect(left()).toEqual([])
    expect(session.reservedMemory).toBe(0)
  })

  test('after LIMIT had enough', async () => {
    const session = limited(await limit())
    expect(await (await session.sql(`${SQL} LIMIT 5`)).toArray()).toHaveLength(5)
    expect(left()).toEqual([])
    expect(session.reservedMemory).toBe(0)
  })

  test('after the disk limit is met, which the error names', async () => {
    const session = limited(await limit(), { diskLimit: 100_000 })
    await expect((await session.sql(SQL)).toArray()).rejects.toMatchObject({ kind: 'resource', message: expect.stringMatching(/spill|disk/i) as string })
    expect(left()).toEqual([])
    expect(session.reservedMemory).toBe(0)
  })
})

test('two queries share the limit of a session', async () => {
  const sql = QUERIES['one key of 64 bits']!
  const session = limited(Math.floor((await neededBytes(sql)) / 5))
  const results = await Promise.all([1, 2].map(async () => textResult(await session.sql(sql))))
  const theirs = await duckdb.query(sql)
  for (const ours of results) expect(difference(ours, theirs, { tolerance: 1e-7 })).toBeUndefined()
  expect(left()).toEqual([])
  expect(session.reservedMemory).toBe(0)
})
