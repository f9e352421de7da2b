/** Calendar arithmetic of the time transforms: proleptic Gregorian, floor division before 1970 (spec, "Partition Transforms"). */

export interface CivilDate {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  /** 1 to 31. */
  readonly day: number
}

/** Months since 1970-01 of a day since 1970-01-01. The algorithm is the "days to civil" one of H. Hinnant. */
export function monthsOfDay(day: number): number {
  const shifted = day + 719_468 // days since 0000-03-01, so that leap days come last in a year
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153) // 0 is March
  return (era * 400 + yearOfEra - 1970) * 12 + shiftedMonth + 2
}

export function yearsOfDay(day: number): number {
  return Math.floor(monthsOfDay(day) / 12)
}

/** Days since 1970-01-01 of the first day of a month since 1970-01. */
export function firstDayOfMonth(months: number): number {
  const fromMarch = months + 1970 * 12 - 2 // months since 0000-03
  const year = Math.floor(fromMarch / 12)
  const month = fromMarch - year * 12
  const era = Math.floor(year / 400)
  const yearOfEra = year - era * 400
  const dayOfYear = Math.floor((153 * month + 2) / 5)
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

export function civilDate(day: number): CivilDate {
  const months = monthsOfDay(day)
  const year = Math.floor(months / 12)
  return { year: year + 1970, month: months - year * 12 + 1, day: day - firstDayOfMonth(months) + 1 }
}

/** `2024-03-15`. Years past 9999 or before 0 take a sign, as ISO 8601 wants. */
export function dateText(day: number): string {
  const { year, month, day: dayOfMonth } = civilDate(day)
  return `${yearText(year)}-${pad(month, 2)}-${pad(dayOfMonth, 2)}`
}

export function yearText(year: number): string {
  if (year >= 0 && year <= 9999) return pad(year, 4)
  return `${year < 0 ? '-' : '+'}${pad(Math.abs(year), 4)}`
}

export function pad(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

/** Floor of a division of bigints, for a positive divisor. */
export function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return quotient * divisor > value ? quotient - 1n : quotient
}
