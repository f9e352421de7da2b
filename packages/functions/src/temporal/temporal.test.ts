import { describe, expect, it } from 'vitest'
import { date32, float64, int32, int64, scalarDatum, scalarsOf, timestamp, timestamptz, utf8 } from '@artemis/arrow'
import type { ColumnSource } from '../testing/oracle.js'
import { context, ERROR, expectAgreement, oneOf, randomColumns } from '../testing/oracle.js'
import { dates, instants, isInRepeatedHour, spans, times, timestamps, ZONES } from '../testing/temporal-sources.js'
import { dateTrunc } from './date-trunc.js'
import {
  epochMicroseconds,
  epochMilliseconds,
  epochNanoseconds,
  makeTimestampMilliseconds,
  makeTimestampNanoseconds,
  nanosecond,
  toTimestamp,
} from './epochs.js'
import { intervalFunctions } from './intervals.js'
import { makeDate, makeTime, makeTimestamp, makeTimestamptz } from './make.js'
import { dayName, lastDay, monthName } from './names.js'
import { timezone } from './zones.js'

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
  'epoch',
  'ms',
  'us',
  'era',
]
const units = (names: readonly string[]): ColumnSource => ({ type: utf8, value: oneOf(names) })
const zones: ColumnSource = { type: utf8, value: oneOf([...ZONES, 'America/Los_Angeles']) }

describe('date_trunc agrees with DuckDB', () => {
  it('on dates, timestamps and intervals', async () => {
    await expectAgreement(dateTrunc, randomColumns(1, 300, [units(UNITS), dates]))
    await expectAgreement(dateTrunc, randomColumns(2, 400, [units(UNITS), timestamps]))
    await expectAgreement(dateTrunc, randomColumns(3, 300, [units(UNITS), spans]))
  })
  for (const timeZone of ZONES) {
    it(`on instants in ${timeZone}`, async () => {
      await expectAgreement(dateTrunc, randomColumns(4, 400, [units(UNITS.slice(0, -1)), instants]), {
        timeZone,
        except: ([, value]) => isInRepeatedHour(value!),
      })
    })
  }

  it('never gives a later moment', () => {
    const fn = dateTrunc.resolve([utf8, timestamptz('us')], ['hour', undefined])!
    const firstPass = 1_698_537_600_000_000n
    const result = fn.evaluate(
      [scalarDatum(utf8, 'hour'), scalarDatum(timestamptz('us'), firstPass + 9_000_000n)],
      1,
      context('Europe/Berlin'),
    )
    expect(scalarsOf(result)).toEqual([firstPass])
  })
})

describe('counts since the epoch agree with DuckDB', () => {
  it('both ways', async () => {
    for (const fn of [epochMilliseconds, epochMicroseconds, epochNanoseconds, nanosecond]) {
      for (const source of [dates, timestamps, times, spans, instants]) {
        const [column] = randomColumns(5, 100, [source])
        await expectAgreement(fn, [column!], {
          timeZone: source === instants ? 'Asia/Kolkata' : 'UTC',
          // Computing the bounds of a column of far dates, DuckDB fails for all of its rows.
          except: (_, __, theirs) => fn === epochNanoseconds && source !== spans && theirs === ERROR,
        })
      }
    }
    await expectAgreement(epochNanoseconds, randomColumns(6, 60, [timestamp('ns')]))
    const counts: ColumnSource = { type: int64, value: (random) => BigInt(Math.floor((random() - 0.3) * 3e12)) }
    for (const fn of [epochMilliseconds, makeTimestampMilliseconds, makeTimestampNanoseconds])
      await expectAgreement(fn, randomColumns(7, 60, [counts]))
    const seconds: ColumnSource = {
      type: float64,
      value: (random) => (random() < 0.1 ? oneOf([Infinity, NaN, 1e15, -1.5, 0])(random) : Math.floor((random() - 0.3) * 3e12) / 1000),
    }
    await expectAgreement(toTimestamp, randomColumns(8, 100, [seconds]))
  })
})

describe('making moments agrees with DuckDB', () => {
  const whole = (from: number, to: number): ColumnSource => ({
    type: int64,
    value: (random) => BigInt(Math.floor(from + random() * (to - from + 1))),
  })
  const seconds: ColumnSource = {
    type: float64,
    value: (random) => (random() < 0.1 ? oneOf([60, -1, 61, 59.9999999])(random) : Math.floor(random() * 60_000_000) / 1e6),
  }
  const fields = [whole(-5, 2030), whole(0, 13), whole(1, 31), whole(0, 24), whole(0, 60), seconds]

  it('of parts', async () => {
    await expectAgreement(makeDate, randomColumns(1, 200, fields.slice(0, 3)))
    await expectAgreement(makeDate, randomColumns(2, 50, [int32]), { except: (_, ours) => ours.length > 12 })
    await expectAgreement(makeTime, randomColumns(3, 200, fields.slice(3)))
    await expectAgreement(makeTimestamp, randomColumns(4, 200, fields))
    await expectAgreement(
      makeTimestamp,
      randomColumns(5, 50, [{ type: int64, value: (random) => BigInt(Math.floor((random() - 0.3) * 1e15)) }]),
    )
  })

  it('in zones', async () => {
    const recent = [
      whole(1980, 2030),
      whole(1, 12),
      whole(1, 28),
      whole(0, 23),
      whole(0, 59),
      { type: float64, value: (random: () => number) => Math.floor(random() * 60_000_000) / 1e6 },
    ]
    for (const timeZone of ZONES) await expectAgreement(makeTimestamptz, randomColumns(6, 150, recent), { timeZone })
    await expectAgreement(makeTimestamptz, randomColumns(7, 150, [...recent, zones]))
  })
})

describe('intervals of numbers agree with DuckDB', () => {
  for (const fn of intervalFunctions) {
    it(fn.name, async () => {
      const type = fn.name === 'to_seconds' || fn.name === 'to_milliseconds' ? float64 : int64
      const small: ColumnSource = {
        type,
        value: (random) => (type === float64 ? Math.floor((random() - 0.5) * 1e7) / 1000 : BigInt(Math.floor((random() - 0.5) * 1e4))),
      }
      await expectAgreement(fn, randomColumns(1, 60, [small]))
    })
  }
})

describe('names of days and months, and ends of months, agree with DuckDB', () => {
  for (const fn of [dayName, monthName, lastDay]) {
    it(fn.name, async () => {
      for (const source of [dates, timestamps]) await expectAgreement(fn, randomColumns(1, 100, [source]))
      await expectAgreement(fn, randomColumns(1, 100, [instants]), { timeZone: 'America/New_York' })
    })
  }
})

describe('AT TIME ZONE agrees with DuckDB', () => {
  it('both ways', async () => {
    await expectAgreement(timezone, randomColumns(1, 300, [zones, instants]))
    const local: ColumnSource = { type: timestamp('us'), value: instants.value }
    await expectAgreement(timezone, randomColumns(2, 300, [zones, local]))
    await expectAgreement(timezone, randomColumns(3, 50, [zones, date32]), {
      except: ([, day]) => Math.abs(day as number) > 20_000 || (day as number) < 2000,
    })
  })
})
