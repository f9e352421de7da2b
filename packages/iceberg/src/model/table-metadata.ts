/** The content of a metadata.json file (spec, "Table Metadata Fields"), the same shape for every format version. */
import type { PartitionSpec, SortOrder } from './partition.js'
import type { Schema } from './schema.js'
import type { MetadataLogEntry, Snapshot, SnapshotLogEntry, SnapshotRef } from './snapshot.js'

export type FormatVersion = 1 | 2 | 3

export interface TableMetadata {
  readonly formatVersion: FormatVersion
  readonly tableUuid: string
  /** The recorded location; it may lag behind where a moved table's files really are, see `relocatedFileIO`. */
  readonly location: string
  readonly lastSequenceNumber: bigint
  readonly lastUpdatedMs: number
  readonly lastColumnId: number
  readonly schemas: readonly Schema[]
  readonly currentSchemaId: number
  readonly partitionSpecs: readonly PartitionSpec[]
  readonly defaultSpecId: number
  readonly lastPartitionId: number
  readonly properties: Readonly<Record<string, string>>
  readonly currentSnapshotId: bigint | undefined
  readonly snapshots: readonly Snapshot[]
  readonly snapshotLog: readonly SnapshotLogEntry[]
  readonly metadataLog: readonly MetadataLogEntry[]
  readonly sortOrders: readonly SortOrder[]
  readonly defaultSortOrderId: number
  readonly refs: Readonly<Record<string, SnapshotRef>>
  /** Statistics files as raw JSON: we keep them and drop those of expired snapshots. */
  readonly statistics: readonly StatisticsFile[]
  readonly partitionStatistics: readonly StatisticsFile[]
  /** v3 row lineage. */
  readonly nextRowId: bigint | undefined
  /** Fields we do not know, kept so that a rewrite loses nothing. */
  readonly extra: Readonly<Record<string, unknown>>
}

export interface StatisticsFile {
  readonly snapshotId: bigint
  readonly statisticsPath: string
  /** The whole JSON object, `snapshot-id` and `statistics-path` included. */
  readonly raw: Readonly<Record<string, unknown>>
}
