import {
  binary,
  bool,
  date32,
  decimal,
  field,
  float32,
  float64,
  formatValue,
  int32,
  int64,
  interval,
  list,
  struct,
  time64,
  timestamp,
  timestamptz,
  utf8,
  uuid,
} from '@artemis/arrow'
import type { DataType, Scalar } from '@artemis/arrow'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, test } from 'vitest'
import type { Expression } from './expression.js'
import { and, call, cast, columnReference, comparison, inList, isNull, literal, not, or } from './expression.js'
import { explainLogicalPlan, formatExpression } from './explain.js'
import { formatLiteral } from './literal-text.js'
import { sqlTypeName } from './coercion.js'
import { parseStatements } from '../../sql/src/index.js'
import { column, everything, scalarFunction } from './testing/plans.js'

const a = columnReference(column(0, 'a'))
const b = columnReference(column(1, 'b'))
const p = columnReference(column(2, 'p', bool))
const one = literal(int32, 1)
const plus = scalarFunction('+', [int32, int32], int32)
const times = scalarFunction('*', [int32, int32], int32)
const minus = scalarFunction('-', [int32], int32)
const abs = scalarFunction('abs', [int32], int32)
const sum = (x: Expression, y: Expression): Expression => call(plus, [x, y])
const product = (x: Expression, y: Expression): Expression => call(times, [x, y])

describe('expressions have the parentheses that they need', () => {
  test.each([
    [product(sum(a, b), one), '(a + b) * 1'],
    [sum(product(a, b), one), '(a * b) + 1'],
    [call(minus, [sum(a, b)]), '-(a + b)'],
    [call(minus, [call(minus, [a])]), '-(-a)'],
    [call(minus, [literal(int32, -1)]), '-(-1)'],
    [sum(a, literal(int32, -1)), 'a + -1'],
    [call(abs, [sum(a, b)]), 'abs(a + b)'],
    [comparison('<', sum(a, one), b), '(a + 1) < b'],
    [comparison('=', comparison('<', a, b), p), '(a < b) = p'],
    [and([or([p, isNull(a)]), not(p)]), '(p OR a IS NULL) AND NOT p'],
    [or([and([p, isNull(a)]), p]), '(p AND a IS NULL) OR p'],
    [not(and([p, p])), 'NOT (p AND p)'],
    [not(not(p)), 'NOT (NOT p)'],
    [isNull(comparison('=', a, b), true), '(a = b) IS NOT NULL'],
    [inList(sum(a, b), [one, b], true), '(a + b) NOT IN (1, b)'],
    [comparison('is_distinct_from', inList(a, [one]), p), '(a IN (1)) IS DISTINCT FROM p'],
    [cast(sum(a, b), utf8), 'CAST(a + b AS VARCHAR)'],
    [cast(a, utf8, true), 'TRY_CAST(a AS VARCHAR)'],
    [
      { kind: 'case', branches: [{ when: p, then: sum(a, b) }], otherwise: one, type: int32, nullable: true },
      'CASE WHEN p THEN a + b ELSE 1 END',
    ],
    [columnReference(column(9, 'Odd "name"')), '"Odd ""name"""'],
    [{ kind: 'parameter', name: '1', type: int32, nullable: true }, '$1'],
  ] as [Expression, string][])('%#: %s', (expression, text) => {
    expect(formatExpression(expression)).toBe(text)
  })
})

const LITERALS: readonly (readonly [DataType, Scalar])[] = [
  [bool, true],
  [int64, -9223372036854775808n],
  [float64, 0.1],
  [float64, Number.NaN],
  [float64, -Infinity],
  [float32, Math.fround(0.1)],
  [decimal(10, 2), -5n],
  [decimal(38, 0), 10n ** 37n],
  [utf8, "it's 李"],
  [date32, -1],
  [date32, 19_797],
  [date32, -719_893],
  [time64, 86_399_999_999n],
  [timestamp('us', null), -1n],
  [timestamp('s', null), 5n],
  [timestamp('ms', null), 1_500n],
  [timestamp('ns', null), 1n],
  [timestamptz('us'), 1_710_000_000_000_001n],
  [interval, { months: 14, days: -3, nanoseconds: 1_500_000_000n }],
  [uuid, Uint8Array.from({ length: 16 }, (_, i) => i)],
  [list(field('item', int32)), [1, null, 3]],
  [utf8, null],
]

describe('literals are SQL', () => {
  test('DuckDB reads the same value back', async () => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    await connection.run(`SET TimeZone = 'UTC'`)
    for (const [type, value] of LITERALS) {
      const text = formatLiteral(type, value)
      const [row] = (
        await connection.runAndReadAll(`SELECT CAST(CAST(${text} AS ${sqlTypeName(type)}) AS VARCHAR), typeof(${text})`)
      ).getRows()
      expect([text, row![0]]).toEqual([text, value === null ? null : formatValue(type, value)])
      // Numbers are bare: a DOUBLE reads as a decimal, and a fraction too long for one as the nearest DOUBLE.
      if (!/^-?[\d.]+$/.test(text) && value !== null) expect(row![1]).toBe(sqlTypeName(type))
    }
    connection.closeSync()
  })

  test('our parser reads them', () => {
    for (const [type, value] of [...LITERALS, [binary, Uint8Array.of(0, 255)] as const])
      parseStatements(`SELECT ${formatLiteral(type, value)}`)
  })

  test('blobs are hexadecimal', () => {
    expect(formatLiteral(binary, Uint8Array.of(0, 65, 255))).toBe("X'0041ff'")
    expect(formatLiteral(struct([field('n', int32)]), [1])).toBe(`'{'n': 1}'::STRUCT(n INTEGER)`.replaceAll(`'n'`, `''n''`))
  })
})

test('a plan is a tree of lines', () => {
  expect(explainLogicalPlan(everything())).toMatchInlineSnapshot(`
    "Limit: fetch=2 offset=1
      Sort: a ASC NULLS LAST
        Except
          Union
            Aggregate: group=[a] aggregates=[count(ub)]
              Project: a, b AS ub
                Join: left on=[a = a] residual=[b < b]
                  Filter: (a = 1 OR b IS NULL) AND NOT (b IN (1, a)) AND CASE WHEN s IS NULL THEN TRUE ELSE a IS NULL END AND lower(s) = CAST(b AS VARCHAR)
                    Scan: main.t columns=[a, b, s] filters=[b > 1 (Inexact)]
                  Scan: main.u columns=[a, b, s]
            Values: 1 row
          Values: 1 row"
  `)
})
