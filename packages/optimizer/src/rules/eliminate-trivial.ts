/** Drops filters that are always true, and turns what can have no rows into the empty relation, upwards. */

import type { LogicalPlan, ValuesPlan } from '@artemis/plan'
import { transformPlan } from '@artemis/plan'
import type { OptimizerRule } from '../rule.js'

export const eliminateTrivial: OptimizerRule = {
  name: 'eliminate_trivial',
  apply: (plan) => transformPlan(plan, eliminate),
}

function empty(plan: LogicalPlan): ValuesPlan {
  return { kind: 'values', rows: [], columns: plan.columns }
}

function isEmpty(plan: LogicalPlan): boolean {
  return plan.kind === 'values' && plan.rows.length === 0
}

function eliminate(plan: LogicalPlan): LogicalPlan {
  switch (plan.kind) {
    case 'filter': {
      if (plan.predicate.kind === 'literal') return plan.predicate.value === true ? plan.input : empty(plan)
      return isEmpty(plan.input) ? empty(plan) : plan
    }
    case 'project':
    case 'sort':
      return isEmpty(plan.input) ? empty(plan) : plan
    case 'limit': {
      const none = plan.fetch?.kind === 'literal' && plan.fetch.value !== null && BigInt(plan.fetch.value as bigint | number) === 0n
      return none || isEmpty(plan.input) ? empty(plan) : plan
    }
    case 'aggregate':
      return isEmpty(plan.input) && plan.groupBy.length > 0 ? empty(plan) : plan
    case 'join': {
      const left = isEmpty(plan.left)
      const right = isEmpty(plan.right)
      switch (plan.joinType) {
        case 'inner':
        case 'semi':
          return left || right ? empty(plan) : plan
        case 'left':
        case 'mark':
        case 'single':
          return left ? empty(plan) : plan
        case 'anti':
          if (left) return empty(plan)
          return right ? plan.left : plan
        case 'right':
          return right ? empty(plan) : plan
        case 'full':
          return left && right ? empty(plan) : plan
      }
      break
    }
    case 'union': {
      const kept = plan.inputs.map((input, k) => ({ input, ids: plan.inputColumns[k]! })).filter(({ input }) => !isEmpty(input))
      if (kept.length === plan.inputs.length) return plan
      if (kept.length === 0) return empty(plan)
      return { ...plan, inputs: kept.map(({ input }) => input), inputColumns: kept.map(({ ids }) => ids) }
    }
    default:
  }
  return plan
}
