/**
 * ORDER BY of a SELECT. A key is an ordinal, the name of an output column, or an expression over the input; what the
 * list does not have already becomes a hidden column, which is cut off after sorting.
 */

import type { Span } from '@artemis/errors'
import type { Expression, LogicalPlan, SortKey } from '@artemis/plan'
import { columnReference, expressionChildren, mapExpressionChildren } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import type { Binder, ExpressionScope } from './binder.js'
import { bindError } from './errors.js'
import type { NamedExpression } from './project.js'
import { containsSubquery, isConstant } from './properties.js'
import { sameExpression } from './same-expression.js'
import type { BoundItem } from './select-items.js'
import { nullsFirst } from './sort-keys.js'

/** A key before the list is projected: an item's index, or an expression over the input. */
export interface OrderKey {
  readonly target: number | Expression
  readonly descending: boolean
  readonly nullsFirst: boolean
  readonly span: Span
}

/** Binds the keys; `scope` is the input's, with the aliases of the list after the columns. */
export function bindOrderKeys(binder: Binder, orderBy: ast.OrderBy, items: readonly BoundItem[], scope: ExpressionScope): OrderKey[] {
  return orderBy.keys.flatMap((key): OrderKey[] => {
    const order = { descending: key.direction === 'desc', nullsFirst: nullsFirst(binder, key), span: key.expression.span }
    if (orderBy.all) return items.map((_, i) => ({ target: i, ...order }))
    const ordinal = ordinalOf(key.expression, items.length, 'ORDER BY') ?? outputIndex(key.expression, items)
    if (ordinal !== undefined) return [{ target: ordinal, ...order }]
    const expression = binder.expression(key.expression, scope)
    return isConstant(expression) ? [] : [{ target: expression, ...order }]
  })
}

/** The index that a whole number in ORDER BY or GROUP BY means. */
export function ordinalOf(node: ast.Expression, count: number, clause: string): number | undefined {
  if (node.kind !== 'number' || !/^\d+$/.test(node.text)) return undefined
  const ordinal = Number(node.text)
  if (ordinal >= 1 && ordinal <= count) return ordinal - 1
  throw bindError('ORDINAL_OUT_OF_RANGE', `${clause} ${node.text} is out of range: there are ${count} columns`, node.span)
}

/** The item that a bare name means: an alias first, then the name of any item. */
function outputIndex(node: ast.Expression, items: readonly BoundItem[]): number | undefined {
  if (node.kind !== 'column' || node.parts.length !== 1) return undefined
  const wanted = node.parts[0]!.name.toLowerCase()
  const named = (item: BoundItem): boolean => item.name.toLowerCase() === wanted
  const alias = items.findIndex((item) => item.hasAlias && named(item))
  const index = alias >= 0 ? alias : items.findIndex(named)
  return index >= 0 ? index : undefined
}

/** The items to project, hidden sort columns last, and the keys as indices into them or as expressions over them. */
export interface OrderedList {
  readonly projected: readonly NamedExpression[]
  readonly keys: readonly OrderKey[]
}

/** Finds the keys among the items. Under DISTINCT a key must be made of items alone. */
export function placeOrderKeys(
  binder: Binder,
  items: readonly NamedExpression[],
  keys: readonly OrderKey[],
  distinct: boolean,
): OrderedList {
  const projected = [...items]
  const placed = keys.map((key) => {
    const { target } = key
    if (typeof target === 'number') return key
    const index = projected.findIndex((item) => sameExpression(item.expression, target))
    if (index >= 0) return { ...key, target: index }
    if (distinct) return key
    projected.push({ name: binder.text.slice(key.span.start, key.span.end), expression: target })
    return { ...key, target: projected.length - 1 }
  })
  return { projected, keys: placed }
}

/** Sorts what the list projects to. */
export function sortPlan(input: LogicalPlan, items: readonly NamedExpression[], keys: readonly OrderKey[]): LogicalPlan {
  const sortKeys = keys.map(({ target, descending, nullsFirst: first, span }): SortKey => {
    const expression = typeof target === 'number' ? columnReference(input.columns[target]!, span) : overOutput(target, items, input, span)
    return { expression, descending, nullsFirst: first }
  })
  return sortKeys.length === 0 ? input : { kind: 'sort', input, keys: sortKeys, fetch: null, columns: input.columns }
}

/** An expression over the input in terms of the output's columns. */
function overOutput(expression: Expression, items: readonly NamedExpression[], output: LogicalPlan, span: Span): Expression {
  const index = items.findIndex((item) => sameExpression(item.expression, expression))
  if (index >= 0) return columnReference(output.columns[index]!, expression.span)
  if (containsSubquery(expression) || (expressionChildren(expression).length === 0 && !isConstant(expression))) {
    throw bindError(
      'ORDER_BY_NOT_IN_LIST',
      'with SELECT DISTINCT, ORDER BY can only use what the list has',
      span,
      'Add it to the SELECT list.',
    )
  }
  return mapExpressionChildren(expression, (child) => overOutput(child, items, output, span))
}
