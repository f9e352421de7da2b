/**
 * The driver: rules run once each, in one ordered list whose positions carry their reasons. Every rule goes through one
 * gate, so any can be disabled by name, timed, and verified.
 */

import { assert } from '@artemis/errors'
import type { LogicalPlan } from '@artemis/plan'
import { checkInvariants } from '@artemis/plan'
import type { OptimizerContext, OptimizerRule } from './rule.js'
import { eliminateTrivial } from './rules/eliminate-trivial.js'
import { joinOrder } from './rules/join-order.js'
import { limitPushdown } from './rules/limit-pushdown.js'
import { mergeProjections } from './rules/merge-projections.js'
import { metadataAggregate } from './rules/metadata-aggregate.js'
import { predicatePushdown } from './rules/predicate-pushdown.js'
import { projectionPruning } from './rules/projection-pruning.js'
import { simplifyExpressions } from './rules/simplify-expressions.js'
import { unnestSubqueries } from './rules/unnest-subqueries.js'

export const RULES: readonly { readonly rule: OptimizerRule; readonly reason: string }[] = [
  { rule: unnestSubqueries, reason: 'first: no other rule, and no operator, knows subquery expressions' },
  { rule: simplifyExpressions, reason: 'before pushdown: sources classify simple comparisons, NOT at the leaves, and folded literals' },
  { rule: predicatePushdown, reason: 'before pruning: a filter that the source takes exactly frees its columns' },
  { rule: eliminateTrivial, reason: 'after pushdown: filters that became constant empty their branch' },
  { rule: joinOrder, reason: 'after pushdown: what a join puts out depends on the filters below it, and equalities are keys now' },
  { rule: mergeProjections, reason: 'before pruning and limits: both look through one projection, not a chain' },
  { rule: projectionPruning, reason: 'after all that can drop a use of a column' },
  { rule: metadataAggregate, reason: 'after pruning: it looks for an aggregate directly over a scan with exact filters' },
  { rule: limitPushdown, reason: 'last: a limit must not stop at a node that another rule removes' },
]

/** Rules that a query needs to run at all: they cannot be disabled. */
const REQUIRED = new Set(['unnest_subqueries'])

export interface OptimizerOptions {
  readonly context: OptimizerContext
  readonly disabledRules?: ReadonlySet<string> | undefined
  /** Check the plan's invariants after each rule. */
  readonly verify?: boolean | undefined
  /** Called after each rule with the milliseconds that it took. */
  readonly onRule?: ((name: string, milliseconds: number, before: LogicalPlan, after: LogicalPlan) => void) | undefined
}

/** Rewrites a bound plan into a better one that puts out the same columns. */
export function optimize(plan: LogicalPlan, options: OptimizerOptions): LogicalPlan {
  if (options.verify === true) checkInvariants(plan)
  let current = plan
  for (const { rule } of RULES) current = runRule(rule, current, options)
  return current
}

/** The one gate that every rule goes through. */
export function runRule(rule: OptimizerRule, plan: LogicalPlan, options: OptimizerOptions): LogicalPlan {
  if (options.disabledRules?.has(rule.name) === true && !REQUIRED.has(rule.name)) return plan
  const start = performance.now()
  const rewritten = rule.apply(plan, options.context)
  options.onRule?.(rule.name, performance.now() - start, plan, rewritten)
  if (options.verify === true) {
    checkInvariants(rewritten, { unnested: true })
    assert(outputIds(rewritten) === outputIds(plan), `rule ${rule.name} changed the columns that the plan puts out`)
  }
  return rewritten
}

function outputIds(plan: LogicalPlan): string {
  return plan.columns.map((column) => column.id).join(',')
}
