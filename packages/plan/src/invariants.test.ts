import { bool, int32, int64, utf8 } from '@artemis/arrow'
import { InternalError } from '@artemis/errors'
import { describe, expect, test } from 'vitest'
import type { Expression } from './expression.js'
import { columnReference, comparison, isNull, literal } from './expression.js'
import { checkInvariants } from './invariants.js'
import type { JoinType, LogicalPlan } from './logical.js'
import { aggregate, call, column, everything, except, filter, join, limit, project, scan, sort, union, values } from './testing/plans.js'

const t = scan(0)
const u = scan(10, 'u')
const [a, b, s] = t.columns.map((item) => columnReference(item)) as [Expression, Expression, Expression]
const one = literal(int32, 1)

test('a plan of every kind of node keeps them', () => {
  checkInvariants(everything())
  for (const type of ['inner', 'left', 'right', 'full', 'semi', 'anti', 'single'] satisfies JoinType[]) checkInvariants(join(type, t, u))
  checkInvariants(join('mark', t, u, column(99, 'mark', bool)))
  checkInvariants({
    kind: 'metadata_aggregate',
    scan: t,
    aggregates: [{ function: 'count', column: null }],
    fallback: aggregate(t, [], [call()], [column(9, 'n', int64, false)]),
    columns: [column(9, 'n', int64, false)],
  })
})

test('a subquery may read outer columns when they are given', () => {
  const outer = filter(t, comparison('=', a, columnReference(column(77, 'outer'))))
  expect(() => checkInvariants(outer)).toThrow('column 77 (outer) is not available in Filter: a = outer')
  checkInvariants(outer, { outerColumns: new Set([77]) })
})

test('level 2: no subquery remains', () => {
  const subquery: Expression = {
    kind: 'subquery',
    form: 'exists',
    plan: u,
    operands: [],
    negated: false,
    outerColumns: [],
    type: bool,
    nullable: false,
  }
  checkInvariants(filter(t, subquery))
  expect(() => checkInvariants(filter(t, subquery), { unnested: true })).toThrow('a subquery remains in Filter: EXISTS (…)')
  expect(() => checkInvariants(filter(t, { ...subquery, outerColumns: [55] }))).toThrow('column 55 of a subquery is not available')
})

const n = column(9, 'n', int64, false)
const x = column(30, 'x')

/** Each breaks one rule; the message says which. */
const BROKEN: Readonly<Record<string, readonly [LogicalPlan, string]>> = {
  'a column from nowhere': [filter(t, comparison('=', columnReference(u.columns[0]!), one)), 'column 10 (a) is not available'],
  'a column that a projection dropped': [
    sort({ ...project(t, [a], [t.columns[0]!]), columns: [t.columns[1]!] }),
    'column id 1 (b) is made twice',
  ],
  'a column in another type': [
    filter(t, comparison('=', columnReference({ ...t.columns[0]!, type: int64 }), literal(int64, 1n))),
    'is read in another type',
  ],
  'a column taken for not NULL': [
    filter(t, isNull(columnReference({ ...t.columns[1]!, nullable: false }))),
    'column 1 (b) is taken for not NULL',
  ],
  'a predicate that is no boolean': [filter(t, b), 'the predicate is not boolean'],
  'a residual that is no boolean': [{ ...join('inner', t, u), residual: b }, 'the predicate is not boolean'],
  'the same table twice under the same ids': [join('inner', t, scan(0, 'again')), 'is made twice'],
  'a projection that makes an id of its input': [
    project(t, [comparison('=', a, one)], [column(0, 'a', bool)]),
    'column id 0 (a) is made twice',
  ],
  'a projection with too few columns': [project(t, [a, b], [t.columns[0]!]), 'columns do not agree'],
  'a projected column of another type': [project(t, [a], [column(30, 'x', utf8)]), 'column x and its expression differ in type'],
  'a projected column that is never NULL': [
    project(t, [b], [column(30, 'x', int32, false)]),
    'column x is not NULL, but its expression may be',
  ],
  'a filter that cuts columns off': [{ ...filter(t, isNull(b)), columns: t.columns.slice(0, 1) }, 'columns do not agree'],
  'a sort that reorders columns': [{ ...sort(t), columns: t.columns.toReversed() }, 'columns do not agree'],
  'a limit with columns of its own': [{ ...limit(t), columns: [x] }, 'columns do not agree'],
  'an aggregate with too few columns': [aggregate(t, [a], [call()], [t.columns[0]!]), 'columns do not agree'],
  'an aggregate of another type': [aggregate(t, [], [call()], [column(9, 'n', int32)]), 'column n and its aggregate differ in type'],
  'a group key of another type': [aggregate(t, [s], [], [column(30, 'x')]), 'column x and its expression differ in type'],
  'an aggregate that makes an id of its input': [aggregate(t, [], [call()], [column(1, 'n', int64)]), 'column id 1 (n) is made twice'],
  'a join without the right columns': [{ ...join('inner', t, u), columns: t.columns }, 'columns do not agree'],
  'a semi join with the right columns': [{ ...join('semi', t, u), columns: [...t.columns, ...u.columns] }, 'columns do not agree'],
  'a left join whose right columns are never NULL': [
    { ...join('left', t, u), columns: [...t.columns, ...u.columns] },
    'column a is not NULL, but the join can make it so',
  ],
  'a full join whose left columns are never NULL': [
    { ...join('full', t, u), columns: [...t.columns, ...join('left', t, u).columns.slice(3)] },
    'column a is not NULL',
  ],
  'a mark join without a mark': [join('mark', t, u), 'columns do not agree'],
  'a mark that is no boolean': [join('mark', t, u, column(99, 'mark', int32)), 'columns do not agree'],
  'a mark under an id that is there': [join('mark', t, u, column(2, 'mark', bool)), 'column id 2 (mark) is made twice'],
  'keys of two types': [
    { ...join('inner', t, u), on: [{ left: a, right: columnReference(u.columns[2]!), nullEqualsNull: false }] },
    'the sides of a join condition differ in type',
  ],
  'keys on the wrong side': [
    { ...join('inner', t, u), on: [{ left: columnReference(u.columns[0]!), right: a, nullEqualsNull: false }] },
    'the left side of a join condition reads a of the other',
  ],
  'a union of inputs that differ in length': [
    {
      ...union([t, u], [column(30, 'x', int32), column(31, 'y'), column(32, 'z', utf8)]),
      inputColumns: [
        [0, 1, 2],
        [10, 11],
      ],
    },
    'columns do not agree',
  ],
  'a union of a column that an input has not': [{ ...union([t, u], [x]), inputColumns: [[0], [99]] }, 'columns do not agree'],
  'a union of two types': [{ ...union([t, u], [x]), inputColumns: [[0], [12]] }, 'columns do not agree'],
  'a union that is never NULL': [
    { ...union([t, u], [column(30, 'x', int32, false)]), inputColumns: [[0], [11]] },
    "column x is not NULL, but an input's may be",
  ],
  'a union under the ids of an input': [
    union(
      [t, u],
      t.columns.map((item) => ({ ...item, nullable: true })),
    ),
    'is made twice',
  ],
  'a set operation of two widths': [except(t, values([[one]], [x]), [x]), 'columns do not agree'],
  'literal rows of two widths': [values([[one], [one, one]], [x]), 'columns do not agree'],
  'literal rows of another type': [values([[literal(utf8, 'a')]], [x]), 'a row has a value of another type'],
  'a scan whose projection says something else': [{ ...t, projection: [0, 2, 1] }, 'columns do not agree'],
  'a scan filter over unknown columns': [
    { ...t, filters: [{ expression: isNull(columnReference(x)), pushdown: 'Exact' }] },
    'column 30 (x) is not available',
  ],
  'metadata for other columns': [
    { kind: 'metadata_aggregate', scan: t, aggregates: [], fallback: aggregate(t, [], [call()], [n]), columns: [n] },
    'columns do not agree',
  ],
}

describe('each is found when it is broken', () => {
  test.each(Object.entries(BROKEN))('%s', (_, [plan, message]) => {
    expect(() => checkInvariants(plan)).toThrow(InternalError)
    expect(() => checkInvariants(plan)).toThrow(message)
  })
})

test('three thousand columns take no time', () => {
  const columns = Array.from({ length: 3000 }, (_, i) => column(i + 100, `c${i}`))
  const wide = project(
    t,
    columns.map(() => b),
    columns,
  )
  const start = performance.now()
  checkInvariants(sort(filter(wide, isNull(columnReference(columns[7]!)))))
  expect(performance.now() - start).toBeLessThan(500)
})
