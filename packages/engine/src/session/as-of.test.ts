/** A point in time for a whole statement, against AS OF written at each table. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ArtemisError } from '@artemis/errors'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AsOf, Row } from '../index.js'
import { SessionContext, openWarehouse } from '../index.js'
import { createSmallArchive } from '../robustness/small-archive.js'

let folder: string
let session: SessionContext
let snapshots: bigint[]
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'artemis-as-of-'))
  await createSmallArchive(path.join(folder, 'warehouse'))
  session = new SessionContext({ settings: { catalog: 'artemis', schema: 'lab', verifyPlans: true } })
  session.registerCatalog('artemis', await openWarehouse(path.join(folder, 'warehouse'), session.runtime))
  await session.sql('CREATE TABLE memory.main.mine AS SELECT 1 AS one')
  await session.sql('CREATE VIEW memory.main.counted AS SELECT count(*) AS n FROM artemis.lab.trees')
  snapshots = (await run('SELECT snapshot_id AS id FROM trees.snapshots ORDER BY committed_at')).map((row) => row['id'] as bigint)
})
afterAll(async () => {
  await session.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = async (sql: string, asOf?: AsOf): Promise<Row[]> => (await (await session.prepare(sql, { asOf })).execute()).toArray()
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof ArtemisError ? error.code : String(error)),
  )
/** 18 March 2024 is day 19,800: the first append is of the day after. */
const DAY = '2024-03-20'

test('an instant, in the forms that it comes in', async () => {
  const expected = await run(`SELECT count(*) AS n FROM trees AS OF TIMESTAMP '${DAY} 00:00:00'`)
  for (const timestamp of [DAY, `${DAY}T00:00:00Z`, `${DAY} 02:00:00+02`, new Date(`${DAY}T00:00:00Z`)]) {
    expect(await run('SELECT count(*) AS n FROM trees', { timestamp }), String(timestamp)).toEqual(expected)
  }
  expect(await run('SELECT count(*) AS n FROM trees')).not.toEqual(expected)
  expect(await (await session.sql('SELECT count(*) AS n FROM trees', { asOf: { timestamp: DAY } })).toArray()).toEqual(expected)
})

test('an instant without an offset is in the session’s time zone', async () => {
  const [{ at } = {}] = await run('SELECT CAST(committed_at AS VARCHAR) AS at FROM trees.snapshots ORDER BY committed_at LIMIT 1')
  const local = String(at).slice(0, 19)
  expect(await codeOf(run('SELECT count(*) AS n FROM trees', { timestamp: local }))).toBe('no error')
  // The same clock reads that nine hours earlier in Tokyo, before the table's first snapshot.
  const inTokyo = session.prepare('SELECT 1 FROM trees', { asOf: { timestamp: local }, settings: { timezone: 'Asia/Tokyo' } })
  expect(await codeOf(inTokyo)).toBe('TIMESTAMP_BEFORE_FIRST_SNAPSHOT')
})

test('a snapshot', async () => {
  for (const snapshot of snapshots) {
    const expected = await run(`SELECT count(*) AS n, max(id) AS top FROM trees AS OF SNAPSHOT ${snapshot}`)
    expect(await run('SELECT count(*) AS n, max(id) AS top FROM trees', { snapshot })).toEqual(expected)
    expect(await run('SELECT count(*) AS n, max(id) AS top FROM trees', { snapshot: String(snapshot) })).toEqual(expected)
  }
})

test('the columns are those of the snapshot', async () => {
  expect((await session.prepare('SELECT * FROM trees', { asOf: { snapshot: snapshots[0]! } })).schema.fields.map(({ name }) => name)).toContain('hight')
  expect((await session.prepare('SELECT * FROM trees')).schema.fields.map(({ name }) => name)).toContain('height')
  const current = await session.prepare('SELECT * FROM trees', { asOf: { snapshot: snapshots[0]! }, settings: { 'artemis.projection_mode': 'current' } })
  expect(current.schema.fields.map(({ name }) => name)).toContain('height')
})

test('a table’s own point in time wins', async () => {
  const sql = `SELECT (SELECT count(*) FROM trees) AS a, (SELECT count(*) FROM trees AS OF SNAPSHOT ${snapshots[0]}) AS b`
  const [row] = await run(sql, { snapshot: snapshots[1]! })
  const [written] = await run(sql.replace('FROM trees)', `FROM trees AS OF SNAPSHOT ${snapshots[1]})`))
  expect(row).toEqual(written)
})

test('tables that keep no history are read as they are, and views at that point', async () => {
  expect(await run('SELECT one FROM memory.main.mine', { timestamp: DAY })).toEqual([{ one: 1 }])
  expect(await run('SELECT count(*) > 0 AS some FROM information_schema.tables', { timestamp: DAY })).toEqual([{ some: true }])
  expect(await run('SELECT n FROM memory.main.counted', { timestamp: DAY })).toEqual(await run(`SELECT count(*) AS n FROM trees AS OF TIMESTAMP '${DAY}'`))
  expect(await run('SELECT 1 AS one', { timestamp: DAY })).toEqual([{ one: 1 }])
})

test('mistakes', async () => {
  expect(await codeOf(run('SELECT * FROM trees', { timestamp: 'yesterday' }))).toBe('INVALID_AS_OF')
  expect(await codeOf(run('SELECT * FROM trees', { timestamp: new Date(Number.NaN) }))).toBe('INVALID_AS_OF')
  expect(await codeOf(run('SELECT * FROM trees', { snapshot: 'x' }))).toBe('INVALID_AS_OF')
  expect(await codeOf(run('SELECT * FROM trees', { snapshot: 1n }))).toBe('SNAPSHOT_NOT_FOUND')
  expect(await codeOf(run('SELECT * FROM trees', { timestamp: '1999-01-01' }))).toBe('TIMESTAMP_BEFORE_FIRST_SNAPSHOT')
  // A snapshot of one table is none of another, and of no table at all it is a mistake.
  expect(await codeOf(run('SELECT count(*) FROM trees, plain', { snapshot: snapshots[0]! }))).toBe('SNAPSHOT_NOT_FOUND')
  expect(await codeOf(run('SELECT one FROM memory.main.mine', { snapshot: snapshots[0]! }))).toBe('AS_OF_UNUSED')
})

test('a parameter as the point in time of one table', async () => {
  const statement = await session.prepare('SELECT count(*) AS n FROM trees AS OF SNAPSHOT ?')
  expect(statement.parameters.map(({ type }) => type.kind)).toEqual(['int64'])
  const expected = await run(`SELECT count(*) AS n FROM trees AS OF SNAPSHOT ${snapshots[0]}`)
  expect(await (await statement.execute({ params: [snapshots[0]!] })).toArray()).toEqual(expected)
  const instant = await session.prepare('SELECT count(*) AS n FROM trees AS OF TIMESTAMP $at')
  expect(instant.parameters).toMatchObject([{ name: 'at', type: { kind: 'timestamp', timezone: 'UTC' } }])
  const then = await run('SELECT count(*) AS n FROM trees', { timestamp: DAY })
  expect(await (await instant.execute({ params: { at: `${DAY} 00:00:00` } })).toArray()).toEqual(then)
})
