/** Intervals of numbers: to_days(3), to_seconds(1.5). */

import type { DataType } from '@artemis/arrow'
import { float64, int64, interval, utf8 } from '@artemis/arrow'
import { datumToVector } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { castVector } from '../cast/cast-vector.js'
import { overload, scalarFunction } from '../definition/scalar.js'
import { outOfRange } from '../kernel/errors.js'
import type { Kernel } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import { doublesOf } from '../kernel/primitive-columns.js'
import { roundHalfAway } from '../kernel/rounding.js'
import { intervalVector, writeIntervalMicroseconds } from './interval-words.js'

const overflow = (value: number): Error => outOfRange(`an interval of ${value} such units is out of range`)
/** The time of an interval is an int64 of nanoseconds. */
const MAX_MICROSECONDS = 9.2233720368547e15

function countKernel(field: 'months' | 'days', factor: number): Kernel {
  return (input) => {
    const counts = doublesOf(argument(input, 0), input.rowCount)
    const out = new Int32Array(input.rowCount * 4)
    const offset = field === 'months' ? 0 : 1
    for (let i = 0; i < counts.length; i++) {
      const value = counts[i]! * factor
      out[4 * i + offset] = value
      if (out[4 * i + offset] !== value && isRowValid(input.validity, i)) throw overflow(counts[i]!)
    }
    return intervalVector(out, { validity: input.validity })
  }
}

function timeKernel(factor: number): Kernel {
  return (input) => {
    const counts = doublesOf(argument(input, 0), input.rowCount)
    const out = new Int32Array(input.rowCount * 4)
    for (let i = 0; i < counts.length; i++) {
      const microseconds = roundHalfAway(counts[i]! * factor)
      if (microseconds < MAX_MICROSECONDS && microseconds > -MAX_MICROSECONDS) writeIntervalMicroseconds(out, 4 * i, 0, 0, microseconds)
      else if (isRowValid(input.validity, i)) throw overflow(counts[i]!)
    }
    return intervalVector(out, { validity: input.validity })
  }
}

function unit(unitName: string, parameter: DataType, kernel: Kernel, result: string): ScalarFunctionDefinition {
  return scalarFunction({
    name: `to_${unitName}`,
    category: 'temporal',
    description: `An interval of so many ${unitName}.`,
    example: `to_${unitName}(2)`,
    result,
    canThrow: true,
    overloads: [overload({ count: parameter }, interval, kernel)],
  })
}

export const intervalFunctions: readonly ScalarFunctionDefinition[] = [
  unit('millennia', int64, countKernel('months', 12_000), '2000 years'),
  unit('centuries', int64, countKernel('months', 1200), '200 years'),
  unit('decades', int64, countKernel('months', 120), '20 years'),
  unit('years', int64, countKernel('months', 12), '2 years'),
  unit('quarters', int64, countKernel('months', 3), '6 months'),
  unit('months', int64, countKernel('months', 1), '2 months'),
  unit('weeks', int64, countKernel('days', 7), '14 days'),
  unit('days', int64, countKernel('days', 1), '2 days'),
  unit('hours', int64, timeKernel(3_600_000_000), '02:00:00'),
  unit('minutes', int64, timeKernel(60_000_000), '00:02:00'),
  unit('seconds', float64, timeKernel(1_000_000), '00:00:02'),
  unit('milliseconds', float64, timeKernel(1000), '00:00:00.002'),
  unit('microseconds', int64, timeKernel(1), '00:00:00.000002'),
]

/** What `INTERVAL (text)` becomes. */
export const toInterval = scalarFunction({
  name: 'to_interval',
  category: 'temporal',
  description: 'The interval that a text spells.',
  example: "to_interval('1 day 2 hours')",
  result: '1 day 02:00:00',
  canThrow: true,
  overloads: [
    overload({ value: interval }, interval, (input) => datumToVector(argument(input, 0), input.rowCount)),
    overload({ text: utf8 }, interval, (input) =>
      castVector(datumToVector(argument(input, 0), input.rowCount), interval, { try: false, timeZone: input.context.timeZone }),
    ),
  ],
})
