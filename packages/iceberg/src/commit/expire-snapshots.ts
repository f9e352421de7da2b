/**
 * Expires snapshots: first a commit that forgets them, then the deletion of the files that nothing needs any more. In that
 * order a crash leaves files too many, never too few.
 */
import { CatalogError } from '@artemis/errors'
import { loadManifest, loadManifestList } from '../manifest/load.js'
import type { ManifestSource } from '../manifest/load.js'
import { findSnapshot, snapshotById } from '../metadata/lookup.js'
import type { ManifestFile } from '../model/manifest.js'
import { DATA_CONTENT, STATUS_DELETED } from '../model/manifest.js'
import type { Snapshot } from '../model/snapshot.js'
import type { TableMetadata } from '../model/table-metadata.js'
import { retainedSnapshots } from './retained-snapshots.js'
import { commitWithRetry } from './retry.js'
import type { CommitOptions, CommitTarget } from './retry.js'

export interface ExpireOptions extends CommitOptions {
  /** Snapshots older than this instant, in milliseconds, expire. Default: 5 days ago, or what the table's properties say. */
  readonly olderThanMs?: number
  /** How many snapshots of each branch stay whatever their age. Default 1, or what the table's properties say. */
  readonly retainLast?: number
  /** Exactly these snapshots expire, whatever their age, and no others. One that a branch or tag points to is an error. */
  readonly snapshotIds?: readonly bigint[]
  /** False forgets the snapshots but deletes no file. Default true. */
  readonly deleteFiles?: boolean
}

export interface ExpireResult {
  readonly snapshotIds: readonly bigint[]
  /** Branches and tags that had outlived their own age. */
  readonly refs: readonly string[]
  readonly dataFiles: readonly string[]
  readonly deleteFiles: readonly string[]
  readonly manifests: readonly string[]
  readonly manifestLists: readonly string[]
  readonly statisticsFiles: readonly string[]
  /** Files that could not be deleted: they are orphans now. */
  readonly notDeleted: readonly string[]
}

/** How many files are deleted at the same time. */
const CONCURRENT_DELETES = 16

export async function expireSnapshots(target: CommitTarget, options?: ExpireOptions): Promise<ExpireResult> {
  let before = target.metadata
  await commitWithRetry(target, async (base) => {
    if (base.properties['gc.enabled'] === 'false') {
      throw new CatalogError({ code: 'GC_DISABLED', message: 'the table property gc.enabled forbids to expire snapshots' })
    }
    before = base
    const nowMs = options?.timestampMs ?? target.environment.now()
    const { snapshotIds, refs } = toExpire(base, nowMs, options)
    if (snapshotIds.length === 0 && refs.length === 0) return undefined
    return {
      requirements: [
        { kind: 'assert-table-uuid', uuid: base.tableUuid },
        ...Object.entries(base.refs).map(([ref, { snapshotId }]) => ({ kind: 'assert-ref-snapshot-id' as const, ref, snapshotId })),
      ],
      updates: [...refs.map((name) => ({ kind: 'remove-snapshot-ref' as const, name })), { kind: 'remove-snapshots', snapshotIds }],
      timestampMs: nowMs,
    }
  })
  return deleteUnreachable(target, before, options?.deleteFiles ?? true)
}

function toExpire(
  base: TableMetadata,
  nowMs: number,
  options: ExpireOptions | undefined,
): { snapshotIds: readonly bigint[]; refs: readonly string[] } {
  if (options?.snapshotIds !== undefined) {
    for (const id of options.snapshotIds) {
      snapshotById(base, id)
      const used = Object.entries(base.refs).find(([, ref]) => ref.snapshotId === id)
      if (used !== undefined) {
        throw new CatalogError({
          code: 'SNAPSHOT_IN_USE',
          message: `snapshot ${id} cannot expire: the ${used[1].type} "${used[0]}" points to it`,
        })
      }
    }
    return { snapshotIds: options.snapshotIds, refs: [] }
  }
  const retained = retainedSnapshots(base, { nowMs, olderThanMs: options?.olderThanMs, retainLast: options?.retainLast })
  return {
    snapshotIds: base.snapshots.map((snapshot) => snapshot.snapshotId).filter((id) => !retained.snapshotIds.has(id)),
    refs: Object.keys(base.refs).filter((name) => !Object.hasOwn(retained.refs, name)),
  }
}

async function deleteUnreachable(target: CommitTarget, before: TableMetadata, deleteFiles: boolean): Promise<ExpireResult> {
  const after = target.metadata
  const expired = before.snapshots.filter((snapshot) => findSnapshot(after, snapshot.snapshotId) === undefined)
  const found = deleteFiles && expired.length > 0 ? await unreachableFiles(target, before, expired) : NOTHING
  const all = [...found.dataFiles, ...found.deleteFiles, ...found.manifests, ...found.manifestLists, ...found.statisticsFiles]
  const notDeleted = await deleteAll(target, all)
  return {
    snapshotIds: expired.map((snapshot) => snapshot.snapshotId),
    refs: Object.keys(before.refs).filter((name) => !Object.hasOwn(after.refs, name)),
    ...found,
    notDeleted,
  }
}

interface UnreachableFiles {
  readonly dataFiles: readonly string[]
  readonly deleteFiles: readonly string[]
  readonly manifests: readonly string[]
  readonly manifestLists: readonly string[]
  readonly statisticsFiles: readonly string[]
}

const NOTHING: UnreachableFiles = { dataFiles: [], deleteFiles: [], manifests: [], manifestLists: [], statisticsFiles: [] }

/** Files that only expired snapshots reach. `target.metadata` says what is kept now, other writers' snapshots included. */
async function unreachableFiles(target: CommitTarget, before: TableMetadata, expired: readonly Snapshot[]): Promise<UnreachableFiles> {
  const keptSource: ManifestSource = target
  const oldSource: ManifestSource = { io: target.io, cache: target.cache, metadata: before }
  const keptManifests = await manifestsOf(keptSource, target.metadata.snapshots)
  const goneManifests = new Map([...(await manifestsOf(oldSource, expired))].filter(([path]) => !keptManifests.has(path)))
  const data = new Set<string>()
  const deletes = new Set<string>()
  for (const manifest of goneManifests.values()) {
    for (const { dataFile } of await loadManifest(oldSource, manifest))
      (dataFile.content === DATA_CONTENT ? data : deletes).add(dataFile.filePath)
  }
  for (const manifest of keptManifests.values()) {
    if (data.size === 0 && deletes.size === 0) break
    for (const { status, dataFile } of await loadManifest(keptSource, manifest)) {
      if (status === STATUS_DELETED) continue
      data.delete(dataFile.filePath)
      deletes.delete(dataFile.filePath)
    }
  }
  const keptLists = new Set(target.metadata.snapshots.map((snapshot) => snapshot.manifestList))
  const keptStatistics = new Set([...target.metadata.statistics, ...target.metadata.partitionStatistics].map((file) => file.statisticsPath))
  const statistics = [...before.statistics, ...before.partitionStatistics].map((file) => file.statisticsPath)
  return {
    dataFiles: [...data],
    deleteFiles: [...deletes],
    manifests: [...goneManifests.keys()],
    manifestLists: expired.flatMap(({ manifestList }) => (manifestList === undefined || keptLists.has(manifestList) ? [] : [manifestList])),
    statisticsFiles: statistics.filter((path) => !keptStatistics.has(path)),
  }
}

async function manifestsOf(source: ManifestSource, snapshots: readonly Snapshot[]): Promise<Map<string, ManifestFile>> {
  const manifests = new Map<string, ManifestFile>()
  for (const snapshot of snapshots)
    for (const manifest of await loadManifestList(source, snapshot)) manifests.set(manifest.manifestPath, manifest)
  return manifests
}

async function deleteAll(target: CommitTarget, locations: readonly string[]): Promise<string[]> {
  const failed: string[] = []
  for (let start = 0; start < locations.length; start += CONCURRENT_DELETES) {
    const batch = locations.slice(start, start + CONCURRENT_DELETES)
    const results = await Promise.allSettled(batch.map((location) => target.io.delete(location)))
    for (const [index, result] of results.entries()) if (result.status === 'rejected') failed.push(batch[index]!)
  }
  return failed
}
