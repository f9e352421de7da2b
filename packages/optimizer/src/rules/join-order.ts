/**
 * The order of inner joins. A chain of them is taken apart into its inputs and its conditions and put together again,
 * always the two that give the fewest rows next, and never as a cross product while a condition joins something. The
 * order as written stays unless the new one is clearly better, since all is guessed from sizes of tables.
 */

import type { Expression, JoinPlan, LogicalPlan } from '@artemis/plan'
import { columnReference, conjuncts, mapPlanChildren, referencedColumns } from '@artemis/plan'
import { estimateRows, estimateValues, joinedRows, selectivity } from '../estimate/row-estimate.js'
import type { OptimizerRule } from '../rule.js'
import { equiCondition, idsOf } from './join-conditions.js'
import { filterAbove, isFallible, isVolatile } from './predicates.js'
import { asPredicate, makeJoin } from './subqueries/make-join.js'

export const joinOrder: OptimizerRule = {
  name: 'join_order',
  apply: (plan) => order(plan),
}

/** More inputs than these stay as written: the search takes time by their cube. */
const MOST_INPUTS = 40
/** What the rows between joins must fall to for another order to be worth it. */
const CLEARLY_BETTER = 0.7

function order(plan: LogicalPlan): LogicalPlan {
  if (plan.kind !== 'join' || plan.joinType !== 'inner') return mapPlanChildren(plan, order)
  const chain: Chain = { inputs: [], conditions: [], cost: 0, movable: true }
  collect(plan, chain)
  if (!chain.movable || chain.inputs.length < 3 || chain.inputs.length > MOST_INPUTS) return mapPlanChildren(plan, order)
  const ordered = search(chain)
  if (ordered.cost >= chain.cost * CLEARLY_BETTER) return mapPlanChildren(plan, order)
  return { kind: 'project', input: ordered.plan, expressions: plan.columns.map((column) => columnReference(column)), columns: plan.columns }
}

/** A part of the join: one input or several joined. */
interface Part {
  readonly plan: LogicalPlan
  readonly ids: ReadonlySet<number>
  readonly rows: number
}

interface Chain {
  readonly inputs: Part[]
  readonly conditions: Expression[]
  /** Rows between the joins as written. */
  cost: number
  movable: boolean
}

/** Takes a tree of inner joins apart, and gives the rows that it puts out. */
function collect(plan: LogicalPlan, chain: Chain): Part {
  if (plan.kind === 'project' && passesColumnsOn(plan)) return collect(plan.input, chain)
  if (plan.kind !== 'join' || plan.joinType !== 'inner') {
    const input = order(plan)
    const part: Part = { plan: input, ids: idsOf(input), rows: estimateRows(input) }
    chain.inputs.push(part)
    return part
  }
  const conditions = [...plan.on.map(asPredicate), ...(plan.residual === null ? [] : conjuncts(plan.residual))]
  // In another order they would see other rows.
  if (conditions.some((condition) => isFallible(condition) || isVolatile(condition))) chain.movable = false
  const [left, right] = [collect(plan.left, chain), collect(plan.right, chain)]
  chain.conditions.push(...conditions)
  const rows = rowsOf(left, right, conditions)
  chain.cost += rows
  return { plan, ids: new Set([...left.ids, ...right.ids]), rows }
}

function passesColumnsOn(plan: LogicalPlan & { readonly kind: 'project' }): boolean {
  return plan.expressions.every((expression, i) => expression.kind === 'column' && expression.id === plan.columns[i]!.id)
}

function rowsOf(left: Part, right: Part, conditions: readonly Expression[]): number {
  const keyValues: number[] = []
  let share = 1
  for (const condition of conditions) {
    const equi = equiCondition(condition, { left: left.ids, right: right.ids })
    if (equi === undefined) share *= selectivity(condition)
    else keyValues.push(Math.max(estimateValues(left.plan, equi.left), estimateValues(right.plan, equi.right)))
  }
  return Math.max(1, joinedRows(left.rows, right.rows, keyValues) * share)
}

interface Step {
  readonly left: Part
  readonly right: Part
  readonly conditions: readonly Expression[]
  readonly rows: number
}

function search(chain: Chain): { readonly plan: LogicalPlan; readonly cost: number } {
  let parts: readonly Part[] = chain.inputs
  // What reads no input at all is decided above.
  const constant = chain.conditions.filter((condition) => referencedColumns(condition).size === 0)
  let open: readonly Expression[] = chain.conditions.filter((condition) => !constant.includes(condition))
  let cost = 0
  while (parts.length > 1) {
    const step = bestStep(parts, open)
    cost += step.rows
    open = open.filter((condition) => !step.conditions.includes(condition))
    // The smaller side on the right, where it is built.
    const [left, right] = step.left.rows >= step.right.rows ? [step.left, step.right] : [step.right, step.left]
    const plan: JoinPlan = makeJoin({ joinType: 'inner', left: left.plan, right: right.plan, predicates: step.conditions })
    const joined: Part = { plan, ids: new Set([...left.ids, ...right.ids]), rows: step.rows }
    parts = [...parts.filter((part) => part !== step.left && part !== step.right), joined]
  }
  return { plan: filterAbove(parts[0]!.plan, [...open, ...constant]), cost }
}

/** The two parts that give the fewest rows, of those that a condition joins; of all, when none is joined. */
function bestStep(parts: readonly Part[], conditions: readonly Expression[]): Step {
  let best: Step | undefined
  let connected = false
  for (const [i, left] of parts.entries()) {
    for (const right of parts.slice(i + 1)) {
      const usable = conditions.filter((condition) => isWithin(condition, left.ids, right.ids))
      if (usable.length === 0 && connected) continue
      const rows = rowsOf(left, right, usable)
      if (best === undefined || (usable.length > 0 && !connected) || rows < best.rows) best = { left, right, conditions: usable, rows }
      if (usable.length > 0) connected = true
    }
  }
  return best!
}

function isWithin(condition: Expression, left: ReadonlySet<number>, right: ReadonlySet<number>): boolean {
  for (const id of referencedColumns(condition)) if (!left.has(id) && !right.has(id)) return false
  return true
}
