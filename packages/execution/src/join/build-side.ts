/**
 * The build side of a join: all its rows in memory, and a table from keys to rows. Rows of one key form a chain in their
 * order; where every key is unique, a key's id is its row and there are no chains. The rows may stand in another order
 * than they came in: joins promise none.
 */

import type { Vector } from '@artemis/arrow'
import { Batch, concatVectors, nullsOf, take } from '@artemis/arrow'
import type { Column, Expression, MemoryReservation } from '@artemis/plan'
import { evaluateToVector } from '../expression/compile.js'
import { createKeyTable } from '../hash/key-table.js'
import { RetainedBytes } from '../memory/retained-bytes.js'
import { METRIC } from '../metrics.js'
import type { OperatorRun } from '../operator.js'
import { schemaOf } from '../operator.js'
import type { KeyLookup } from './dense-range.js'
import { denseRange } from './dense-range.js'

export interface BuildSide {
  readonly columns: readonly Vector[]
  readonly rowCount: number
  /** Null when the join has no equality: every row matches. */
  readonly table: KeyLookup | null
  /** The first row of each key; null when the key's id is its only row. */
  readonly heads: Int32Array | null
  /** The next row of the same key, or -1. */
  readonly next: Int32Array | null
  /** Rows with a NULL in a key, which equal nothing; null when there are none. */
  readonly nullKeyRows: Int32Array | null
  /** The key columns, kept only when NULLs must be told from mismatches. */
  readonly keys: readonly Vector[]
}

export interface BuildOptions {
  readonly keys: readonly Expression[]
  readonly nullEqualsNull: readonly boolean[]
  readonly columns: readonly Column[]
  readonly keepKeys: boolean
}

/** A directly indexed table may have this many entries for each build row: dense keys are worth it, spread ones are not. */
const DIRECT_SLOTS_PER_ROW = 8
const MIN_DIRECT_SLOTS = 1 << 16
const MAX_DIRECT_SLOTS = 1 << 26

export async function collectBuildSide(run: OperatorRun, input: AsyncIterable<Batch>, options: BuildOptions): Promise<BuildSide> {
  const start = performance.now()
  const memory = run.reserve()
  const retained = new RetainedBytes()
  const parts: Vector[][] = options.columns.map(() => [])
  let rowCount = 0
  for await (const batch of input) {
    memory.grow(retained.addBatch(batch))
    for (const [k, vector] of batch.columns().entries()) parts[k]!.push(vector)
    rowCount += batch.rowCount
  }
  const columns = concatColumns(options.columns, parts, memory)
  const side = buildTable(run, columns, rowCount, options, memory)
  run.metrics.add(METRIC.buildRows, rowCount)
  run.metrics.add(METRIC.buildTime, Math.round((performance.now() - start) * 1e6))
  return side
}

/** One vector for each column. A column's parts are let go as soon as they are joined. */
function concatColumns(columns: readonly Column[], parts: Vector[][], memory: MemoryReservation): Vector[] {
  return columns.map((column, k) => {
    const vectors = parts[k]!
    parts[k] = []
    if (vectors.length === 0) return nullsOf(column.type, 0)
    if (vectors.length === 1) return vectors[0]!
    const bytes = new RetainedBytes().addVectors(vectors)
    memory.grow(bytes)
    const joined = concatVectors(vectors)
    memory.shrink(bytes)
    return joined
  })
}

function buildTable(
  run: OperatorRun,
  columns: readonly Vector[],
  rowCount: number,
  options: BuildOptions,
  memory: MemoryReservation,
): BuildSide {
  const empty = { columns, rowCount, heads: null, next: null, nullKeyRows: null, keys: [] }
  if (options.keys.length === 0) return { ...empty, table: null }
  const batch = new Batch(schemaOf(options.columns), rowCount, columns)
  const keys = options.keys.map((key) => evaluateToVector(run.compile(key, options.columns), batch, run.context.evaluation))
  const range = keys.length === 1 ? denseRange(keys[0]!, rowCount) : undefined
  if (range !== undefined) {
    const ordered = columns.map((column) => take(column, range.order))
    return { ...empty, columns: ordered, table: range.lookup, keys: options.keepKeys ? [take(keys[0]!, range.order)] : [] }
  }
  const table = createKeyTable(
    options.keys.map((key) => key.type),
    {
      nullEqualsNull: options.nullEqualsNull,
      maxDirectSlots: Math.min(MAX_DIRECT_SLOTS, Math.max(MIN_DIRECT_SLOTS, rowCount * DIRECT_SLOTS_PER_ROW)),
      expectedKeys: rowCount,
    },
  )
  const ids = new Int32Array(rowCount)
  table.insert(keys, rowCount, ids)
  memory.grow(table.byteSize())
  const kept = options.keepKeys ? keys : []
  if (table.size === rowCount) return { ...empty, table, keys: kept }
  memory.grow(4 * (table.size + rowCount))
  return { ...empty, table, ...chainRows(ids, table.size), nullKeyRows: rowsWithoutKey(ids), keys: kept }
}

function chainRows(ids: Int32Array, keyCount: number): { heads: Int32Array; next: Int32Array } {
  const heads = new Int32Array(keyCount).fill(-1)
  const next = new Int32Array(ids.length).fill(-1)
  // From the back, so that each chain runs in the order of the rows.
  for (let row = ids.length - 1; row >= 0; row--) {
    const id = ids[row]!
    if (id < 0) continue
    next[row] = heads[id]!
    heads[id] = row
  }
  return { heads, next }
}

function rowsWithoutKey(ids: Int32Array): Int32Array | null {
  let count = 0
  for (let row = 0; row < ids.length; row++) if (ids[row]! < 0) count++
  if (count === 0) return null
  const rows = new Int32Array(count)
  let k = 0
  for (let row = 0; row < ids.length; row++) if (ids[row]! < 0) rows[k++] = row
  return rows
}
