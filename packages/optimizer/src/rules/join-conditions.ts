/** Which side of a join an expression reads, and which predicates are equalities between the two. */

import type { EquiCondition, Expression, LogicalPlan } from '@artemis/plan'
import { referencedColumns } from '@artemis/plan'
import { hasSubquery, isVolatile } from './predicates.js'

export type Side = 'left' | 'right' | 'both' | 'none'

export interface SideIds {
  readonly left: ReadonlySet<number>
  readonly right: ReadonlySet<number>
}

export function idsOf(plan: LogicalPlan): ReadonlySet<number> {
  return new Set(plan.columns.map((column) => column.id))
}

/** What cannot be moved to a side counts as `both`: volatile calls, and columns of neither side such as a mark. */
export function sideOf(expression: Expression, ids: SideIds): Side {
  if (isVolatile(expression) || hasSubquery(expression)) return 'both'
  let readsLeft = false
  let readsRight = false
  for (const id of referencedColumns(expression)) {
    if (ids.left.has(id)) readsLeft = true
    else if (ids.right.has(id)) readsRight = true
    else return 'both'
  }
  if (readsLeft) return readsRight ? 'both' : 'left'
  return readsRight ? 'right' : 'none'
}

/** `left side = right side`, either way around. */
export function equiCondition(predicate: Expression, ids: SideIds): EquiCondition | undefined {
  if (predicate.kind !== 'comparison') return undefined
  if (predicate.operator !== '=' && predicate.operator !== 'is_not_distinct_from') return undefined
  const nullEqualsNull = predicate.operator === 'is_not_distinct_from'
  const sides = [sideOf(predicate.left, ids), sideOf(predicate.right, ids)]
  if (sides[0] === 'left' && sides[1] === 'right') return { left: predicate.left, right: predicate.right, nullEqualsNull }
  if (sides[0] === 'right' && sides[1] === 'left') return { left: predicate.right, right: predicate.left, nullEqualsNull }
  return undefined
}
