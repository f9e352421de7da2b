/** What stands in FROM: tables, common tables, views, files, functions, derived tables and joins of these. */

import type { Span } from '@artemis/errors'
import { unreachable } from '@artemis/errors'
import { relocatePlan } from '@artemis/plan'
import type { Column, LogicalPlan, ScanPlan } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import type { Binder, BoundTable, QueryEnvironment } from './binder.js'
import { bindCommonTable, findCommonTable, renamedColumns } from './common-tables.js'
import { bindError, unsupported } from './errors.js'
import { bindJoin, crossJoin } from './joins.js'
import type { ResolvedRelation } from './references.js'
import { emptyScope, scopeOf } from './scope.js'
import { viewError } from './view-error.js'

/** The tables that commas separate, as one relation; one row of no columns when there are none. */
export function bindFrom(binder: Binder, tables: readonly ast.TableReference[], environment: QueryEnvironment): BoundTable {
  const [first, ...rest] = tables
  if (first === undefined) return { plan: { kind: 'values', columns: [], rows: [[]] }, scope: emptyScope }
  return rest.reduce((left, table) => crossJoin(left, binder.table(table, environment)), binder.table(first, environment))
}

export function bindTable(binder: Binder, table: ast.TableReference, environment: QueryEnvironment): BoundTable {
  if ('sample' in table && table.sample !== undefined) throw unsupported('TABLESAMPLE', table.sample.span)
  switch (table.kind) {
    case 'named_table':
      return bindNamedTable(binder, table, environment)
    case 'file_table':
      return bindRelation(binder, resolved(binder, table), table.alias, table.span)
    case 'table_function':
      if (table.lateral) throw unsupported('LATERAL', table.span)
      if (table.ordinality) throw unsupported('WITH ORDINALITY', table.span)
      if (table.timeTravel !== undefined) throw unsupported('time travel of a function', table.timeTravel.span)
      return bindRelation(binder, resolved(binder, table), table.alias, table.span)
    case 'derived_table':
      if (table.lateral) throw unsupported('LATERAL', table.span)
      return named(binder.query(table.query, environment), [], table.alias)
    case 'join': {
      const joined = bindJoin(binder, table, environment)
      if (table.alias === undefined) return joined
      return aliased(
        joined.plan,
        joined.scope.visible.map(({ name, column }) => ({ ...column, name })),
        table.alias,
      )
    }
    case 'pivot':
      throw unsupported('PIVOT', table.span)
    case 'unpivot':
      throw unsupported('UNPIVOT', table.span)
    default:
      return unreachable(table, 'table reference')
  }
}

function bindNamedTable(binder: Binder, table: ast.NamedTable, environment: QueryEnvironment): BoundTable {
  const entry = table.timeTravel === undefined ? findCommonTable(environment.commonTables, table.name) : null
  if (entry === null) return bindRelation(binder, resolved(binder, table), table.alias, table.span)
  return named(bindCommonTable(binder, entry, table.span), [entry.table.name.name], table.alias)
}

function resolved(binder: Binder, node: ast.NamedTable | ast.FileTable | ast.TableFunction): ResolvedRelation {
  const relation = binder.references.find(node)
  if (relation === undefined) throw bindError('TABLE_NOT_FOUND', 'there is no such table', node.span)
  return relation
}

/** A fresh use of a resolved table or view, with column ids of its own. */
function bindRelation(binder: Binder, relation: ResolvedRelation, alias: ast.TableAlias | undefined, span: Span): BoundTable {
  if (relation.kind === 'table') return named(scan(binder, relation, span), relation.name, alias)
  return named(bindView(binder, relation, span), relation.name, alias)
}

export function scan(binder: Binder, relation: ResolvedRelation & { kind: 'table' }, span: Span): ScanPlan {
  const { provider, name } = relation
  const columns = provider.schema.fields.map((field) => binder.column(field.name, field.type, field.nullable))
  return {
    kind: 'scan',
    table: name,
    provider,
    columns,
    allColumns: columns,
    projection: columns.map((_, i) => i),
    filters: [],
    fetch: null,
    span,
  }
}

/** A view sees no names of the query that uses it. */
function bindView(binder: Binder, view: ResolvedRelation & { kind: 'view' }, span: Span): LogicalPlan {
  const { text } = binder
  binder.countExpansion(span)
  binder.text = view.text
  try {
    return relocatePlan(binder.query(view.query, { commonTables: null, outer: null }), span)
  } catch (error) {
    throw viewError(error, view.name.join('.'), span)
  } finally {
    binder.text = text
  }
}

function named(plan: LogicalPlan, path: readonly string[], alias: ast.TableAlias | undefined): BoundTable {
  return alias === undefined ? { plan, scope: scopeOf(path, plan.columns) } : aliased(plan, plan.columns, alias)
}

/** Under another name, and with its first columns renamed where the alias says so. */
function aliased(plan: LogicalPlan, columns: readonly Column[], alias: ast.TableAlias): BoundTable {
  const { name } = alias.name
  return { plan, scope: scopeOf([name], renamedColumns(columns, alias.columns, `"${name}"`)) }
}
