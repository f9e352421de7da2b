/** How much of an SQL text logs and traces may tell. */

import { createHash } from 'node:crypto'
import type { ServerConfig } from '../config/definitions.js'

export type SqlDetail = ServerConfig['log.sql']

export function sqlFields(sql: string | undefined, detail: SqlDetail): { readonly sql?: string; readonly sqlHash?: string } {
  if (sql === undefined || detail === 'none') return {}
  return detail === 'full' ? { sql } : { sqlHash: createHash('sha256').update(sql).digest('hex').slice(0, 16) }
}
