/** Reads manifest lists of all format versions (spec, "Manifest Lists"). */
import { DataError } from '@artemis/errors'
import { checkConsumed, guardStack, openAvroFile } from '../avro/container.js'
import type { ProjectedField } from '../avro/reader.js'
import { compileProjection } from '../avro/reader.js'
import type { FieldSummary, ManifestFile } from '../model/manifest.js'

const SUMMARY: readonly ProjectedField[] = [
  { fieldId: 509, name: 'contains_null', as: 'value' },
  { fieldId: 518, name: 'contains_nan', as: 'value' },
  { fieldId: 510, name: 'lower_bound', as: 'value' },
  { fieldId: 511, name: 'upper_bound', as: 'value' },
]

/** Java named the counts `added_data_files_count` before v2; field ids are the same. */
const MANIFEST_FILE: readonly ProjectedField[] = [
  { fieldId: 500, name: 'manifest_path', as: 'value' },
  { fieldId: 501, name: 'manifest_length', as: 'number' },
  { fieldId: 502, name: 'partition_spec_id', as: 'number' },
  { fieldId: 517, name: 'content', as: 'number' },
  { fieldId: 515, name: 'sequence_number', as: 'bigint' },
  { fieldId: 516, name: 'min_sequence_number', as: 'bigint' },
  { fieldId: 503, name: 'added_snapshot_id', as: 'bigint' },
  { fieldId: 504, name: 'added_files_count', as: 'number' },
  { fieldId: 505, name: 'existing_files_count', as: 'number' },
  { fieldId: 506, name: 'deleted_files_count', as: 'number' },
  { fieldId: 512, name: 'added_rows_count', as: 'number' },
  { fieldId: 513, name: 'existing_rows_count', as: 'number' },
  { fieldId: 514, name: 'deleted_rows_count', as: 'number' },
  { fieldId: 507, name: 'partitions', as: { items: SUMMARY } },
  { fieldId: 519, name: 'key_metadata', as: 'value' },
  { fieldId: 520, name: 'first_row_id', as: 'bigint' },
]

/** `snapshotId` is that of the snapshot that names the list; a list whose header names another one is refused. */
export function readManifestList(bytes: Uint8Array, snapshotId?: bigint): ManifestFile[] {
  return guardStack(() => {
    const file = openAvroFile(bytes)
    if (file.schema.kind !== 'record')
      throw new DataError({ code: 'INVALID_MANIFEST_LIST', message: 'the manifest list does not hold records' })
    const own = file.metadata.get('snapshot-id')
    if (own !== undefined && snapshotId !== undefined && Buffer.from(own).toString() !== String(snapshotId)) {
      throw new DataError({ code: 'INVALID_MANIFEST_LIST', message: `the manifest list is not that of snapshot ${snapshotId}` })
    }
    const read = compileProjection(file.schema, MANIFEST_FILE)
    const manifests: ManifestFile[] = []
    for (const { count, cursor } of file.blocks()) {
      for (let i = 0; i < count; i++) manifests.push(manifestFileOf(read(cursor)))
      checkConsumed(cursor)
    }
    return manifests
  })
}

function manifestFileOf(slots: readonly unknown[]): ManifestFile {
  const content = slots[3] ?? 0
  if (content !== 0 && content !== 1) {
    throw new DataError({ code: 'INVALID_MANIFEST_LIST', message: `a manifest has the unknown content ${String(content)}` })
  }
  const summaries = optional<readonly (readonly unknown[])[]>(slots[13])
  return {
    manifestPath: required<string>(slots[0], 'manifest_path'),
    manifestLength: required<number>(slots[1], 'manifest_length'),
    partitionSpecId: optional<number>(slots[2]) ?? 0,
    content: content === 0 ? 'data' : 'deletes',
    sequenceNumber: optional<bigint>(slots[4]) ?? 0n,
    minSequenceNumber: optional<bigint>(slots[5]) ?? 0n,
    addedSnapshotId: required<bigint>(slots[6], 'added_snapshot_id'),
    addedFilesCount: optional<number>(slots[7]),
    existingFilesCount: optional<number>(slots[8]),
    deletedFilesCount: optional<number>(slots[9]),
    addedRowsCount: optional<number>(slots[10]),
    existingRowsCount: optional<number>(slots[11]),
    deletedRowsCount: optional<number>(slots[12]),
    partitions: summaries?.map(summaryOf),
    keyMetadata: optional<Uint8Array>(slots[14]),
    firstRowId: optional<bigint>(slots[15]),
  }
}

function summaryOf(slots: readonly unknown[]): FieldSummary {
  return {
    // A summary that does not say is taken to hold nulls: that only ever prunes less.
    containsNull: optional<boolean>(slots[0]) ?? true,
    containsNan: optional<boolean>(slots[1]),
    lowerBound: optional<Uint8Array>(slots[2]),
    upperBound: optional<Uint8Array>(slots[3]),
  }
}

function required<T>(value: unknown, name: string): T {
  if (value === undefined || value === null)
    throw new DataError({ code: 'INVALID_MANIFEST_LIST', message: `the manifest list has no ${name}` })
  return value as T
}

function optional<T>(value: unknown): T | undefined {
  return value === undefined || value === null ? undefined : (value as T)
}
