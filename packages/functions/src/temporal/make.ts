/** Dates, times and timestamps of their parts. */

import { date32, daysFromCivil, float64, int32, int64, primitiveVector, time64, utf8 } from '@artemis/arrow'
import { overload, scalarFunction } from '../definition/scalar.js'
import { isValidDate } from '../kernel/calendar.js'
import { outOfRange } from '../kernel/errors.js'
import type { Kernel, KernelInput } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import { doublesOf } from '../kernel/primitive-columns.js'
import { int64Result, numberResult } from '../kernel/results.js'
import { roundHalfAway } from '../kernel/rounding.js'
import { TextColumn } from '../kernel/text-columns.js'
import { zoneOf } from '../kernel/time-zone.js'
import { instantOfMicroseconds, timestampOfMicroseconds } from './epochs.js'
import { instant, localTimestamp, TimestampResult } from './moments.js'

function columns(input: KernelInput, count: number): Float64Array[] {
  return Array.from({ length: count }, (_, i) => doublesOf(argument(input, i), input.rowCount))
}

function checkedDate(year: number, month: number, day: number): number {
  const days = isValidDate(year, month, day) && Math.abs(year) < 5_900_000 ? daysFromCivil(year, month, day) : Number.NaN
  if (Math.abs(days) < 2147483647) return days
  throw outOfRange(`there is no date ${year}-${month}-${day}`)
}

/** Microseconds since midnight. The second may be 60, and the hour 24 when nothing follows it. */
function checkedTime(hour: number, minute: number, second: number): number {
  const valid = hour >= 0 && hour <= 24 && minute >= 0 && minute <= 59 && second >= 0 && second <= 60
  if (valid && (hour < 24 || (minute === 0 && second === 0)))
    return hour * 3_600_000_000 + minute * 60_000_000 + roundHalfAway(second * 1e6)
  throw outOfRange(`there is no time of day ${hour}:${minute}:${second}`)
}

export const makeDate = scalarFunction({
  name: 'make_date',
  category: 'temporal',
  description: 'The date of a year, month and day, or of days since 1970-01-01.',
  example: 'make_date(2024, 3, 5)',
  result: '2024-03-05',
  overloads: [
    overload(
      { year: int64, month: int64, day: int64 },
      date32,
      (input) => {
        const [year, month, day] = columns(input, 3)
        return numberResult(input, date32, (row) => checkedDate(year![row]!, month![row]!, day![row]!))
      },
      { canThrow: true },
    ),
    overload({ days: int32 }, date32, (input) =>
      primitiveVector(date32, Int32Array.from(doublesOf(argument(input, 0), input.rowCount)), { validity: input.validity }),
    ),
  ],
})

export const makeTime = scalarFunction({
  name: 'make_time',
  category: 'temporal',
  description: 'The time of day of an hour, minute and second.',
  example: 'make_time(10, 30, 1.5)',
  result: '10:30:01.5',
  canThrow: true,
  overloads: [
    overload({ hour: int64, minute: int64, second: float64 }, time64, (input) => {
      const [hour, minute, second] = columns(input, 3)
      return int64Result(input, time64, (row) => checkedTime(hour![row]!, minute![row]!, second![row]!))
    }),
  ],
})

const FIELDS = { year: int64, month: int64, day: int64, hour: int64, minute: int64, second: float64 }

function timestampKernel(zoned: 'none' | 'session' | 'argument'): Kernel {
  return (input) => {
    const [year, month, day, hour, minute, second] = columns(input, 6)
    const names = zoned === 'argument' ? new TextColumn(argument(input, 6)) : undefined
    const out = new TimestampResult(
      input,
      zoned === 'none' ? localTimestamp : instant,
      zoned === 'session' ? zoneOf(input.context.timeZone) : undefined,
    )
    for (let i = 0; i < input.rowCount; i++) {
      if (!isRowValid(input.validity, i)) continue
      const days = checkedDate(year![i]!, month![i]!, day![i]!)
      const time = checkedTime(hour![i]!, minute![i]!, second![i]!)
      if (names === undefined) out.set(i, days, time)
      else out.setLocal(i, days, time, zoneOf(names.at(i)))
    }
    return out.finish()
  }
}

export const makeTimestamp = scalarFunction({
  name: 'make_timestamp',
  category: 'temporal',
  description: 'The timestamp of a year, month, day, hour, minute and second, or of microseconds since 1970-01-01.',
  example: 'make_timestamp(2024, 3, 5, 10, 30, 1.5)',
  result: '2024-03-05 10:30:01.5',
  overloads: [overload(FIELDS, localTimestamp, timestampKernel('none'), { canThrow: true }), timestampOfMicroseconds],
})

export const makeTimestamptz = scalarFunction({
  name: 'make_timestamptz',
  category: 'temporal',
  description:
    'The instant of a wall-clock time in the time zone of the session or in the one given last, or of microseconds since 1970-01-01 UTC.',
  example: "make_timestamptz(2024, 3, 5, 10, 30, 0, 'Europe/Berlin')",
  result: '2024-03-05 09:30:00+00',
  volatility: 'stable',
  overloads: [
    overload(FIELDS, instant, timestampKernel('session'), { canThrow: true }),
    overload({ ...FIELDS, timezone: utf8 }, instant, timestampKernel('argument'), { canThrow: true }),
    instantOfMicroseconds,
  ],
})
