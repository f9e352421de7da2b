/** Results as Markdown tables, one for each section of the document. */

import { renderFlight } from '../flight/tables.mjs'
import { ms, table, verdict } from './markdown.mjs'

const ratio = (a, b) => (a / b).toFixed(2)

export function renderTables(results) {
  const sections = new Map()
  const add = (name, head, rows) => sections.set(name, table(head, rows))
  const { wholeQueries, coldQueries, plainScan, planning, startup, decoding, microbenchmarks, flight } = results
  const versus = (rows) => rows.map((row) => [row.title, ms(row.artemisMs), ms(row.duckdbMs), ratio(row.artemisMs, row.duckdbMs), verdict(row.artemisMs / row.duckdbMs, row.goal)])
  const against = ['query', 'Artemis ms', 'DuckDB ms', 'ratio', 'goal']
  if (wholeQueries !== undefined) add('queries', against, versus(wholeQueries))
  if (coldQueries !== undefined) add('cold', against, versus(coldQueries))
  if (plainScan !== undefined) {
    const { queryMs, scanMs } = plainScan
    add('plain-scan', ['query ms', 'plain scan ms', 'ratio', 'goal'], [[ms(queryMs), ms(scanMs), ratio(queryMs, scanMs), verdict(queryMs / scanMs, 2)]])
  }
  if (planning !== undefined) {
    const rows = planning.map((row) => [row.title, ms(row.coldMs), ms(row.uncachedMs), ms(row.warmMs), row.coldMs < 300 && row.warmMs < 20 ? 'met' : 'missed'])
    add('planning', ['10,000 files', 'cold ms', 'caches empty ms', 'warm ms', '< 300 / < 20'], rows)
  }
  if (startup !== undefined) add('startup', ["artemis-sql --query 'SELECT 1' ms", 'an empty Node ms'], [[ms(startup.shellMs), ms(startup.nodeMs)]])
  if (decoding !== undefined) {
    const rows = decoding.map((row) => [row.column, row.kind, ms(row.artemisMs), ms(row.duckdbMs), ratio(row.artemisMs, row.duckdbMs)])
    add('decoding', ['column of one file', 'stored as', 'decode ms', 'DuckDB decode + sum ms', 'ratio'], rows)
  }
  if (microbenchmarks !== undefined) add('stages', ['stage', 'ms'], microbenchmarks.map((row) => [row.name, row.medianMs.toFixed(3)]))
  if (flight !== undefined) for (const [name, content] of renderFlight(flight)) sections.set(name, content)
  return sections
}
