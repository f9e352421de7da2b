/** What each part of a moment or an interval is, as a number. */

import {
  CivilDate,
  dayOfYear,
  isoDayOfWeek,
  isoWeek,
  isoYear,
  MICROSECONDS_PER_DAY,
  MICROSECONDS_PER_HOUR,
  MICROSECONDS_PER_MINUTE,
  MICROSECONDS_PER_SECOND,
} from '../kernel/calendar.js'
import type { DatePart } from './part-names.js'

/** The part of a day since 1970-01-01 and microseconds since midnight. */
export type MomentPart = (days: number, microseconds: number) => number
/** The part of an interval; its time is in microseconds. */
export type IntervalPart = (months: number, days: number, microseconds: number) => number

const date = new CivilDate()

/** The years 1 to 100 are century 1; year 0, which is 1 BC, is in century -1. */
function ordinal(year: number, length: number): number {
  return year > 0 ? Math.floor((year - 1) / length) + 1 : -Math.floor(-year / length) - 1
}

function yearWeek(days: number): number {
  const year = isoYear(days)
  return year * 100 + (year > 0 ? isoWeek(days) : -isoWeek(days))
}

const JULIAN_DAY_OF_EPOCH = 2_440_588

/** The parts that need no zone. */
export const MOMENT_PARTS: Readonly<Record<Exclude<DatePart, 'timezone' | 'timezone_hour' | 'timezone_minute'>, MomentPart>> = {
  millennium: (days) => ordinal(date.setDays(days).year, 1000),
  century: (days) => ordinal(date.setDays(days).year, 100),
  decade: (days) => Math.trunc(date.setDays(days).year / 10),
  year: (days) => date.setDays(days).year,
  isoyear: (days) => isoYear(days),
  quarter: (days) => Math.floor((date.setDays(days).month + 2) / 3),
  month: (days) => date.setDays(days).month,
  week: (days) => isoWeek(days),
  yearweek: (days) => yearWeek(days),
  day: (days) => date.setDays(days).day,
  dayofyear: (days) => dayOfYear(days),
  dayofweek: (days) => isoDayOfWeek(days) % 7,
  isodow: (days) => isoDayOfWeek(days),
  hour: (_, time) => Math.floor(time / MICROSECONDS_PER_HOUR),
  minute: (_, time) => Math.floor((time % MICROSECONDS_PER_HOUR) / MICROSECONDS_PER_MINUTE),
  second: (_, time) => Math.floor((time % MICROSECONDS_PER_MINUTE) / MICROSECONDS_PER_SECOND),
  millisecond: (_, time) => Math.floor((time % MICROSECONDS_PER_MINUTE) / 1000),
  microsecond: (_, time) => time % MICROSECONDS_PER_MINUTE,
  nanosecond: (_, time) => (time % MICROSECONDS_PER_MINUTE) * 1000,
  era: (days) => (date.setDays(days).year > 0 ? 1 : 0),
  julian: (days, time) => days + JULIAN_DAY_OF_EPOCH + time / MICROSECONDS_PER_DAY,
  epoch: (days, time) => (days * MICROSECONDS_PER_DAY + time) / MICROSECONDS_PER_SECOND,
}

/** The parts that a time of day has. */
export const TIME_PARTS: ReadonlySet<DatePart> = new Set<DatePart>([
  'hour',
  'minute',
  'second',
  'millisecond',
  'microsecond',
  'nanosecond',
  'epoch',
  'timezone',
  'timezone_hour',
  'timezone_minute',
])

/** Parts of an interval are what is left after the next larger unit, with the interval's sign. */
export const INTERVAL_PARTS: Readonly<Partial<Record<DatePart, IntervalPart>>> = {
  millennium: (months) => Math.trunc(months / 12_000),
  century: (months) => Math.trunc(months / 1200),
  decade: (months) => Math.trunc(months / 120),
  year: (months) => Math.trunc(months / 12),
  quarter: (months) => Math.trunc((months % 12) / 3) + 1,
  month: (months) => months % 12,
  day: (_, days) => days,
  hour: (_months, _days, time) => Math.trunc(time / MICROSECONDS_PER_HOUR),
  minute: (_months, _days, time) => Math.trunc((time % MICROSECONDS_PER_HOUR) / MICROSECONDS_PER_MINUTE),
  second: (_months, _days, time) => Math.trunc((time % MICROSECONDS_PER_MINUTE) / MICROSECONDS_PER_SECOND),
  millisecond: (_months, _days, time) => Math.trunc((time % MICROSECONDS_PER_MINUTE) / 1000),
  microsecond: (_months, _days, time) => time % MICROSECONDS_PER_MINUTE,
  nanosecond: (_months, _days, time) => (time % MICROSECONDS_PER_MINUTE) * 1000,
  epoch: (months, days, time) => intervalSeconds(months, days, time),
}

/** Years count 365.25 days and the months beyond them 30, as in PostgreSQL. */
export function intervalSeconds(months: number, days: number, microseconds: number): number {
  const years = Math.trunc(months / 12)
  const quarterDays = years * 1461 + (months - years * 12) * 120 + days * 4
  return quarterDays * 21_600 + microseconds / MICROSECONDS_PER_SECOND
}
