/**
 * Time travel in SQL over an archive with a history: every spelling reaches the snapshot it names, with that time's
 * schema; each table reference pins for itself; and what cannot be read says what can.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RandomTable, openTemporaryDemo } from '../../testkit/src/index.js'
import type { TemporaryDemo } from '../../testkit/src/index.js'
import type { Logger, Row, SessionContext } from './index.js'

const TABLE = 'artemis.sda.observations'
let demo: TemporaryDemo
let session: SessionContext
/** Snapshot ids in the order of the log. */
let ids: readonly bigint[]

beforeAll(async () => {
  demo = await openTemporaryDemo(0.7)
  session = demo.session
  ids = (await rows(`SELECT snapshot_id FROM ${TABLE}.history ORDER BY made_current_at`)).map((row) => row['snapshot_id'] as bigint)
})
afterAll(() => demo.close())

const rows = async (sql: string, on: SessionContext = session): Promise<Row[]> => (await on.sql(sql)).toArray()
const count = async (from: string, on: SessionContext = session): Promise<bigint> => (await rows(`SELECT count(*) AS n FROM ${from}`, on))[0]!['n'] as bigint
const columns = async (from: string, on: SessionContext = session): Promise<string[]> => (await on.sql(`SELECT * FROM ${from} LIMIT 0`)).fields.map((field) => field.name)

const FIRST = ['observation_id', 'mission_id', 'day', 'observed_at', 'sensor', 'panel_voltage', 'panel_current', 'altitude', 'status', 'notes', 'raw_frame']
const RENAMED = FIRST.map((name) => (name === 'altitude' ? 'altitude_km' : name))
const CURRENT = [...RENAMED.filter((name) => name !== 'raw_frame'), 'signal_snr']

/** Rows by snapshot, told from the files that it has: independent of how the query finds them. */
async function rowsOfSnapshot(index: number): Promise<bigint> {
  const table = await demo.catalog.loadTable({ namespace: ['sda'], name: 'observations' })
  const { summary } = table.snapshotById(ids[index]!)
  return BigInt(summary['total-records']!) - BigInt(summary['total-position-deletes'] ?? '0')
}

describe('every spelling reaches the snapshot then current', () => {
  const AT = "'2024-03-01T00:00:00Z'"
  const spellings = (): readonly string[] => [
    `AS OF TIMESTAMP ${AT}`,
    `AS OF TIMESTAMP '2024-03-01 00:00:00+00'`,
    `FOR SYSTEM_TIME AS OF TIMESTAMP ${AT}`,
    `FOR TIMESTAMP AS OF ${AT}`,
    `FOR TIMESTAMP AS OF TIMESTAMP ${AT}`,
    `TIMESTAMP AS OF ${AT}`,
    `AT (TIMESTAMP => ${AT})`,
    `AT (TIMESTAMP => TIMESTAMPTZ ${AT})`,
    `AS OF SNAPSHOT ${ids[2]!}`,
    `AS OF VERSION ${ids[2]!}`,
    `FOR VERSION AS OF ${ids[2]!}`,
    `VERSION AS OF ${ids[2]!}`,
    `AT (VERSION => ${ids[2]!})`,
    `AS OF TAG 'q1-baseline'`,
    `AS OF VERSION 'q1-baseline'`,
    `FOR VERSION AS OF 'q1-baseline'`,
    `VERSION AS OF 'q1-baseline'`,
    `AT (VERSION => 'q1-baseline')`,
    `AS OF TIMESTAMP TIMESTAMP '2024-02-29 00:00:00' + INTERVAL '1 day'`,
    `AS OF TIMESTAMP '2024-02-29T23:55:00Z'`,
  ]

  test('rows and schema of that time', async () => {
    const expected = await rowsOfSnapshot(2)
    expect(expected).toBeGreaterThan(0n)
    expect(expected).not.toBe(await rowsOfSnapshot(3))
    for (const spelling of spellings()) {
      expect(await count(`${TABLE} ${spelling}`), spelling).toBe(expected)
      expect(await columns(`${TABLE} ${spelling}`), spelling).toEqual(RENAMED)
    }
  })

  test('the alias stands before or after', async () => {
    for (const sql of [
      `SELECT count(o.raw_frame) AS n FROM ${TABLE} AS OF SNAPSHOT ${ids[0]!} AS o`,
      `SELECT count(o.raw_frame) AS n FROM ${TABLE} AS OF SNAPSHOT ${ids[0]!} o`,
      `SELECT count(o.raw_frame) AS n FROM ${TABLE} AS o AS OF SNAPSHOT ${ids[0]!}`,
      `SELECT count(o.raw_frame) AS n FROM ${TABLE} o FOR VERSION AS OF ${ids[0]!}`,
    ]) expect((await rows(sql))[0]!['n'], sql).toBe(await rowsOfSnapshot(0)) // prettier-ignore
  })

  test('the point may be a parameter', async () => {
    const byId = await (await session.sql(`SELECT count(*) AS n FROM ${TABLE} AS OF SNAPSHOT ?`, { params: [ids[1]!] })).toArray()
    expect(byId[0]!['n']).toBe(await rowsOfSnapshot(1))
    const byTime = await (await session.sql(`SELECT count(*) AS n FROM ${TABLE} AS OF TIMESTAMP $at`, { params: { at: new Date('2024-02-20T00:00:00Z') } })).toArray()
    expect(byTime[0]!['n']).toBe(await rowsOfSnapshot(1))
    const byName = await (await session.sql(`SELECT count(*) AS n FROM ${TABLE} AS OF VERSION $1`, { params: ['q1-baseline'] })).toArray()
    expect(byName[0]!['n']).toBe(await rowsOfSnapshot(2))
  })
})

describe('a timestamp finds the last entry of the log not after it', () => {
  test.each([
    ['2024-02-01T06:00:00Z', 0],
    ['2024-02-01T06:00:00.001Z', 0],
    ['2024-02-15T05:59:59.999Z', 0],
    ['2024-02-15T05:59:59.999999Z', 0],
    ['2024-02-15T06:00:00Z', 1],
    ['2024-03-16T06:00:00Z', 4],
    ['2024-03-20T11:59:59Z', 4],
    ['2024-03-20T12:00:00Z', 5],
    ['2024-04-01T06:00:00Z', 6],
    ['2025-01-01T00:00:00Z', 6],
  ])('%s', async (at, index) => {
    expect(await count(`${TABLE} AS OF TIMESTAMP '${at}'`)).toBe(await rowsOfSnapshot(index))
  })

  test('without a zone it is read in the time zone of the session', async () => {
    const berlin = demo.newSession({ settings: { timeZone: 'Europe/Berlin' } })
    expect(await count(`${TABLE} AS OF TIMESTAMP '2024-02-15 06:30:00'`, berlin)).toBe(await rowsOfSnapshot(0))
    expect(await count(`${TABLE} AS OF TIMESTAMP '2024-02-15 07:00:00'`, berlin)).toBe(await rowsOfSnapshot(1))
    expect(await count(`${TABLE} AS OF TIMESTAMP '2024-02-15 06:30:00'`)).toBe(await rowsOfSnapshot(1))
  })

  test('a rollback makes the older snapshot current again', async () => {
    const random = await RandomTable.create({ catalog: demo.catalog, namespace: 'ops', name: 'rolled', seed: 1 })
    await random.append(10)
    const first = random.table.currentSnapshot()!
    await random.append(5)
    const second = random.table.currentSnapshot()!
    await random.table.manageSnapshots().rollbackTo(first.snapshotId).commit()
    expect(await count('artemis.ops.rolled')).toBe(10n)
    expect(await count(`artemis.ops.rolled AS OF SNAPSHOT ${second.snapshotId}`)).toBe(15n)
    expect(await count(`artemis.ops.rolled AS OF TIMESTAMP '${new Date(second.timestampMs).toISOString()}'`)).toBe(15n)
    expect(await count('artemis.ops.rolled AS OF TIMESTAMP now()')).toBe(10n)
    const history = await rows('SELECT snapshot_id, is_current_ancestor FROM artemis.ops.rolled.history ORDER BY made_current_at')
    expect(history.map((row) => row['snapshot_id'])).toEqual([first.snapshotId, second.snapshotId, first.snapshotId])
    expect(history.map((row) => row['is_current_ancestor'])).toEqual([true, false, true])
  })
})

describe('which schema', () => {
  test('that of the snapshot, by default', async () => {
    expect(await columns(`${TABLE} AS OF SNAPSHOT ${ids[0]!}`)).toEqual(FIRST)
    expect(await columns(`${TABLE} AS OF SNAPSHOT ${ids[1]!}`)).toEqual(FIRST)
    expect(await columns(`${TABLE} AS OF SNAPSHOT ${ids[2]!}`)).toEqual(RENAMED)
    expect(await columns(`${TABLE} AS OF SNAPSHOT ${ids[3]!}`)).toEqual(CURRENT)
    expect(await columns(TABLE)).toEqual(CURRENT)
  })

  test('a dropped column has its values again, a renamed one its old name', async () => {
    const [row] = await rows(`SELECT count(raw_frame) AS frames, count(altitude) AS altitudes, count(*) AS n FROM ${TABLE} AS OF SNAPSHOT ${ids[0]!}`)
    expect(row!['frames']).toBe(row!['n'])
    expect(row!['altitudes']).toBe(row!['n'])
    await expect(rows(`SELECT raw_frame FROM ${TABLE}`)).rejects.toMatchObject({ kind: 'bind' })
    await expect(rows(`SELECT signal_snr FROM ${TABLE} AS OF SNAPSHOT ${ids[0]!}`)).rejects.toMatchObject({ kind: 'bind' })
  })

  test('the same values under both names', async () => {
    const then = await rows(`SELECT observation_id, altitude AS a FROM ${TABLE} AS OF SNAPSHOT ${ids[0]!} WHERE mission_id = 'apollo-7' ORDER BY 1 LIMIT 20`)
    const now = await rows(`SELECT observation_id, altitude_km AS a FROM ${TABLE} WHERE mission_id = 'apollo-7' ORDER BY 1 LIMIT 20`)
    expect(then).toEqual(now)
  })

  test("SET artemis.projection_mode = 'current' gives the schema of today, later columns null", async () => {
    const current = demo.newSession()
    await current.sql("SET artemis.projection_mode = 'current'")
    const past = `${TABLE} AS OF TIMESTAMP '2024-03-01T00:00:00Z'`
    expect(await columns(past, current)).toEqual(CURRENT)
    expect(await rows(`SELECT count(*) AS n, count(signal_snr) AS snr, count(altitude_km) AS altitudes FROM ${past}`, current)).toEqual([
      { n: await rowsOfSnapshot(2), snr: 0n, altitudes: await rowsOfSnapshot(2) },
    ])
    expect(await count(`${past} WHERE signal_snr IS NULL`, current)).toBe(await rowsOfSnapshot(2))
    expect(await count(`${past} WHERE signal_snr > 0`, current)).toBe(0n)
    await expect(rows(`SELECT raw_frame FROM ${past}`, current)).rejects.toMatchObject({ kind: 'bind' })
    await current.sql('RESET artemis.projection_mode')
    expect(await columns(past, current)).toEqual(RENAMED)
  })

  test('the columns of the mode are those of SELECT *, filters and aggregates', async () => {
    const past = `${TABLE} AS OF SNAPSHOT ${ids[0]!}`
    const [row] = await rows(`SELECT min(altitude) AS low, count(*) AS n FROM ${past} WHERE raw_frame > 100 AND altitude > 0`)
    expect(row!['n']).toBeGreaterThan(0n)
    expect(row!['low']).toBeGreaterThan(0)
  })
})

describe('each reference pins for itself', () => {
  test('two pins of one table join in one query', async () => {
    const found = await rows(`
      SELECT count(*) AS added FROM ${TABLE} AS OF SNAPSHOT ${ids[1]!} AS new
      ANTI JOIN ${TABLE} AS OF SNAPSHOT ${ids[0]!} AS old ON new.observation_id = old.observation_id`)
    expect(found[0]!['added']).toBe((await rowsOfSnapshot(1)) - (await rowsOfSnapshot(0)))
    const joined = await rows(`
      SELECT count(*) AS n, count(old.altitude) AS then, count(new.altitude_km) AS now FROM ${TABLE} AS OF SNAPSHOT ${ids[0]!} AS old
      JOIN ${TABLE} AS new ON new.observation_id = old.observation_id`)
    expect(joined).toEqual([{ n: await rowsOfSnapshot(0), then: await rowsOfSnapshot(0), now: await rowsOfSnapshot(0) }])
  })

  test('what a delete took away', async () => {
    const found = await rows(`
      SELECT mission_id, count(*) AS gone FROM (
        SELECT observation_id, mission_id FROM ${TABLE} AS OF SNAPSHOT ${ids[4]!} EXCEPT SELECT observation_id, mission_id FROM ${TABLE} AS OF SNAPSHOT ${ids[5]!}
      ) GROUP BY mission_id`)
    expect(found).toEqual([{ mission_id: 'apollo-8', gone: 60n }])
  })

  test('in subqueries, CTEs and unions, beside the present', async () => {
    const found = await rows(`
      WITH past AS (SELECT * FROM ${TABLE} AS OF TAG 'q1-baseline')
      SELECT (SELECT count(*) FROM past) AS past, (SELECT count(*) FROM ${TABLE}) AS now,
        (SELECT count(*) FROM (SELECT day FROM ${TABLE} AS OF SNAPSHOT ${ids[0]!} UNION ALL SELECT day FROM past)) AS both`)
    expect(found).toEqual([{ past: await rowsOfSnapshot(2), now: await rowsOfSnapshot(6), both: (await rowsOfSnapshot(0)) + (await rowsOfSnapshot(2)) }])
  })

  test('a view keeps its pin', async () => {
    const own = demo.newSession()
    await own.sql(`CREATE VIEW january AS SELECT * FROM ${TABLE} AS OF SNAPSHOT ${ids[0]!}`)
    expect(await count('january', own)).toBe(await rowsOfSnapshot(0))
  })
})

describe('branches and tags', () => {
  test('a branch is read at its head', async () => {
    const random = await RandomTable.create({ catalog: demo.catalog, namespace: 'ops', name: 'branched', seed: 2 })
    await random.append(10)
    await random.table.manageSnapshots().createBranch('audit').createTag('ten').commit()
    await random.append(5)
    expect(await count("artemis.ops.branched AS OF BRANCH 'audit'")).toBe(10n)
    expect(await count("artemis.ops.branched AS OF BRANCH 'main'")).toBe(15n)
    expect(await count("artemis.ops.branched AS OF VERSION 'audit'")).toBe(10n)
    expect(await count("artemis.ops.branched AS OF TAG 'ten'")).toBe(10n)
  })

  test('a branch named as a tag, and the other way around, says which it is', async () => {
    await expect(rows(`SELECT * FROM ${TABLE} AS OF TAG 'main'`)).rejects.toThrow(/"main" is a branch, not a tag/)
    await expect(rows(`SELECT * FROM ${TABLE} AS OF BRANCH 'q1-baseline'`)).rejects.toThrow(/"q1-baseline" is a tag, not a branch/)
  })
})

describe('what cannot be read says what is kept', () => {
  const refused = async (from: string): Promise<{ code: string; message: string; hint: string | undefined; span: unknown }> => {
    const error: unknown = await rows(`SELECT * FROM ${from}`).then(() => undefined, (thrown: unknown) => thrown)
    expect(error, from).toMatchObject({ code: expect.any(String) as string })
    return error as Awaited<ReturnType<typeof refused>>
  }

  test('an instant before the first snapshot', async () => {
    const error = await refused(`${TABLE} AS OF TIMESTAMP '2023-12-31 00:00:00'`)
    expect(error.message).toContain(String(ids[0]!))
    expect(error.message).toContain('2024-02-01T06:00:00')
    expect(error.span).toMatchObject({ start: expect.any(Number) as number })
  })

  test('an instant in the future', async () => {
    const error = await refused(`${TABLE} AS OF TIMESTAMP '2999-01-01 00:00:00'`)
    expect(error.code).toBe('TIMESTAMP_IN_FUTURE')
    expect(error.message).toContain(`it is now ${new Date().toISOString().slice(0, 10)}`)
  })

  test('an id that never was', async () => {
    const error = await refused(`${TABLE} AS OF SNAPSHOT 12345`)
    expect(error.message).toContain('12345')
    expect(error.message).toContain(String(ids[0]!))
  })

  test('an unknown branch or tag lists those that exist', async () => {
    expect((await refused(`${TABLE} AS OF TAG 'q1-basline'`)).hint).toContain('q1-baseline')
    expect((await refused(`${TABLE} AS OF TAG 'nothing-like-it'`)).hint).toMatch(/main.*q1-baseline|q1-baseline.*main/)
    expect((await refused(`${TABLE} AS OF VERSION 'nothing-like-it'`)).hint).toContain('q1-baseline')
  })

  test('a table in memory and a view have no history', async () => {
    await session.sql('CREATE OR REPLACE TABLE mine (a INTEGER)')
    await session.sql('CREATE OR REPLACE VIEW seen AS SELECT 1 AS a')
    expect((await refused('mine AS OF SNAPSHOT 1')).code).toBe('NO_HISTORY')
    expect((await refused("seen AS OF TIMESTAMP '2024-01-01'")).code).toBe('NO_HISTORY')
  })

  test('a subquery has none either', async () => {
    await expect(rows("SELECT * FROM (SELECT 1) AS OF TIMESTAMP '2024-01-01'")).rejects.toMatchObject({ kind: 'syntax' })
  })

  test('a table without any snapshot', async () => {
    await RandomTable.create({ catalog: demo.catalog, namespace: 'ops', name: 'bare', seed: 3 })
    expect(await count('artemis.ops.bare')).toBe(0n)
    expect((await refused('artemis.ops.bare AS OF TIMESTAMP now()')).message).toMatch(/no snapshot/)
  })

  test('a point that is no time, no id, or has columns', async () => {
    await refused(`${TABLE} AS OF TIMESTAMP 'yesterday-ish'`)
    await refused(`${TABLE} AS OF SNAPSHOT 'abc'`)
    await refused(`${TABLE} AS OF TIMESTAMP NULL`)
    await refused(`${TABLE} AS OF TIMESTAMP observed_at`)
  })
})

describe('after expiry', () => {
  test('what is gone is named, with what is kept; tags hold theirs', async () => {
    const random = await RandomTable.create({ catalog: demo.catalog, namespace: 'ops', name: 'expiring', seed: 4 })
    const { table } = random
    const snapshots: { id: bigint; at: string }[] = []
    for (let i = 0; i < 5; i++) {
      await random.append(10)
      const { snapshotId, timestampMs } = table.currentSnapshot()!
      snapshots.push({ id: snapshotId, at: new Date(timestampMs).toISOString() })
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await table.manageSnapshots().createTag('second', snapshots[1]!.id).commit()
    await table.expireSnapshots({ olderThanMs: Date.now() + 1, retainLast: 2 })
    expect(await count(`artemis.ops.expiring AS OF SNAPSHOT ${snapshots[4]!.id}`)).toBe(50n)
    expect(await count(`artemis.ops.expiring AS OF SNAPSHOT ${snapshots[3]!.id}`)).toBe(40n)
    expect(await count("artemis.ops.expiring AS OF TAG 'second'")).toBe(20n)
    for (const point of [`SNAPSHOT ${snapshots[0]!.id}`, `SNAPSHOT ${snapshots[2]!.id}`, `TIMESTAMP '${snapshots[0]!.at}'`, `TIMESTAMP '${snapshots[2]!.at}'`]) {
      const error: unknown = await rows(`SELECT * FROM artemis.ops.expiring AS OF ${point}`).then(() => undefined, (thrown: unknown) => thrown)
      const { message } = error as Error
      expect(message, point).toMatch(/expired/)
      expect(message, point).toContain(String(snapshots[1]!.id))
    }
  })
})

describe('the pinned snapshot is written down', () => {
  test('in the structured log, beside the id of the query', async () => {
    const lines: { fields: Record<string, unknown>; message: string }[] = []
    const write = (fields: object, message: string): void => void lines.push({ fields: fields as Record<string, unknown>, message })
    const logger: Logger = { debug: write, info: write, warn: write, error: write }
    const own = demo.newSession({ logger })
    const result = await own.sql(`SELECT count(*) FROM ${TABLE} AS OF SNAPSHOT ${ids[0]!} AS a JOIN ${TABLE} AS b USING (observation_id) JOIN artemis.sda.missions m ON m.mission_id = b.mission_id`)
    await result.toArray()
    const planned = lines.find((line) => line.fields['queryId'] === result.queryId && 'snapshots' in line.fields)!
    const snapshots = planned.fields['snapshots'] as { table: string; snapshotId: string; timestampMs: number }[]
    expect(snapshots.map((snapshot) => snapshot.table).toSorted()).toEqual(['artemis.sda.missions', TABLE, TABLE])
    const pinned = snapshots.filter((snapshot) => snapshot.table === TABLE).map((snapshot) => snapshot.snapshotId)
    expect(new Set(pinned)).toEqual(new Set([String(ids[0]!), String(ids[6]!)]))
    expect(JSON.stringify(planned.fields)).toContain(String(ids[0]!))
  })

  test('in EXPLAIN', async () => {
    const text = (await rows(`EXPLAIN SELECT count(*) FROM ${TABLE} AS OF SNAPSHOT ${ids[0]!} WHERE panel_voltage > 1`)).map((row) => row['plan']).join('\n')
    expect(text).toContain(`snapshot=${ids[0]!} (2024-02-01T06:00:00.000Z)`)
  })
})
