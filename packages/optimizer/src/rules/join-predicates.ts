/**
 * Predicates at a join: which side each may go to, which become equi conditions, and which make an outer join inner.
 *
 *              above -> left   above -> right   ON -> left   ON -> right
 *   inner          yes             yes             yes           yes
 *   left           yes             no              no            yes
 *   right          no              yes             yes           no
 *   full           no              no              no            no
 *   semi           yes             -               yes           yes
 *   anti, mark     yes             -               no            yes
 *   single         yes             no              no            yes
 */

import type { EquiCondition, Expression, JoinPlan, JoinType, LogicalPlan } from '@artemis/plan'
import { and, conjuncts, referencedColumns } from '@artemis/plan'
import type { Push } from './predicates.js'
import { filterAbove, isVolatile } from './predicates.js'

const ABOVE_TO_LEFT: ReadonlySet<JoinType> = new Set(['inner', 'left', 'semi', 'anti', 'mark', 'single'])
const ABOVE_TO_RIGHT: ReadonlySet<JoinType> = new Set(['inner', 'right'])
const ON_TO_LEFT: ReadonlySet<JoinType> = new Set(['inner', 'right', 'semi'])
const ON_TO_RIGHT: ReadonlySet<JoinType> = new Set(['inner', 'left', 'semi', 'anti', 'mark', 'single'])

export function pushIntoJoin(original: JoinPlan, predicates: readonly Expression[], push: Push): LogicalPlan {
  const plan = strengthen(original, predicates)
  const leftIds = idsOf(plan.left)
  const rightIds = idsOf(plan.right)
  const toLeft: Expression[] = []
  const toRight: Expression[] = []
  const above: Expression[] = []
  const condition: Expression[] = []

  for (const predicate of predicates) {
    const side = sideOf(predicate, leftIds, rightIds)
    if (side === 'left' && ABOVE_TO_LEFT.has(plan.joinType)) toLeft.push(predicate)
    else if (side === 'right' && ABOVE_TO_RIGHT.has(plan.joinType)) toRight.push(predicate)
    else if (plan.joinType === 'inner' && !isVolatile(predicate)) condition.push(predicate)
    else above.push(predicate)
  }
  const residual: Expression[] = []
  const on: EquiCondition[] = [...plan.on]
  for (const predicate of [...(plan.residual === null ? [] : conjuncts(plan.residual)), ...condition]) {
    const side = sideOf(predicate, leftIds, rightIds)
    const equi = equiCondition(predicate, leftIds, rightIds)
    if (side === 'left' && ON_TO_LEFT.has(plan.joinType)) toLeft.push(predicate)
    else if (side === 'right' && ON_TO_RIGHT.has(plan.joinType) && !plan.nullAware) toRight.push(predicate)
    else if (equi !== undefined && !plan.nullAware) on.push(equi)
    else residual.push(predicate)
  }
  const joined: JoinPlan = {
    ...plan,
    left: push(plan.left, toLeft),
    right: push(plan.right, toRight),
    on,
    residual: residual.length === 0 ? null : and(residual),
  }
  return filterAbove(joined, above)
}

function idsOf(plan: LogicalPlan): ReadonlySet<number> {
  return new Set(plan.columns.map((column) => column.id))
}

type Side = 'left' | 'right' | 'both' | 'none'

function sideOf(expression: Expression, left: ReadonlySet<number>, right: ReadonlySet<number>): Side {
  if (isVolatile(expression)) return 'both'
  let readsLeft = false
  let readsRight = false
  for (const id of referencedColumns(expression)) {
    if (left.has(id)) readsLeft = true
    else if (right.has(id)) readsRight = true
    // A mark column belongs to the join itself.
    else return 'both'
  }
  if (readsLeft) return readsRight ? 'both' : 'left'
  return readsRight ? 'right' : 'none'
}

/** `left side = right side`, either way around. */
function equiCondition(predicate: Expression, left: ReadonlySet<number>, right: ReadonlySet<number>): EquiCondition | undefined {
  if (predicate.kind !== 'comparison') return undefined
  if (predicate.operator !== '=' && predicate.operator !== 'is_not_distinct_from') return undefined
  const nullEqualsNull = predicate.operator === 'is_not_distinct_from'
  const sides = [sideOf(predicate.left, left, right), sideOf(predicate.right, left, right)]
  if (sides[0] === 'left' && sides[1] === 'right') return { left: predicate.left, right: predicate.right, nullEqualsNull }
  if (sides[0] === 'right' && sides[1] === 'left') return { left: predicate.right, right: predicate.left, nullEqualsNull }
  return undefined
}

/** An outer join whose added rows a predicate above would drop anyway is a narrower join. */
function strengthen(plan: JoinPlan, predicates: readonly Expression[]): JoinPlan {
  if (plan.joinType !== 'left' && plan.joinType !== 'right' && plan.joinType !== 'full') return plan
  const dropsNullsOf = (side: LogicalPlan): boolean => {
    const ids = idsOf(side)
    return predicates.some((predicate) => rejectsNulls(predicate, ids))
  }
  const left = plan.joinType === 'full' || plan.joinType === 'right' ? dropsNullsOf(plan.left) : true
  const right = plan.joinType === 'full' || plan.joinType === 'left' ? dropsNullsOf(plan.right) : true
  if (left && right) return { ...plan, joinType: 'inner' }
  if (plan.joinType === 'full' && left) return { ...plan, joinType: 'left' }
  if (plan.joinType === 'full' && right) return { ...plan, joinType: 'right' }
  return plan
}

/** Whether a predicate cannot be true when all of the columns are NULL. False when that is not certain. */
function rejectsNulls(predicate: Expression, ids: ReadonlySet<number>): boolean {
  switch (predicate.kind) {
    case 'comparison': {
      const total = predicate.operator === 'is_distinct_from' || predicate.operator === 'is_not_distinct_from'
      return !total && (isNullOfNulls(predicate.left, ids) || isNullOfNulls(predicate.right, ids))
    }
    case 'is_null':
      return predicate.negated && isNullOfNulls(predicate.input, ids)
    case 'in_list':
      return predicate.list.length > 0 && isNullOfNulls(predicate.input, ids)
    case 'and':
      return predicate.operands.some((operand) => rejectsNulls(operand, ids))
    case 'or':
      return predicate.operands.every((operand) => rejectsNulls(operand, ids))
    default:
      return isNullOfNulls(predicate, ids)
  }
}

/** Whether an expression is NULL when all of the columns are. */
function isNullOfNulls(expression: Expression, ids: ReadonlySet<number>): boolean {
  switch (expression.kind) {
    case 'column':
      return ids.has(expression.id)
    case 'literal':
      return expression.value === null
    case 'cast':
      return isNullOfNulls(expression.input, ids)
    case 'not':
      return isNullOfNulls(expression.input, ids)
    case 'call':
      return expression.function.nullHandling === 'propagate' && expression.arguments.some((arg) => isNullOfNulls(arg, ids))
    default:
      return false
  }
}
