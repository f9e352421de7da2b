/**
 * The text of an interval, as Postgres, DuckDB and ISO 8601 write it: `1 year 2 months -3 days 04:05:06.7`, `1-2`
 * (years and months), `3 04:05` (days and time), `P1Y2M3DT4H5M6S`, `… ago`. Months, days and nanoseconds stay apart;
 * fractions go down a unit: half a month is 15 days, half a day 12 hours.
 */

import type { IntervalValue } from '@artemis/plan'
import type { IntervalUnit } from '../ast/index.js'

/** A fraction: `numerator / denominator`, the denominator a power of ten. */
interface Amount {
  readonly numerator: bigint
  readonly denominator: bigint
}

const DAY = 86_400_000_000_000n
const MONTHS: Partial<Record<IntervalUnit, bigint>> = { millennium: 12_000n, century: 1200n, decade: 120n, year: 12n, quarter: 3n, month: 1n }
const DAYS: Partial<Record<IntervalUnit, bigint>> = { week: 7n, day: 1n }
const NANOSECONDS: Partial<Record<IntervalUnit, bigint>> = {
  hour: 3_600_000_000_000n,
  minute: 60_000_000_000n,
  second: 1_000_000_000n,
  millisecond: 1_000_000n,
  microsecond: 1000n,
  nanosecond: 1n,
}

const UNIT_WORDS: ReadonlyMap<string, IntervalUnit> = new Map([
  ...words('millennium', 'millennium', 'millennia', 'millenniums', 'mil', 'mils'),
  ...words('century', 'century', 'centuries', 'cent', 'c'),
  ...words('decade', 'decade', 'decades', 'dec', 'decs'),
  ...words('year', 'year', 'years', 'yr', 'yrs', 'y'),
  ...words('quarter', 'quarter', 'quarters', 'q'),
  ...words('month', 'month', 'months', 'mon', 'mons'),
  ...words('week', 'week', 'weeks', 'w'),
  ...words('day', 'day', 'days', 'd'),
  ...words('hour', 'hour', 'hours', 'hr', 'hrs', 'h'),
  ...words('minute', 'minute', 'minutes', 'min', 'mins', 'm'),
  ...words('second', 'second', 'seconds', 'sec', 'secs', 's'),
  ...words('millisecond', 'millisecond', 'milliseconds', 'msec', 'msecs', 'ms'),
  ...words('microsecond', 'microsecond', 'microseconds', 'usec', 'usecs', 'us'),
  ...words('nanosecond', 'nanosecond', 'nanoseconds', 'nsec', 'nsecs', 'ns'),
])

function words(unit: IntervalUnit, ...names: string[]): [string, IntervalUnit][] {
  return names.map((name) => [name, unit])
}

/** Adds parts up; each field is checked against its range at the end. */
class Sum {
  #months = 0n
  #days = 0n
  #nanoseconds = 0n

  add({ numerator, denominator }: Amount, unit: IntervalUnit): void {
    const months = MONTHS[unit]
    if (months !== undefined) {
      const total = numerator * months
      this.#months += total / denominator
      this.add({ numerator: (total % denominator) * 30n, denominator }, 'day')
      return
    }
    const days = DAYS[unit]
    if (days !== undefined) {
      const total = numerator * days
      this.#days += total / denominator
      this.#nanoseconds += ((total % denominator) * DAY) / denominator
      return
    }
    this.#nanoseconds += (numerator * (NANOSECONDS[unit] ?? 0n)) / denominator
  }

  /** Undefined when a field does not fit its type. */
  finish(sign: bigint): IntervalValue | undefined {
    const months = sign * this.#months
    const days = sign * this.#days
    const nanoseconds = sign * this.#nanoseconds
    if (!fits(months, 31n) || !fits(days, 31n) || !fits(nanoseconds, 63n)) return undefined
    return { months: Number(months), days: Number(days), nanoseconds }
  }
}

function fits(value: bigint, bits: bigint): boolean {
  return value >= -(1n << bits) && value < 1n << bits
}

function amount(text: string): Amount | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text)
  if (match === null || (match[2] === '' && (match[3] ?? '') === '') || text.length > 60) return undefined
  const fraction = match[3] ?? ''
  const numerator = BigInt(`${match[2]}${fraction}`)
  return { numerator: match[1] === '-' ? -numerator : numerator, denominator: 10n ** BigInt(fraction.length) }
}

/** One amount with its unit: `INTERVAL '1.5' DAY`, `INTERVAL 3 HOURS`. Undefined when the text is no number or too large. */
export function intervalOfUnit(text: string, unit: IntervalUnit): IntervalValue | undefined {
  const parsed = amount(text.trim())
  if (parsed === undefined) return undefined
  const sum = new Sum()
  sum.add(parsed, unit)
  return sum.finish(1n)
}

/** `INTERVAL '1-2' YEAR TO MONTH`, `INTERVAL '1 02:03' DAY TO MINUTE`: the text's own form says the fields. */
export function intervalOfRange(text: string, from: IntervalUnit, to: IntervalUnit): IntervalValue | undefined {
  // `'02:03' MINUTE TO SECOND` are minutes and seconds, where the plain text would be hours and minutes.
  if (from === 'minute' && to === 'second') {
    const match = /^\s*([+-]?)(\d+):(\d+(?:\.\d*)?)\s*$/.exec(text)
    if (match !== null) return parseIntervalText(`${match[1]}0:${match[2]}:${match[3]}`)
  }
  return parseIntervalText(text)
}

/** The interval that a text means, or undefined when it means none or does not fit. */
export function parseIntervalText(text: string): IntervalValue | undefined {
  const trimmed = text.trim()
  const sum = new Sum()
  if (/^[+-]?P/i.test(trimmed)) return parseIso(trimmed, sum)
  let tokens: readonly string[] = trimmed.toLowerCase().match(/[+-]?\d+:[\d:.]+|[+-]?\d+-\d+(?![\d.])|[+-]?(?:\d+\.?\d*|\.\d+)|[a-z]+|\S/g) ?? []
  if (tokens[0] === '@') tokens = tokens.slice(1)
  const ago = tokens.at(-1) === 'ago'
  if (ago) tokens = tokens.slice(0, -1)
  if (tokens.length === 0) return undefined
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!
    if (token.includes(':')) {
      if (!addClock(token, sum)) return undefined
      continue
    }
    const yearMonth = /^([+-]?)(\d+)-(\d+)$/.exec(token)
    if (yearMonth !== null) {
      sum.add(amount(yearMonth[1]! + yearMonth[2]!)!, 'year')
      sum.add(amount(yearMonth[1]! + yearMonth[3]!)!, 'month')
      continue
    }
    const parsed = amount(token)
    if (parsed === undefined) return undefined
    const next = tokens[i + 1]
    // `3 04:05` are days before a time; a bare number is seconds, as in Postgres.
    const unit = next === undefined ? 'second' : next.includes(':') ? 'day' : UNIT_WORDS.get(next)
    if (unit === undefined) return undefined
    if (next !== undefined && !next.includes(':')) i++
    sum.add(parsed, unit)
  }
  return sum.finish(ago ? -1n : 1n)
}

function addClock(token: string, sum: Sum): boolean {
  const match = /^([+-]?)(\d+):(\d{1,2})(?::(\d{1,2}(?:\.\d*)?))?$/.exec(token)
  if (match === null || Number(match[3]) > 59 || Number(match[4] ?? 0) >= 60) return false
  const parts: [string, IntervalUnit][] = [
    [match[2]!, 'hour'],
    [match[3]!, 'minute'],
    [match[4] ?? '0', 'second'],
  ]
  for (const [digits, unit] of parts) {
    const parsed = amount(match[1]! + digits)
    if (parsed === undefined) return false
    sum.add(parsed, unit)
  }
  return true
}

const ISO_DATE_UNITS: Readonly<Record<string, IntervalUnit>> = { Y: 'year', M: 'month', W: 'week', D: 'day' }
const ISO_TIME_UNITS: Readonly<Record<string, IntervalUnit>> = { H: 'hour', M: 'minute', S: 'second' }

function parseIso(text: string, sum: Sum): IntervalValue | undefined {
  const match = /^([+-]?)P((?:[+-]?[\d.]+[YMWD])*)(?:T((?:[+-]?[\d.]+[HMS])+))?$/i.exec(text)
  if (match === null || (match[2] === '' && match[3] === undefined)) return undefined
  for (const [part, units] of [
    [match[2]!, ISO_DATE_UNITS],
    [match[3] ?? '', ISO_TIME_UNITS],
  ] as const) {
    for (const [, digits, letter] of part.toUpperCase().matchAll(/([+-]?[\d.]+)([A-Z])/g)) {
      const parsed = amount(digits!)
      const unit = units[letter!]
      if (parsed === undefined || unit === undefined) return undefined
      sum.add(parsed, unit)
    }
  }
  return sum.finish(match[1] === '-' ? -1n : 1n)
}
