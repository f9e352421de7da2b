/**
 * Point queries with empty caches: a new session, or a new DuckDB, for every run. Opening it is not counted, the files
 * stand in the page cache of the operating system, and the code of both is warm.
 */

import { Artemis } from '../engines/artemis.mjs'
import { DuckDB } from '../engines/duckdb.mjs'
import { interleave, medians } from '../measure.mjs'
import { POINT_QUERIES } from '../queries.mjs'

export async function coldQueries({ warehouse, tables, only, rounds, log }) {
  const rows = []
  for (const query of POINT_QUERIES.filter(only)) {
    const contenders = [
      { name: 'artemis', prepare: () => Artemis.open(warehouse), run: (engine) => engine.run(query.sql), cleanup: (engine) => engine.close() },
      { name: 'duckdb', prepare: () => DuckDB.open(tables), run: (engine) => engine.run(query.sql), cleanup: (engine) => engine.close() },
    ]
    const times = medians(await interleave(contenders, { rounds }))
    const row = { id: `${query.id}-cold`, title: query.title, artemisMs: times.get('artemis'), duckdbMs: times.get('duckdb'), goal: query.goal }
    log(`${row.id}: ${row.artemisMs.toFixed(1)} ms against ${row.duckdbMs.toFixed(1)} ms, ratio ${(row.artemisMs / row.duckdbMs).toFixed(2)}`)
    rows.push(row)
  }
  return rows
}
