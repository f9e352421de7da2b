/**
 * Scan planning: which data files of a snapshot a predicate may need, with the deletes that apply to them.
 *
 *   manifest list ──summaries──▶ manifests ──partition tuple──▶ files ──column metrics──▶ tasks
 *
 * Manifests are opened only when the consumer asks for more, few at first and then up to the cap, so that a LIMIT opens
 * one or two and a whole scan overlaps its reads.
 */
import { throwIfAborted } from '@artemis/errors'
import pLimit from 'p-limit'
import type { ManifestEntry, ManifestFile } from '../model/manifest.js'
import { STATUS_DELETED } from '../model/manifest.js'
import type { PartitionSpec } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import { bindPredicate } from '../predicate/bind.js'
import type { FileReducer } from '../predicate/file-metrics.js'
import { compileMetricsReducer } from '../predicate/file-metrics.js'
import type { ManifestTest } from '../predicate/manifest-test.js'
import { compileManifestTest } from '../predicate/manifest-test.js'
import type { BoundPredicate, Predicate } from '../predicate/predicate.js'
import { alwaysTrue } from '../predicate/predicate.js'
import type { Residual } from '../predicate/residual.js'
import { compileResidual } from '../predicate/residual.js'
import { DeleteIndex, noDeletes } from './delete-index.js'
import type { ScanReport } from './scan-report.js'
import { ScanCounters } from './scan-report.js'
import type { FileScanTask } from './scan-task.js'

/** Where planning gets manifests from; an implementation may cache, since they never change. */
export interface ScanManifests {
  /** The manifests of the snapshot that is planned. */
  manifests(signal: AbortSignal | undefined): Promise<readonly ManifestFile[]>
  /** All entries of a manifest, sequence numbers inherited, in the manifest's order. */
  entries(manifest: ManifestFile, signal: AbortSignal | undefined): Promise<readonly ManifestEntry[]>
}

export interface PlanFilesOptions {
  readonly source: ScanManifests
  readonly snapshotId: bigint | undefined
  /** The schema that the predicate's field ids belong to. */
  readonly schema: Schema
  /** All specs of the table. */
  readonly specs: readonly PartitionSpec[]
  readonly predicate?: Predicate | undefined
  /** Manifests read at the same time, at most; default 16. */
  readonly concurrency?: number | undefined
  /** Whether batches follow the order of the manifest list (the default), or come as they are ready. */
  readonly ordered?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

const DEFAULT_CONCURRENCY = 16
const FIRST_WINDOW = 2

/** A plan that runs once, while it is consumed: batches of tasks, one for each manifest that holds any. */
export class FileScan implements AsyncIterable<readonly FileScanTask[]> {
  readonly #options: PlanFilesOptions
  readonly #predicate: BoundPredicate
  readonly #specs: ReadonlyMap<number, PartitionSpec>
  readonly #reduce: FileReducer
  readonly #counters = new ScanCounters()
  readonly #tests = new Map<number, ManifestTest>()
  readonly #residuals = new Map<number, Residual>()

  constructor(options: PlanFilesOptions) {
    this.#options = options
    this.#predicate = bindPredicate(options.predicate ?? alwaysTrue, options.schema)
    this.#specs = new Map(options.specs.map((spec) => [spec.specId, spec]))
    this.#reduce = compileMetricsReducer(options.schema)
  }

  /** The predicate in the normal form that planning uses. */
  get predicate(): BoundPredicate {
    return this.#predicate
  }

  /** What was kept so far; final once the iteration has ended. */
  get report(): ScanReport {
    return this.#counters.report(this.#options.snapshotId)
  }

  /** All tasks at once. */
  async collect(): Promise<FileScanTask[]> {
    const tasks: FileScanTask[] = []
    for await (const batch of this) for (const task of batch) tasks.push(task)
    return tasks
  }

  async *[Symbol.asyncIterator](): AsyncIterator<readonly FileScanTask[]> {
    const started = performance.now()
    const counters = this.#counters
    const kept = this.#keepManifests(await this.#options.source.manifests(this.#options.signal))
    const deletes = await this.#readDeletes(kept.deletes)
    counters.planningMs = performance.now() - started
    for await (const { manifest, entries } of this.#readManifests(kept.data)) {
      const resumed = performance.now()
      const tasks = this.#tasksOf(manifest, entries, deletes)
      counters.planningMs += performance.now() - resumed
      if (tasks.length > 0) yield tasks
    }
    counters.complete = true
  }

  #keepManifests(manifests: readonly ManifestFile[]): {
    readonly data: readonly ManifestFile[]
    readonly deletes: readonly ManifestFile[]
  } {
    const counters = this.#counters
    const data: ManifestFile[] = []
    const deletes: ManifestFile[] = []
    for (const manifest of manifests) {
      const live = liveFiles(manifest)
      const keep = live !== 0 && this.#testOf(manifest.partitionSpecId)(manifest)
      if (manifest.content === 'deletes') {
        counters.deleteManifestsTotal++
        if (!keep) continue
        counters.deleteManifestsKept++
        deletes.push(manifest)
      } else {
        counters.manifestsTotal++
        if (keep) {
          counters.manifestsKept++
          data.push(manifest)
        } else if (live === undefined) counters.totalExact = false
        else counters.filesTotal += live
      }
    }
    return { data, deletes }
  }

  /** Only deletes in partitions that the predicate may need: their data files are the only ones that tasks are made of. */
  async #readDeletes(manifests: readonly ManifestFile[]): Promise<DeleteIndex | undefined> {
    if (manifests.length === 0) return undefined
    const { source, signal, concurrency } = this.#options
    const limit = pLimit(concurrency ?? DEFAULT_CONCURRENCY)
    const entries = await Promise.all(manifests.map((manifest) => limit(() => source.entries(manifest, signal))))
    const live: ManifestEntry[] = []
    for (const [i, manifest] of manifests.entries()) {
      const residual = this.#residualOf(manifest.partitionSpecId)
      for (const entry of entries[i]!) {
        if (entry.status === STATUS_DELETED) continue
        this.#counters.deleteFilesTotal++
        if (residual === undefined || residual(entry.dataFile.partition).kind !== 'alwaysFalse') live.push(entry)
      }
    }
    return new DeleteIndex(live, this.#specs)
  }

  async *#readManifests(
    manifests: readonly ManifestFile[],
  ): AsyncGenerator<{ readonly manifest: ManifestFile; readonly entries: readonly ManifestEntry[] }> {
    const { source, signal, ordered = true, concurrency = DEFAULT_CONCURRENCY } = this.#options
    type Read = { readonly manifest: ManifestFile; readonly entries: readonly ManifestEntry[] }
    const running = new Map<ManifestFile, Promise<Read>>()
    let next = 0
    let window = Math.min(FIRST_WINDOW, concurrency)
    try {
      while (next < manifests.length || running.size > 0) {
        throwIfAborted(signal)
        while (running.size < window && next < manifests.length) {
          const manifest = manifests[next++]!
          const read = source.entries(manifest, signal).then((entries) => ({ manifest, entries }))
          // A read that fails while nobody waits for it must not end the process; it is awaited, and thrown, below.
          read.catch(() => undefined)
          running.set(manifest, read)
        }
        const first: Promise<Read> = running.values().next().value!
        const done = await (ordered ? first : Promise.race(running.values()))
        running.delete(done.manifest)
        window = Math.min(window * 2, concurrency)
        yield done
      }
    } finally {
      await Promise.allSettled(running.values())
    }
  }

  #tasksOf(manifest: ManifestFile, entries: readonly ManifestEntry[], deletes: DeleteIndex | undefined): FileScanTask[] {
    const counters = this.#counters
    const spec = this.#specs.get(manifest.partitionSpecId) ?? { specId: manifest.partitionSpecId, fields: [] }
    const residualOf = this.#residualOf(manifest.partitionSpecId)
    const tasks: FileScanTask[] = []
    for (const entry of entries) {
      if (entry.status === STATUS_DELETED) continue
      counters.filesTotal++
      const { dataFile } = entry
      let residual = residualOf === undefined ? this.#predicate : residualOf(dataFile.partition)
      if (residual.kind === 'alwaysFalse') {
        counters.prunedByPartition++
        continue
      }
      if (residual.kind !== 'alwaysTrue') residual = this.#reduce(dataFile, residual)
      if (residual.kind === 'alwaysFalse') {
        counters.prunedByMetrics++
        continue
      }
      const found = deletes === undefined ? noDeletes : deletes.find(dataFile, entry.sequenceNumber)
      for (const used of found.positionDeletes) counters.deleteFilesUsed.add(used.file.filePath)
      for (const used of found.equalityDeletes) counters.deleteFilesUsed.add(used.file.filePath)
      // Several deletion vectors share a puffin file: tell them apart by the file that they are for.
      if (found.deletionVector !== undefined) counters.deleteFilesUsed.add(`vector of ${dataFile.filePath}`)
      counters.filesKept++
      counters.rows += dataFile.recordCount
      counters.bytes += dataFile.fileSizeInBytes
      if (residual.kind === 'alwaysTrue') counters.filesWithoutResidual++
      tasks.push({
        dataFile,
        spec,
        sequenceNumber: entry.sequenceNumber,
        residual,
        positionDeletes: found.positionDeletes,
        equalityDeletes: found.equalityDeletes,
        deletionVector: found.deletionVector,
      })
    }
    return tasks
  }

  #testOf(specId: number): ManifestTest {
    let test = this.#tests.get(specId)
    if (test === undefined) {
      const spec = this.#specs.get(specId)
      test = spec === undefined ? () => true : compileManifestTest(this.#predicate, spec, this.#options.schema)
      this.#tests.set(specId, test)
    }
    return test
  }

  /** Undefined for a spec that the metadata no longer has: nothing is known of its tuples. */
  #residualOf(specId: number): Residual | undefined {
    const spec = this.#specs.get(specId)
    if (spec === undefined) return undefined
    let residual = this.#residuals.get(specId)
    if (residual === undefined) {
      residual = compileResidual(this.#predicate, spec, this.#options.schema)
      this.#residuals.set(specId, residual)
    }
    return residual
  }
}

/** Plans a scan. Nothing is read before the first batch is asked for; errors of the predicate are thrown at once. */
export function planFiles(options: PlanFilesOptions): FileScan {
  return new FileScan(options)
}

/** Live files of a manifest, or undefined when its list does not tell. */
function liveFiles(manifest: ManifestFile): number | undefined {
  if (manifest.addedFilesCount === undefined || manifest.existingFilesCount === undefined) return undefined
  return manifest.addedFilesCount + manifest.existingFilesCount
}

/** The specs that live data files of a snapshot have: what `classifyPredicate` must be asked with. */
export function specsWithData(manifests: readonly ManifestFile[], specs: readonly PartitionSpec[]): readonly PartitionSpec[] {
  const ids = new Set(
    manifests.filter((manifest) => manifest.content === 'data' && liveFiles(manifest) !== 0).map((manifest) => manifest.partitionSpecId),
  )
  return specs.filter((spec) => ids.has(spec.specId))
}
