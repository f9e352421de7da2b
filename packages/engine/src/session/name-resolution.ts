/**
 * What a name in FROM may stand for, in the order to try. Parts are outermost first; a part after the table's name is
 * one of its metadata tables.
 *
 *   t                 default schema of the default catalog, then memory.main
 *   s.t               schema of the default catalog; metadata table t of table s
 *   c.s.t, c.s.t.m    full names
 */

import type { CatalogEntry, CatalogProvider, TimeTravel } from '@artemis/plan'
import type { InformationSchema } from '../system/information-schema.js'
import { INFORMATION_SCHEMA } from '../system/information-schema.js'
import type { AccessRule } from './policy.js'
import { accessDenied } from './policy.js'

export interface NameDefaults {
  readonly catalog: string
  readonly schema: string
}

export interface Candidate {
  readonly catalog: string
  readonly schema: string
  readonly table: string
  readonly path: readonly string[]
  /** Not what the name says, but where a name is looked for as well. */
  readonly isFallback: boolean
}

const MEMORY: NameDefaults = { catalog: 'memory', schema: 'main' }

/** Every reading of a name; `isCatalog` tells the names of registered catalogs. Schemas may have dots of their own. */
export function candidates(parts: readonly string[], defaults: NameDefaults, isCatalog: (name: string) => boolean): Candidate[] {
  const found: Candidate[] = []
  let isFallback = false
  const add = (catalog: string, schemaParts: readonly string[], rest: readonly string[]): void => {
    const [table, ...path] = rest
    if (table !== undefined && path.length <= 1) found.push({ catalog, schema: schemaParts.join('.'), table, path, isFallback })
  }
  const addWithSchema = (catalog: string, rest: readonly string[]): void => {
    for (let length = rest.length - 1; length >= 1; length--) add(catalog, rest.slice(0, length), rest.slice(length))
  }
  if (parts.length > 1 && isCatalog(parts[0]!)) addWithSchema(parts[0]!, parts.slice(1))
  add(defaults.catalog, [defaults.schema], parts)
  addWithSchema(defaults.catalog, parts)
  if (defaults.catalog !== MEMORY.catalog || defaults.schema !== MEMORY.schema) {
    isFallback = true
    add(MEMORY.catalog, [MEMORY.schema], parts)
    addWithSchema(MEMORY.catalog, parts)
  }
  return found
}

export interface ResolvedName {
  /** Catalog, schema, table and metadata table, outermost first, in the case of the catalogs. */
  readonly name: readonly string[]
  readonly entry: CatalogEntry
}

export class NameResolver {
  readonly #catalogs: ReadonlyMap<string, CatalogProvider>
  readonly #system: InformationSchema
  readonly #access: AccessRule | undefined

  constructor(catalogs: ReadonlyMap<string, CatalogProvider>, system: InformationSchema, access: AccessRule | undefined) {
    this.#catalogs = catalogs
    this.#system = system
    this.#access = access
  }

  /**
   * The first reading that exists. Errors of a catalog (an expired snapshot, say) pass through. A schema that may not be
   * read is passed over without a look at its tables. When nothing is found it is the error, unless the name could as well
   * mean a table of a schema that may be read: so the answer does not tell what there is.
   */
  async resolve(parts: readonly string[], timeTravel: TimeTravel | null, defaults: NameDefaults): Promise<ResolvedName | undefined> {
    const denied: Candidate[] = []
    let isMissing = false
    for (const candidate of candidates(parts, defaults, (name) => this.#catalogs.has(name.toLowerCase()))) {
      const schema = await this.#find(candidate.catalog, candidate.schema)
      if (!this.#mayRead(candidate, schema?.name)) {
        denied.push(candidate)
        continue
      }
      const entry = await schema?.table(candidate.table, { path: candidate.path, timeTravel })
      if (entry !== undefined) return { name: [candidate.catalog, schema!.name, candidate.table, ...candidate.path], entry }
      if (schema !== undefined && candidate.path.length === 0 && !candidate.isFallback) isMissing = true
    }
    const meant = denied.find(({ path }) => path.length === 0) ?? denied[0]
    if (meant !== undefined && !isMissing) throw accessDenied('read', meant.catalog, meant.schema)
    return undefined
  }

  /** A schema that may be read. */
  async schema(catalog: string, name: string): ReturnType<CatalogProvider['schema']> {
    const schema = await this.#find(catalog, name)
    return schema !== undefined && this.#mayRead({ catalog, schema: name }, schema.name) ? schema : undefined
  }

  /** The rule knows the names of the catalogs: `actual` is the schema's, when there is one. */
  #mayRead({ catalog, schema }: { readonly catalog: string; readonly schema: string }, actual: string | undefined): boolean {
    if (this.#access === undefined || schema.toLowerCase() === INFORMATION_SCHEMA) return true
    return this.#access.allows('read', catalog.toLowerCase(), actual ?? schema)
  }

  async #find(catalog: string, schema: string): ReturnType<CatalogProvider['schema']> {
    const provider = this.#catalogs.get(catalog.toLowerCase())
    if (provider === undefined) return undefined
    return schema.toLowerCase() === INFORMATION_SCHEMA ? this.#system : await provider.schema(schema)
  }
}

/** A catalog as it is listed: only its schemas that may be read. */
export function readableCatalog(name: string, provider: CatalogProvider, access: AccessRule): CatalogProvider {
  return {
    listSchemas: async () => (await provider.listSchemas()).filter((schema) => access.allows('read', name, schema)),
    schema: async (wanted) => {
      const schema = await provider.schema(wanted)
      return schema !== undefined && access.allows('read', name, schema.name) ? schema : undefined
    },
  }
}
