/** Questions about bound expressions and plans that more than one part of the binder asks. */

import type { Expression, LogicalPlan } from '@artemis/plan'
import { planExpressions, walkExpression, walkPlan } from '@artemis/plan'

export function containsSubquery(expression: Expression): boolean {
  return some(expression, (node) => node.kind === 'subquery')
}

/** Whether the value may differ each time it is computed. */
export function isVolatile(expression: Expression): boolean {
  return some(expression, (node) => node.kind === 'call' && node.function.volatility === 'volatile')
}

/** Whether the value is the same for every row, known before anything is read: no columns, parameters or subqueries. */
export function isConstant(expression: Expression): boolean {
  return !some(expression, (node) => {
    if (node.kind === 'column' || node.kind === 'parameter' || node.kind === 'subquery') return true
    return node.kind === 'call' && node.function.volatility === 'volatile'
  })
}

export function containsParameter(expression: Expression): boolean {
  return some(expression, (node) => node.kind === 'parameter')
}

/** Whether computing it cannot fail and costs next to nothing, so that it may be computed for rows that do not need it. */
export function isHarmless(expression: Expression): boolean {
  return !some(expression, (node) => {
    if (node.kind === 'cast' || node.kind === 'subquery' || node.kind === 'case') return true
    return node.kind === 'call' && (node.function.canThrow || node.function.volatility === 'volatile')
  })
}

function some(expression: Expression, test: (node: Expression) => boolean): boolean {
  let found = false
  walkExpression(expression, (node) => {
    if (!found && test(node)) found = true
    return !found
  })
  return found
}

/** Ids that a plan reads but does not make: the columns of the queries around a subquery, in ascending order. */
export function freeColumns(plan: LogicalPlan): readonly number[] {
  const made = new Set<number>()
  const read = new Set<number>()
  walkPlan(plan, (node) => {
    for (const column of node.columns) made.add(column.id)
    if (node.kind === 'scan') for (const column of node.allColumns) made.add(column.id)
    for (const expression of planExpressions(node)) {
      walkExpression(expression, (part) => {
        if (part.kind === 'column') read.add(part.id)
        else if (part.kind === 'subquery') for (const id of part.outerColumns) read.add(id)
      })
    }
  })
  return [...read].filter((id) => !made.has(id)).sort((a, b) => a - b)
}
