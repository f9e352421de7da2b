import { describe, expect, test } from 'vitest'
import type { Transform } from '../model/partition.js'
import { parseTransform } from '../model/partition.js'
import type { IcebergType } from '../model/type.js'
import { firstDayOfMonth, civilDate, dateText, monthsOfDay, yearsOfDay } from './calendar.js'
import { partitionPath, partitionValueText } from './partition-path.js'
import { applyTransform, bucketHash, canTransform, transformResultType } from './transform.js'

const micros = (iso: string): bigint => BigInt(Date.parse(`${iso}Z`)) * 1000n
const day = (iso: string): number => Date.parse(`${iso}T00:00:00Z`) / 86_400_000
const simple = (kind: string): IcebergType => ({ kind }) as IcebergType
const decimal = (precision: number, scale: number): IcebergType => ({ kind: 'decimal', precision, scale })
const uuidBytes = Uint8Array.from(Buffer.from('f79c3e09677c4bbda4793f349cb785e7', 'hex'))

describe('bucket hash: vectors of the spec, Appendix B', () => {
  test.each([
    ['int', simple('int'), 34, 2017239379],
    ['long', simple('long'), 34n, 2017239379],
    ['decimal', decimal(4, 2), 1420n, -500754589],
    ['date', simple('date'), day('2017-11-16'), -653330422],
    ['time', simple('time'), 81_068_000_000n, -662762989],
    ['timestamp', simple('timestamp'), micros('2017-11-16T22:31:08'), -2047944441],
    ['timestamp with micros', simple('timestamp'), micros('2017-11-16T22:31:08') + 1n, -1207196810],
    ['timestamptz', simple('timestamptz'), micros('2017-11-16T22:31:08'), -2047944441],
    ['timestamp_ns', simple('timestamp_ns'), micros('2017-11-16T22:31:08') * 1000n, -2047944441],
    ['timestamptz_ns', simple('timestamptz_ns'), (micros('2017-11-16T22:31:08') + 1n) * 1000n + 999n, -1207196810],
    ['string', simple('string'), 'iceberg', 1210000089],
    ['uuid', simple('uuid'), uuidBytes, 1488055340],
    ['fixed', { kind: 'fixed', length: 4 } as IcebergType, Uint8Array.of(0, 1, 2, 3), -188683207],
    ['binary', simple('binary'), Uint8Array.of(0, 1, 2, 3), -188683207],
  ])('%s', (_name, type, value, hash) => {
    expect(bucketHash(type, value)).toBe(hash)
    expect(applyTransform({ kind: 'bucket', count: 100 }, type, value)).toBe((hash & 0x7fffffff) % 100)
  })
})

describe('truncate: examples of the spec and negative values', () => {
  test.each<[Transform, IcebergType, number | bigint | string, number | bigint | string]>([
    [parseTransform('truncate[10]'), simple('int'), 1, 0],
    [parseTransform('truncate[10]'), simple('int'), -1, -10],
    [parseTransform('truncate[10]'), simple('int'), -10, -10],
    [parseTransform('truncate[10]'), simple('long'), 1n, 0n],
    [parseTransform('truncate[10]'), simple('long'), -1n, -10n],
    [parseTransform('truncate[10]'), simple('long'), -(2n ** 63n), -(2n ** 63n) - 2n],
    [parseTransform('truncate[50]'), decimal(9, 2), 1065n, 1050n],
    [parseTransform('truncate[10]'), decimal(9, 2), -5n, -10n],
    [parseTransform('truncate[3]'), simple('string'), 'iceberg', 'ice'],
    [parseTransform('truncate[2]'), simple('string'), 'a\u{1F600}b', 'a\u{1F600}'],
  ])('%o of %o: %s', (transform, type, value, expected) => {
    expect(applyTransform(transform, type, value)).toBe(expected)
  })
  test('binary', () => {
    expect(applyTransform(parseTransform('truncate[3]'), simple('binary'), Uint8Array.of(1, 2, 3, 4, 5))).toEqual(Uint8Array.of(1, 2, 3))
  })
})

describe('time transforms', () => {
  const ts = simple('timestamp')
  test('the example of the spec', () => {
    const value = micros('2017-11-16T22:31:08')
    expect(applyTransform({ kind: 'year' }, ts, value)).toBe(47)
    expect(applyTransform({ kind: 'month' }, ts, value)).toBe(574)
    expect(applyTransform({ kind: 'day' }, ts, value)).toBe(17486)
    expect(applyTransform({ kind: 'hour' }, ts, value)).toBe(419686)
  })
  test('a microsecond before 1970 belongs to the unit before', () => {
    for (const kind of ['year', 'month', 'day', 'hour'] as const) {
      expect(applyTransform({ kind }, ts, -1n)).toBe(-1)
      expect(applyTransform({ kind }, ts, 0n)).toBe(0)
      if (kind !== 'hour') expect(applyTransform({ kind }, simple('date'), -1)).toBe(-1)
    }
    expect(applyTransform({ kind: 'year' }, ts, micros('1960-06-01T00:00:00'))).toBe(-10)
    expect(applyTransform({ kind: 'month' }, ts, micros('1968-12-31T00:00:00'))).toBe(-13)
    expect(applyTransform({ kind: 'hour' }, simple('timestamp_ns'), -1n)).toBe(-1)
  })
  test('calendar agrees with Date for every day from year 0 to 2600', () => {
    for (let d = -719_600; d < 230_000; d += 1) {
      const date = new Date(d * 86_400_000)
      const months = (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()
      if (monthsOfDay(d) !== months || yearsOfDay(d) !== date.getUTCFullYear() - 1970) throw new Error(`wrong on day ${d}`)
      if (firstDayOfMonth(months) !== d - date.getUTCDate() + 1) throw new Error(`wrong month start on day ${d}`)
    }
    expect(civilDate(-1)).toEqual({ year: 1969, month: 12, day: 31 })
    expect(dateText(19_797)).toBe('2024-03-15')
  })
})

test('null stays null, void forgets', () => {
  for (const text of ['identity', 'bucket[4]', 'truncate[4]', 'void'])
    expect(applyTransform(parseTransform(text), simple('int'), null)).toBeNull()
  expect(applyTransform({ kind: 'void' }, simple('int'), 3)).toBeNull()
})

test('what may be transformed, and into what', () => {
  expect(canTransform(parseTransform('hour'), simple('date'))).toBe(false)
  expect(canTransform(parseTransform('truncate[2]'), simple('double'))).toBe(false)
  expect(canTransform(parseTransform('bucket[2]'), simple('double'))).toBe(false)
  expect(canTransform(parseTransform('bucket[2]'), simple('uuid'))).toBe(true)
  expect(transformResultType(parseTransform('day'), simple('timestamp'))).toEqual({ kind: 'date' })
  expect(transformResultType(parseTransform('truncate[2]'), simple('long'))).toEqual({ kind: 'long' })
})

test('partition values and paths for people', () => {
  const text = (transform: string, type: IcebergType, value: never): string => partitionValueText(parseTransform(transform), type, value)
  const cases: [string, IcebergType, unknown, string][] = [
    ['year', simple('date'), 47, '2017'],
    ['month', simple('date'), 574, '2017-11'],
    ['month', simple('date'), -1, '1969-12'],
    ['day', simple('timestamp'), 17486, '2017-11-16'],
    ['hour', simple('timestamp'), 419686, '2017-11-16-22'],
    ['hour', simple('timestamp'), -1, '1969-12-31-23'],
    ['identity', simple('date'), 17486, '2017-11-16'],
    ['identity', simple('timestamp'), micros('2023-05-15T14:30:45'), '2023-05-15T14:30:45'],
    ['identity', simple('timestamptz'), -1n, '1969-12-31T23:59:59.999999+00:00'],
    ['identity', decimal(9, 2), -5n, '-0.05'],
    ['identity', simple('uuid'), uuidBytes, 'f79c3e09-677c-4bbd-a479-3f349cb785e7'],
    ['truncate[2]', simple('binary'), Uint8Array.of(255, 254), '//4='],
    ['bucket[8]', simple('string'), 3, '3'],
    ['identity', simple('string'), null, 'null'],
  ]
  for (const [transform, type, value, expected] of cases) expect(text(transform, type, value as never)).toBe(expected)

  const schema = {
    schemaId: 0,
    identifierFieldIds: [],
    fields: [
      { id: 1, name: 'm', required: false, type: simple('string'), doc: undefined, initialDefault: undefined, writeDefault: undefined },
      { id: 2, name: 'd', required: false, type: simple('date'), doc: undefined, initialDefault: undefined, writeDefault: undefined },
    ],
  }
  const field = (sourceId: number, fieldId: number, name: string, transform: string) => ({
    sourceId,
    fieldId,
    name,
    transform: parseTransform(transform),
    sourceIds: undefined,
  })
  const spec = { specId: 0, fields: [field(1, 1000, 'm/x', 'identity'), field(2, 1001, 'd_day', 'day')] }
  expect(partitionPath(schema, spec, ['a b/c=d%é~', 17486])).toBe('m%2Fx=a+b%2Fc%3Dd%25%C3%A9%7E/d_day=2017-11-16')
  expect(partitionPath(schema, { specId: 0, fields: [] }, [])).toBe('')
})
