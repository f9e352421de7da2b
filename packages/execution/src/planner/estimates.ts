/** Rough row counts, good enough to tell the small side of a join from the large one. */

import { unreachable } from '@artemis/errors'
import type { LogicalPlan } from '@artemis/plan'

/** What a table of unknown size counts as. */
const UNKNOWN_ROWS = 1_000_000
const FILTER_SHARE = 0.25
const GROUP_SHARE = 0.1

export function estimateRows(plan: LogicalPlan): number {
  switch (plan.kind) {
    case 'scan': {
      const rows = (plan.provider.statistics().rowCount?.value ?? UNKNOWN_ROWS) * FILTER_SHARE ** plan.filters.length
      return plan.fetch === null ? rows : Math.min(plan.fetch, rows)
    }
    case 'values':
      return plan.rows.length
    case 'filter':
      return estimateRows(plan.input) * FILTER_SHARE
    case 'project':
      return estimateRows(plan.input)
    case 'aggregate':
      return plan.groupBy.length === 0 ? 1 : estimateRows(plan.input) * GROUP_SHARE
    case 'join': {
      const left = estimateRows(plan.left)
      const right = estimateRows(plan.right)
      if (plan.joinType === 'semi' || plan.joinType === 'anti' || plan.joinType === 'mark' || plan.joinType === 'single') return left
      return plan.on.length === 0 ? left * right : Math.max(left, right)
    }
    case 'sort': {
      const rows = estimateRows(plan.input)
      return plan.fetch === null ? rows : Math.min(plan.fetch, rows)
    }
    case 'limit': {
      const rows = estimateRows(plan.input)
      return plan.fetch?.kind === 'literal' && plan.fetch.value !== null ? Math.min(Number(plan.fetch.value), rows) : rows
    }
    case 'union':
      return plan.inputs.reduce((sum, input) => sum + estimateRows(input), 0)
    case 'set_operation':
      return estimateRows(plan.left)
    case 'metadata_aggregate':
      return 1
    default:
      return unreachable(plan, 'logical plan')
  }
}
