import { DuckDBInstance } from '@duckdb/node-api'
import type { DuckDBConnection } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { vectorFromScalars } from './builder.js'
import { daysFromCivil, civilFromDays, formatTimestamp } from './format-temporal.js'
import { formatFloat32, formatFloat64, formatUuid, formatValue } from './format.js'
import { formatVector } from './format-vector.js'
import type { Scalar } from './scalar.js'
import { scalarAt } from './scalar-at.js'
import { ALL_TYPES, randomVector, seededRandom, SHAPES, typeName } from './testing/random.js'
import type { DataType } from './types.js'
import {
  binary,
  date32,
  decimal,
  field,
  float64,
  int32,
  interval,
  list,
  map,
  struct,
  time64,
  timestamp,
  timestamptz,
  utf8,
  uuid,
} from './types.js'

let connection: DuckDBConnection

beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run("SET timezone = 'UTC'")
})

afterAll(() => connection.closeSync())

/** The first column of a query, which must be text. */
async function texts(sql: string): Promise<string[]> {
  return (await connection.runAndReadAll(sql)).getRows().map((row) => String(row[0]))
}

const days = (year: number, month: number, day: number): number => daysFromCivil(year, month, day)
const interval1 = (months: number, d: number, micros: number): Scalar => ({ months, days: d, nanoseconds: BigInt(micros) * 1000n })
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

/** SQL of a value, beside our type and value. */
const CASES: readonly (readonly [string, DataType, Scalar])[] = [
  ["date '2024-02-29'", date32, days(2024, 2, 29)],
  ["'0044-03-15 (BC)'::date", date32, days(-43, 3, 15)],
  ["date '12345-01-01'", date32, days(12345, 1, 1)],
  ["date '0099-12-31'", date32, days(99, 12, 31)],
  ["timestamp '2024-03-01 12:34:56.120'", timestamp('us'), 1709296496120000n],
  ["timestamp '1969-12-31 23:59:59.999999'", timestamp('us'), -1n],
  ["timestamptz '2024-03-01 12:34:56.000001+00'", timestamptz(), 1709296496000001n],
  ["'2024-03-01 12:34:56.123456789'::timestamp_ns", timestamp('ns'), 1709296496123456789n],
  ["'2024-03-01 12:34:56'::timestamp_s", timestamp('s'), 1709296496n],
  ["'2024-03-01 12:34:56.5'::timestamp_ms", timestamp('ms'), 1709296496500n],
  ["timestamp '0044-03-15 (BC) 12:00:00'", timestamp('us'), BigInt(days(-43, 3, 15)) * 86_400_000_000n + 43_200_000_000n],
  ["time '00:00:00.000001'", time64, 1n],
  ["time '23:59:59.5'", time64, 86_399_500_000n],
  ["interval '1 year 2 months 3 days 04:05:06.789'", interval, interval1(14, 3, 14_706_789_000)],
  ["interval '-14 months'", interval, interval1(-14, 0, 0)],
  ["interval '1 month -1 hour'", interval, interval1(1, 0, -3_600_000_000)],
  ["interval '0 days'", interval, interval1(0, 0, 0)],
  ["interval '1 day 100 hours'", interval, interval1(0, 1, 360_000_000_000)],
  ['0.5::decimal(3,3)', decimal(3, 3), 500n],
  ['-0.05::decimal(9,2)', decimal(9, 2), -5n],
  ['-12::decimal(38,10)', decimal(38, 10), -120000000000n],
  ['7::decimal(18,0)', decimal(18, 0), 7n],
  ["'\\x00A\\x22\\x27\\x5C\\x7F ~\\xFF'::blob", binary, bytes(0, 65, 0x22, 0x27, 0x5c, 0x7f, 0x20, 0x7e, 0xff)],
  ["uuid '0123e456-00ff-1234-abcd-000000000001'", uuid, Uint8Array.from(Buffer.from('0123e45600ff1234abcd000000000001', 'hex'))],
  [
    "['a','b c',NULL,'it''s','','NULL',' x','x ','a,b','[z]','q\"r','null','{','tab\tx','back\\slash','a\\b,c','e:f','g=h','i;j','é']",
    list(utf8),
    [
      'a',
      'b c',
      null,
      "it's",
      '',
      'NULL',
      ' x',
      'x ',
      'a,b',
      '[z]',
      'q"r',
      'null',
      '{',
      'tab\tx',
      'back\\slash',
      'a\\b,c',
      'e:f',
      'g=h',
      'i;j',
      'é',
    ],
  ],
  ["{'a': 1, 'it''s': 'x y', 'c': NULL}", struct([field('a', int32), field("it's", utf8), field('c', utf8)]), [1, 'x y', null]],
  [
    "map {'k': 'c:d', 'a=b': NULL}",
    map(field('key', utf8, false), field('value', utf8)),
    [
      ['k', 'c:d'],
      ['a=b', null],
    ],
  ],
  ['[[1.0::double], [], NULL]', list(list(float64)), [[1], [], null]],
  ["[timestamp '2024-01-01 00:00:00']", list(timestamp('us')), [1704067200000000n]],
  ["[time '01:02:03']", list(time64), [3_723_000_000n]],
]

describe('formatValue', () => {
  it.each(CASES.map(([sql, type, value]) => ({ sql, type, value })))('writes $sql as DuckDB does', async ({ sql, type, value }) => {
    expect(formatValue(type, value)).toBe((await texts(`SELECT (${sql})::VARCHAR`))[0])
    expect(formatVector(vectorFromScalars(type, [value, null, value]))).toEqual([formatValue(type, value), null, formatValue(type, value)])
  })

  it('writes doubles and floats as DuckDB does', async () => {
    const random = seededRandom(1)
    const doubles = [
      0,
      -0,
      1,
      -1,
      0.1,
      1e15,
      9999999999999998,
      1e16,
      1e-4,
      9.9999e-5,
      1e-5,
      5e-324,
      1.7976931348623157e308,
      Infinity,
      -Infinity,
      NaN,
      100,
      1e21,
      1e22,
    ]
    const floats = [0, 0.1, 16777216, 1e10, 3.4028234663852886e38, 1.401298464324817e-45, 1.1754943508222875e-38, 123456.789, 1e-10].map(
      Math.fround,
    )
    for (let i = 0; i < 500; i++) {
      doubles.push((random() - 0.5) * 10 ** (Math.floor(random() * 60) - 30))
      floats.push(Math.fround((random() - 0.5) * 10 ** (Math.floor(random() * 60) - 30)))
      floats.push(Math.fround(random() * 10 ** (5 + (i % 8))), Math.fround(Math.floor(random() * 1e8) / 4))
    }
    const literal = (value: number): string =>
      Number.isNaN(value) ? "'nan'" : Number.isFinite(value) ? `'${Object.is(value, -0) ? '-0' : value}'` : value > 0 ? "'inf'" : "'-inf'"
    const cast = (values: number[], type: string): string =>
      `SELECT v::VARCHAR FROM (SELECT unnest([${values.map((v) => `${literal(v)}::${type}`).join(',')}]) v)`
    expect(doubles.map(formatFloat64)).toEqual(await texts(cast(doubles, 'DOUBLE')))
    expect(floats.map(formatFloat32)).toEqual(await texts(cast(floats, 'FLOAT')))
  })

  it('writes every day of four centuries, and far ones', async () => {
    const numbers = [...Array.from({ length: 3000 }, (_, i) => -140_000 + i * 97), -719528, -719529, -5_000_000, 5_000_000, 2_932_896]
    const wanted = await texts(`SELECT (date '1970-01-01' + d)::VARCHAR FROM (SELECT unnest([${numbers.join(',')}]) d)`)
    expect(numbers.map((d) => formatValue(date32, d))).toEqual(wanted.map((text) => text.replace(/ 00:00:00$/, '')))
    for (const number of numbers) {
      const { year, month, day } = civilFromDays(number)
      expect(daysFromCivil(year, month, day)).toBe(number)
    }
  })

  it('shows instants in a zone', () => {
    expect(formatTimestamp(1709296496500000n, 'us', () => 19_800)).toBe('2024-03-01 18:04:56.5+05:30')
    expect(formatValue(timestamptz(), 1709296496500000n, { zone: () => -18_000 })).toBe('2024-03-01 07:34:56.5-05')
    expect(formatVector(vectorFromScalars(timestamptz(), [1709296496500000n]), { zone: () => -18_000 })).toEqual([
      '2024-03-01 07:34:56.5-05',
    ])
    expect(formatUuid(new Uint8Array(16))).toBe('00000000-0000-0000-0000-000000000000')
  })
})

it('formats columns as it does single values, in every layout', () => {
  for (const type of ALL_TYPES) {
    for (const shape of SHAPES) {
      const vector = randomVector(seededRandom(2), type, 120, shape)
      const wanted = Array.from({ length: 120 }, (_, i) => {
        const value = scalarAt(vector, i)
        return value === null ? null : formatValue(type, value)
      })
      expect(formatVector(vector), typeName(type)).toEqual(wanted)
    }
  }
})
