/**
 * Tables that we write, read by pyiceberg and by DuckDB, and rows that pyiceberg writes, read by us. Run with
 *
 *     npx vitest run --config packages/iceberg/interop/vitest.config.ts
 *
 * It needs Python with pyiceberg[sql-sqlite], pyarrow and the wheels duckdb, duckdb-extension-iceberg and
 * duckdb-extension-avro of one version, in the virtual environment that ARTEMIS_INTEROP_VENV names (default
 * `.interop/venv` in the repository), and the built package for the SQLite part. What is missing is skipped, with a line.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as arrow from '@artemis/arrow'
import * as parquet from '@artemis/parquet'
import * as iceberg from '../src/index.js'
import { hasSqlite } from '../src/catalog/sqlite-database.js'
import type { JsonRow } from './tables.js'
import { readRows, sortRows, writeShowcase } from './tables.js'

const run = promisify(execFile)
const modules = { arrow, parquet, iceberg }
const here = fileURLToPath(new URL('.', import.meta.url))
const venv = process.env['ARTEMIS_INTEROP_VENV'] ?? fileURLToPath(new URL('../../../.interop/venv', import.meta.url))
const interpreter = join(venv, 'bin', 'python')
const built = existsSync(fileURLToPath(new URL('../dist/index.js', import.meta.url)))
const folder = mkdtempSync(join(tmpdir(), 'artemis-interop-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function python(...parameters: readonly string[]): Promise<unknown> {
  const { stdout } = await run(interpreter, [join(here, 'check.py'), ...parameters], { maxBuffer: 1 << 28 })
  return JSON.parse(stdout) as unknown
}

const pythonRows = async (...parameters: readonly string[]) => sortRows((await python(...parameters)) as JsonRow[])

async function hasModules(names: string): Promise<boolean> {
  if (!existsSync(interpreter)) return false
  return run(interpreter, ['-c', `import ${names}`]).then(
    () => true,
    () => false,
  )
}

const hasPyiceberg = await hasModules('pyiceberg.table, pyiceberg.catalog.sql, pyarrow')
const hasDuckdb = await hasModules('duckdb, duckdb_extension_iceberg, duckdb_extension_avro, pyarrow')
if (!hasPyiceberg) process.stdout.write(`skipped: no pyiceberg in ${venv}\n`)
if (!hasDuckdb) process.stdout.write(`skipped: no DuckDB with its Iceberg extension in ${venv}\n`)

async function nodeWithSqlite(): Promise<string | undefined> {
  if (!built) return undefined
  if (await hasSqlite()) return process.execPath
  return run('npx', ['-y', 'node@24', '-p', 'process.execPath'], { timeout: 120_000 }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )
}

describe('a table of the filesystem catalog', () => {
  let table: iceberg.Table
  let rows: JsonRow[]
  let before: JsonRow[]

  beforeAll(async () => {
    const catalog = new iceberg.FilesystemCatalog({ warehouse: join(folder, 'warehouse') })
    await catalog.createNamespace(['sda'])
    table = await writeShowcase(modules, catalog, 'showcase')
    rows = await readRows(modules, table)
    before = await readRows(modules, table, table.snapshotByRef('before'))
  })

  it('has lost the rows that were deleted, and only since', () => {
    expect(rows.length).toBeGreaterThan(400)
    expect(rows.length).toBeLessThan(460)
    expect(before).toHaveLength(400)
  })

  it.skipIf(!hasPyiceberg)('is the same to pyiceberg, row for row', async () => {
    expect(await pythonRows('static', table.location)).toEqual(rows)
  })

  it.skipIf(!hasPyiceberg)('is the same to pyiceberg at a tag, with the schema of that time', async () => {
    expect(await pythonRows('static', table.location, 'before')).toEqual(before)
  })

  it.skipIf(!hasPyiceberg)('prunes right in pyiceberg, by partitions and by bounds', async () => {
    const filters: readonly [string, (row: JsonRow) => boolean][] = [
      ["mission = 'apollo 8/x=y'", (row) => row['mission'] === 'apollo 8/x=y'],
      ['mission is null', (row) => row['mission'] === null],
      ['id = 9007199254740993', (row) => row['id'] === '9007199254740993'],
      ["at < '1970-01-01T00:00:00+00:00'", (row) => row['at'] !== null && BigInt(String(row['at'])) < 0n],
      ["born >= '1969-12-31'", (row) => row['born'] !== null && Number(row['born']) >= -1],
      ['price > 0', (row) => row['price'] !== null && BigInt(String(row['price'])) > 0n],
      ['signal > 650', (row) => row['signal'] !== null && Number(row['signal']) > 650],
    ]
    for (const [text, test] of filters) expect(await python('filter', table.location, text), text).toBe(rows.filter(test).length)
  })

  it.skipIf(!hasDuckdb)('is the same to DuckDB, row for row', async () => {
    expect(await pythonRows('duckdb', table.location)).toEqual(rows)
  })
})

describe('tables of a SQLite catalog that we share', () => {
  let node: string | undefined
  let written: { readonly showcase: JsonRow[]; readonly shared: JsonRow[]; readonly showcaseFolder: string; readonly sharedFolder: string }
  const sqlite = join(folder, 'sqlite')
  const place = [join(sqlite, 'catalog.db'), join(sqlite, 'warehouse')] as const

  const script = async (command: string): Promise<unknown> => {
    const { stdout } = await run(node!, ['--no-warnings', join(here, 'sqlite-tables.mjs'), command, sqlite], { maxBuffer: 1 << 28 })
    return JSON.parse(stdout) as unknown
  }

  beforeAll(async () => {
    node = hasPyiceberg ? await nodeWithSqlite() : undefined
    if (node === undefined) {
      process.stdout.write('skipped: the SQLite part needs pyiceberg, the built package and a Node.js with node:sqlite\n')
      return
    }
    await iceberg.localFileIO().createFolder(sqlite)
    written = (await script('write')) as typeof written
  })

  it('are the same to pyiceberg', async ({ skip }) => {
    if (node === undefined) return skip()
    expect(await pythonRows('catalog', ...place, 'sda.showcase')).toEqual(written.showcase)
    expect(await pythonRows('catalog', ...place, 'sda.shared')).toEqual(written.shared)
    expect(await pythonRows('static', written.showcaseFolder)).toEqual(written.showcase)
  })

  it('are the same to DuckDB, which opens the folder', async ({ skip }) => {
    if (node === undefined || !hasDuckdb) return skip()
    expect(await pythonRows('duckdb', written.showcaseFolder)).toEqual(written.showcase)
  })

  it('take rows from pyiceberg that we read, and then from us again', async ({ skip }) => {
    if (node === undefined) return skip()
    const appended = await pythonRows('append', ...place, 'sda.shared')
    expect(appended).toHaveLength(written.shared.length + 3)
    expect(await script('read')).toEqual(appended)
    expect(appended.at(-1)).toEqual({ id: '9007199254740997', ratio: 0.1, at: '1710464523456789', mission: 'from python', born: -1 })
    const ours = (await script('append')) as JsonRow[]
    expect(ours).toHaveLength(appended.length + 10)
    expect(await pythonRows('catalog', ...place, 'sda.shared')).toEqual(ours)
    if (hasDuckdb) expect(await pythonRows('duckdb', written.sharedFolder)).toEqual(ours)
  })
})
