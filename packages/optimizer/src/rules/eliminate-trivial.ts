/** Drops conditions that are always true, and turns what can have no rows into the empty relation, upwards. */

import type { Column, Expression, JoinPlan, LogicalPlan, ProjectPlan, ValuesPlan } from '@artemis/plan'
import { bool, columnReference, literal, transformPlan } from '@artemis/plan'
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
      // Without keys there is one row even of no input.
      return isEmpty(plan.input) && plan.groupBy.length > 0 ? empty(plan) : plan
    case 'join':
      return eliminateJoin(plan)
    case 'union': {
      const kept = plan.inputs.map((input, k) => ({ input, ids: plan.inputColumns[k]! })).filter(({ input }) => !isEmpty(input))
      if (kept.length === plan.inputs.length) return plan
      if (kept.length === 0) return empty(plan)
      if (kept.length === 1) return renamed(kept[0]!.input, kept[0]!.ids, plan.columns)
      return { ...plan, inputs: kept.map(({ input }) => input), inputColumns: kept.map(({ ids }) => ids) }
    }
    case 'set_operation': {
      const none = isEmpty(plan.left) || (plan.operation === 'intersect' && isEmpty(plan.right))
      return none ? empty(plan) : plan
    }
    case 'scan':
    case 'values':
    case 'metadata_aggregate':
      return plan
  }
}

function eliminateJoin(join: JoinPlan): LogicalPlan {
  const { residual } = join
  const plan: JoinPlan = residual?.kind === 'literal' && residual.value === true ? { ...join, residual: null } : join
  const left = isEmpty(plan.left)
  const right = isEmpty(plan.right)
  const never = residual?.kind === 'literal' && residual.value !== true
  switch (plan.joinType) {
    case 'inner':
    case 'semi':
      return left || right || never ? empty(plan) : plan
    case 'left':
    case 'single':
      if (left) return empty(plan)
      return right || never ? widened(plan.left, plan.right.columns, plan.columns) : plan
    case 'mark':
      if (left) return empty(plan)
      return right || never ? marked(plan) : plan
    case 'anti':
      if (left) return empty(plan)
      return right || never ? plan.left : plan
    case 'right':
      if (right) return empty(plan)
      return left || never ? widened(plan.right, plan.left.columns, plan.columns) : plan
    case 'full':
      if (left) return right ? empty(plan) : widened(plan.right, plan.left.columns, plan.columns)
      return right ? widened(plan.left, plan.right.columns, plan.columns) : plan
  }
}

/** An input's columns under the ids of the union that it alone is left of. */
function renamed(input: LogicalPlan, ids: readonly number[], columns: readonly Column[]): ProjectPlan {
  const byId = new Map(input.columns.map((column) => [column.id, column]))
  return { kind: 'project', input, expressions: ids.map((id) => columnReference(byId.get(id)!)), columns }
}

/** One side's rows, with NULL for the columns of the side that has none. */
function widened(input: LogicalPlan, absent: readonly Column[], columns: readonly Column[]): ProjectPlan {
  const missing = new Set(absent.map((column) => column.id))
  const present = new Map(input.columns.map((column) => [column.id, column]))
  const expressions = columns.map((column): Expression =>
    missing.has(column.id) ? literal(column.type, null) : columnReference(present.get(column.id)!),
  )
  return { kind: 'project', input, expressions, columns }
}

/** Nothing is in an empty list, not even maybe. */
function marked(plan: JoinPlan): ProjectPlan {
  const expressions = [...plan.left.columns.map((column) => columnReference(column)), literal(bool, false)]
  return { kind: 'project', input: plan.left, expressions, columns: plan.columns }
}
