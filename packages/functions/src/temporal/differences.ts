/** How many units lie between two moments: boundaries crossed (date_diff) or whole units passed (date_sub). */

import { addMonths, CivilDate, isoYear, MICROSECONDS_PER_DAY } from '../kernel/calendar.js'
import type { DatePart } from './part-names.js'
import { DAY_UNITS, MONTH_UNITS } from './truncation.js'

/** Two moments, split; reused from row to row. */
export class Pair {
  fromDay = 0
  fromTime = 0
  toDay = 0
  toTime = 0
}

export type Difference = (pair: Pair) => number

const date = new CivilDate()

function monthsSinceYear0(days: number): number {
  const { year, month } = date.setDays(days)
  return year * 12 + month - 1
}

function yearOf(days: number): number {
  return date.setDays(days).year
}

/** Boundaries between units of years count from the year 0, towards which they round. */
function yearBoundaries(length: number): Difference {
  return ({ fromDay, toDay }) => Math.trunc(yearOf(toDay) / length) - Math.trunc(yearOf(fromDay) / length)
}

/** Whole units of time that passed, towards 0. Exact also for moments that are millions of years apart. */
export function wholeTime({ fromDay, fromTime, toDay, toTime }: Pair, unit: number): number {
  const time = toTime - fromTime
  const below = Math.floor(time / unit)
  const count = (toDay - fromDay) * (MICROSECONDS_PER_DAY / unit) + below
  return count < 0 && below * unit !== time ? count + 1 : count
}

/** Whole days that passed, towards 0. */
function wholeDays({ fromDay, fromTime, toDay, toTime }: Pair): number {
  const days = toDay - fromDay
  if (days > 0 && toTime < fromTime) return days - 1
  return days < 0 && toTime > fromTime ? days + 1 : days
}

/** Whole months that passed: the 31st comes round on the last day of a shorter month. */
function wholeMonths({ fromDay, fromTime, toDay, toTime }: Pair): number {
  const forward = toDay > fromDay || (toDay === fromDay && toTime >= fromTime)
  const [startDay, startTime, endDay, endTime] = forward ? [fromDay, fromTime, toDay, toTime] : [toDay, toTime, fromDay, fromTime]
  let months = monthsSinceYear0(endDay) - monthsSinceYear0(startDay)
  const reached = addMonths(startDay, months)
  if (reached > endDay || (reached === endDay && startTime > endTime)) months--
  return forward || months === 0 ? months : -months
}

/** The number of boundaries of a day or longer units between two moments; undefined when there is no such unit. */
export function boundaryCount(part: DatePart): Difference | undefined {
  switch (part) {
    case 'millennium':
      return yearBoundaries(1000)
    case 'century':
      return yearBoundaries(100)
    case 'decade':
      return yearBoundaries(10)
    case 'year':
      return yearBoundaries(1)
    case 'isoyear':
      return ({ fromDay, toDay }) => isoYear(toDay) - isoYear(fromDay)
    case 'quarter':
      return ({ fromDay, toDay }) => Math.trunc(monthsSinceYear0(toDay) / 3) - Math.trunc(monthsSinceYear0(fromDay) / 3)
    case 'month':
      return ({ fromDay, toDay }) => monthsSinceYear0(toDay) - monthsSinceYear0(fromDay)
    case 'week':
    case 'yearweek':
      // Weeks count from the first moment, not from Mondays, as in DuckDB.
      return ({ fromDay, toDay }) => Math.trunc((toDay - fromDay) / 7)
    default:
      return DAY_UNITS[part] === undefined ? undefined : ({ fromDay, toDay }) => toDay - fromDay
  }
}

/** The number of whole days or longer units between two moments; undefined when there is no such unit. */
export function wholeCount(part: DatePart): Difference | undefined {
  const months = MONTH_UNITS[part]
  if (months !== undefined) return (pair) => Math.trunc(wholeMonths(pair) / months)
  const days = DAY_UNITS[part]
  return days === undefined ? undefined : (pair) => Math.trunc(wholeDays(pair) / days)
}
