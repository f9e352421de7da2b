/**
 * What every logical plan keeps true, as code. The optimizer's driver checks it after each rule when verification is
 * on (always in tests); docs/architecture.md cites the levels.
 *
 * Level 1, always: each id is made once; a node reads only ids that its inputs put out; predicates are boolean;
 * `columns` of a node that passes rows on agree with its input's.
 * Level 2, after unnesting: no subquery expression remains.
 */

import { assert } from '@artemis/errors'
import type { Column, Expression } from './expression.js'
import type { LogicalPlan } from './logical.js'
import { planChildren, planExpressions, referencedColumns, walkExpression } from './walk.js'
import { describeNode } from './explain.js'

export interface InvariantOptions {
  /** Ids of outer columns that a subquery's plan may read. */
  readonly outerColumns?: ReadonlySet<number>
  /** Level 2: no subquery expressions. */
  readonly unnested?: boolean
}

/** Throws an InternalError that names the node and the rule it breaks. */
export function checkInvariants(plan: LogicalPlan, options: InvariantOptions = {}): void {
  const made = new Set<number>()
  visit(plan, made, options)
}

function visit(plan: LogicalPlan, made: Set<number>, options: InvariantOptions): void {
  for (const child of planChildren(plan)) visit(child, made, options)
  const available = new Set(options.outerColumns)
  if (plan.kind === 'scan') for (const column of plan.allColumns) available.add(column.id)
  for (const child of planChildren(plan)) for (const column of child.columns) available.add(column.id)
  for (const expression of planExpressions(plan)) checkExpression(plan, expression, available, options)
  checkColumns(plan, available, made)
}

function checkExpression(plan: LogicalPlan, expression: Expression, available: ReadonlySet<number>, options: InvariantOptions): void {
  for (const id of referencedColumns(expression)) assert(available.has(id), `column ${id} is not available in ${describeNode(plan)}`)
  walkExpression(expression, (node) => {
    if (node.kind === 'subquery') assert(options.unnested !== true, `a subquery remains in ${describeNode(plan)}`)
  })
  if (plan.kind === 'filter') assert(expression.type.kind === 'bool' || expression.type.kind === 'null', `predicate is not boolean in ${describeNode(plan)}`)
}

function ids(columns: readonly Column[]): string {
  return columns.map((column) => column.id).join(',')
}

function checkColumns(plan: LogicalPlan, available: ReadonlySet<number>, made: Set<number>): void {
  const fail = `columns do not agree with the input's in ${describeNode(plan)}`
  const make = (column: Column): void => {
    assert(!made.has(column.id), `column id ${column.id} (${column.name}) is made twice, again in ${describeNode(plan)}`)
    made.add(column.id)
  }
  switch (plan.kind) {
    case 'filter':
    case 'sort':
    case 'limit':
      assert(ids(plan.columns) === ids(plan.input.columns), fail)
      return
    case 'join': {
      const right = plan.joinType === 'semi' || plan.joinType === 'anti' || plan.joinType === 'mark' ? [] : plan.right.columns
      const expected = [...plan.left.columns, ...right]
      assert(ids(plan.columns.slice(0, expected.length)) === ids(expected), fail)
      assert(plan.columns.length === expected.length + (plan.joinType === 'mark' ? 1 : 0), fail)
      if (plan.joinType === 'mark') make(plan.columns[expected.length]!)
      return
    }
    case 'project':
      assert(plan.columns.length === plan.expressions.length, fail)
      plan.columns.forEach((column, i) => {
        const expression = plan.expressions[i]!
        if (expression.kind === 'column' && expression.id === column.id) assert(available.has(column.id), fail)
        else make(column)
      })
      return
    case 'aggregate':
      assert(plan.columns.length === plan.groupBy.length + plan.aggregates.length, fail)
      plan.columns.forEach((column, i) => {
        const key = plan.groupBy[i]
        if (!(key?.kind === 'column' && key.id === column.id)) make(column)
      })
      return
    case 'union':
      plan.inputs.forEach((input, k) => {
        assert(plan.inputColumns[k]?.length === plan.columns.length, fail)
        for (const id of plan.inputColumns[k]!) assert(input.columns.some((column) => column.id === id), fail)
      })
      plan.columns.forEach(make)
      return
    case 'set_operation':
      assert(plan.left.columns.length === plan.columns.length && plan.right.columns.length === plan.columns.length, fail)
      plan.columns.forEach(make)
      return
    case 'metadata_aggregate':
      assert(ids(plan.columns) === ids(plan.fallback.columns), fail)
      return
    case 'scan':
      assert(plan.projection.length === plan.columns.length, fail)
      plan.columns.forEach(make)
      return
    case 'values':
      for (const row of plan.rows) assert(row.length === plan.columns.length, fail)
      plan.columns.forEach(make)
      return
  }
}
