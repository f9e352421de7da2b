/** Joins from their parts. */

import type { Column, EquiCondition, Expression, JoinPlan, JoinType, LogicalPlan } from '@artemis/plan'
import { and, columnReference, comparison } from '@artemis/plan'
import { equiCondition, idsOf } from '../join-conditions.js'
import { isFallible } from '../predicates.js'

export interface JoinParts {
  readonly joinType: JoinType
  readonly left: LogicalPlan
  readonly right: LogicalPlan
  /** The condition, in any form. */
  readonly predicates: readonly Expression[]
  /** Equalities that are known as such: an operand that is volatile is computed once a row then. */
  readonly on?: readonly EquiCondition[] | undefined
  /** Whether NULL in `on` makes the answer unknown, as IN has it; the predicates then say which right rows count. */
  readonly nullAware?: boolean | undefined
  /** The column that a mark join adds. */
  readonly mark?: Column | undefined
}

export function makeJoin({ joinType, left, right, predicates, on: known = [], nullAware = false, mark }: JoinParts): JoinPlan {
  const ids = { left: idsOf(left), right: idsOf(right) }
  const on: EquiCondition[] = [...known]
  const residual: Expression[] = []
  for (const predicate of predicates) {
    const equi = nullAware || isFallible(predicate) ? undefined : equiCondition(predicate, ids)
    if (equi === undefined) residual.push(predicate)
    else on.push(equi)
  }
  return {
    kind: 'join',
    joinType,
    left,
    right,
    on,
    residual: residual.length === 0 ? null : and(residual),
    nullAware,
    columns: joinColumns(joinType, left, right, mark),
  }
}

export function joinColumns(joinType: JoinType, left: LogicalPlan, right: LogicalPlan, mark?: Column): Column[] {
  const widened = (columns: readonly Column[], widens: boolean): readonly Column[] =>
    widens ? columns.map((column) => ({ ...column, nullable: true })) : columns
  const leftColumns = widened(left.columns, joinType === 'right' || joinType === 'full')
  if (joinType === 'semi' || joinType === 'anti') return [...leftColumns]
  if (joinType === 'mark') return mark === undefined ? [...leftColumns] : [...leftColumns, mark]
  return [...leftColumns, ...widened(right.columns, joinType === 'left' || joinType === 'full' || joinType === 'single')]
}

/** An equality of two columns; `nullEqualsNull` where NULL stands for a value of its own. */
export function columnsEqual(left: Column, right: Column, nullEqualsNull: boolean): Expression {
  const operator = nullEqualsNull && left.nullable && right.nullable ? 'is_not_distinct_from' : '='
  return comparison(operator, columnReference(left), columnReference(right))
}

/** A condition of `on` as a predicate. */
export function asPredicate({ left, right, nullEqualsNull }: EquiCondition): Expression {
  return comparison(nullEqualsNull ? 'is_not_distinct_from' : '=', left, right)
}
