/**
 * Drops every column that nobody above reads, down to the columns that a source is asked for, and with them what was
 * there only to make them.
 */

import type { Column, Expression, LogicalPlan } from '@artemis/plan'
import { referencedColumns } from '@artemis/plan'
import type { OptimizerRule } from '../rule.js'
import { isIdentity } from './merge-projections.js'

export const projectionPruning: OptimizerRule = {
  name: 'projection_pruning',
  apply: (plan) => prune(plan, new Set(plan.columns.map((column) => column.id))),
}

type Required = ReadonlySet<number>

function withReferences(required: Required, expressions: Iterable<Expression>): Required {
  const all = new Set(required)
  for (const expression of expressions) referencedColumns(expression, all)
  return all
}

/** The plan with at least the required columns, in the order it had them. */
function prune(plan: LogicalPlan, required: Required): LogicalPlan {
  switch (plan.kind) {
    case 'scan': {
      const kept = plan.columns.map((column, i) => ({ column, index: plan.projection[i]! })).filter(({ column }) => required.has(column.id))
      if (kept.length === plan.columns.length) return plan
      return { ...plan, columns: kept.map(({ column }) => column), projection: kept.map(({ index }) => index) }
    }
    case 'values': {
      const keep = plan.columns.map((column) => required.has(column.id))
      if (keep.every(Boolean)) return plan
      const pick = <T>(items: readonly T[]): T[] => items.filter((_, i) => keep[i])
      return { ...plan, columns: pick(plan.columns), rows: plan.rows.map(pick) }
    }
    case 'filter': {
      const input = prune(plan.input, withReferences(required, [plan.predicate]))
      return { ...plan, input, columns: input.columns }
    }
    case 'sort': {
      const input = prune(
        plan.input,
        withReferences(
          required,
          plan.keys.map((key) => key.expression),
        ),
      )
      return { ...plan, input, columns: input.columns }
    }
    case 'limit': {
      const input = prune(plan.input, required)
      return { ...plan, input, columns: input.columns }
    }
    case 'project': {
      const kept = plan.columns
        .map((column, i) => ({ column, expression: plan.expressions[i]! }))
        .filter(({ column }) => required.has(column.id))
      const expressions = kept.map(({ expression }) => expression)
      const pruned = {
        ...plan,
        columns: kept.map(({ column }) => column),
        expressions,
        input: prune(plan.input, withReferences(new Set(), expressions)),
      }
      return isIdentity(pruned) ? pruned.input : pruned
    }
    case 'aggregate': {
      const keys = plan.groupBy.length
      const kept = plan.aggregates
        .map((aggregate, i) => ({ aggregate, column: plan.columns[keys + i]! }))
        .filter(({ column }) => required.has(column.id))
      const aggregates = kept.map(({ aggregate }) => aggregate)
      // One row, whatever comes in: nothing needs to.
      if (keys === 0 && aggregates.length === 0) return { kind: 'values', rows: [[]], columns: [] }
      const read = aggregates.flatMap((aggregate) => [
        ...aggregate.arguments,
        ...(aggregate.filter === null ? [] : [aggregate.filter]),
        ...aggregate.orderBy.map((key) => key.expression),
      ])
      const columns: Column[] = [...plan.columns.slice(0, keys), ...kept.map(({ column }) => column)]
      return { ...plan, aggregates, columns, input: prune(plan.input, withReferences(new Set(), [...plan.groupBy, ...read])) }
    }
    case 'join': {
      // Nobody asks for the mark: every left row comes out as it is.
      if (plan.joinType === 'mark' && !required.has(plan.columns.at(-1)!.id)) return prune(plan.left, required)
      const read = [
        ...plan.on.flatMap((condition) => [condition.left, condition.right]),
        ...(plan.residual === null ? [] : [plan.residual]),
      ]
      const needed = withReferences(required, read)
      const left = prune(plan.left, needed)
      const right = prune(plan.right, needed)
      const present = new Set([...left.columns, ...right.columns].map((column) => column.id))
      const inputs = new Set([...plan.left.columns, ...plan.right.columns].map((column) => column.id))
      const columns = plan.columns.filter((column) => present.has(column.id) || !inputs.has(column.id))
      return { ...plan, left, right, columns }
    }
    case 'union': {
      const keep = plan.columns.map((column) => required.has(column.id))
      const inputColumns = plan.inputColumns.map((ids) => ids.filter((_, i) => keep[i]))
      const inputs = plan.inputs.map((input, k) => prune(input, new Set(inputColumns[k])))
      return { ...plan, inputs, inputColumns, columns: plan.columns.filter((_, i) => keep[i]) }
    }
    case 'set_operation':
      // Rows are compared whole, so every column counts.
      return { ...plan, left: pruneAll(plan.left), right: pruneAll(plan.right) }
    case 'metadata_aggregate':
      return plan
  }
}

function pruneAll(plan: LogicalPlan): LogicalPlan {
  return prune(plan, new Set(plan.columns.map((column) => column.id)))
}
