/**
 * The proleptic Gregorian calendar over days since 1970-01-01, as in SQL: year 0 is 1 BC. Algorithms after Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms".
 */

import { daysFromCivil } from '@artemis/arrow'

export const MICROSECONDS_PER_DAY = 86_400_000_000
export const MICROSECONDS_PER_HOUR = 3_600_000_000
export const MICROSECONDS_PER_MINUTE = 60_000_000
export const MICROSECONDS_PER_SECOND = 1_000_000
const TWO_32 = 4294967296
const EXACT = 9007199254740992

/** A date taken apart; reused from row to row, so that a loop makes no objects. */
export class CivilDate {
  year = 1970
  /** 1 to 12. */
  month = 1
  /** 1 to 31. */
  day = 1

  setDays(days: number): this {
    const shifted = days + 719_468
    const era = Math.floor(shifted / 146_097)
    const dayOfEra = shifted - era * 146_097
    const yearOfEra = ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36_524) | 0) - ((dayOfEra / 146_096) | 0)) / 365) | 0
    const dayOfYear = dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - ((yearOfEra / 100) | 0))
    const shiftedMonth = ((5 * dayOfYear + 2) / 153) | 0
    this.day = dayOfYear - (((153 * shiftedMonth + 2) / 5) | 0) + 1
    this.month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    this.year = yearOfEra + era * 400 + (this.month <= 2 ? 1 : 0)
    return this
  }
}

export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : MONTH_DAYS[month - 1]!
}

export function isValidDate(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
}

const scratch = new CivilDate()

/** The same day `months` later; the 31st becomes the last day of a shorter month. */
export function addMonths(days: number, months: number): number {
  if (months === 0) return days
  const { year, month, day } = scratch.setDays(days)
  const total = year * 12 + (month - 1) + months
  const newYear = Math.floor(total / 12)
  const newMonth = total - newYear * 12 + 1
  return daysFromCivil(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth)))
}

/** 1 for Monday to 7 for Sunday. */
export function isoDayOfWeek(days: number): number {
  const sinceMonday = (days + 3) % 7
  return (sinceMonday < 0 ? sinceMonday + 7 : sinceMonday) + 1
}

/** From 1. */
export function dayOfYear(days: number): number {
  return days - daysFromCivil(scratch.setDays(days).year, 1, 1) + 1
}

/** The year that the ISO 8601 week of a day belongs to: that of its Thursday. */
export function isoYear(days: number): number {
  return scratch.setDays(days - isoDayOfWeek(days) + 4).year
}

/** The ISO 8601 week, 1 to 53. */
export function isoWeek(days: number): number {
  const thursday = days - isoDayOfWeek(days) + 4
  return Math.floor((thursday - daysFromCivil(scratch.setDays(thursday).year, 1, 1)) / 7) + 1
}

/** Microseconds since the epoch taken apart; reused from row to row. */
export class SplitTimestamp {
  days = 0
  /** Microseconds since midnight, never negative. */
  microseconds = 0

  /** From the (low, high) words of an int64. */
  setWords(low: number, high: number): this {
    const value = high * TWO_32 + (low >>> 0)
    if (value < EXACT && value > -EXACT) return this.set(value)
    const whole = (BigInt(high) << 32n) | BigInt(low >>> 0)
    const days = whole / 86_400_000_000n
    const rest = Number(whole - days * 86_400_000_000n)
    this.days = Number(days) - (rest < 0 ? 1 : 0)
    this.microseconds = rest < 0 ? rest + MICROSECONDS_PER_DAY : rest
    return this
  }

  /** From a whole number of microseconds that is exact in a double. */
  set(value: number): this {
    this.days = Math.floor(value / MICROSECONDS_PER_DAY)
    this.microseconds = value - this.days * MICROSECONDS_PER_DAY
    return this
  }
}

/** The largest day whose microseconds fit an int64. */
const MAX_EXACT_DAY = 104_249

/**
 * Writes `days * 86400e6 + microseconds` as an int64 pair; false when it does not fit. `microseconds` may be any integer
 * below 2^53.
 */
export function writeTimestamp(words: Int32Array, k: number, days: number, microseconds: number): boolean {
  if (days < MAX_EXACT_DAY && days > -MAX_EXACT_DAY) {
    const value = days * MICROSECONDS_PER_DAY + microseconds
    if (value < EXACT && value > -EXACT) {
      words[k] = value
      words[k + 1] = Math.floor(value / TWO_32)
      return true
    }
  }
  const value = BigInt(days) * 86_400_000_000n + BigInt(microseconds)
  words[k] = Number(BigInt.asIntN(32, value))
  words[k + 1] = Number(BigInt.asIntN(32, value >> 32n))
  return BigInt.asIntN(64, value) === value
}
