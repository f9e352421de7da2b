/** A catalog of the application's making: what it throws is told from our own bugs, and its tables are checked. */

import { ArtemisError, CatalogError } from '@artemis/errors'
import type { CatalogEntry, CatalogProvider, SchemaProvider, TableProvider } from '@artemis/plan'
import { ArtemisCatalog } from '../iceberg/artemis-catalog.js'
import { ArtemisTableProvider } from '../iceberg/artemis-table.js'
import { MemoryCatalog } from '../memory/memory-catalog.js'
import { MemoryTable } from '../memory/memory-table.js'
import { StreamTable } from '../memory/stream-table.js'
import { ParquetTable } from '../parquet/parquet-table.js'
import { ForeignTable } from './foreign-table.js'

/** A provider that keeps the contract: one of ours as it is, another one behind checks. */
export function checkedTable(name: string, provider: TableProvider): TableProvider {
  const isOurs =
    provider instanceof ArtemisTableProvider ||
    provider instanceof ParquetTable ||
    provider instanceof MemoryTable ||
    provider instanceof StreamTable ||
    provider instanceof ForeignTable
  return isOurs ? provider : new ForeignTable(name, provider)
}

/** The same for a catalog. */
export function checkedCatalog(name: string, catalog: CatalogProvider): CatalogProvider {
  if (catalog instanceof ArtemisCatalog || catalog instanceof MemoryCatalog) return catalog
  const call = <T>(act: () => Promise<T>): Promise<T> => calling(name, act)
  return {
    listSchemas: () => call(() => catalog.listSchemas()),
    schema: async (schema) => {
      const found = await call(() => catalog.schema(schema))
      return found === undefined ? undefined : checkedSchemaProvider(name, found)
    },
    ...(catalog.createSchema === undefined ? {} : { createSchema: (schema) => call(() => catalog.createSchema!(schema)) }),
    ...(catalog.dropSchema === undefined ? {} : { dropSchema: (schema) => call(() => catalog.dropSchema!(schema)) }),
  }
}

function checkedSchemaProvider(catalog: string, schema: SchemaProvider): SchemaProvider {
  const call = <T>(act: () => Promise<T>): Promise<T> => calling(catalog, act)
  return {
    name: schema.name,
    listTables: () => call(() => schema.listTables()),
    table: async (name, options) => {
      const entry = await call(() => schema.table(name, options))
      return entry === undefined ? undefined : checkedEntry(`${catalog}.${schema.name}.${name}`, entry)
    },
    ...(schema.createTable === undefined
      ? {}
      : { createTable: async (name, columns, options) => checkedTable(name, await call(() => schema.createTable!(name, columns, options))) }),
    ...(schema.createTableAs === undefined ? {} : { createTableAs: (...args) => call(() => schema.createTableAs!(...args)) }),
    ...(schema.createView === undefined ? {} : { createView: (...args) => call(() => schema.createView!(...args)) }),
    ...(schema.dropTable === undefined ? {} : { dropTable: (name) => call(() => schema.dropTable!(name)) }),
    ...(schema.dropView === undefined ? {} : { dropView: (name) => call(() => schema.dropView!(name)) }),
  }
}

function checkedEntry(name: string, entry: CatalogEntry): CatalogEntry {
  return entry.kind === 'table' ? { ...entry, table: checkedTable(name, entry.table) } : entry
}

async function calling<T>(catalog: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof ArtemisError) throw error
    const message = error instanceof Error ? error.message : String(error)
    throw new CatalogError({ code: 'CATALOG_FAILED', message: `the catalog "${catalog}" failed: ${message}`, cause: error })
  }
}
