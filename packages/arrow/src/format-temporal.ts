/** Dates, times, timestamps and intervals as DuckDB writes them, from exact integers. */

import type { IntervalValue } from './scalar.js'
import type { TimeUnit } from './types.js'

/** The offset from UTC, in seconds, that a time zone has at an instant given in seconds since the epoch. */
export type ZoneOffset = (epochSeconds: number) => number

export const TICKS_PER_SECOND: { readonly [U in TimeUnit]: number } = { s: 1, ms: 1_000, us: 1_000_000, ns: 1_000_000_000 }
const FRACTION_DIGITS: { readonly [U in TimeUnit]: number } = { s: 0, ms: 3, us: 6, ns: 9 }
const SECONDS_PER_DAY = 86_400

/**
 * The proleptic Gregorian date of a day since 1970-01-01, after Howard Hinnant's days_from_civil turned round: years
 * start in March, so that the leap day is their last.
 */
export function civilFromDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

/** The day since 1970-01-01 of a proleptic Gregorian date; year 0 is 1 BC. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year
  const era = Math.floor(shiftedYear / 400)
  const yearOfEra = shiftedYear - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** `2024-03-01`, and `0044-03-15 (BC)` for the year -43. */
export function formatDate(days: number): string {
  const { year, month, day } = civilFromDays(days)
  const text = `${pad(year > 0 ? year : 1 - year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
  return year > 0 ? text : `${text} (BC)`
}

/** `12:34:56.5` from the seconds of the day (or any number of them) and a fraction of `digits` digits. */
export function formatClock(seconds: number, fraction: number, digits: number): string {
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  const text = `${pad(hours, 2)}:${pad(minutes, 2)}:${pad(seconds % 60, 2)}`
  return fraction === 0 ? text : `${text}.${pad(fraction, digits).replace(/0+$/, '')}`
}

/** A time of day in microseconds. */
export function formatTime(microseconds: bigint): string {
  return formatClock(Number(microseconds / 1_000_000n), Number(microseconds % 1_000_000n), 6)
}

/** A timestamp as its whole seconds and the ticks beyond them, which are never negative. */
export function splitTimestamp(value: bigint, unit: TimeUnit): { seconds: number; fraction: number } {
  const ticks = BigInt(TICKS_PER_SECOND[unit])
  let seconds = value / ticks
  let fraction = value % ticks
  if (fraction < 0n) {
    seconds -= 1n
    fraction += ticks
  }
  return { seconds: Number(seconds), fraction: Number(fraction) }
}

/** A timestamp; with a zone the wall clock of that zone and its offset, `2024-03-01 12:34:56.5+00`. */
export function formatTimestamp(value: bigint, unit: TimeUnit, zone: ZoneOffset | null): string {
  const { seconds, fraction } = splitTimestamp(value, unit)
  return formatSeconds(seconds, fraction, FRACTION_DIGITS[unit], zone)
}

/** The same from whole seconds since the epoch and a fraction of `digits` digits. */
export function formatSeconds(seconds: number, fraction: number, digits: number, zone: ZoneOffset | null): string {
  const offset = zone === null ? 0 : zone(seconds)
  const local = seconds + offset
  const day = Math.floor(local / SECONDS_PER_DAY)
  const text = `${formatDate(day)} ${formatClock(local - day * SECONDS_PER_DAY, fraction, digits)}`
  return zone === null ? text : text + formatOffset(offset)
}

/** `+00`, `-05`, `+05:30`; seconds, which only local mean times have, are left out. */
export function formatOffset(seconds: number): string {
  const minutes = Math.floor(Math.abs(seconds) / 60)
  const text = `${seconds < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60), 2)}`
  return minutes % 60 === 0 ? text : `${text}:${pad(minutes % 60, 2)}`
}

/** `1 year 2 months 3 days 04:05:06.789`; parts that are zero are left out. */
export function formatInterval(value: IntervalValue): string {
  const parts: string[] = []
  const years = Math.trunc(value.months / 12)
  const months = value.months - years * 12
  if (years !== 0) parts.push(`${years} year${Math.abs(years) === 1 ? '' : 's'}`)
  if (months !== 0) parts.push(`${months} month${Math.abs(months) === 1 ? '' : 's'}`)
  if (value.days !== 0) parts.push(`${value.days} day${Math.abs(value.days) === 1 ? '' : 's'}`)
  if (value.nanoseconds !== 0n || parts.length === 0) {
    const size = value.nanoseconds < 0n ? -value.nanoseconds : value.nanoseconds
    const clock = formatClock(Number(size / 1_000_000_000n), Number(size % 1_000_000_000n), 9)
    parts.push(value.nanoseconds < 0n ? `-${clock}` : clock)
  }
  return parts.join(' ')
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0')
}
