/** Table metadata being changed by one commit: what `applyUpdates` works on. Nothing outside sees it half done. */
import type { PartitionSpec, SortOrder } from '../model/partition.js'
import { FIRST_PARTITION_FIELD_ID } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import type { Snapshot, SnapshotLogEntry, SnapshotRef } from '../model/snapshot.js'
import type { FormatVersion, StatisticsFile, TableMetadata } from '../model/table-metadata.js'

export interface MetadataDraft {
  formatVersion: FormatVersion
  tableUuid: string
  location: string
  lastSequenceNumber: bigint
  lastUpdatedMs: number
  lastColumnId: number
  schemas: readonly Schema[]
  currentSchemaId: number
  partitionSpecs: readonly PartitionSpec[]
  defaultSpecId: number
  lastPartitionId: number
  properties: Readonly<Record<string, string>>
  currentSnapshotId: bigint | undefined
  snapshots: readonly Snapshot[]
  snapshotLog: readonly SnapshotLogEntry[]
  sortOrders: readonly SortOrder[]
  defaultSortOrderId: number
  refs: Readonly<Record<string, SnapshotRef>>
  statistics: readonly StatisticsFile[]
  partitionStatistics: readonly StatisticsFile[]
  /** Ids that this commit added last, which -1 in a later update stands for. */
  addedSchemaId: number | undefined
  addedSpecId: number | undefined
  addedSortOrderId: number | undefined
  /** Snapshots that this commit added: they enter the log with their own time. */
  readonly addedSnapshotIds: Set<bigint>
  removedSnapshots: boolean
}

export function draftOf(base: TableMetadata | undefined): MetadataDraft {
  const run = {
    addedSchemaId: undefined,
    addedSpecId: undefined,
    addedSortOrderId: undefined,
    addedSnapshotIds: new Set<bigint>(),
    removedSnapshots: false,
  }
  if (base !== undefined) return { ...base, ...run }
  return {
    formatVersion: 2,
    tableUuid: '',
    location: '',
    lastSequenceNumber: 0n,
    lastUpdatedMs: 0,
    lastColumnId: 0,
    schemas: [],
    currentSchemaId: -1,
    partitionSpecs: [],
    defaultSpecId: -1,
    lastPartitionId: FIRST_PARTITION_FIELD_ID - 1,
    properties: {},
    currentSnapshotId: undefined,
    snapshots: [],
    snapshotLog: [],
    sortOrders: [],
    defaultSortOrderId: -1,
    refs: {},
    statistics: [],
    partitionStatistics: [],
    ...run,
  }
}

/** The finished metadata. The metadata log is the catalog's: only it knows where the base was stored. */
export function metadataOf(draft: MetadataDraft, base: TableMetadata | undefined): TableMetadata {
  return {
    formatVersion: draft.formatVersion,
    tableUuid: draft.tableUuid,
    location: draft.location,
    lastSequenceNumber: draft.lastSequenceNumber,
    lastUpdatedMs: draft.lastUpdatedMs,
    lastColumnId: draft.lastColumnId,
    schemas: draft.schemas,
    currentSchemaId: draft.currentSchemaId,
    partitionSpecs: draft.partitionSpecs,
    defaultSpecId: draft.defaultSpecId,
    lastPartitionId: draft.lastPartitionId,
    properties: draft.properties,
    currentSnapshotId: draft.currentSnapshotId,
    snapshots: draft.snapshots,
    snapshotLog: draft.snapshotLog,
    metadataLog: base?.metadataLog ?? [],
    sortOrders: draft.sortOrders,
    defaultSortOrderId: draft.defaultSortOrderId,
    refs: draft.refs,
    statistics: draft.statistics,
    partitionStatistics: draft.partitionStatistics,
    nextRowId: base?.nextRowId,
    extra: base?.extra ?? {},
  }
}
