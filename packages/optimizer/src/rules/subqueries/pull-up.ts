/**
 * The simple correlation: conditions on outer columns stand in filters and inner joins, below nothing but projections
 * and what lets a filter pass. They are pulled out, and become the condition of the join with the outer query.
 *
 *   EXISTS (SELECT … FROM s WHERE s.k = t.k AND s.x <> t.x)   ->   t semi join s on k = k, x <> x
 */

import type { Column, EquiCondition, Expression, JoinPlan, LogicalPlan, ProjectPlan } from '@artemis/plan'
import { columnReference, conjuncts, referencedColumns, substituteColumns } from '@artemis/plan'
import { filterAbove, isFallible, isVolatile } from '../predicates.js'
import { expressionReadsAny, readsAny } from './free-columns.js'
import { asPredicate, makeJoin } from './make-join.js'

export interface PulledUp {
  /** Reads no outer column; puts out at least what the predicates and the computed columns read. */
  readonly plan: LogicalPlan
  /** What pairs of an outer row and a row of the plan must meet. */
  readonly predicates: readonly Expression[]
  /** Columns of the original that are no longer put out: what they are, over the plan's and the outer columns. */
  readonly computed: ReadonlyMap<number, Expression>
}

export interface PullUpOptions {
  readonly outer: ReadonlySet<number>
  /** Whether it counts how often a row comes: not for EXISTS and IN, which may go past DISTINCT. */
  readonly countsRows: boolean
}

/** Undefined when a correlation stands where it cannot be pulled out. */
export function pullUp(plan: LogicalPlan, options: PullUpOptions): PulledUp | undefined {
  if (!readsAny(plan, options.outer)) return { plan, predicates: [], computed: new Map() }
  switch (plan.kind) {
    case 'filter': {
      const input = pullUp(plan.input, options)
      if (input === undefined) return undefined
      const { correlated, local } = split(
        conjuncts(plan.predicate).map((part) => substituteColumns(part, input.computed)),
        options.outer,
      )
      if (correlated.some(isVolatile)) return undefined
      return { ...input, plan: filterAbove(input.plan, local), predicates: [...input.predicates, ...correlated] }
    }
    case 'project':
      return pullUpProject(plan, options)
    case 'join':
      return pullUpJoin(plan, options)
    case 'sort':
      // Without a limit the order of a subquery's rows means nothing.
      return plan.fetch === null ? pullUp(plan.input, options) : undefined
    case 'aggregate': {
      if (options.countsRows || plan.aggregates.length > 0 || plan.groupBy.length === 0 || plan.groupBy.some(isVolatile)) return undefined
      const input = pullUp(plan.input, options)
      if (input === undefined) return undefined
      const keys = plan.groupBy.map((key) => substituteColumns(key, input.computed))
      const computed = plan.columns
        .map((column, i) => [column.id, keys[i]!] as const)
        .filter(([id, key]) => key.kind !== 'column' || key.id !== id)
      return { ...input, computed: new Map(computed) }
    }
    default:
      return undefined
  }
}

/** What may fail goes along: below, it would see rows that the correlation keeps away from it. */
function goesUp(expression: Expression, outer: ReadonlySet<number>): boolean {
  return expressionReadsAny(expression, outer) || isFallible(expression)
}

function split(predicates: readonly Expression[], outer: ReadonlySet<number>): { correlated: Expression[]; local: Expression[] } {
  const correlated = predicates.filter((predicate) => goesUp(predicate, outer))
  return { correlated, local: predicates.filter((predicate) => !correlated.includes(predicate)) }
}

function pullUpProject(plan: ProjectPlan, options: PullUpOptions): PulledUp | undefined {
  const input = pullUp(plan.input, options)
  if (input === undefined) return undefined
  const columns: Column[] = []
  const expressions: Expression[] = []
  const computed = new Map<number, Expression>()
  plan.columns.forEach((column, i) => {
    const expression = substituteColumns(plan.expressions[i]!, input.computed)
    if (goesUp(expression, options.outer)) computed.set(column.id, expression)
    else {
      columns.push(column)
      expressions.push(expression)
    }
  })
  if ([...computed.values()].some(isVolatile)) return undefined
  const read = new Set<number>()
  for (const expression of [...input.predicates, ...computed.values()]) referencedColumns(expression, read)
  const present = new Set(columns.map((column) => column.id))
  for (const column of input.plan.columns) {
    if (!read.has(column.id) || present.has(column.id)) continue
    columns.push(column)
    expressions.push(columnReference(column))
  }
  return { plan: { ...plan, input: input.plan, expressions, columns }, predicates: input.predicates, computed }
}

/** Through an inner join from both sides; through one that keeps or drops whole left rows from the left. */
function pullUpJoin(plan: JoinPlan, options: PullUpOptions): PulledUp | undefined {
  const { joinType } = plan
  if (joinType === 'full') return undefined
  const fromLeft = joinType !== 'right'
  const fromRight = joinType === 'inner' || joinType === 'right'
  if ((!fromLeft && readsAny(plan.left, options.outer)) || (!fromRight && readsAny(plan.right, options.outer))) return undefined
  const left = pullUp(plan.left, options)
  const right = pullUp(plan.right, options)
  if (left === undefined || right === undefined) return undefined
  const computed = new Map([...left.computed, ...right.computed])
  const write = (expression: Expression): Expression => substituteColumns(expression, computed)
  const on = plan.on.map((condition): EquiCondition => ({ ...condition, left: write(condition.left), right: write(condition.right) }))
  const residual = plan.residual === null ? [] : conjuncts(write(plan.residual))
  const predicates = [...left.predicates, ...right.predicates]
  if (joinType === 'inner') {
    const { correlated, local } = split([...on.map(asPredicate), ...residual], options.outer)
    if (correlated.some(isVolatile)) return undefined
    return {
      plan: makeJoin({ joinType, left: left.plan, right: right.plan, predicates: local }),
      predicates: [...predicates, ...correlated],
      computed,
    }
  }
  const condition = [...residual, ...on.flatMap((item) => [item.left, item.right])]
  if (condition.some((part) => expressionReadsAny(part, options.outer))) return undefined
  const mark = joinType === 'mark' ? plan.columns.at(-1) : undefined
  return {
    plan: makeJoin({ joinType, left: left.plan, right: right.plan, predicates: residual, on, nullAware: plan.nullAware, mark }),
    predicates,
    computed,
  }
}
