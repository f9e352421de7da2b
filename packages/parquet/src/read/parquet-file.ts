/** An open Parquet file: its metadata, and readers of its row groups. */

import type { Field, Schema } from '@artemis/arrow'
import { Batch, sliceVector } from '@artemis/arrow'
import { throwIfAborted } from '@artemis/errors'
import type { BloomFilter } from '../index/bloom-filter.js'
import { readFooter } from '../metadata/footer.js'
import type { ParquetMetadata } from '../metadata/types.js'
import type { ByteSource } from '../source/byte-source.js'
import { findField, requireField } from './fields.js'
import { PageIndexes } from './page-indexes.js'
import { pruneRows } from './prune.js'
import { RowGroupReader } from './row-group-reader.js'
import type { RowRanges } from './row-ranges.js'
import { rangesOfSelection } from './row-ranges.js'
import type { ColumnSelector, MayMatch, PagePruning, ReadOptions } from './types.js'

const BATCH_ROWS = 16384

export interface OpenOptions {
  /** Metadata of the same file from a cache; the footer is not read then. */
  readonly metadata?: ParquetMetadata | undefined
  readonly signal?: AbortSignal | undefined
}

export class ParquetFile {
  readonly source: ByteSource
  readonly metadata: ParquetMetadata
  readonly schema: Schema
  readonly #indexes: PageIndexes

  private constructor(source: ByteSource, metadata: ParquetMetadata) {
    this.source = source
    this.metadata = metadata
    this.schema = metadata.schema
    this.#indexes = new PageIndexes(source, metadata)
  }

  /** Throws as {@link readFooter} does. The source stays the caller's to close if opening fails. */
  static async open(source: ByteSource, options: OpenOptions = {}): Promise<ParquetFile> {
    return new ParquetFile(source, options.metadata ?? (await readFooter(source, options)))
  }

  /** Index of a top-level field, or undefined when the file does not have it. */
  fieldIndex(selector: ColumnSelector): number | undefined {
    return findField(this.metadata, selector)
  }

  /** The leaf column of a top-level field that is not nested; undefined when it is nested or not there. */
  leafOf(selector: ColumnSelector): number | undefined {
    const index = this.fieldIndex(selector)
    const node = index === undefined ? undefined : this.metadata.columns[index]
    return node?.kind === 'leaf' ? node.leaf : undefined
  }

  /** A reader of one row group; `rows` limits it to rows that survived pruning. */
  rowGroup(index: number, rows?: RowRanges): RowGroupReader {
    return new RowGroupReader(this.source, this.metadata, this.#indexes, index, rows)
  }

  /** Batches of a row group. Columns are fetched at the first pull and each is decoded when first looked at. */
  async *readRowGroup(index: number, options: ReadOptions = {}): AsyncGenerator<Batch, void, undefined> {
    const { signal, batchSize = BATCH_ROWS } = options
    const fields = this.#fields(options.columns)
    const rows = options.rows instanceof Int32Array ? rangesOfSelection(options.rows) : options.rows
    const reader = this.rowGroup(index, rows)
    await reader.prefetch(fields, { signal })
    const schema = { fields: fields.map((field): Field => this.schema.fields[field]!) }
    const whole = new Batch(
      schema,
      reader.rowCount,
      fields.map((field) => () => {
        const vector = reader.column(field)
        reader.release(field)
        return vector
      }),
    )
    for (let start = 0; start < reader.rowCount; start += batchSize) {
      throwIfAborted(signal)
      const rowCount = Math.min(batchSize, reader.rowCount - start)
      yield new Batch(
        schema,
        rowCount,
        fields.map((_, i) => () => sliceVector(whole.column(i), start, rowCount)),
      )
    }
  }

  /** Batches of all row groups, in order. */
  async *read(options: Omit<ReadOptions, 'rows'> = {}): AsyncGenerator<Batch, void, undefined> {
    for (const group of this.metadata.rowGroups) {
      if (group.rowCount > 0) yield* this.readRowGroup(group.index, options)
    }
  }

  /**
   * Rows of a row group that may match, by the page index of the leaf columns that the predicate looks at. All rows
   * when the file has no page index.
   */
  async prunePages(rowGroup: number, leaves: readonly number[], mayMatch: MayMatch, signal?: AbortSignal): Promise<PagePruning> {
    const indexes = await this.#indexes.load(rowGroup, leaves, true, signal)
    return pruneRows(this.metadata.rowGroups[rowGroup]!, leaves, indexes, mayMatch)
  }

  /** The bloom filter of a column chunk, if it has one of a known kind. */
  bloomFilter(rowGroup: number, leaf: number, signal?: AbortSignal): Promise<BloomFilter | undefined> {
    return this.#indexes.bloomFilter(rowGroup, leaf, signal)
  }

  close(): Promise<void> {
    return this.source.close()
  }

  #fields(columns: readonly ColumnSelector[] | undefined): number[] {
    if (columns === undefined) return this.schema.fields.map((_, i) => i)
    return columns.map((column) => requireField(this.metadata, column, this.source.name))
  }
}
