/** Names of days and months, and the last day of a month. */

import { date32, daysFromCivil, dictionaryVector, primitiveVector, utf8, vectorFromScalars } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { overload, scalarFunction } from '../definition/scalar.js'
import { CivilDate, daysInMonth, isoDayOfWeek } from '../kernel/calendar.js'
import { isInstant, daysOf, MOMENT_TYPES } from './moments.js'

export const DAY_NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const
export const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const

function named(
  name: string,
  description: string,
  result: string,
  names: readonly string[],
  indexOf: (days: number) => number,
): ScalarFunctionDefinition {
  const dictionary = vectorFromScalars(utf8, names)
  return scalarFunction({
    name,
    category: 'temporal',
    description,
    example: `${name}(DATE '2024-03-05')`,
    result,
    overloads: MOMENT_TYPES.map((type) =>
      overload(
        { value: type },
        utf8,
        (input) => {
          const days = daysOf(input, 0)
          const codes = new Int32Array(days.length)
          for (let i = 0; i < codes.length; i++) codes[i] = indexOf(days[i]!)
          return dictionaryVector(codes, dictionary, { validity: input.validity })
        },
        { volatility: isInstant(type) ? 'stable' : 'immutable' },
      ),
    ),
  })
}

const date = new CivilDate()

export const dayName = named('dayname', 'The English name of the day of the week.', 'Tuesday', DAY_NAMES, (days) => isoDayOfWeek(days) - 1)
export const monthName = named('monthname', 'The English name of the month.', 'March', MONTH_NAMES, (days) => date.setDays(days).month - 1)

export const lastDay = scalarFunction({
  name: 'last_day',
  category: 'temporal',
  description: 'The last day of the month.',
  example: "last_day(DATE '2024-02-05')",
  result: '2024-02-29',
  overloads: MOMENT_TYPES.map((type) =>
    overload(
      { value: type },
      date32,
      (input) => {
        const days = daysOf(input, 0)
        const out = new Int32Array(days.length)
        for (let i = 0; i < out.length; i++) {
          const { year, month } = date.setDays(days[i]!)
          out[i] = daysFromCivil(year, month, daysInMonth(year, month))
        }
        return primitiveVector(date32, out, { validity: input.validity })
      },
      { volatility: isInstant(type) ? 'stable' : 'immutable' },
    ),
  ),
})
