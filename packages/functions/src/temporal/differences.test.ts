import { describe, expect, it } from 'vitest'
import { int32, int64, interval, scalarDatum, scalarsOf, timestamp, utf8 } from '@artemis/arrow'
import type { ColumnSource } from '../testing/oracle.js'
import { context, expectAgreement, oneOf, randomColumns } from '../testing/oracle.js'
import { dates, instants, isInRepeatedHour, spans, times, timestamps, ZONES } from '../testing/temporal-sources.js'
import { age } from './age.js'
import { dateAdd } from './date-add.js'
import { dateDiff, dateSub } from './date-diff.js'

const UNITS = [
  'millennium',
  'century',
  'decade',
  'year',
  'isoyear',
  'quarter',
  'month',
  'week',
  'yearweek',
  'day',
  'dow',
  'doy',
  'hour',
  'minute',
  'second',
  'ms',
  'us',
]
const units = (names: readonly string[]): ColumnSource => ({ type: utf8, value: oneOf(names) })

describe('differences agree with DuckDB', () => {
  for (const unit of UNITS) {
    it(`in ${unit}`, async () => {
      for (const fn of [dateDiff, dateSub]) {
        for (const source of [dates, timestamps]) await expectAgreement(fn, randomColumns(1, 200, [units([unit]), source, source]))
        // DuckDB counts Mondays for the yearweek of instants, and weeks from the start for all else.
        if (unit !== 'yearweek')
          for (const timeZone of ZONES)
            await expectAgreement(fn, randomColumns(2, 150, [units([unit]), instants, instants]), {
              timeZone,
              except: ([, a, b]) => isInRepeatedHour(a!) || isInRepeatedHour(b!),
            })
      }
    })
  }

  it('of times of day', async () => {
    for (const fn of [dateDiff, dateSub])
      await expectAgreement(fn, randomColumns(3, 100, [units(['hour', 'minute', 'second', 'ms', 'us', 'day']), times, times]))
  })
})

describe('age agrees with DuckDB', () => {
  it('between two moments', async () => {
    for (const source of [dates, timestamps]) await expectAgreement(age, randomColumns(4, 300, [source, source]))
    for (const timeZone of ZONES) await expectAgreement(age, randomColumns(5, 200, [instants, instants]), { timeZone })
  })

  it('counts up to midnight of the current day', () => {
    // From 30 January 2024, 12:00 to 1 March: the month and day, and the half day up to midnight.
    const fn = age.resolve([timestamp('us')], [undefined])!
    expect(scalarsOf(fn.evaluate([scalarDatum(timestamp('us'), 1_706_616_000_000_000n)], 1, context()))[0]).toEqual({
      months: 1,
      days: 1,
      nanoseconds: 43_200_000_000_000n,
    })
  })
})

describe('date_add', () => {
  it('is + by name', async () => {
    await expectAgreement(dateAdd, randomColumns(6, 100, [timestamps, spans]))
    await expectAgreement(dateAdd, randomColumns(7, 100, [dates, { type: int32, value: (random) => Math.floor(random() * 1000) - 500 }]))
    await expectAgreement(dateSub, randomColumns(8, 100, [timestamps, spans]), { sql: 'a - b' })
    expect(dateAdd.resolve([interval, interval], [undefined, undefined])).toBeUndefined()
  })

  it('adds units', async () => {
    const counts: ColumnSource = { type: int64, value: (random) => BigInt(Math.floor(random() * 200) - 100) }
    const cases = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute'].map((unit) => `WHEN '${unit}' THEN c + to_${unit}s(b)`)
    const sql = `CASE a ${cases.join(' ')} END`
    for (const source of [dates, timestamps])
      await expectAgreement(
        dateAdd,
        randomColumns(9, 150, [units(['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute']), counts, source]),
        { sql },
      )
  })
})
