/** SHOW TABLES lists one schema; when that has no tables, this says where tables are. */

import type { ShellSession } from '../session/shell-session.js'
import { formatVector } from '@artemis/engine'

const SHOW_TABLES = /^\s*SHOW\s+TABLES\s*;?\s*$/i
const OTHER_SCHEMAS = `SELECT catalog_name, schema_name FROM information_schema.schemata
WHERE schema_name NOT IN ('information_schema', 'main') ORDER BY 1, 2 LIMIT 4`

/** After a statement without rows: what may help, or undefined. A session that cannot tell says nothing. */
export async function emptyListHint(statement: string, session: ShellSession, signal: AbortSignal): Promise<string | undefined> {
  if (!SHOW_TABLES.test(statement)) return undefined
  const names: string[] = []
  try {
    const result = await session.run(OTHER_SCHEMAS, signal)
    for await (const batch of result.batches()) {
      const [catalogs = [], schemas = []] = batch.columns().map((column) => formatVector(column))
      for (let row = 0; row < batch.rowCount; row++) names.push(`${quoted(catalogs[row]!)}.${quoted(schemas[row]!)}`)
    }
  } catch {
    return undefined
  }
  const [first, ...others] = names
  if (first === undefined) return undefined
  const more = others.length === 0 ? '' : ` (or ${others.slice(0, 2).join(', ')}${others.length > 2 ? ', …' : ''})`
  return `the current schema has no tables; SHOW TABLES IN ${first}${more} lists those of another`
}

/** A name as a statement takes it. */
function quoted(name: string | null): string {
  const text = name ?? ''
  return /^[a-z_][a-z0-9_]*$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`
}
