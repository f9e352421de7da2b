/**
 * Rough row counts, for comparing orders of joins. Only proportions matter: a key is taken for unique in the larger of
 * two tables unless the source says how many values it has, and a filter keeps a share by its form.
 */

import { unreachable } from '@artemis/errors'
import type { Expression, LogicalPlan, ScanPlan } from '@artemis/plan'
import { conjuncts } from '@artemis/plan'

/** What a table of unknown size counts as. */
const UNKNOWN_ROWS = 1_000_000
const GROUP_SHARE = 0.1
const SEMI_SHARE = 0.5

/** Rows that a plan puts out, about; at least one. */
export function estimateRows(plan: LogicalPlan): number {
  return Math.max(1, rows(plan))
}

/** Rows before any filter: about how many values a key of the plan has. */
export function estimateValues(plan: LogicalPlan, key: Expression): number {
  const known = key.kind === 'column' ? distinctCount(plan, key.id) : undefined
  return Math.max(1, known ?? unfilteredRows(plan))
}

function rows(plan: LogicalPlan): number {
  switch (plan.kind) {
    case 'scan': {
      const kept =
        tableRows(plan) *
        plan.filters.reduce((share, filter) => share * (filter.pushdown === 'Exact' ? selectivity(filter.expression) : 1), 1)
      return plan.fetch === null ? kept : Math.min(plan.fetch, kept)
    }
    case 'values':
      return plan.rows.length
    case 'filter':
      return rows(plan.input) * selectivity(plan.predicate)
    case 'project':
      return rows(plan.input)
    case 'aggregate':
      return plan.groupBy.length === 0 ? 1 : rows(plan.input) * (plan.aggregates.length === 0 ? SEMI_SHARE : GROUP_SHARE)
    case 'join': {
      const [left, right] = [estimateRows(plan.left), estimateRows(plan.right)]
      switch (plan.joinType) {
        case 'semi':
        case 'anti':
          return left * SEMI_SHARE
        case 'mark':
        case 'single':
          return left
        case 'inner':
          return joinedRows(
            left,
            right,
            plan.on.map((condition) => Math.max(estimateValues(plan.left, condition.left), estimateValues(plan.right, condition.right))),
          )
        case 'left':
        case 'right':
        case 'full':
          return plan.on.length === 0 ? left * right : Math.max(left, right)
      }
      return unreachable(plan.joinType, 'join type')
    }
    case 'sort':
      return plan.fetch === null ? rows(plan.input) : Math.min(plan.fetch, rows(plan.input))
    case 'limit':
      return plan.fetch?.kind === 'literal' && plan.fetch.value !== null
        ? Math.min(Number(plan.fetch.value), rows(plan.input))
        : rows(plan.input)
    case 'union':
      return plan.inputs.reduce((sum, input) => sum + rows(input), 0)
    case 'set_operation':
      return rows(plan.left) * SEMI_SHARE
    case 'metadata_aggregate':
      return 1
    default:
      return unreachable(plan, 'logical plan')
  }
}

/** Rows of an inner join, by how many values each of its keys has. Further keys are seldom independent of the first. */
export function joinedRows(left: number, right: number, keyValues: readonly number[]): number {
  return keyValues.length === 0 ? left * right : Math.max(1, (left * right) / Math.max(...keyValues))
}

/** The share of rows for which a predicate is true. */
export function selectivity(predicate: Expression): number {
  switch (predicate.kind) {
    case 'literal':
      return predicate.value === true ? 1 : 0
    case 'and':
      return conjuncts(predicate).reduce((share, part) => share * selectivity(part), 1)
    case 'or':
      return Math.min(
        1,
        predicate.operands.reduce((share, part) => share + selectivity(part), 0),
      )
    case 'not':
      return 1 - selectivity(predicate.input)
    case 'comparison':
      if (predicate.operator === '=' || predicate.operator === 'is_not_distinct_from') return 0.05
      return predicate.operator === '<>' || predicate.operator === 'is_distinct_from' ? 0.95 : 0.3
    case 'in_list': {
      const share = Math.min(0.5, 0.05 * predicate.list.length)
      return predicate.negated ? 1 - share : share
    }
    case 'is_null':
      return predicate.negated ? 0.95 : 0.05
    default:
      return 0.25
  }
}

function tableRows(plan: ScanPlan): number {
  return plan.provider.statistics().rowCount?.value ?? UNKNOWN_ROWS
}

/** Rows of the largest table below that reaches this plan. */
function unfilteredRows(plan: LogicalPlan): number {
  switch (plan.kind) {
    case 'scan':
      return tableRows(plan)
    case 'filter':
    case 'project':
    case 'sort':
      return unfilteredRows(plan.input)
    case 'join':
      if (plan.joinType === 'semi' || plan.joinType === 'anti' || plan.joinType === 'mark' || plan.joinType === 'single')
        return unfilteredRows(plan.left)
      return Math.max(unfilteredRows(plan.left), unfilteredRows(plan.right))
    default:
      return estimateRows(plan)
  }
}

/** How many values a column has, where the source of it says so. */
function distinctCount(plan: LogicalPlan, id: number): number | undefined {
  switch (plan.kind) {
    case 'scan': {
      const index = plan.allColumns.findIndex((column) => column.id === id)
      return plan.provider.statistics().columns?.get(index)?.distinctCount?.value
    }
    case 'filter':
    case 'sort':
    case 'limit':
      return distinctCount(plan.input, id)
    case 'project': {
      const expression = plan.expressions[plan.columns.findIndex((column) => column.id === id)]
      return expression?.kind === 'column' ? distinctCount(plan.input, expression.id) : undefined
    }
    case 'join':
      return distinctCount(plan.left, id) ?? distinctCount(plan.right, id)
    default:
      return undefined
  }
}
