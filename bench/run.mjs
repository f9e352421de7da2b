/**
 * The benchmarks: `pnpm bench [--write] [--only id,…] [--suite name,…] [--rounds n]`. Engines take turns in one process;
 * figures are medians. `--write` puts the tables into docs/benchmarks.md.
 */

import { parseArgs } from 'node:util'
import { Artemis } from './engines/artemis.mjs'
import { DuckDB } from './engines/duckdb.mjs'
import { WAREHOUSE, ensureArchive } from './generate/archive.mjs'
import { environmentLines } from './report/environment.mjs'
import { renderTables } from './report/tables.mjs'
import { writeDocument } from './report/document.mjs'
import { flight } from './flight/suite.mjs'
import { coldQueries } from './suites/cold-queries.mjs'
import { decoding, microbenchmarks } from './suites/micro.mjs'
import { plainScan } from './suites/plain-scan.mjs'
import { planning } from './suites/planning.mjs'
import { startup } from './suites/startup.mjs'
import { wholeQueries } from './suites/whole-queries.mjs'
import { liveTables } from './tables.mjs'

const SUITES = { wholeQueries, coldQueries, plainScan, planning, startup, decoding, microbenchmarks, flight }

const { values } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    only: { type: 'string' },
    suite: { type: 'string' },
    rounds: { type: 'string', default: '15' },
  },
})
const wanted = values.only?.split(',')
const suites = values.suite?.split(',') ?? (wanted === undefined ? Object.keys(SUITES) : ['wholeQueries'])
if (values.write && (wanted !== undefined || values.suite !== undefined)) throw new Error('--write takes a complete run: leave --only and --suite out')

await ensureArchive()
const tables = await liveTables()
const artemis = await Artemis.open(WAREHOUSE)
const duckdb = await DuckDB.open(tables)
const context = {
  artemis,
  duckdb,
  tables,
  warehouse: WAREHOUSE,
  rounds: Number(values.rounds),
  only: (query) => wanted === undefined || wanted.includes(query.id),
  log: (line) => console.error(line),
}
const results = {}
for (const name of suites) results[name] = await SUITES[name](context)
const environment = environmentLines({ duckdbVersion: await duckdb.version(), tables })
await artemis.close()
duckdb.close()

const sections = renderTables(results)
console.log([...environment, ...sections.values()].join('\n\n'))
if (values.write) await writeDocument(environment, sections)
