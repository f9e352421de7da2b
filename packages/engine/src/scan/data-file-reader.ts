/** One data file of a scan, opened: which of its row groups and pages may match, and where each column comes from. */

import type { Schema, Vector } from '@artemis/arrow'
import { DataError, UnsupportedError } from '@artemis/errors'
import type { BoundPredicate, ColumnSource, FileIO, FileScanTask, IcebergCache, Schema as IcebergSchema } from '@artemis/iceberg'
import { fileColumnsOf, materializeColumn } from '@artemis/iceberg'
import type { PageCache, ParquetMetadata, RowGroupReader, RowRanges } from '@artemis/parquet'
import { ParquetFile, allRows, countRows, pruneRowGroups, readFooter } from '@artemis/parquet'
import type { BoundsTest } from './bounds-test.js'
import { compileBoundsTest } from './bounds-test.js'
import { InputFileSource } from './input-file-source.js'
import type { ScanCounters } from './scan-counters.js'
import type { ScanPages } from './scan-pages.js'
import type { DeleteSource, RowDeletes } from './row-deletes.js'
import { loadRowDeletes } from './row-deletes.js'

/** How the columns of a table are found in one of its files. */
export interface ColumnResolver {
  /** A source for each wanted column, in order. */
  columnSources(file: ParquetFile, task: FileScanTask): readonly ColumnSource[]
  /** The Parquet leaf that holds a predicate's column; undefined when the file does not have it as one. */
  leafOf(file: ParquetFile, fieldId: number): number | undefined
}

/** What all files of one scan share. */
export interface DataFileContext {
  readonly io: FileIO
  readonly cache: IcebergCache
  readonly pages: ScanPages
  /** The name under which parts of a file are cached. */
  readonly fileKey: (location: string) => string
  readonly schema: IcebergSchema
  readonly columns: ColumnResolver
  /** Absent for files that no delete can apply to. */
  readonly deletes: DeleteSource | undefined
  readonly counters: ScanCounters
}

/** A row group that may hold matching rows; `rows` leaves out pages that do not. */
export interface RowGroupTask {
  readonly rowGroup: number
  readonly rows: RowRanges
}

export class DataFileReader {
  readonly task: FileScanTask
  readonly file: ParquetFile
  readonly sources: readonly ColumnSource[]
  readonly deletes: RowDeletes
  readonly #test: BoundsTest
  readonly #pages: PageCache
  readonly #counters: ScanCounters

  private constructor(
    task: FileScanTask,
    file: ParquetFile,
    sources: readonly ColumnSource[],
    deletes: RowDeletes,
    test: BoundsTest,
    { pages, fileKey, counters }: DataFileContext,
  ) {
    this.task = task
    this.file = file
    this.sources = sources
    this.deletes = deletes
    this.#test = test
    this.#pages = pages.ofFile(fileKey(task.dataFile.filePath))
    this.#counters = counters
  }

  /** Opens the file, with its footer from the cache when it was read before, and loads the deletes that apply to it. */
  static async open(task: FileScanTask, context: DataFileContext, signal: AbortSignal): Promise<DataFileReader> {
    const { dataFile } = task
    if (dataFile.fileFormat !== 'parquet') {
      throw new UnsupportedError({ code: 'FILE_FORMAT', message: `data files of format ${dataFile.fileFormat} are not supported: ${dataFile.filePath}` })
    }
    const onRead = (bytes: number): void => context.counters.add('bytes_scanned', bytes)
    const source = new InputFileSource(context.io, dataFile.filePath, dataFile.fileSizeInBytes, onRead)
    try {
      const metadata = await context.cache.getOrLoad<ParquetMetadata>(context.io, `footer:${context.fileKey(dataFile.filePath)}`, async () => {
        // Without the signal: another query may wait for the same footer, and that one was not cancelled.
        const footer = await readFooter(await source.open())
        return { value: footer, bytes: footer.byteSize }
      })
      const file = await ParquetFile.open(source, { metadata, signal })
      const sources = context.columns.columnSources(file, task)
      const deletes = await loadRowDeletes(task, file, context.deletes)
      const test = boundsTestOf(task.residual, file, context)
      return new DataFileReader(task, file, sources, deletes, test, context)
    } catch (error) {
      await source.close()
      throw error
    }
  }

  /** The row groups and pages that may match, by their statistics. */
  async rowGroups(signal: AbortSignal): Promise<RowGroupTask[]> {
    const { metadata } = this.file
    const kept = this.#test.leaves.length === 0 ? metadata.rowGroups.map((group) => group.index) : pruneRowGroups(metadata, this.#test.mayMatch)
    this.#counters.count('row_groups', kept.length, metadata.rowGroups.length)
    const tasks: RowGroupTask[] = []
    for (const rowGroup of kept) {
      const rows = await this.#prunePages(rowGroup, signal)
      if (countRows(rows) > 0) tasks.push({ rowGroup, rows })
    }
    return tasks
  }

  async #prunePages(rowGroup: number, signal: AbortSignal): Promise<RowRanges> {
    const { rowCount } = this.file.metadata.rowGroups[rowGroup]!
    if (this.#test.leaves.length === 0) return allRows(rowCount)
    const pruning = await this.file.prunePages(rowGroup, this.#test.leaves, this.#test.mayMatch, signal)
    this.#counters.count('pages', pruning.pagesKept, pruning.pagesTotal)
    return pruning.rows
  }

  /** Compressed bytes of the wanted columns of a row group. */
  fetchBytes(rowGroup: number): number {
    const wanted = new Set([...fileColumnsOf(this.sources), ...this.deletes.columns])
    const { leaves, rowGroups } = this.file.metadata
    return rowGroups[rowGroup]!.columns.reduce((sum, chunk, leaf) => (wanted.has(leaves[leaf]!.fieldIndex) ? sum + chunk.compressedSize : sum), 0)
  }

  /** Fetches what the wanted columns of a row group need. */
  async fetch(task: RowGroupTask, signal: AbortSignal): Promise<FetchedRowGroup> {
    const reader = this.file.rowGroup(task.rowGroup, task.rows)
    await reader.prefetch([...new Set([...fileColumnsOf(this.sources), ...this.deletes.columns])], { pages: this.#pages, signal })
    return new FetchedRowGroup(this, reader)
  }

  async close(): Promise<void> {
    await this.file.close()
  }
}

/** A row group whose bytes are there. */
export class FetchedRowGroup {
  readonly file: DataFileReader
  readonly #reader: RowGroupReader

  constructor(file: DataFileReader, reader: RowGroupReader) {
    this.file = file
    this.#reader = reader
  }

  /** One decoder for each wanted column, over the rows that are neither pruned nor deleted. */
  decode(schema: Schema): { readonly rowCount: number; readonly decoders: readonly (() => Vector)[] } {
    const reader = this.#reader
    const selection = this.file.deletes.keptRows(reader)
    const rowCount = selection?.length ?? reader.rowCount
    const fileColumn = (index: number): Vector => (selection === undefined ? reader.column(index) : reader.column(index, selection))
    const decoders = this.file.sources.map((source, i) => (): Vector => {
      const vector = materializeColumn(source, fileColumn, rowCount)
      // Decoding copies, so the fetched bytes can be used for the next row group.
      if (source.kind === 'file') reader.release(source.index)
      if (vector.nullCount > 0 && !schema.fields[i]!.nullable) {
        throw new DataError({
          code: 'NULL_IN_REQUIRED_COLUMN',
          message: `${this.file.task.dataFile.filePath}: the required column "${schema.fields[i]!.name}" holds a null`,
        })
      }
      return vector
    })
    return { rowCount, decoders }
  }
}

function boundsTestOf(residual: BoundPredicate, file: ParquetFile, { schema, columns }: DataFileContext): BoundsTest {
  return compileBoundsTest(residual, schema, (fieldId) => columns.leafOf(file, fieldId))
}
