/** The rows that a decode is to deliver: ranges, or single positions, both ascending within the row group. */

import type { Vector } from '@artemis/arrow'
import { sliceVector, take } from '@artemis/arrow'
import type { RowRanges } from './row-ranges.js'
import { countRows } from './row-ranges.js'

export type RowSet = RowRanges | Int32Array

export function countOf(rows: RowSet): number {
  return rows instanceof Int32Array ? rows.length : countRows(rows)
}

/** Whether the set is all of `[0, rowCount)`. */
export function isAll(rows: RowSet, rowCount: number): boolean {
  return countOf(rows) === rowCount
}

/** Whether any row of `[start, end)` is in the set. */
export function touches(rows: RowSet, start: number, end: number): boolean {
  if (rows instanceof Int32Array) {
    const at = lowerBound(rows, start)
    return at < rows.length && rows[at]! < end
  }
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (rows[middle]!.end <= start) low = middle + 1
    else high = middle
  }
  return low < rows.length && rows[low]!.start < end
}

/** The first index whose row is at least `row`. */
function lowerBound(rows: Int32Array, row: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (rows[middle]! < row) low = middle + 1
    else high = middle
  }
  return low
}

/** A run of rows that was decoded, one behind the other. */
export interface DecodedRun {
  readonly start: number
  readonly rows: number
}

/**
 * Where the rows of the set stand among the decoded rows; undefined when they are exactly the decoded rows. Every row
 * of the set must have been decoded.
 */
export function indicesAmong(rows: RowSet, runs: readonly DecodedRun[]): Int32Array | undefined {
  const decoded = runs.reduce((sum, run) => sum + run.rows, 0)
  const count = countOf(rows)
  if (count === decoded) return undefined
  const out = new Int32Array(count)
  let k = 0
  let run = 0
  let base = 0
  const put = (row: number): void => {
    while (row >= runs[run]!.start + runs[run]!.rows) base += runs[run++]!.rows
    out[k++] = base + row - runs[run]!.start
  }
  if (rows instanceof Int32Array) for (let i = 0; i < rows.length; i++) put(rows[i]!)
  else for (const range of rows) for (let row = range.start; row < range.end; row++) put(row)
  return out
}

/** The rows at ascending `indices`; a block of neighbours is a view. */
export function takeAscending(vector: Vector, indices: Int32Array | undefined): Vector {
  if (indices === undefined) return vector
  const first = indices[0]
  if (first === undefined) return sliceVector(vector, 0, 0)
  if (indices.at(-1)! - first + 1 === indices.length) return sliceVector(vector, first, indices.length)
  return take(vector, indices)
}
