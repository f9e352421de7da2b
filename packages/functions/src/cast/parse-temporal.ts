/** Text as dates, times and timestamps, in the spellings that DuckDB reads and in ISO 8601. Undefined for other text. */

import { daysFromCivil } from '@artemis/arrow'
import type { TimeUnit } from '@artemis/arrow'
import { isValidDate } from '../kernel/calendar.js'
import type { Zone } from '../kernel/time-zone.js'
import { zoneOf } from '../kernel/time-zone.js'

const DATE = /^\s*(-?\d{1,9})([-/\\ ])(\d{1,2})\2(\d{1,2})(\s*\(BC\))?/
const CLOCK = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?/
const OFFSET = /^([+-])(\d{2})(?::?(\d{2})(?::?(\d{2}))?)?$/
const SECONDS_PER_DAY = 86_400

interface Prefix {
  readonly value: number
  /** Where the rest of the text begins. */
  readonly end: number
}

function parseDatePrefix(text: string): Prefix | undefined {
  if (/^\s*epoch\s*$/i.test(text)) return { value: 0, end: text.length }
  const match = DATE.exec(text)
  if (match === null) return undefined
  const written = Number(match[1])
  const year = match[5] === undefined ? written : 1 - written
  const month = Number(match[3])
  const day = Number(match[4])
  if (/^\d/.test(text.slice(match[0].length)) || !isValidDate(year, month, day)) return undefined
  const days = daysFromCivil(year, month, day)
  // The largest and the smallest int32 are kept free, as DuckDB keeps them for infinity.
  return Math.abs(days) >= 2147483647 ? undefined : { value: days, end: match[0].length }
}

/** Days since the epoch. A time of day after the date is read and dropped. */
export function parseDate(text: string): number | undefined {
  const prefix = parseDatePrefix(text)
  if (prefix === undefined) return undefined
  const rest = text.slice(prefix.end)
  if (/^\s*$/.test(rest)) return prefix.value
  return /^[T ]/.test(rest) && parseClock(rest.slice(1).trimStart()) !== undefined ? prefix.value : undefined
}

interface Clock {
  readonly seconds: number
  /** Nine digits: nanoseconds; what is finer is cut. */
  readonly nanoseconds: number
  /** What follows the clock: nothing, an offset or a zone. */
  readonly rest: string
}

function parseClock(text: string): Clock | undefined {
  const match = CLOCK.exec(text)
  if (match === null) return undefined
  const hour = Number(match[1])
  const minute = Number(match[2])
  const second = Number(match[3] ?? 0)
  const nanoseconds = Number((match[4] ?? '').slice(0, 9).padEnd(9, '0'))
  if (minute > 59 || second > 59 || hour > 24 || (hour === 24 && minute + second + nanoseconds > 0)) return undefined
  return { seconds: hour * 3600 + minute * 60 + second, nanoseconds, rest: text.slice(match[0].length) }
}

/** Microseconds since midnight. A date before it and an offset after it are read and dropped. */
export function parseTime(text: string): number | undefined {
  const prefix = parseDatePrefix(text)
  const clock = parseClock((prefix === undefined ? text : text.slice(prefix.end).replace(/^T/, '')).trimStart())
  if (clock === undefined || !/^\s*(Z|[+-]\d{2}(:?\d{2}){0,2})?\s*$/.test(clock.rest)) return undefined
  return clock.seconds * 1e6 + Math.floor(clock.nanoseconds / 1000)
}

const TICKS: Readonly<Record<TimeUnit, bigint>> = { s: 1n, ms: 1_000n, us: 1_000_000n, ns: 1_000_000_000n }

/**
 * A timestamp in ticks of a unit. Without a zone to read it in, an offset is dropped (DuckDB's way: the wall clock
 * counts), and only UTC is taken as a zone's name. With one, text without an offset is local time there.
 */
export function parseTimestamp(text: string, unit: TimeUnit, session: Zone | undefined): bigint | undefined {
  const prefix = parseDatePrefix(text)
  if (prefix === undefined) return undefined
  const rest = text.slice(prefix.end)
  let clock: Clock = { seconds: 0, nanoseconds: 0, rest: '' }
  if (!/^\s*$/.test(rest)) {
    if (!/^[T ]/.test(rest)) return undefined
    const parsed = parseClock(rest.slice(1).trimStart())
    if (parsed === undefined) return undefined
    clock = parsed
  }
  const local = prefix.value * SECONDS_PER_DAY + clock.seconds
  const offset = readOffset(clock.rest.trim(), local, session)
  if (offset === undefined) return undefined
  const ticks = TICKS[unit]
  const value = BigInt(local - offset) * ticks + (BigInt(clock.nanoseconds) * ticks) / 1_000_000_000n
  return BigInt.asIntN(64, value) === value ? value : undefined
}

/** Seconds to subtract from the local time; undefined when the suffix is no zone. */
function readOffset(suffix: string, local: number, session: Zone | undefined): number | undefined {
  if (suffix === '') return session === undefined ? 0 : session.offsetAtLocal(local)
  if (/^(z|utc)$/i.test(suffix)) return 0
  const match = OFFSET.exec(suffix)
  if (match !== null) {
    const seconds = Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0)
    return session === undefined ? 0 : match[1] === '-' ? -seconds : seconds
  }
  if (session === undefined || !/^[a-z][a-z0-9_+/-]*$/i.test(suffix)) return undefined
  try {
    return zoneOf(suffix).offsetAtLocal(local)
  } catch {
    return undefined
  }
}
