/** Makes one projection of two where no work is doubled, and drops projections that change nothing. */

import type { LogicalPlan, ProjectPlan } from '@artemis/plan'
import { substituteColumns, transformPlan, walkExpression } from '@artemis/plan'
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

/** An inner expression that is more than a column or a literal may be used once at most, and not if it is volatile. */
function canMerge(outer: ProjectPlan, inner: ProjectPlan): boolean {
  const uses = new Map<number, number>()
  for (const expression of outer.expressions) {
    walkExpression(expression, (node) => {
      if (node.kind === 'column') uses.set(node.id, (uses.get(node.id) ?? 0) + 1)
    })
  }
  return inner.columns.every((column, i) => {
    const definition = inner.expressions[i]!
    if (definition.kind === 'column' || definition.kind === 'literal') return true
    // A column kept under its own id by the outer projection must go on being made under that id.
    return (uses.get(column.id) ?? 0) <= 1 && !isVolatile(definition) && !insideLazyBranch(outer, column.id)
  })
}

/** Moving a computation into a CASE is allowed by SQL, but would hide an error that the query raises now. */
function insideLazyBranch(outer: ProjectPlan, id: number): boolean {
  let found = false
  for (const expression of outer.expressions) {
    walkExpression(expression, (node) => {
      if (node.kind !== 'case') return
      walkExpression(node, (inner) => {
        if (inner.kind === 'column' && inner.id === id) found = true
      })
    })
  }
  return found
}

function isIdentity(plan: ProjectPlan): boolean {
  if (plan.columns.length !== plan.input.columns.length) return false
  return plan.expressions.every((expression, i) => {
    const output = plan.columns[i]!
    const input = plan.input.columns[i]!
    return expression.kind === 'column' && expression.id === input.id && output.id === input.id && output.name === input.name
  })
}
