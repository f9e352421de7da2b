/** Finds schemas, specs, orders and snapshots in table metadata, and resolves time travel. Every miss says what there is. */
import { CatalogError, DataError, didYouMean } from '@artemis/errors'
import type { PartitionSpec, SortOrder } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import type { Snapshot, SnapshotLogEntry, SnapshotRef } from '../model/snapshot.js'
import type { TableMetadata } from '../model/table-metadata.js'

export function schemaById(metadata: TableMetadata, schemaId: number): Schema {
  return metadata.schemas.find((schema) => schema.schemaId === schemaId) ?? missing(`schema ${schemaId}`)
}

export function currentSchema(metadata: TableMetadata): Schema {
  return schemaById(metadata, metadata.currentSchemaId)
}

/** The schema that was current when a snapshot was written; old snapshots that do not say get the current one. */
export function schemaOfSnapshot(metadata: TableMetadata, snapshot: Snapshot): Schema {
  return snapshot.schemaId === undefined ? currentSchema(metadata) : schemaById(metadata, snapshot.schemaId)
}

export function specById(metadata: TableMetadata, specId: number): PartitionSpec {
  return metadata.partitionSpecs.find((spec) => spec.specId === specId) ?? missing(`partition spec ${specId}`)
}

export function defaultSpec(metadata: TableMetadata): PartitionSpec {
  return specById(metadata, metadata.defaultSpecId)
}

export function defaultSortOrder(metadata: TableMetadata): SortOrder {
  return (
    metadata.sortOrders.find((order) => order.orderId === metadata.defaultSortOrderId) ??
    missing(`sort order ${metadata.defaultSortOrderId}`)
  )
}

/** The current snapshot, or undefined when the table has never been written. */
export function currentSnapshot(metadata: TableMetadata): Snapshot | undefined {
  return metadata.currentSnapshotId === undefined ? undefined : findSnapshot(metadata, metadata.currentSnapshotId)
}

export function findSnapshot(metadata: TableMetadata, snapshotId: bigint): Snapshot | undefined {
  return metadata.snapshots.find((snapshot) => snapshot.snapshotId === snapshotId)
}

/** The snapshot with this id. An id that the table knows of but no longer keeps is `SNAPSHOT_EXPIRED`, others `SNAPSHOT_NOT_FOUND`. */
export function snapshotById(metadata: TableMetadata, snapshotId: bigint): Snapshot {
  const snapshot = findSnapshot(metadata, snapshotId)
  if (snapshot !== undefined) return snapshot
  if (isKnownId(metadata, snapshotId)) {
    throw new CatalogError({ code: 'SNAPSHOT_EXPIRED', message: `snapshot ${snapshotId} has been expired; ${oldestKept(metadata)}` })
  }
  throw new CatalogError({ code: 'SNAPSHOT_NOT_FOUND', message: `the table has no snapshot ${snapshotId}; ${oldestKept(metadata)}` })
}

/** The snapshot that a branch or a tag points to. */
export function snapshotByRef(metadata: TableMetadata, name: string): Snapshot {
  return snapshotById(metadata, refByName(metadata, name).snapshotId)
}

export function refByName(metadata: TableMetadata, name: string): SnapshotRef {
  const ref = Object.hasOwn(metadata.refs, name) ? metadata.refs[name] : undefined
  if (ref !== undefined) return ref
  const names = Object.keys(metadata.refs)
  throw new CatalogError({
    code: 'REF_NOT_FOUND',
    message: `the table has no branch or tag "${name}"`,
    hint: didYouMean(name, names) ?? (names.length === 0 ? 'The table has no snapshot yet.' : `It has: ${names.join(', ')}.`),
  })
}

/**
 * The snapshot that was current at an instant, by the snapshot log: the parents of a snapshot do not tell, as a rollback
 * makes an older one current again. `nowMs` bounds the future.
 *
 * Errors: `TIMESTAMP_IN_FUTURE`, `TIMESTAMP_BEFORE_FIRST_SNAPSHOT`, `SNAPSHOT_EXPIRED`, `NO_SNAPSHOT`.
 */
export function snapshotAsOf(metadata: TableMetadata, timestampMs: number, nowMs: number = Date.now()): Snapshot {
  const log = effectiveLog(metadata)
  const first = log[0]
  if (first === undefined) throw new CatalogError({ code: 'NO_SNAPSHOT', message: 'the table has no snapshot yet' })
  // The clock of the writer may run ahead of ours: what it committed is not the future.
  if (timestampMs > Math.max(nowMs, log.at(-1)!.timestampMs)) {
    throw new CatalogError({
      code: 'TIMESTAMP_IN_FUTURE',
      message: `${instant(timestampMs)} is in the future: it is now ${instant(nowMs)}`,
      hint: 'Leave the time out to read the current snapshot.',
    })
  }
  let entry: SnapshotLogEntry | undefined
  for (const candidate of log) {
    if (candidate.timestampMs > timestampMs) break
    entry = candidate
  }
  if (entry === undefined) throw beforeFirst(metadata, first, timestampMs)
  const snapshot = findSnapshot(metadata, entry.snapshotId)
  if (snapshot !== undefined) return snapshot
  throw new CatalogError({
    code: 'SNAPSHOT_EXPIRED',
    message: `snapshot ${entry.snapshotId}, current at ${instant(timestampMs)}, has been expired; ${oldestKept(metadata)}`,
  })
}

function beforeFirst(metadata: TableMetadata, first: SnapshotLogEntry, timestampMs: number): CatalogError {
  const parent = findSnapshot(metadata, first.snapshotId)?.parentSnapshotId
  // Expiry drops the log before the oldest snapshot that it keeps, but that one still names its parent.
  const expired = parent !== undefined && findSnapshot(metadata, parent) === undefined
  return new CatalogError({
    code: expired ? 'SNAPSHOT_EXPIRED' : 'TIMESTAMP_BEFORE_FIRST_SNAPSHOT',
    message: expired
      ? `the snapshot that was current at ${instant(timestampMs)} has been expired; ${oldestKept(metadata)}`
      : `${instant(timestampMs)} is before the first snapshot of the table; ${oldestKept(metadata)}`,
  })
}

/** Tables of early writers have no log: then the parents of the current snapshot stand in for it. */
function effectiveLog(metadata: TableMetadata): readonly SnapshotLogEntry[] {
  if (metadata.snapshotLog.length > 0) return metadata.snapshotLog
  const log: SnapshotLogEntry[] = []
  const seen = new Set<bigint>()
  for (let snapshot = currentSnapshot(metadata); snapshot !== undefined && !seen.has(snapshot.snapshotId);) {
    seen.add(snapshot.snapshotId)
    log.unshift({ timestampMs: snapshot.timestampMs, snapshotId: snapshot.snapshotId })
    snapshot = snapshot.parentSnapshotId === undefined ? undefined : findSnapshot(metadata, snapshot.parentSnapshotId)
  }
  return log
}

/** Ancestors of a snapshot, itself first, as far as they are kept. */
export function ancestorsOf(metadata: TableMetadata, snapshotId: bigint): Snapshot[] {
  const ancestors: Snapshot[] = []
  const seen = new Set<bigint>()
  for (let id: bigint | undefined = snapshotId; id !== undefined && !seen.has(id);) {
    seen.add(id)
    const snapshot: Snapshot | undefined = findSnapshot(metadata, id)
    if (snapshot === undefined) break
    ancestors.push(snapshot)
    id = snapshot.parentSnapshotId
  }
  return ancestors
}

function isKnownId(metadata: TableMetadata, snapshotId: bigint): boolean {
  return (
    metadata.snapshotLog.some((entry) => entry.snapshotId === snapshotId) ||
    metadata.snapshots.some((snapshot) => snapshot.parentSnapshotId === snapshotId)
  )
}

function oldestKept(metadata: TableMetadata): string {
  let oldest: Snapshot | undefined
  for (const snapshot of metadata.snapshots) if (oldest === undefined || snapshot.timestampMs < oldest.timestampMs) oldest = snapshot
  return oldest === undefined ? 'it keeps none' : `the oldest one kept is ${oldest.snapshotId} of ${instant(oldest.timestampMs)}`
}

function instant(timestampMs: number): string {
  return Math.abs(timestampMs) <= 8.64e15 ? new Date(timestampMs).toISOString() : `${timestampMs} ms`
}

function missing(what: string): never {
  throw new DataError({ code: 'INVALID_METADATA', message: `the table metadata has no ${what}` })
}
