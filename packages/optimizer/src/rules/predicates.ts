/** What the pushdown rules share. */

import type { Expression, LogicalPlan } from '@artemis/plan'
import { and, walkExpression } from '@artemis/plan'

/** The plan with the predicates, which read its columns, applied to its rows as deep as they go. */
export type Push = (plan: LogicalPlan, predicates: readonly Expression[]) => LogicalPlan

export function filterAbove(plan: LogicalPlan, predicates: readonly Expression[]): LogicalPlan {
  if (predicates.length === 0) return plan
  return { kind: 'filter', input: plan, predicate: and(predicates), columns: plan.columns }
}

/** Whether its value may differ from row to row of the same values: it must run as often as it is written. */
export function isVolatile(expression: Expression): boolean {
  let found = false
  walkExpression(expression, (node) => {
    if (node.kind === 'call' && node.function.volatility === 'volatile') found = true
    return !found
  })
  return found
}
