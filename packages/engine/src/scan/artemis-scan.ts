/**
 * The scan of data files: those of one snapshot of an Iceberg table, or Parquet files registered by name.
 *
 *   manifests ─▶ file tasks ─▶ opened files (footer, deletes) ─▶ row groups that may match (bytes fetched) ─▶ lazy batches
 *
 * Each arrow is lazy and bounded: files open and row groups are fetched ahead of the consumer only as far as the caps on
 * files and memory let them, and everything that is under way is stopped and closed when the consumer leaves.
 */

import type { Schema } from '@artemis/arrow'
import { Batch } from '@artemis/arrow'
import { throwIfAborted } from '@artemis/errors'
import type { FileIO, FileScanTask, IcebergCache, Schema as IcebergSchema, StageCounts } from '@artemis/iceberg'
import { isAnsweredByMetadata } from '@artemis/iceberg'
import type { ScanContext, ScanDescription, TableScan } from '@artemis/plan'
import { lazyBatches } from './lazy-batches.js'
import { prefetch } from './prefetch.js'
import { ScanCounters } from './scan-counters.js'
import type { ColumnResolver, DataFileContext, FetchedRowGroup, RowGroupTask } from './data-file-reader.js'
import { DataFileReader } from './data-file-reader.js'
import type { DeleteSource } from './row-deletes.js'
import { ScanPages } from './scan-pages.js'

/** Bytes that an opened file holds beside its data: a guess for the accounting of footers and handles. */
const OPEN_FILE_BYTES = 64 * 1024

/**
 * Bytes of row groups that are fetched ahead. More would only leave the processor's caches before they are decoded; it is
 * still enough to keep a disk or a network busy.
 */
const FETCH_AHEAD_BYTES = 16 * 1024 * 1024

/** EXPLAIN looks into the footers of this many files at most; beyond, it tells of files only. */
const DESCRIBED_FILES = 256

/** The files of a scan, planned while they are consumed. */
export interface FilePlan {
  readonly tasks: AsyncIterable<readonly FileScanTask[]>
  /** What was kept of how much; final once the tasks have been consumed. Without manifests there is no count of them. */
  readonly report: { readonly manifests?: StageCounts; readonly files: StageCounts; readonly deleteFiles?: StageCounts }
}

/** Where a scan's files come from and how their columns are found. */
export interface FileSource {
  readonly io: FileIO
  readonly cache: IcebergCache
  /** The schema that predicates and columns refer to by field id. */
  readonly schema: IcebergSchema
  /** Whether a file's record count can be trusted: files whose rows all match are then counted without being opened. */
  readonly exactRecordCounts: boolean
  /** Tells apart what a name stood for over time; absent where files never change once they are there. */
  fileVersion?(location: string): string
  /** How the columns at `projection`, indices into the table's schema, are found in each file. */
  columns(projection: readonly number[]): ColumnResolver
  /** One for each run: it keeps what it loads for the other files of the run. */
  deletes?(signal: AbortSignal): DeleteSource
  plan(signal: AbortSignal): FilePlan
}

interface OpenFile {
  readonly reader: DataFileReader
  readonly rowGroups: readonly RowGroupTask[]
  /** Row groups not yet delivered: the file closes after the last. */
  pending: number
}

export class ArtemisScan implements TableScan {
  readonly schema: Schema
  readonly ordering = []
  readonly #source: FileSource
  readonly #projection: readonly number[]
  readonly #limit: number | null

  /** `projection` holds indices into the fields of the source's schema; `schema` is that of the batches. */
  constructor(source: FileSource, schema: Schema, projection: readonly number[], limit: number | null) {
    this.#source = source
    this.schema = schema
    this.#projection = projection
    this.#limit = limit
  }

  async *execute(context: ScanContext): AsyncGenerator<Batch, void, undefined> {
    const counters = new ScanCounters(context.metrics)
    const plan = this.#source.plan(context.signal)
    // A limit is met by the first files in most cases: opening many more would be work for nothing.
    const concurrency = this.#limit === null ? context.fileConcurrency : Math.min(2, context.fileConcurrency)
    const open = new Set<DataFileReader>()
    const countsOnly = this.#projection.length === 0 && this.#source.exactRecordCounts
    const counted = new CountedFiles(plan.tasks, countsOnly)
    const files = this.#openFiles(counted, open, counters, concurrency, context)
    let rows = 0
    try {
      for await (const { result: group, release } of this.#fetchRowGroups(files, concurrency, context)) {
        const { rowCount, decoders } = group.fetched.decode(this.schema)
        for (const batch of lazyBatches(this.schema, rowCount, decoders, context.batchSize)) {
          throwIfAborted(context.signal)
          yield batch
          rows += batch.rowCount
          if (this.#limit !== null && rows >= this.#limit) return
        }
        release()
        group.open.pending--
        if (group.open.pending === 0) await close(group.open.reader, open)
      }
      yield* counted.batches(this.schema, context.batchSize)
    } finally {
      for (const reader of open) await reader.close()
      countPlan(plan, counters)
    }
  }

  /** Plans as a run would: manifests and files, and the row groups and pages of the files that are left. */
  async describe(): Promise<ScanDescription> {
    const signal = new AbortController().signal
    const counters = new ScanCounters()
    const plan = this.#source.plan(signal)
    const tasks: FileScanTask[] = []
    for await (const batch of plan.tasks) tasks.push(...batch)
    countPlan(plan, counters)
    if (tasks.length <= DESCRIBED_FILES) {
      const fileContext = this.#fileContext(counters, signal)
      for (const task of tasks) {
        const reader = await DataFileReader.open(task, fileContext, signal)
        try {
          await reader.rowGroups(signal)
        } finally {
          await reader.close()
        }
      }
    }
    const deleteFiles = plan.report.deleteFiles?.kept ?? 0
    const notes = deleteFiles === 0 ? [] : [{ name: 'delete_files', value: String(deleteFiles) }]
    return { counters: counters.describe(), notes }
  }

  #fileContext(counters: ScanCounters, signal: AbortSignal): DataFileContext {
    const source = this.#source
    const { io, cache, schema } = source
    const fileKey = (location: string): string => `${location}${source.fileVersion?.(location) ?? ''}`
    return { io, cache, pages: new ScanPages(io, cache), fileKey, schema, columns: source.columns(this.#projection), deletes: source.deletes?.(signal), counters }
  }

  /** Every reader stands in `open` until it is closed, so that leaving at any moment closes them all. */
  #openFiles(
    tasks: AsyncIterable<FileScanTask>,
    open: Set<DataFileReader>,
    counters: ScanCounters,
    concurrency: number,
    context: ScanContext,
  ): AsyncIterable<OpenFile> {
    const fileContext = this.#fileContext(counters, context.signal)
    const opened = prefetch<FileScanTask, OpenFile>({
      items: tasks,
      byteSize: () => OPEN_FILE_BYTES,
      step: async (task, signal) => {
        const reader = await DataFileReader.open(task, fileContext, signal)
        open.add(reader)
        const rowGroups = await reader.rowGroups(signal)
        if (rowGroups.length === 0) await close(reader, open)
        return { reader, rowGroups, pending: rowGroups.length }
      },
      concurrency,
      memory: context.memory,
      signal: context.signal,
    })
    return map(opened, ({ result }) => result)
  }

  #fetchRowGroups(files: AsyncIterable<OpenFile>, concurrency: number, context: ScanContext): ReturnType<typeof prefetch<GroupOfFile, FetchedGroup>> {
    return prefetch<GroupOfFile, FetchedGroup>({
      items: groupsOf(files),
      byteSize: ({ open, task }) => open.reader.fetchBytes(task.rowGroup),
      step: async ({ open, task }, signal) => ({ open, fetched: await open.reader.fetch(task, signal) }),
      concurrency,
      aheadBytes: FETCH_AHEAD_BYTES,
      memory: context.memory,
      signal: context.signal,
    })
  }
}

function countPlan({ report }: FilePlan, counters: ScanCounters): void {
  if (report.manifests !== undefined) counters.count('manifests', report.manifests.kept, report.manifests.total)
  counters.count('files', report.files.kept, report.files.total)
}

interface GroupOfFile {
  readonly open: OpenFile
  readonly task: RowGroupTask
}

interface FetchedGroup {
  readonly open: OpenFile
  readonly fetched: FetchedRowGroup
}

async function* groupsOf(files: AsyncIterable<OpenFile>): AsyncGenerator<GroupOfFile, void, undefined> {
  for await (const open of files) {
    for (const task of open.rowGroups) yield { open, task }
  }
}

async function close(reader: DataFileReader, open: Set<DataFileReader>): Promise<void> {
  open.delete(reader)
  await reader.close()
}

/** The tasks whose files must be opened, one by one; when only rows are counted, the others are counted on the way. */
class CountedFiles implements AsyncIterable<FileScanTask> {
  readonly #tasks: AsyncIterable<readonly FileScanTask[]>
  readonly #countsOnly: boolean
  #rows = 0

  constructor(tasks: AsyncIterable<readonly FileScanTask[]>, countsOnly: boolean) {
    this.#tasks = tasks
    this.#countsOnly = countsOnly
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<FileScanTask, void, undefined> {
    for await (const batch of this.#tasks) {
      for (const task of batch) {
        if (this.#countsOnly && isAnsweredByMetadata(task)) this.#rows += task.dataFile.recordCount
        else yield task
      }
    }
  }

  /** As many rows without columns as the files hold that were not opened. */
  *batches(schema: Schema, batchSize: number): Generator<Batch, void, undefined> {
    for (let left = this.#rows; left > 0; left -= batchSize) yield new Batch(schema, Math.min(batchSize, left), [])
  }
}

async function* map<T, R>(items: AsyncIterable<T>, apply: (item: T) => R): AsyncGenerator<R, void, undefined> {
  for await (const item of items) yield apply(item)
}
