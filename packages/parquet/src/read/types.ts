/** Options and results of reading. */

import type { ColumnBounds, RowGroupMetadata } from '../metadata/types.js'
import type { RowRanges } from './row-ranges.js'

/** A top-level column: by position in the schema, by name, or by field id. */
export type ColumnSelector = number | string | { readonly fieldId: number }

export interface ReadOptions {
  /** Top-level columns, in the order wanted; default all. */
  readonly columns?: readonly ColumnSelector[] | undefined
  /** Rows of the row group; default all. An Int32Array holds ascending positions. */
  readonly rows?: RowRanges | Int32Array | undefined
  /** Rows of a batch, at most; default 16384. */
  readonly batchSize?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Looks up what is known of a leaf column where a predicate is tried; undefined: nothing is known. */
export type BoundsLookup = (leaf: number) => ColumnBounds | undefined

/** Answers whether any row under these bounds may satisfy a predicate. False must be certain. */
export type MayMatch = (bounds: BoundsLookup, rowGroup: RowGroupMetadata) => boolean

export interface PagePruning {
  /** The rows of the row group that may match. */
  readonly rows: RowRanges
  /** Pages of the columns that were looked at. */
  readonly pagesTotal: number
  readonly pagesKept: number
}
