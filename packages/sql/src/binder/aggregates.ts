/**
 * The aggregates of one SELECT. Expressions are bound as if they stood before grouping; an aggregate in them becomes a
 * reference to a column that the Aggregate node will put out, and equal aggregates share one.
 */

import type { Span } from '@artemis/errors'
import type { AggregateCall, Column, ColumnExpression, Expression } from '@artemis/plan'
import { columnReference, typeEquals, walkExpression } from '@artemis/plan'
import type { Binder } from './binder.js'
import { isVolatile } from './properties.js'
import { sameExpression } from './same-expression.js'

export class AggregateCollector {
  readonly calls: AggregateCall[] = []
  readonly columns: Column[] = []
  readonly #ids = new Set<number>()

  /** The column that holds the aggregate's result. */
  add(binder: Binder, aggregate: AggregateCall, name: string, span: Span): ColumnExpression {
    const known = this.calls.findIndex((other) => sameAggregate(other, aggregate))
    if (known >= 0) return columnReference(this.columns[known]!, span)
    const column = binder.column(name, aggregate.function.returnType, aggregate.function.nullable)
    this.calls.push(aggregate)
    this.columns.push(column)
    this.#ids.add(column.id)
    return columnReference(column, span)
  }

  owns(id: number): boolean {
    return this.#ids.has(id)
  }

  /** Whether the expression reads one of these aggregates. */
  isIn(expression: Expression): boolean {
    let found = false
    walkExpression(expression, (node) => {
      if (node.kind === 'column' && this.#ids.has(node.id)) found = true
      return !found
    })
    return found
  }
}

function sameAggregate(a: AggregateCall, b: AggregateCall): boolean {
  return (
    a.function.name === b.function.name &&
    a.distinct === b.distinct &&
    typeEquals(a.function.returnType, b.function.returnType) &&
    a.arguments.length === b.arguments.length &&
    a.arguments.every((argument, i) => sameExpression(argument, b.arguments[i]!) && !isVolatile(argument)) &&
    sameFilter(a.filter, b.filter) &&
    a.orderBy.length === b.orderBy.length &&
    a.orderBy.every((key, i) => {
      const other = b.orderBy[i]!
      return key.descending === other.descending && key.nullsFirst === other.nullsFirst && sameExpression(key.expression, other.expression)
    })
  )
}

function sameFilter(a: Expression | null, b: Expression | null): boolean {
  return a === null || b === null ? a === b : sameExpression(a, b)
}
