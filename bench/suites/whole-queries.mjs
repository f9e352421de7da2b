/** Whole queries, from SQL text to the last batch, with everything warm: both engines in turn over the same files. */

import { describeDifference } from '../agreement.mjs'
import { interleave, medians } from '../measure.mjs'
import { POINT_QUERIES, QUERIES } from '../queries.mjs'

export async function wholeQueries({ artemis, duckdb, only, rounds, log }) {
  const rows = []
  for (const query of [...QUERIES, ...POINT_QUERIES].filter(only)) {
    await requireAgreement(query, artemis, duckdb)
    const contenders = [
      { name: 'artemis', run: () => artemis.run(query.sql) },
      { name: 'duckdb', run: () => duckdb.run(query.sql) },
    ]
    const times = medians(await interleave(contenders, { rounds: query.rounds ?? rounds }))
    const row = { id: query.id, title: query.title, artemisMs: times.get('artemis'), duckdbMs: times.get('duckdb'), goal: query.goal }
    log(`${row.id}: ${row.artemisMs.toFixed(1)} ms against ${row.duckdbMs.toFixed(1)} ms, ratio ${(row.artemisMs / row.duckdbMs).toFixed(2)}`)
    rows.push(row)
  }
  return rows
}

/** Deleted rows are in DuckDB's files: such queries are compared by the engine's own tests instead. */
async function requireAgreement({ id, sql, ordered = false, readsDeletedRows = false }, artemis, duckdb) {
  if (readsDeletedRows) return
  const difference = describeDifference(await artemis.rows(sql), await duckdb.rows(sql), { ordered })
  if (difference !== undefined) throw new Error(`${id}: the engines disagree: ${difference}`)
}
