/**
 * Turns every subquery expression into a join:
 *
 *   WHERE x IN (q)          -> semi join on x = q's column
 *   WHERE x NOT IN (q)      -> null-aware anti join
 *   WHERE [NOT] EXISTS (q)  -> semi or anti join without a condition
 *   IN, EXISTS elsewhere    -> mark join; the expression becomes its mark column
 *   scalar subquery         -> single join; the expression becomes its column
 */

import { UnsupportedError } from '@artemis/errors'
import type { Column, EquiCondition, Expression, JoinPlan, JoinType, LogicalPlan, SubqueryExpression } from '@artemis/plan'
import {
  and,
  bool,
  columnReference,
  conjuncts,
  mapExpressionChildren,
  mapPlanChildren,
  mapPlanExpressions,
  not,
  planExpressions,
  walkExpression,
} from '@artemis/plan'
import type { OptimizerContext, OptimizerRule } from '../rule.js'

export const unnestSubqueries: OptimizerRule = {
  name: 'unnest_subqueries',
  apply: (plan, context) => unnest(plan, context),
}

function unnest(plan: LogicalPlan, context: OptimizerContext): LogicalPlan {
  const node = mapPlanChildren(plan, (child) => unnest(child, context))
  if (!planExpressions(node).some(hasSubquery)) return node
  switch (node.kind) {
    case 'filter':
      return restoreColumns(unnestFilter(node.input, node.predicate, context), node.columns)
    case 'project':
    case 'aggregate': {
      const holder = { input: node.input }
      const rewritten = mapPlanExpressions(node, (expression) => replaceSubqueries(expression, holder, context))
      return { ...(rewritten as typeof node), input: holder.input }
    }
    case 'sort': {
      const holder = { input: node.input }
      const rewritten = mapPlanExpressions(node, (expression) => replaceSubqueries(expression, holder, context))
      const sorted: LogicalPlan = { ...(rewritten as typeof node), input: holder.input, columns: holder.input.columns }
      return restoreColumns(sorted, node.columns)
    }
    case 'join': {
      if (node.joinType !== 'inner' || node.residual === null) break
      const joined: JoinPlan = { ...node, residual: null }
      return restoreColumns(unnestFilter(joined, node.residual, context), node.columns)
    }
    case 'values': {
      if (node.rows.length !== 1) break
      const holder: { input: LogicalPlan } = { input: { kind: 'values', rows: [[]], columns: [] } }
      const expressions = node.rows[0]!.map((expression) => replaceSubqueries(expression, holder, context))
      return { kind: 'project', input: holder.input, expressions, columns: node.columns }
    }
    default:
  }
  const place = planExpressions(node).find(hasSubquery)
  throw new UnsupportedError({
    code: 'SUBQUERY_HERE',
    message: `a subquery in ${node.kind === 'join' ? `the ON clause of a ${node.joinType} join` : `a ${node.kind} node`} is not supported yet`,
    span: place?.span,
  })
}

function hasSubquery(expression: Expression): boolean {
  let found = false
  walkExpression(expression, (node) => {
    if (node.kind === 'subquery') found = true
    return !found
  })
  return found
}

/** Joins added for subqueries put out more columns; what was there before is put out alone again. */
function restoreColumns(plan: LogicalPlan, columns: readonly Column[]): LogicalPlan {
  return { kind: 'project', input: plan, expressions: columns.map((column) => columnReference(column)), columns }
}

/** Conjuncts that are a bare IN or EXISTS become semi and anti joins; the rest is filtered above them. */
function unnestFilter(input: LogicalPlan, predicate: Expression, context: OptimizerContext): LogicalPlan {
  const holder = { input }
  const kept: Expression[] = []
  for (const conjunct of conjuncts(predicate)) {
    const { subquery, negated } = bareSubquery(conjunct)
    if (subquery === undefined || subquery.operands.some(hasSubquery)) kept.push(replaceSubqueries(conjunct, holder, context))
    else holder.input = semiJoin(holder.input, subquery, negated, context)
  }
  if (kept.length === 0) return holder.input
  return { kind: 'filter', input: holder.input, predicate: and(kept), columns: holder.input.columns }
}

function bareSubquery(conjunct: Expression): { subquery: SubqueryExpression | undefined; negated: boolean } {
  if (conjunct.kind === 'not') {
    const inner = bareSubquery(conjunct.input)
    return { subquery: inner.subquery, negated: !inner.negated }
  }
  if (conjunct.kind !== 'subquery' || conjunct.form === 'scalar') return { subquery: undefined, negated: false }
  return { subquery: conjunct, negated: conjunct.negated }
}

function semiJoin(left: LogicalPlan, subquery: SubqueryExpression, negated: boolean, context: OptimizerContext): LogicalPlan {
  const right = subqueryPlan(subquery, context)
  const nullAware = negated && subquery.form === 'in'
  if (nullAware) refuseRowValues(subquery)
  const joinType: JoinType = negated ? 'anti' : 'semi'
  return { kind: 'join', joinType, left, right, on: equiConditions(subquery, right), residual: null, nullAware, columns: left.columns }
}

function equiConditions(subquery: SubqueryExpression, right: LogicalPlan): EquiCondition[] {
  return subquery.operands.map((left, i) => ({ left, right: columnReference(right.columns[i]!), nullEqualsNull: false }))
}

/** Adds the joins that a nested expression needs to `holder.input` and returns the expression over their columns. */
function replaceSubqueries(expression: Expression, holder: { input: LogicalPlan }, context: OptimizerContext): Expression {
  const rewritten = mapExpressionChildren(expression, (child) => replaceSubqueries(child, holder, context))
  if (rewritten.kind !== 'subquery') return rewritten
  const left = holder.input
  const right = subqueryPlan(rewritten, context)
  if (rewritten.form === 'scalar') {
    const value: Column = { ...right.columns[0]!, nullable: true }
    const columns = [...left.columns, ...right.columns.map((column) => ({ ...column, nullable: true }))]
    holder.input = { kind: 'join', joinType: 'single', left, right, on: [], residual: null, nullAware: false, columns }
    return columnReference(value, rewritten.span)
  }
  const nullAware = rewritten.form === 'in'
  if (nullAware) refuseRowValues(rewritten)
  const mark: Column = { id: context.ids.next(), name: rewritten.form, type: bool, nullable: nullAware && rewritten.nullable }
  holder.input = {
    kind: 'join',
    joinType: 'mark',
    left,
    right,
    on: equiConditions(rewritten, right),
    residual: null,
    nullAware,
    columns: [...left.columns, mark],
  }
  const reference = columnReference(mark, rewritten.span)
  return rewritten.negated ? not(reference) : reference
}

function subqueryPlan(subquery: SubqueryExpression, context: OptimizerContext): LogicalPlan {
  if (subquery.outerColumns.length > 0) {
    throw new UnsupportedError({
      code: 'CORRELATED_SUBQUERY',
      message: 'correlated subqueries are not supported yet',
      span: subquery.span,
      hint: 'Write it as a join, or aggregate first in a subquery of FROM.',
    })
  }
  return unnest(subquery.plan, context)
}

/** Three-valued IN over rows needs a comparison per column that a null-aware hash join does not make. */
function refuseRowValues(subquery: SubqueryExpression): void {
  const nullable = subquery.operands.some((operand) => operand.nullable) || subquery.plan.columns.some((column) => column.nullable)
  if (subquery.operands.length > 1 && nullable) {
    throw new UnsupportedError({ code: 'ROW_VALUE_IN', message: 'IN over rows that may be NULL is not supported here yet', span: subquery.span })
  }
}
