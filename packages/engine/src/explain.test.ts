/** EXPLAIN in its forms: what runs, what each scan was asked, what it kept of how much, and what a run counted. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ExplainNode } from '@artemis/execution'
import { openTemporaryDemo } from '../../testkit/src/index.js'
import type { TemporaryDemo } from '../../testkit/src/index.js'

let demo: TemporaryDemo
beforeAll(async () => {
  demo = await openTemporaryDemo()
})
afterAll(() => demo.close())

const explain = async (sql: string): Promise<string> => (await (await demo.session.sql(sql)).toArray()).map((row) => row['plan']).join('\n')
const nodesOf = (node: ExplainNode): ExplainNode[] => [node, ...node.children.flatMap(nodesOf)]
const json = async (sql: string): Promise<ExplainNode[]> => nodesOf(JSON.parse(await explain(sql)) as ExplainNode)

const QUERY = `SELECT status, count(*) AS n FROM artemis.sda.observations
  WHERE mission_id = 'apollo-7' AND day BETWEEN '2024-03-01' AND '2024-03-08' AND panel_voltage > 30 AND upper(notes) = 'X' GROUP BY status ORDER BY n DESC LIMIT 3`

test('text: one operator a line, inputs below, filters with their class', async () => {
  const text = await explain(`EXPLAIN ${QUERY}`)
  expect(text).toMatch(/^TopNExec: .*fetch=3/)
  expect(text).toMatch(/\n +HashAggregateExec: .*group=\[status\]/)
  expect(text).toMatch(/\n +FilterExec: predicate=panel_voltage > 30 AND upper\(notes\) = 'X'\n/)
  const scan = /ScanExec: (.*)/.exec(text)![1]!
  expect(scan).toContain('table=artemis.sda.observations')
  expect(scan).toMatch(/snapshot=\d+ \(2024-04-01T06:00:00\.000Z\)/)
  expect(scan).toContain('projection=[panel_voltage, status, notes]')
  expect(scan).toContain("mission_id = 'apollo-7' (Exact)")
  expect(scan).toContain("day >= DATE '2024-03-01' (Exact)")
  expect(scan).toContain("day <= DATE '2024-03-08' (Exact)")
  expect(scan).toContain('panel_voltage > 30 (Inexact)')
  expect(scan).toContain("upper(notes) = 'X' (Unsupported)")
})

test('says how much of the table is kept: manifests, files, row groups', async () => {
  const text = await explain(`EXPLAIN ${QUERY}`)
  const total = Number(((await (await demo.session.sql('SELECT count(*) AS n FROM artemis.sda.observations.files WHERE content = 0')).toArray())[0] as { n: bigint }).n)
  const kept = Number(((await (await demo.session.sql(`SELECT count(*) AS n FROM artemis.sda.observations.files
    WHERE content = 0 AND partition.mission_id = 'apollo-7' AND partition.day_day BETWEEN '2024-03-01' AND '2024-03-08'`)).toArray())[0] as { n: bigint }).n) // prettier-ignore
  expect(text).toMatch(/manifests: 6 total -> 2 matched/)
  expect(text).toMatch(new RegExp(`files: ${total} total -> ${kept} matched`))
  expect(text).toMatch(new RegExp(`row_groups: ${kept} total -> \\d+ matched`))
  expect(kept).toBeGreaterThan(0)
})

test('EXPLAIN runs nothing', async () => {
  const text = await explain("EXPLAIN SELECT CAST(mission_id AS INTEGER) FROM artemis.sda.observations")
  expect(text).toContain('ScanExec')
  await expect(explain("EXPLAIN ANALYZE SELECT CAST(mission_id AS INTEGER) FROM artemis.sda.observations")).rejects.toThrow(/could not convert/)
})

test('JSON: the same as objects', async () => {
  const nodes = await json(`EXPLAIN (FORMAT JSON) ${QUERY}`)
  expect(nodes.map((node) => node.id)).toEqual(nodes.map((_, i) => i))
  const scan = nodes.find((node) => node.name === 'ScanExec')!
  expect(scan.details['filters']).toContain("mission_id = 'apollo-7' (Exact)")
  expect(scan.source!.counters.map((counter) => counter.name)).toEqual(['manifests', 'files', 'row_groups', 'pages'])
  for (const { kept, total } of scan.source!.counters) expect(kept).toBeLessThanOrEqual(total)
  expect(nodes.every((node) => node.metrics === undefined)).toBe(true)
})

describe('ANALYZE', () => {
  test('runs the query and counts rows, time and what the scan read', async () => {
    const nodes = await json(`EXPLAIN (ANALYZE, FORMAT JSON) ${QUERY}`)
    const rows = (await (await demo.session.sql(QUERY)).toArray()).length
    expect(nodes[0]!.metrics!['output_rows']).toBe(rows)
    const scan = nodes.find((node) => node.name === 'ScanExec')!
    const byName = new Map(scan.source!.counters.map((counter) => [counter.name, counter]))
    expect(scan.metrics).toMatchObject({
      manifests_matched: byName.get('manifests')!.kept,
      manifests_pruned: byName.get('manifests')!.total - byName.get('manifests')!.kept,
      files_matched: byName.get('files')!.kept,
      files_pruned: byName.get('files')!.total - byName.get('files')!.kept,
    })
    expect(scan.metrics!['bytes_scanned']).toBeGreaterThan(0)
    expect(scan.metrics!['elapsed_compute']).toBeGreaterThan(0)
    const filter = nodes.find((node) => node.name === 'FilterExec')!
    expect(filter.metrics!['output_rows']).toBeLessThan(scan.metrics!['output_rows']!)
  })

  test('text', async () => {
    const text = await explain(`EXPLAIN ANALYZE ${QUERY}`)
    expect(text).toMatch(/ScanExec: [^\n]*\n(?:.*\n)*? +metrics: output_rows=\d+, .*bytes_scanned=\d+/)
    expect(text).toMatch(/elapsed_compute=\d+\.\d+ms/)
  })

  test('of a query that metadata answers shows that nothing was scanned', async () => {
    const nodes = await json("EXPLAIN (ANALYZE, FORMAT JSON) SELECT count(*), min(day), max(day) FROM artemis.sda.observations WHERE mission_id = 'apollo-7'")
    expect(nodes.map((node) => node.name)).toContain('MetadataAggregateExec')
    const scan = nodes.find((node) => node.name === 'ScanExec')!
    expect(scan.metrics?.['output_rows'] ?? 0).toBe(0)
    expect(scan.metrics?.['bytes_scanned'] ?? 0).toBe(0)
  })
})

test('VERBOSE adds the logical plan', async () => {
  const text = await explain(`EXPLAIN VERBOSE ${QUERY}`)
  expect(text).toContain('Aggregate')
  expect(text).toContain('HashAggregateExec')
  expect(text.split('\n').length).toBeGreaterThan((await explain(`EXPLAIN ${QUERY}`)).split('\n').length)
})

test('of joins, subqueries, set operations and values', async () => {
  const session = demo.session
  for (const sql of ['CREATE OR REPLACE TABLE a (x INTEGER)', 'CREATE OR REPLACE TABLE b (x INTEGER)']) await session.sql(sql)
  expect(await explain('EXPLAIN SELECT * FROM a JOIN b USING (x)')).toMatch(/HashJoinExec: .*inner/i)
  expect(await explain('EXPLAIN SELECT * FROM a LEFT JOIN b USING (x)')).toMatch(/HashJoinExec: .*left/i)
  expect(await explain('EXPLAIN SELECT * FROM a WHERE x IN (SELECT x FROM b)')).toMatch(/HashJoinExec: .*semi/i)
  expect(await explain('EXPLAIN SELECT * FROM a UNION ALL SELECT * FROM b')).toContain('UnionExec')
  expect(await explain('EXPLAIN SELECT * FROM a ORDER BY x')).toContain('SortExec')
  expect(await explain('EXPLAIN VALUES (1), (2)')).toContain('ValuesExec')
})

test('of what has no plan is refused', async () => {
  await expect(explain('EXPLAIN CREATE TABLE c (x INTEGER)')).rejects.toMatchObject({ code: 'NOTHING_TO_EXPLAIN' })
})
