/** The 22 queries of TPC-H over generated Parquet files, held to DuckDB over the same files. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { LocalFileSink, ParquetWriter } from '@artemis/parquet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DuckDB, SideBySide, tpchTables } from '../../testkit/src/index.js'
import { SessionContext } from './index.js'

const QUERIES = path.resolve(import.meta.dirname, '../../../../shared/corpus/tpch/queries')
const names = existsSync(QUERIES) ? readdirSync(QUERIES).filter((name) => name.endsWith('.sql')).toSorted() : []

const folder = mkdtempSync(path.join(tmpdir(), 'artemis-tpch-'))
let duckdb: DuckDB

beforeAll(async () => {
  duckdb = await DuckDB.open()
  for (const [name, batch] of tpchTables(3_000)) {
    const file = path.join(folder, `${name}.parquet`)
    const writer = new ParquetWriter(new LocalFileSink(file), batch.schema, { rowGroupRows: 4_000, pageRows: 1_000 })
    await writer.write(batch)
    await writer.close()
    await duckdb.run(`CREATE VIEW ${name} AS FROM read_parquet('${file}')`)
  }
})
afterAll(() => {
  duckdb.close()
  rmSync(folder, { recursive: true, force: true })
})

async function session(settings: ConstructorParameters<typeof SessionContext>[0]): Promise<SessionContext> {
  const made = new SessionContext(settings)
  for (const name of readdirSync(folder)) if (name.endsWith('.parquet')) await made.registerParquet(path.basename(name, '.parquet'), path.join(folder, name))
  return made
}

describe.skipIf(names.length === 0)('queries of ../shared/corpus/tpch', () => {
  test('are all there', () => expect(names).toHaveLength(22))

  test.each(names)('%s', async (name) => {
    const sql = readFileSync(path.join(QUERIES, name), 'utf8')
    const both = new SideBySide(await session({ settings: { verifyPlans: true } }), duckdb)
    await both.agree(sql, { ordered: false })
    expect((await duckdb.query(sql)).rows.length).toBeGreaterThan(0)
  })

  test('with little memory', async () => {
    const both = new SideBySide(await session({ settings: { memoryLimit: 4 * 2 ** 20, tempDirectory: path.join(folder, 'spill') } }), duckdb)
    for (const name of ['q01.sql', 'q03.sql', 'q06.sql', 'q12.sql', 'q13.sql']) await both.agree(readFileSync(path.join(QUERIES, name), 'utf8'), { ordered: false })
    expect(existsSync(path.join(folder, 'spill')) ? readdirSync(path.join(folder, 'spill')) : []).toEqual([])
  })
})
