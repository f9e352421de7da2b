/**
 * Reads one row group in two steps: `prefetch` brings the bytes of columns, in few reads; `column` decodes, synchronously
 * and only the pages that hold wanted rows. A scan fetches and decodes the columns of its filter first, and then
 * the others for the rows that survived (late materialisation).
 *
 *   rows of the row group ──(page pruning)──▶ rows of this reader ──(selection)──▶ rows of a vector
 */

import type { Vector } from '@artemis/arrow'
import { assert, throwIfAborted } from '@artemis/errors'
import { loadCodec } from '../codec/codec.js'
import { decodeColumn, positionsOf } from '../decode/column.js'
import { leavesOf } from '../metadata/schema.js'
import type { ByteRange, ParquetMetadata, RowGroupMetadata } from '../metadata/types.js'
import type { ByteSource } from '../source/byte-source.js'
import { readRanges } from '../source/coalesce.js'
import type { FetchedRange, PageLocation } from './column-chunk.js'
import { ColumnChunk } from './column-chunk.js'
import { requireField } from './fields.js'
import type { PageCache } from './page-cache.js'
import type { PageIndexes } from './page-indexes.js'
import type { RowRanges } from './row-ranges.js'
import { allRows, countRows } from './row-ranges.js'
import type { RowSet } from './row-set.js'
import { isAll } from './row-set.js'
import type { ColumnSelector } from './types.js'

export interface PrefetchOptions {
  /** Ascending positions among the reader's rows: only their pages are fetched, where the file has an offset index. */
  readonly selection?: Int32Array | undefined
  /** Where pages of the file are looked up and kept, as far as single pages are fetched. */
  readonly pages?: PageCache | undefined
  readonly signal?: AbortSignal | undefined
}

interface WantedRange {
  readonly chunk: ColumnChunk
  readonly range: ByteRange
}

export class RowGroupReader {
  readonly metadata: RowGroupMetadata
  /** The rows that this reader delivers, as positions in the row group. */
  readonly rows: RowRanges
  readonly rowCount: number
  /** Bytes read from the source so far, gaps between columns not counted. */
  bytesRead = 0
  /** Data pages decoded, and pages of decoded columns that could be skipped. */
  pagesDecoded = 0
  pagesSkipped = 0
  readonly #source: ByteSource
  readonly #file: ParquetMetadata
  readonly #indexes: PageIndexes
  readonly #chunks: (ColumnChunk | undefined)[] = []
  #positions: Int32Array | undefined

  /** Made by `ParquetFile.rowGroup`. */
  constructor(source: ByteSource, file: ParquetMetadata, indexes: PageIndexes, rowGroup: number, rows?: RowRanges) {
    const metadata = file.rowGroups[rowGroup]
    assert(metadata !== undefined, `no row group ${rowGroup}`)
    this.metadata = metadata
    this.rows = rows ?? allRows(metadata.rowCount)
    this.rowCount = countRows(this.rows)
    this.#source = source
    this.#file = file
    this.#indexes = indexes
  }

  /** Fetched bytes that were not released yet. */
  get bufferedBytes(): number {
    return this.#chunks.reduce((sum, chunk) => sum + (chunk?.bufferedBytes ?? 0), 0)
  }

  /**
   * Fetches the bytes of columns in few reads; what is here already is not read again. Throws ConfigError for an unknown
   * column, DataError for a damaged file, IoError, CancelledError.
   */
  async prefetch(columns: readonly ColumnSelector[], options: PrefetchOptions = {}): Promise<void> {
    const { selection, signal } = options
    throwIfAborted(signal)
    const leaves = columns.flatMap((column) => leavesOf(this.#file.columns[requireField(this.#file, column, this.#source.name)]!))
    const chunks = [...new Set(leaves)].map((leaf) => this.#chunk(leaf))
    const rows = this.#rowSet(selection)
    const locations = new Map<ColumnChunk, readonly PageLocation[]>()
    if (!isAll(rows, this.metadata.rowCount)) {
      const found = await this.#indexes.locations(
        this.metadata.index,
        chunks.map((chunk) => chunk.leaf.index),
        signal,
      )
      chunks.forEach((chunk, i) => {
        const pages = found[i]
        if (pages !== undefined) locations.set(chunk, pages)
      })
    }
    const wanted: WantedRange[] = []
    for (const chunk of chunks) for (const range of chunk.missing(rows, locations.get(chunk))) wanted.push({ chunk, range })
    const isCached = options.pages !== undefined && locations.size === chunks.length && options.pages.admits(uncompressedSize(wanted))
    const [fetched] = await Promise.all([
      isCached ? this.#throughCache(wanted, options.pages!) : this.#fetch(wanted, signal),
      ...chunks.map((chunk) => loadCodec(chunk.metadata.codec)),
    ])
    throwIfAborted(signal)
    for (const chunk of chunks) {
      const ranges = fetched.filter((_, i) => wanted[i]!.chunk === chunk)
      chunk.add(ranges, locations.get(chunk))
    }
  }

  async #fetch(wanted: readonly WantedRange[], signal: AbortSignal | undefined): Promise<FetchedRange[]> {
    const ranges = wanted.map(({ range }) => range)
    const fetched = await readRanges(this.#source, ranges, signal)
    this.bytesRead += ranges.reduce((sum, range) => sum + range.length, 0)
    return fetched
  }

  /** Pages that are not kept yet are copied out of what is read, as they outlive this reader. */
  async #throughCache(wanted: readonly WantedRange[], pages: PageCache): Promise<FetchedRange[]> {
    const ranges = wanted.map(({ range }) => range)
    const kept = await pages.getOrLoad(ranges, async (missing) => {
      const absent = missing.map((range) => wanted[ranges.indexOf(range)]!)
      const fetched = await this.#fetch(absent, undefined)
      return fetched.map((range, i) => {
        const page = absent[i]!.chunk.keptPage(range.bytes)
        range.release()
        return page
      })
    })
    return kept.map((page, i) => ({ ...ranges[i]!, bytes: page.bytes, kept: page, release: nothing }))
  }

  /**
   * The values of a column whose bytes were fetched, one for each of this reader's rows, or for the selected ones.
   * Pages without such rows are neither decompressed nor decoded. Throws DataError when the file is damaged and
   * UnsupportedError for what this reader does not have, both by the column's name.
   */
  column(column: ColumnSelector, selection?: Int32Array): Vector {
    const field = requireField(this.#file, column, this.#source.name)
    return decodeColumn(this.#file.columns[field]!, this.#rowSet(selection), this.metadata.rowCount, (leaf) => this.#chunk(leaf), this)
  }

  /** Positions in the row group of this reader's rows, or of the selected ones: for row numbers and positional deletes. */
  positions(selection?: Int32Array): Int32Array {
    return positionsOf(this.#rowSet(selection))
  }

  /** Drops the fetched bytes of a column, or of all. */
  release(column?: ColumnSelector): void {
    if (column === undefined) for (const chunk of this.#chunks) chunk?.release()
    else
      for (const leaf of leavesOf(this.#file.columns[requireField(this.#file, column, this.#source.name)]!)) this.#chunks[leaf]?.release()
  }

  #chunk(leaf: number): ColumnChunk {
    return (this.#chunks[leaf] ??= new ColumnChunk(
      this.#file.leaves[leaf]!,
      this.metadata.columns[leaf]!,
      this.metadata.rowCount,
      this.#source.name,
      this.metadata.index,
    ))
  }

  /** A selection among this reader's rows, as rows of the row group. */
  #rowSet(selection: Int32Array | undefined): RowSet {
    if (selection === undefined || selection.length === this.rowCount) return this.rows
    if (this.rows.length === 1 && this.rows[0]!.start === 0) return selection
    const positions = (this.#positions ??= positionsOf(this.rows))
    return selection.map((index) => positions[index]!)
  }
}

function nothing(): void {}

/** About how many bytes the ranges hold once they are uncompressed. */
function uncompressedSize(wanted: readonly WantedRange[]): number {
  return wanted.reduce((sum, { chunk: { metadata }, range }) => sum + range.length * Math.max(1, metadata.uncompressedSize / Math.max(1, metadata.compressedSize)), 0)
}
