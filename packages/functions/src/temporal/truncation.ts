/** The start of the unit that a moment lies in. */

import { daysFromCivil } from '@artemis/arrow'
import {
  CivilDate,
  isoDayOfWeek,
  isoYear,
  MICROSECONDS_PER_HOUR,
  MICROSECONDS_PER_MINUTE,
  MICROSECONDS_PER_SECOND,
} from '../kernel/calendar.js'
import { startOfMonth, startOfYear } from './day-table.js'
import type { DatePart } from './part-names.js'

const date = new CivilDate()

/** The first day of the `length` years that a day lies in; years before year 0 round towards it. */
function startOfYears(days: number, length: number): number {
  return daysFromCivil(Math.trunc(date.setDays(days).year / length) * length, 1, 1)
}

function startOfMonths(days: number, length: number): number {
  const { year, month } = date.setDays(days)
  return daysFromCivil(year, Math.floor((month - 1) / length) * length + 1, 1)
}

export function mondayOf(days: number): number {
  return days - isoDayOfWeek(days) + 1
}

const sameDay = (days: number): number => days

/** Units of a day and longer: the day that they start on. */
export const DAY_TRUNCATIONS: Readonly<Partial<Record<DatePart, (days: number) => number>>> = {
  millennium: (days) => startOfYears(days, 1000),
  century: (days) => startOfYears(days, 100),
  decade: (days) => startOfYears(days, 10),
  year: startOfYear,
  isoyear: (days) => mondayOf(daysFromCivil(isoYear(days), 1, 4)),
  quarter: (days) => startOfMonths(days, 3),
  month: startOfMonth,
  week: mondayOf,
  yearweek: mondayOf,
  day: sameDay,
  dayofweek: sameDay,
  isodow: sameDay,
  dayofyear: sameDay,
  julian: sameDay,
}

/** Units shorter than a day, in microseconds. */
export const TIME_UNITS: Readonly<Partial<Record<DatePart, number>>> = {
  hour: MICROSECONDS_PER_HOUR,
  minute: MICROSECONDS_PER_MINUTE,
  second: MICROSECONDS_PER_SECOND,
  epoch: MICROSECONDS_PER_SECOND,
  millisecond: 1000,
  microsecond: 1,
}

/** Units that are whole months, for intervals and differences. */
export const MONTH_UNITS: Readonly<Partial<Record<DatePart, number>>> = {
  millennium: 12_000,
  century: 1200,
  decade: 120,
  year: 12,
  isoyear: 12,
  quarter: 3,
  month: 1,
}

/** Units that are whole days. */
export const DAY_UNITS: Readonly<Partial<Record<DatePart, number>>> = {
  week: 7,
  yearweek: 7,
  day: 1,
  dayofweek: 1,
  isodow: 1,
  dayofyear: 1,
  julian: 1,
}
