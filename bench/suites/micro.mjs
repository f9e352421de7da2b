/** The stages of a query on their own, by tinybench: where the time of small queries goes. */

import { DuckDBInstance } from '@duckdb/node-api'
import { Bench } from 'tinybench'
import { parseStatement } from '@artemis/sql'
import { LocalFileSource, ParquetFile, readFooter } from '@artemis/parquet'
import { interleave, medians } from '../measure.mjs'
import { QUERIES } from '../queries.mjs'

export async function microbenchmarks({ tables, artemis, log }) {
  const q1 = QUERIES.find((query) => query.id === 'q1-decimals').sql
  const [file] = tables.find((table) => table.name === 'telemetry').files
  const source = await LocalFileSource.open(file)
  const bench = new Bench({ time: 400, warmupTime: 200 })
  bench.add('parse TPC-H Q1', () => void parseStatement(q1))
  bench.add('read and parse a footer of 10 row groups', async () => void (await readFooter(source)))
  bench.add("SELECT 1, from text to rows", async () => void (await artemis.run('SELECT 1')))
  await bench.run()
  await source.close()
  const rows = bench.tasks.map((task) => ({ name: task.name, medianMs: task.result.latency.p50 }))
  for (const row of rows) log(`${row.name}: ${row.medianMs.toFixed(3)} ms`)
  return rows
}

/** Decoding of one column of one file, against DuckDB adding them up: the floor of every scan. */
export async function decoding({ tables, rounds, log }) {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  await connection.run('SET parquet_metadata_cache = true')
  const rows = []
  for (const [tableName, column, kind] of COLUMNS) {
    const [file] = tables.find((table) => table.name === tableName).files
    const contenders = [
      { name: 'artemis', run: () => decodeColumn(file, column) },
      { name: 'duckdb', run: async () => (await connection.run(`SELECT ${aggregateOf(column, kind)} FROM read_parquet('${file}')`)).fetchAllChunks() },
    ]
    const times = medians(await interleave(contenders, { rounds, budgetMs: 3000 }))
    const row = { column: `${tableName}.${column}`, kind, artemisMs: times.get('artemis'), duckdbMs: times.get('duckdb') }
    log(`decode ${row.column}: ${row.artemisMs.toFixed(1)} ms against ${row.duckdbMs.toFixed(1)} ms`)
    rows.push(row)
  }
  connection.closeSync()
  instance.closeSync()
  return rows
}

const COLUMNS = [
  ['telemetry', 'voltage', 'double, plain'],
  ['telemetry', 'temperature', 'double, dictionary'],
  ['telemetry', 'current', 'double with nulls'],
  ['telemetry', 'raw', 'int64, plain'],
  ['telemetry', 'channel', 'text, dictionary'],
  ['telemetry', 'note', 'text, 98 % nulls'],
  ['lineitem', 'l_extendedprice', 'decimal in int64'],
]

/** An aggregate that makes DuckDB decode the values: COUNT and MAX of numbers would be read off the statistics. */
const aggregateOf = (column, kind) => (kind.startsWith('text') ? `MAX(${column})` : `SUM(${column})`)

async function decodeColumn(path, column) {
  const source = await LocalFileSource.open(path)
  try {
    const file = await ParquetFile.open(source, { metadata: (footers.get(path) ?? (await remember(path, source))) })
    for (const { index } of file.metadata.rowGroups) {
      const reader = file.rowGroup(index)
      await reader.prefetch([column])
      reader.column(column)
      reader.release()
    }
  } finally {
    await source.close()
  }
}

const footers = new Map()

async function remember(path, source) {
  const footer = await readFooter(source)
  footers.set(path, footer)
  return footer
}
