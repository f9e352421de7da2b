/**
 * Moves each conjunct of every filter as near to the data as it can go, and offers what reaches a scan to the source.
 * What the source takes exactly leaves the plan; the rest stays in a Filter above the scan.
 */

import type { AggregatePlan, Expression, FilterPushdown, LogicalPlan, ProjectPlan, PushedFilter, ScanPlan } from '@artemis/plan'
import {
  columnReference,
  conjuncts,
  mapPlanChildren,
  referencedColumns,
  substituteColumns,
} from '@artemis/plan'
import type { OptimizerRule } from '../rule.js'
import { pushIntoJoin } from './join-predicates.js'
import type { Push } from './predicates.js'
import { filterAbove, isVolatile } from './predicates.js'

export const predicatePushdown: OptimizerRule = {
  name: 'predicate_pushdown',
  apply: (plan) => push(plan, []),
}

/** The plan with the predicates, which read its columns, applied to its rows as deep as they go. */
const push: Push = (plan, predicates) => {
  switch (plan.kind) {
    case 'filter': {
      const own = conjuncts(plan.predicate)
      const movable = own.filter((predicate) => !isVolatile(predicate))
      const fixed = own.filter(isVolatile)
      const inner = push(plan.input, fixed.length === 0 ? [...movable, ...predicates] : movable)
      return fixed.length === 0 ? inner : filterAbove(filterAbove(inner, fixed), predicates)
    }
    case 'project':
      return pushIntoProject(plan, predicates)
    case 'aggregate':
      return pushIntoAggregate(plan, predicates)
    case 'join':
      return pushIntoJoin(plan, predicates, push)
    case 'sort': {
      if (plan.fetch !== null) return filterAbove(descend(plan), predicates)
      const input = push(plan.input, predicates)
      return input === plan.input ? plan : { ...plan, input }
    }
    case 'union': {
      const inputs = plan.inputs.map((input, k) => push(input, predicates.map((predicate) => renumber(predicate, plan.columns, plan.inputColumns[k]!, input))))
      return { ...plan, inputs }
    }
    case 'set_operation': {
      const sides = [plan.left, plan.right].map((side) => push(side, predicates.map((predicate) => renumber(predicate, plan.columns, side.columns.map((c) => c.id), side))))
      return { ...plan, left: sides[0]!, right: sides[1]! }
    }
    case 'scan':
      return pushIntoScan(plan, predicates)
    case 'limit':
    case 'values':
    case 'metadata_aggregate':
      return filterAbove(descend(plan), predicates)
  }
}

/** Goes on below a node that lets no predicate through. */
function descend(plan: LogicalPlan): LogicalPlan {
  return mapPlanChildren(plan, (child) => push(child, []))
}

function pushIntoProject(plan: ProjectPlan, predicates: readonly Expression[]): LogicalPlan {
  const definitions = new Map(plan.columns.map((column, i) => [column.id, plan.expressions[i]!]))
  const readsVolatile = (predicate: Expression): boolean => [...referencedColumns(predicate)].some((id) => isVolatile(definitions.get(id)!))
  const through = predicates.filter((predicate) => !readsVolatile(predicate))
  const input = push(plan.input, through.map((predicate) => substituteColumns(predicate, definitions)))
  return filterAbove({ ...plan, input }, predicates.filter(readsVolatile))
}

/** A predicate over group keys alone holds for whole groups, so it may choose their rows. */
function pushIntoAggregate(plan: AggregatePlan, predicates: readonly Expression[]): LogicalPlan {
  const keys = new Map(plan.groupBy.map((key, i) => [plan.columns[i]!.id, key]))
  const readsKeysOnly = (predicate: Expression): boolean => {
    const ids = [...referencedColumns(predicate)]
    return ids.length > 0 && ids.every((id) => keys.has(id) && !isVolatile(keys.get(id)!))
  }
  const through = predicates.filter(readsKeysOnly).map((predicate) => substituteColumns(predicate, keys))
  const input = push(plan.input, through)
  return filterAbove({ ...plan, input }, predicates.filter((predicate) => !readsKeysOnly(predicate)))
}

/** A predicate over an output's columns as one over an input's, position by position. */
function renumber(predicate: Expression, outputs: readonly { readonly id: number }[], inputIds: readonly number[], input: LogicalPlan): Expression {
  const replacements = new Map(outputs.map((column, i) => [column.id, columnReference(input.columns.find((c) => c.id === inputIds[i])!)]))
  return substituteColumns(predicate, replacements)
}

function pushIntoScan(plan: ScanPlan, predicates: readonly Expression[]): LogicalPlan {
  const offered = predicates.filter((predicate) => referencedColumns(predicate).size > 0)
  if (plan.fetch !== null || offered.length === 0) return filterAbove(plan, predicates)
  const indices = new Map(plan.allColumns.map((column, index) => [column.id, columnReference({ ...column, id: index })]))
  const classes = plan.provider.supportsFiltersPushdown(offered.map((predicate) => substituteColumns(predicate, indices)))
  const filters: PushedFilter[] = offered.map((expression, i) => ({ expression, pushdown: classes[i] ?? 'Unsupported' }))
  const isExact = (predicate: Expression): boolean => pushdownOf(filters, predicate) === 'Exact'
  const scan: ScanPlan = { ...plan, filters: [...plan.filters, ...filters] }
  return filterAbove(scan, predicates.filter((predicate) => !isExact(predicate)))
}

function pushdownOf(filters: readonly PushedFilter[], predicate: Expression): FilterPushdown | undefined {
  return filters.find((filter) => filter.expression === predicate)?.pushdown
}

