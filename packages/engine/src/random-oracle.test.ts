/**
 * The random oracle: thousands of random filters over tables of every type under every transform, with any history. What
 * a filter selects with pruning, without it, and in DuckDB over the same Parquet files must be the same rows.
 *
 * ARTEMIS_ORACLE_FILTERS sets how many filters each table gets, ARTEMIS_ORACLE_SEED which ones.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sortToIndices } from '@artemis/arrow'
import { FilesystemCatalog, localFileIO, parseTransform } from '@artemis/iceberg'
import { LocalFileSink, ParquetWriter } from '@artemis/parquet'
import type { TimeTravel } from '@artemis/plan'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { FilterCounts, FilterSource } from '../../testkit/src/index.js'
import { DuckDB, FilterOracle, RandomTable, WithoutPushdown, loadIntoDuckDB } from '../../testkit/src/index.js'
import { ArtemisCatalog, EngineRuntime, ParquetTable, SessionContext } from './index.js'

const FILTERS = Number(process.env['ARTEMIS_ORACLE_FILTERS'] ?? 36)
const SEED = Number(process.env['ARTEMIS_ORACLE_SEED'] ?? 1)

// More filters take as much longer.
vi.setConfig({ testTimeout: 120_000 + FILTERS * 2_000 })

const folder = mkdtempSync(path.join(tmpdir(), 'artemis-oracle-'))
const runtime = new EngineRuntime()
const iceberg = new FilesystemCatalog({ name: 'lake', warehouse: folder, io: localFileIO({ durable: false }), cache: runtime.cache })
const catalog = new ArtemisCatalog(iceberg, runtime.cache)
const session = new SessionContext({ runtime, settings: { batchSize: 100, verifyPlans: true, catalog: 'lake', schema: 'o' } })
session.registerCatalog('lake', catalog)
let duckdb: DuckDB
const totals: FilterCounts = { filters: 0, rows: 0, filesPruned: 0, rowGroupsPruned: 0, pagesPruned: 0 }

beforeAll(async () => {
  duckdb = await DuckDB.open()
  await iceberg.createNamespace(['o'])
})
afterAll(async () => {
  duckdb.close()
  await session.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Checks `count` filters against the table at a point in time. */
async function checkFilters(random: RandomTable, count: number, point?: { readonly timeTravel: TimeTravel; readonly sql: string }): Promise<FilterCounts> {
  const { name } = random.table.identifier
  const schema = await catalog.schema('o')
  const entry = await schema?.table(name, { path: [], timeTravel: point?.timeTravel ?? null })
  if (entry?.kind !== 'table') throw new Error(`no table ${name}`)
  session.registerTable('unpruned', new WithoutPushdown(entry.table))
  const snapshot = point === undefined ? undefined : random.table.snapshotById((point.timeTravel as { snapshotId: bigint }).snapshotId)
  const schemaThen = snapshot === undefined ? random.table.schema : random.table.schemaOf(snapshot)
  await loadIntoDuckDB(duckdb, 'reference', { table: random.table, schema: schemaThen, ...(snapshot === undefined ? {} : { snapshot }) })
  const source: FilterSource = { random: random.random, columns: random.columns(schemaThen), pool: (column) => random.pool(column) }
  return askOracle(point === undefined ? name : `${name} ${point.sql}`, source, count)
}

async function askOracle(pruned: string, source: FilterSource, count: number): Promise<FilterCounts> {
  await session.sql(`CREATE OR REPLACE TABLE memory.main.copy AS SELECT * FROM ${pruned}`)
  const oracle = new FilterOracle({ session, duckdb, pruned, unpruned: 'memory.main.unpruned', copy: 'memory.main.copy', reference: 'reference', source })
  await oracle.check(count)
  for (const key of Object.keys(totals) as (keyof FilterCounts)[]) totals[key] += oracle.counts[key]
  return oracle.counts
}

const LAYOUTS: readonly (readonly (readonly [string, string])[])[] = [
  [],
  [['i', 'identity']],
  [['l', 'identity']],
  [['d', 'identity']],
  [['ts', 'identity']],
  [['tz', 'identity']],
  [['tm', 'identity']],
  [['s', 'identity']],
  [['x', 'identity']],
  [['f', 'identity']],
  [['dec', 'identity'], ['b', 'identity']],
  [['wide', 'identity']],
  [['u', 'identity']],
  [['bin', 'identity']],
  [['i', 'bucket[3]'], ['l', 'bucket[2]']],
  [['d', 'bucket[3]'], ['tm', 'bucket[2]']],
  [['ts', 'bucket[3]'], ['tz', 'bucket[2]']],
  [['s', 'bucket[4]']],
  [['dec', 'bucket[2]'], ['wide', 'bucket[3]']],
  [['u', 'bucket[3]'], ['bin', 'bucket[2]']],
  [['i', 'truncate[10]']],
  [['l', 'truncate[25]']],
  [['s', 'truncate[4]']],
  [['s', 'truncate[1]']],
  [['dec', 'truncate[500]']],
  [['wide', 'truncate[1000000]'], ['mid', 'truncate[10000]']],
  [['bin', 'truncate[2]']],
  [['d', 'year']],
  [['d', 'month']],
  [['d', 'day']],
  [['ts', 'year']],
  [['ts', 'month']],
  [['ts', 'day']],
  [['ts', 'hour']],
  [['tz', 'year'], ['i', 'void']],
  [['tz', 'month']],
  [['tz', 'day']],
  [['tz', 'hour']],
  [['i', 'void']],
  [['d', 'month'], ['i', 'identity']],
] // prettier-ignore

const describeLayout = (fields: (typeof LAYOUTS)[number]): string => (fields.length === 0 ? 'nothing' : fields.map(([column, transform]) => `${transform}(${column})`).join(', '))

describe('tables under one spec', () => {
  test.each(LAYOUTS.map((fields, i) => [describeLayout(fields), fields, i] as const))('partitioned by %s', async (_, partitionBy, i) => {
    const random = await RandomTable.create({ catalog: iceberg, namespace: 'o', name: `t${i}`, seed: SEED * 1000 + i, partitionBy })
    await random.append(120)
    await random.append(60)
    const { filesPruned } = await checkFilters(random, FILTERS)
    if (FILTERS >= 20) expect(filesPruned).toBeGreaterThan(0)
  })
})

describe('files of many row groups and pages', () => {
  test.each([
    ['sorted by a timestamp, dictionary-encoded', 'tz', 30],
    ['sorted by text, few repeats', 's', 3000],
    ['sorted by a decimal', 'wide', 200],
    ['sorted by a double', 'x', 200],
  ] as const)('%s', async (_, sortBy, distinct) => {
    const random = await RandomTable.create({ catalog: iceberg, namespace: 'o', name: `sorted_${sortBy}`, seed: SEED * 1000 + 500 + distinct, sortBy, distinct, nulls: 0.02 })
    await random.append(1500)
    const counts = await checkFilters(random, FILTERS)
    if (FILTERS >= 20) expect(counts.rowGroupsPruned + counts.pagesPruned).toBeGreaterThan(0)
  })

  test('columns without nulls, and columns of nothing else', async () => {
    for (const nulls of [0, 1]) {
      const random = await RandomTable.create({ catalog: iceberg, namespace: 'o', name: `nulls_${nulls}`, seed: SEED * 1000 + 600 + nulls, nulls, partitionBy: [['i', 'identity']] })
      await random.append(100)
      await checkFilters(random, FILTERS)
    }
  })
})

describe('Parquet files without a catalog', () => {
  test.each([
    ['i', true],
    ['s', false],
    ['ts', true],
    ['dec', false],
    ['f', false],
  ] as const)('sorted by %s, dictionaries: %s', async (sortBy, dictionary) => {
    const random = await RandomTable.create({ catalog: iceberg, namespace: 'o', name: `rows_${sortBy}`, seed: SEED * 1000 + 900, distinct: 40, nulls: 0.05 })
    const paths: string[] = []
    for (const part of [0, 1]) {
      const rows = random.rows(300)
      const column = rows.column(rows.schema.fields.findIndex((field) => field.name === sortBy))
      const order = sortToIndices([{ vector: column, descending: part === 1, nullsFirst: part === 1 }], rows.rowCount)
      const file = path.join(folder, `${sortBy}-${part}.parquet`)
      const writer = new ParquetWriter(new LocalFileSink(file), rows.schema, { rowGroupRows: 70, pageRows: 25, dictionary })
      await writer.write(rows.select(order))
      await writer.close()
      paths.push(file)
    }
    const table = await ParquetTable.open(paths, localFileIO(), runtime.cache)
    session.registerTable('files', table)
    session.registerTable('unpruned', new WithoutPushdown(table))
    await duckdb.run(`CREATE OR REPLACE TABLE reference AS FROM read_parquet([${paths.map((file) => `'${file}'`).join(', ')}])`)
    // Half of the conditions read the sorted column, whose row groups can be told apart.
    const columns = random.columns().flatMap((of) => (of.name === sortBy ? Array.from({ length: 14 }, () => of) : [of]))
    const counts = await askOracle('files', { random: random.random, columns, pool: (of) => random.pool(of) }, FILTERS)
    if (FILTERS >= 20) expect(counts.rowGroupsPruned).toBeGreaterThan(0)
  })
})

describe('tables with a history', () => {
  test('deletes, evolved specs and evolved schemas, at every snapshot', async () => {
    const random = await RandomTable.create({ catalog: iceberg, namespace: 'o', name: 'evolving', seed: SEED * 1000 + 700, partitionBy: [['s', 'identity']] })
    const { table } = random
    await random.append(150)
    await table.updateSpec((update) => update.addField('d', parseTransform('month')))
    await random.append(120)
    await random.deleteRows(0.2)
    await table.updateSpec((update) => update.removeField('s'))
    await random.append(120)
    await table.updateSchema((update) => {
      update.renameColumn('i', 'renamed')
      update.addColumn('added', { kind: 'int' })
      update.dropColumn('mid')
      update.updateColumnType('f', { kind: 'double' })
    })
    await table.updateSpec((update) => update.addField('added', parseTransform('identity')))
    await random.append(120)
    await random.deleteRows(0.1)
    // A new column under the name of an old one is another column.
    await table.updateSchema((update) => {
      update.renameColumn('l', 'i')
      update.addColumn('mid', { kind: 'string' })
    })
    await random.append(60)
    await checkFilters(random, FILTERS * 3)
    for (const { snapshotId } of table.metadata.snapshots) {
      await checkFilters(random, Math.ceil(FILTERS / 2), { timeTravel: { kind: 'snapshot', snapshotId }, sql: `AS OF SNAPSHOT ${snapshotId}` })
    }
  })

  test('a table without any row', async () => {
    const random = await RandomTable.create({ catalog: iceberg, namespace: 'o', name: 'empty', seed: SEED * 1000 + 800, partitionBy: [['s', 'identity']] })
    await checkFilters(random, Math.ceil(FILTERS / 3))
  })
})

test('filters select rows, and pruning skips files, row groups and pages', () => {
  expect(totals.rows).toBeGreaterThan(totals.filters)
  if (FILTERS < 20) return
  expect(totals.filters).toBeGreaterThan(2000)
  expect(totals.filesPruned).toBeGreaterThan(1000)
  expect(totals.rowGroupsPruned).toBeGreaterThan(200)
  expect(totals.pagesPruned).toBeGreaterThan(1000)
})
