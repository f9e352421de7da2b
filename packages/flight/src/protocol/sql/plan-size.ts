/** Roughly how much memory a planned statement and its parameters take: what is kept for clients is bounded by it. */

import type { Batch, Schema } from '@artemis/arrow'
import type { ParameterRow } from './backend.js'
import type { StatementText } from './plain-tickets.js'

/** What a plan takes, as measured: any plan, a byte of text in its parsed form (a long list of literals), a column. */
const PLAN_BYTES = 12 * 1024
const PLAN_BYTES_OF_TEXT = 64
const PLAN_BYTES_OF_COLUMN = 600

export function planBytes(text: StatementText | undefined, { fields }: Schema): number {
  return PLAN_BYTES + PLAN_BYTES_OF_TEXT * Buffer.byteLength(text?.sql ?? '') + PLAN_BYTES_OF_COLUMN * fields.length
}

export function rowsBytes(rows: readonly ParameterRow[] | undefined): number {
  const batches = new Set<Batch>()
  let bytes = 0
  for (const row of rows ?? []) {
    if (row.kind === 'json') bytes += JSON.stringify(row.values, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)).length
    else batches.add(row.batch)
  }
  for (const batch of batches) bytes += batch.byteSize()
  return bytes
}
