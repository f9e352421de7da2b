/** SHOW and DESCRIBE, as queries over information_schema and metadata tables or as rows that binding already knows. */

import type { Column, Expression, FunctionRegistry, LogicalPlan } from '@artemis/plan'
import type { BindError } from '@artemis/errors'
import { didYouMean } from '@artemis/errors'
import { literal, quoteIdentifier, sqlTypeName, utf8 } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import { bindQueryStatement, bindQueryText, createBinder, knownResult } from './bind-query.js'
import { matching, settingName } from './bind-session.js'
import type { Binder } from './binder.js'
import type { BoundQuery, BoundShowSetting } from './bound-statement.js'
import type { BindContext } from './context.js'
import { bindError, unsupported, unsupportedPlural } from './errors.js'
import { matchesPattern } from './select-items.js'

export async function bindShow(statement: ast.Show, context: BindContext): Promise<BoundQuery | BoundShowSetting> {
  const { name, span, pattern } = statement
  switch (statement.object) {
    case 'tables':
      return showTables(statement, context)
    case 'views':
      return showViews(statement, context)
    case 'schemas':
      return showSchemas(statement, context)
    case 'catalogs':
      return rowsOf(
        context,
        ['catalog_name'],
        (await context.names.catalogs()).map((catalog) => [catalog]),
        pattern,
      )
    case 'columns': {
      if (name === undefined) throw bindError('MISSING_TABLE', 'SHOW COLUMNS needs a table', span, 'Write SHOW COLUMNS FROM t.')
      const plan = await planOfTable(name, context)
      return describeColumns(context, plan.columns, pattern)
    }
    case 'functions':
      return rowsOf(context, FUNCTION_COLUMNS, functionRows(context.functions), pattern)
    case 'settings':
      return bindQueryText(
        `SELECT name, value, description FROM information_schema.settings${where([like('name', pattern)])} ORDER BY name`,
        context,
        span,
      )
    case 'setting':
      if (name === undefined) throw bindError('MISSING_SETTING', 'SHOW needs the name of a setting', span)
      return { kind: 'show_setting', name: settingName(name), span: name.span }
    case 'snapshots':
      return showMetadata(statement, context, (table) => `SELECT * FROM ${table}.snapshots ORDER BY committed_at`)
    case 'branches':
    case 'tags': {
      const type = statement.object === 'tags' ? 'TAG' : 'BRANCH'
      return showMetadata(
        statement,
        context,
        (table) => `SELECT * FROM ${table}.refs${where([`type = '${type}'`, like('name', pattern)])} ORDER BY name`,
      )
    }
    case 'partitions':
      return showMetadata(statement, context, (table) => `SELECT * FROM ${table}.partitions`)
    case 'create table':
    case 'create view':
    case 'properties':
      throw unsupported(`SHOW ${statement.object === 'properties' ? 'TBLPROPERTIES' : statement.object.toUpperCase()}`, span)
  }
}

function like(column: string, pattern: ast.ShowPattern | undefined): string | undefined {
  return pattern === undefined ? undefined : `${column} ${pattern.operator.toUpperCase()} ${quoted(pattern.pattern)}`
}

function where(conditions: readonly (string | undefined)[]): string {
  const present = conditions.filter((condition) => condition !== undefined)
  return present.length === 0 ? '' : ` WHERE ${present.join(' AND ')}`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

async function showTables(statement: ast.Show, context: BindContext): Promise<BoundQuery> {
  const conditions = [...(await placeConditions(statement, context)), like('table_name', statement.pattern)]
  const columns = statement.full ? 'table_catalog, table_schema, table_name, table_type' : 'table_name AS name'
  return bindQueryText(`SELECT ${columns} FROM information_schema.tables${where(conditions)} ORDER BY ALL`, context, statement.span)
}

async function showViews(statement: ast.Show, context: BindContext): Promise<BoundQuery> {
  const conditions = [...(await placeConditions(statement, context)), "table_type = 'VIEW'", like('table_name', statement.pattern)]
  return bindQueryText(
    `SELECT table_name AS name FROM information_schema.tables${where(conditions)} ORDER BY name`,
    context,
    statement.span,
  )
}

/** The schema after IN, of the current catalog or its own; a catalog alone means all its schemas, SHOW ALL everything. */
async function placeConditions({ name, full }: ast.Show, context: BindContext): Promise<string[]> {
  const { names, defaultCatalog, defaultSchema } = context
  const within = (catalog: string, schema?: string): string[] => [
    `table_catalog = ${quoted(catalog)}`,
    ...(schema === undefined ? [] : [`table_schema = ${quoted(schema)}`]),
  ]
  if (name === undefined) return full ? [] : within(defaultCatalog, defaultSchema)
  const catalogs = await names.catalogs()
  const parts = name.parts.map((part) => part.name)
  const catalog = matching(catalogs, parts[0]!)
  if (catalog !== undefined && parts.length > 1)
    return within(catalog, await existingSchema(catalog, parts.slice(1).join('.'), name, context))
  const schemas = await names.schemas(defaultCatalog)
  const schema = matching(schemas, parts.join('.'))
  if (schema !== undefined) return within(defaultCatalog, schema)
  if (catalog !== undefined) return within(catalog)
  if (parts.length > 1) throw noCatalog(catalogs, name)
  return within(defaultCatalog, await existingSchema(defaultCatalog, parts.join('.'), name, context))
}

function noCatalog(catalogs: readonly string[], name: ast.ObjectName): BindError {
  const { name: wanted, span } = name.parts[0]!
  return bindError('CATALOG_NOT_FOUND', `there is no catalog "${wanted}"`, span, didYouMean(wanted, catalogs))
}

async function existingSchema(catalog: string, schema: string, name: ast.ObjectName, context: BindContext): Promise<string> {
  const schemas = await context.names.schemas(catalog)
  const found = matching(schemas, schema)
  if (found !== undefined) return found
  if (schema.toLowerCase() === 'information_schema') return 'information_schema'
  throw bindError('SCHEMA_NOT_FOUND', `the catalog "${catalog}" has no schema "${schema}"`, name.span, didYouMean(schema, schemas))
}

async function showSchemas({ name, pattern, span }: ast.Show, context: BindContext): Promise<BoundQuery> {
  const conditions: (string | undefined)[] = [like('schema_name', pattern)]
  if (name !== undefined) {
    const catalogs = await context.names.catalogs()
    const wanted = name.parts.map((part) => part.name).join('.')
    const catalog = matching(catalogs, wanted)
    if (catalog === undefined)
      throw bindError('CATALOG_NOT_FOUND', `there is no catalog "${wanted}"`, name.span, didYouMean(wanted, catalogs))
    conditions.unshift(`catalog_name = ${quoted(catalog)}`)
  }
  const sql = `SELECT catalog_name, schema_name FROM information_schema.schemata${where(conditions)} ORDER BY catalog_name, schema_name`
  return bindQueryText(sql, context, span)
}

/** A query over a table's metadata; that the table is there is checked first, under its own name. */
async function showMetadata(statement: ast.Show, context: BindContext, sql: (table: string) => string): Promise<BoundQuery> {
  const { name, span, object } = statement
  if (name === undefined)
    throw bindError('MISSING_TABLE', `SHOW ${object.toUpperCase()} needs a table`, span, `Write SHOW ${object.toUpperCase()} FROM t.`)
  await planOfTable(name, context)
  return bindQueryText(sql(name.parts.map((part) => quoteIdentifier(part.name)).join('.')), context, span)
}

const FUNCTION_COLUMNS = ['function_name', 'function_type', 'category', 'signatures', 'description', 'example']

function functionRows(functions: FunctionRegistry): string[][] {
  const names = [...new Set(functions.names())].sort()
  return names.flatMap((name) => {
    const kinds = [
      ['scalar', functions.scalar(name)],
      ['aggregate', functions.aggregate(name)],
      ['table', functions.table(name)],
    ] as const
    return kinds.flatMap(([kind, definition]) =>
      definition === undefined
        ? []
        : [
            [
              name,
              kind,
              definition.documentation.category,
              definition.signatures.join('\n'),
              definition.documentation.description,
              definition.documentation.example,
            ],
          ],
    )
  })
}

/** Rows of text; a pattern chooses by the first column. */
function rowsOf(
  context: BindContext,
  names: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  pattern: ast.ShowPattern | undefined,
): BoundQuery {
  const binder = createBinder(context)
  const kept =
    pattern === undefined
      ? rows
      : rows.filter((row) => matchesPattern(binder, pattern.operator, row[0] ?? '', pattern.pattern, pattern.span))
  return knownResult(textTable(binder, names, kept))
}

function textTable(binder: Binder, names: readonly string[], rows: readonly (readonly (string | null)[])[]): LogicalPlan {
  const columns = names.map((name, i) =>
    binder.column(
      name,
      utf8,
      rows.some((row) => row[i] === null),
    ),
  )
  return { kind: 'values', columns, rows: rows.map((row) => row.map((value): Expression => literal(utf8, value))) }
}

export async function bindDescribe(statement: ast.Describe, context: BindContext): Promise<BoundQuery> {
  const { object, name, statement: described, span } = statement
  if (object !== 'table') throw unsupported(`DESCRIBE ${object.toUpperCase()}`, span)
  if (statement.extended) throw unsupported('DESCRIBE EXTENDED', span)
  if (name !== undefined) return describeColumns(context, (await planOfTable(name, context)).columns, undefined)
  if (described?.kind !== 'query') throw unsupportedPlural('statements other than queries in DESCRIBE', described?.span ?? span)
  return describeColumns(context, (await bindQueryStatement(described, context)).plan.columns, undefined)
}

/** The columns that DuckDB's DESCRIBE has. */
function describeColumns(context: BindContext, columns: readonly Column[], pattern: ast.ShowPattern | undefined): BoundQuery {
  const rows = columns.map((column) => [column.name, sqlTypeName(column.type), column.nullable ? 'YES' : 'NO', null, null, null])
  return rowsOf(context, ['column_name', 'column_type', 'null', 'key', 'default', 'extra'], rows, pattern)
}

async function planOfTable(name: ast.ObjectName, context: BindContext): Promise<LogicalPlan> {
  const { span } = name
  const table: ast.NamedTable = { kind: 'named_table', name, timeTravel: undefined, alias: undefined, sample: undefined, span }
  const star: ast.Star = { kind: 'star', qualifier: undefined, exclude: [], replace: [], rename: [], filter: undefined, span }
  const body: ast.Select = {
    kind: 'select',
    distinct: undefined,
    items: [{ kind: 'select_item', expression: star, alias: undefined, span }],
    from: [table],
    where: undefined,
    groupBy: undefined,
    having: undefined,
    windows: [],
    qualify: undefined,
    sample: undefined,
    span,
  }
  const query: ast.Query = { kind: 'query', with: undefined, body, orderBy: undefined, limit: undefined, offset: undefined, span }
  return (await bindQueryStatement(query, context)).plan
}
