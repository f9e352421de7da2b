/** Rows from outside of SQL into a table: what a client uploads. */

import type { Schema } from '@artemis/arrow'
import { Batch, field, int32, nullsOf, typeEquals } from '@artemis/arrow'
import { BindError, CatalogError, UnsupportedError, didYouMean } from '@artemis/errors'
import { castVector } from '@artemis/functions'
import type { EvaluationContext } from '@artemis/plan'
import { isExplicitCast, sqlTypeName } from '@artemis/plan'
import type { Definitions, IngestPlace } from './definitions.js'
import type { NameDefaults } from './name-resolution.js'

export interface IngestTarget {
  /** Where nothing is said: the session's defaults, or memory when they cannot take the table. */
  readonly catalog?: string | undefined
  readonly schema?: string | undefined
  readonly table: string
  readonly ifNotExists: 'create' | 'fail'
  readonly ifExists: 'fail' | 'append' | 'replace'
  /** Of the batches; names decide which column of the table each one is. */
  readonly columns: Schema
}

export interface IngestSurroundings {
  readonly definitions: Definitions
  readonly defaults: NameDefaults
  readonly evaluation: EvaluationContext
  readonly signal: AbortSignal
}

/** Throws CatalogError ALREADY_EXISTS or NOT_FOUND as the target says, UnsupportedError for what cannot be written to. */
export async function ingest(target: IngestTarget, batches: AsyncIterable<Batch>, surroundings: IngestSurroundings): Promise<number> {
  const { catalog, schema, table, ifExists, ifNotExists } = target
  const { definitions, defaults, evaluation, signal } = surroundings
  const place = await definitions.ingestPlace({ catalog, schema, table }, defaults)
  const name = `"${place.catalog}.${place.schema.name}.${table}"`
  const { entry } = place
  if (entry?.kind === 'view') throw new BindError({ code: 'NOT_A_TABLE', message: `${name} is a view: rows go into tables` })
  if (entry === undefined || ifExists === 'replace') {
    if (entry === undefined && ifNotExists === 'fail') throw new CatalogError({ code: 'NOT_FOUND', message: `there is no table ${name}` })
    return createOf(place, target, batches, surroundings)
  }
  if (ifExists === 'fail') throw new CatalogError({ code: 'ALREADY_EXISTS', message: `table ${name} already exists` })
  if (entry.table.insert === undefined) throw new UnsupportedError({ code: 'READ_ONLY_TABLE', message: `inserting rows into ${name} is not supported` })
  return entry.table.insert(fitted(batches, target.columns, entry.table.schema, evaluation), signal)
}

async function createOf(
  { schema, catalog, entry }: IngestPlace,
  target: IngestTarget,
  batches: AsyncIterable<Batch>,
  surroundings: IngestSurroundings,
): Promise<number> {
  if (schema.createTableAs === undefined) {
    throw new UnsupportedError({ code: 'READ_ONLY_SCHEMA', message: `making tables in "${catalog}.${schema.name}" is not supported` })
  }
  const columns = storedColumns(target.columns)
  const rows = fitted(batches, target.columns, columns, surroundings.evaluation)
  const options = { orReplace: entry !== undefined, ifNotExists: false, signal: surroundings.signal }
  return schema.createTableAs(target.table, columns, rows, options)
}

/** The columns of the table that is made: a column that is always NULL becomes INTEGER, as in CREATE TABLE … AS. */
function storedColumns({ fields }: Schema): Schema {
  if (fields.length === 0) throw new BindError({ code: 'NO_COLUMNS', message: 'a table needs at least one column' })
  const seen = new Set<string>()
  return {
    fields: fields.map(({ name, type, nullable }) => {
      if (seen.has(name.toLowerCase())) throw new BindError({ code: 'DUPLICATE_COLUMN', message: `two columns are called "${name}"` })
      seen.add(name.toLowerCase())
      return type.kind === 'null' ? field(name, int32) : field(name, type, nullable)
    }),
  }
}

/** The batches with the table's columns, in its order and types. The columns are checked before the first batch is asked for. */
function fitted(batches: AsyncIterable<Batch>, given: Schema, wanted: Schema, context: EvaluationContext): AsyncIterable<Batch> {
  const sources = wanted.fields.map(({ name }) => indexOf(given, name))
  const unknown = given.fields.find(({ name }) => indexOf(wanted, name) === undefined)
  if (unknown !== undefined) {
    const hint = didYouMean(unknown.name, wanted.fields.map(({ name }) => name))
    throw new BindError({ code: 'COLUMN_NOT_FOUND', message: `the table has no column "${unknown.name}"`, hint })
  }
  wanted.fields.forEach(({ name, type }, i) => {
    const from = sources[i] === undefined ? type : given.fields[sources[i]]!.type
    if (isExplicitCast(from, type)) return
    throw new BindError({ code: 'TYPE_MISMATCH', message: `${sqlTypeName(from)} cannot be stored as ${sqlTypeName(type)} in the column "${name}"` })
  })
  return fittedBatches(batches, sources, wanted, context)
}

async function* fittedBatches(
  batches: AsyncIterable<Batch>,
  sources: readonly (number | undefined)[],
  wanted: Schema,
  context: EvaluationContext,
): AsyncGenerator<Batch, void, undefined> {
  for await (const batch of batches) {
    const columns = wanted.fields.map(({ type }, i) => {
      const source = sources[i]
      if (source === undefined) return nullsOf(type, batch.rowCount)
      const vector = batch.column(source)
      return typeEquals(vector.type, type) ? vector : castVector(vector, type, { try: false, timeZone: context.timeZone })
    })
    yield new Batch(wanted, batch.rowCount, columns)
  }
}

function indexOf({ fields }: Schema, name: string): number | undefined {
  const exact = fields.findIndex((candidate) => candidate.name === name)
  const found = exact >= 0 ? exact : fields.findIndex((candidate) => candidate.name.toLowerCase() === name.toLowerCase())
  return found < 0 ? undefined : found
}
