/**
 * Turns every subquery expression into a join:
 *
 *   WHERE x IN (q)          -> semi join on x = q's column
 *   WHERE x NOT IN (q)      -> null-aware anti join
 *   WHERE [NOT] EXISTS (q)  -> semi or anti join
 *   IN, EXISTS elsewhere    -> mark join; the expression becomes its mark column
 *   scalar subquery         -> single join, or left join with a grouped aggregate; the expression becomes its column
 *
 * What a subquery reads of the query around it becomes the join's condition: `subqueries/` says how.
 */

import { UnsupportedError } from '@artemis/errors'
import type { Column, Expression, JoinPlan, LogicalPlan, SubqueryExpression, ValuesPlan } from '@artemis/plan'
import {
  and,
  columnReference,
  conjuncts,
  mapPlanChildren,
  mapPlanExpressions,
  planExpressions,
  referencedColumns,
  walkExpression,
} from '@artemis/plan'
import type { OptimizerContext, OptimizerRule } from '../rule.js'
import type { SideIds } from './join-conditions.js'
import { idsOf } from './join-conditions.js'
import { filterAbove, hasSubquery, isFallible, isVolatile } from './predicates.js'
import { freeColumns } from './subqueries/free-columns.js'
import { SubqueryJoins } from './subqueries/subquery-joins.js'
import { copyPlan } from './subqueries/copy-plan.js'

export const unnestSubqueries: OptimizerRule = {
  name: 'unnest_subqueries',
  apply: (plan, context) => new Unnesting(context).unnest(plan),
}

/** One run of the rule. */
class Unnesting {
  readonly #context: OptimizerContext
  /** Plans of subqueries that stand in the plan already: an expression that is used twice brings its plan twice. */
  readonly #placed = new Set<LogicalPlan>()

  constructor(context: OptimizerContext) {
    this.#context = context
  }

  unnest(plan: LogicalPlan): LogicalPlan {
    const node = mapPlanChildren(plan, (child) => this.unnest(child))
    if (!planExpressions(node).some(hasSubquery)) return node
    switch (node.kind) {
      case 'filter':
        return restoreColumns(this.#filter(node.input, node.predicate), node.columns)
      case 'project':
      case 'aggregate': {
        const joins = this.#joins(node.input)
        const rewritten = mapPlanExpressions(node, (expression) => joins.replace(expression))
        return { ...(rewritten as typeof node), input: joins.plan }
      }
      case 'sort': {
        const joins = this.#joins(node.input)
        const rewritten = mapPlanExpressions(node, (expression) => joins.replace(expression))
        const sorted: LogicalPlan = { ...(rewritten as typeof node), input: joins.plan, columns: joins.plan.columns }
        return restoreColumns(sorted, node.columns)
      }
      case 'join':
        return this.#join(node)
      case 'values':
        return this.#values(node)
      default:
        throw unsupportedHere(planExpressions(node).find(hasSubquery), `a ${node.kind} node`)
    }
  }

  #joins(input: LogicalPlan): SubqueryJoins {
    return new SubqueryJoins(input, this.#context, (subquery) => this.#subqueryPlan(subquery))
  }

  /** The subquery's plan, unnested itself. */
  #subqueryPlan({ plan }: SubqueryExpression): LogicalPlan {
    const inner = this.unnest(plan)
    if (this.#placed.has(plan)) return copyPlan(inner, this.#context).plan
    this.#placed.add(plan)
    return inner
  }

  /** Conjuncts that are a bare IN or EXISTS become semi and anti joins; what needs no subquery goes below, the rest above. */
  #filter(input: LogicalPlan, predicate: Expression): LogicalPlan {
    const parts = conjuncts(predicate)
    const below = parts.filter((part) => !hasSubquery(part) && !isFallible(part) && !isVolatile(part))
    const joins = this.#joins(filterAbove(input, below))
    const above: Expression[] = []
    for (const part of parts) {
      if (below.includes(part)) continue
      const { subquery, negated } = bareSubquery(part)
      if (subquery === undefined) above.push(joins.replace(part))
      else joins.keepRows(subquery, negated)
    }
    return above.length === 0 ? joins.plan : { kind: 'filter', input: joins.plan, predicate: and(above), columns: joins.plan.columns }
  }

  /**
   * Subqueries in ON. An inner join is a cross join that is filtered. For the others, a join that computes a value leaves
   * its input's rows as they are, so it can stand on the side whose columns the subquery reads.
   */
  #join(node: JoinPlan): LogicalPlan {
    if (node.residual === null)
      throw unsupportedHere(node.on.flatMap((condition) => [condition.left, condition.right]).find(hasSubquery), 'an equality of ON')
    if (node.joinType === 'inner') return restoreColumns(this.#filter({ ...node, residual: null }, node.residual), node.columns)
    const sides = { left: this.#joins(node.left), right: this.#joins(node.right) }
    const ids = { left: idsOf(node.left), right: idsOf(node.right) }
    const replace = (part: Expression): Expression => {
      if (!hasSubquery(part)) return part
      const side = this.#sideOfSubqueries(part, ids)
      if (side !== undefined) return sides[side].replace(part)
      throw unsupportedHere(part, `the ON clause of a ${node.joinType} join that reads both sides`)
    }
    const residual = and(conjuncts(node.residual).map(replace))
    const [left, right] = [sides.left.plan, sides.right.plan]
    // In the order of the output, with the columns that were added to either side after those that were there.
    const added = (side: LogicalPlan, before: LogicalPlan, widens: boolean): Column[] =>
      side.columns.slice(before.columns.length).map((column) => (widens ? { ...column, nullable: true } : column))
    const { joinType } = node
    const leftColumns = [
      ...node.columns.slice(0, node.left.columns.length),
      ...added(left, node.left, joinType === 'right' || joinType === 'full'),
    ]
    const oneSided = joinType === 'semi' || joinType === 'anti'
    const rightColumns = oneSided
      ? []
      : [...node.columns.slice(node.left.columns.length), ...added(right, node.right, joinType === 'left' || joinType === 'full')]
    return restoreColumns({ ...node, left, right, residual, columns: [...leftColumns, ...rightColumns] }, node.columns)
  }

  /** The side whose columns the subqueries in an expression read, their operands included. */
  #sideOfSubqueries(expression: Expression, ids: SideIds): 'left' | 'right' | undefined {
    const read = new Set<number>()
    walkExpression(expression, (node) => {
      if (node.kind === 'subquery') {
        for (const id of freeColumns(node.plan)) read.add(id)
        for (const operand of node.operands) referencedColumns(operand, read)
      }
    })
    const [readsLeft, readsRight] = [ids.left, ids.right].map((side) => [...read].some((id) => side.has(id)))
    if (readsLeft && readsRight) return undefined
    return readsLeft ? 'left' : 'right'
  }

  /** Rows with subqueries as projections of one row each. */
  #values(node: ValuesPlan): LogicalPlan {
    const inputs = node.rows.map((row): LogicalPlan => {
      const joins = this.#joins({ kind: 'values', rows: [[]], columns: [] })
      const expressions = row.map((expression) => joins.replace(expression))
      const columns = node.rows.length === 1 ? node.columns : node.columns.map((column) => ({ ...column, id: this.#context.ids.next() }))
      return { kind: 'project', input: joins.plan, expressions, columns }
    })
    if (inputs.length === 1) return inputs[0]!
    return { kind: 'union', inputs, inputColumns: inputs.map((input) => input.columns.map((column) => column.id)), columns: node.columns }
  }
}

function unsupportedHere(expression: Expression | undefined, where: string): UnsupportedError {
  return new UnsupportedError({ code: 'SUBQUERY_HERE', message: `a subquery in ${where} is not supported yet`, span: expression?.span })
}

/** Joins added for subqueries put out more columns; what was there before is put out alone again. */
function restoreColumns(plan: LogicalPlan, columns: readonly Column[]): LogicalPlan {
  return { kind: 'project', input: plan, expressions: columns.map((column) => columnReference(column)), columns }
}

/** An IN or EXISTS whose operands hold no other subquery. */
function bareSubquery(conjunct: Expression): { readonly subquery: SubqueryExpression | undefined; readonly negated: boolean } {
  if (conjunct.kind === 'not') {
    const inner = bareSubquery(conjunct.input)
    return { subquery: inner.subquery, negated: !inner.negated }
  }
  if (conjunct.kind !== 'subquery' || conjunct.form === 'scalar' || conjunct.operands.some(hasSubquery))
    return { subquery: undefined, negated: false }
  return { subquery: conjunct, negated: conjunct.negated }
}
