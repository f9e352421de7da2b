/** Sets of rows as sorted, disjoint, half-open ranges: what page pruning yields and what a reader decodes. */

export interface RowRange {
  readonly start: number
  readonly end: number
}

/** Ascending, without overlaps, without empty ranges. */
export type RowRanges = readonly RowRange[]

/** All rows of `[0, rowCount)`. */
export function allRows(rowCount: number): RowRanges {
  return rowCount === 0 ? [] : [{ start: 0, end: rowCount }]
}

export function countRows(ranges: RowRanges): number {
  let count = 0
  for (const range of ranges) count += range.end - range.start
  return count
}

/** The rows that are in both sets. */
export function intersectRanges(a: RowRanges, b: RowRanges): RowRanges {
  const out: RowRange[] = []
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const start = Math.max(a[i]!.start, b[j]!.start)
    const end = Math.min(a[i]!.end, b[j]!.end)
    if (start < end) out.push({ start, end })
    if (a[i]!.end < b[j]!.end) i++
    else j++
  }
  return out
}

/** Sorts and joins ranges that touch or overlap. */
export function normalizeRanges(ranges: readonly RowRange[]): RowRanges {
  const sorted = ranges.filter((range) => range.start < range.end).sort((a, b) => a.start - b.start)
  const out: RowRange[] = []
  for (const range of sorted) {
    const last = out.at(-1)
    if (last !== undefined && range.start <= last.end) out[out.length - 1] = { start: last.start, end: Math.max(last.end, range.end) }
    else out.push(range)
  }
  return out
}

/** The rows of ascending positions, as ranges. */
export function rangesOfSelection(rows: Int32Array): RowRanges {
  const out: RowRange[] = []
  for (let i = 0; i < rows.length;) {
    const start = rows[i]!
    let end = start + 1
    for (i++; i < rows.length && rows[i]! === end; i++) end++
    out.push({ start, end })
  }
  return out
}

/** The positions of the rows, in order: the inverse of {@link rangesOfSelection}. */
export function selectionOfRanges(ranges: RowRanges): Int32Array {
  const out = new Int32Array(countRows(ranges))
  let k = 0
  for (const { start, end } of ranges) for (let row = start; row < end; row++) out[k++] = row
  return out
}
