/** information_schema: what the catalogs hold, read through their ports and nothing else. */

import { bool, field, int32, schema, utf8 } from '@artemis/arrow'
import type { Schema } from '@artemis/arrow'
import type { CatalogEntry, CatalogProvider, SchemaProvider } from '@artemis/plan'
import { sqlTypeName } from '@artemis/plan'
import type { Settings } from '../settings/settings.js'
import type { Row } from './virtual-table.js'
import { VirtualTable } from './virtual-table.js'

export const INFORMATION_SCHEMA = 'information_schema'

export interface SystemSources {
  readonly catalogs: ReadonlyMap<string, CatalogProvider>
  readonly settings: Settings
  /** The columns of a view, which only binding it can tell. */
  viewSchema(sql: string): Promise<Schema>
}

const text = (name: string): ReturnType<typeof field> => field(name, utf8)

const SCHEMATA = schema([text('catalog_name'), text('schema_name'), text('schema_owner')])
const TABLES = schema([text('table_catalog'), text('table_schema'), text('table_name'), text('table_type')])
const COLUMNS = schema([
  text('table_catalog'),
  text('table_schema'),
  text('table_name'),
  text('column_name'),
  field('ordinal_position', int32),
  text('column_default'),
  text('is_nullable'),
  text('data_type'),
  field('numeric_precision', int32),
  field('numeric_scale', int32),
])
const VIEWS = schema([text('table_catalog'), text('table_schema'), text('table_name'), text('view_definition')])
const SETTINGS_TABLE = schema([text('name'), text('value'), text('description'), text('input_type'), field('is_default', bool)])

export class InformationSchema implements SchemaProvider {
  readonly name = INFORMATION_SCHEMA
  readonly #tables: ReadonlyMap<string, VirtualTable>

  constructor(sources: SystemSources) {
    this.#tables = new Map([
      ['columns', new VirtualTable(COLUMNS, () => columnRows(sources))],
      ['schemata', new VirtualTable(SCHEMATA, () => schemataRows(sources))],
      ['settings', new VirtualTable(SETTINGS_TABLE, () => settingRows(sources.settings))],
      ['tables', new VirtualTable(TABLES, () => tableRows(sources))],
      ['views', new VirtualTable(VIEWS, () => viewRows(sources))],
    ])
  }

  listTables(): ReturnType<SchemaProvider['listTables']> {
    return Promise.resolve([...this.#tables.keys()].map((name) => ({ name, type: 'SYSTEM' as const })))
  }

  table(name: string, options: Parameters<SchemaProvider['table']>[1]): Promise<CatalogEntry | undefined> {
    const table = options.path.length === 0 ? this.#tables.get(name.toLowerCase()) : undefined
    return Promise.resolve(table === undefined ? undefined : { kind: 'table', table })
  }
}

interface Place {
  readonly catalog: string
  readonly schema: SchemaProvider
}

async function* places(sources: SystemSources): AsyncGenerator<Place> {
  for (const [catalog, provider] of sources.catalogs) {
    for (const name of await provider.listSchemas()) {
      const found = await provider.schema(name)
      if (found !== undefined) yield { catalog, schema: found }
    }
  }
}

async function* entries(
  sources: SystemSources,
  wanted: (type: string) => boolean = () => true,
): AsyncGenerator<Place & { readonly name: string; readonly type: string; readonly entry: CatalogEntry }> {
  for await (const place of places(sources)) {
    for (const table of await place.schema.listTables()) {
      if (!wanted(table.type)) continue
      const entry = await place.schema.table(table.name, { path: [], timeTravel: null })
      // A table may be dropped between the listing and the look.
      if (entry !== undefined) yield { ...place, ...table, entry }
    }
  }
}

async function schemataRows(sources: SystemSources): Promise<Row[]> {
  const rows: Row[] = []
  for (const [catalog, provider] of sources.catalogs) {
    for (const name of await provider.listSchemas()) rows.push([catalog, name, null])
    rows.push([catalog, INFORMATION_SCHEMA, null])
  }
  return rows
}

async function tableRows(sources: SystemSources): Promise<Row[]> {
  const rows: Row[] = []
  for await (const { catalog, schema } of places(sources)) {
    for (const table of await schema.listTables()) rows.push([catalog, schema.name, table.name, table.type])
  }
  return rows
}

async function columnRows(sources: SystemSources): Promise<Row[]> {
  const rows: Row[] = []
  for await (const { catalog, schema, name, entry } of entries(sources)) {
    const tableSchema = entry.kind === 'table' ? entry.table.schema : (entry.schema ?? (await sources.viewSchema(entry.sql)))
    tableSchema.fields.forEach((column, i) => {
      const { type } = column
      const [precision, scale] = type.kind === 'decimal' ? [type.precision, type.scale] : [null, null]
      rows.push([catalog, schema.name, name, column.name, i + 1, null, column.nullable ? 'YES' : 'NO', sqlTypeName(type), precision, scale])
    })
  }
  return rows
}

async function viewRows(sources: SystemSources): Promise<Row[]> {
  const rows: Row[] = []
  for await (const { catalog, schema, name, entry } of entries(sources, (type) => type === 'VIEW')) {
    if (entry.kind === 'view') rows.push([catalog, schema.name, name, entry.sql])
  }
  return rows
}

function settingRows(settings: Settings): Row[] {
  const defaults = new Map(settings.defaults().map((setting) => [setting.name, setting.value]))
  return settings.list().map(({ name, value, description, type }) => [name, value, description, type, defaults.get(name) === value])
}
