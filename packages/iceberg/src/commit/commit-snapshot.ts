/**
 * Commits a change as a new snapshot.
 *
 *     change ──stage──▶ manifests of the added files        once
 *        each try:      manifests without the removed ones  once for each manifest of the parent
 *                       manifest list ──▶ requirements + updates ──▶ catalog
 *
 * A try that meets a conflict takes what is staged along and only writes a new list. When all fails, the staged files are
 * deleted again, unless nobody knows whether the commit happened.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { CatalogError } from '@artemis/errors'
import { joinLocation } from '../io/location.js'
import { loadManifestList } from '../manifest/load.js'
import { encodeManifestList, withSequenceNumber } from '../manifest/write-manifest.js'
import type { StagedManifest } from '../manifest/write-manifest.js'
import { findSnapshot } from '../metadata/lookup.js'
import type { DataFile, ManifestFile } from '../model/manifest.js'
import type { Snapshot, SnapshotRef } from '../model/snapshot.js'
import type { TableMetadata } from '../model/table-metadata.js'
import { COMMIT_STATE_UNKNOWN, isCommitFailure, validationFailed } from './failure.js'
import { commitWithRetry } from './retry.js'
import type { CommitOptions, CommitTarget, PreparedCommit } from './retry.js'
import type { SnapshotChange } from './snapshot-change.js'
import { SummaryBuilder } from './snapshot-change.js'
import { filterManifest, metadataLocationOf, stageAddedFiles, withKnownCounts } from './stage-manifests.js'
import type { FilteredManifest, StagingContext } from './stage-manifests.js'
import { validateChange } from './validate-change.js'

/** Commits, trying again on conflicts, and returns the new snapshot. See `failure.ts` for how it fails. */
export async function commitSnapshot(target: CommitTarget, change: SnapshotChange, options?: CommitOptions): Promise<Snapshot> {
  const run = new SnapshotRun(target, change, options)
  try {
    await commitWithRetry(target, (base, attempt) => run.prepare(base, attempt))
  } catch (error) {
    if (!isCommitFailure(error, COMMIT_STATE_UNKNOWN)) await run.deleteStaged(new Set())
    throw error
  }
  const snapshot = findSnapshot(target.metadata, run.snapshotId)
  if (snapshot === undefined)
    throw new CatalogError({ code: 'SNAPSHOT_NOT_FOUND', message: `snapshot ${run.snapshotId} was committed and has been expired already` })
  // Lists of lost tries, and manifests filtered for a parent that was not the last one, serve no snapshot.
  const used = new Set((await loadManifestList(target, snapshot)).map((manifest) => manifest.manifestPath))
  if (snapshot.manifestList !== undefined) used.add(snapshot.manifestList)
  await run.deleteStaged(used)
  return snapshot
}

class SnapshotRun {
  readonly snapshotId: bigint
  readonly #target: CommitTarget
  readonly #change: SnapshotChange
  readonly #options: CommitOptions | undefined
  readonly #commitId = randomUUID()
  readonly #staged = new Set<string>()
  readonly #filtered = new Map<string, FilteredManifest>()
  #added: readonly StagedManifest[] | undefined
  #manifestCount = 0

  constructor(target: CommitTarget, change: SnapshotChange, options: CommitOptions | undefined) {
    this.#target = target
    this.#change = change
    this.#options = options
    this.snapshotId = newSnapshotId(target.metadata)
  }

  async prepare(base: TableMetadata, attempt: number): Promise<PreparedCommit> {
    const change = this.#change
    const ref = branchOf(base, change.branch)
    const parentId = ref?.snapshotId ?? base.currentSnapshotId
    const parent = parentId === undefined ? undefined : findSnapshot(base, parentId)
    await validateChange(this.#target, change, parent)

    const context = this.#stagingContext(base)
    this.#added ??= await stageAddedFiles(context, change.added)
    const kept = await this.#manifestsOf(context, parent)
    const sequenceNumber = base.lastSequenceNumber + 1n
    const timestampMs = this.#timestampMs(base)
    const manifestList = this.#stagedLocation(base, `snap-${this.snapshotId}-${attempt + 1}-${this.#commitId}.avro`)
    const manifests = [...this.#added.map((staged) => withSequenceNumber(staged, sequenceNumber)), ...kept.manifests(sequenceNumber)]
    await this.#target.io.write(
      manifestList,
      encodeManifestList({ snapshotId: this.snapshotId, parentSnapshotId: parent?.snapshotId, sequenceNumber, manifests }),
    )
    const snapshot: Snapshot = {
      snapshotId: this.snapshotId,
      parentSnapshotId: parent?.snapshotId,
      sequenceNumber,
      timestampMs,
      manifestList,
      manifests: undefined,
      summary: this.#summary(parent, kept.removed),
      schemaId: base.currentSchemaId,
      firstRowId: undefined,
      addedRows: undefined,
      extra: {},
    }
    return {
      requirements: [
        { kind: 'assert-table-uuid', uuid: base.tableUuid },
        { kind: 'assert-ref-snapshot-id', ref: change.branch, snapshotId: ref?.snapshotId },
      ],
      updates: [
        { kind: 'add-snapshot', snapshot },
        { kind: 'set-snapshot-ref', name: change.branch, ref: { ...retentionOf(ref), snapshotId: this.snapshotId, type: 'branch' } },
      ],
      timestampMs,
      isCommitted: (metadata) => findSnapshot(metadata, this.snapshotId) !== undefined,
    }
  }

  /** Deletes what was staged, but for the files in `used`. A file that cannot be deleted is an orphan, no failure of the commit. */
  async deleteStaged(used: ReadonlySet<string>): Promise<void> {
    const unused = [...this.#staged].filter((location) => !used.has(location))
    await Promise.allSettled(unused.map((location) => this.#target.io.delete(location)))
  }

  #stagingContext(base: TableMetadata): StagingContext {
    return {
      source: { io: this.#target.io, cache: this.#target.cache, metadata: base },
      snapshotId: this.snapshotId,
      nextManifestLocation: () => this.#stagedLocation(base, `${this.#commitId}-m${this.#manifestCount++}.avro`),
    }
  }

  #stagedLocation(base: TableMetadata, name: string): string {
    const location = joinLocation(metadataLocationOf(base), name)
    this.#staged.add(location)
    return location
  }

  /** The parent's manifests, those with removed files rewritten, those without any file left out. */
  async #manifestsOf(context: StagingContext, parent: Snapshot | undefined) {
    const parts: ((sequenceNumber: bigint) => ManifestFile)[] = []
    const removed: DataFile[] = []
    const before = parent === undefined ? [] : await loadManifestList(context.source, parent)
    for (const manifest of before) {
      const filtered = await this.#filter(context, manifest)
      if (filtered.kind === 'rewritten') {
        removed.push(...filtered.removed)
        parts.push((sequenceNumber) => withSequenceNumber(filtered.staged, sequenceNumber))
      } else if (manifest.addedFilesCount !== 0 || manifest.existingFilesCount !== 0) {
        const counted = await withKnownCounts(context.source, manifest)
        parts.push(() => counted)
      }
    }
    requireAllFound(this.#change, removed)
    return { removed, manifests: (sequenceNumber: bigint) => parts.map((part) => part(sequenceNumber)) }
  }

  async #filter(context: StagingContext, manifest: ManifestFile): Promise<FilteredManifest> {
    if (this.#change.removed.size === 0) return { kind: 'kept' }
    let filtered = this.#filtered.get(manifest.manifestPath)
    if (filtered === undefined) {
      filtered = await filterManifest(context, manifest, this.#change.removed)
      this.#filtered.set(manifest.manifestPath, filtered)
    }
    return filtered
  }

  #summary(parent: Snapshot | undefined, removed: readonly DataFile[]): Record<string, string> {
    const summary = new SummaryBuilder()
    for (const file of this.#change.added) summary.add(file)
    for (const file of removed) summary.remove(file)
    return summary.build(this.#change.operation, parent?.summary, this.#change.summary)
  }

  /** A clock that runs behind must not put the snapshot before its parent; a time the caller gave is checked while applying. */
  #timestampMs(base: TableMetadata): number {
    if (this.#options?.timestampMs !== undefined) return this.#options.timestampMs
    const last = base.snapshotLog.at(-1)?.timestampMs
    const now = this.#target.environment.now()
    return last === undefined ? now : Math.max(now, last + 1)
  }
}

function branchOf(base: TableMetadata, name: string): SnapshotRef | undefined {
  const ref = Object.hasOwn(base.refs, name) ? base.refs[name] : undefined
  if (ref?.type === 'tag') throw new CatalogError({ code: 'INVALID_REF', message: `"${name}" is a tag: only branches can be written to` })
  return ref
}

function retentionOf(ref: SnapshotRef | undefined): Omit<SnapshotRef, 'snapshotId' | 'type'> {
  return {
    minSnapshotsToKeep: ref?.minSnapshotsToKeep,
    maxSnapshotAgeMs: ref?.maxSnapshotAgeMs,
    maxRefAgeMs: ref?.maxRefAgeMs,
  }
}

function requireAllFound(change: SnapshotChange, removed: readonly DataFile[]): void {
  if (removed.length >= change.removed.size) return
  const found = new Set(removed.map((file) => file.filePath))
  const missing = [...change.removed.keys()].filter((path) => !found.has(path))
  if (missing.length > 0) {
    throw validationFailed(
      `${missing.length} file(s) to remove are not in the table on "${change.branch}", such as ${missing[0]}`,
    )
  }
}

/** 63 random bits: other writers pick theirs the same way, without asking anyone. */
function newSnapshotId(metadata: TableMetadata): bigint {
  for (;;) {
    const id = BigInt.asUintN(63, randomBytes(8).readBigUInt64BE())
    if (id !== 0n && findSnapshot(metadata, id) === undefined) return id
  }
}
