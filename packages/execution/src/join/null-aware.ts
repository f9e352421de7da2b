/**
 * What IN and NOT IN say of a row without a match. The answer is unknown, not false, when a NULL on either side could
 * have been the match: for some build row each pair of keys is equal or has a NULL.
 */

import type { Batch, Vector } from '@artemis/arrow'
import { bitmapToSelection, compareVectors, notBitmap, orBitmaps, take, vectorDatum } from '@artemis/arrow'
import type { EvaluationContext } from '@artemis/plan'
import type { CompiledPredicate } from '../expression/predicate.js'
import type { BuildSide } from './build-side.js'
import { RowMarks } from './row-marks.js'

export interface NullAwareOptions {
  readonly side: BuildSide
  /** The probe side's keys. */
  readonly keys: readonly Vector[]
  /** Rows of the probe side that have no match. */
  readonly unmatched: Int32Array
  readonly rowCount: number
  /** A further condition that the build row must meet to count, over both sides' columns; null for none. */
  readonly residual: { readonly predicate: CompiledPredicate; joined(probe: Int32Array, build: Int32Array): Batch } | null
  readonly evaluation: EvaluationContext
  readonly chunkSize: number
}

/** Marks the unmatched rows whose answer is unknown. Gives null after each row, so that the query can be cancelled. */
export function* unknownRows(options: NullAwareOptions): Generator<null, RowMarks, undefined> {
  const { side, keys, unmatched, rowCount } = options
  const unknown = new RowMarks(rowCount)
  if (side.rowCount === 0 || unmatched.length === 0) return unknown
  const nullKeys = rowsWithNull(keys, unmatched)
  if (side.nullKeyRows === null && nullKeys.length === 0) return unknown
  if (keys.length === 1 && options.residual === null) {
    unknown.mark(side.nullKeyRows !== null ? unmatched : nullKeys)
    return unknown
  }
  const withNull = new RowMarks(rowCount)
  withNull.mark(nullKeys)
  const allBuildRows = Int32Array.from({ length: side.rowCount }, (_, i) => i)
  for (const row of unmatched) {
    // A row without NULLs can only be unknown because of build rows with one.
    const candidates = withNull.has(row) ? allBuildRows : side.nullKeyRows
    if (candidates !== null && hasPossibleMatch(options, row, candidates)) unknown.mark(Int32Array.of(row))
    yield null
  }
  return unknown
}

function rowsWithNull(keys: readonly Vector[], rows: Int32Array): Int32Array {
  return rows.filter((row) => keys.some((key) => key.validity !== null && ((key.validity[row >>> 3]! >>> (row & 7)) & 1) === 0))
}

function hasPossibleMatch(options: NullAwareOptions, row: number, candidates: Int32Array): boolean {
  const { side, keys, residual, evaluation, chunkSize } = options
  for (let start = 0; start < candidates.length; start += chunkSize) {
    let build = candidates.subarray(start, start + chunkSize)
    for (const [k, key] of keys.entries()) build = possiblyEqual(take(key, new Int32Array(build.length).fill(row)), side.keys[k]!, build)
    if (build.length === 0) continue
    if (residual === null) return true
    if (residual.predicate.evaluate(residual.joined(new Int32Array(build.length).fill(row), build), evaluation) !== 'none') return true
  }
  return false
}

/** The build rows whose key is equal to the probe's, or where one of the two is NULL. */
function possiblyEqual(probe: Vector, buildKey: Vector, rows: Int32Array): Int32Array {
  const n = rows.length
  const equal = compareVectors('=', vectorDatum(probe), vectorDatum(take(buildKey, rows)), n)
  const bits = equal.validity === null ? equal.values : orBitmaps(equal.values, notBitmap(equal.validity, n), n)
  return bitmapToSelection(bits, n).map((k) => rows[k]!)
}
