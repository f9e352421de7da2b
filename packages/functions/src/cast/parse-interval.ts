/** Text as intervals: `1 year 2 months`, `1.5 days`, `1d2h`, `02:00:00`, `3 days ago`, and ISO 8601's `P1Y2M`. */

import type { IntervalValue } from '@artemis/arrow'

const MONTH_UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(millenniums?|millennia|mils?)$/, 12_000],
  [/^(century|centuries|cent|c)$/, 1200],
  [/^(decades?|decs?)$/, 120],
  [/^(years?|yrs?|y)$/, 12],
  [/^quarters?$/, 3],
  [/^(months?|mons?)$/, 1],
]
const DAY_UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(weeks?|w)$/, 7],
  [/^(days?|d|dayofmonth)$/, 1],
]
const NANOSECOND_UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(hours?|hrs?|hr|h)$/, 3_600_000_000_000],
  [/^(minutes?|mins?|m)$/, 60_000_000_000],
  [/^(seconds?|secs?|s)$/, 1_000_000_000],
  [/^(milliseconds?|msecs?|ms|msec)$/, 1_000_000],
  [/^(microseconds?|usecs?|us|usec)$/, 1_000],
  [/^(nanoseconds?|nsecs?|ns)$/, 1],
]

/** The factor of a unit's name within one of the three fields of an interval. */
function factorOf(units: readonly (readonly [RegExp, number])[], name: string): number | undefined {
  return units.find(([pattern]) => pattern.test(name))?.[1]
}

class IntervalSum {
  months = 0
  days = 0
  nanoseconds = 0n

  /** Adds `amount` of a unit: what is left of months goes to days of 30 to the month, what is left of days to the time. */
  add(amount: string, unit: string): boolean {
    const value = Number(amount)
    const months = factorOf(MONTH_UNITS, unit)
    if (months !== undefined) {
      const total = value * months
      this.months += Math.trunc(total)
      // Of years and longer units only whole months count; a fraction of a month or quarter is days.
      if (months <= 3) this.days += Math.trunc(roundToMicro((total - Math.trunc(total)) * 30))
      return true
    }
    const days = factorOf(DAY_UNITS, unit)
    if (days !== undefined) {
      const total = value * days
      this.days += Math.trunc(total)
      this.nanoseconds += BigInt(Math.round((total - Math.trunc(total)) * 86_400_000_000)) * 1000n
      return true
    }
    const nanoseconds = factorOf(NANOSECOND_UNITS, unit)
    if (nanoseconds === undefined) return false
    this.nanoseconds += multiplyDecimal(amount, nanoseconds)
    return true
  }

  value(sign: 1 | -1): IntervalValue | undefined {
    const fits = Math.abs(this.months) <= 2147483647 && Math.abs(this.days) <= 2147483647
    if (!fits || BigInt.asIntN(64, this.nanoseconds) !== this.nanoseconds) return undefined
    return { months: this.months * sign, days: this.days * sign, nanoseconds: this.nanoseconds * BigInt(sign) }
  }
}

function roundToMicro(value: number): number {
  return Math.round(value * 1e6) / 1e6
}

/** `amount * factor` without losing a digit, cut towards zero. */
function multiplyDecimal(amount: string, factor: number): bigint {
  const [whole = '0', fraction = ''] = amount.replace(/^[+-]/, '').split('.')
  const scaled = (BigInt(whole + fraction) * BigInt(factor)) / 10n ** BigInt(fraction.length)
  return amount.startsWith('-') ? -scaled : scaled
}

const CLOCK = /^([+-]?)(\d+):(\d{1,2})(?::(\d{1,2})(?:\.(\d+))?)?(?=\s|$)/
const AMOUNT = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))\s*/
const UNIT = /^([a-z]+)\s*/

export function parseInterval(text: string): IntervalValue | undefined {
  let rest = text.trim().toLowerCase()
  const iso = parseIso(rest)
  if (iso !== undefined) return iso
  if (rest.startsWith('@')) rest = rest.slice(1).trimStart()
  if (rest === '') return undefined
  const sum = new IntervalSum()
  while (rest !== '') {
    if (/^ago$/.test(rest)) return sum.value(-1)
    const clock = CLOCK.exec(rest)
    if (clock !== null) {
      if (!addClock(sum, clock)) return undefined
      rest = rest.slice(clock[0].length).trimStart()
      continue
    }
    const amount = AMOUNT.exec(rest)
    if (amount === null) return undefined
    const after = rest.slice(amount[0].length)
    const unit = UNIT.exec(after)
    // A bare number counts seconds, but only when it stands alone.
    if (unit === null)
      return rest === amount[0] && rest === text.trim().toLowerCase() && sum.add(amount[1]!, 'second') ? sum.value(1) : undefined
    if (!sum.add(amount[1]!, unit[1]!)) return undefined
    rest = after.slice(unit[0].length)
  }
  return sum.value(1)
}

function addClock(sum: IntervalSum, clock: RegExpExecArray): boolean {
  const minutes = Number(clock[3])
  const seconds = Number(clock[4] ?? 0)
  if (minutes > 59 || seconds > 59) return false
  const fraction = BigInt((clock[5] ?? '').slice(0, 9).padEnd(9, '0'))
  const total = BigInt(clock[2]!) * 3_600_000_000_000n + BigInt(minutes * 60 + seconds) * 1_000_000_000n + fraction
  sum.nanoseconds += clock[1] === '-' ? -total : total
  return true
}

const ISO = /^p(?:(-?[\d.]+)y)?(?:(-?[\d.]+)m)?(?:(-?[\d.]+)w)?(?:(-?[\d.]+)d)?(?:t(?:(-?[\d.]+)h)?(?:(-?[\d.]+)m)?(?:(-?[\d.]+)s)?)?$/
const ISO_UNITS = ['year', 'month', 'week', 'day', 'hour', 'minute', 'second']

function parseIso(text: string): IntervalValue | undefined {
  const match = ISO.exec(text)
  if (match === null) return undefined
  const sum = new IntervalSum()
  let parts = 0
  ISO_UNITS.forEach((unit, i) => {
    const amount = match[i + 1]
    if (amount !== undefined && /^-?\d+(\.\d+)?$/.test(amount)) {
      sum.add(amount, unit)
      parts++
    }
  })
  return parts === 0 ? undefined : sum.value(1)
}
