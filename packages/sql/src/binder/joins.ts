/** Joins: their conditions split into equalities of both sides and the rest, and the columns that USING merges. */

import type { Span } from '@artemis/errors'
import type { Column, EquiCondition, Expression, JoinPlan, JoinType, LogicalPlan } from '@artemis/plan'
import { and, columnReference, conjuncts, isNull, referencedColumns } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import type { Binder, BoundTable, QueryEnvironment } from './binder.js'
import { coerceToBoolean, comparable, unify } from './coerce.js'
import { bindError, unsupported } from './errors.js'
import { containsSubquery, isVolatile } from './properties.js'
import type { ScopeColumn } from './scope.js'
import { Scope } from './scope.js'

/** A chain of joins to the left is bound in a loop, so its length costs no stack here. */
export function bindJoin(binder: Binder, join: ast.Join, environment: QueryEnvironment): BoundTable {
  const chain = [join]
  let first = join.left
  while (first.kind === 'join' && first.alias === undefined) {
    chain.push(first)
    first = first.left
  }
  let bound = binder.table(first, environment)
  for (const step of chain.reverse()) bound = joinTables(binder, step, bound, binder.table(step.right, environment), environment)
  return bound
}

export function crossJoin(left: BoundTable, right: BoundTable): BoundTable {
  const plan = makeJoin('inner', left.plan, right.plan, { on: [], residual: null })
  return { plan, scope: bothScopes(left.scope, right.scope) }
}

function joinTables(binder: Binder, join: ast.Join, left: BoundTable, right: BoundTable, environment: QueryEnvironment): BoundTable {
  if (join.asof) throw unsupported('ASOF JOIN', join.span)
  if (join.type === 'positional') throw unsupported('POSITIONAL JOIN', join.span)
  const joinType: JoinType = join.type === 'cross' ? 'inner' : join.type
  const using = join.natural ? commonNames(left.scope, right.scope) : join.using.map((name) => ({ name: name.name, span: name.span }))
  if (using.length > 0) return joinUsing(binder, joinType, using, left, right, join.span)
  const scope = bothScopes(left.scope, right.scope)
  let condition: JoinCondition = { on: [], residual: null }
  if (join.on !== undefined) {
    const bound = binder.expression(join.on, {
      environment,
      relation: scope,
      clause: 'the condition of JOIN',
      aggregates: null,
      aliases: null,
    })
    condition = splitCondition(coerceToBoolean(binder, bound, 'the condition of JOIN'), left.plan, right.plan)
  }
  const plan = makeJoin(joinType, left.plan, right.plan, condition)
  return { plan, scope: scopeAfter(joinType, left.scope, right.scope) }
}

interface JoinCondition {
  readonly on: readonly EquiCondition[]
  readonly residual: Expression | null
}

/** The equalities between an expression of the left and one of the right, and what remains. */
function splitCondition(condition: Expression, left: LogicalPlan, right: LogicalPlan): JoinCondition {
  const leftIds = new Set(left.columns.map((column) => column.id))
  const rightIds = new Set(right.columns.map((column) => column.id))
  const on: EquiCondition[] = []
  const rest: Expression[] = []
  for (const part of conjuncts(condition)) {
    const equality = equalityOf(part, leftIds, rightIds)
    if (equality !== undefined) on.push(equality)
    else if (!(part.kind === 'literal' && part.value === true)) rest.push(part)
  }
  return { on, residual: rest.length === 0 ? null : and(rest, condition.span) }
}

function equalityOf(part: Expression, leftIds: ReadonlySet<number>, rightIds: ReadonlySet<number>): EquiCondition | undefined {
  if (part.kind !== 'comparison' || (part.operator !== '=' && part.operator !== 'is_not_distinct_from')) return undefined
  const nullEqualsNull = part.operator === 'is_not_distinct_from'
  const first = isOver(part.left, leftIds) ? 'left' : isOver(part.left, rightIds) ? 'right' : undefined
  const second = isOver(part.right, leftIds) ? 'left' : isOver(part.right, rightIds) ? 'right' : undefined
  if (first === 'left' && second === 'right') return { left: part.left, right: part.right, nullEqualsNull }
  if (first === 'right' && second === 'left') return { left: part.right, right: part.left, nullEqualsNull }
  return undefined
}

/** Whether the expression reads columns of this side and nothing else. */
function isOver(expression: Expression, ids: ReadonlySet<number>): boolean {
  const read = referencedColumns(expression)
  if (read.size === 0 || containsSubquery(expression) || isVolatile(expression)) return false
  for (const id of read) if (!ids.has(id)) return false
  return true
}

function makeJoin(joinType: JoinType, left: LogicalPlan, right: LogicalPlan, { on, residual }: JoinCondition): JoinPlan {
  const keepsRight = joinType !== 'semi' && joinType !== 'anti'
  const leftColumns = joinType === 'right' || joinType === 'full' ? left.columns.map(withNulls) : left.columns
  const rightColumns = joinType === 'left' || joinType === 'full' ? right.columns.map(withNulls) : right.columns
  const columns = keepsRight ? [...leftColumns, ...rightColumns] : leftColumns
  return { kind: 'join', joinType, left, right, on, residual, nullAware: false, columns }
}

function withNulls(column: Column): Column {
  return column.nullable ? column : { ...column, nullable: true }
}

function bothScopes(left: Scope, right: Scope): Scope {
  return new Scope([...left.sources, ...right.sources], [...left.visible, ...right.visible])
}

function scopeAfter(joinType: JoinType, left: Scope, right: Scope): Scope {
  switch (joinType) {
    case 'semi':
    case 'anti':
      return left
    case 'left':
      return bothScopes(left, right.mapColumns(withNulls))
    case 'right':
      return bothScopes(left.mapColumns(withNulls), right)
    case 'full':
      return bothScopes(left.mapColumns(withNulls), right.mapColumns(withNulls))
    default:
      return bothScopes(left, right)
  }
}

interface UsingName {
  readonly name: string
  readonly span: Span | undefined
}

/** The names of NATURAL: those that both sides have, in the order of the left. None at all makes a cross join, as the standard says. */
function commonNames(left: Scope, right: Scope): UsingName[] {
  const names = new Map<string, UsingName>()
  for (const { name } of left.visible) {
    if (right.named(name).length > 0 && !names.has(name.toLowerCase())) names.set(name.toLowerCase(), { name, span: undefined })
  }
  return [...names.values()]
}

/** Each name becomes one column in the place of the left's: the left's, the right's of a RIGHT JOIN, whichever is there of a FULL JOIN. */
function joinUsing(
  binder: Binder,
  joinType: JoinType,
  using: readonly UsingName[],
  left: BoundTable,
  right: BoundTable,
  span: Span,
): BoundTable {
  const on: EquiCondition[] = []
  const pairs = using.map((name) => ({
    left: theColumn(left.scope, name, 'left', span),
    right: theColumn(right.scope, name, 'right', span),
  }))
  for (const pair of pairs) {
    const [a, b] = comparable(binder, columnReference(pair.left.column), columnReference(pair.right.column), span)
    on.push({ left: a, right: b, nullEqualsNull: false })
  }
  const join = makeJoin(joinType, left.plan, right.plan, { on, residual: null })
  const after = scopeAfter(joinType, left.scope, right.scope)
  if (joinType === 'semi' || joinType === 'anti') return { plan: join, scope: after }
  const merged = new Map<number, ScopeColumn>()
  const computed: { column: Column; expression: Expression }[] = []
  for (const pair of pairs) {
    if (joinType === 'full') {
      const whichever = firstOf(binder, pair.left, pair.right, span)
      computed.push(whichever)
      merged.set(pair.left.column.id, { name: pair.left.name, column: whichever.column })
    } else if (joinType === 'right') merged.set(pair.left.column.id, { name: pair.left.name, column: pair.right.column })
  }
  const hidden = new Set(pairs.map((pair) => pair.right.column.id))
  const leftVisible = after.visible.slice(0, left.scope.visible.length).map((entry) => merged.get(entry.column.id) ?? entry)
  const rightVisible = after.visible.slice(left.scope.visible.length).filter((entry) => !hidden.has(entry.column.id))
  const scope = new Scope(after.sources, [...leftVisible, ...rightVisible])
  if (computed.length === 0) return { plan: join, scope }
  const expressions = [...join.columns.map((column) => columnReference(column)), ...computed.map((item) => item.expression)]
  return { plan: { kind: 'project', input: join, expressions, columns: [...join.columns, ...computed.map((item) => item.column)] }, scope }
}

function theColumn(scope: Scope, { name, span }: UsingName, side: string, joinSpan: Span): ScopeColumn {
  const found = scope.named(name)
  const place = span ?? joinSpan
  if (found.length > 1) throw bindError('AMBIGUOUS_COLUMN', `the column "${name}" of USING is ambiguous on the ${side} side`, place)
  if (found[0] === undefined) throw bindError('COLUMN_NOT_FOUND', `the ${side} side of the join has no column "${name}"`, place)
  return found[0]
}

function firstOf(binder: Binder, left: ScopeColumn, right: ScopeColumn, span: Span): { column: Column; expression: Expression } {
  const sides = [left, right].map((entry) => columnReference(withNulls(entry.column), span))
  const { type, expressions } = unify(binder, sides, `the columns "${left.name}" of USING`)
  const branches = [{ when: isNull(expressions[0]!, true, span), then: expressions[0]! }]
  const expression: Expression = { kind: 'case', branches, otherwise: expressions[1]!, type, nullable: true, span }
  return { column: binder.column(left.name, type, true), expression }
}
