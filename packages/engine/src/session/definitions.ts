/** CREATE, DROP and INSERT, through the ports of catalogs and tables. */

import { BindError, CatalogError, UnsupportedError } from '@artemis/errors'
import type { Batch } from '@artemis/arrow'
import type { CatalogEntry, CatalogProvider, SchemaProvider, TableProvider } from '@artemis/plan'
import type { BoundCreateSchema, BoundCreateTable, BoundCreateView, BoundDrop, TargetName } from '@artemis/sql'
import type { NameDefaults } from './name-resolution.js'
import type { SessionPolicy } from './policy.js'
import { accessDenied, requireWritable } from './policy.js'

const MEMORY: NameDefaults = { catalog: 'memory', schema: 'main' }

export interface Place {
  readonly schema: SchemaProvider
  readonly name: string
}

/** A table as a client names it. */
export interface IngestName {
  readonly catalog: string | undefined
  readonly schema: string | undefined
  readonly table: string
}

export interface IngestPlace {
  readonly catalog: string
  readonly schema: SchemaProvider
  readonly entry: CatalogEntry | undefined
}

export class Definitions {
  readonly #catalogs: ReadonlyMap<string, CatalogProvider>

  readonly #policy: SessionPolicy

  constructor(catalogs: ReadonlyMap<string, CatalogProvider>, policy: SessionPolicy) {
    this.#catalogs = catalogs
    this.#policy = policy
  }

  /** Throws unless rows may be written to the table of this name: catalog, schema, table. */
  requireInsertable([catalog = '', schema = '']: readonly string[], span: TargetName['span']): void {
    this.#requireWritable('INSERT', catalog, schema, span)
  }

  /**
   * The schema that rows are written to from outside of SQL, and the table if it is there. Without a catalog and a schema
   * it is the default one when that has the table or can make it, else memory.
   */
  async ingestPlace({ catalog, schema, table }: IngestName, defaults: NameDefaults): Promise<IngestPlace> {
    if (catalog === undefined && schema === undefined) {
      const own = await this.#existingPlace(defaults, table)
      const isUsable = own?.entry !== undefined || own?.schema.createTableAs !== undefined
      if (own !== undefined && isUsable) return this.#writable(own)
    }
    const isMemory = catalog === MEMORY.catalog || (catalog === undefined && schema === undefined)
    const wanted = { catalog: catalog ?? (isMemory ? MEMORY.catalog : defaults.catalog), schema: schema ?? (isMemory ? MEMORY.schema : defaults.schema) }
    const provider = this.#catalogs.get(wanted.catalog.toLowerCase())
    this.#requireWritable('INSERT', wanted.catalog, (await provider?.schema(wanted.schema))?.name ?? wanted.schema, undefined)
    const found = await this.#existingPlace(wanted, table)
    if (found !== undefined) return this.#writable(found)
    throw new BindError({ code: 'SCHEMA_NOT_FOUND', message: `there is no schema "${wanted.schema}" in a catalog "${wanted.catalog}"` })
  }

  async #existingPlace(place: NameDefaults, table: string): Promise<IngestPlace | undefined> {
    const catalog = place.catalog.toLowerCase()
    const schema = await this.#catalogs.get(catalog)?.schema(place.schema)
    if (schema === undefined) return undefined
    // Whether the table is there must not be told to those who may not write.
    const isOpen = this.#policy.access?.allows('write', catalog, schema.name) !== false
    return { catalog, schema, entry: isOpen ? await schema.table(table, { path: [], timeTravel: null }) : undefined }
  }

  #writable(place: IngestPlace): IngestPlace {
    this.#requireWritable('INSERT', place.catalog, place.schema.name, undefined)
    return place
  }

  async createTable(statement: BoundCreateTable, defaults: NameDefaults): Promise<TableProvider> {
    const { schema, name } = await this.#place('CREATE TABLE', statement.name, defaults)
    if (schema.createTable === undefined) throw notHere('CREATE TABLE', schema, statement.name)
    return withPlace(statement.name, () => schema.createTable!(name, statement.schema, statement))
  }

  /** CREATE TABLE … AS. Nothing is read when the table is there and may stay. Returns how many rows it was made of. */
  async createTableAs(statement: BoundCreateTable, batches: () => AsyncIterable<Batch>, signal: AbortSignal, defaults: NameDefaults): Promise<number> {
    const { schema, name } = await this.#place('CREATE TABLE', statement.name, defaults)
    if (schema.createTableAs === undefined) throw notHere('CREATE TABLE AS', schema, statement.name)
    const { orReplace, ifNotExists } = statement
    return withPlace(statement.name, () => schema.createTableAs!(name, statement.schema, lazily(batches), { orReplace, ifNotExists, signal }))
  }

  async createView(statement: BoundCreateView, defaults: NameDefaults): Promise<void> {
    const { schema, name } = await this.#place('CREATE VIEW', statement.name, defaults)
    if (schema.createView === undefined) throw notHere('CREATE VIEW', schema, statement.name)
    await withPlace(statement.name, () => schema.createView!(name, statement.sql, statement))
  }

  async createSchema(statement: BoundCreateSchema, defaults: NameDefaults): Promise<void> {
    const { catalog, schema } = this.#schemaName(statement.name, defaults)
    this.#requireWritable('CREATE SCHEMA', catalog.name, schema, statement.name.span)
    if ((await catalog.provider.schema(schema)) !== undefined) {
      if (statement.ifNotExists) return
      throw new CatalogError({ code: 'ALREADY_EXISTS', message: `schema "${schema}" already exists`, span: statement.name.span })
    }
    if (catalog.provider.createSchema === undefined) {
      const message = `CREATE SCHEMA is not supported in catalog "${catalog.name}"`
      throw new UnsupportedError({ code: 'READ_ONLY_CATALOG', message, span: statement.name.span })
    }
    await withPlace(statement.name, () => catalog.provider.createSchema!(schema))
  }

  async drop(statement: BoundDrop, defaults: NameDefaults): Promise<void> {
    for (const target of statement.names) {
      const dropped = statement.object === 'schema' ? await this.#dropSchema(target, defaults) : await this.#dropEntry(statement.object, target, defaults)
      if (dropped || statement.ifExists) continue
      throw new CatalogError({ code: 'NOT_FOUND', message: `there is no ${statement.object} "${target.parts.join('.')}"`, span: target.span })
    }
  }

  async #dropSchema(target: TargetName, defaults: NameDefaults): Promise<boolean> {
    const { catalog, schema } = this.#schemaName(target, defaults)
    const named = await catalog.provider.schema(schema)
    this.#requireWritable('DROP', catalog.name, named?.name ?? schema, target.span)
    if (catalog.provider.dropSchema === undefined) {
      throw new UnsupportedError({ code: 'READ_ONLY_CATALOG', message: `DROP SCHEMA is not supported in catalog "${catalog.name}"`, span: target.span })
    }
    return catalog.provider.dropSchema(schema)
  }

  async #dropEntry(object: 'table' | 'view', target: TargetName, defaults: NameDefaults): Promise<boolean> {
    const place = await this.#place('DROP', target, defaults).catch((error: unknown) => {
      if (error instanceof BindError) return undefined
      throw error
    })
    if (place === undefined) return false
    const { schema, name } = place
    const drop = object === 'table' ? schema.dropTable?.bind(schema) : schema.dropView?.bind(schema)
    if (drop === undefined) throw notHere(`DROP ${object.toUpperCase()}`, schema, target)
    return withPlace(target, () => drop(name))
  }

  /** The schema that a new or dropped object belongs to. A bare name falls to memory when the default schema is not there. */
  async #place(what: string, { parts, span }: TargetName, defaults: NameDefaults): Promise<Place> {
    const name = parts.at(-1)!
    if (parts.length === 1) {
      const own = await this.#catalogs.get(defaults.catalog)?.schema(defaults.schema)
      const schema = own ?? (await this.#catalogs.get(MEMORY.catalog)?.schema(MEMORY.schema))
      this.#requireWritable(what, own === undefined ? MEMORY.catalog : defaults.catalog, schema?.name ?? defaults.schema, span)
      if (schema !== undefined) return { schema, name }
    }
    const { catalog, schema: schemaName } = this.#schemaName({ parts: parts.slice(0, -1), span }, defaults)
    const schema = await catalog.provider.schema(schemaName)
    this.#requireWritable(what, catalog.name, schema?.name ?? schemaName, span)
    if (schema !== undefined) return { schema, name }
    throw new BindError({ code: 'SCHEMA_NOT_FOUND', message: `there is no schema "${schemaName}" in catalog "${catalog.name}"`, span })
  }

  #requireWritable(what: string, catalog: string, schema: string, span: TargetName['span'] | undefined): void {
    requireWritable(this.#policy, what, span)
    if (this.#policy.access?.allows('write', catalog.toLowerCase(), schema) === false) throw accessDenied('write', catalog, schema).at(span)
  }

  #schemaName({ parts, span }: TargetName, defaults: NameDefaults): { catalog: { name: string; provider: CatalogProvider }; schema: string } {
    const first = parts[0]!.toLowerCase()
    const named = parts.length > 1 ? this.#catalogs.get(first) : undefined
    const name = named === undefined ? defaults.catalog : first
    const provider = named ?? this.#catalogs.get(name)
    if (provider === undefined) throw new BindError({ code: 'CATALOG_NOT_FOUND', message: `there is no catalog "${name}"`, span })
    return { catalog: { name, provider }, schema: (named === undefined ? parts : parts.slice(1)).join('.') }
  }
}

function notHere(what: string, schema: SchemaProvider, target: TargetName): UnsupportedError {
  return new UnsupportedError({ code: 'READ_ONLY_SCHEMA', message: `${what} is not supported in schema "${schema.name}"`, span: target.span })
}

async function withPlace<T>(target: TargetName, act: () => Promise<T> | T): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof CatalogError || error instanceof UnsupportedError) error.at(target.span)
    throw error
  }
}

/** Starts with the first pull. */
async function* lazily(batches: () => AsyncIterable<Batch>): AsyncGenerator<Batch, void, undefined> {
  yield* batches()
}
