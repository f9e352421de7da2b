/** CREATE and DROP. */

import type { Column, DataType, Field, LogicalPlan } from '@artemis/plan'
import { field, int32, quoteIdentifier, schema } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import { createBinder, rootEnvironment } from './bind-query.js'
import type { BoundCreateSchema, BoundCreateTable, BoundCreateView, BoundDrop, TargetName } from './bound-statement.js'
import { renamedColumns } from './common-tables.js'
import type { BindContext } from './context.js'
import { bindError, unsupported } from './errors.js'
import { describeParameters } from './literals.js'
import { castColumns } from './project.js'
import { resolveReferences } from './references.js'
import { resolveType } from './types.js'

export function targetName(name: ast.ObjectName): TargetName {
  return { parts: name.parts.map((part) => part.name), span: name.span }
}

export async function bindCreateTable(statement: ast.CreateTable, context: BindContext): Promise<BoundCreateTable> {
  refuseUnsupportedOptions(statement)
  const { orReplace, ifNotExists, temporary, query } = statement
  const base = { kind: 'create_table', name: targetName(statement.name), orReplace, ifNotExists, temporary } as const
  if (query === undefined) {
    const keys = keysOf(statement)
    const fields = definedFields(statement.columns, new Set(keys.filter((key) => key.kind === 'primary key').flatMap((key) => key.columns)))
    return { ...base, schema: schema(fields), plan: null, keys, parameters: [] }
  }
  const binder = createBinder(context)
  await resolveReferences(binder, query)
  const bound = binder.query(query, rootEnvironment)
  const plan = castColumns(
    binder,
    bound,
    bound.columns.map((column) => storedType(column.type)),
  )
  const names = statement.columns.map((column) => column.name)
  const fields = storedFields(renamedColumns(plan.columns, names, 'the query'), statement)
  return { ...base, schema: schema(fields), plan: statement.withData ? plan : null, keys: [], parameters: describeParameters(binder) }
}

function refuseUnsupportedOptions(statement: ast.CreateTable): void {
  const { span } = statement
  if (statement.partitionedBy.length > 0) throw unsupported('PARTITIONED BY', statement.partitionedBy[0]!.span)
  if (statement.sortedBy.length > 0) throw unsupported('SORTED BY', statement.sortedBy[0]!.span)
  if (statement.format !== undefined) throw unsupported('USING a format', statement.format.span)
  if (statement.location !== undefined) throw unsupported('LOCATION', span)
  if (statement.comment !== undefined) throw unsupported('COMMENT', span)
  if (statement.properties.length > 0) throw unsupported('table properties', statement.properties[0]!.span)
  const typed = statement.query === undefined ? undefined : statement.columns.find((column) => column.type !== undefined)
  if (typed !== undefined) throw bindError('COLUMN_TYPE_WITH_QUERY', 'CREATE TABLE … AS takes names of columns, not types', typed.span)
}

function definedFields(columns: readonly ast.ColumnDefinition[], primaryKey: ReadonlySet<string>): Field[] {
  if (columns.length === 0) throw bindError('NO_COLUMNS', 'a table needs at least one column', undefined)
  const seen = new Set<string>()
  return columns.map((column) => {
    const { name } = column.name
    if (seen.has(name.toLowerCase())) throw bindError('DUPLICATE_COLUMN', `the column "${name}" is defined twice`, column.name.span)
    seen.add(name.toLowerCase())
    if (column.type === undefined) throw bindError('TYPE_MISSING', `the column "${name}" needs a type`, column.name.span)
    if (column.default !== undefined) throw unsupported('DEFAULT of a column', column.default.span)
    if (column.comment !== undefined) throw unsupported('COMMENT of a column', column.span)
    const type = resolveType(column.type)
    if (type.kind === 'null') throw bindError('INVALID_TYPE', 'a column cannot be of type NULL', column.type.span)
    return field(name, type, !column.notNull && !primaryKey.has(name))
  })
}

/** PRIMARY KEY and UNIQUE of the table and of its columns; constraints that would have to be checked are refused. */
function keysOf(statement: ast.CreateTable): BoundCreateTable['keys'] {
  const ofColumns = statement.columns.flatMap((column) => column.constraints.map((constraint) => ({ constraint, columns: [column.name] })))
  const ofTable = statement.constraints.map((constraint) => ({ constraint, columns: constraint.columns }))
  const keys = [...ofColumns, ...ofTable].map(({ constraint, columns }) => {
    const { type } = constraint
    if (type !== 'primary key' && type !== 'unique') throw unsupported(type.toUpperCase(), constraint.span)
    return { kind: type, columns: columns.map((column) => definedName(statement, column)), span: constraint.span }
  })
  const second = keys.filter((key) => key.kind === 'primary key')[1]
  if (second !== undefined) throw bindError('DUPLICATE_PRIMARY_KEY', 'a table has at most one primary key', second.span)
  return keys.map(({ kind, columns }) => ({ kind, columns }))
}

function definedName(statement: ast.CreateTable, column: ast.Identifier): string {
  const found = statement.columns.find((definition) => definition.name.name.toLowerCase() === column.name.toLowerCase())
  if (found === undefined) throw bindError('COLUMN_NOT_FOUND', `the table has no column "${column.name}"`, column.span)
  return found.name.name
}

/** A column that is always NULL is stored as INTEGER, as in DuckDB. */
function storedType(type: DataType): DataType {
  return type.kind === 'null' ? int32 : type
}

function storedFields(columns: readonly Column[], node: ast.SyntaxNode): Field[] {
  const seen = new Set<string>()
  return columns.map(({ name, type }) => {
    if (seen.has(name.toLowerCase())) {
      throw bindError('DUPLICATE_COLUMN', `two columns of the query are called "${name}"`, node.span, 'Give them aliases.')
    }
    seen.add(name.toLowerCase())
    return field(name, storedType(type))
  })
}

export async function bindCreateView(statement: ast.CreateView, context: BindContext): Promise<BoundCreateView> {
  if (statement.materialized) throw unsupported('a materialized view', statement.span)
  if (statement.recursive) throw unsupported('a recursive view', statement.span)
  if (statement.comment !== undefined) throw unsupported('COMMENT', statement.span)
  const { orReplace, ifNotExists, temporary, query } = statement
  const binder = createBinder(context)
  await resolveReferences(binder, query)
  const plan: LogicalPlan = binder.query(query, rootEnvironment)
  if (binder.parameterTypes.size > 0) throw bindError('PARAMETER_IN_VIEW', 'a view cannot have parameters', query.span)
  const columns = renamedColumns(plan.columns, statement.columns, 'the view')
  const text = context.text.slice(query.span.start, query.span.end)
  const names = columns.map((column) => quoteIdentifier(column.name)).join(', ')
  const sql = statement.columns.length === 0 ? text : `SELECT * FROM (${text}) AS renamed (${names})`
  return {
    kind: 'create_view',
    name: targetName(statement.name),
    sql,
    schema: schema(storedFields(columns, query)),
    orReplace,
    ifNotExists,
    temporary,
  }
}

export function bindCreateSchema(statement: ast.CreateSchema): BoundCreateSchema {
  if (statement.location !== undefined) throw unsupported('LOCATION of a schema', statement.span)
  if (statement.comment !== undefined) throw unsupported('COMMENT of a schema', statement.span)
  if (statement.properties.length > 0) throw unsupported('properties of a schema', statement.properties[0]!.span)
  return { kind: 'create_schema', name: targetName(statement.name), ifNotExists: statement.ifNotExists }
}

export function bindDrop(statement: ast.Drop): BoundDrop {
  const { object } = statement
  if (object === 'materialized view' || object === 'catalog') throw unsupported(`DROP ${object.toUpperCase()}`, statement.span)
  if (statement.purge) throw unsupported('PURGE', statement.span)
  const names = statement.names.map(targetName)
  return { kind: 'drop', object, names, ifExists: statement.ifExists, cascade: statement.behavior === 'cascade' }
}
