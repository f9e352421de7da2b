/** What the rules that move predicates share. */

import type { Expression, LogicalPlan } from '@artemis/plan'
import { and, isImplicitCast, walkExpression } from '@artemis/plan'

/** The plan with the predicates, which read its columns, applied to its rows as deep as they go. */
export type Push = (plan: LogicalPlan, predicates: readonly Expression[]) => LogicalPlan

export function filterAbove(plan: LogicalPlan, predicates: readonly Expression[]): LogicalPlan {
  if (predicates.length === 0) return plan
  return { kind: 'filter', input: plan, predicate: and(predicates), columns: plan.columns }
}

/** Whether its value may differ from row to row of the same values: it must run as often as it is written. */
export function isVolatile(expression: Expression): boolean {
  return some(expression, (node) => node.kind === 'call' && node.function.volatility === 'volatile')
}

/** Arithmetic can overflow, but nobody guards it against that: holding it back would only cost time. */
const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '//', '%', 'negate', 'abs', 'round'])

/**
 * Whether it raises errors for some values as a matter of course, such as the cast of a text to a number. A join may
 * keep such values away from it, so it stays above joins that drop rows: `kind = 'number' AND CAST(text AS INTEGER) > 5`
 * must not fail because the optimizer put the second part first.
 */
export function isFallible(expression: Expression): boolean {
  return some(expression, (node) => {
    if (node.kind === 'call') return node.function.canThrow && !ARITHMETIC.has(node.function.name)
    return node.kind === 'cast' && !node.try && node.type.kind !== 'utf8' && !isImplicitCast(node.input.type, node.type)
  })
}

export function hasSubquery(expression: Expression): boolean {
  return some(expression, (node) => node.kind === 'subquery')
}

function some(expression: Expression, test: (node: Expression) => boolean): boolean {
  let found = false
  walkExpression(expression, (node) => {
    if (!found && test(node)) found = true
    return !found
  })
  return found
}
