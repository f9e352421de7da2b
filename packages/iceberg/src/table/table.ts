/** A table as callers use it: its metadata, its history, and the operations that change it. */
import type { LoadedMetadata, TableIdentifier } from '../catalog/catalog.js'
import { changeProperties, changeSchema, changeSpec, replaceSortOrder, upgradeFormatVersion } from '../commit/change-metadata.js'
import { expireSnapshots } from '../commit/expire-snapshots.js'
import type { ExpireOptions, ExpireResult } from '../commit/expire-snapshots.js'
import { ManageSnapshots } from '../commit/manage-snapshots.js'
import { AppendFiles, OverwriteFiles, RewriteFiles, RowDelta } from '../commit/operations.js'
import type { CommitEnvironment, CommitOptions, CommitTarget } from '../commit/retry.js'
import type { TableCommit } from '../commit/table-update.js'
import type { FileIO } from '../io/file-io.js'
import type { IcebergCache } from '../io/iceberg-cache.js'
import { loadManifest, loadManifestList } from '../manifest/load.js'
import {
  currentSchema,
  currentSnapshot,
  defaultSortOrder,
  defaultSpec,
  schemaOfSnapshot,
  snapshotAsOf,
  snapshotById,
  snapshotByRef,
} from '../metadata/lookup.js'
import type { SchemaUpdate } from '../metadata/schema-update.js'
import type { SortFieldInput, SpecUpdate } from '../metadata/spec-update.js'
import type { ManifestEntry, ManifestFile } from '../model/manifest.js'
import type { PartitionSpec, SortOrder } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import type { Snapshot } from '../model/snapshot.js'
import type { TableMetadata } from '../model/table-metadata.js'

/** Where a table's metadata comes from and goes to: a catalog's table, or a file that is only read. */
export interface TableOperations {
  load(): Promise<LoadedMetadata>
  commit(commit: TableCommit, timestampMs: number): Promise<LoadedMetadata>
}

export interface TableOptions {
  readonly identifier: TableIdentifier
  readonly loaded: LoadedMetadata
  readonly operations: TableOperations
  readonly cache: IcebergCache | undefined
  readonly environment: CommitEnvironment
}

/**
 * The metadata of a `Table` only changes by `refresh` and by its own commits, so all that is read between sees one state.
 */
export class Table implements CommitTarget {
  readonly identifier: TableIdentifier
  readonly cache: IcebergCache | undefined
  readonly environment: CommitEnvironment
  readonly #operations: TableOperations
  #loaded: LoadedMetadata

  constructor(options: TableOptions) {
    this.identifier = options.identifier
    this.cache = options.cache
    this.environment = options.environment
    this.#operations = options.operations
    this.#loaded = options.loaded
  }

  get metadata(): TableMetadata {
    return this.#loaded.metadata
  }

  /** Where the metadata file really is. */
  get metadataLocation(): string {
    return this.#loaded.metadataLocation
  }

  /** Reads and writes the table's files by their recorded locations. */
  get io(): FileIO {
    return this.#loaded.io
  }

  /** The recorded location of the table: new data files go below it. */
  get location(): string {
    return this.metadata.location
  }

  get schema(): Schema {
    return currentSchema(this.metadata)
  }

  get spec(): PartitionSpec {
    return defaultSpec(this.metadata)
  }

  get sortOrder(): SortOrder {
    return defaultSortOrder(this.metadata)
  }

  get properties(): Readonly<Record<string, string>> {
    return this.metadata.properties
  }

  /** Undefined when the table has never been written. */
  currentSnapshot(): Snapshot | undefined {
    return currentSnapshot(this.metadata)
  }

  snapshotById(snapshotId: bigint): Snapshot {
    return snapshotById(this.metadata, snapshotId)
  }

  /** The snapshot of a branch or a tag. */
  snapshotByRef(name: string): Snapshot {
    return snapshotByRef(this.metadata, name)
  }

  /** The snapshot that was current at an instant, in milliseconds. See `lookup.ts` for the errors. */
  snapshotAsOf(timestampMs: number): Snapshot {
    return snapshotAsOf(this.metadata, timestampMs, this.environment.now())
  }

  /** The schema that was current when a snapshot was written. */
  schemaOf(snapshot: Snapshot): Schema {
    return schemaOfSnapshot(this.metadata, snapshot)
  }

  async manifests(snapshot: Snapshot): Promise<readonly ManifestFile[]> {
    return loadManifestList(this, snapshot)
  }

  async manifestEntries(manifest: ManifestFile): Promise<readonly ManifestEntry[]> {
    return loadManifest(this, manifest)
  }

  async refresh(): Promise<void> {
    this.#loaded = await this.#operations.load()
  }

  async commitOnce(commit: TableCommit, timestampMs: number): Promise<void> {
    this.#loaded = await this.#operations.commit(commit, timestampMs)
  }

  newAppend(): AppendFiles {
    return new AppendFiles(this)
  }

  newRowDelta(): RowDelta {
    return new RowDelta(this)
  }

  newOverwrite(): OverwriteFiles {
    return new OverwriteFiles(this)
  }

  newRewrite(): RewriteFiles {
    return new RewriteFiles(this)
  }

  /** Branches, tags and rollback. */
  manageSnapshots(): ManageSnapshots {
    return new ManageSnapshots(this)
  }

  async expireSnapshots(options?: ExpireOptions): Promise<ExpireResult> {
    return expireSnapshots(this, options)
  }

  /** Changes the schema. `change` may run several times: see `changeSchema`. */
  async updateSchema(
    change: (update: SchemaUpdate) => void,
    options?: CommitOptions & { readonly caseSensitive?: boolean },
  ): Promise<void> {
    return changeSchema(this, change, options)
  }

  /** Changes how new files are partitioned. */
  async updateSpec(change: (update: SpecUpdate) => void, options?: CommitOptions): Promise<void> {
    return changeSpec(this, change, options)
  }

  async replaceSortOrder(fields: readonly SortFieldInput[], options?: CommitOptions): Promise<void> {
    return replaceSortOrder(this, fields, options)
  }

  async updateProperties(
    change: { readonly set?: Readonly<Record<string, string>>; readonly remove?: readonly string[] },
    options?: CommitOptions,
  ): Promise<void> {
    return changeProperties(this, change, options)
  }

  async upgradeFormatVersion(options?: CommitOptions): Promise<void> {
    return upgradeFormatVersion(this, options)
  }
}
