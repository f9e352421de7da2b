/** age(): the time between two moments in years, months, days and clock time, as a person would tell it. */

import type { DataType } from '@artemis/arrow'
import { interval } from '@artemis/arrow'
import { overload, scalarFunction } from '../definition/scalar.js'
import { CivilDate, daysInMonth, MICROSECONDS_PER_DAY, SplitTimestamp } from '../kernel/calendar.js'
import type { Kernel, KernelInput } from '../kernel/input.js'

import { zoneOf } from '../kernel/time-zone.js'
import { intervalVector, writeIntervalMicroseconds } from './interval-words.js'
import type { Moments } from './moments.js'
import { instant, isInstant, localTimestamp, momentsOf } from './moments.js'
import { toLocal } from './timestamp-arithmetic.js'

/** Computes ages with PostgreSQL's rule: days are borrowed from the month of the earlier moment. */
class AgeLoop {
  readonly #later = new CivilDate()
  readonly #earlier = new CivilDate()

  run(input: KernelInput, to: Moments, from: Moments): ReturnType<Kernel> {
    const out = new Int32Array(input.rowCount * 4)
    for (let i = 0; i < input.rowCount; i++) {
      const negative = to.days[i]! < from.days[i]! || (to.days[i]! === from.days[i]! && to.microseconds[i]! < from.microseconds[i]!)
      const [later, earlier] = negative ? [from, to] : [to, from]
      this.#write(out, 4 * i, later.days[i]!, later.microseconds[i]! - earlier.microseconds[i]!, earlier.days[i]!, negative ? -1 : 1)
    }
    return intervalVector(out, { validity: input.validity })
  }

  #write(out: Int32Array, k: number, laterDay: number, timeDifference: number, earlierDay: number, sign: 1 | -1): void {
    const later = this.#later.setDays(laterDay)
    const earlier = this.#earlier.setDays(earlierDay)
    let months = (later.year - earlier.year) * 12 + later.month - earlier.month
    let days = later.day - earlier.day
    let microseconds = timeDifference
    if (microseconds < 0) {
      microseconds += MICROSECONDS_PER_DAY
      days--
    }
    if (days < 0) {
      days += daysInMonth(earlier.year, earlier.month)
      months--
    }
    writeIntervalMicroseconds(out, k, months * sign, days * sign, microseconds * sign)
  }
}

function ageKernel(type: DataType, count: 1 | 2): Kernel {
  return (input) => {
    const loop = new AgeLoop()
    if (count === 2) return loop.run(input, momentsOf(input, 0), momentsOf(input, 1))
    return loop.run(input, startOfToday(input, type), momentsOf(input, 0))
  }
}

/** Midnight of the day on which the query started. */
function startOfToday(input: KernelInput, type: DataType): Moments {
  const now = input.context.nowMicroseconds
  const local = new SplitTimestamp().setWords(Number(BigInt.asIntN(32, now)), Number(now >> 32n))
  if (isInstant(type)) toLocal(local, zoneOf(input.context.timeZone))
  return { days: new Int32Array(input.rowCount).fill(local.days), microseconds: new Float64Array(input.rowCount) }
}

export const age = scalarFunction({
  name: 'age',
  category: 'temporal',
  description:
    'The time from the second moment to the first in years, months and days. With one argument, up to midnight of the current day.',
  example: "age(TIMESTAMP '2024-03-05', TIMESTAMP '2023-01-31')",
  result: '1 year 1 month 5 days',
  overloads: [
    overload({ end: localTimestamp, start: localTimestamp }, interval, ageKernel(localTimestamp, 2)),
    overload({ end: instant, start: instant }, interval, ageKernel(instant, 2), { volatility: 'stable' }),
    overload({ start: localTimestamp }, interval, ageKernel(localTimestamp, 1), { volatility: 'stable' }),
    overload({ start: instant }, interval, ageKernel(instant, 1), { volatility: 'stable' }),
  ],
})
