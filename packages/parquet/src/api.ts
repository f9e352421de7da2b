/** The classes of this package, declared for those who code against them. */

import type { Batch, Scalar, Schema, Vector } from '@artemis/arrow'
import type { ParquetMetadata, RowGroupMetadata } from './metadata/types.js'
import type { ColumnSelector, MayMatch, PagePruning, ReadOptions } from './read/types.js'
import type { RowRanges } from './read/row-ranges.js'
import type { ByteSink, ByteSource } from './source/byte-source.js'
import type { ParquetWriteResult, ParquetWriterOptions } from './write/types.js'

export declare function readFooter(source: ByteSource, options?: { readonly signal?: AbortSignal }): Promise<ParquetMetadata>

export declare class BloomFilter {
  /** False is certain. */
  mayContain(value: Scalar): boolean
}

export declare class ParquetFile {
  /** Reads the footer unless `metadata` is given. */
  static open(source: ByteSource, options?: { readonly metadata?: ParquetMetadata; readonly signal?: AbortSignal }): Promise<ParquetFile>
  readonly source: ByteSource
  readonly metadata: ParquetMetadata
  readonly schema: Schema
  /** Index of a top-level field, or undefined when the file does not have it. */
  fieldIndex(selector: ColumnSelector): number | undefined
  /** The leaf column of a top-level field that is not nested. */
  leafOf(selector: ColumnSelector): number | undefined
  /** A reader of one row group; `rows` limits it to rows that survived pruning. */
  rowGroup(index: number, rows?: RowRanges): RowGroupReader
  readRowGroup(index: number, options?: ReadOptions): AsyncIterable<Batch>
  /** All row groups, in order. */
  read(options?: Omit<ReadOptions, 'rows'>): AsyncIterable<Batch>
  /** Rows of a row group that may match, by the page index of the given leaf columns. */
  prunePages(rowGroup: number, leaves: readonly number[], mayMatch: MayMatch, signal?: AbortSignal): Promise<PagePruning>
  bloomFilter(rowGroup: number, leaf: number, signal?: AbortSignal): Promise<BloomFilter | undefined>
  /** Closes the source. */
  close(): Promise<void>
}

export declare class RowGroupReader {
  readonly metadata: RowGroupMetadata
  /** The rows that this reader delivers, as positions in the row group. */
  readonly rows: RowRanges
  readonly rowCount: number
  /** Bytes held: fetched and not yet released. */
  readonly bufferedBytes: number
  /** Bytes read from the source so far. */
  readonly bytesRead: number
  /** Data pages decoded and skipped so far. */
  readonly pagesDecoded: number
  readonly pagesSkipped: number
  /**
   * Fetches the bytes of columns in few reads. With `selection` (ascending positions among this reader's rows) only
   * the pages that hold those rows are fetched, where the file has an offset index.
   */
  prefetch(columns: readonly ColumnSelector[], options?: { readonly selection?: Int32Array; readonly signal?: AbortSignal }): Promise<void>
  /**
   * Decodes a column whose bytes were fetched. Synchronous. `selection` keeps rows by ascending position among this
   * reader's rows: pages without survivors are neither decompressed nor decoded.
   */
  column(column: ColumnSelector, selection?: Int32Array): Vector
  /** Positions in the row group of this reader's rows (or of the selected ones), for row positions and deletes. */
  positions(selection?: Int32Array): Int32Array
  /** Drops the fetched bytes of a column, or of all. */
  release(column?: ColumnSelector): void
}

/** Row groups whose statistics do not rule the predicate out. */
export declare function pruneRowGroups(metadata: ParquetMetadata, mayMatch: MayMatch): number[]

export declare class ParquetWriter {
  constructor(sink: ByteSink, schema: Schema, options?: ParquetWriterOptions)
  readonly rowCount: number
  /** Bytes handed to the sink so far, plus an estimate of what is buffered: for rolling files at a target size. */
  readonly estimatedSize: number
  write(batch: Batch): Promise<void>
  close(): Promise<ParquetWriteResult>
  /** Drops the file. */
  abort(): Promise<void>
}
