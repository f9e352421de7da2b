/**
 * What every logical plan keeps true, as code. The optimizer's driver checks it after each rule when verification is
 * on (always in tests); docs/architecture.md cites the levels.
 *
 * Level 1, always: each id is made once; a node reads only ids that its inputs put out, in their types, and takes none
 * for not NULL that may be; predicates are boolean; `columns` agrees with what the node computes or passes on.
 * Level 2, after unnesting: no subquery expression remains.
 */

import { typeEquals } from '@artemis/arrow'
import { InternalError } from '@artemis/errors'
import { describeNode } from './explain.js'
import type { Column, Expression } from './expression.js'
import type { JoinPlan, LogicalPlan } from './logical.js'
import { planChildren, planExpressions, walkExpression } from './walk.js'

export interface InvariantOptions {
  /** Ids of outer columns that a subquery's plan may read. */
  readonly outerColumns?: ReadonlySet<number>
  /** Level 2: no subquery expressions. */
  readonly unnested?: boolean
}

/** Throws an InternalError that names the node and the rule it breaks. */
export function checkInvariants(plan: LogicalPlan, options: InvariantOptions = {}): void {
  visit(plan, new Set(), options)
}

/** Made only when something is wrong: a node's text takes longer than its check. */
type Message = string | (() => string)

function check(condition: boolean, plan: LogicalPlan, message: Message): void {
  if (condition) return
  const text = typeof message === 'string' ? message : message()
  throw new InternalError({ code: 'ASSERTION', message: `${text} in ${describeNode(plan)}` })
}

type Available = ReadonlyMap<number, Column>

function visit(plan: LogicalPlan, made: Set<number>, options: InvariantOptions): void {
  const available = new Map<number, Column>()
  for (const child of planChildren(plan)) {
    visit(child, made, options)
    for (const column of child.columns) available.set(column.id, column)
  }
  if (plan.kind === 'scan') for (const column of plan.allColumns) available.set(column.id, column)
  for (const expression of planExpressions(plan)) checkExpression(plan, expression, available, options)
  if (plan.kind === 'join') checkJoinConditions(plan)
  checkColumns(plan, available, made)
}

function checkExpression(plan: LogicalPlan, expression: Expression, available: Available, options: InvariantOptions): void {
  const isKnown = (id: number): boolean => available.has(id) || options.outerColumns?.has(id) === true
  walkExpression(expression, (node) => {
    if (node.kind === 'subquery') {
      check(options.unnested !== true, plan, 'a subquery remains')
      for (const id of node.outerColumns) check(isKnown(id), plan, () => `column ${id} of a subquery is not available`)
    }
    if (node.kind !== 'column') return
    check(isKnown(node.id), plan, () => `column ${node.id} (${node.name}) is not available`)
    const column = available.get(node.id)
    if (column === undefined) return
    check(typeEquals(column.type, node.type), plan, () => `column ${node.id} (${node.name}) is read in another type`)
    check(node.nullable || !column.nullable, plan, () => `column ${node.id} (${node.name}) is taken for not NULL`)
  })
  if (plan.kind === 'filter') checkPredicate(plan, expression)
}

function checkPredicate(plan: LogicalPlan, predicate: Expression): void {
  check(predicate.type.kind === 'bool' || predicate.type.kind === 'null', plan, 'the predicate is not boolean')
}

function checkJoinConditions(plan: JoinPlan): void {
  if (plan.residual !== null) checkPredicate(plan, plan.residual)
  const sides = { left: idsOf(plan.left), right: idsOf(plan.right) }
  for (const condition of plan.on) {
    check(typeEquals(condition.left.type, condition.right.type), plan, 'the sides of a join condition differ in type')
    for (const side of ['left', 'right'] as const) {
      const other = sides[side === 'left' ? 'right' : 'left']
      walkExpression(condition[side], (node) => {
        if (node.kind === 'column')
          check(!other.has(node.id), plan, () => `the ${side} side of a join condition reads ${node.name} of the other`)
      })
    }
  }
}

function idsOf(plan: LogicalPlan): ReadonlySet<number> {
  return new Set(plan.columns.map((column) => column.id))
}

const DISAGREE = "columns do not agree with the input's"

function samePlaces(columns: readonly Column[], others: readonly Column[]): boolean {
  return (
    columns.length === others.length &&
    columns.every((column, i) => column.id === others[i]!.id && typeEquals(column.type, others[i]!.type))
  )
}

function checkColumns(plan: LogicalPlan, available: Available, made: Set<number>): void {
  const make = (column: Column): void => {
    check(!made.has(column.id), plan, () => `column id ${column.id} (${column.name}) is made twice, again`)
    made.add(column.id)
  }
  /** A column that an expression fills: made here, unless it is the input's own under its id. */
  const compute = (column: Column, expression: Expression): void => {
    check(typeEquals(column.type, expression.type), plan, () => `column ${column.name} and its expression differ in type`)
    check(column.nullable || !expression.nullable, plan, () => `column ${column.name} is not NULL, but its expression may be`)
    if (expression.kind === 'column' && expression.id === column.id) check(available.has(column.id), plan, DISAGREE)
    else make(column)
  }
  switch (plan.kind) {
    case 'filter':
    case 'sort':
    case 'limit':
      check(samePlaces(plan.columns, plan.input.columns), plan, DISAGREE)
      return
    case 'join':
      checkJoinColumns(plan, make)
      return
    case 'project':
      check(plan.columns.length === plan.expressions.length, plan, DISAGREE)
      plan.columns.forEach((column, i) => compute(column, plan.expressions[i]!))
      return
    case 'aggregate':
      check(plan.columns.length === plan.groupBy.length + plan.aggregates.length, plan, DISAGREE)
      plan.groupBy.forEach((key, i) => compute(plan.columns[i]!, key))
      plan.aggregates.forEach((aggregate, i) => {
        const column = plan.columns[plan.groupBy.length + i]!
        check(typeEquals(column.type, aggregate.function.returnType), plan, () => `column ${column.name} and its aggregate differ in type`)
        make(column)
      })
      return
    case 'union':
      check(plan.inputs.length === plan.inputColumns.length, plan, DISAGREE)
      plan.inputs.forEach((input, k) => {
        const byId = new Map(input.columns.map((column) => [column.id, column]))
        check(plan.inputColumns[k]!.length === plan.columns.length, plan, DISAGREE)
        plan.inputColumns[k]!.forEach((id, i) => checkSetColumn(plan, plan.columns[i]!, byId.get(id)))
      })
      plan.columns.forEach(make)
      return
    case 'set_operation':
      for (const side of [plan.left, plan.right]) {
        check(side.columns.length === plan.columns.length, plan, DISAGREE)
        side.columns.forEach((column, i) => check(typeEquals(column.type, plan.columns[i]!.type), plan, DISAGREE))
      }
      plan.columns.forEach(make)
      return
    case 'metadata_aggregate':
      check(samePlaces(plan.columns, plan.fallback.columns), plan, DISAGREE)
      check(plan.aggregates.length === plan.columns.length, plan, DISAGREE)
      return
    case 'scan':
      check(plan.projection.length === plan.columns.length, plan, DISAGREE)
      plan.columns.forEach((column, i) => check(plan.allColumns[plan.projection[i]!]?.id === column.id, plan, DISAGREE))
      plan.allColumns.forEach(make)
      return
    case 'values':
      for (const row of plan.rows) {
        check(row.length === plan.columns.length, plan, DISAGREE)
        row.forEach((value, i) => check(typeEquals(value.type, plan.columns[i]!.type), plan, 'a row has a value of another type'))
      }
      plan.columns.forEach(make)
      return
  }
}

function checkSetColumn(plan: LogicalPlan, output: Column, input: Column | undefined): void {
  check(input !== undefined && typeEquals(output.type, input.type), plan, DISAGREE)
  check(output.nullable || input?.nullable !== true, plan, () => `column ${output.name} is not NULL, but an input's may be`)
}

function checkJoinColumns(plan: JoinPlan, make: (column: Column) => void): void {
  const { joinType } = plan
  const oneSided = joinType === 'semi' || joinType === 'anti' || joinType === 'mark'
  const widened = (columns: readonly Column[], widens: boolean): Column[] =>
    columns.map((column) => ({ ...column, nullable: column.nullable || widens }))
  const left = widened(plan.left.columns, joinType === 'right' || joinType === 'full')
  const right = widened(oneSided ? [] : plan.right.columns, joinType === 'left' || joinType === 'full' || joinType === 'single')
  const expected = [...left, ...right]
  const passed = joinType === 'mark' ? plan.columns.slice(0, -1) : plan.columns
  check(samePlaces(passed, expected), plan, DISAGREE)
  passed.forEach((column, i) =>
    check(column.nullable || !expected[i]!.nullable, plan, () => `column ${column.name} is not NULL, but the join can make it so`),
  )
  if (joinType !== 'mark') return
  const mark = plan.columns.at(-1)
  check(mark?.type.kind === 'bool', plan, DISAGREE)
  make(mark!)
}
