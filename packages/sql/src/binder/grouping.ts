/**
 * Grouping: which expressions are keys, and how what stands above the Aggregate node refers to them. Expressions are
 * bound over the input; afterwards each part that equals a key becomes the key's column, and a column that is left
 * over is the classic mistake.
 */

import type { Span } from '@artemis/errors'
import type { AggregatePlan, Column, ColumnExpression, Expression, LogicalPlan } from '@artemis/plan'
import { columnReference, mapExpressionChildren } from '@artemis/plan'
import type { AggregateCollector } from './aggregates.js'
import type { Binder } from './binder.js'
import { bindError } from './errors.js'
import { sameExpression } from './same-expression.js'
import type { Scope } from './scope.js'

interface GroupKey {
  readonly expression: Expression
  readonly column: Column
}

export class Grouping {
  readonly #binder: Binder
  readonly #scope: Scope
  readonly #aggregates: AggregateCollector
  readonly #keys: GroupKey[] = []
  readonly #columnKeys = new Map<number, GroupKey>()
  readonly #otherKeys: GroupKey[] = []

  constructor(binder: Binder, scope: Scope, aggregates: AggregateCollector) {
    this.#binder = binder
    this.#scope = scope
    this.#aggregates = aggregates
  }

  /**
   * Adds a key. A bare column of this query keeps its id, one of an outer query must not: it would look as if made here.
   * A key that is there already is not added again.
   */
  addKey(expression: Expression, name: string): void {
    const { type, nullable } = expression
    if (expression.kind === 'column' && this.#scope.owns(expression.id)) {
      if (this.#columnKeys.has(expression.id)) return
      const key = { expression, column: { id: expression.id, name: expression.name, type, nullable } }
      this.#columnKeys.set(expression.id, key)
      this.#keys.push(key)
      return
    }
    if (this.#otherKeys.some((key) => sameExpression(key.expression, expression))) return
    const key = { expression, column: this.#binder.column(name, type, nullable) }
    this.#otherKeys.push(key)
    this.#keys.push(key)
  }

  /** The Aggregate node over the input, once all expressions are bound. */
  plan(input: LogicalPlan): AggregatePlan {
    return {
      kind: 'aggregate',
      input,
      groupBy: this.#keys.map((key) => key.expression),
      aggregates: this.#aggregates.calls,
      columns: [...this.#keys.map((key) => key.column), ...this.#aggregates.columns],
    }
  }

  /** The expression over the Aggregate's columns, or an error that names the column that is not grouped. */
  rewrite(expression: Expression): Expression {
    if (expression.kind === 'column') return this.#rewriteColumn(expression)
    if (expression.kind === 'literal') return expression
    const key = this.#otherKeys.find((candidate) => sameExpression(candidate.expression, expression))
    if (key !== undefined) return columnReference(key.column, expression.span)
    if (expression.kind === 'subquery') {
      for (const id of expression.outerColumns) if (!this.#isAvailable(id)) throw this.#notGrouped(id, undefined, expression.span)
    }
    return mapExpressionChildren(expression, (child) => this.rewrite(child))
  }

  #rewriteColumn(expression: ColumnExpression): Expression {
    if (this.#isAvailable(expression.id)) return expression
    throw this.#notGrouped(expression.id, expression.name, expression.span)
  }

  /** Columns of outer queries are constant here. */
  #isAvailable(id: number): boolean {
    return this.#columnKeys.has(id) || this.#aggregates.owns(id) || !this.#scope.owns(id)
  }

  #notGrouped(id: number, name: string | undefined, span: Span | undefined): Error {
    const shown = name ?? this.#scope.visible.find((entry) => entry.column.id === id)?.name ?? 'of a table'
    return bindError(
      'NOT_GROUPED',
      `the column "${shown}" must appear in GROUP BY or be used in an aggregate`,
      span,
      `Add it to GROUP BY, or use any_value(${shown}).`,
    )
  }
}
