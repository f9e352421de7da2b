import { describe, expect, test } from 'vitest'
import type { PartitionSpec } from '../model/partition.js'
import { parseTransform } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import type { IcebergType } from '../model/type.js'
import { nestedField } from '../model/type.js'
import { bindPredicate } from './bind.js'
import { classifyPredicate } from './classify.js'
import { predicateText } from './predicate-text.js'
import type { Predicate } from './predicate.js'
import {
  alwaysFalse,
  and,
  eq,
  gt,
  gtEq,
  isIn,
  isNaN,
  isNull,
  lt,
  ltEq,
  not,
  notEq,
  notIn,
  notNull,
  notStartsWith,
  or,
  startsWith,
} from './predicate.js'

const kinds = ['string', 'int', 'long', 'date', 'timestamp', 'timestamptz', 'double', 'binary', 'uuid'] as const
const S = 1
const I = 2
const L = 3
const D = 4
const TS = 5
const X = 7
const LIST = 11
const schema: Schema = {
  schemaId: 0,
  identifierFieldIds: [],
  fields: [
    ...kinds.map((kind, i) => nestedField({ id: i + 1, name: kind, type: { kind } })),
    nestedField({ id: 10, name: 'req', type: { kind: 'int' }, required: true }),
    nestedField({
      id: LIST,
      name: 'l',
      type: { kind: 'list', elementId: 12, elementRequired: true, element: { kind: 'int' } } satisfies IcebergType,
    }),
  ],
}
const spec = (...fields: readonly (readonly [number, string])[]): PartitionSpec => ({
  specId: 0,
  fields: fields.map(([sourceId, text], i) => ({
    sourceId,
    fieldId: 1000 + i,
    name: `p${i}`,
    transform: parseTransform(text),
    sourceIds: undefined,
  })),
})
const day = (iso: string): number => Date.parse(`${iso}T00:00:00Z`) / 86_400_000
const micros = (iso: string): bigint => BigInt(Date.parse(`${iso}Z`)) * 1000n

// One row for each row of the table in the design: column, operator, transform, class.
const table: readonly (readonly [string, number, string, Predicate, string])[] = [
  ...[
    lt(S, 'm'),
    ltEq(S, 'm'),
    gt(S, 'm'),
    gtEq(S, 'm'),
    eq(S, 'm'),
    notEq(S, 'm'),
    isIn(S, ['a', 'b']),
    notIn(S, ['a', 'b']),
    isNull(S),
    notNull(S),
    startsWith(S, 'p'),
    notStartsWith(S, 'p'),
  ].map((p) => ['identity', S, 'identity', p, 'Exact'] as const),
  ['bucket =', S, 'bucket[8]', eq(S, 'm'), 'Inexact'],
  ['bucket IN', S, 'bucket[8]', isIn(S, ['m', 'n']), 'Inexact'],
  ['bucket range', S, 'bucket[8]', lt(S, 'm'), 'Inexact'],
  ['bucket IS NULL', S, 'bucket[8]', isNull(S), 'Exact'],
  ...[lt(L, 100n), gtEq(L, 100n), ltEq(L, 105n), eq(L, 100n), isIn(L, [100n, 200n]), notEq(L, 100n)].map(
    (p) => ['truncate numeric', L, 'truncate[10]', p, 'Inexact'] as const,
  ),
  ['truncate numeric IS NOT NULL', L, 'truncate[10]', notNull(L), 'Exact'],
  ['truncate string shorter prefix', S, 'truncate[3]', startsWith(S, 'ab'), 'Exact'],
  ['truncate string equal prefix', S, 'truncate[3]', startsWith(S, 'abc'), 'Exact'],
  ['truncate string longer prefix', S, 'truncate[3]', startsWith(S, 'abcd'), 'Inexact'],
  ['truncate string NOT LIKE', S, 'truncate[3]', notStartsWith(S, 'ab'), 'Exact'],
  ['truncate string range within the width', S, 'truncate[3]', lt(S, 'abc'), 'Exact'],
  ['truncate string range beyond the width', S, 'truncate[3]', lt(S, 'abcd'), 'Inexact'],
  ['truncate string = shorter', S, 'truncate[3]', eq(S, 'ab'), 'Exact'],
  ['truncate string = full width', S, 'truncate[3]', eq(S, 'abc'), 'Inexact'],
  ...[eq(D, 5), isIn(D, [5, 7]), notEq(D, 5), notIn(D, [5, 7]), lt(D, 5), ltEq(D, 5), gt(D, 5), gtEq(D, 5), isNull(D)].map(
    (p) => ['day of a date', D, 'day', p, 'Exact'] as const,
  ),
  ['month of a date, aligned', D, 'month', lt(D, day('2024-03-01')), 'Exact'],
  ['month of a date, aligned', D, 'month', gtEq(D, day('2024-03-01')), 'Exact'],
  ['month of a date, to its last day', D, 'month', ltEq(D, day('2024-02-29')), 'Exact'],
  ['month of a date', D, 'month', lt(D, day('2024-03-02')), 'Inexact'],
  ['month of a date =', D, 'month', eq(D, day('2024-03-01')), 'Inexact'],
  ['year of a date, aligned', D, 'year', gtEq(D, day('2024-01-01')), 'Exact'],
  ['year of a date', D, 'year', gtEq(D, day('2024-02-01')), 'Inexact'],
  ['day of a timestamp, aligned', TS, 'day', lt(TS, micros('2024-03-15T00:00:00')), 'Exact'],
  ['day of a timestamp before 1970, aligned', TS, 'day', gtEq(TS, micros('1969-03-15T00:00:00')), 'Exact'],
  ['day of a timestamp', TS, 'day', lt(TS, micros('2024-03-15T00:00:00') + 1n), 'Inexact'],
  ['day of a timestamp =', TS, 'day', eq(TS, micros('2024-03-15T00:00:00')), 'Inexact'],
  ['hour of a timestamp, aligned', TS, 'hour', gtEq(TS, micros('2024-03-15T10:00:00')), 'Exact'],
  ['month of a timestamp, aligned', TS, 'month', lt(TS, micros('2024-03-01T00:00:00')), 'Exact'],
  ['year of a timestamp, aligned', TS, 'year', lt(TS, micros('2024-01-01T00:00:00')), 'Exact'],
  ['year of a timestamp IS NULL', TS, 'year', isNull(TS), 'Exact'],
  ['void', S, 'void', eq(S, 'm'), 'Inexact'],
  ['void IS NULL', S, 'void', isNull(S), 'Inexact'],
  ['unknown transform', S, 'zorder[3]', eq(S, 'm'), 'Inexact'],
  ['identity of a double', X, 'identity', isNaN(X), 'Exact'],
  ['identity of a double', X, 'identity', gt(X, 1.5), 'Exact'],
]

test.each(table)('%s', (_name, source, transform, predicate, expected) => {
  expect(classifyPredicate(predicate, [spec([source, transform])], schema)).toBe(expected)
})

describe('composition', () => {
  const specs = [spec([S, 'identity'], [D, 'day'])]
  const cases: readonly (readonly [Predicate, string])[] = [
    [and<Predicate>(eq(S, 'apollo-7'), eq(D, 5)), 'Exact'],
    [or<Predicate>(eq(S, 'apollo-7'), eq(D, 5)), 'Exact'],
    [or<Predicate>(eq(S, 'apollo-7'), eq(I, 5)), 'Inexact'],
    [not(and<Predicate>(eq(S, 'a'), lt(D, 5))), 'Exact'],
    [eq(I, 5), 'Inexact'],
    [eq(LIST, 5), 'Unsupported'],
    [eq(12, 5), 'Unsupported'],
    [or<Predicate>(eq(S, 'a'), eq(LIST, 5)), 'Unsupported'],
    [and<Predicate>(eq(S, 'a'), eq(LIST, 5)), 'Inexact'],
    [alwaysFalse, 'Exact'],
  ]
  test.each(cases)('%o is %s', (predicate, expected) => {
    expect(classifyPredicate(predicate, specs, schema)).toBe(expected)
  })
  test('every spec that has data must agree', () => {
    expect(classifyPredicate(eq(S, 'a'), [...specs, spec([S, 'identity'])], schema)).toBe('Exact')
    expect(classifyPredicate(eq(S, 'a'), [...specs, spec([S, 'bucket[4]'])], schema)).toBe('Inexact')
    expect(classifyPredicate(eq(S, 'a'), [...specs, spec()], schema)).toBe('Inexact')
  })
})

describe('binding', () => {
  test('normal forms', () => {
    expect(bindPredicate(isIn(I, [5, 3, 5]), schema)).toEqual(isIn(I, [3, 5]))
    expect(bindPredicate(isIn(I, [5, 5]), schema)).toEqual(eq(I, 5))
    expect(bindPredicate(isIn(I, []), schema)).toEqual(alwaysFalse)
    expect(bindPredicate(isNull(10), schema)).toEqual(alwaysFalse)
    expect(bindPredicate(gt(X, Number.NaN), schema)).toEqual(alwaysFalse)
    expect(bindPredicate(gtEq(X, Number.NaN), schema)).toEqual(isNaN(X))
    expect(bindPredicate(not(lt(I, 5)), schema)).toEqual(or<Predicate>(gtEq(I, 5), isNull(I)))
    expect(bindPredicate(startsWith(S, ''), schema)).toEqual(notNull(S))
  })
  test('mistakes are named', () => {
    expect(() => bindPredicate(eq(99, 1), schema)).toThrow(/field 99/)
    expect(() => bindPredicate(eq(L, 1), schema)).toThrow(/column long of type long with number 1/)
    expect(() => bindPredicate(eq(I, 1.5), schema)).toThrow(/column int/)
    expect(() => bindPredicate(startsWith(I, 'x'), schema)).toThrow(/column int/)
    expect(() => bindPredicate(isNull(LIST), schema)).toThrow(/cannot be tested/)
  })
})

test('text for people', () => {
  const p = and<Predicate>(
    eq(S, "it's"),
    or<Predicate>(gtEq(D, day('2024-03-15')), isNull(TS)),
    isIn(I, [1, 2]),
    notEq(8, Uint8Array.of(255)),
  )
  expect(predicateText(p, schema)).toBe(
    "string = 'it''s' AND (date >= '2024-03-15' OR timestamp IS NULL) AND int IN (1, 2) AND binary <> '/w=='",
  )
})
