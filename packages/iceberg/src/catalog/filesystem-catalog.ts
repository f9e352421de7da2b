/**
 * The catalog that is nothing but folders, and the embedded default:
 *
 *     <warehouse>/<namespace>/<table>/metadata/v<N>.metadata.json, version-hint.text
 *
 * Spark's HadoopCatalog, DuckDB's `iceberg_scan` and pyiceberg's StaticTable open such tables, and a folder can be copied
 * as it is. A commit creates the next version under a name that only one writer can create. That is safe among our own
 * writers on a local disk. A Java writer on the same folder renames instead and may overwrite: do not mix them.
 */
import { CatalogError, DataError, IoError, UnsupportedError } from '@artemis/errors'
import { applyUpdates } from '../commit/apply-updates.js'
import { commitConflict, commitStateUnknown } from '../commit/failure.js'
import type { NewTable } from '../commit/new-table.js'
import { newTableCommit } from '../commit/new-table.js'
import { checkRequirements } from '../commit/requirements.js'
import type { CommitOptions } from '../commit/retry.js'
import type { TableCommit } from '../commit/table-update.js'
import { isFileNotFound } from '../io/failure.js'
import { absoluteLocation, joinLocation, trimTrailingSlashes } from '../io/location.js'
import { encodeMetadataFile } from '../metadata/metadata-file.js'
import { Table } from '../table/table.js'
import type { Catalog, CatalogContext, CatalogOptions, LoadedMetadata, Namespace, TableIdentifier } from './catalog.js'
import {
  catalogContext,
  checkNames,
  identifierText,
  namespaceExists,
  namespaceNotEmpty,
  namespaceNotFound,
  tableExists,
  tableNotFound,
} from './catalog.js'
import { deleteDropped, loadMetadataFile, tableIO, withMetadataLog } from './metadata-store.js'
import { VERSION_HINT, findNewestVersion, findVersion } from './table-folder.js'

export interface FilesystemCatalogOptions extends CatalogOptions {
  /** The folder that holds the namespaces: a plain path or a `file:` URI. Tables record locations in the same spelling. */
  readonly warehouse: string
}

interface Version {
  readonly version: number
  readonly loaded: LoadedMetadata
}

export class FilesystemCatalog implements Catalog {
  readonly name: string
  readonly warehouse: string
  readonly #context: CatalogContext

  constructor(options: FilesystemCatalogOptions) {
    this.#context = catalogContext(options)
    this.name = this.#context.name
    this.warehouse = absoluteLocation(options.warehouse)
  }

  async listNamespaces(parent: Namespace = []): Promise<readonly Namespace[]> {
    if (parent.length > 0 && !(await this.namespaceExists(parent))) throw namespaceNotFound(parent)
    const folders = await this.#foldersIn(this.#folderOf(parent))
    return folders.filter((folder) => !folder.isTable).map((folder) => [...parent, folder.name])
  }

  async createNamespace(namespace: Namespace, properties?: Readonly<Record<string, string>>): Promise<void> {
    checkNames(namespace)
    if (Object.keys(properties ?? {}).length > 0) {
      throw new UnsupportedError({
        code: 'UNSUPPORTED_NAMESPACE_PROPERTIES',
        message: 'a filesystem catalog has no place for properties of a namespace',
      })
    }
    if (await this.namespaceExists(namespace)) throw namespaceExists(namespace)
    await this.#context.io.createFolder(this.#folderOf(namespace))
  }

  async dropNamespace(namespace: Namespace): Promise<void> {
    await this.#requireNamespace(namespace)
    if ((await this.#context.io.listFolders(this.#folderOf(namespace))).length > 0) throw namespaceNotEmpty(namespace)
    await this.#context.io.deleteFolder(this.#folderOf(namespace))
  }

  async namespaceExists(namespace: Namespace): Promise<boolean> {
    if (namespace.length === 0) return true
    checkNames(namespace)
    const siblings = await this.#context.io.listFolders(this.#folderOf(namespace.slice(0, -1)))
    return siblings.includes(namespace.at(-1)!) && !(await this.#isTable(this.#folderOf(namespace)))
  }

  async namespaceProperties(namespace: Namespace): Promise<Readonly<Record<string, string>>> {
    await this.#requireNamespace(namespace)
    return { location: this.#folderOf(namespace) }
  }

  async listTables(namespace: Namespace): Promise<readonly TableIdentifier[]> {
    await this.#requireNamespace(namespace)
    const folders = await this.#foldersIn(this.#folderOf(namespace))
    return folders.filter((folder) => folder.isTable).map((folder) => ({ namespace, name: folder.name }))
  }

  async tableExists(identifier: TableIdentifier): Promise<boolean> {
    return this.#isTable(this.#tableFolder(identifier))
  }

  async loadTable(identifier: TableIdentifier): Promise<Table> {
    return this.#table(identifier, await this.loadMetadata(identifier))
  }

  async loadMetadata(identifier: TableIdentifier): Promise<LoadedMetadata> {
    const found = await this.#newest(identifier)
    if (found !== undefined) return found.loaded
    if (!(await this.namespaceExists(identifier.namespace))) throw namespaceNotFound(identifier.namespace)
    const tables = await this.listTables(identifier.namespace)
    throw tableNotFound(
      identifier,
      tables.map((table) => table.name),
    )
  }

  async createTable(identifier: TableIdentifier, table: NewTable, options?: CommitOptions): Promise<Table> {
    await this.#requireNamespace(identifier.namespace)
    const folder = this.#tableFolder(identifier)
    if (table.location !== undefined && trimTrailingSlashes(table.location) !== folder) {
      throw new UnsupportedError({
        code: 'UNSUPPORTED_LOCATION',
        message: `a filesystem catalog keeps the table "${identifierText(identifier)}" in ${folder} and nowhere else`,
      })
    }
    if (await this.#isTable(folder)) throw tableExists(identifier)
    const timestampMs = options?.timestampMs ?? this.#context.environment.now()
    const loaded = await this.commitTable(identifier, newTableCommit(table, folder), timestampMs)
    return this.#table(identifier, loaded)
  }

  async commitTable(identifier: TableIdentifier, commit: TableCommit, timestampMs: number): Promise<LoadedMetadata> {
    const base = await this.#newest(identifier)
    checkRequirements(base?.loaded.metadata, commit.requirements)
    const updated = applyUpdates(base?.loaded.metadata, commit.updates, timestampMs)
    const { metadata, dropped } = withMetadataLog(updated, base?.loaded)
    const version = (base?.version ?? 0) + 1
    // Always this spelling: a compressed one would be another name, and two writers could both create "the" next version.
    const location = joinLocation(this.#metadataFolder(identifier), `v${version}.metadata.json`)
    await this.#publish(location, encodeMetadataFile(metadata, 'none'))
    await this.#writeHint(identifier, version)
    const io = tableIO(this.#context.io, metadata, location)
    await deleteDropped(io, metadata, dropped)
    return { metadata, metadataLocation: location, io }
  }

  async dropTable(identifier: TableIdentifier): Promise<void> {
    const folder = this.#tableFolder(identifier)
    if (!(await this.#isTable(folder))) throw tableNotFound(identifier)
    // The metadata goes first: a table half deleted must not look whole.
    await this.#context.io.deleteFolder(this.#metadataFolder(identifier))
    await this.#context.io.deleteFolder(folder)
  }

  async renameTable(from: TableIdentifier): Promise<void> {
    throw new UnsupportedError({
      code: 'UNSUPPORTED_RENAME',
      message: `"${identifierText(from)}" cannot be renamed: in a filesystem catalog its files record their folder`,
      hint: 'The SQLite catalog renames tables.',
    })
  }

  async close(): Promise<void> {}

  async #newest(identifier: TableIdentifier): Promise<Version | undefined> {
    const { io, cache } = this.#context
    const found = await findNewestVersion(io, this.#metadataFolder(identifier))
    if (found === undefined) return undefined
    const { location, modifiedMs, size } = found.file
    return { version: found.version, loaded: await loadMetadataFile(io, cache, location, `${modifiedMs}:${size}`) }
  }

  /** Creates the version file, or throws a conflict. When writing fails half-way, what is there now tells what happened. */
  async #publish(location: string, bytes: Uint8Array): Promise<void> {
    let created: boolean
    try {
      created = await this.#context.io.writeExclusive(location, bytes)
    } catch (error) {
      created = await this.#holds(location, bytes, error)
    }
    if (!created) throw commitConflict(`another writer has committed ${location}`)
  }

  /** Whether a file that could not be written is there all the same. Rethrows when it is not there at all. */
  async #holds(location: string, bytes: Uint8Array, error: unknown): Promise<boolean> {
    try {
      return Buffer.from(await this.#context.io.read(location)).equals(bytes)
    } catch (readError) {
      if (isFileNotFound(readError)) throw error
      throw commitStateUnknown(`nobody can tell whether ${location} was committed`, error)
    }
  }

  /** The hint only saves others the search: a commit stands without it, and a lower one never replaces a higher. */
  async #writeHint(identifier: TableIdentifier, version: number): Promise<void> {
    const { io } = this.#context
    const folder = this.#metadataFolder(identifier)
    try {
      if ((await findVersion(io, folder, version + 1)) !== undefined) return
      await io.write(joinLocation(folder, VERSION_HINT), Buffer.from(String(version)))
    } catch (error) {
      if (!(error instanceof Error)) throw error
    }
  }

  #table(identifier: TableIdentifier, loaded: LoadedMetadata): Table {
    return new Table({
      identifier,
      loaded,
      cache: this.#context.cache,
      environment: this.#context.environment,
      operations: {
        load: () => this.loadMetadata(identifier),
        commit: (commit, timestampMs) => this.commitTable(identifier, commit, timestampMs),
      },
    })
  }

  async #requireNamespace(namespace: Namespace): Promise<void> {
    if (await this.namespaceExists(namespace)) return
    const siblings = await this.#context.io.listFolders(this.#folderOf(namespace.slice(0, -1)))
    throw namespaceNotFound(namespace, siblings)
  }

  async #foldersIn(folder: string): Promise<readonly { readonly name: string; readonly isTable: boolean }[]> {
    const names = (await this.#context.io.listFolders(folder)).filter((name) => !name.startsWith('.')).sort()
    return Promise.all(names.map(async (name) => ({ name, isTable: await this.#isTable(joinLocation(folder, name)) })))
  }

  /** A folder that cannot be looked into counts as a table: opening that one tells why, and the others can be listed. */
  async #isTable(folder: string): Promise<boolean> {
    const { io } = this.#context
    try {
      if (!(await io.listFolders(folder)).includes('metadata')) return false
      return (await findNewestVersion(io, joinLocation(folder, 'metadata'))) !== undefined
    } catch (error) {
      if (error instanceof IoError || error instanceof DataError) return true
      throw error
    }
  }

  #folderOf(namespace: Namespace): string {
    return joinLocation(this.warehouse, ...namespace)
  }

  #tableFolder(identifier: TableIdentifier): string {
    checkNames([...identifier.namespace, identifier.name])
    if (identifier.namespace.length === 0) {
      throw new CatalogError({ code: 'NAMESPACE_NOT_FOUND', message: `the table "${identifier.name}" needs a namespace` })
    }
    return joinLocation(this.warehouse, ...identifier.namespace, identifier.name)
  }

  #metadataFolder(identifier: TableIdentifier): string {
    return joinLocation(this.#tableFolder(identifier), 'metadata')
  }
}
