/** Writes manifests and manifest lists of format v2 (spec, "Manifests", "Manifest Lists"). */
import type { Literal } from '../model/literal.js'
import type { DataFile, FieldSummary, ManifestContent, ManifestEntryStatus, ManifestFile } from '../model/manifest.js'
import type { PartitionSpec } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import type { IcebergType } from '../model/type.js'
import { writeAvroFile } from '../avro/writer.js'
import { stringifyJson } from '../metadata/json.js'
import { schemaToJson } from '../metadata/schema-json.js'
import { partitionFieldsToJson } from '../metadata/spec-json.js'
import { comparatorOf, hasOrder } from '../values/compare.js'
import type { Value } from '../values/compare.js'
import { encodeSingleValue, hasSingleValue } from '../values/single-value.js'
import { MANIFEST_LIST_SCHEMA, manifestEntrySchema } from './avro-schemas.js'
import { sanitizedName } from './partition-types.js'

/** An entry to write. Null sequence numbers of an ADDED entry are inherited once the commit has its number. */
export interface EntryToWrite {
  readonly status: ManifestEntryStatus
  readonly snapshotId: bigint
  readonly sequenceNumber: bigint | null
  readonly fileSequenceNumber: bigint | null
  readonly dataFile: DataFile
}

export interface ManifestToWrite {
  readonly schema: Schema
  readonly spec: PartitionSpec
  readonly partitionTypes: readonly (IcebergType | undefined)[]
  readonly content: ManifestContent
  readonly snapshotId: bigint
  readonly entries: readonly EntryToWrite[]
}

/**
 * A written manifest without the sequence number, which the commit that wins gives it: a retry takes the same manifest
 * under another number.
 */
export interface StagedManifest {
  readonly file: Omit<ManifestFile, 'sequenceNumber' | 'minSequenceNumber'>
  /** The lowest number of the entries that have one already; undefined when all inherit. */
  readonly minSequenceNumber: bigint | undefined
  /** Whether some entry inherits its number. */
  readonly inherits: boolean
}

export function encodeManifest(manifest: ManifestToWrite, path: string): { readonly bytes: Uint8Array; readonly staged: StagedManifest } {
  const bytes = writeAvroFile({
    schema: manifestEntrySchema(manifest.spec, manifest.partitionTypes),
    records: avroEntries(manifest),
    metadata: {
      schema: stringifyJson(schemaToJson(manifest.schema)),
      'schema-id': String(manifest.schema.schemaId),
      'partition-spec': stringifyJson(partitionFieldsToJson(manifest.spec.fields)),
      'partition-spec-id': String(manifest.spec.specId),
      'format-version': '2',
      content: manifest.content,
    },
  })
  return { bytes, staged: describe(manifest, path, bytes.length) }
}

/** Gives a staged manifest the sequence number of the commit that writes it into its list. */
export function withSequenceNumber(staged: StagedManifest, sequenceNumber: bigint): ManifestFile {
  const known = staged.minSequenceNumber
  const minSequenceNumber = known === undefined || (staged.inherits && sequenceNumber < known) ? sequenceNumber : known
  return { ...staged.file, sequenceNumber, minSequenceNumber }
}

export interface ManifestListToWrite {
  readonly snapshotId: bigint
  readonly parentSnapshotId: bigint | undefined
  readonly sequenceNumber: bigint
  readonly manifests: readonly ManifestFile[]
}

export function encodeManifestList(list: ManifestListToWrite): Uint8Array {
  return writeAvroFile({
    schema: MANIFEST_LIST_SCHEMA,
    records: list.manifests.map(avroManifestFile),
    metadata: {
      'snapshot-id': String(list.snapshotId),
      'parent-snapshot-id': list.parentSnapshotId === undefined ? 'null' : String(list.parentSnapshotId),
      'sequence-number': String(list.sequenceNumber),
      'format-version': '2',
    },
  })
}

function* avroEntries(manifest: ManifestToWrite): Iterable<unknown> {
  const names = manifest.spec.fields.map((field) => sanitizedName(field.name))
  for (const entry of manifest.entries) {
    const file = entry.dataFile
    const partition: Record<string, Literal> = {}
    for (let i = 0; i < names.length; i++) partition[names[i]!] = file.partition[i] ?? null
    yield {
      status: entry.status,
      snapshot_id: entry.snapshotId,
      sequence_number: entry.sequenceNumber,
      file_sequence_number: entry.fileSequenceNumber,
      data_file: {
        content: file.content,
        file_path: file.filePath,
        file_format: file.fileFormat.toUpperCase(),
        partition,
        record_count: file.recordCount,
        file_size_in_bytes: file.fileSizeInBytes,
        column_sizes: file.columnSizes,
        value_counts: file.valueCounts,
        null_value_counts: file.nullValueCounts,
        nan_value_counts: file.nanValueCounts,
        lower_bounds: file.lowerBounds,
        upper_bounds: file.upperBounds,
        key_metadata: file.keyMetadata,
        split_offsets: file.splitOffsets,
        equality_ids: file.equalityIds,
        sort_order_id: file.sortOrderId,
        referenced_data_file: file.referencedDataFile,
      },
    }
  }
}

function avroManifestFile(manifest: ManifestFile): unknown {
  return {
    manifest_path: manifest.manifestPath,
    manifest_length: manifest.manifestLength,
    partition_spec_id: manifest.partitionSpecId,
    content: manifest.content === 'data' ? 0 : 1,
    sequence_number: manifest.sequenceNumber,
    min_sequence_number: manifest.minSequenceNumber,
    added_snapshot_id: manifest.addedSnapshotId,
    // v2 requires the counts. Those of a v1 manifest may be unknown: `withKnownCounts` has found them before we get here.
    added_files_count: manifest.addedFilesCount ?? 0,
    existing_files_count: manifest.existingFilesCount ?? 0,
    deleted_files_count: manifest.deletedFilesCount ?? 0,
    added_rows_count: manifest.addedRowsCount ?? 0,
    existing_rows_count: manifest.existingRowsCount ?? 0,
    deleted_rows_count: manifest.deletedRowsCount ?? 0,
    partitions: manifest.partitions?.map((summary) => ({
      contains_null: summary.containsNull,
      contains_nan: summary.containsNan,
      lower_bound: summary.lowerBound,
      upper_bound: summary.upperBound,
    })),
    key_metadata: manifest.keyMetadata,
  }
}

function describe(manifest: ManifestToWrite, path: string, length: number): StagedManifest {
  const files = [0, 0, 0]
  const rows = [0, 0, 0]
  let minSequenceNumber: bigint | undefined
  let inherits = false
  for (const { status, sequenceNumber, dataFile } of manifest.entries) {
    files[status]! += 1
    rows[status]! += dataFile.recordCount
    if (status === 2) continue
    if (sequenceNumber === null) inherits = true
    else if (minSequenceNumber === undefined || sequenceNumber < minSequenceNumber) minSequenceNumber = sequenceNumber
  }
  return {
    file: {
      manifestPath: path,
      manifestLength: length,
      partitionSpecId: manifest.spec.specId,
      content: manifest.content,
      addedSnapshotId: manifest.snapshotId,
      existingFilesCount: files[0],
      addedFilesCount: files[1],
      deletedFilesCount: files[2],
      existingRowsCount: rows[0],
      addedRowsCount: rows[1],
      deletedRowsCount: rows[2],
      partitions: manifest.spec.fields.map((_, i) => summaryOf(manifest, i)),
      keyMetadata: undefined,
      firstRowId: undefined,
    },
    minSequenceNumber,
    inherits,
  }
}

/** Bounds cover every entry, deleted ones too, as readers of the deleted ones prune by them as well. */
function summaryOf(manifest: ManifestToWrite, index: number): FieldSummary {
  const type = manifest.partitionTypes[index]
  const ordered = type !== undefined && hasSingleValue(type) && hasOrder(type)
  let containsNull = false
  let containsNan = false
  let lower: Value | undefined
  let upper: Value | undefined
  const compare = ordered ? comparatorOf(type) : undefined
  for (const { dataFile } of manifest.entries) {
    const value = dataFile.partition[index] ?? null
    if (value === null) containsNull = true
    else if (typeof value === 'number' && Number.isNaN(value)) containsNan = true
    else if (compare !== undefined) {
      if (lower === undefined || compare(value, lower) < 0) lower = value
      if (upper === undefined || compare(value, upper) > 0) upper = value
    }
  }
  const encode = (value: Value | undefined) => (value === undefined || !ordered ? undefined : encodeSingleValue(type, value))
  // Other readers order -0.0 before 0.0; the wider of the two keeps both in.
  return { containsNull, containsNan, lowerBound: encode(lower === 0 ? -0 : lower), upperBound: encode(upper === 0 ? 0 : upper) }
}
