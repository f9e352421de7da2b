/**
 * Writes rows as data files of a table.
 *
 *   batches ──conform──▶ ──partition──▶ a buffer for each tuple ──sort──▶ Parquet files, rolled at the target size
 *
 * A sorted table gets a file for each sorted run, so a buffer lives until its run is large enough or memory is short. An
 * unsorted one streams: a partition keeps its file open and its buffer only spares the file from tiny batches.
 *
 * Nothing is part of the table until its files are committed; `abort` deletes them.
 */
import { randomUUID } from 'node:crypto'
import type { Batch } from '@artemis/arrow'
import { concatBatches, vectorBytes } from '@artemis/arrow'
import { ConfigError } from '@artemis/errors'
import type { ParquetWriterOptions } from '@artemis/parquet'
import { ParquetWriter } from '@artemis/parquet'
import pLimit from 'p-limit'
import type { FileIO } from '../io/file-io.js'
import { joinLocation } from '../io/location.js'
import { stringifyJson } from '../metadata/json.js'
import { schemaToJson } from '../metadata/schema-json.js'
import type { Literal } from '../model/literal.js'
import type { DataFile } from '../model/manifest.js'
import type { PartitionSpec, SortOrder } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import { createParquetSink } from '../scan/parquet-source.js'
import { partitionPath } from '../transform/partition-path.js'
import { BatchConformer } from './conform-batch.js'
import { metricsModeOf } from './metrics-mode.js'
import type { PartitionRows } from './partition-rows.js'
import { Partitioner } from './partition-rows.js'
import { parquetSortingColumns, sortRows } from './sort-rows.js'
import type { Properties } from './write-options.js'
import { parquetOptions, targetFileBytes } from './write-options.js'
import { writtenDataFile } from './written-file.js'

export interface DataWriterOptions {
  readonly io: FileIO
  /** The table's location; files go below its `data` folder, or below the property `write.data.path`. */
  readonly location: string
  readonly schema: Schema
  readonly spec: PartitionSpec
  readonly sortOrder: SortOrder
  readonly properties?: Properties | undefined
  /** Bytes of a file after which the next one starts; default from the table's properties, 512 MiB. */
  readonly targetFileBytes?: number | undefined
  /** Bytes of rows held over all partitions, about; default 256 MiB. */
  readonly bufferBytes?: number | undefined
}

const DEFAULT_BUFFER_BYTES = 256 * 1024 * 1024
/** Rows that an unsorted partition gathers before its file takes them. */
const STREAM_ROWS = 16_384
/** Open files of unsorted partitions, at most; each holds up to a row group. */
const MAX_OPEN_FILES = 16
/** Fewer than may be open, so that files in progress never make room for each other. */
const CONCURRENT_CLOSES = 4

interface OpenFile {
  readonly location: string
  readonly sequence: number
  readonly writer: ParquetWriter
}

interface PartitionState {
  readonly tuple: readonly Literal[]
  batches: Batch[]
  rows: number
  bytes: number
  file: OpenFile | undefined
}

export class DataWriter {
  readonly #options: DataWriterOptions
  readonly #properties: Properties
  readonly #conformer: BatchConformer
  readonly #partitioner: Partitioner
  readonly #parquet: ParquetWriterOptions
  readonly #targetBytes: number
  readonly #bufferBytes: number
  readonly #dataLocation: string
  readonly #writeId = randomUUID()
  /** By partition id; a partition moves to the end when its file opens, so the first open one is the oldest. */
  readonly #partitions = new Map<number, PartitionState>()
  readonly #finished: { readonly sequence: number; readonly file: DataFile }[] = []
  #buffered = 0
  #openFiles = 0
  #sequence = 0
  #state: 'open' | 'closed' | 'aborted' = 'open'

  constructor(options: DataWriterOptions) {
    const properties = options.properties ?? {}
    this.#options = options
    this.#properties = properties
    this.#conformer = new BatchConformer(options.schema)
    this.#partitioner = new Partitioner(options.schema, options.spec)
    this.#targetBytes = options.targetFileBytes ?? targetFileBytes(properties)
    this.#bufferBytes = options.bufferBytes ?? DEFAULT_BUFFER_BYTES
    this.#dataLocation = properties['write.data.path'] ?? joinLocation(options.location, 'data')
    this.#parquet = {
      ...parquetOptions(properties, options.schema),
      sortingColumns: parquetSortingColumns(options.sortOrder, options.schema),
      keyValueMetadata: { 'iceberg.schema': stringifyJson(schemaToJson(options.schema)) },
    }
  }

  get #sorted(): boolean {
    return this.#options.sortOrder.fields.length > 0
  }

  /**
   * Adds rows. Columns resolve by field id, or by name when they carry none; see `BatchConformer`. The batch is not
   * changed, but its buffers may be held until `close`.
   */
  async write(batch: Batch): Promise<void> {
    this.#requireOpen()
    for (const rows of this.#partitioner.split(this.#conformer.conform(batch))) await this.#add(rows)
    while (this.#buffered > this.#bufferBytes) await this.#flushLargest()
  }

  /** Finishes all files, and returns them in the order in which they were started. */
  async close(): Promise<readonly DataFile[]> {
    this.#requireOpen()
    await this.#finishAll()
    this.#state = 'closed'
    return this.#finished.toSorted((a, b) => a.sequence - b.sequence).map(({ file }) => file)
  }

  /** Deletes everything that was written. Allowed after `close` as well, as long as nothing has been committed. */
  async abort(): Promise<void> {
    if (this.#state === 'aborted') return
    this.#state = 'aborted'
    for (const partition of this.#partitions.values()) await partition.file?.writer.abort()
    this.#partitions.clear()
    for (const { file } of this.#finished) await this.#options.io.delete(file.filePath)
    this.#finished.length = 0
  }

  /** Several files at once, as most of the time goes into waiting for the disk. All have ended when this returns or throws. */
  async #finishAll(): Promise<void> {
    // An unsorted partition's file may be closed to make room for another one, so those are filled one by one.
    if (!this.#sorted) for (const partition of this.#partitions.values()) await this.#flush(partition)
    const limit = pLimit(CONCURRENT_CLOSES)
    const ended = await Promise.allSettled(
      [...this.#partitions.values()].map((partition) =>
        limit(async () => {
          await this.#flush(partition)
          await this.#finishFile(partition)
        }),
      ),
    )
    for (const end of ended) if (end.status === 'rejected') throw end.reason
  }

  async #add({ id, tuple, rows }: PartitionRows): Promise<void> {
    let partition = this.#partitions.get(id)
    if (partition === undefined) {
      partition = { tuple, batches: [], rows: 0, bytes: 0, file: undefined }
      this.#partitions.set(id, partition)
    }
    const bytes = batchBytes(rows)
    partition.batches.push(rows)
    partition.rows += rows.rowCount
    partition.bytes += bytes
    this.#buffered += bytes
    const full = this.#sorted ? partition.bytes >= this.#targetBytes : partition.rows >= STREAM_ROWS || partition.bytes >= this.#targetBytes
    if (full) await this.#flush(partition)
  }

  async #flushLargest(): Promise<void> {
    let largest: PartitionState | undefined
    for (const partition of this.#partitions.values()) if (largest === undefined || partition.bytes > largest.bytes) largest = partition
    if (largest !== undefined) await this.#flush(largest)
  }

  /** Writes a partition's buffer out. A sorted run ends its file; an unsorted one leaves it open. */
  async #flush(partition: PartitionState): Promise<void> {
    if (partition.rows === 0) return
    const gathered = concatBatches(this.#conformer.arrowSchema, partition.batches)
    this.#buffered -= partition.bytes
    partition.batches = []
    partition.rows = 0
    partition.bytes = 0
    const rows = this.#sorted ? sortRows(gathered, this.#options.sortOrder, this.#options.schema) : gathered
    for (let start = 0; start < rows.rowCount; start += STREAM_ROWS) {
      const file = (partition.file ??= await this.#openFile(partition))
      await file.writer.write(rows.slice(start, Math.min(STREAM_ROWS, rows.rowCount - start)))
      if (file.writer.estimatedSize >= this.#targetBytes) await this.#finishFile(partition)
    }
    if (this.#sorted) await this.#finishFile(partition)
  }

  async #openFile(partition: PartitionState): Promise<OpenFile> {
    if (this.#openFiles >= MAX_OPEN_FILES) await this.#finishOldestFile()
    const sequence = ++this.#sequence
    const { schema, spec, io } = this.#options
    const folder = partitionPath(schema, spec, partition.tuple)
    const name = `00000-0-${this.#writeId}-${String(sequence).padStart(5, '0')}.parquet`
    const location = folder === '' ? joinLocation(this.#dataLocation, name) : joinLocation(this.#dataLocation, folder, name)
    const sink = await createParquetSink(io, location)
    this.#openFiles++
    return { location, sequence, writer: new ParquetWriter(sink, this.#conformer.arrowSchema, this.#parquet) }
  }

  async #finishOldestFile(): Promise<void> {
    let oldest: PartitionState | undefined
    for (const partition of this.#partitions.values()) {
      if (partition.file !== undefined && (oldest?.file === undefined || partition.file.sequence < oldest.file.sequence)) oldest = partition
    }
    if (oldest !== undefined) await this.#finishFile(oldest)
  }

  async #finishFile(partition: PartitionState): Promise<void> {
    const { file } = partition
    if (file === undefined) return
    const result = await file.writer.close()
    partition.file = undefined
    this.#openFiles--
    const { schema, spec, sortOrder } = this.#options
    const base = { filePath: file.location, specId: spec.specId, partition: partition.tuple, sortOrderId: sortOrder.orderId }
    const modeOf = (path: string) => metricsModeOf(this.#properties, path)
    this.#finished.push({ sequence: file.sequence, file: writtenDataFile({ schema, result, modeOf, base }) })
  }

  #requireOpen(): void {
    if (this.#state !== 'open') throw new ConfigError({ code: 'WRITER_CLOSED', message: `the data writer is ${this.#state}` })
  }
}

function batchBytes(batch: Batch): number {
  let bytes = 0
  for (let i = 0; i < batch.columnCount; i++) {
    const vector = batch.column(i)
    // Batches of one source share their dictionaries: counting them each time would flush far too early.
    bytes += vector.layout === 'dictionary' ? vector.codes.byteLength : vectorBytes(vector)
  }
  return bytes
}
