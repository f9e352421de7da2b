/** Columns that a plan reads but does not make: those of the queries around it. */

import type { Expression, LogicalPlan } from '@artemis/plan'
import { planExpressions, referencedColumns, walkPlan } from '@artemis/plan'

export function freeColumns(plan: LogicalPlan): ReadonlySet<number> {
  const made = new Set<number>()
  const read = new Set<number>()
  walkPlan(plan, (node) => {
    for (const column of node.columns) made.add(column.id)
    if (node.kind === 'scan') for (const column of node.allColumns) made.add(column.id)
    for (const expression of planExpressions(node)) referencedColumns(expression, read)
  })
  for (const id of made) read.delete(id)
  return read
}

/** Whether a plan reads one of the columns from outside. */
export function readsAny(plan: LogicalPlan, ids: ReadonlySet<number>): boolean {
  for (const id of freeColumns(plan)) if (ids.has(id)) return true
  return false
}

export function expressionReadsAny(expression: Expression, ids: ReadonlySet<number>): boolean {
  for (const id of referencedColumns(expression)) if (ids.has(id)) return true
  return false
}
