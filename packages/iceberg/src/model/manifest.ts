/**
 * What manifest lists and manifests hold (spec, "Manifest Lists" and "Manifests").
 *
 * Planning visits these for every file of a table, so counts are numbers and not bigints, and the per-column maps are
 * `FieldMap`s that read the manifest's bytes only when a column is asked for.
 */
import type { Literal } from './literal.js'

/** `data` manifests list data files, `deletes` manifests list position and equality delete files. */
export type ManifestContent = 'data' | 'deletes'

/** A summary of one partition field over all files of a manifest. Bounds are single-value serialised in the transform's result type. */
export interface FieldSummary {
  readonly containsNull: boolean
  /** Undefined when it is not known. */
  readonly containsNan: boolean | undefined
  readonly lowerBound: Uint8Array | undefined
  readonly upperBound: Uint8Array | undefined
}

/** One manifest as its manifest list describes it. */
export interface ManifestFile {
  readonly manifestPath: string
  readonly manifestLength: number
  readonly partitionSpecId: number
  readonly content: ManifestContent
  /** 0 in a v1 table. */
  readonly sequenceNumber: bigint
  /** The lowest data sequence number of all live files within. */
  readonly minSequenceNumber: bigint
  readonly addedSnapshotId: bigint
  /** File and row counts; undefined means unknown (v1), never zero. */
  readonly addedFilesCount: number | undefined
  readonly existingFilesCount: number | undefined
  readonly deletedFilesCount: number | undefined
  readonly addedRowsCount: number | undefined
  readonly existingRowsCount: number | undefined
  readonly deletedRowsCount: number | undefined
  /** One summary for each field of the spec, in the spec's order; undefined when the list has none. */
  readonly partitions: readonly FieldSummary[] | undefined
  readonly keyMetadata: Uint8Array | undefined
  /** v3 row lineage. */
  readonly firstRowId: bigint | undefined
}

/** Values by field id: what a plain `Map<number, T>` also offers. */
export interface FieldMap<T> {
  readonly size: number
  get(fieldId: number): T | undefined
  has(fieldId: number): boolean
  [Symbol.iterator](): IterableIterator<[number, T]>
}

/** 0 data, 1 position deletes (a deletion vector in v3 when the format is puffin), 2 equality deletes. */
export type DataFileContent = 0 | 1 | 2

export const DATA_CONTENT = 0
export const POSITION_DELETES_CONTENT = 1
export const EQUALITY_DELETES_CONTENT = 2

export interface DataFile {
  readonly content: DataFileContent
  readonly filePath: string
  /** Lower case: `parquet`, `avro`, `orc`, `puffin`. */
  readonly fileFormat: string
  readonly specId: number
  /** One value for each field of the file's spec, in the spec's order, in the transform's result type. */
  readonly partition: readonly Literal[]
  readonly recordCount: number
  readonly fileSizeInBytes: number
  readonly columnSizes: FieldMap<number> | undefined
  readonly valueCounts: FieldMap<number> | undefined
  readonly nullValueCounts: FieldMap<number> | undefined
  readonly nanValueCounts: FieldMap<number> | undefined
  /** Single-value serialised bounds by field id. The bytes are views on the manifest: copy them before keeping them long. */
  readonly lowerBounds: FieldMap<Uint8Array> | undefined
  readonly upperBounds: FieldMap<Uint8Array> | undefined
  readonly keyMetadata: Uint8Array | undefined
  readonly splitOffsets: readonly number[] | undefined
  /** Equality delete files only: the field ids whose values delete a row. */
  readonly equalityIds: readonly number[] | undefined
  readonly sortOrderId: number | undefined
  /** v3 row lineage. */
  readonly firstRowId: bigint | undefined
  /** Position delete files: the one data file that all deletes refer to, when there is just one. */
  readonly referencedDataFile: string | undefined
  /** v3 deletion vectors: the place of the blob within the puffin file. */
  readonly contentOffset: number | undefined
  readonly contentSizeInBytes: number | undefined
}

/** 0 existing, 1 added, 2 deleted (not live). */
export type ManifestEntryStatus = 0 | 1 | 2

export const STATUS_EXISTING = 0
export const STATUS_ADDED = 1
export const STATUS_DELETED = 2

/** An entry after inheritance: the reader has filled what the manifest list hands down. */
export interface ManifestEntry {
  readonly status: ManifestEntryStatus
  readonly snapshotId: bigint
  /** The data sequence number: which deletes apply to the file. */
  readonly sequenceNumber: bigint
  /** The sequence number of the snapshot that added the file itself. */
  readonly fileSequenceNumber: bigint
  readonly dataFile: DataFile
}

/** Everything of a data file that a writer gives; what is left out is absent. */
export type DataFileInput = Partial<DataFile> & Pick<DataFile, 'filePath' | 'recordCount' | 'fileSizeInBytes'>

/** Makes a data file: content data, parquet, spec 0, no partition and no statistics unless given. */
export function dataFile(input: DataFileInput): DataFile {
  return {
    content: input.content ?? DATA_CONTENT,
    filePath: input.filePath,
    fileFormat: input.fileFormat ?? 'parquet',
    specId: input.specId ?? 0,
    partition: input.partition ?? [],
    recordCount: input.recordCount,
    fileSizeInBytes: input.fileSizeInBytes,
    columnSizes: input.columnSizes,
    valueCounts: input.valueCounts,
    nullValueCounts: input.nullValueCounts,
    nanValueCounts: input.nanValueCounts,
    lowerBounds: input.lowerBounds,
    upperBounds: input.upperBounds,
    keyMetadata: input.keyMetadata,
    splitOffsets: input.splitOffsets,
    equalityIds: input.equalityIds,
    sortOrderId: input.sortOrderId,
    firstRowId: input.firstRowId,
    referencedDataFile: input.referencedDataFile,
    contentOffset: input.contentOffset,
    contentSizeInBytes: input.contentSizeInBytes,
  }
}
