/** The parts of dates and times by all their names. */

import { didYouMean } from '@artemis/errors'
import type { ExecutionError } from '@artemis/errors'
import { invalidInput } from '../kernel/errors.js'

export type DatePart =
  | 'millennium'
  | 'century'
  | 'decade'
  | 'year'
  | 'isoyear'
  | 'quarter'
  | 'month'
  | 'week'
  | 'yearweek'
  | 'day'
  | 'dayofyear'
  | 'dayofweek'
  | 'isodow'
  | 'hour'
  | 'minute'
  | 'second'
  | 'millisecond'
  | 'microsecond'
  | 'nanosecond'
  | 'era'
  | 'julian'
  | 'epoch'
  | 'timezone'
  | 'timezone_hour'
  | 'timezone_minute'

const SPELLINGS: Readonly<Record<DatePart, string>> = {
  millennium: 'millenniums millennia millenium mil mils',
  century: 'centuries cent c',
  decade: 'decades dec decs',
  year: 'years y yr yrs',
  isoyear: '',
  quarter: 'quarters',
  month: 'months mon mons',
  week: 'weeks w weekofyear',
  yearweek: '',
  day: 'days d dayofmonth',
  dayofyear: 'doy',
  dayofweek: 'dow weekday',
  isodow: '',
  hour: 'hours h hr hrs',
  minute: 'minutes m min mins',
  second: 'seconds s sec secs',
  millisecond: 'milliseconds ms msec msecs',
  microsecond: 'microseconds us usec usecs',
  nanosecond: 'nanoseconds ns nsec nsecs',
  era: '',
  julian: 'jd',
  epoch: '',
  timezone: '',
  timezone_hour: '',
  timezone_minute: '',
}

const PARTS = new Map<string, DatePart>()
for (const [part, others] of Object.entries(SPELLINGS)) {
  for (const name of [part, ...others.split(' ')]) if (name !== '') PARTS.set(name, part as DatePart)
}

/** The part of a name, in any case; undefined when there is none. */
export function findDatePart(name: string): DatePart | undefined {
  return PARTS.get(name) ?? PARTS.get(name.trim().toLowerCase())
}

export function unknownDatePart(name: string): ExecutionError {
  return invalidInput(
    `"${name}" is no part of a date or time`,
    didYouMean(name, Object.keys(SPELLINGS)) ?? 'Use a part such as year, month, day, hour or epoch.',
  )
}

export function datePartOf(name: string): DatePart {
  const part = findDatePart(name)
  if (part === undefined) throw unknownDatePart(name)
  return part
}
