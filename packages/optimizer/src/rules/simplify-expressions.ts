/** Folds constants and brings every expression of the plan to the simple form that sources and kernels know. */

import type { LogicalPlan } from '@artemis/plan'
import { mapArray, mapPlanChildren, mapPlanExpressions } from '@artemis/plan'
import type { OptimizerContext, OptimizerRule } from '../rule.js'
import { simplifyExpression } from '../simplify/simplify.js'

export const simplifyExpressions: OptimizerRule = {
  name: 'simplify_expressions',
  apply: (plan, context) => simplify(plan, context),
}

function simplify(plan: LogicalPlan, context: OptimizerContext): LogicalPlan {
  const node = mapPlanChildren(plan, (child) => simplify(child, context))
  // Literal rows are evaluated once in any case: folding each of thousands of cells on its own would only cost time.
  if (node.kind === 'values') return node
  if (node.kind === 'limit') return mapPlanExpressions(node, (expression) => simplifyExpression(expression, context))
  const rewritten = mapPlanExpressions(node, (expression) => simplifyExpression(expression, context))
  if (rewritten.kind !== 'sort') return rewritten
  // A constant key orders nothing.
  const keys = mapArray(rewritten.keys, (key) => key).filter((key) => key.expression.kind !== 'literal')
  if (keys.length === rewritten.keys.length) return rewritten
  return keys.length === 0 && rewritten.fetch === null ? rewritten.input : { ...rewritten, keys }
}
