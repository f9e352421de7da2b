/** An Iceberg table's own records as tables, under the names and columns that Spark gives them. */

import type { Scalar, Schema } from '@artemis/arrow'
import { bool, field, int32, int64, list, schema, struct, timestamptz, utf8 } from '@artemis/arrow'
import type { ManifestFile, Snapshot } from '@artemis/iceberg'
import { ancestorsOf, currentSnapshot, decodeSingleValue, hasSingleValue, partitionTypesOf, partitionValueText, specById } from '@artemis/iceberg'
import type { TableProvider } from '@artemis/plan'
import type { Row } from '../system/virtual-table.js'
import { VirtualTable } from '../system/virtual-table.js'
import { filesSchema, fileRows } from './files-table.js'
import { partitionRows, partitionsSchema } from './partitions-table.js'
import type { PinnedTable } from './pinned-table.js'
import { pinnedSnapshotOf } from './pinned-table.js'
import { textMap, textMapType } from './scalar-maps.js'

interface MetadataTable {
  readonly schema: (table: PinnedTable) => Schema
  readonly rows: (table: PinnedTable) => Promise<readonly Row[]> | readonly Row[]
}

const SNAPSHOTS = schema([
  field('committed_at', timestamptz(), false),
  field('snapshot_id', int64, false),
  field('parent_id', int64),
  field('operation', utf8),
  field('manifest_list', utf8),
  field('summary', textMapType),
])

const HISTORY = schema([
  field('made_current_at', timestamptz(), false),
  field('snapshot_id', int64, false),
  field('parent_id', int64),
  field('is_current_ancestor', bool, false),
])

const REFS = schema([
  field('name', utf8, false),
  field('type', utf8, false),
  field('snapshot_id', int64, false),
  field('max_reference_age_in_ms', int64),
  field('min_snapshots_to_keep', int32),
  field('max_snapshot_age_in_ms', int64),
])

const SUMMARY = struct([field('contains_null', bool, false), field('contains_nan', bool), field('lower_bound', utf8), field('upper_bound', utf8)])

const MANIFESTS = schema([
  field('content', int32, false),
  field('path', utf8, false),
  field('length', int64, false),
  field('partition_spec_id', int32, false),
  field('added_snapshot_id', int64, false),
  field('added_data_files_count', int32),
  field('existing_data_files_count', int32),
  field('deleted_data_files_count', int32),
  field('added_delete_files_count', int32),
  field('existing_delete_files_count', int32),
  field('deleted_delete_files_count', int32),
  field('partition_summaries', list(field('element', SUMMARY))),
])

const TABLES: Readonly<Record<string, MetadataTable>> = {
  snapshots: { schema: () => SNAPSHOTS, rows: snapshotRows },
  history: { schema: () => HISTORY, rows: historyRows },
  refs: { schema: () => REFS, rows: refRows },
  manifests: { schema: () => MANIFESTS, rows: manifestRows },
  files: { schema: filesSchema, rows: fileRows },
  partitions: { schema: partitionsSchema, rows: partitionRows },
}

export const METADATA_TABLE_NAMES: readonly string[] = Object.keys(TABLES)

/** The metadata table of a name, as of the table's pinned snapshot; undefined for an unknown name. */
export function metadataTable(name: string, pinned: PinnedTable): TableProvider | undefined {
  const table = TABLES[name.toLowerCase()]
  return table === undefined ? undefined : new VirtualTable(table.schema(pinned), () => table.rows(pinned), pinnedSnapshotOf(pinned))
}

function microseconds(milliseconds: number): bigint {
  return BigInt(milliseconds) * 1000n
}

function snapshotRows({ table }: PinnedTable): Row[] {
  return table.metadata.snapshots.map((snapshot: Snapshot) => [
    microseconds(snapshot.timestampMs),
    snapshot.snapshotId,
    snapshot.parentSnapshotId ?? null,
    snapshot.summary['operation'] ?? null,
    snapshot.manifestList ?? null,
    textMap(Object.entries(snapshot.summary).filter(([key]) => key !== 'operation')),
  ])
}

function historyRows({ table: { metadata } }: PinnedTable): Row[] {
  const current = currentSnapshot(metadata)
  const ancestors = new Set(current === undefined ? [] : ancestorsOf(metadata, current.snapshotId).map((snapshot) => snapshot.snapshotId))
  const parents = new Map(metadata.snapshots.map((snapshot) => [snapshot.snapshotId, snapshot.parentSnapshotId]))
  return metadata.snapshotLog.map((entry) => [
    microseconds(entry.timestampMs),
    entry.snapshotId,
    parents.get(entry.snapshotId) ?? null,
    ancestors.has(entry.snapshotId),
  ])
}

function refRows({ table }: PinnedTable): Row[] {
  return Object.entries(table.metadata.refs).map(([name, ref]) => [
    name,
    ref.type.toUpperCase(),
    ref.snapshotId,
    ref.maxRefAgeMs === undefined ? null : BigInt(ref.maxRefAgeMs),
    ref.minSnapshotsToKeep ?? null,
    ref.maxSnapshotAgeMs === undefined ? null : BigInt(ref.maxSnapshotAgeMs),
  ])
}

async function manifestRows(pinned: PinnedTable): Promise<Row[]> {
  const manifests = await pinned.manifests.manifests(undefined)
  return manifests.map((manifest) => {
    const counts = [manifest.addedFilesCount ?? null, manifest.existingFilesCount ?? null, manifest.deletedFilesCount ?? null]
    const none = [0, 0, 0]
    return [
      manifest.content === 'data' ? 0 : 1,
      manifest.manifestPath,
      BigInt(manifest.manifestLength),
      manifest.partitionSpecId,
      manifest.addedSnapshotId,
      ...(manifest.content === 'data' ? counts : none),
      ...(manifest.content === 'data' ? none : counts),
      partitionSummaries(manifest, pinned),
    ]
  })
}

function partitionSummaries(manifest: ManifestFile, { table }: PinnedTable): Scalar {
  if (manifest.partitions === undefined) return null
  const spec = specById(table.metadata, manifest.partitionSpecId)
  const types = partitionTypesOf(table.metadata, spec)
  return manifest.partitions.map((summary, i) => {
    const type = types[i]
    const { transform } = spec.fields[i]!
    // The text of a partition value needs the source's type only where that is the value's own.
    const bound = (bytes: Uint8Array | undefined): string | null =>
      bytes === undefined || type === undefined || !hasSingleValue(type) ? null : partitionValueText(transform, type, decodeSingleValue(type, bytes))
    return [summary.containsNull, summary.containsNan ?? null, bound(summary.lowerBound), bound(summary.upperBound)]
  })
}
