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
  const { createSchema, dropSchema } = catalog
  return {
    listSchemas: () => call(() => catalog.listSchemas()),
    schema: async (schema) => {
      const found = await call(() => catalog.schema(schema))
      return found === undefined ? undefined : checkedSchemaProvider(name, found)
    },
    ...(createSchema === undefined ? {} : { createSchema: (schema) => call(() => createSchema.call(catalog, schema)) }),
    ...(dropSchema === undefined ? {} : { dropSchema: (schema) => call(() => dropSchema.call(catalog, schema)) }),
  }
}

function checkedSchemaProvider(catalog: string, schema: SchemaProvider): SchemaProvider {
  const call = <T>(act: () => Promise<T>): Promise<T> => calling(catalog, act)
  const { createTable, createTableAs, createView, dropTable, dropView } = schema
  return {
    name: schema.name,
    listTables: () => call(() => schema.listTables()),
    table: async (name, options) => {
      const entry = await call(() => schema.table(name, options))
      return entry === undefined ? undefined : checkedEntry(`${catalog}.${schema.name}.${name}`, entry)
    },
    ...(createTable === undefined
      ? {}
      : { createTable: async (name, columns, options) => checkedTable(name, await call(() => createTable.call(schema, name, columns, options))) }),
    ...(createTableAs === undefined ? {} : { createTableAs: (...args) => call(() => createTableAs.call(schema, ...args)) }),
    ...(createView === undefined ? {} : { createView: (...args) => call(() => createView.call(schema, ...args)) }),
    ...(dropTable === undefined ? {} : { dropTable: (name) => call(() => dropTable.call(schema, name)) }),
    ...(dropView === undefined ? {} : { dropView: (name) => call(() => dropView.call(schema, name)) }),
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
