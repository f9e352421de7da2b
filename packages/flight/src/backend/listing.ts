/** Schemas and tables as the metadata commands list them, read through the ports of the session's catalogs. */

import type { Schema } from '@artemis/arrow'
import type { CatalogEntry, Logger, SchemaProvider, SessionContext } from '@artemis/engine'
import { ArtemisError, CancelledError } from '@artemis/errors'
import type { DbSchemaEntry, DbSchemaFilter, TableEntry, TableFilter } from '../protocol/sql/backend.js'
import { withColumnMetadata } from './column-metadata.js'
import { matchesPattern } from './like-pattern.js'

/** Tables of information_schema are listed only for those who ask for their type: most want to see data. */
const SYSTEM_TABLE = 'SYSTEM TABLE'
export const TABLE_TYPES = ['TABLE', 'VIEW', SYSTEM_TABLE] as const

/** How many tables' metadata are read at once. */
const TABLES_AT_ONCE = 8

export interface ListingOptions {
  readonly session: SessionContext
  readonly logger: Logger
  /** Whether a table that takes rows may be written by this session. */
  isWritable(catalog: string, schema: string): boolean
}

interface Place {
  readonly catalog: string
  readonly schema: SchemaProvider
}

export async function listDbSchemas({ session }: ListingOptions, filter: DbSchemaFilter): Promise<DbSchemaEntry[]> {
  const entries: DbSchemaEntry[] = []
  for (const [catalog, names] of await schemaNames(session, filter)) for (const dbSchema of names) entries.push({ catalog, dbSchema })
  return entries
}

export async function listTables(options: ListingOptions, filter: TableFilter): Promise<TableEntry[]> {
  const all = await allTables(options.session, filter)
  const listed = all.filter(({ table, type }) => matchesPattern(table, filter.tablePattern) && isWanted(type, filter.tableTypes))
  const entries: TableEntry[] = []
  for (let start = 0; start < listed.length; start += TABLES_AT_ONCE) {
    const part = listed.slice(start, start + TABLES_AT_ONCE)
    entries.push(...(await Promise.all(part.map((table) => tableEntry(options, table, filter.includeSchema)))).filter((entry) => entry !== undefined))
  }
  return entries
}

function isWanted(type: string, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return type !== SYSTEM_TABLE
  return wanted.some((name) => (name === 'BASE TABLE' ? 'TABLE' : name) === type)
}

/** Readable schemas by catalog; every catalog has information_schema. A catalog of '' is for schemas without one: there are none. */
async function schemaNames(session: SessionContext, { catalog, dbSchemaPattern }: DbSchemaFilter): Promise<Map<string, string[]>> {
  const names = new Map<string, string[]>()
  for (const [name, provider] of session.catalogs) {
    if (catalog !== undefined && catalog !== name) continue
    const all = [...(await provider.listSchemas()), session.systemSchema.name]
    names.set(name, all.filter((schema) => matchesPattern(schema, dbSchemaPattern)))
  }
  return names
}

async function allTables(session: SessionContext, filter: DbSchemaFilter): Promise<(Place & { readonly table: string; readonly type: string })[]> {
  const found: (Place & { readonly table: string; readonly type: string })[] = []
  for (const [catalog, names] of await schemaNames(session, filter)) {
    for (const name of names) {
      const isSystem = name === session.systemSchema.name
      const schema = isSystem ? session.systemSchema : await session.catalogs.get(catalog)?.schema(name)
      for (const table of (await schema?.listTables()) ?? []) found.push({ catalog, schema: schema!, table: table.name, type: tableType(table.type) })
    }
  }
  return found
}

function tableType(type: 'BASE TABLE' | 'VIEW' | 'SYSTEM'): string {
  if (type === 'SYSTEM') return SYSTEM_TABLE
  return type === 'VIEW' ? 'VIEW' : 'TABLE'
}

/** Undefined when the table was dropped since it was listed. */
async function tableEntry(
  options: ListingOptions,
  { catalog, schema, table, type }: Place & { readonly table: string; readonly type: string },
  includeSchema: boolean,
): Promise<TableEntry | undefined> {
  const place = { catalog, dbSchema: schema.name, table }
  if (!includeSchema) return { ...place, tableType: type, schema: undefined }
  try {
    const entry = await schema.table(table, { path: [], timeTravel: null })
    if (entry === undefined) return undefined
    const isReadOnly = entry.kind === 'view' || entry.table.insert === undefined || !options.isWritable(catalog, schema.name)
    return { ...place, tableType: type, schema: withColumnMetadata(await columnsOf(options.session, entry), place, isReadOnly) }
  } catch (error) {
    // One damaged table must not hide the others: it is listed without its columns.
    if (!(error instanceof ArtemisError) || error instanceof CancelledError) throw error
    options.logger.warn({ ...place, code: error.code, err: error }, 'table listed without its columns')
    return { ...place, tableType: type, schema: undefined }
  }
}

function columnsOf(session: SessionContext, entry: CatalogEntry): Promise<Schema> {
  return session.columnsOf(entry)
}
