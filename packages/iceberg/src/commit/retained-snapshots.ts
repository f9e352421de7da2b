/** Which snapshots and references expiry keeps (spec, "Snapshot Retention Policy"): a pure function of the metadata. */
import { ancestorsOf, findSnapshot } from '../metadata/lookup.js'
import { MAIN_BRANCH } from '../model/snapshot.js'
import type { SnapshotRef } from '../model/snapshot.js'
import type { TableMetadata } from '../model/table-metadata.js'

const DEFAULT_MAX_SNAPSHOT_AGE_MS = 5 * 24 * 60 * 60 * 1000

export interface RetentionPolicy {
  readonly nowMs: number
  /** Snapshots from this time on stay. By default `now` less the table's `history.expire.max-snapshot-age-ms` (5 days). */
  readonly olderThanMs: number | undefined
  /** How many snapshots each branch keeps at least. By default the table's `history.expire.min-snapshots-to-keep` (1). */
  readonly retainLast: number | undefined
}

export interface Retained {
  readonly snapshotIds: ReadonlySet<bigint>
  readonly refs: Readonly<Record<string, SnapshotRef>>
}

export function retainedSnapshots(metadata: TableMetadata, policy: RetentionPolicy): Retained {
  const olderThanMs =
    policy.olderThanMs ?? policy.nowMs - property(metadata, 'history.expire.max-snapshot-age-ms', DEFAULT_MAX_SNAPSHOT_AGE_MS)
  const retainLast = policy.retainLast ?? property(metadata, 'history.expire.min-snapshots-to-keep', 1)
  const refs = retainedRefs(metadata, policy.nowMs)
  const kept = new Set<bigint>()
  const reachable = new Set<bigint>()
  for (const ref of Object.values(refs)) {
    kept.add(ref.snapshotId)
    const ancestors = ancestorsOf(metadata, ref.snapshotId)
    for (const ancestor of ancestors) reachable.add(ancestor.snapshotId)
    if (ref.type === 'tag') continue
    const minimum = ref.minSnapshotsToKeep ?? retainLast
    const oldestMs = ref.maxSnapshotAgeMs === undefined ? olderThanMs : policy.nowMs - ref.maxSnapshotAgeMs
    for (const [index, ancestor] of ancestors.entries()) {
      if (index >= minimum && ancestor.timestampMs < oldestMs) break
      kept.add(ancestor.snapshotId)
    }
  }
  // A snapshot that no reference reaches may be staged by a writer that is about to publish it: age alone decides.
  for (const snapshot of metadata.snapshots) {
    if (!reachable.has(snapshot.snapshotId) && snapshot.timestampMs >= olderThanMs) kept.add(snapshot.snapshotId)
  }
  return { snapshotIds: kept, refs }
}

function retainedRefs(metadata: TableMetadata, nowMs: number): Record<string, SnapshotRef> {
  const defaultMaxAgeMs = property(metadata, 'history.expire.max-ref-age-ms', Number.POSITIVE_INFINITY)
  const kept: Record<string, SnapshotRef> = {}
  for (const [name, ref] of Object.entries(metadata.refs)) {
    const snapshot = findSnapshot(metadata, ref.snapshotId)
    if (name !== MAIN_BRANCH) {
      if (snapshot === undefined) continue
      if (nowMs - snapshot.timestampMs > (ref.maxRefAgeMs ?? defaultMaxAgeMs)) continue
    }
    kept[name] = ref
  }
  return kept
}

function property(metadata: TableMetadata, name: string, otherwise: number): number {
  const value = Number(metadata.properties[name] ?? otherwise)
  return Number.isNaN(value) ? otherwise : value
}
