/** Applies the updates of a commit to table metadata: a pure function, the same for every catalog. */
import { CatalogError, ConfigError, UnsupportedError, unreachable } from '@artemis/errors'
import { checkTransform, sortOrderEquals, specEquals } from '../metadata/spec-update.js'
import { validateSchema } from '../metadata/schema-update.js'
import type { PartitionSpec, SortOrder } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import { highestFieldId } from '../model/schema.js'
import { MAIN_BRANCH } from '../model/snapshot.js'
import type { Snapshot, SnapshotLogEntry, SnapshotRef } from '../model/snapshot.js'
import type { FormatVersion, TableMetadata } from '../model/table-metadata.js'
import { typeEquals } from '../model/type.js'
import { commitConflict } from './failure.js'
import type { MetadataDraft } from './metadata-draft.js'
import { draftOf, metadataOf } from './metadata-draft.js'
import type { TableUpdate } from './table-update.js'

/**
 * The metadata after `updates`. `base` is undefined for a new table. `nowMs` dates what carries no time of its own.
 *
 * Errors: `COMMIT_CONFLICT` when a snapshot no longer fits (its number is taken), `CatalogError` and `ConfigError` for
 * updates that are wrong in themselves.
 */
export function applyUpdates(base: TableMetadata | undefined, updates: readonly TableUpdate[], nowMs: number): TableMetadata {
  const draft = draftOf(base)
  for (const update of updates) applyUpdate(draft, update, nowMs)
  requireComplete(draft)
  draft.snapshotLog = trimmedLog(draft, base)
  // An added snapshot dates the commit, so that history written with an injected clock stays in order.
  const added = draft.snapshots.filter((snapshot) => draft.addedSnapshotIds.has(snapshot.snapshotId))
  const changedMs = added.length > 0 ? Math.max(...added.map((snapshot) => snapshot.timestampMs)) : nowMs
  draft.lastUpdatedMs = Math.max(base?.lastUpdatedMs ?? 0, changedMs)
  return metadataOf(draft, base)
}

function applyUpdate(draft: MetadataDraft, update: TableUpdate, nowMs: number): void {
  switch (update.kind) {
    case 'assign-uuid':
      if (draft.tableUuid !== '' && draft.tableUuid !== update.uuid) throw commitConflict('the table has another uuid')
      draft.tableUuid = update.uuid
      return
    case 'upgrade-format-version':
      return upgrade(draft, update.formatVersion)
    case 'add-schema':
      return addSchema(draft, update.schema, update.lastColumnId)
    case 'set-current-schema':
      draft.currentSchemaId = chosen(
        update.schemaId,
        draft.addedSchemaId,
        draft.schemas.map((schema) => schema.schemaId),
        'schema',
      )
      return
    case 'add-spec':
      return addSpec(draft, update.spec)
    case 'set-default-spec':
      draft.defaultSpecId = chosen(
        update.specId,
        draft.addedSpecId,
        draft.partitionSpecs.map((spec) => spec.specId),
        'partition spec',
      )
      return
    case 'add-sort-order':
      return addSortOrder(draft, update.sortOrder)
    case 'set-default-sort-order':
      draft.defaultSortOrderId = chosen(
        update.sortOrderId,
        draft.addedSortOrderId,
        draft.sortOrders.map((order) => order.orderId),
        'sort order',
      )
      return
    case 'add-snapshot':
      return addSnapshot(draft, update.snapshot)
    case 'set-snapshot-ref':
      return setRef(draft, update.name, update.ref, nowMs)
    case 'remove-snapshots':
      return removeSnapshots(draft, new Set(update.snapshotIds))
    case 'remove-snapshot-ref':
      return removeRef(draft, update.name)
    case 'set-location':
      draft.location = update.location
      return
    case 'set-properties':
      draft.properties = { ...draft.properties, ...update.updates }
      return
    case 'remove-properties':
      draft.properties = Object.fromEntries(Object.entries(draft.properties).filter(([key]) => !update.removals.includes(key)))
      return
    case 'set-statistics':
      draft.statistics = [...draft.statistics.filter((file) => file.snapshotId !== update.statistics.snapshotId), update.statistics]
      return
    case 'remove-statistics':
      draft.statistics = draft.statistics.filter((file) => file.snapshotId !== update.snapshotId)
      return
    default:
      return unreachable(update, 'table update')
  }
}

function upgrade(draft: MetadataDraft, formatVersion: FormatVersion): void {
  if (formatVersion < draft.formatVersion && draft.schemas.length > 0) {
    throw new CatalogError({
      code: 'INVALID_FORMAT_VERSION',
      message: `the table has format version ${draft.formatVersion}: it cannot go back to ${formatVersion}`,
    })
  }
  if (formatVersion > 2 && formatVersion !== draft.formatVersion) {
    throw new UnsupportedError({
      code: 'UNSUPPORTED_FORMAT_VERSION',
      message: `tables of format version ${formatVersion} can be read but not written`,
    })
  }
  draft.formatVersion = formatVersion
}

function addSchema(draft: MetadataDraft, schema: Schema, lastColumnId: number): void {
  validateSchema(schema)
  const same = draft.schemas.find((known) => schemaEquals(known, schema))
  const schemaId = same?.schemaId ?? (draft.schemas.length === 0 ? schema.schemaId : nextId(draft.schemas.map((known) => known.schemaId)))
  if (same === undefined) draft.schemas = [...draft.schemas, { ...schema, schemaId }]
  draft.lastColumnId = Math.max(draft.lastColumnId, lastColumnId, highestFieldId(schema))
  draft.addedSchemaId = schemaId
}

function schemaEquals(a: Schema, b: Schema): boolean {
  return (
    typeEquals({ kind: 'struct', fields: a.fields }, { kind: 'struct', fields: b.fields }) &&
    a.identifierFieldIds.length === b.identifierFieldIds.length &&
    a.identifierFieldIds.every((id) => b.identifierFieldIds.includes(id))
  )
}

function addSpec(draft: MetadataDraft, spec: PartitionSpec): void {
  const schema = draft.schemas.find((item) => item.schemaId === draft.currentSchemaId)
  if (schema !== undefined) for (const field of spec.fields) checkTransform(schema, field.sourceId, field.transform)
  const same = draft.partitionSpecs.find((known) => specEquals(known, spec))
  const specId =
    same?.specId ?? (draft.partitionSpecs.length === 0 ? spec.specId : nextId(draft.partitionSpecs.map((known) => known.specId)))
  if (same === undefined) draft.partitionSpecs = [...draft.partitionSpecs, { ...spec, specId }]
  draft.lastPartitionId = Math.max(draft.lastPartitionId, ...spec.fields.map((field) => field.fieldId))
  draft.addedSpecId = specId
}

function addSortOrder(draft: MetadataDraft, order: SortOrder): void {
  const same = draft.sortOrders.find((known) => sortOrderEquals(known, order))
  const orderId = same?.orderId ?? (order.fields.length === 0 ? 0 : Math.max(1, nextId(draft.sortOrders.map((known) => known.orderId))))
  if (same === undefined) draft.sortOrders = [...draft.sortOrders, { ...order, orderId }]
  draft.addedSortOrderId = orderId
}

function addSnapshot(draft: MetadataDraft, snapshot: Snapshot): void {
  if (draft.formatVersion !== 2) {
    throw new UnsupportedError({
      code: 'UNSUPPORTED_FORMAT_VERSION',
      message: `tables of format version ${draft.formatVersion} can be read but not written`,
      hint: draft.formatVersion === 1 ? 'Upgrade the table to format version 2 first.' : undefined,
    })
  }
  if (draft.snapshots.some((known) => known.snapshotId === snapshot.snapshotId)) {
    throw commitConflict(`the table already has a snapshot ${snapshot.snapshotId}`)
  }
  if (snapshot.sequenceNumber <= draft.lastSequenceNumber && snapshot.parentSnapshotId !== undefined) {
    throw commitConflict(`the sequence number ${snapshot.sequenceNumber} is taken: the last one is ${draft.lastSequenceNumber}`)
  }
  draft.snapshots = [...draft.snapshots, snapshot]
  draft.lastSequenceNumber = snapshot.sequenceNumber > draft.lastSequenceNumber ? snapshot.sequenceNumber : draft.lastSequenceNumber
  draft.addedSnapshotIds.add(snapshot.snapshotId)
}

function setRef(draft: MetadataDraft, name: string, ref: SnapshotRef, nowMs: number): void {
  const snapshot = draft.snapshots.find((known) => known.snapshotId === ref.snapshotId)
  if (snapshot === undefined) {
    throw new CatalogError({
      code: 'SNAPSHOT_NOT_FOUND',
      message: `"${name}" cannot point to snapshot ${ref.snapshotId}: the table has none such`,
    })
  }
  if (name === MAIN_BRANCH) {
    if (ref.type !== 'branch') throw new CatalogError({ code: 'INVALID_REF', message: `"${MAIN_BRANCH}" is a branch, never a tag` })
    if (draft.currentSnapshotId !== ref.snapshotId) makeCurrent(draft, snapshot, nowMs)
  }
  draft.refs = { ...draft.refs, [name]: ref }
}

/** Each change of the current snapshot enters the log; the log never goes back in time, whatever the clocks say. */
function makeCurrent(draft: MetadataDraft, snapshot: Snapshot, nowMs: number): void {
  const lastMs = draft.snapshotLog.at(-1)?.timestampMs ?? 0
  const isNew = draft.addedSnapshotIds.has(snapshot.snapshotId)
  if (isNew && snapshot.timestampMs < lastMs) {
    throw new ConfigError({
      code: 'TIMESTAMP_NOT_MONOTONIC',
      message: `a snapshot of ${new Date(snapshot.timestampMs).toISOString()} cannot follow one of ${new Date(lastMs).toISOString()}`,
    })
  }
  const timestampMs = isNew ? snapshot.timestampMs : Math.max(nowMs, lastMs)
  draft.currentSnapshotId = snapshot.snapshotId
  draft.snapshotLog = [...draft.snapshotLog, { timestampMs, snapshotId: snapshot.snapshotId }]
}

function removeSnapshots(draft: MetadataDraft, ids: ReadonlySet<bigint>): void {
  const referred = Object.entries(draft.refs).find(([, ref]) => ids.has(ref.snapshotId))
  if (referred !== undefined) {
    throw commitConflict(`snapshot ${referred[1].snapshotId} cannot be removed: the ${referred[1].type} "${referred[0]}" points to it`)
  }
  draft.snapshots = draft.snapshots.filter((snapshot) => !ids.has(snapshot.snapshotId))
  draft.statistics = draft.statistics.filter((file) => !ids.has(file.snapshotId))
  draft.partitionStatistics = draft.partitionStatistics.filter((file) => !ids.has(file.snapshotId))
  draft.removedSnapshots = true
}

function removeRef(draft: MetadataDraft, name: string): void {
  if (name === MAIN_BRANCH) draft.currentSnapshotId = undefined
  draft.refs = Object.fromEntries(Object.entries(draft.refs).filter(([known]) => known !== name))
}

/**
 * Once a snapshot is gone, the log before it no longer tells which snapshot was current between two entries: what comes
 * before the last gap is dropped (as Java's `TableMetadata` does).
 */
function trimmedLog(draft: MetadataDraft, base: TableMetadata | undefined): readonly SnapshotLogEntry[] {
  if (!draft.removedSnapshots || base === undefined) return draft.snapshotLog
  const kept = new Set(draft.snapshots.map((snapshot) => snapshot.snapshotId))
  let log: SnapshotLogEntry[] = []
  for (const entry of draft.snapshotLog) {
    if (kept.has(entry.snapshotId)) log.push(entry)
    else log = []
  }
  return log
}

function requireComplete(draft: MetadataDraft): void {
  const missing =
    draft.tableUuid === ''
      ? 'a uuid'
      : draft.location === ''
        ? 'a location'
        : !draft.schemas.some((schema) => schema.schemaId === draft.currentSchemaId)
          ? 'a current schema'
          : !draft.partitionSpecs.some((spec) => spec.specId === draft.defaultSpecId)
            ? 'a default partition spec'
            : !draft.sortOrders.some((order) => order.orderId === draft.defaultSortOrderId)
              ? 'a default sort order'
              : undefined
  if (missing !== undefined) throw new ConfigError({ code: 'INCOMPLETE_TABLE', message: `a table needs ${missing}` })
}

function chosen(id: number, added: number | undefined, known: readonly number[], what: string): number {
  const wanted = id === -1 ? added : id
  if (wanted === undefined || !known.includes(wanted)) throw commitConflict(`the table has no ${what} ${id}`)
  return wanted
}

function nextId(ids: readonly number[]): number {
  return Math.max(-1, ...ids) + 1
}
