/** Makes one projection of two where no work is doubled, and drops projections that change nothing. */

import type { Expression, LogicalPlan, ProjectPlan } from '@artemis/plan'
import { expressionChildren, substituteColumns, transformPlan } from '@artemis/plan'
import type { OptimizerRule } from '../rule.js'
import { isVolatile } from './predicates.js'

export const mergeProjections: OptimizerRule = {
  name: 'merge_projections',
  apply: (plan) => transformPlan(plan, merge),
}

function merge(plan: LogicalPlan): LogicalPlan {
  if (plan.kind !== 'project') return plan
  if (plan.input.kind === 'project' && canMerge(plan, plan.input)) {
    const inner = plan.input
    const definitions = new Map(inner.columns.map((column, i) => [column.id, inner.expressions[i]!]))
    const expressions = plan.expressions.map((expression) => substituteColumns(expression, definitions))
    return merge({ ...plan, expressions, input: inner.input })
  }
  return isIdentity(plan) ? plan.input : plan
}

/**
 * An inner expression that is more than a column or a literal may be used once at most, not if it is volatile, and not
 * inside a CASE: SQL allows that, but an error that the query raises now would come and go with the rows.
 */
function canMerge(outer: ProjectPlan, inner: ProjectPlan): boolean {
  const uses = new Map<number, number>()
  const inCase = new Set<number>()
  const count = (node: Expression, insideCase: boolean): void => {
    if (node.kind === 'column') {
      uses.set(node.id, (uses.get(node.id) ?? 0) + 1)
      if (insideCase) inCase.add(node.id)
    }
    for (const child of expressionChildren(node)) count(child, insideCase || node.kind === 'case')
  }
  for (const expression of outer.expressions) count(expression, false)
  return inner.columns.every((column, i) => {
    const definition = inner.expressions[i]!
    if (definition.kind === 'column' || definition.kind === 'literal') return true
    return (uses.get(column.id) ?? 0) <= 1 && !inCase.has(column.id) && !isVolatile(definition)
  })
}

/** Whether a projection puts out just what comes in, names included: the result takes them from its root. */
export function isIdentity(plan: ProjectPlan): boolean {
  if (plan.columns.length !== plan.input.columns.length) return false
  return plan.expressions.every((expression, i) => {
    const output = plan.columns[i]!
    const input = plan.input.columns[i]!
    return expression.kind === 'column' && expression.id === input.id && output.id === input.id && output.name === input.name
  })
}
