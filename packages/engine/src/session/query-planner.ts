/** From a bound plan to operators: optimize, pin, plan. */

import type { CastProvider, ExecutionPlan } from '@artemis/execution'
import { createPhysicalPlan, evaluateConstant } from '@artemis/execution'
import { castScalarFunction } from '@artemis/functions'
import { optimize } from '@artemis/optimizer'
import type { EvaluationContext, FunctionRegistry, LogicalPlan, PinnedSnapshot } from '@artemis/plan'
import { ColumnIds, subqueryPlans, walkPlan } from '@artemis/plan'
import type { Settings } from '../settings/settings.js'

export interface PlannedQuery {
  readonly logical: LogicalPlan
  readonly physical: ExecutionPlan
  readonly snapshots: readonly PinnedTableSnapshot[]
}

export interface PinnedTableSnapshot extends PinnedSnapshot {
  readonly table: string
}

export const casts: CastProvider = (from, to, tryCast) => castScalarFunction(from, to, tryCast)

export function planQuery(bound: LogicalPlan, settings: Settings, evaluation: EvaluationContext, functions: FunctionRegistry): PlannedQuery {
  const disabled = settings.get('disabledRules').split(',').map((name) => name.trim())
  const logical = optimize(bound, {
    context: {
      ids: new ColumnIds(firstFreeId(bound)),
      evaluate: (expression) => evaluateConstant(expression, evaluation, casts),
      aggregate: (name, types) => functions.aggregate(name)?.resolve(types, types.map(() => undefined)),
    },
    disabledRules: new Set(disabled),
    verify: settings.get('verifyPlans'),
  })
  return { logical, physical: createPhysicalPlan(logical, { evaluation, casts }), snapshots: pinnedSnapshots(logical) }
}

/** Ids of subqueries' plans count too: unnesting brings them into the plan. */
function firstFreeId(plan: LogicalPlan): number {
  let highest = -1
  const visit = (node: LogicalPlan): void => {
    for (const column of node.columns) highest = Math.max(highest, column.id)
    if (node.kind === 'scan') for (const column of node.allColumns) highest = Math.max(highest, column.id)
    for (const subquery of subqueryPlans(node)) walkPlan(subquery, visit)
  }
  walkPlan(plan, visit)
  return highest + 1
}

function pinnedSnapshots(plan: LogicalPlan): PinnedTableSnapshot[] {
  const snapshots: PinnedTableSnapshot[] = []
  walkPlan(plan, (node) => {
    if (node.kind === 'scan' && node.provider.snapshot !== undefined) snapshots.push({ table: node.table.join('.'), ...node.provider.snapshot })
  })
  return snapshots
}
