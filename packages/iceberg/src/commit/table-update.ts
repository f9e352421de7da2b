/**
 * Commits as data: what must hold (`TableRequirement`) and what changes (`TableUpdate`), in the vocabulary of Iceberg's
 * REST catalog specification. Files are staged before; applying is pure, so a retry writes no data again.
 */
import type { PartitionSpec, SortOrder } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import type { Snapshot, SnapshotRef } from '../model/snapshot.js'
import type { FormatVersion, StatisticsFile } from '../model/table-metadata.js'

export type TableRequirement =
  | { readonly kind: 'assert-create' }
  | { readonly kind: 'assert-table-uuid'; readonly uuid: string }
  /** `snapshotId` undefined: the reference must not exist. */
  | { readonly kind: 'assert-ref-snapshot-id'; readonly ref: string; readonly snapshotId: bigint | undefined }
  | { readonly kind: 'assert-last-assigned-field-id'; readonly lastAssignedFieldId: number }
  | { readonly kind: 'assert-current-schema-id'; readonly currentSchemaId: number }
  | { readonly kind: 'assert-last-assigned-partition-id'; readonly lastAssignedPartitionId: number }
  | { readonly kind: 'assert-default-spec-id'; readonly defaultSpecId: number }
  | { readonly kind: 'assert-default-sort-order-id'; readonly defaultSortOrderId: number }

/** In `set-current-schema`, `set-default-spec` and `set-default-sort-order` the id -1 means the one that was added last. */
export type TableUpdate =
  | { readonly kind: 'assign-uuid'; readonly uuid: string }
  | { readonly kind: 'upgrade-format-version'; readonly formatVersion: FormatVersion }
  | { readonly kind: 'add-schema'; readonly schema: Schema; readonly lastColumnId: number }
  | { readonly kind: 'set-current-schema'; readonly schemaId: number }
  | { readonly kind: 'add-spec'; readonly spec: PartitionSpec }
  | { readonly kind: 'set-default-spec'; readonly specId: number }
  | { readonly kind: 'add-sort-order'; readonly sortOrder: SortOrder }
  | { readonly kind: 'set-default-sort-order'; readonly sortOrderId: number }
  | { readonly kind: 'add-snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'set-snapshot-ref'; readonly name: string; readonly ref: SnapshotRef }
  | { readonly kind: 'remove-snapshots'; readonly snapshotIds: readonly bigint[] }
  | { readonly kind: 'remove-snapshot-ref'; readonly name: string }
  | { readonly kind: 'set-location'; readonly location: string }
  | { readonly kind: 'set-properties'; readonly updates: Readonly<Record<string, string>> }
  | { readonly kind: 'remove-properties'; readonly removals: readonly string[] }
  | { readonly kind: 'set-statistics'; readonly statistics: StatisticsFile }
  | { readonly kind: 'remove-statistics'; readonly snapshotId: bigint }

/** One change of a table: all of it happens, or nothing. */
export interface TableCommit {
  readonly requirements: readonly TableRequirement[]
  readonly updates: readonly TableUpdate[]
}
