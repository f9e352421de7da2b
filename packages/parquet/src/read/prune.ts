/**
 * Pruning by bounds. The package knows no predicates: the caller is asked, for a row group or for a run of rows between
 * page boundaries, whether any row there may match, and looks the bounds up.
 */

import type { PageIndex } from '../index/page-index.js'
import type { ColumnBounds, ParquetMetadata, RowGroupMetadata } from '../metadata/types.js'
import type { RowRange } from './row-ranges.js'
import { allRows, normalizeRanges } from './row-ranges.js'
import { touches } from './row-set.js'
import type { MayMatch, PagePruning } from './types.js'

/** Indices of the row groups whose statistics do not rule the predicate out. */
export function pruneRowGroups(metadata: ParquetMetadata, mayMatch: MayMatch): number[] {
  return metadata.rowGroups
    .filter((group) => group.rowCount > 0 && mayMatch((leaf) => group.columns[leaf]?.bounds, group))
    .map((group) => group.index)
}

/**
 * The rows of a row group that may match, by the bounds of the pages of `leaves`. Columns cut their pages at different
 * rows, so the predicate is tried on every run of rows that lies within one page of each column.
 */
export function pruneRows(
  group: RowGroupMetadata,
  leaves: readonly number[],
  indexes: readonly (PageIndex | undefined)[],
  mayMatch: MayMatch,
): PagePruning {
  const known = leaves.flatMap((leaf, i) => {
    const index = indexes[i]
    return index?.bounds === undefined ? [] : [{ leaf, locations: index.locations, bounds: index.bounds, page: 0 }]
  })
  if (known.length === 0) return { rows: allRows(group.rowCount), pagesTotal: 0, pagesKept: 0 }
  const cuts = [...new Set([0, group.rowCount, ...known.flatMap(({ locations }) => locations.map((page) => page.firstRow))])].sort(
    (a, b) => a - b,
  )
  const kept: RowRange[] = []
  for (let i = 0; i + 1 < cuts.length; i++) {
    const start = cuts[i]!
    const bounds = new Map<number, ColumnBounds>()
    for (const column of known) {
      while (column.page + 1 < column.locations.length && column.locations[column.page + 1]!.firstRow <= start) column.page++
      bounds.set(column.leaf, column.bounds[column.page]!)
    }
    if (mayMatch((leaf) => bounds.get(leaf) ?? group.columns[leaf]?.bounds, group)) kept.push({ start, end: cuts[i + 1]! })
  }
  const rows = normalizeRanges(kept)
  let pagesTotal = 0
  let pagesKept = 0
  for (const { locations } of known) {
    pagesTotal += locations.length
    for (const page of locations) if (touches(rows, page.firstRow, page.firstRow + page.rowCount)) pagesKept++
  }
  return { rows, pagesTotal, pagesKept }
}
