/** `table.partitions`: what each partition of the snapshot holds. */

import type { Scalar, Schema } from '@artemis/arrow'
import { field, int32, int64, schema, timestamptz } from '@artemis/arrow'
import { DATA_CONTENT, POSITION_DELETES_CONTENT, findSnapshot, partitionKey } from '@artemis/iceberg'
import type { Row } from '../system/virtual-table.js'
import { liveEntries, partitionColumns } from './files-table.js'
import type { PinnedTable } from './pinned-table.js'

export function partitionsSchema(pinned: PinnedTable): Schema {
  return schema([
    field('partition', partitionColumns(pinned).type),
    field('spec_id', int32, false),
    field('record_count', int64, false),
    field('file_count', int32, false),
    field('total_data_file_size_in_bytes', int64, false),
    field('position_delete_record_count', int64, false),
    field('position_delete_file_count', int32, false),
    field('equality_delete_record_count', int64, false),
    field('equality_delete_file_count', int32, false),
    field('last_updated_at', timestamptz()),
    field('last_updated_snapshot_id', int64),
  ])
}

interface Totals {
  readonly partition: Scalar[]
  readonly specId: number
  /** By content: data, position deletes, equality deletes. */
  readonly records: [number, number, number]
  readonly files: [number, number, number]
  dataBytes: number
  updatedMs: number | undefined
  updatedBy: bigint | undefined
}

export async function partitionRows(pinned: PinnedTable): Promise<Row[]> {
  const columns = partitionColumns(pinned)
  const totals = new Map<string, Totals>()
  for (const { dataFile: file, snapshotId } of await liveEntries(pinned)) {
    const key = partitionKey(file.specId, file.partition)
    const row = totals.get(key) ?? {
      partition: columns.values(file),
      specId: file.specId,
      records: [0, 0, 0],
      files: [0, 0, 0],
      dataBytes: 0,
      updatedMs: undefined,
      updatedBy: undefined,
    }
    totals.set(key, row)
    row.records[file.content] += file.recordCount
    row.files[file.content]++
    if (file.content === DATA_CONTENT) row.dataBytes += file.fileSizeInBytes
    const addedMs = snapshotId === undefined ? undefined : findSnapshot(pinned.table.metadata, snapshotId)?.timestampMs
    if (addedMs !== undefined && (row.updatedMs === undefined || addedMs > row.updatedMs)) {
      row.updatedMs = addedMs
      row.updatedBy = snapshotId
    }
  }
  return [...totals.values()].map((row) => [
    row.partition,
    row.specId,
    BigInt(row.records[DATA_CONTENT]),
    row.files[DATA_CONTENT],
    BigInt(row.dataBytes),
    BigInt(row.records[POSITION_DELETES_CONTENT]),
    row.files[POSITION_DELETES_CONTENT],
    BigInt(row.records[2]),
    row.files[2],
    row.updatedMs === undefined ? null : BigInt(row.updatedMs) * 1000n,
    row.updatedBy ?? null,
  ])
}
