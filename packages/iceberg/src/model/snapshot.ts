/** Snapshots, the logs and the named references of a table (spec, "Snapshots" and "Table Metadata"). */

export interface Snapshot {
  readonly snapshotId: bigint
  readonly parentSnapshotId: bigint | undefined
  /** 0 in a v1 table. */
  readonly sequenceNumber: bigint
  /** Milliseconds from 1970-01-01T00:00:00Z. */
  readonly timestampMs: number
  /** Location of the manifest list; undefined only in old v1 tables, which name their manifests in `manifests`. */
  readonly manifestList: string | undefined
  /** v1 only: the manifest locations themselves, when there is no manifest list. */
  readonly manifests: readonly string[] | undefined
  /** What the snapshot did; `operation` is one of append, replace, overwrite, delete, and absent in old v1 tables. */
  readonly summary: Readonly<Record<string, string>>
  readonly schemaId: number | undefined
  /** v3 row lineage. */
  readonly firstRowId: bigint | undefined
  readonly addedRows: bigint | undefined
  /** Fields of later versions, kept so that a rewrite loses nothing. */
  readonly extra: Readonly<Record<string, unknown>>
}

export interface SnapshotLogEntry {
  readonly timestampMs: number
  readonly snapshotId: bigint
}

export interface MetadataLogEntry {
  readonly timestampMs: number
  readonly metadataFile: string
}

export interface SnapshotRef {
  readonly snapshotId: bigint
  readonly type: 'branch' | 'tag'
  /** Branches only: how many snapshots expiry keeps. */
  readonly minSnapshotsToKeep: number | undefined
  /** Branches only: the age to which expiry keeps snapshots. */
  readonly maxSnapshotAgeMs: number | undefined
  /** The age at which expiry drops the reference itself. Never applies to `main`. */
  readonly maxRefAgeMs: number | undefined
}

export const MAIN_BRANCH = 'main'
