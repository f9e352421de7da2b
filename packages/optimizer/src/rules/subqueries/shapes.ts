/** Shapes of subqueries that have a simpler meaning than their plans. */

import type { AggregatePlan, Column, Expression, LimitPlan, LogicalPlan } from '@artemis/plan'
import { bool, columnReference, literal, substituteColumns } from '@artemis/plan'
import type { OptimizerContext } from '../../rule.js'
import { isVolatile } from '../predicates.js'

/** A plan that has rows just when this one has: what neither adds the first row nor takes the last away is left out. */
export function rowsThatExist(plan: LogicalPlan): LogicalPlan {
  switch (plan.kind) {
    case 'project':
      return plan.expressions.some(isVolatile) ? plan : rowsThatExist(plan.input)
    case 'sort':
      return rowsThatExist(plan.input)
    case 'limit':
      if (fetchOf(plan) === 0n) return { kind: 'values', rows: [], columns: [] }
      return plan.offset === null && fetchOf(plan) !== undefined ? rowsThatExist(plan.input) : plan
    case 'aggregate':
      return plan.groupBy.length > 0 ? rowsThatExist(plan.input) : { kind: 'values', rows: [[]], columns: [] }
    default:
      return plan
  }
}

/** How many rows a limit lets through; null for all, undefined when it is not known yet. */
export function fetchOf({ fetch }: LimitPlan): bigint | null | undefined {
  if (fetch === null) return null
  if (fetch.kind !== 'literal') return undefined
  return fetch.value === null ? null : BigInt(fetch.value as bigint | number)
}

/** A subquery that ends in one row of aggregates: its value and the HAVING over it, in terms of the aggregates. */
export interface OverAggregate {
  readonly aggregate: AggregatePlan
  readonly value: Expression
  readonly conditions: readonly Expression[]
}

/** Looks below projections, HAVING and what does nothing to one row. */
export function overAggregate(plan: LogicalPlan): OverAggregate | undefined {
  const above = new Above(plan)
  for (let node = plan; ;) {
    switch (node.kind) {
      case 'project':
      case 'filter':
        if (!above.add(node)) return undefined
        node = node.input
        break
      case 'sort':
        node = node.input
        break
      case 'limit': {
        const fetch = fetchOf(node)
        if (node.offset !== null || fetch === undefined || fetch === 0n) return undefined
        node = node.input
        break
      }
      case 'aggregate':
        return node.groupBy.length === 0 && node.aggregates.length > 0
          ? { aggregate: node, value: above.value, conditions: above.conditions }
          : undefined
      default:
        return undefined
    }
  }
}

/** `(SELECT … ORDER BY k LIMIT 1)` as an aggregate: the first value in that order. */
export function overFirstRow(plan: LogicalPlan, context: OptimizerContext): OverAggregate | undefined {
  const above = new Above(plan)
  let node = plan
  while (node.kind === 'project') {
    if (!above.add(node)) return undefined
    node = node.input
  }
  if (node.kind !== 'limit' || node.offset !== null || fetchOf(node) !== 1n) return undefined
  const { input: rows } = node
  const sorted = rows.kind === 'sort' && rows.fetch === null
  const orderBy = sorted ? rows.keys : []
  const aggregates: AggregatePlan['aggregates'][number][] = []
  const columns: Column[] = []
  const first = (expression: Expression, name: string): Column | undefined => {
    const fn = context.aggregate?.('first', [expression.type])
    if (fn === undefined) return undefined
    const column: Column = { id: context.ids.next(), name, type: fn.returnType, nullable: true }
    aggregates.push({ function: fn, arguments: [expression], distinct: false, filter: null, orderBy })
    columns.push(column)
    return column
  }
  const replacements = new Map<number, Expression>()
  for (const column of rows.columns) {
    const made = first(columnReference(column), column.name)
    if (made === undefined) return undefined
    replacements.set(column.id, columnReference(made))
  }
  // What is computed above need not be NULL where there is no row.
  const found = above.value.kind === 'column' ? undefined : first(literal(bool, true), 'found')
  const aggregate: AggregatePlan = { kind: 'aggregate', input: sorted ? rows.input : rows, groupBy: [], aggregates, columns }
  return { aggregate, value: substituteColumns(above.value, replacements), conditions: found === undefined ? [] : [columnReference(found)] }
}

/** What projections and filters make of a plan's first column, in terms of the columns below them. */
class Above {
  value: Expression
  conditions: Expression[] = []

  constructor(plan: LogicalPlan) {
    this.value = columnReference(plan.columns[0]!)
  }

  /** Takes the next node down; false when it must not be moved. */
  add(node: LogicalPlan): boolean {
    if (node.kind === 'filter') {
      if (isVolatile(node.predicate)) return false
      this.conditions.push(node.predicate)
    } else if (node.kind === 'project') {
      if (node.expressions.some(isVolatile)) return false
      const definitions = new Map(node.columns.map((column, i) => [column.id, node.expressions[i]!]))
      this.value = substituteColumns(this.value, definitions)
      this.conditions = this.conditions.map((condition) => substituteColumns(condition, definitions))
    }
    return true
  }
}
