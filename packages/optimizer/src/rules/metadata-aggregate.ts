/** Asks the source for COUNT, MIN and MAX of a whole table, or of what its exact filters leave, before reading rows. */

import type { AggregateCall, AggregatePlan, Expression, LogicalPlan, MetadataAggregate, ScanPlan } from '@artemis/plan'
import { transformPlan } from '@artemis/plan'
import type { OptimizerRule } from '../rule.js'

export const metadataAggregate: OptimizerRule = {
  name: 'metadata_aggregate',
  apply: (plan) => transformPlan(plan, (node) => (node.kind === 'aggregate' ? rewrite(node) : node)),
}

function rewrite(plan: AggregatePlan): LogicalPlan {
  if (plan.groupBy.length > 0 || plan.aggregates.length === 0) return plan
  const source = scanBelow(plan.input)
  if (source === undefined) return plan
  const { scan, resolve } = source
  const aggregates = plan.aggregates.map((aggregate) => describe(aggregate, scan, resolve))
  if (!aggregates.every((aggregate) => aggregate !== undefined)) return plan
  return { kind: 'metadata_aggregate', scan, aggregates, fallback: plan, columns: plan.columns }
}

interface Source {
  readonly scan: ScanPlan
  /** What a column of the aggregate's input is at the scan. */
  readonly resolve: (expression: Expression) => Expression
}

/** A scan whose rows all reach the aggregate, through projections at most. */
function scanBelow(plan: LogicalPlan): Source | undefined {
  if (plan.kind === 'project') {
    const below = scanBelow(plan.input)
    if (below === undefined) return undefined
    const definitions = new Map(plan.columns.map((column, i) => [column.id, plan.expressions[i]!]))
    const resolve = (expression: Expression): Expression =>
      expression.kind === 'column' ? below.resolve(definitions.get(expression.id) ?? expression) : expression
    return { scan: below.scan, resolve }
  }
  if (plan.kind !== 'scan' || plan.fetch !== null || plan.provider.aggregateFromMetadata === undefined) return undefined
  if (!plan.filters.every((filter) => filter.pushdown === 'Exact')) return undefined
  return { scan: plan, resolve: (expression) => expression }
}

function describe(
  aggregate: AggregateCall,
  scan: ScanPlan,
  resolve: (expression: Expression) => Expression,
): MetadataAggregate | undefined {
  if (aggregate.filter !== null) return undefined
  const name = aggregate.function.name
  if (name !== 'count' && name !== 'min' && name !== 'max') return undefined
  if (name === 'count' && aggregate.distinct) return undefined
  if (aggregate.arguments.length > 1) return undefined
  const [argument] = aggregate.arguments
  if (argument === undefined) return name === 'count' ? { function: 'count', column: null } : undefined
  const resolved = resolve(argument)
  // What has to be computed might fail, and counting it is how people look for values that do.
  if (resolved.kind !== 'column' && resolved.kind !== 'literal') return undefined
  if (name === 'count' && !resolved.nullable) return { function: 'count', column: null }
  if (resolved.kind !== 'column') return undefined
  const index = scan.allColumns.findIndex((candidate) => candidate.id === resolved.id)
  return index === -1 ? undefined : { function: name, column: index }
}
