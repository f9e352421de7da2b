/**
 * Plans of another text, such as a view's or a prepared statement's: their places mean nothing in the statement that uses
 * them, so errors at run time are to point at the use.
 */

import type { Span } from '@artemis/errors'
import type { Expression } from './expression.js'
import type { LogicalPlan } from './logical.js'
import { mapPlanExpressions, transformExpression, transformPlan } from './walk.js'

/** The same plan with `span` as the place of everything in it. */
export function relocatePlan(plan: LogicalPlan, span: Span): LogicalPlan {
  return transformPlan(plan, (node) => relocateNode(mapPlanExpressions(node, (expression) => relocateExpression(expression, span)), span))
}

function relocateNode(node: LogicalPlan, span: Span): LogicalPlan {
  switch (node.kind) {
    case 'scan':
      return { ...node, span }
    case 'aggregate':
      return { ...node, aggregates: node.aggregates.map((aggregate) => ({ ...aggregate, span })) }
    default:
      return node
  }
}

function relocateExpression(expression: Expression, span: Span): Expression {
  return transformExpression(expression, (node) =>
    node.kind === 'subquery' ? { ...node, plan: relocatePlan(node.plan, span), span } : { ...node, span },
  )
}
