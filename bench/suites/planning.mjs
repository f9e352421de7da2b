/**
 * Planning of a table of 10,000 data files, from SQL text to the list of files: EXPLAIN binds, optimizes and plans all
 * files, and reads none of more than 256. Cold is a process of its own whose first query this is.
 */

import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { Artemis } from '../engines/artemis.mjs'
import { interleave, median, medians } from '../measure.mjs'

export const PLANNING_QUERIES = [
  { id: 'all', title: 'all 10,000 files stay', sql: 'EXPLAIN SELECT * FROM artemis.bench.wide_history WHERE voltage > 0' },
  { id: 'missions', title: 'ten missions: 1,000 files stay', sql: "EXPLAIN SELECT * FROM artemis.bench.wide_history WHERE mission_id BETWEEN 'mission-040' AND 'mission-049' AND voltage > 0" },
  { id: 'days', title: 'five days: 500 files stay', sql: "EXPLAIN SELECT * FROM artemis.bench.wide_history WHERE day BETWEEN '2024-02-03' AND '2024-02-07'" },
  { id: 'ids', title: 'a range of ids, by column bounds: 300 files stay', sql: 'EXPLAIN SELECT * FROM artemis.bench.wide_history WHERE reading_id BETWEEN 100000000 AND 114999999' },
]

export async function planning({ warehouse, rounds, log }) {
  const rows = []
  for (const { id, title, sql } of PLANNING_QUERIES) {
    const warm = await Artemis.open(warehouse)
    const contenders = [
      { name: 'warm', run: () => warm.run(sql) },
      { name: 'uncached', prepare: () => Artemis.open(warehouse), run: (engine) => engine.run(sql), cleanup: (engine) => engine.close() },
    ]
    const times = medians(await interleave(contenders, { rounds: rounds * 2, budgetMs: 6000 }))
    await warm.close()
    const cold = median(Array.from({ length: 7 }, () => coldMs(warehouse, sql)))
    const row = { id, title, coldMs: cold, uncachedMs: times.get('uncached'), warmMs: times.get('warm') }
    log(`planning ${id}: cold ${row.coldMs.toFixed(1)} ms, caches empty ${row.uncachedMs.toFixed(1)} ms, warm ${row.warmMs.toFixed(1)} ms`)
    rows.push(row)
  }
  return rows
}

function coldMs(warehouse, sql) {
  const child = path.resolve(import.meta.dirname, '../children/first-query.mjs')
  const { status, stdout, stderr } = spawnSync(process.execPath, [child, warehouse, sql], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return Number(stdout)
}
