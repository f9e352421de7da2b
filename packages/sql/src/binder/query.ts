/** Whole queries: WITH, a body, and the ORDER BY and LIMIT that belong to it. */

import { unreachable } from '@artemis/errors'
import type { Expression, LogicalPlan, SortKey } from '@artemis/plan'
import { columnReference, int64, isNumeric, literal, sqlTypeName } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import type { Binder, ExpressionScope, QueryEnvironment, QueryTail } from './binder.js'
import { coerce, explicitCast, isStringLiteral, unify } from './coerce.js'
import { checkUnusedCommonTables, withCommonTables } from './common-tables.js'
import { bindConstant, valueOf } from './constants.js'
import { bindError, unsupported } from './errors.js'
import { containsParameter, isConstant } from './properties.js'
import { emptyScope, scopeOf } from './scope.js'
import { bindSelect } from './select.js'
import { bindSetOperation } from './set-operations.js'
import { nullsFirst } from './sort-keys.js'
import { ordinalOf } from './select-order.js'

export function bindQuery(binder: Binder, query: ast.Query, environment: QueryEnvironment): LogicalPlan {
  const inner = withCommonTables(query.with, environment)
  const plan = bindBody(binder, query.body, inner, { orderBy: query.orderBy, limit: query.limit, offset: query.offset })
  checkUnusedCommonTables(binder, query.with, inner)
  return plan
}

function bindBody(binder: Binder, body: ast.QueryBody, environment: QueryEnvironment, tail: QueryTail): LogicalPlan {
  switch (body.kind) {
    case 'select':
      return bindSelect(binder, body, environment, tail, (plan) => bindLimit(binder, plan, tail))
    case 'query':
      return withTail(binder, binder.query(body, environment), tail, environment)
    case 'values':
      return withTail(binder, bindValues(binder, body, environment), tail, environment)
    case 'set_operation':
      return withTail(
        binder,
        bindSetOperation(binder, body, (input) => bindInput(binder, input, environment)),
        tail,
        environment,
      )
    default:
      return unreachable(body, 'query body')
  }
}

function bindInput(binder: Binder, body: ast.QueryBody, environment: QueryEnvironment): LogicalPlan {
  const none: QueryTail = { orderBy: undefined, limit: undefined, offset: undefined }
  return binder.nested(6, body.span, () => bindBody(binder, body, environment, none))
}

/** ORDER BY over the result's own columns, then LIMIT. */
function withTail(binder: Binder, plan: LogicalPlan, tail: QueryTail, environment: QueryEnvironment): LogicalPlan {
  return bindLimit(binder, tail.orderBy === undefined ? plan : sortResult(binder, plan, tail.orderBy, environment), tail)
}

function sortResult(binder: Binder, plan: LogicalPlan, orderBy: ast.OrderBy, environment: QueryEnvironment): LogicalPlan {
  const relation = scopeOf([], plan.columns)
  const scope: ExpressionScope = { environment, relation, clause: 'ORDER BY', aggregates: null, aliases: null }
  const keys = orderBy.keys.flatMap((key): SortKey[] => {
    const order = { descending: key.direction === 'desc', nullsFirst: nullsFirst(binder, key) }
    if (orderBy.all) return plan.columns.map((column) => ({ expression: columnReference(column, key.span), ...order }))
    const ordinal = ordinalOf(key.expression, plan.columns.length, 'ORDER BY')
    const expression = ordinal === undefined ? binder.expression(key.expression, scope) : columnReference(plan.columns[ordinal]!, key.span)
    return isConstant(expression) ? [] : [{ expression, ...order }]
  })
  return keys.length === 0 ? plan : { kind: 'sort', input: plan, keys, fetch: null, columns: plan.columns }
}

/** LIMIT and OFFSET as constants of type BIGINT; a NULL is no limit. */
function bindLimit(binder: Binder, plan: LogicalPlan, { limit, offset }: QueryTail): LogicalPlan {
  if (limit?.percent === true) throw unsupported('LIMIT with PERCENT', limit.span)
  if (limit?.withTies === true) throw unsupported('WITH TIES', limit.span)
  const fetch = limit === undefined ? null : bindCount(binder, limit.count, 'LIMIT')
  const skip = offset === undefined ? null : bindCount(binder, offset, 'OFFSET')
  return fetch === null && skip === null ? plan : { kind: 'limit', input: plan, offset: skip, fetch, columns: plan.columns }
}

function bindCount(binder: Binder, node: ast.Expression, clause: string): Expression | null {
  const bound = bindConstant(binder, node, clause)
  if (!isNumeric(bound.type) && bound.type.kind !== 'null' && !isStringLiteral(bound)) {
    throw bindError('INVALID_LIMIT', `${clause} needs a number, not ${sqlTypeName(bound.type)}`, node.span)
  }
  const count =
    bound.kind === 'literal' || bound.kind === 'parameter'
      ? coerce(binder, bound, int64)
      : explicitCast(binder, bound, int64, false, node.span)
  if (containsParameter(count)) return count
  const { value } = valueOf(binder, count, clause, node.span)
  if (value === null) return null
  if (typeof value !== 'bigint' || value < 0n) throw bindError('INVALID_LIMIT', `${clause} cannot be negative`, node.span)
  return literal(int64, value, node.span)
}

/** VALUES: every column has the type that its values meet in. */
function bindValues(binder: Binder, values: ast.Values, environment: QueryEnvironment): LogicalPlan {
  const width = values.rows[0]?.elements.length ?? 0
  const scope: ExpressionScope = { environment, relation: emptyScope, clause: 'VALUES', aggregates: null, aliases: null }
  const rows = values.rows.map((row) => {
    if (row.elements.length !== width) {
      throw bindError('ROW_LENGTH_MISMATCH', `the rows of VALUES differ in length: ${width} and ${row.elements.length}`, row.span)
    }
    return row.elements.map((element) => binder.expression(element, scope))
  })
  const unified = Array.from({ length: width }, (_, i) =>
    unify(
      binder,
      rows.map((row) => row[i]!),
      `the values of column ${i + 1}`,
    ),
  )
  const columns = unified.map(({ type, expressions }, i) =>
    binder.column(
      `col${i}`,
      type,
      expressions.some((expression) => expression.nullable),
    ),
  )
  return { kind: 'values', rows: rows.map((_, row) => unified.map((column) => column.expressions[row]!)), columns }
}
