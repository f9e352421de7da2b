/** The port to catalogs: who knows which tables there are, and which metadata file of each is the current one. */
import { CatalogError, ConfigError, didYouMean } from '@artemis/errors'
import type { NewTable } from '../commit/new-table.js'
import type { CommitEnvironment, CommitOptions } from '../commit/retry.js'
import { SYSTEM_ENVIRONMENT } from '../commit/retry.js'
import type { TableCommit } from '../commit/table-update.js'
import type { FileIO } from '../io/file-io.js'
import { IcebergCache } from '../io/iceberg-cache.js'
import { localFileIO } from '../io/local-file-io.js'
import type { TableMetadata } from '../model/table-metadata.js'
import type { Table } from '../table/table.js'

/** The parts of a namespace's name, from the outside in. */
export type Namespace = readonly string[]

export interface TableIdentifier {
  readonly namespace: Namespace
  readonly name: string
}

/** A table's metadata as it was loaded, and where from. */
export interface LoadedMetadata {
  readonly metadata: TableMetadata
  /** Where the file really is, which a moved table's metadata may not know. */
  readonly metadataLocation: string
  /** Reads the table's files; maps locations when the table has moved. */
  readonly io: FileIO
}

export interface Catalog {
  readonly name: string
  /** Direct children of a namespace, or the top ones. */
  listNamespaces(parent?: Namespace): Promise<readonly Namespace[]>
  /** Fails with `NAMESPACE_EXISTS`. */
  createNamespace(namespace: Namespace, properties?: Readonly<Record<string, string>>): Promise<void>
  /** Fails with `NAMESPACE_NOT_FOUND`, and with `NAMESPACE_NOT_EMPTY` when it still has tables or namespaces. */
  dropNamespace(namespace: Namespace): Promise<void>
  namespaceExists(namespace: Namespace): Promise<boolean>
  namespaceProperties(namespace: Namespace): Promise<Readonly<Record<string, string>>>
  /** Fails with `NAMESPACE_NOT_FOUND`. */
  listTables(namespace: Namespace): Promise<readonly TableIdentifier[]>
  tableExists(identifier: TableIdentifier): Promise<boolean>
  /** Fails with `TABLE_NOT_FOUND`. */
  loadTable(identifier: TableIdentifier): Promise<Table>
  /** The current metadata. Cheap when nothing has changed: the files are cached. */
  loadMetadata(identifier: TableIdentifier): Promise<LoadedMetadata>
  /** Fails with `TABLE_EXISTS` and `NAMESPACE_NOT_FOUND`. */
  createTable(identifier: TableIdentifier, table: NewTable, options?: CommitOptions): Promise<Table>
  /**
   * Checks the requirements against the newest metadata, applies the updates and makes the result current, or changes
   * nothing. One try: fails with `COMMIT_CONFLICT` when another writer came first, and with `COMMIT_STATE_UNKNOWN` when it
   * cannot tell.
   */
  commitTable(identifier: TableIdentifier, commit: TableCommit, timestampMs: number): Promise<LoadedMetadata>
  /** Forgets a table; `purge` deletes its files too. A filesystem catalog always deletes them, as the folder is the table. */
  dropTable(identifier: TableIdentifier, options?: { readonly purge?: boolean }): Promise<void>
  renameTable(from: TableIdentifier, to: TableIdentifier): Promise<void>
  close(): Promise<void>
}

/** What every catalog takes. */
export interface CatalogOptions {
  /** The name that SQL knows the catalog by. Default `artemis`. */
  readonly name?: string
  /** Default: local files. */
  readonly io?: FileIO
  /** Shared by all sessions; by default one of its own. */
  readonly cache?: IcebergCache
  /** The clock and chance of commits; by default the system's. */
  readonly environment?: CommitEnvironment
}

/** The options with their defaults. */
export interface CatalogContext {
  readonly name: string
  readonly io: FileIO
  readonly cache: IcebergCache
  readonly environment: CommitEnvironment
}

export function catalogContext(options: CatalogOptions): CatalogContext {
  return {
    name: options.name ?? 'artemis',
    io: options.io ?? localFileIO(),
    cache: options.cache ?? new IcebergCache(),
    environment: options.environment ?? SYSTEM_ENVIRONMENT,
  }
}

export function identifierText(identifier: TableIdentifier): string {
  return [...identifier.namespace, identifier.name].join('.')
}

export function namespaceNotFound(namespace: Namespace, known: Iterable<string> = []): CatalogError {
  const name = namespace.join('.')
  return new CatalogError({ code: 'NAMESPACE_NOT_FOUND', message: `there is no namespace "${name}"`, hint: didYouMean(name, known) })
}

export function namespaceExists(namespace: Namespace): CatalogError {
  return new CatalogError({ code: 'NAMESPACE_EXISTS', message: `the namespace "${namespace.join('.')}" already exists` })
}

export function namespaceNotEmpty(namespace: Namespace): CatalogError {
  return new CatalogError({ code: 'NAMESPACE_NOT_EMPTY', message: `the namespace "${namespace.join('.')}" is not empty` })
}

export function tableNotFound(identifier: TableIdentifier, known: Iterable<string> = []): CatalogError {
  return new CatalogError({
    code: 'TABLE_NOT_FOUND',
    message: `there is no table "${identifierText(identifier)}"`,
    hint: didYouMean(identifier.name, known),
  })
}

export function tableExists(identifier: TableIdentifier): CatalogError {
  return new CatalogError({ code: 'TABLE_EXISTS', message: `the table "${identifierText(identifier)}" already exists` })
}

/** Names become folders: what would leave the warehouse, or hide in it, is refused. */
export function checkNames(names: readonly string[]): void {
  for (const name of names) {
    if (name === '' || name.startsWith('.') || /[/\\\0]/.test(name) || name === 'metadata') {
      throw new ConfigError({ code: 'INVALID_NAME', message: `"${name}" cannot name a namespace or a table` })
    }
  }
}
