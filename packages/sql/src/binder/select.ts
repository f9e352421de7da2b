/**
 * One SELECT, in the order of its meaning: FROM, WHERE, GROUP BY, the list, HAVING, DISTINCT, ORDER BY, LIMIT. The plan:
 *
 *   input ─ filter ─ aggregate ─ filter ─ project (list and hidden sort columns) ─ distinct ─ sort ─ limit ─ project (list)
 */

import type { Expression, LogicalPlan } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import { AggregateCollector } from './aggregates.js'
import type { Binder, ExpressionScope, QueryEnvironment, QueryTail } from './binder.js'
import { coerceToBoolean } from './coerce.js'
import { bindError, unsupported, unsupportedPlural } from './errors.js'
import { Grouping } from './grouping.js'
import { firstColumns, project } from './project.js'
import { isVolatile } from './properties.js'
import type { Scope } from './scope.js'
import { aliasesBefore, aliasIndex } from './select-aliases.js'
import type { BoundItem } from './select-items.js'
import { bindItems } from './select-items.js'
import { bindOrderKeys, ordinalOf, placeOrderKeys, sortPlan } from './select-order.js'
import { distinctRows } from './set-operations.js'
import { bindFrom } from './tables.js'

/** `limit` puts LIMIT and OFFSET over the sorted rows, below the projection that cuts hidden columns off. */
export function bindSelect(
  binder: Binder,
  select: ast.Select,
  environment: QueryEnvironment,
  tail: QueryTail,
  limit: (plan: LogicalPlan) => LogicalPlan,
): LogicalPlan {
  refuseUnsupported(select)
  const from = bindFrom(binder, select.from, environment)
  const aggregates = new AggregateCollector()
  const scopes = clauseScopes(binder, select, environment, from.scope, aggregates)
  const input = filter(from.plan, bindCondition(binder, select.where, scopes.where))
  const items = bindItems(binder, select.items, scopes.list)
  const grouping = new Grouping(binder, from.scope, aggregates)
  if (select.groupBy !== undefined) addGroupKeys(binder, select, items, grouping, aggregates, scopes.groupBy)
  const having = bindCondition(binder, select.having, scopes.having)
  const keys = tail.orderBy === undefined ? [] : bindOrderKeys(binder, tail.orderBy, items, scopes.orderBy)

  const grouped = select.groupBy !== undefined || having !== null || aggregates.calls.length > 0
  const above = (expression: Expression): Expression => (grouped ? grouping.rewrite(expression) : expression)
  const rows = grouped ? filter(grouping.plan(input), having === null ? null : above(having)) : input
  const list = items.map(({ name, expression }) => ({ name, expression: above(expression) }))
  const aboveKeys = keys.map((key) => (typeof key.target === 'number' ? key : { ...key, target: above(key.target) }))
  const distinct = select.distinct !== undefined
  const ordered = placeOrderKeys(binder, list, aboveKeys, distinct)
  const projected = project(binder, rows, ordered.projected)
  const sorted = sortPlan(distinct ? distinctRows(projected) : projected, ordered.projected, ordered.keys)
  return firstColumns(limit(sorted), list.length)
}

function refuseUnsupported(select: ast.Select): void {
  if (select.distinct !== undefined && select.distinct.on.length > 0) throw unsupported('DISTINCT ON', select.distinct.span)
  if (select.qualify !== undefined) throw unsupported('QUALIFY', select.qualify.span)
  if (select.windows.length > 0) throw unsupportedPlural('window functions', select.windows[0]!.span)
  if (select.sample !== undefined) throw unsupported('USING SAMPLE', select.sample.span)
}

/** What each clause may use. Aliases come after columns, except in HAVING, as in DuckDB. */
function clauseScopes(binder: Binder, select: ast.Select, environment: QueryEnvironment, relation: Scope, aggregates: AggregateCollector) {
  const { items } = select
  const aliases = aliasesBefore(binder, items, items.length, false)
  const base = { environment, relation, aggregates: null, aliases }
  return {
    where: { ...base, clause: 'WHERE' },
    groupBy: { ...base, clause: 'GROUP BY' },
    list: { ...base, aggregates, clause: 'the SELECT list' },
    having: { ...base, aggregates, aliases: aliasesBefore(binder, items, items.length, true), clause: 'HAVING' },
    orderBy: { ...base, aggregates, clause: 'ORDER BY' },
  } satisfies Record<string, ExpressionScope>
}

function bindCondition(binder: Binder, node: ast.Expression | undefined, scope: ExpressionScope): Expression | null {
  return node === undefined ? null : coerceToBoolean(binder, binder.expression(node, scope), scope.clause)
}

function filter(input: LogicalPlan, predicate: Expression | null): LogicalPlan {
  return predicate === null ? input : { kind: 'filter', input, predicate, columns: input.columns }
}

function addGroupKeys(
  binder: Binder,
  select: ast.Select,
  items: readonly BoundItem[],
  grouping: Grouping,
  aggregates: AggregateCollector,
  scope: ExpressionScope,
): void {
  const { groupBy } = select
  if (groupBy === undefined) return
  if (groupBy.all) {
    for (const item of items) if (!aggregates.isIn(item.expression)) grouping.addKey(item.expression, item.name)
    return
  }
  for (const node of groupingExpressions(groupBy)) {
    const index = itemIndex(node, select, items, scope)
    if (index === undefined) {
      const { start, end } = node.span
      grouping.addKey(binder.expression(node, scope), binder.text.slice(start, end))
      continue
    }
    const item = items[index]!
    if (aggregates.isIn(item.expression)) throw bindError('MISPLACED_AGGREGATE', 'GROUP BY cannot contain aggregates', node.span)
    if (isVolatile(item.expression) && node.kind === 'column') {
      throw unsupported('a grouping by an alias whose value changes each time', node.span, 'Name it in a subquery.')
    }
    grouping.addKey(item.expression, item.name)
  }
}

/** `GROUP BY a, (b, c), ()` as one list. */
function groupingExpressions(groupBy: ast.GroupBy): ast.Expression[] {
  return groupBy.elements.flatMap((element): readonly ast.Expression[] => {
    switch (element.kind) {
      case 'grouping_expression':
        return element.expression.kind === 'row' ? element.expression.elements : [element.expression]
      case 'grouping_tuple':
        return element.expressions
      case 'grouping_sets': {
        const names = { rollup: 'ROLLUP', cube: 'CUBE', sets: 'GROUPING SETS' }
        throw unsupported(names[element.form], element.span)
      }
    }
  })
}

/** The item of an ordinal, or of an alias that is no column. */
function itemIndex(node: ast.Expression, select: ast.Select, items: readonly BoundItem[], scope: ExpressionScope): number | undefined {
  const ordinal = ordinalOf(node, items.length, 'GROUP BY')
  if (ordinal !== undefined) return ordinal
  if (node.kind !== 'column' || node.parts.length !== 1 || scope.relation.named(node.parts[0]!.name).length > 0) return undefined
  const index = aliasIndex(select.items, node.parts[0]!)
  return index < 0 ? undefined : items.findIndex((item) => item.index === index)
}
