/** The error for a table that is not there, with the nearest name that is. Names are listed only now that one is wrong. */

import { didYouMean } from '@artemis/errors'
import { quoteIdentifier } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import type { BindContext } from './context.js'
import { bindError } from './errors.js'

/** How many schemas are searched for a table of the same name. */
const SCHEMAS_SEARCHED = 20

export async function tableNotFound(context: BindContext, name: ast.ObjectName): Promise<Error> {
  const shown = name.parts.map((part) => part.name).join('.')
  const missing = await missingSchema(context, name)
  if (missing !== undefined) return missing
  return bindError('TABLE_NOT_FOUND', `there is no table "${shown}"`, name.span, await tableHint(context, name))
}

/** Which schema of which catalog the qualifier means; one part is a schema of the default catalog, or a catalog. */
async function schemaOf(
  context: BindContext,
  name: ast.ObjectName,
): Promise<{ catalog: string; schema: string; table: ast.Identifier } | undefined> {
  const [first, second, third] = name.parts
  if (first === undefined) return undefined
  if (second === undefined) return { catalog: context.defaultCatalog, schema: context.defaultSchema, table: first }
  const catalog = find(await context.names.catalogs(), first.name)
  if (catalog !== undefined && third !== undefined) return { catalog, schema: second.name, table: third }
  return { catalog: context.defaultCatalog, schema: first.name, table: second }
}

async function missingSchema(context: BindContext, name: ast.ObjectName): Promise<Error | undefined> {
  const place = await schemaOf(context, name)
  if (place === undefined || name.parts.length === 1) return undefined
  const schemas = await context.names.schemas(place.catalog)
  if (find(schemas, place.schema) !== undefined) return undefined
  const catalogs = await context.names.catalogs()
  const inCatalog = name.parts.length > 2 && find(catalogs, name.parts[0]!.name) !== undefined
  const part = name.parts[inCatalog ? 1 : 0]!
  if (!inCatalog && find(catalogs, part.name) !== undefined) return undefined
  const where = inCatalog ? `schema "${part.name}" in the catalog "${place.catalog}"` : `catalog or schema "${part.name}"`
  return bindError(
    'SCHEMA_NOT_FOUND',
    `there is no ${where}`,
    part.span,
    didYouMean(part.name, inCatalog ? schemas : [...schemas, ...catalogs]),
  )
}

async function tableHint(context: BindContext, name: ast.ObjectName): Promise<string | undefined> {
  const place = await schemaOf(context, name)
  if (place === undefined) return undefined
  const near = didYouMean(place.table.name, await context.names.tables(place.catalog, place.schema))
  if (near !== undefined || name.parts.length > 1) return near
  const schemas = await context.names.schemas(context.defaultCatalog)
  for (const schema of schemas.slice(0, SCHEMAS_SEARCHED)) {
    const table = find(await context.names.tables(context.defaultCatalog, schema), place.table.name)
    if (table !== undefined) return `Did you mean ${[context.defaultCatalog, schema, table].map(quoteIdentifier).join('.')}?`
  }
  return undefined
}

function find(names: readonly string[], wanted: string): string | undefined {
  return names.find((name) => name === wanted) ?? names.find((name) => name.toLowerCase() === wanted.toLowerCase())
}
