/**
 * Writes Parquet as batches arrive: each batch is taken apart into column buffers at once (so the caller's batch is not
 * kept), and a full row group is encoded, compressed and handed to the sink.
 *
 *   PAR1 | row group: column chunk: [dictionary page] data pages … | … | column indexes | offset indexes | footer | PAR1
 *
 * PLAIN and RLE_DICTIONARY in V1 pages only: what every reader has, Spark's vectorised one included.
 */

import type { Batch, Schema } from '@artemis/arrow'
import { typeEquals } from '@artemis/arrow'
import { ConfigError } from '@artemis/errors'
import { loadCodec } from '../codec/codec.js'
import type { ByteSink } from '../source/byte-source.js'
import type { ValueBounds } from './bounds.js'
import { cutMax, cutMin, mergeBounds, NO_VALUES, scalarOfBound } from './bounds.js'
import { ColumnWriter } from './column-writer.js'
import type { PlacedChunk, PlacedRowGroup } from './footer.js'
import { columnIndexBytes, footerBytes, offsetIndexBytes } from './footer.js'
import { shred } from './shred.js'
import type { ParquetWriteResult, ParquetWriterOptions, WriteCodec, WrittenColumn } from './types.js'
import type { WriteSchema } from './write-schema.js'
import { writeSchema } from './write-schema.js'

const MAGIC = new TextEncoder().encode('PAR1')
const DEFAULT_CREATED_BY = 'artemis version 0.1.0'

interface Settings {
  readonly codec: WriteCodec
  readonly rowGroupRows: number
  readonly rowGroupBytes: number
  readonly boundsBytes: number
  readonly pageIndex: boolean
  readonly createdBy: string
  readonly keyValueMetadata: Readonly<Record<string, string>>
  readonly sortingColumns: NonNullable<ParquetWriterOptions['sortingColumns']>
}

export class ParquetWriter {
  readonly schema: Schema
  readonly #sink: ByteSink
  readonly #settings: Settings
  readonly #parquet: WriteSchema
  readonly #columns: readonly ColumnWriter[]
  readonly #rowGroups: PlacedRowGroup[] = []
  #position = 0
  #bufferedRows = 0
  #rowCount = 0
  #closed = false

  /** Throws UnsupportedError for a column type that Parquet cannot hold, ConfigError for settings that make no sense. */
  constructor(sink: ByteSink, schema: Schema, options: ParquetWriterOptions = {}) {
    this.schema = schema
    this.#sink = sink
    this.#parquet = writeSchema(schema)
    this.#settings = {
      codec: options.codec ?? 'snappy',
      rowGroupRows: positive('rowGroupRows', options.rowGroupRows ?? 131_072),
      rowGroupBytes: positive('rowGroupBytes', options.rowGroupBytes ?? 128 * 1024 * 1024),
      boundsBytes: positive('boundsBytes', options.boundsBytes ?? 64),
      pageIndex: options.pageIndex ?? true,
      createdBy: options.createdBy ?? DEFAULT_CREATED_BY,
      keyValueMetadata: options.keyValueMetadata ?? {},
      sortingColumns: options.sortingColumns ?? [],
    }
    for (const { field } of this.#settings.sortingColumns) {
      if (this.#parquet.columns[field]?.kind !== 'leaf') throw configError(`sortingColumns: field ${field} is not a column without nesting`)
    }
    const columnOptions = {
      codec: this.#settings.codec,
      compressionLevel: options.compressionLevel,
      pageRows: positive('pageRows', options.pageRows ?? 20_000),
      pageBytes: positive('pageBytes', options.pageBytes ?? 1024 * 1024),
      dictionary: options.dictionary ?? true,
    }
    this.#columns = this.#parquet.leaves.map((leaf) => new ColumnWriter(leaf, columnOptions))
  }

  /** Rows written so far. */
  get rowCount(): number {
    return this.#rowCount
  }

  /** Bytes in the file so far, and a guess for the rows that are still buffered: for files of a target size. */
  get estimatedSize(): number {
    const plain = this.#rowGroups.reduce(
      (sum, group) => sum + group.columns.reduce((bytes, column) => bytes + column.chunk.uncompressedSize, 0),
      0,
    )
    const ratio = plain === 0 ? 0.5 : this.#position / plain
    return this.#position + Math.round(this.#bufferedBytes() * Math.min(1, ratio))
  }

  /**
   * Appends the rows of a batch, whose columns have the types of the schema. The batch may be reused at once. Throws
   * ExecutionError when a required column holds a null, and IoError from the sink.
   */
  async write(batch: Batch): Promise<void> {
    if (this.#closed) throw configError('the writer is closed')
    this.#checkSchema(batch.schema)
    let start = 0
    while (start < batch.rowCount) {
      const rows = Math.min(batch.rowCount - start, this.#settings.rowGroupRows - this.#bufferedRows)
      this.#append(batch.slice(start, rows))
      start += rows
      const isFull = this.#bufferedRows >= this.#settings.rowGroupRows || this.#bufferedBytes() >= this.#settings.rowGroupBytes
      if (isFull) await this.#flush()
    }
  }

  /** Ends the file: what is buffered, the indexes and the footer. Closes the sink. */
  async close(): Promise<ParquetWriteResult> {
    if (this.#closed) throw configError('the writer is closed')
    this.#closed = true
    await this.#flush()
    if (this.#position === 0) await this.#put(MAGIC)
    if (this.#settings.pageIndex) await this.#writeIndexes()
    const footer = footerBytes(this.#parquet, this.#rowGroups, this.#settings)
    const trailer = new Uint8Array(8)
    new DataView(trailer.buffer).setUint32(0, footer.length, true)
    trailer.set(MAGIC, 4)
    await this.#put(footer)
    await this.#put(trailer)
    await this.#sink.close()
    return {
      fileSize: this.#position,
      rowCount: this.#rowCount,
      rowGroups: this.#rowGroups.map(({ rowCount, offset, compressedSize }) => ({ rowCount, offset, compressedSize })),
      splitOffsets: this.#rowGroups.map((group) => group.offset),
      columns: this.#parquet.leaves.map((_, leaf) => this.#summary(leaf)),
    }
  }

  /** Drops the file and what is buffered. */
  async abort(): Promise<void> {
    this.#closed = true
    await this.#sink.abort()
  }

  #checkSchema(schema: Schema): void {
    const { fields } = this.schema
    if (schema === this.schema) return
    const isSame = schema.fields.length === fields.length && schema.fields.every((field, i) => typeEquals(field.type, fields[i]!.type))
    if (!isSame) throw configError('a batch has other column types than the file')
  }

  #append(batch: Batch): void {
    this.#parquet.columns.forEach((node, i) => shred(node, batch.column(i), (part) => this.#columns[part.leaf]!.append(part)))
    this.#bufferedRows += batch.rowCount
    this.#rowCount += batch.rowCount
  }

  #bufferedBytes(): number {
    let bytes = 0
    for (const column of this.#columns) bytes += column.byteSize
    return bytes
  }

  async #flush(): Promise<void> {
    const rows = this.#bufferedRows
    if (rows === 0) return
    await loadCodec(this.#settings.codec === 'zstd' ? 'ZSTD' : 'UNCOMPRESSED')
    if (this.#position === 0) await this.#put(MAGIC)
    const offset = this.#position
    const columns: PlacedChunk[] = []
    for (const column of this.#columns) {
      const { bytes, ...chunk } = column.finish(rows)
      columns.push({
        leaf: column.leaf,
        offset: this.#position,
        compressedSize: bytes.length,
        chunk,
        columnIndex: undefined,
        offsetIndex: undefined,
      })
      await this.#put(bytes)
    }
    this.#rowGroups.push({ rowCount: rows, offset, compressedSize: this.#position - offset, columns })
    this.#bufferedRows = 0
  }

  async #writeIndexes(): Promise<void> {
    const chunks = this.#rowGroups.flatMap((group) => group.columns)
    for (const chunk of chunks) {
      const bytes = columnIndexBytes(chunk, this.#settings.boundsBytes)
      if (bytes !== undefined) chunk.columnIndex = await this.#putIndex(bytes)
    }
    for (const chunk of chunks) chunk.offsetIndex = await this.#putIndex(offsetIndexBytes(chunk))
  }

  async #putIndex(bytes: Uint8Array): Promise<{ offset: number; length: number }> {
    const offset = this.#position
    await this.#put(bytes)
    return { offset, length: bytes.length }
  }

  async #put(bytes: Uint8Array): Promise<void> {
    await this.#sink.write(bytes)
    this.#position += bytes.length
  }

  #summary(index: number): WrittenColumn {
    const leaf = this.#parquet.leaves[index]!
    const chunks = this.#rowGroups.map((group) => group.columns[index]!)
    const bounds = chunks.reduce<ValueBounds>((merged, { chunk }) => mergeBounds(merged, chunk.bounds), NO_VALUES)
    const min = cutMin(leaf, bounds.min, this.#settings.boundsBytes)
    const max = cutMax(leaf, bounds.max, this.#settings.boundsBytes)
    const sum = (of: (chunk: PlacedChunk) => number): number => chunks.reduce((total, chunk) => total + of(chunk), 0)
    return {
      fieldId: leaf.fieldId,
      path: leaf.path,
      compressedSize: sum((chunk) => chunk.compressedSize),
      uncompressedSize: sum(({ chunk }) => chunk.uncompressedSize),
      valueCount: sum(({ chunk }) => chunk.valueCount),
      nullCount: sum(({ chunk }) => chunk.nullCount),
      nanCount: bounds.nanCount,
      min: scalarOfBound(leaf, min.value),
      max: scalarOfBound(leaf, max.value),
      minExact: min.exact,
      maxExact: max.exact,
    }
  }
}

function positive(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value
  throw configError(`${name} must be a positive integer, not ${value}`)
}

function configError(message: string): ConfigError {
  return new ConfigError({ code: 'PARQUET_WRITER', message: `Parquet writer: ${message}` })
}
