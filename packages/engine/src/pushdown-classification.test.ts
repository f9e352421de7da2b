/**
 * Which filters a scan takes over. The tables of docs/pushdown-rules.md are the test: each row is bound and optimized
 * against a real table with that transform, and its class, its plan and its rows are checked.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { ExplainNode } from '@artemis/execution'
import { parseTransform } from '@artemis/iceberg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DuckDB, RandomTable, loadIntoDuckDB, openTemporaryDemo, textResult } from '../../testkit/src/index.js'
import type { TemporaryDemo } from '../../testkit/src/index.js'

let demo: TemporaryDemo
let duckdb: DuckDB
beforeAll(async () => {
  demo = await openTemporaryDemo(1)
  duckdb = await DuckDB.open()
})
afterAll(async () => {
  duckdb.close()
  await demo.close()
})

const nodesOf = (node: ExplainNode): ExplainNode[] => [node, ...node.children.flatMap(nodesOf)]
async function plan(sql: string): Promise<ExplainNode[]> {
  const [row] = await (await demo.session.sql(`EXPLAIN (FORMAT JSON) ${sql}`)).toArray()
  return nodesOf(JSON.parse(row!['plan'] as string) as ExplainNode)
}
const filtersOf = (nodes: readonly ExplainNode[]): readonly string[] => (nodes.find((node) => node.name === 'ScanExec')?.details['filters'] ?? []) as readonly string[]
const classesOf = (filters: readonly string[]): string[] => filters.map((filter) => /\((Exact|Inexact|Unsupported)\)$/.exec(filter)![1]!)
const valueOf = async (sql: string): Promise<unknown> => Object.values((await (await demo.session.sql(sql)).toArray())[0]!)[0]

describe('the archive', () => {
  const EXACT = "SELECT COUNT(*) FROM artemis.sda.observations WHERE mission_id = 'apollo-7' AND day = '2024-03-15'"

  test('conditions on partition columns are Exact: no Filter, one file of the table', async () => {
    await duckdb.run('DROP TABLE IF EXISTS observations')
    await loadIntoDuckDB(duckdb, 'observations', { table: await demo.catalog.loadTable({ namespace: ['sda'], name: 'observations' }) })
    const expected = (await duckdb.query("SELECT count(*) FROM observations WHERE mission_id = 'apollo-7' AND day = '2024-03-15'")).rows[0]![0]
    expect(String(await valueOf(EXACT))).toBe(expected)
    expect(Number(expected)).toBeGreaterThan(0)
    const nodes = await plan(EXACT)
    expect(filtersOf(nodes)).toEqual(["mission_id = 'apollo-7' (Exact)", "day = DATE '2024-03-15' (Exact)"])
    expect(nodes.map((node) => node.name)).not.toContain('FilterExec')
    const files = nodes.find((node) => node.name === 'ScanExec')!.source!.counters.find((counter) => counter.name === 'files')
    expect(files).toMatchObject({ kept: 1, total: 364 })
  })

  test('a function of a column is Unsupported: a Filter above the scan, and the right rows', async () => {
    const sql = "SELECT COUNT(*) FROM artemis.sda.observations WHERE UPPER(notes) = 'X'"
    const nodes = await plan(sql)
    expect(filtersOf(nodes)).toEqual(["upper(notes) = 'X' (Unsupported)"])
    expect(nodes.map((node) => node.name)).toContain('FilterExec')
    const expected = (await duckdb.query("SELECT count(*) FROM observations WHERE upper(notes) = 'X'")).rows[0]![0]
    expect(String(await valueOf(sql))).toBe(expected)
    expect(Number(expected)).toBeGreaterThan(0)
  })

  test('a comparison on a plain column is Inexact: pruned by, and kept', async () => {
    const sql = 'SELECT count(*) FROM artemis.sda.observations WHERE observation_id BETWEEN 16660000 AND 16660010'
    const nodes = await plan(sql)
    expect(classesOf(filtersOf(nodes))).toEqual(['Inexact', 'Inexact'])
    expect(nodes.map((node) => node.name)).toContain('FilterExec')
    const files = nodes.find((node) => node.name === 'ScanExec')!.source!.counters.find((counter) => counter.name === 'files')!
    expect(files.kept).toBeLessThan(5)
    expect(String(await valueOf(sql))).toBe((await duckdb.query('SELECT count(*) FROM observations WHERE observation_id BETWEEN 16660000 AND 16660010')).rows[0]![0])
  })

  test('classes mix in one WHERE: only what is not Exact stays', async () => {
    const nodes = await plan("SELECT * FROM artemis.sda.observations WHERE mission_id = 'apollo-7' AND panel_voltage > 31 AND lower(status) = 'fault'")
    expect(classesOf(filtersOf(nodes))).toEqual(['Exact', 'Inexact', 'Unsupported'])
    expect(nodes.find((node) => node.name === 'FilterExec')!.details['predicate']).toBe("panel_voltage > 31 AND lower(status) = 'fault'")
  })
})

interface DocumentedRow {
  readonly transform: string
  readonly predicate: string
  readonly expected: 'Exact' | 'Inexact' | 'Unsupported'
}

/** Rows of the tables whose header is `transform | predicate | class | why`. */
function documentedRows(): DocumentedRow[] {
  const text = readFileSync(path.resolve(import.meta.dirname, '../../../docs/pushdown-rules.md'), 'utf8')
  const rows: DocumentedRow[] = []
  let within = false
  for (const line of text.split('\n')) {
    const cells = line.startsWith('|') ? line.slice(1, -1).split('|').map((cell) => cell.trim()) : undefined
    if (cells === undefined) within = false
    else if (cells[0] === 'transform') within = true
    else if (within && !cells[0]!.startsWith('---')) rows.push({ transform: cells[0]!, predicate: cells[1]!, expected: cells[2] as DocumentedRow['expected'] })
  }
  return rows
}

/** The page leaves out the arguments of transforms. */
const ARGUMENTS: Readonly<Record<string, string>> = { bucket: '[8]', 'truncate(s)': '[4]', 'truncate(i)': '[10]' }
const documented = documentedRows()

describe('every row of docs/pushdown-rules.md', () => {
  const tables = new Map<string, Promise<string>>()

  /** A table of random rows under the transform, beside its copy in DuckDB and one that is not pruned. */
  function tableFor(transform: string): Promise<string> {
    let made = tables.get(transform)
    if (made === undefined) {
      made = createTable(transform, `rules_${tables.size}`)
      tables.set(transform, made)
    }
    return made
  }

  async function createTable(transform: string, name: string): Promise<string> {
    const [, kind, column] = /^(\w+)(?:\((\w+)\))?$/.exec(transform)!
    const partitionBy = kind === 'none' ? [] : [[column!, `${kind!}${ARGUMENTS[kind!] ?? ARGUMENTS[transform] ?? ''}`] as const]
    // The page adds 1 to a column: the greatest integer would overflow.
    const accept = (value: unknown): boolean => value !== 2147483647
    const random = await RandomTable.create({ catalog: demo.catalog, namespace: 'ops', name, seed: 11, partitionBy, distinct: 30, accept })
    await random.append(300)
    await loadIntoDuckDB(duckdb, name, { table: random.table })
    return name
  }

  test('the page has rows, and they use every transform', () => {
    expect(documented.length).toBeGreaterThan(70)
    expect(new Set(documented.map((row) => /^\w+/.exec(row.transform)![0]))).toEqual(
      new Set(['identity', 'bucket', 'truncate', 'year', 'month', 'day', 'hour', 'void', 'none']),
    )
  })

  test.each(documented.map((row) => [`${row.transform}: ${row.predicate} is ${row.expected}`, row] as const))('%s', async (_, { transform, predicate, expected }) => {
    const name = await tableFor(transform)
    const sql = `SELECT rid FROM artemis.ops.${name} WHERE ${predicate}`
    const nodes = await plan(sql)
    const classes = classesOf(filtersOf(nodes))
    expect(classes.length).toBeGreaterThan(0)
    expect(new Set(classes)).toEqual(new Set([expected]))
    expect(nodes.some((node) => node.name === 'FilterExec')).toBe(expected !== 'Exact')
    const ours = (await textResult(await demo.session.sql(`${sql} ORDER BY rid`))).rows
    const theirs = (await duckdb.query(`SELECT rid FROM ${name} WHERE ${predicate} ORDER BY rid`)).rows
    expect(ours).toEqual(theirs)
  })
})

describe('the NULL trap', () => {
  const PREDICATES = ['i <> 5', 'NOT (i = 5)', 'i NOT IN (1, 5)', 'i NOT IN (1, NULL)', 'NOT (i IN (1, NULL))', 'NOT (i < 5)', 'NOT (i IS NULL OR i = 5)', "s NOT LIKE 'a%'", 'NOT b', 'b IS NOT TRUE', 'i IS DISTINCT FROM 5', '(i = 5) IS NOT TRUE', 'NOT (i = 5 AND l = 7)'] // prettier-ignore

  test.each(['i', 's', 'b', 'none'])('partitioned by %s: rows of NULL come only where SQL says so', async (column) => {
    const name = `trap_${column}`
    const random = await RandomTable.create({ catalog: demo.catalog, namespace: 'ops', name, seed: 5, nulls: 0.4, distinct: 8, partitionBy: column === 'none' ? [] : [[column, 'identity']] })
    await random.append(200)
    await loadIntoDuckDB(duckdb, name, { table: random.table })
    for (const predicate of PREDICATES) {
      const ours = (await textResult(await demo.session.sql(`SELECT rid FROM artemis.ops.${name} WHERE ${predicate} ORDER BY rid`))).rows
      const theirs = (await duckdb.query(`SELECT rid FROM ${name} WHERE ${predicate} ORDER BY rid`)).rows
      expect(ours, predicate).toEqual(theirs)
    }
  })
})

describe('several specs', () => {
  test('a filter is Exact only when every spec with live files decides it', async () => {
    const random = await RandomTable.create({ catalog: demo.catalog, namespace: 'ops', name: 'specs', seed: 6, partitionBy: [['d', 'day']] })
    await random.append(50)
    const filter = "SELECT rid FROM artemis.ops.specs WHERE d = '2024-03-15'"
    expect(classesOf(filtersOf(await plan(filter)))).toEqual(['Exact'])
    await random.table.updateSpec((update) => update.removeField('d_day').addField('d', parseTransform('month')))
    // No file has the new spec yet.
    expect(classesOf(filtersOf(await plan(filter)))).toEqual(['Exact'])
    await random.append(50)
    expect(classesOf(filtersOf(await plan(filter)))).toEqual(['Inexact'])
    expect(classesOf(filtersOf(await plan("SELECT rid FROM artemis.ops.specs WHERE d >= '2024-03-01'")))).toEqual(['Exact'])
  })
})

test('a table without pushdown keeps every filter above its scan', async () => {
  const session = demo.newSession()
  await session.sql('CREATE TABLE plain (a INTEGER)')
  const [row] = await (await session.sql('EXPLAIN (FORMAT JSON) SELECT * FROM plain WHERE a = 1')).toArray()
  const nodes = nodesOf(JSON.parse(row!['plan'] as string) as ExplainNode)
  expect(classesOf(filtersOf(nodes))).toEqual(['Unsupported'])
  expect(nodes.map((node) => node.name)).toContain('FilterExec')
})
