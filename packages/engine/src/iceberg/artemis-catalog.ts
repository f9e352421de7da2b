/** An Iceberg catalog as a catalog of the engine: namespaces are schemas, tables travel in time. */

import { ArtemisError, CatalogError, UnsupportedError, didYouMean } from '@artemis/errors'
import type { Catalog, IcebergCache, Schema as IcebergSchema, Snapshot, Table } from '@artemis/iceberg'
import { currentSchema, currentSnapshot, refByName, schemaOfSnapshot, snapshotAsOf, snapshotById, snapshotByRef } from '@artemis/iceberg'
import type { CatalogEntry, CatalogProvider, SchemaProvider, TimeTravel } from '@artemis/plan'
import { ArtemisTableProvider, liveSpecs } from './artemis-table.js'
import { METADATA_TABLE_NAMES, metadataTable } from './metadata-tables.js'
import { pinTable } from './pinned-table.js'

export class ArtemisCatalog implements CatalogProvider {
  readonly #catalog: Catalog
  readonly #cache: IcebergCache

  /** `cache` may be shared by all catalogs and sessions of a process. */
  constructor(catalog: Catalog, cache: IcebergCache) {
    this.#catalog = catalog
    this.#cache = cache
  }

  async listSchemas(): Promise<readonly string[]> {
    const namespaces = await this.#catalog.listNamespaces()
    return namespaces.map((namespace) => namespace.join('.')).toSorted()
  }

  async schema(name: string): Promise<SchemaProvider | undefined> {
    // A folder's name may have dots itself, so that a namespace is never told from its name in SQL.
    const found = (await this.#catalog.listNamespaces()).find((candidate) => candidate.join('.').toLowerCase() === name.toLowerCase())
    return found === undefined ? undefined : new ArtemisSchema(this.#catalog, this.#cache, found)
  }

  async createSchema(name: string): Promise<void> {
    await this.#catalog.createNamespace(name.split('.'))
  }
}

class ArtemisSchema implements SchemaProvider {
  readonly name: string
  readonly #catalog: Catalog
  readonly #cache: IcebergCache
  readonly #namespace: readonly string[]

  constructor(catalog: Catalog, cache: IcebergCache, namespace: readonly string[]) {
    this.name = namespace.join('.')
    this.#catalog = catalog
    this.#cache = cache
    this.#namespace = namespace
  }

  async listTables(): ReturnType<SchemaProvider['listTables']> {
    const tables = await this.#catalog.listTables(this.#namespace)
    return tables.map((table) => ({ name: table.name, type: 'BASE TABLE' as const })).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  async table(name: string, options: Parameters<SchemaProvider['table']>[1]): Promise<CatalogEntry | undefined> {
    const table = (await this.#exactTable(name)) ?? (await this.#anyTable(name))
    if (table === undefined) return undefined
    const point = pointInTime(table, options.timeTravel)
    const pinned = pinTable(table, this.#cache, point.snapshot, point.schema)
    const [metadataName] = options.path
    if (metadataName === undefined) return { kind: 'table', table: new ArtemisTableProvider(pinned, await liveSpecs(pinned)) }
    const metadata = metadataTable(metadataName, pinned)
    if (metadata === undefined) {
      throw new CatalogError({
        code: 'METADATA_TABLE_NOT_FOUND',
        message: `table "${table.identifier.name}" has no metadata table "${metadataName}"`,
        hint: didYouMean(metadataName, METADATA_TABLE_NAMES) ?? `There are ${METADATA_TABLE_NAMES.join(', ')}.`,
      })
    }
    return { kind: 'table', table: metadata }
  }

  /** The table as it is written, which it nearly always is: that spares a look at all its neighbours. */
  async #exactTable(name: string): Promise<Table | undefined> {
    try {
      return await this.#catalog.loadTable({ namespace: this.#namespace, name })
    } catch (error) {
      // Whatever is wrong with a table of this name, the list of tables leads to it once more.
      if (error instanceof ArtemisError) return undefined
      throw error
    }
  }

  async #anyTable(name: string): Promise<Table | undefined> {
    const found = (await this.listTables()).find((table) => table.name.toLowerCase() === name.toLowerCase())
    return found === undefined ? undefined : this.#catalog.loadTable({ namespace: this.#namespace, name: found.name })
  }

  createTable(name: string): never {
    throw new UnsupportedError({ code: 'CREATE_ICEBERG_TABLE', message: `CREATE TABLE "${name}" in the archive is not supported yet` })
  }
}

interface PointInTime {
  readonly snapshot: Snapshot | undefined
  readonly schema: IcebergSchema
}

/** The snapshot and schema of a point in time; docs/time-travel-sql.md says which. */
function pointInTime(table: Table, timeTravel: TimeTravel | null): PointInTime {
  const { metadata } = table
  if (timeTravel === null) return { snapshot: currentSnapshot(metadata), schema: currentSchema(metadata) }
  const snapshot = snapshotOf(table, timeTravel)
  return { snapshot, schema: schemaOfSnapshot(metadata, snapshot) }
}

function snapshotOf({ metadata }: Table, timeTravel: TimeTravel): Snapshot {
  switch (timeTravel.kind) {
    case 'timestamp':
      return snapshotAsOf(metadata, Number(floorMilliseconds(timeTravel.microseconds)))
    case 'snapshot':
      return snapshotById(metadata, timeTravel.snapshotId)
    case 'branch':
    case 'tag': {
      const ref = refByName(metadata, timeTravel.name)
      if (ref.type !== timeTravel.kind) {
        throw new CatalogError({ code: 'WRONG_REF_KIND', message: `"${timeTravel.name}" is a ${ref.type}, not a ${timeTravel.kind}` })
      }
      return snapshotByRef(metadata, timeTravel.name)
    }
    case 'version':
      return versionOf(metadata, timeTravel.version)
  }
}

/** A snapshot id or a reference's name; a reference whose name is all digits comes second, as in Spark. */
function versionOf(metadata: Table['metadata'], version: bigint | string): Snapshot {
  if (typeof version === 'bigint') return snapshotById(metadata, version)
  return snapshotByRef(metadata, version)
}

/** The log counts in milliseconds: an instant within one belongs to that one. */
function floorMilliseconds(microseconds: bigint): bigint {
  const quotient = microseconds / 1000n
  return microseconds % 1000n < 0n ? quotient - 1n : quotient
}
