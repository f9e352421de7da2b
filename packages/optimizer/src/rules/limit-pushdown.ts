/** Tells sorts, unions and scans how many rows are wanted at most. The Limit itself stays: it also skips the offset. */

import type { Expression, LimitPlan, LogicalPlan } from '@artemis/plan'
import { int64, literal, transformPlan } from '@artemis/plan'
import type { OptimizerRule } from '../rule.js'

export const limitPushdown: OptimizerRule = {
  name: 'limit_pushdown',
  apply: (plan) => transformPlan(plan, (node) => (node.kind === 'limit' ? pushLimit(node) : node)),
}

function pushLimit(plan: LimitPlan): LogicalPlan {
  const rows = rowsWanted(plan)
  return rows === undefined ? plan : { ...plan, input: restrict(plan.input, rows) }
}

/** Rows that the limit reads: offset and fetch together. Undefined when there is no bound or it is not a literal. */
function rowsWanted(plan: LimitPlan): number | undefined {
  const fetch = constant(plan.fetch)
  const offset = plan.offset === null ? 0 : constant(plan.offset)
  if (fetch === undefined || offset === undefined) return undefined
  const rows = fetch + offset
  return Number.isSafeInteger(rows) ? rows : undefined
}

function constant(expression: Expression | null): number | undefined {
  if (expression?.kind !== 'literal' || expression.value === null) return undefined
  return Number(expression.value)
}

/** The plan, free to stop after its first `rows` rows (or to put out more). */
function restrict(plan: LogicalPlan, rows: number): LogicalPlan {
  switch (plan.kind) {
    case 'sort':
      return { ...plan, fetch: Math.min(rows, plan.fetch ?? rows) }
    case 'project':
      return { ...plan, input: restrict(plan.input, rows) }
    case 'limit': {
      const inner = rowsWanted(plan)
      return inner === undefined ? plan : { ...plan, input: restrict(plan.input, Math.min(rows + (constant(plan.offset) ?? 0), inner)) }
    }
    case 'join':
      // Each left row comes out at least once.
      if (plan.joinType !== 'left' && plan.joinType !== 'mark' && plan.joinType !== 'single') return plan
      return { ...plan, left: limited(restrict(plan.left, rows), rows) }
    case 'union':
      return { ...plan, inputs: plan.inputs.map((input) => limited(restrict(input, rows), rows)) }
    case 'scan': {
      const exact = plan.filters.every((filter) => filter.pushdown === 'Exact')
      return exact ? { ...plan, fetch: Math.min(rows, plan.fetch ?? rows) } : plan
    }
    default:
      return plan
  }
}

/** Below a node that reads on by itself each input has to stop by itself; a scan may go on to the end of its batch. */
function limited(plan: LogicalPlan, rows: number): LogicalPlan {
  if (plan.kind === 'limit' || plan.kind === 'values') return plan
  return { kind: 'limit', input: plan, offset: null, fetch: literal(int64, BigInt(rows)), columns: plan.columns }
}
