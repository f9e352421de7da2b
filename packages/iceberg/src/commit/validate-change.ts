/**
 * Checks that a change is still right on a table that others have changed meanwhile (as Java's `BaseRowDelta`,
 * `BaseOverwriteFiles` and `BaseRewriteFiles`). A plain append needs none of it.
 */
import { loadManifest, loadManifestList } from '../manifest/load.js'
import type { ManifestSource } from '../manifest/load.js'
import { ancestorsOf } from '../metadata/lookup.js'
import type { DataFile } from '../model/manifest.js'
import { DATA_CONTENT, STATUS_ADDED, STATUS_DELETED } from '../model/manifest.js'
import type { Snapshot } from '../model/snapshot.js'
import { validationFailed } from './failure.js'
import type { SnapshotChange } from './snapshot-change.js'
import { partitionKey } from './snapshot-change.js'

export async function validateChange(source: ManifestSource, change: SnapshotChange, parent: Snapshot | undefined): Promise<void> {
  if (change.conflictsWith === undefined && change.referencedDataFiles.size === 0 && change.removed.size === 0) return
  const snapshots = snapshotsSince(source, change, parent)
  if (snapshots.length === 0) return
  const removedPartitions = new Set([...change.removed.values()].map((file) => `${file.specId}:${partitionKey(file)}`))
  for (const snapshot of snapshots) {
    for (const manifest of await loadManifestList(source, snapshot)) {
      if (manifest.addedSnapshotId !== snapshot.snapshotId) continue
      for (const entry of await loadManifest(source, manifest)) {
        if (entry.snapshotId !== snapshot.snapshotId) continue
        if (entry.status === STATUS_DELETED) requireNotReferenced(change, entry.dataFile)
        else if (entry.status === STATUS_ADDED) requireNoConflict(change, entry.dataFile, removedPartitions)
      }
    }
  }
}

/** The snapshots that came between the one the change was worked out on and the one it is to follow. */
function snapshotsSince(source: ManifestSource, change: SnapshotChange, parent: Snapshot | undefined): readonly Snapshot[] {
  if (parent === undefined || parent.snapshotId === change.startingSnapshotId) return []
  const ancestors = ancestorsOf(source.metadata, parent.snapshotId)
  const start = ancestors.findIndex((snapshot) => snapshot.snapshotId === change.startingSnapshotId)
  if (start !== -1) return ancestors.slice(0, start)
  const complete = ancestors.at(-1)?.parentSnapshotId === undefined
  if (change.startingSnapshotId === undefined && complete) return ancestors
  throw validationFailed(
    `the snapshot ${change.startingSnapshotId ?? 'none'} that the change was worked out on has left the history of "${change.branch}"`,
    'Read the table again and repeat the operation.',
  )
}

function requireNotReferenced(change: SnapshotChange, file: DataFile): void {
  if (change.referencedDataFiles.has(file.filePath)) {
    throw validationFailed(`the data file ${file.filePath}, which the new deletes refer to, has been removed by another commit`)
  }
}

function requireNoConflict(change: SnapshotChange, file: DataFile, removedPartitions: ReadonlySet<string>): void {
  if (change.conflictsWith?.(file) === true) {
    throw validationFailed(`another commit has added ${file.filePath}, which conflicts with this change`)
  }
  if (file.content === DATA_CONTENT || change.removed.size === 0) return
  // Deletes that came meanwhile would be lost with the file that they delete from.
  const mayApply =
    file.referencedDataFile === undefined
      ? removedPartitions.has(`${file.specId}:${partitionKey(file)}`) || file.partition.length === 0
      : change.removed.has(file.referencedDataFile)
  if (mayApply)
    throw validationFailed(`another commit has added ${file.filePath}, which may delete rows of a file that this change removes`)
}
