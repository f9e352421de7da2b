import { bool, int32, utf8 } from '@artemis/arrow'
import { describe, expect, test } from 'vitest'
import type { Expression } from './expression.js'
import { and, columnReference, comparison, inList, literal, not, or } from './expression.js'
import type { LogicalPlan } from './logical.js'
import { column, everything, filter, scan } from './testing/plans.js'
import {
  conjuncts,
  expressionChildren,
  mapArray,
  mapExpressionChildren,
  mapPlanChildren,
  mapPlanExpressions,
  planChildren,
  planExpressions,
  referencedColumns,
  subqueryPlans,
  substituteColumns,
  transformExpression,
  transformPlan,
  walkExpression,
  walkPlan,
} from './walk.js'

function allNodes(plan: LogicalPlan): LogicalPlan[] {
  const nodes: LogicalPlan[] = []
  walkPlan(plan, (node) => void nodes.push(node))
  return nodes
}

function allExpressions(plan: LogicalPlan): Expression[] {
  return allNodes(plan)
    .flatMap((node) => planExpressions(node))
    .flatMap((expression) => {
      const found: Expression[] = []
      walkExpression(expression, (node) => void found.push(node))
      return found
    })
}

const a = columnReference(column(0, 'a'))
const b = columnReference(column(1, 'b'))

describe('rebuilding', () => {
  test('gives the same object when nothing changes', () => {
    const plan = everything()
    expect(transformPlan(plan, (node) => node)).toBe(plan)
    for (const node of allNodes(plan)) {
      expect(mapPlanChildren(node, (child) => child)).toBe(node)
      expect(mapPlanExpressions(node, (expression) => expression)).toBe(node)
    }
    for (const expression of allExpressions(plan)) {
      expect(mapExpressionChildren(expression, (child) => child)).toBe(expression)
      expect(transformExpression(expression, (node) => node)).toBe(expression)
    }
    const items = [1, 2]
    expect(mapArray(items, (item) => item)).toBe(items)
    expect(mapArray(items, (item) => item + 1)).toEqual([2, 3])
  })

  test('visits just the children, in their order', () => {
    const plan = everything()
    for (const node of allNodes(plan)) {
      const seen: LogicalPlan[] = []
      mapPlanChildren(node, (child) => {
        seen.push(child)
        return child
      })
      expect(seen).toEqual(planChildren(node))
    }
    for (const expression of allExpressions(plan)) {
      const seen: Expression[] = []
      mapExpressionChildren(expression, (child) => {
        seen.push(child)
        return child
      })
      expect(seen).toEqual(expressionChildren(expression))
    }
  })

  test('changes what is below any kind of node and keeps the rest', () => {
    const plan = everything()
    const renamed = transformPlan(plan, (node) =>
      mapPlanExpressions(node, (expression) =>
        transformExpression(expression, (part) => (part.kind === 'literal' && part.value === 1 ? literal(int32, 5) : part)),
      ),
    )
    expect(renamed).not.toBe(plan)
    expect(allExpressions(renamed).filter((part) => part.kind === 'literal' && part.value === 1)).toEqual([])
    expect(allExpressions(renamed).filter((part) => part.kind === 'literal' && part.value === 5)).toHaveLength(5)
    expect(allExpressions(plan).filter((part) => part.kind === 'literal' && part.value === 1)).toHaveLength(5)
    expect(allNodes(renamed).map((node) => node.kind)).toEqual(allNodes(plan).map((node) => node.kind))
  })

  test('meets every kind of node and of expression', () => {
    const nodes = new Set(allNodes(everything()).map((node) => node.kind))
    expect([...nodes].toSorted()).toEqual([
      'aggregate',
      'filter',
      'join',
      'limit',
      'project',
      'scan',
      'set_operation',
      'sort',
      'union',
      'values',
    ])
    const kinds = new Set(allExpressions(everything()).map((expression) => expression.kind))
    expect([...kinds].toSorted()).toEqual([
      'and',
      'call',
      'case',
      'cast',
      'column',
      'comparison',
      'in_list',
      'is_null',
      'literal',
      'not',
      'or',
    ])
  })
})

describe('subqueries', () => {
  const plan = scan(50)
  const subquery: Expression = {
    kind: 'subquery',
    form: 'in',
    plan,
    operands: [a],
    negated: false,
    outerColumns: [7],
    type: bool,
    nullable: true,
  }

  test('have operands, but their plans are not entered', () => {
    expect(expressionChildren(subquery)).toEqual([a])
    expect(mapExpressionChildren(subquery, (child) => child)).toBe(subquery)
    expect(mapExpressionChildren(subquery, () => b)).toEqual({ ...subquery, operands: [b] })
    expect(subqueryPlans(filter(scan(0), subquery))).toEqual([plan])
  })

  test('read their outer columns', () => {
    expect([...referencedColumns(and([subquery, comparison('=', b, literal(int32, 1))]))].toSorted((x, y) => x - y)).toEqual([0, 1, 7])
  })
})

describe('small parts', () => {
  test('AND and OR are flat, and of one operand the operand', () => {
    const flat = and([comparison('=', a, b), and([comparison('<', a, b), comparison('>', a, b)])])
    expect(flat.kind === 'and' && flat.operands).toHaveLength(3)
    expect(conjuncts(flat)).toHaveLength(3)
    expect(conjuncts(a)).toEqual([a])
    expect(or([a])).toBe(a)
    expect(and([])).toEqual(literal(bool, true))
    expect(or([])).toEqual(literal(bool, false))
    const mixed = or([and([a, b]), a])
    expect(mixed.kind === 'or' && mixed.operands).toHaveLength(2)
  })

  test('columns are substituted by id, once', () => {
    const swapped = substituteColumns(
      comparison('<', a, b),
      new Map([
        [0, b],
        [1, a],
      ]),
    )
    expect(swapped).toEqual(comparison('<', b, a))
  })

  test('nullability follows the operands', () => {
    const never = columnReference(column(3, 'n', int32, false))
    expect(comparison('=', a, never).nullable).toBe(true)
    expect(comparison('=', never, never).nullable).toBe(false)
    expect(comparison('is_distinct_from', a, b).nullable).toBe(false)
    expect(not(comparison('=', a, b)).nullable).toBe(true)
    expect(inList(never, [literal(int32, null)]).nullable).toBe(true)
    expect(inList(a, []).nullable).toBe(false)
    expect(and([literal(bool, true), columnReference(column(4, 'p', bool))]).nullable).toBe(true)
  })

  test('a walk skips what it is told to', () => {
    const seen: string[] = []
    walkExpression(and([comparison('=', a, b), not(comparison('<', a, literal(utf8, 'x')))]), (node) => {
      seen.push(node.kind)
      return node.kind !== 'not'
    })
    expect(seen).toEqual(['and', 'comparison', 'column', 'column', 'not'])
  })
})
