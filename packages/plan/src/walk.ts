/**
 * Walking and rebuilding trees. `children` and `mapChildren` are the only places that list every kind of node, so a
 * rule touches just what it matches. Rebuilding returns the same object when nothing below it changed.
 */

import { unreachable } from '@artemis/errors'
import type { AggregateCall, Expression, SortKey } from './expression.js'
import type { LogicalPlan } from './logical.js'

/** Direct operands. A subquery's operands count; its plan does not (see {@link subqueryPlans}). */
export function expressionChildren(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'column':
    case 'parameter':
      return []
    case 'cast':
    case 'not':
    case 'is_null':
      return [expression.input]
    case 'comparison':
      return [expression.left, expression.right]
    case 'and':
    case 'or':
      return expression.operands
    case 'in_list':
      return [expression.input, ...expression.list]
    case 'case':
      return [
        ...expression.branches.flatMap((branch) => [branch.when, branch.then]),
        ...(expression.otherwise ? [expression.otherwise] : []),
      ]
    case 'call':
      return expression.arguments
    case 'subquery':
      return expression.operands
    default:
      return unreachable(expression, 'expression')
  }
}

/** The same expression over mapped operands. Types and nullability are kept: a rule that changes them rebuilds the node. */
export function mapExpressionChildren(expression: Expression, map: (child: Expression) => Expression): Expression {
  switch (expression.kind) {
    case 'literal':
    case 'column':
    case 'parameter':
      return expression
    case 'cast':
    case 'not':
    case 'is_null': {
      const input = map(expression.input)
      return input === expression.input ? expression : { ...expression, input }
    }
    case 'comparison': {
      const left = map(expression.left)
      const right = map(expression.right)
      return left === expression.left && right === expression.right ? expression : { ...expression, left, right }
    }
    case 'and':
    case 'or': {
      const operands = mapArray(expression.operands, map)
      return operands === expression.operands ? expression : { ...expression, operands }
    }
    case 'in_list': {
      const input = map(expression.input)
      const list = mapArray(expression.list, map)
      return input === expression.input && list === expression.list ? expression : { ...expression, input, list }
    }
    case 'case': {
      const branches = mapArray(expression.branches, (branch) => {
        const when = map(branch.when)
        const then = map(branch.then)
        return when === branch.when && then === branch.then ? branch : { when, then }
      })
      const otherwise = expression.otherwise === null ? null : map(expression.otherwise)
      return branches === expression.branches && otherwise === expression.otherwise ? expression : { ...expression, branches, otherwise }
    }
    case 'call': {
      const args = mapArray(expression.arguments, map)
      return args === expression.arguments ? expression : { ...expression, arguments: args }
    }
    case 'subquery': {
      const operands = mapArray(expression.operands, map)
      return operands === expression.operands ? expression : { ...expression, operands }
    }
    default:
      return unreachable(expression, 'expression')
  }
}

/** Maps an array, returning the same array when every element stayed the same. */
export function mapArray<T>(items: readonly T[], map: (item: T) => T): readonly T[] {
  let changed = false
  const out = items.map((item) => {
    const mapped = map(item)
    if (mapped !== item) changed = true
    return mapped
  })
  return changed ? out : items
}

/** Rewrites bottom-up: operands first, then the node itself. */
export function transformExpression(expression: Expression, rewrite: (node: Expression) => Expression): Expression {
  return rewrite(mapExpressionChildren(expression, (child) => transformExpression(child, rewrite)))
}

/** Visits the expression and all below it, top-down; `visit` returns false to skip what is below. */
export function walkExpression(expression: Expression, visit: (node: Expression) => boolean | void): void {
  if (visit(expression) === false) return
  for (const child of expressionChildren(expression)) walkExpression(child, visit)
}

/** Ids of the columns that an expression reads, the outer columns of its subqueries included. */
export function referencedColumns(expression: Expression, into: Set<number> = new Set()): Set<number> {
  walkExpression(expression, (node) => {
    if (node.kind === 'column') into.add(node.id)
    else if (node.kind === 'subquery') for (const id of node.outerColumns) into.add(id)
  })
  return into
}

/** Replaces columns by id; ids without a replacement stay. */
export function substituteColumns(expression: Expression, replacements: ReadonlyMap<number, Expression>): Expression {
  return transformExpression(expression, (node) => (node.kind === 'column' ? (replacements.get(node.id) ?? node) : node))
}

/** The conjuncts of a predicate: the operands of a top-level AND, or the predicate itself. */
export function conjuncts(predicate: Expression): readonly Expression[] {
  return predicate.kind === 'and' ? predicate.operands : [predicate]
}

/** Input plans, left to right. */
export function planChildren(plan: LogicalPlan): readonly LogicalPlan[] {
  switch (plan.kind) {
    case 'scan':
    case 'values':
      return []
    case 'filter':
    case 'project':
    case 'aggregate':
    case 'sort':
    case 'limit':
      return [plan.input]
    case 'join':
    case 'set_operation':
      return [plan.left, plan.right]
    case 'union':
      return plan.inputs
    case 'metadata_aggregate':
      return [plan.fallback]
    default:
      return unreachable(plan, 'logical plan')
  }
}

/** The same node over mapped inputs. `columns` is kept: a rule that changes an input's columns rebuilds the node. */
export function mapPlanChildren(plan: LogicalPlan, map: (child: LogicalPlan) => LogicalPlan): LogicalPlan {
  switch (plan.kind) {
    case 'scan':
    case 'values':
      return plan
    case 'filter':
    case 'project':
    case 'aggregate':
    case 'sort':
    case 'limit': {
      const input = map(plan.input)
      return input === plan.input ? plan : { ...plan, input }
    }
    case 'join':
    case 'set_operation': {
      const left = map(plan.left)
      const right = map(plan.right)
      return left === plan.left && right === plan.right ? plan : { ...plan, left, right }
    }
    case 'union': {
      const inputs = mapArray(plan.inputs, map)
      return inputs === plan.inputs ? plan : { ...plan, inputs }
    }
    case 'metadata_aggregate': {
      const fallback = map(plan.fallback)
      return fallback === plan.fallback ? plan : { ...plan, fallback }
    }
    default:
      return unreachable(plan, 'logical plan')
  }
}

/** The expressions that a node itself holds. */
export function planExpressions(plan: LogicalPlan): readonly Expression[] {
  const found: Expression[] = []
  mapPlanExpressions(plan, (expression) => {
    found.push(expression)
    return expression
  })
  return found
}

/** The plans of the subqueries in a node's own expressions, not those nested within them. */
export function subqueryPlans(plan: LogicalPlan): LogicalPlan[] {
  const plans: LogicalPlan[] = []
  for (const expression of planExpressions(plan)) {
    walkExpression(expression, (node) => {
      if (node.kind === 'subquery') plans.push(node.plan)
    })
  }
  return plans
}

/** The same node over mapped expressions of its own. */
export function mapPlanExpressions(plan: LogicalPlan, map: (expression: Expression) => Expression): LogicalPlan {
  switch (plan.kind) {
    case 'scan': {
      const filters = mapArray(plan.filters, (filter) => {
        const expression = map(filter.expression)
        return expression === filter.expression ? filter : { ...filter, expression }
      })
      return filters === plan.filters ? plan : { ...plan, filters }
    }
    case 'values': {
      const rows = mapArray(plan.rows, (row) => mapArray(row, map))
      return rows === plan.rows ? plan : { ...plan, rows }
    }
    case 'filter': {
      const predicate = map(plan.predicate)
      return predicate === plan.predicate ? plan : { ...plan, predicate }
    }
    case 'project': {
      const expressions = mapArray(plan.expressions, map)
      return expressions === plan.expressions ? plan : { ...plan, expressions }
    }
    case 'aggregate': {
      const groupBy = mapArray(plan.groupBy, map)
      const aggregates = mapArray(plan.aggregates, (aggregate) => mapAggregate(aggregate, map))
      return groupBy === plan.groupBy && aggregates === plan.aggregates ? plan : { ...plan, groupBy, aggregates }
    }
    case 'join': {
      const on = mapArray(plan.on, (condition) => {
        const left = map(condition.left)
        const right = map(condition.right)
        return left === condition.left && right === condition.right ? condition : { ...condition, left, right }
      })
      const residual = plan.residual === null ? null : map(plan.residual)
      return on === plan.on && residual === plan.residual ? plan : { ...plan, on, residual }
    }
    case 'sort': {
      const keys = mapSortKeys(plan.keys, map)
      return keys === plan.keys ? plan : { ...plan, keys }
    }
    case 'limit': {
      const offset = plan.offset === null ? null : map(plan.offset)
      const fetch = plan.fetch === null ? null : map(plan.fetch)
      return offset === plan.offset && fetch === plan.fetch ? plan : { ...plan, offset, fetch }
    }
    case 'union':
    case 'set_operation':
    case 'metadata_aggregate':
      return plan
    default:
      return unreachable(plan, 'logical plan')
  }
}

function mapAggregate(aggregate: AggregateCall, map: (expression: Expression) => Expression): AggregateCall {
  const args = mapArray(aggregate.arguments, map)
  const filter = aggregate.filter === null ? null : map(aggregate.filter)
  const orderBy = mapSortKeys(aggregate.orderBy, map)
  if (args === aggregate.arguments && filter === aggregate.filter && orderBy === aggregate.orderBy) return aggregate
  return { ...aggregate, arguments: args, filter, orderBy }
}

function mapSortKeys(keys: readonly SortKey[], map: (expression: Expression) => Expression): readonly SortKey[] {
  return mapArray(keys, (key) => {
    const expression = map(key.expression)
    return expression === key.expression ? key : { ...key, expression }
  })
}

/** Rewrites a plan bottom-up; plans of subqueries in its expressions are not entered. */
export function transformPlan(plan: LogicalPlan, rewrite: (node: LogicalPlan) => LogicalPlan): LogicalPlan {
  return rewrite(mapPlanChildren(plan, (child) => transformPlan(child, rewrite)))
}

/** Visits the plan and all below it, top-down. */
export function walkPlan(plan: LogicalPlan, visit: (node: LogicalPlan) => void): void {
  visit(plan)
  for (const child of planChildren(plan)) walkPlan(child, visit)
}
