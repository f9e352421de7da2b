/**
 * The catalog in a SQLite file, with the tables of pyiceberg's SqlCatalog and Java's JdbcCatalog, so that those and we can
 * write the same Iceberg tables at the same time. A commit is one UPDATE that only matches while the metadata file is still
 * the one that was read.
 */
import { randomUUID } from 'node:crypto'
import { ConfigError } from '@artemis/errors'
import { applyUpdates } from '../commit/apply-updates.js'
import { COMMIT_CONFLICT, commitConflict, commitStateUnknown, isCommitFailure } from '../commit/failure.js'
import type { NewTable } from '../commit/new-table.js'
import { newTableCommit } from '../commit/new-table.js'
import { checkRequirements } from '../commit/requirements.js'
import type { CommitOptions } from '../commit/retry.js'
import type { TableCommit } from '../commit/table-update.js'
import { isFileNotFound } from '../io/failure.js'
import { absoluteLocation, fileNameOf, joinLocation, localPath, parentLocation, trimTrailingSlashes } from '../io/location.js'
import { encodeMetadataFile, metadataVersionOf } from '../metadata/metadata-file.js'
import type { TableMetadata } from '../model/table-metadata.js'
import { Table } from '../table/table.js'
import type { Catalog, CatalogContext, CatalogOptions, LoadedMetadata, Namespace, TableIdentifier } from './catalog.js'
import { catalogContext, checkNames, namespaceExists, namespaceNotEmpty, namespaceNotFound, tableExists, tableNotFound } from './catalog.js'
import { deleteDropped, loadMetadataFile, recordedLocation, tableIO, withMetadataLog } from './metadata-store.js'
import { openSqlite } from './sqlite-database.js'
import { SqliteCatalogRows } from './sqlite-rows.js'
import { VERSION_HINT } from './table-folder.js'

export interface SqliteCatalogOptions extends CatalogOptions {
  /** The database file: a plain path or a `file:` URI. Created when it is not there. */
  readonly database: string
  /** The folder for new tables: `<warehouse>/<namespace>.db/<table>`. By default the folder of the database. */
  readonly warehouse?: string
}

interface Row {
  readonly metadataLocation: string
  readonly loaded: LoadedMetadata
}

/** Opens a catalog, creating its tables when the database has none. Fails with `SQLITE_NOT_AVAILABLE` when no library is at hand. */
export async function openSqliteCatalog(options: SqliteCatalogOptions): Promise<Catalog> {
  const context = catalogContext(options)
  const database = await openSqlite(localPath(options.database))
  const warehouse = absoluteLocation(options.warehouse ?? parentLocation(options.database))
  return new SqliteCatalog(context, new SqliteCatalogRows(database, context.name), warehouse)
}

class SqliteCatalog implements Catalog {
  readonly name: string
  readonly #context: CatalogContext
  readonly #rows: SqliteCatalogRows
  readonly #warehouse: string

  constructor(context: CatalogContext, rows: SqliteCatalogRows, warehouse: string) {
    this.name = context.name
    this.#context = context
    this.#rows = rows
    this.#warehouse = warehouse
  }

  async listNamespaces(parent: Namespace = []): Promise<readonly Namespace[]> {
    if (parent.length > 0) this.#requireNamespace(parent)
    const children = new Set<string>()
    for (const text of this.#rows.namespaces()) {
      const parts = text.split('.')
      if (parts.length > parent.length && parent.every((part, i) => part === parts[i])) children.add(parts[parent.length]!)
    }
    return [...children].sort().map((child) => [...parent, child])
  }

  async createNamespace(namespace: Namespace, properties?: Readonly<Record<string, string>>): Promise<void> {
    checkNames(namespace)
    if (namespace.some((part) => part.includes('.'))) {
      throw new ConfigError({ code: 'INVALID_NAME', message: `a part of the namespace "${namespace.join('.')}" contains a dot` })
    }
    if (await this.namespaceExists(namespace)) throw namespaceExists(namespace)
    // An entry of its own keeps the namespace when it has no properties: pyiceberg writes the same one.
    this.#rows.setNamespaceProperties(namespace.join('.'), { exists: 'true', ...properties })
  }

  async dropNamespace(namespace: Namespace): Promise<void> {
    this.#requireNamespace(namespace)
    if (this.#rows.tables(namespace.join('.')).length > 0 || (await this.listNamespaces(namespace)).length > 0)
      throw namespaceNotEmpty(namespace)
    this.#rows.removeNamespace(namespace.join('.'))
  }

  async namespaceExists(namespace: Namespace): Promise<boolean> {
    return this.#hasNamespace(namespace)
  }

  async namespaceProperties(namespace: Namespace): Promise<Readonly<Record<string, string>>> {
    this.#requireNamespace(namespace)
    const { exists: _, ...properties } = this.#rows.namespaceProperties(namespace.join('.'))
    return properties
  }

  async listTables(namespace: Namespace): Promise<readonly TableIdentifier[]> {
    this.#requireNamespace(namespace)
    return this.#rows.tables(namespace.join('.')).map((name) => ({ namespace, name }))
  }

  async tableExists(identifier: TableIdentifier): Promise<boolean> {
    return this.#rows.metadataLocation(key(identifier)) !== undefined
  }

  async loadTable(identifier: TableIdentifier): Promise<Table> {
    return this.#table(identifier, await this.loadMetadata(identifier))
  }

  async loadMetadata(identifier: TableIdentifier): Promise<LoadedMetadata> {
    const row = await this.#load(identifier)
    if (row !== undefined) return row.loaded
    this.#requireNamespace(identifier.namespace)
    throw tableNotFound(identifier, this.#rows.tables(identifier.namespace.join('.')))
  }

  async createTable(identifier: TableIdentifier, table: NewTable, options?: CommitOptions): Promise<Table> {
    checkNames([...identifier.namespace, identifier.name])
    this.#requireNamespace(identifier.namespace)
    if (await this.tableExists(identifier)) throw tableExists(identifier)
    const folder =
      this.#rows.namespaceProperties(identifier.namespace.join('.'))['location'] ??
      `${this.#warehouse}/${identifier.namespace.join('.')}.db`
    const location = trimTrailingSlashes(table.location ?? joinLocation(folder, identifier.name))
    const timestampMs = options?.timestampMs ?? this.#context.environment.now()
    return this.#table(identifier, await this.commitTable(identifier, newTableCommit(table, location), timestampMs))
  }

  async commitTable(identifier: TableIdentifier, commit: TableCommit, timestampMs: number): Promise<LoadedMetadata> {
    const base = await this.#load(identifier)
    checkRequirements(base?.loaded.metadata, commit.requirements)
    const updated = applyUpdates(base?.loaded.metadata, commit.updates, timestampMs)
    const { metadata, dropped } = withMetadataLog(updated, base?.loaded)
    const location = recordedLocation(metadata, nextFileName(base?.metadataLocation, metadata))
    const io = base?.loaded.io ?? this.#context.io
    await io.write(location, encodeMetadataFile(metadata, location.includes('.gz.') ? 'gzip' : 'none'))
    try {
      await this.#publish(identifier, location, base?.metadataLocation)
    } catch (error) {
      if (isCommitFailure(error, COMMIT_CONFLICT)) await io.delete(location).catch(() => false)
      throw error
    }
    await this.#writeHint(io, location)
    await deleteDropped(io, metadata, dropped)
    return { metadata, metadataLocation: location, io: base === undefined ? tableIO(io, metadata, location) : io }
  }

  async dropTable(identifier: TableIdentifier, options?: { readonly purge?: boolean }): Promise<void> {
    const loaded = options?.purge === true ? await this.loadMetadata(identifier) : undefined
    if (!this.#rows.removeTable(key(identifier))) throw tableNotFound(identifier, this.#rows.tables(identifier.namespace.join('.')))
    if (loaded !== undefined) await loaded.io.deleteFolder(loaded.metadata.location)
  }

  async renameTable(from: TableIdentifier, to: TableIdentifier): Promise<void> {
    checkNames([...to.namespace, to.name])
    this.#requireNamespace(to.namespace)
    if (await this.tableExists(to)) throw tableExists(to)
    if (!this.#rows.renameTable(key(from), key(to))) throw tableNotFound(from, this.#rows.tables(from.namespace.join('.')))
  }

  async close(): Promise<void> {
    this.#rows.close()
  }

  async #load(identifier: TableIdentifier): Promise<Row | undefined> {
    const { io, cache } = this.#context
    const metadataLocation = this.#rows.metadataLocation(key(identifier))
    if (metadataLocation === undefined) return undefined
    try {
      return { metadataLocation, loaded: await loadMetadataFile(io, cache, metadataLocation) }
    } catch (error) {
      if (!isFileNotFound(error)) throw error
      const moved = await this.#findMoved(metadataLocation)
      if (moved === undefined) throw error
      return { metadataLocation, loaded: await loadMetadataFile(io, cache, moved) }
    }
  }

  /** A warehouse that was moved with its database: the file is below the warehouse by the longest part of its name that fits. */
  async #findMoved(metadataLocation: string): Promise<string | undefined> {
    const parts = localPath(metadataLocation).split('/')
    for (let start = 1; start < parts.length - 1; start++) {
      const candidate = joinLocation(this.#warehouse, ...parts.slice(start))
      if ((await this.#context.io.stat(candidate)) !== undefined) return candidate
    }
    return undefined
  }

  /** The row is the truth: after a failure it tells whether this commit got in. */
  async #publish(identifier: TableIdentifier, location: string, base: string | undefined): Promise<void> {
    let published: boolean
    try {
      published =
        base === undefined
          ? this.#rows.insertTable(key(identifier), location)
          : this.#rows.replaceMetadata(key(identifier), { location, base })
    } catch (error) {
      published = this.#isPublished(identifier, location, error)
    }
    if (!published) throw commitConflict('another writer has committed the table')
  }

  #isPublished(identifier: TableIdentifier, location: string, error: unknown): boolean {
    try {
      return this.#rows.metadataLocation(key(identifier)) === location
    } catch {
      throw commitStateUnknown('nobody can tell whether the table was committed', error)
    }
  }

  /** For StaticTable and DuckDB, which open the folder. The catalog itself never reads it. */
  async #writeHint(io: CatalogContext['io'], location: string): Promise<void> {
    const stem = fileNameOf(location).replace(/(?:\.gz)?\.metadata\.json$/, '')
    try {
      await io.write(joinLocation(parentLocation(location), VERSION_HINT), Buffer.from(stem))
    } catch (error) {
      if (!(error instanceof Error)) throw error
    }
  }

  #hasNamespace(namespace: Namespace): boolean {
    const text = namespace.join('.')
    return namespace.length > 0 && this.#rows.namespaces().some((known) => known === text || known.startsWith(`${text}.`))
  }

  #requireNamespace(namespace: Namespace): void {
    if (!this.#hasNamespace(namespace)) throw namespaceNotFound(namespace, this.#rows.namespaces())
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
}

function key(identifier: TableIdentifier): { readonly namespace: string; readonly name: string } {
  return { namespace: identifier.namespace.join('.'), name: identifier.name }
}

function nextFileName(base: string | undefined, metadata: TableMetadata): string {
  const version = base === undefined ? 0 : (metadataVersionOf(fileNameOf(base)) ?? -1) + 1
  const compression = metadata.properties['write.metadata.compression-codec'] === 'gzip' ? '.gz' : ''
  return `${String(version).padStart(5, '0')}-${randomUUID()}${compression}.metadata.json`
}
