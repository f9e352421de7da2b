/**
 * Moves each conjunct of every filter as near to the data as it can go, and offers what reaches a scan to the source.
 * What the source takes exactly leaves the plan; the rest stays in a Filter above the scan.
 */

import type { AggregatePlan, Expression, FilterPushdown, LogicalPlan, ProjectPlan, PushedFilter, ScanPlan } from '@artemis/plan'
import { columnReference, conjuncts, mapPlanChildren, referencedColumns, substituteColumns, walkExpression } from '@artemis/plan'
import type { OptimizerContext, OptimizerRule } from '../rule.js'
import { simplifyExpression } from '../simplify/simplify.js'
import { pushIntoJoin } from './join-predicates.js'
import type { Push } from './predicates.js'
import { filterAbove, isFallible, isVolatile } from './predicates.js'

export const predicatePushdown: OptimizerRule = {
  name: 'predicate_pushdown',
  apply: (plan, context) => {
    const push: Push = (node, predicates) => pushInto(node, predicates, push, context)
    return push(plan, [])
  },
}

/** The plan with the predicates, which read its columns, applied to its rows as deep as they go. */
function pushInto(plan: LogicalPlan, predicates: readonly Expression[], push: Push, context: OptimizerContext): LogicalPlan {
  switch (plan.kind) {
    case 'filter': {
      const own = conjuncts(plan.predicate)
      const movable = own.filter((predicate) => !isVolatile(predicate))
      const fixed = own.filter(isVolatile)
      const inner = push(plan.input, fixed.length === 0 ? [...movable, ...predicates] : movable)
      return fixed.length === 0 ? inner : filterAbove(filterAbove(inner, fixed), predicates)
    }
    case 'project':
      return pushIntoProject(plan, predicates, push, context)
    case 'aggregate':
      return pushIntoAggregate(plan, predicates, push)
    case 'join':
      return pushIntoJoin(plan, predicates, push)
    case 'sort': {
      if (plan.fetch !== null) return filterAbove(descend(plan, push), predicates)
      const input = push(plan.input, predicates)
      return input === plan.input ? plan : { ...plan, input }
    }
    case 'union': {
      const inputs = plan.inputs.map((input, k) =>
        push(
          input,
          predicates.map((predicate) => renumber(predicate, plan.columns, plan.inputColumns[k]!, input)),
        ),
      )
      return { ...plan, inputs }
    }
    case 'set_operation': {
      // Rows that the other side takes away might be the ones that a predicate fails on.
      const movable = predicates.filter((predicate) => !isFallible(predicate))
      const [left, right] = [plan.left, plan.right].map((side) => {
        const ids = side.columns.map((column) => column.id)
        return push(
          side,
          movable.map((predicate) => renumber(predicate, plan.columns, ids, side)),
        )
      })
      return filterAbove({ ...plan, left: left!, right: right! }, predicates.filter(isFallible))
    }
    case 'scan':
      return pushIntoScan(plan, predicates)
    case 'limit':
    case 'values':
    case 'metadata_aggregate':
      return filterAbove(descend(plan, push), predicates)
  }
}

/** Goes on below a node that lets no predicate through. */
function descend(plan: LogicalPlan, push: Push): LogicalPlan {
  return mapPlanChildren(plan, (child) => push(child, []))
}

/** A predicate with the definitions of its columns written out is simplified again: it may be constant now, or fit a source. */
function pushIntoProject(plan: ProjectPlan, predicates: readonly Expression[], push: Push, context: OptimizerContext): LogicalPlan {
  const definitions = new Map(plan.columns.map((column, i) => [column.id, plan.expressions[i]!]))
  const staysAbove = (predicate: Expression): boolean =>
    [...referencedColumns(predicate)].some((id) => isVolatile(definitions.get(id)!)) ||
    writtenOutSize(predicate, definitions) > WRITTEN_OUT_LIMIT
  const above = predicates.filter(staysAbove)
  const through = predicates.filter((predicate) => !above.includes(predicate))
  const written = through.flatMap((predicate) => conjuncts(simplifyExpression(substituteColumns(predicate, definitions), context)))
  return filterAbove({ ...plan, input: push(plan.input, written) }, above)
}

/** A predicate must not grow without bound through views over views that use each column twice. */
const WRITTEN_OUT_LIMIT = 2000

function writtenOutSize(predicate: Expression, definitions: ReadonlyMap<number, Expression>): number {
  let size = 0
  walkExpression(predicate, (node) => {
    const definition = node.kind === 'column' ? definitions.get(node.id) : undefined
    if (definition === undefined || definition.kind === 'column') size++
    else walkExpression(definition, () => void size++)
  })
  return size
}

/** A predicate over group keys alone holds for whole groups, so it may choose their rows. */
function pushIntoAggregate(plan: AggregatePlan, predicates: readonly Expression[], push: Push): LogicalPlan {
  const keys = new Map(plan.groupBy.map((key, i) => [plan.columns[i]!.id, key]))
  const readsKeysOnly = (predicate: Expression): boolean => {
    const ids = [...referencedColumns(predicate)]
    return ids.length > 0 && ids.every((id) => keys.has(id) && !isVolatile(keys.get(id)!))
  }
  const others = predicates.some((predicate) => !readsKeysOnly(predicate))
  const above = predicates.filter((predicate) => !readsKeysOnly(predicate) || (others && isFallible(predicate)))
  const through = predicates.filter((predicate) => !above.includes(predicate)).map((predicate) => substituteColumns(predicate, keys))
  return filterAbove({ ...plan, input: push(plan.input, through) }, above)
}

/** A predicate over an output's columns as one over an input's, position by position. */
function renumber(
  predicate: Expression,
  outputs: readonly { readonly id: number }[],
  inputIds: readonly number[],
  input: LogicalPlan,
): Expression {
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
  return filterAbove(
    scan,
    predicates.filter((predicate) => !isExact(predicate)),
  )
}

function pushdownOf(filters: readonly PushedFilter[], predicate: Expression): FilterPushdown | undefined {
  return filters.find((filter) => filter.expression === predicate)?.pushdown
}
