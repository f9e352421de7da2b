/**
 * The calendar of the years 1900 to 2099 by day, in one array that stays in the cache: taking a date apart becomes one load.
 * An entry holds the year, the month, the day of the month and the day of the year; other days are computed.
 */

import { daysFromCivil } from '@artemis/arrow'
import { CivilDate, dayOfYear } from '../kernel/calendar.js'

export const FIRST_TABLE_DAY = daysFromCivil(1900, 1, 1)
export const TABLE_DAYS = daysFromCivil(2100, 1, 1) - FIRST_TABLE_DAY

const date = new CivilDate()

function packDay(days: number): number {
  const { year, month, day } = date.setDays(days)
  return (year << 18) | (month << 14) | (day << 9) | dayOfYear(days)
}

let table: Int32Array | undefined

/** Entry i is day `FIRST_TABLE_DAY + i`; made at the first use. */
export function dayTable(): Int32Array {
  table ??= Int32Array.from({ length: TABLE_DAYS }, (_, i) => packDay(FIRST_TABLE_DAY + i))
  return table
}

export function yearsOf(days: Int32Array): Int32Array {
  const out = new Int32Array(days.length)
  const packed = dayTable()
  for (let i = 0; i < out.length; i++) {
    const k = days[i]! - FIRST_TABLE_DAY
    out[i] = k >= 0 && k < TABLE_DAYS ? packed[k]! >> 18 : date.setDays(days[i]!).year
  }
  return out
}

export function monthsOf(days: Int32Array): Int32Array {
  const out = new Int32Array(days.length)
  const packed = dayTable()
  for (let i = 0; i < out.length; i++) {
    const k = days[i]! - FIRST_TABLE_DAY
    out[i] = k >= 0 && k < TABLE_DAYS ? (packed[k]! >> 14) & 15 : date.setDays(days[i]!).month
  }
  return out
}

export function daysOfMonth(days: Int32Array): Int32Array {
  const out = new Int32Array(days.length)
  const packed = dayTable()
  for (let i = 0; i < out.length; i++) {
    const k = days[i]! - FIRST_TABLE_DAY
    out[i] = k >= 0 && k < TABLE_DAYS ? (packed[k]! >> 9) & 31 : date.setDays(days[i]!).day
  }
  return out
}

/** The first day of the month that a day lies in. */
export function startOfMonth(days: number): number {
  const k = days - FIRST_TABLE_DAY
  if (k >= 0 && k < TABLE_DAYS) return days - ((dayTable()[k]! >> 9) & 31) + 1
  return days - date.setDays(days).day + 1
}

/** The first day of the year that a day lies in. */
export function startOfYear(days: number): number {
  const k = days - FIRST_TABLE_DAY
  if (k >= 0 && k < TABLE_DAYS) return days - (dayTable()[k]! & 511) + 1
  return days - dayOfYear(days) + 1
}
