import type { DataType, Scalar } from '@artemis/arrow'
import {
  Batch,
  bool,
  date32,
  dictionaryEncode,
  field,
  float32,
  float64,
  int16,
  int32,
  int64,
  scalarsOf,
  timestamptz,
  uint64,
  utf8,
  vectorFromScalars,
} from '@artemis/arrow'
import type { CaseExpression, Column, ComparisonOperator, Expression } from '@artemis/plan'
import { and, call, cast, columnReference, comparison, inList, isNull, literal, not, or } from '@artemis/plan'
import { describe, expect, it } from 'vitest'
import { add, coalesceOf, divide, multiply, rowFunction, subtract, testCasts, upper } from '../testing/functions.js'
import { randomLayout, randomScalars, seededRandom } from '../testing/random.js'
import { compileExpression, evaluateToVector } from './compile.js'
import { evaluateConstant } from './constant.js'
import { compilePredicate } from './predicate.js'
import { interpret } from '../testing/interpret.js'

const CONTEXT = { nowMicroseconds: 0n, timeZone: 'UTC' }

const COLUMNS: readonly Column[] = (
  [
    ['a', int32],
    ['b', int32],
    ['x', float64],
    ['y', float64],
    ['n', int64],
    ['s', utf8],
    ['p', bool],
    ['d', date32],
    ['t', timestamptz()],
    ['u', uint64],
    ['i', int16],
    ['f', float32],
  ] as const satisfies readonly (readonly [string, DataType])[]
).map(([name, type], id) => ({ id, name, type, nullable: true }))

const col = Object.fromEntries(COLUMNS.map((column) => [column.name, columnReference(column)])) as Record<string, Expression>
const lit = (type: DataType, value: Scalar): Expression => literal(type, value)

function randomBatch(seed: number, nullShare: number, rowCount = 200): { batch: Batch; rows: Scalar[][] } {
  const random = seededRandom(seed)
  const values = COLUMNS.map((column) => randomScalars(column.type, rowCount, random, 9, random() < 0.3 ? 0 : nullShare))
  const vectors = COLUMNS.map((column, k) => randomLayout(column.type, values[k]!, random))
  const batch = new Batch({ fields: COLUMNS.map((column) => field(column.name, column.type)) }, rowCount, vectors)
  return { batch, rows: Array.from({ length: rowCount }, (_, i) => values.map((column) => column[i]!)) }
}

function evaluate(expression: Expression, batch: Batch, codegen = true): Scalar[] {
  return scalarsOf(evaluateToVector(compileExpression(expression, COLUMNS, { codegen, casts: testCasts }), batch, CONTEXT))
}

function select(expression: Expression, batch: Batch, codegen = true): number[] {
  const rows = compilePredicate(expression, COLUMNS, { codegen, casts: testCasts }).evaluate(batch, CONTEXT)
  if (rows === 'none') return []
  return rows === 'all' ? Array.from({ length: batch.rowCount }, (_, i) => i) : [...rows]
}

const OPERATORS: readonly ComparisonOperator[] = ['=', '<>', '<', '<=', '>', '>=', 'is_distinct_from', 'is_not_distinct_from']

/** A random expression of a type, over all kinds of nodes that cannot throw. */
function randomExpression(type: DataType, random: () => number, depth: number): Expression {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!
  const columns = COLUMNS.filter((column) => column.type.kind === type.kind)
  if (depth === 0 || (type.kind !== 'bool' && type.kind !== 'float64' && random() < 0.6)) {
    if (random() < 0.6 || columns.length === 0) return columns.length > 0 ? columnReference(pick(columns)) : lit(type, null)
    return lit(type, randomScalars(type, 1, random, 9, 0.1)[0]!)
  }
  const next = (wanted: DataType): Expression => randomExpression(wanted, random, depth - 1)
  if (type.kind === 'float64') {
    return pick([
      () => call(pick([add, subtract, multiply]), [next(float64), next(float64)]),
      () => call(pick([add, subtract, multiply]), [next(float64), next(float64)]),
      () => cast(next(int32), float64),
      () => caseOf([[next(bool), next(float64)]], random() < 0.5 ? next(float64) : null, float64),
      () => columnReference(pick(columns)),
    ])()
  }
  if (type.kind === 'utf8') return call(upper, [next(utf8)])
  if (type.kind !== 'bool') return columnReference(pick(columns))
  const operand = pick<DataType>([int32, float64, int64, utf8, date32, timestamptz(), uint64, int16, float32, bool])
  return pick([
    () => comparison(pick(OPERATORS), next(operand), next(operand)),
    () => comparison(pick(OPERATORS), next(operand), next(operand)),
    () => and([next(bool), next(bool)]),
    () => or([next(bool), next(bool), next(bool)]),
    () => not(next(bool)),
    () => isNull(next(operand), random() < 0.5),
    () =>
      inList(
        next(operand),
        randomScalars(operand, 4, random, 9, 0.1).map((value) => lit(operand, value)),
        random() < 0.5,
      ),
    () => inList(next(operand), [next(operand), next(operand)], random() < 0.5),
    () =>
      caseOf(
        [
          [next(bool), next(bool)],
          [next(bool), next(bool)],
        ],
        next(bool),
        bool,
      ),
  ])()
}

function caseOf(branches: readonly (readonly [Expression, Expression])[], otherwise: Expression | null, type: DataType): CaseExpression {
  return { kind: 'case', branches: branches.map(([when, then]) => ({ when, then })), otherwise, type, nullable: true }
}

describe('random expressions, against an interpreter of single rows', () => {
  for (const type of [bool, float64, utf8] as const) {
    it(`of type ${type.kind}, fused and by kernels`, () => {
      const random = seededRandom(77)
      for (let round = 0; round < 250; round++) {
        const expression = randomExpression(type, random, 1 + Math.floor(random() * 3))
        const { batch, rows } = randomBatch(round, 0.2)
        const wanted = rows.map((row) => interpret(expression, COLUMNS, row, testCasts))
        expect(evaluate(expression, batch, true)).toEqual(wanted)
        expect(evaluate(expression, batch, false)).toEqual(wanted)
        if (type !== bool) continue
        const selected = wanted.flatMap((value, i) => (value === true ? [i] : []))
        expect(select(expression, batch, true)).toEqual(selected)
        expect(select(expression, batch, false)).toEqual(selected)
      }
    })
  }
})

describe('rows that must not be seen', () => {
  const { batch, rows } = randomBatch(5, 0.2)
  const safe = comparison('<>', col['b']!, lit(int32, 0))
  const quotient = call(divide, [col['a']!, col['b']!])
  const wanted = rows.map((row) =>
    row[1] === null || row[1] === 0 || row[0] === null ? null : Math.trunc(Number(row[0]) / Number(row[1])) + 0,
  )

  it('throw where they are seen', () => {
    expect(() => evaluate(quotient, batch)).toThrow('division by zero')
    expect(() => select(comparison('>', quotient, lit(int32, 0)), batch)).toThrow('division by zero')
  })

  it('by the branches of CASE', () => {
    expect(evaluate(caseOf([[safe, quotient]], null, int32), batch)).toEqual(wanted)
    expect(evaluate(caseOf([[comparison('=', col['b']!, lit(int32, 0)), lit(int32, null)]], quotient, int32), batch)).toEqual(wanted)
  })

  it('by the right side of AND and OR', () => {
    const positive = comparison('>', quotient, lit(int32, 0))
    const kleene = rows.map((row, i) => (row[1] === 0 ? false : row[1] === null || wanted[i] === null ? null : wanted[i]! > 0))
    expect(evaluate(and([safe, positive]), batch)).toEqual(kleene)
    expect(evaluate(not(or([not(safe), not(positive)])), batch)).toEqual(kleene)
    expect(select(and([safe, positive]), batch)).toEqual(kleene.flatMap((value, i) => (value === true ? [i] : [])))
  })

  it('by a predicate, wherever the throwing conjunct stands', () => {
    const positive = comparison('>', quotient, lit(int32, 0))
    expect(select(and([positive, safe]), batch)).toEqual(wanted.flatMap((value, i) => (value !== null && value > 0 ? [i] : [])))
  })

  it('by later arguments of COALESCE', () => {
    const expression = call(coalesceOf(int32), [col['b']!, call(divide, [lit(int32, 10), lit(int32, 2)])])
    expect(evaluate(expression, batch)).toEqual(rows.map((row) => row[1] ?? 5))
    const bad = call(coalesceOf(int32), [call(coalesceOf(int32), [col['a']!, lit(int32, 7)]), cast(lit(utf8, 'x'), int32)])
    expect(evaluate(bad, batch)).toEqual(rows.map((row) => row[0] ?? 7))
  })
})

describe('dictionaries', () => {
  it('run a function once per entry, and once per dictionary', () => {
    let calls = 0
    const counting = rowFunction('counting', [utf8], utf8, (text) => {
      calls++
      return String(text).slice(0, 1)
    })
    const column = dictionaryEncode(
      vectorFromScalars(
        utf8,
        Array.from({ length: 300 }, (_, i) => (i % 10 === 0 ? null : `k${i % 4}`)),
      ),
    )
    const batch = new Batch({ fields: [field('s', utf8)] }, 300, [column])
    const program = compileExpression(
      call(counting, [columnReference({ id: 1, name: 's', type: utf8, nullable: true })]),
      [{ id: 1, name: 's', type: utf8, nullable: true }],
      { codegen: true, casts: testCasts },
    )
    const first = evaluateToVector(program, batch, CONTEXT)
    evaluateToVector(program, batch.slice(100, 100), CONTEXT)
    expect(calls).toBe(4)
    expect(scalarsOf(first)).toEqual(Array.from({ length: 300 }, (_, i) => (i % 10 === 0 ? null : 'k')))
    expect(first.layout === 'dictionary' && first.dictionary.length).toBe(1)
  })

  it('do not raise the errors of entries that no row has', () => {
    const text = dictionaryEncode(vectorFromScalars(utf8, ['1', '2', 'x', '1', '2', '2']))
    const column: Column = { id: 0, name: 's', type: utf8, nullable: true }
    const batch = new Batch({ fields: [field('s', utf8)] }, 6, [text]).select(Int32Array.of(0, 1, 3, 4, 5))
    const evaluateCast = (tryCast: boolean, rows: Batch): Scalar[] =>
      scalarsOf(
        evaluateToVector(
          compileExpression(cast(columnReference(column), int32, tryCast), [column], { codegen: true, casts: testCasts }),
          rows,
          CONTEXT,
        ),
      )
    expect(evaluateCast(false, batch)).toEqual([1, 2, 1, 2, 2])
    expect(evaluateCast(true, new Batch(batch.schema, 6, [text]))).toEqual([1, 2, null, 1, 2, 2])
    expect(() => evaluateCast(false, new Batch(batch.schema, 6, [text]))).toThrow('not a number: x')
  })
})

it('folds constants and keeps NULL apart', () => {
  expect(evaluateConstant(call(add, [lit(float64, 1), lit(float64, 2)]), CONTEXT, testCasts)).toBe(3)
  expect(evaluateConstant(and([lit(bool, null), lit(bool, false)]), CONTEXT, testCasts)).toBe(false)
  expect(evaluateConstant(inList(lit(int32, 3), [lit(int32, null)]), CONTEXT, testCasts)).toBe(null)
  expect(evaluateConstant(inList(lit(int32, null), []), CONTEXT, testCasts)).toBe(false)
})

it('points at the place of an error', () => {
  const span = { start: 7, end: 12 }
  const expression = { ...call(divide, [lit(int32, 1), lit(int32, 0)]), span }
  expect(() => evaluateConstant(expression, CONTEXT, testCasts)).toThrow(expect.objectContaining({ span }))
})
