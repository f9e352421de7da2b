/** A second instance of a plan: the same rows under new column ids. */

import type { Column, Expression, LogicalPlan } from '@artemis/plan'
import { mapPlanChildren, mapPlanExpressions, transformExpression, walkPlan } from '@artemis/plan'
import type { OptimizerContext } from '../../rule.js'

export interface PlanCopy {
  readonly plan: LogicalPlan
  /** The copy's id of each id that the original makes. */
  readonly ids: ReadonlyMap<number, number>
}

/** The plan has no subquery expressions; what it reads from outside stays as it is. */
export function copyPlan(original: LogicalPlan, { ids: next }: OptimizerContext): PlanCopy {
  const ids = new Map<number, number>()
  const note = (column: Column): void => {
    if (!ids.has(column.id)) ids.set(column.id, next.next())
  }
  walkPlan(original, (node) => {
    node.columns.forEach(note)
    if (node.kind === 'scan') node.allColumns.forEach(note)
  })
  const renumber = (expression: Expression): Expression =>
    transformExpression(expression, (node) => {
      const id = node.kind === 'column' ? ids.get(node.id) : undefined
      return id === undefined || node.kind !== 'column' ? node : { ...node, id }
    })
  const rename = (column: Column): Column => ({ ...column, id: ids.get(column.id)! })
  const copy = (plan: LogicalPlan): LogicalPlan => {
    const node = mapPlanExpressions(mapPlanChildren(plan, copy), renumber)
    const columns = node.columns.map(rename)
    if (node.kind === 'scan') return { ...node, columns, allColumns: node.allColumns.map(rename) }
    if (node.kind === 'union') return { ...node, columns, inputColumns: node.inputColumns.map((input) => input.map((id) => ids.get(id)!)) }
    return { ...node, columns }
  }
  return { plan: copy(original), ids }
}
