/** INSERT: rows brought to the table's columns, their order and their types. */

import { didYouMean } from '@artemis/errors'
import type { Column, Expression, Field, LogicalPlan, TableProvider } from '@artemis/plan'
import { cast, columnReference, isExplicitCast, literal, sqlTypeName, typeEquals } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import { createBinder, rootEnvironment } from './bind-query.js'
import type { Binder, ExpressionScope, QueryEnvironment } from './binder.js'
import type { BoundInsert } from './bound-statement.js'
import { coerce } from './coerce.js'
import { checkUnusedCommonTables, withCommonTables } from './common-tables.js'
import type { BindContext } from './context.js'
import { bindError, constantError, unsupported } from './errors.js'
import { describeParameters } from './literals.js'
import { resolveReferences } from './references.js'
import { emptyScope } from './scope.js'
import { tableNotFound } from './table-not-found.js'

export async function bindInsert(statement: ast.Insert, context: BindContext): Promise<BoundInsert> {
  refuseUnsupported(statement)
  const { name, provider } = await resolveTarget(statement, context)
  const binder = createBinder(context)
  await resolveReferences(binder, statement)
  const environment = withCommonTables(statement.with, rootEnvironment)
  const plan = bindSource(binder, statement, provider, environment)
  checkUnusedCommonTables(binder, statement.with, environment)
  return { kind: 'insert', table: name, provider, plan, parameters: describeParameters(binder), span: statement.span }
}

function refuseUnsupported(statement: ast.Insert): void {
  const { span } = statement
  if (statement.onConflict !== undefined) throw unsupported(`INSERT OR ${statement.onConflict.toUpperCase()}`, span)
  if (statement.overwrite) throw unsupported('INSERT OVERWRITE', span)
  if (statement.conflict !== undefined) throw unsupported('ON CONFLICT', statement.conflict.span)
  if (statement.returning.length > 0) throw unsupported('RETURNING', statement.returning[0]!.span)
}

async function resolveTarget({ table }: ast.Insert, context: BindContext): Promise<{ name: readonly string[]; provider: TableProvider }> {
  const parts = table.parts.map((part) => part.name)
  const found = await context.resolveTable(parts, null, table.span).catch((error: unknown) => {
    throw constantError(error, table.span)
  })
  if (found === undefined) throw await tableNotFound(context, table)
  const { name, entry } = found
  if (entry.kind === 'view') throw bindError('NOT_A_TABLE', `"${name.join('.')}" is a view: rows go into tables`, table.span)
  if (entry.table.insert === undefined) throw unsupported(`INSERT into "${name.join('.')}"`, table.span)
  return { name, provider: entry.table }
}

function bindSource(binder: Binder, statement: ast.Insert, provider: TableProvider, environment: QueryEnvironment): LogicalPlan {
  const { fields } = provider.schema
  const { source } = statement
  if (source === undefined) return fill(binder, { kind: 'values', columns: [], rows: [[]] }, fields, [], statement)
  const listed = listedColumns(statement, fields)
  const plainValues = source.with === undefined && source.orderBy === undefined && source.limit === undefined && source.offset === undefined
  if (source.body.kind === 'values' && plainValues && !statement.byName) {
    const targets = listed ?? fields.map((_, i) => i)
    return fill(
      binder,
      bindRows(
        binder,
        source.body,
        targets.map((i) => fields[i]!),
        statement,
      ),
      fields,
      targets,
      source,
    )
  }
  const plan = binder.query(source, environment)
  const targets = statement.byName ? targetsByName(plan, fields, source, listed) : (listed ?? fields.map((_, i) => i))
  if (plan.columns.length !== targets.length) throw countMismatch(targets.length, plan.columns.length, source)
  return fill(binder, plan, fields, targets, source)
}

/** Indices of the columns that the statement names, in its order. */
function listedColumns(statement: ast.Insert, fields: readonly Field[]): number[] | undefined {
  if (statement.columns.length === 0) return undefined
  const seen = new Set<number>()
  return statement.columns.map((column) => {
    const index = fieldIndex(fields, column.name)
    if (index < 0) throw noColumn(column.name, fields, column)
    if (seen.has(index)) throw bindError('DUPLICATE_COLUMN', `the column "${column.name}" is named twice`, column.span)
    seen.add(index)
    return index
  })
}

function fieldIndex(fields: readonly Field[], name: string): number {
  const exact = fields.findIndex((field) => field.name === name)
  return exact >= 0 ? exact : fields.findIndex((field) => field.name.toLowerCase() === name.toLowerCase())
}

function noColumn(name: string, fields: readonly Field[], node: ast.SyntaxNode): Error {
  return bindError(
    'COLUMN_NOT_FOUND',
    `the table has no column "${name}"`,
    node.span,
    didYouMean(
      name,
      fields.map((field) => field.name),
    ),
  )
}

function targetsByName(plan: LogicalPlan, fields: readonly Field[], source: ast.Query, listed: readonly number[] | undefined): number[] {
  if (listed !== undefined) throw bindError('INSERT_BY_NAME', 'BY NAME takes no list of columns', source.span)
  const targets = plan.columns.map((column) => {
    const index = fieldIndex(fields, column.name)
    if (index < 0) throw noColumn(column.name, fields, source)
    return index
  })
  if (new Set(targets).size < targets.length)
    throw bindError('DUPLICATE_COLUMN', 'two columns of the query have the same name', source.span)
  return targets
}

function countMismatch(wanted: number, given: number, node: ast.SyntaxNode): Error {
  return bindError('COLUMN_COUNT_MISMATCH', `${given} values are given for ${wanted} columns`, node.span)
}

/** VALUES directly under INSERT: each value takes the type of its column, so that text may be read as that type. */
function bindRows(binder: Binder, values: ast.Values, targets: readonly Field[], statement: ast.Insert): LogicalPlan {
  const environment = withCommonTables(statement.with, rootEnvironment)
  const scope: ExpressionScope = { environment, relation: emptyScope, clause: 'VALUES', aggregates: null, aliases: null }
  const rows = values.rows.map((row) => {
    if (row.elements.length !== targets.length) throw countMismatch(targets.length, row.elements.length, row)
    return row.elements.map((element, i) => {
      const field = targets[i]!
      if (element.kind === 'default') return literal(field.type, null, element.span)
      return assign(binder, binder.expression(element, scope), field)
    })
  })
  const columns = targets.map((field, i) =>
    binder.column(
      field.name,
      field.type,
      rows.some((row) => row[i]!.nullable),
    ),
  )
  return { kind: 'values', rows, columns }
}

/** A value as a column takes it: any cast that could be asked for. */
function assign(binder: Binder, value: Expression, field: Field): Expression {
  if (typeEquals(value.type, field.type)) return value
  if (!isExplicitCast(value.type, field.type)) {
    const types = `${sqlTypeName(value.type)} cannot be stored as ${sqlTypeName(field.type)}`
    throw bindError('TYPE_MISMATCH', `${types} in the column "${field.name}"`, value.span)
  }
  const isUntyped = value.kind === 'literal' || (value.kind === 'parameter' && value.type.kind === 'null')
  return isUntyped ? coerce(binder, value, field.type) : cast(value, field.type)
}

/** All columns of the table: those of the source where they belong, and NULL for the rest. */
function fill(binder: Binder, plan: LogicalPlan, fields: readonly Field[], targets: readonly number[], node: ast.SyntaxNode): LogicalPlan {
  const expressions = fields.map((field, i): Expression => {
    const at = targets.indexOf(i)
    return at < 0 ? literal(field.type, null) : assign(binder, columnReference(plan.columns[at]!, node.span), field)
  })
  const inPlace =
    targets.length === fields.length && plan.columns.every((column, i) => targets[i] === i && typeEquals(column.type, fields[i]!.type))
  if (inPlace) return plan
  const columns = expressions.map((expression, i): Column => binder.column(fields[i]!.name, fields[i]!.type, expression.nullable))
  return { kind: 'project', input: plan, expressions, columns }
}
