/** The catalog of in-memory tables and views. Names match in any case, and keep the case they were made with. */

import type { Batch, Schema } from '@artemis/arrow'
import { CatalogError } from '@artemis/errors'
import type { CatalogEntry, CatalogProvider, SchemaProvider, TableProvider } from '@artemis/plan'
import { MemoryTable } from './memory-table.js'
import { TableMemory } from './table-memory.js'

interface CreateOptions {
  readonly orReplace: boolean
  readonly ifNotExists: boolean
}

export class MemoryCatalog implements CatalogProvider {
  readonly #schemas = new Map<string, MemorySchema>()
  readonly #memory: TableMemory

  /** `maximumBytes` bounds the rows that are inserted into its tables, all together. */
  constructor(schemas: readonly string[] = ['main'], maximumBytes: number = Number.POSITIVE_INFINITY) {
    this.#memory = new TableMemory(maximumBytes)
    for (const name of schemas) this.#schemas.set(name.toLowerCase(), new MemorySchema(name, this.#memory))
  }

  listSchemas(): Promise<readonly string[]> {
    return Promise.resolve([...this.#schemas.values()].map((schema) => schema.name).toSorted())
  }

  schema(name: string): Promise<MemorySchema | undefined> {
    return Promise.resolve(this.get(name))
  }

  get(name: string): MemorySchema | undefined {
    return this.#schemas.get(name.toLowerCase())
  }

  createSchema(name: string): Promise<void> {
    if (this.get(name) !== undefined) throw exists('schema', name)
    this.#schemas.set(name.toLowerCase(), new MemorySchema(name, this.#memory))
    return Promise.resolve()
  }

  dropSchema(name: string): Promise<boolean> {
    this.get(name)?.clear()
    return Promise.resolve(this.#schemas.delete(name.toLowerCase()))
  }
}

export class MemorySchema implements SchemaProvider {
  readonly name: string
  readonly #entries = new Map<string, { readonly name: string; readonly entry: CatalogEntry }>()

  readonly #memory: TableMemory

  constructor(name: string, memory: TableMemory = new TableMemory()) {
    this.name = name
    this.#memory = memory
  }

  /** Forgets all tables and views. */
  clear(): void {
    for (const { entry } of this.#entries.values()) releaseEntry(entry)
    this.#entries.clear()
  }

  listTables(): Promise<readonly { readonly name: string; readonly type: 'BASE TABLE' | 'VIEW' }[]> {
    const tables = [...this.#entries.values()].map(({ name, entry }) => ({ name, type: entry.kind === 'view' ? ('VIEW' as const) : ('BASE TABLE' as const) }))
    return Promise.resolve(tables.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
  }

  table(name: string, options: Parameters<SchemaProvider['table']>[1]): Promise<CatalogEntry | undefined> {
    const found = this.#entries.get(name.toLowerCase())
    if (found === undefined || options.path.length > 0) return Promise.resolve(undefined)
    if (options.timeTravel !== null) {
      throw new CatalogError({ code: 'NO_HISTORY', message: `"${name}" is an in-memory ${found.entry.kind}: it has no snapshots to travel to` })
    }
    return Promise.resolve(found.entry)
  }

  createTable(name: string, schema: Schema, options: CreateOptions): Promise<TableProvider> {
    const current = this.#entries.get(name.toLowerCase())?.entry
    if (current?.kind === 'table' && options.ifNotExists && !options.orReplace) return Promise.resolve(current.table)
    const table = new MemoryTable(schema, [], this.#memory)
    this.register(name, table, options)
    return Promise.resolve(table)
  }

  async createTableAs(name: string, schema: Schema, batches: AsyncIterable<Batch>, options: CreateOptions & { readonly signal: AbortSignal }): Promise<number> {
    const current = this.#entries.get(name.toLowerCase())?.entry
    if (current?.kind === 'table' && options.ifNotExists && !options.orReplace) return 0
    this.#requireFree(name, 'table', options)
    const table = new MemoryTable(schema, [], this.#memory)
    const rows = await table.insert(batches, options.signal)
    this.register(name, table, options)
    return rows
  }

  createView(name: string, sql: string, options: CreateOptions): Promise<void> {
    const current = this.#entries.get(name.toLowerCase())?.entry
    if (current?.kind === 'view' && options.ifNotExists && !options.orReplace) return Promise.resolve()
    this.#add(name, { kind: 'view', sql }, options)
    return Promise.resolve()
  }

  /** Adds a provider under a name; throws a CatalogError when the name is taken and may not be replaced. */
  register(name: string, table: TableProvider, options: CreateOptions = { orReplace: true, ifNotExists: false }): void {
    this.#add(name, { kind: 'table', table }, options)
  }

  dropTable(name: string): Promise<boolean> {
    return Promise.resolve(this.#drop(name, 'table'))
  }

  dropView(name: string): Promise<boolean> {
    return Promise.resolve(this.#drop(name, 'view'))
  }

  #add(name: string, entry: CatalogEntry, options: CreateOptions): void {
    this.#requireFree(name, entry.kind, options)
    const replaced = this.#entries.get(name.toLowerCase())
    if (replaced !== undefined) releaseEntry(replaced.entry)
    this.#entries.set(name.toLowerCase(), { name, entry })
  }

  #requireFree(name: string, kind: CatalogEntry['kind'], options: CreateOptions): void {
    const current = this.#entries.get(name.toLowerCase())?.entry
    if (current !== undefined && (!options.orReplace || current.kind !== kind)) throw exists(current.kind, name)
  }

  #drop(name: string, kind: CatalogEntry['kind']): boolean {
    const current = this.#entries.get(name.toLowerCase())?.entry
    if (current === undefined) return false
    if (current.kind !== kind) {
      throw new CatalogError({
        code: 'WRONG_KIND',
        message: `"${name}" is a ${current.kind}, not a ${kind}`,
        hint: `Use DROP ${current.kind.toUpperCase()}.`,
      })
    }
    releaseEntry(current)
    return this.#entries.delete(name.toLowerCase())
  }
}

function releaseEntry(entry: CatalogEntry): void {
  if (entry.kind === 'table' && entry.table instanceof MemoryTable) entry.table.release()
}

function exists(what: string, name: string): CatalogError {
  return new CatalogError({ code: 'ALREADY_EXISTS', message: `${what} "${name}" already exists` })
}
