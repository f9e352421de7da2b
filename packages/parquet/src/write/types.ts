/** What a Parquet writer takes and what it reports. */

import type { Scalar } from '@artemis/arrow'

export type WriteCodec = 'uncompressed' | 'snappy' | 'gzip' | 'zstd'

export interface WriteSortingColumn {
  /** Index of the top-level field; it must not be nested. */
  readonly field: number
  readonly descending: boolean
  readonly nullsFirst: boolean
}

export interface ParquetWriterOptions {
  /** Default snappy. */
  readonly codec?: WriteCodec
  /** For gzip and zstd; their own defaults otherwise. */
  readonly compressionLevel?: number
  /** Rows of a row group, at most; default 131072. */
  readonly rowGroupRows?: number
  /** Uncompressed bytes after which a row group ends early; default 128 MiB. */
  readonly rowGroupBytes?: number
  /** Rows of a page, at most; default 20000. */
  readonly pageRows?: number
  /** Uncompressed bytes of a page, at most (a longer single value gets a page of its own); default 1 MiB. */
  readonly pageBytes?: number
  /** Dictionary-encode columns whose values repeat; default true. */
  readonly dictionary?: boolean
  /** Bytes kept of string and binary bounds in statistics and the page index; default 64. */
  readonly boundsBytes?: number
  /** Default true. */
  readonly pageIndex?: boolean
  readonly keyValueMetadata?: Readonly<Record<string, string>>
  readonly createdBy?: string
  /** Declares the order that the rows already have; the writer does not sort. */
  readonly sortingColumns?: readonly WriteSortingColumn[]
}

/** Of one leaf column, over the whole file. */
export interface WrittenColumn {
  readonly fieldId: number | undefined
  readonly path: readonly string[]
  /** Bytes in the file, page headers and dictionary included. */
  readonly compressedSize: number
  readonly uncompressedSize: number
  /** Values, nulls and NaN included. */
  readonly valueCount: number
  readonly nullCount: number
  /** 0 for types that have no NaN. */
  readonly nanCount: number
  /** Bounds of the values that are neither null nor NaN; -0 and +0 widen to -0 below and +0 above. undefined: no such value. */
  readonly min: Scalar | undefined
  readonly max: Scalar | undefined
  /** False when the bound was cut to `boundsBytes`. */
  readonly minExact: boolean
  readonly maxExact: boolean
}

export interface ParquetWriteResult {
  readonly fileSize: number
  readonly rowCount: number
  readonly rowGroups: readonly { readonly rowCount: number; readonly offset: number; readonly compressedSize: number }[]
  /** Offset of each row group, ascending: Iceberg's split_offsets. */
  readonly splitOffsets: readonly number[]
  /** One for each leaf column, in file order. */
  readonly columns: readonly WrittenColumn[]
}
