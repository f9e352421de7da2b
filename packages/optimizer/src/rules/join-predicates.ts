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
 *
 * A comparison of a key with a literal also holds for the key that it is equal to: `a.day = b.day AND a.day = '2024-03-15'`
 * reads one day of both.
 */

import type { EquiCondition, Expression, JoinPlan, JoinType, LogicalPlan } from '@artemis/plan'
import { and, comparison, conjuncts, expressionChildren, inList } from '@artemis/plan'
import { expressionKey } from '../simplify/expression-key.js'
import { equiCondition, idsOf, sideOf } from './join-conditions.js'
import type { Push } from './predicates.js'
import { filterAbove, isFallible, isVolatile } from './predicates.js'

const ABOVE_TO_LEFT: ReadonlySet<JoinType> = new Set(['inner', 'left', 'semi', 'anti', 'mark', 'single'])
const ABOVE_TO_RIGHT: ReadonlySet<JoinType> = new Set(['inner', 'right'])
const ON_TO_LEFT: ReadonlySet<JoinType> = new Set(['inner', 'right', 'semi'])
const ON_TO_RIGHT: ReadonlySet<JoinType> = new Set(['inner', 'left', 'semi', 'anti', 'mark', 'single'])
/** Joins that drop rows of a side: an error there might be one of a row that the join drops. */
const DROPS_LEFT: ReadonlySet<JoinType> = new Set(['inner', 'semi', 'anti', 'right'])
const DROPS_RIGHT: ReadonlySet<JoinType> = new Set(['inner', 'left', 'semi', 'anti', 'mark', 'single'])

export function pushIntoJoin(original: JoinPlan, predicates: readonly Expression[], push: Push): LogicalPlan {
  const plan = strengthen(original, predicates)
  const { joinType } = plan
  const ids = { left: idsOf(plan.left), right: idsOf(plan.right) }
  const toLeft: Expression[] = []
  const toRight: Expression[] = []
  const above: Expression[] = []
  const condition: Expression[] = []

  for (const predicate of predicates) {
    const side = sideOf(predicate, ids)
    const fallible = isFallible(predicate)
    const left = (side === 'left' || side === 'none') && ABOVE_TO_LEFT.has(joinType) && !(fallible && DROPS_LEFT.has(joinType))
    const right = (side === 'right' || side === 'none') && ABOVE_TO_RIGHT.has(joinType) && !(fallible && DROPS_RIGHT.has(joinType))
    if (left) toLeft.push(predicate)
    else if (right) toRight.push(predicate)
    else if (joinType === 'inner' && side === 'both' && !isVolatile(predicate)) condition.push(predicate)
    else above.push(predicate)
  }
  const residual: Expression[] = []
  const on: EquiCondition[] = [...plan.on]
  for (const predicate of [...(plan.residual === null ? [] : conjuncts(plan.residual)), ...condition]) {
    if (predicate.kind === 'literal' && predicate.value === true) continue
    const side = sideOf(predicate, ids)
    const fallible = isFallible(predicate)
    // A condition without columns decides for all pairs alike, so either side may have it.
    if ((side === 'right' || side === 'none') && ON_TO_RIGHT.has(joinType) && !fallible) toRight.push(predicate)
    else if ((side === 'left' || side === 'none') && ON_TO_LEFT.has(joinType) && !fallible) toLeft.push(predicate)
    else {
      // IN's own comparisons are special: an equality beside them must not be taken for one. A key is computed for all
      // rows of its side. Where it is fallible that is wrong, but for WHERE the alternative were to compare each with each.
      const equi = plan.nullAware || (fallible && !condition.includes(predicate)) ? undefined : equiCondition(predicate, ids)
      if (equi === undefined) residual.push(predicate)
      else on.push(equi)
    }
  }
  const toBoth = (from: readonly Expression[], side: 'left' | 'right'): Expression[] => implied(from, plan.nullAware ? [] : on, side)
  const [impliedRight, impliedLeft] = [
    ON_TO_RIGHT.has(joinType) ? toBoth(toLeft, 'left') : [],
    ON_TO_LEFT.has(joinType) ? toBoth(toRight, 'right') : [],
  ]
  addNew(toLeft, impliedLeft)
  addNew(toRight, impliedRight)
  const joined: JoinPlan = {
    ...plan,
    left: push(plan.left, toLeft),
    right: push(plan.right, toRight),
    on,
    residual: residual.length === 0 ? null : and(residual),
  }
  return filterAbove(joined, above)
}

/** Comparisons of one side's key columns with literals, as comparisons of the other side's. */
function implied(predicates: readonly Expression[], on: readonly EquiCondition[], side: 'left' | 'right'): Expression[] {
  const other = side === 'left' ? 'right' : 'left'
  return predicates.flatMap((predicate): Expression[] => {
    if (predicate.kind !== 'comparison' && predicate.kind !== 'in_list') return []
    const [column, ...rest] = expressionChildren(predicate)
    if (column?.kind !== 'column' || !rest.every((operand) => operand.kind === 'literal')) return []
    return on.flatMap((condition): Expression[] => {
      const [own, theirs] = [condition[side], condition[other]]
      // NULL equal to NULL is no value that a comparison knows.
      if (condition.nullEqualsNull || theirs.kind !== 'column' || own.kind !== 'column' || own.id !== column.id) return []
      if (predicate.kind === 'comparison') return [comparison(predicate.operator, theirs, predicate.right, predicate.span)]
      return [inList(theirs, predicate.list, predicate.negated, predicate.span)]
    })
  })
}

function addNew(predicates: Expression[], more: readonly Expression[]): void {
  const known = new Set(predicates.map(expressionKey))
  for (const predicate of more) if (!known.has(expressionKey(predicate))) predicates.push(predicate)
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
