/** Projections that the binder adds: a list of expressions under names, columns cast to other types, columns cut off. */

import type { Column, DataType, Expression, LogicalPlan, ProjectPlan } from '@artemis/plan'
import { cast, columnReference, typeEquals } from '@artemis/plan'
import type { Binder } from './binder.js'

export interface NamedExpression {
  readonly name: string
  readonly expression: Expression
}

/** Computes the expressions. A bare column keeps its id the first time that it occurs. */
export function project(binder: Binder, input: LogicalPlan, items: readonly NamedExpression[]): ProjectPlan {
  const available = new Set(input.columns.map((column) => column.id))
  const columns = items.map(({ name, expression }): Column => {
    const { type, nullable } = expression
    if (expression.kind === 'column' && available.delete(expression.id)) return { id: expression.id, name, type, nullable }
    return binder.column(name, type, nullable)
  })
  return { kind: 'project', input, expressions: items.map((item) => item.expression), columns }
}

/** The same rows with each column in the type given; the plan itself when that is what it has. */
export function castColumns(binder: Binder, plan: LogicalPlan, types: readonly DataType[]): LogicalPlan {
  if (plan.columns.every((column, i) => typeEquals(column.type, types[i]!))) return plan
  const items = plan.columns.map((column, i) => {
    const reference = columnReference(column)
    return { name: column.name, expression: typeEquals(column.type, types[i]!) ? reference : cast(reference, types[i]!) }
  })
  return project(binder, plan, items)
}

/** The first columns only. */
export function firstColumns(plan: LogicalPlan, count: number): LogicalPlan {
  if (plan.columns.length === count) return plan
  const columns = plan.columns.slice(0, count)
  return { kind: 'project', input: plan, expressions: columns.map((column) => columnReference(column)), columns }
}
