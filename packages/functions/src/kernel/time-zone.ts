/**
 * IANA time zones through Intl, which every Node has. Intl is slow (microseconds a call), so a zone keeps the spans of
 * constant offset that it has found: consecutive rows nearly always fall into the same span.
 */

import { daysFromCivil } from '@artemis/arrow'
import { BindError } from '@artemis/errors'
import { CivilDate } from './calendar.js'

const SECONDS_PER_DAY = 86_400
const MAX_SECONDS = 8_640_000_000_000
/** Zones changed their offset twice within a month (Ramadan in Morocco), never twice within a week. */
const SAMPLE_STEP = 7 * SECONDS_PER_DAY

export interface Zone {
  readonly name: string
  /** Whether every offset is zero: callers skip the conversion. */
  readonly isUtc: boolean
  /** Seconds that local time is ahead of UTC at an instant, given in whole seconds since the epoch. */
  offsetAt(instantSeconds: number): number
  /**
   * The offset for a local time. A time that a clock change skips reads as with the offset before the change, one that it
   * repeats as the later of the two, as in DuckDB and ICU.
   */
  offsetAtLocal(localSeconds: number): number
}

const zones = new Map<string, Zone>()
/** Names come from data too (`timezone(column, ts)`), so the cache is bounded. */
const MAX_ZONES = 1000

/** The zone of an IANA name (case does not matter), `UTC`, or an offset such as `+05:30`. */
export function zoneOf(name: string): Zone {
  const known = zones.get(name)
  if (known !== undefined) return known
  const made = makeZone(name)
  if (zones.size >= MAX_ZONES) zones.clear()
  zones.set(name, made)
  return made
}

function makeZone(name: string): Zone {
  if (/^(utc|gmt|z|etc\/utc|etc\/gmt|zulu)$/i.test(name)) return new FixedZone('UTC', 0)
  const offset = /^([+-])(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?$/.exec(name)
  if (offset !== null) {
    const seconds = Number(offset[2]) * 3600 + Number(offset[3] ?? 0) * 60 + Number(offset[4] ?? 0)
    return new FixedZone(name, offset[1] === '-' ? -seconds : seconds)
  }
  try {
    return new RuleZone(new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' }))
  } catch (error) {
    throw new BindError({
      code: 'UNKNOWN_TIME_ZONE',
      message: `unknown time zone "${name}"`,
      hint: 'Use a name of the IANA database, such as Europe/Berlin.',
      cause: error,
    })
  }
}

class FixedZone implements Zone {
  readonly name: string
  readonly isUtc: boolean
  readonly #offset: number

  constructor(name: string, offset: number) {
    this.name = name
    this.isUtc = offset === 0
    this.#offset = offset
  }

  offsetAt(): number {
    return this.#offset
  }

  offsetAtLocal(): number {
    return this.#offset
  }
}

class RuleZone implements Zone {
  readonly name: string
  readonly isUtc = false
  readonly #format: Intl.DateTimeFormat
  /** For each year, pairs of the second from which an offset holds, and the offset. */
  readonly #years = new Map<number, readonly number[]>()
  readonly #date = new CivilDate()
  #from = 0
  #to = 0
  #offset = 0

  constructor(format: Intl.DateTimeFormat) {
    this.name = format.resolvedOptions().timeZone
    this.#format = format
  }

  offsetAt(instantSeconds: number): number {
    if (instantSeconds >= this.#from && instantSeconds < this.#to) return this.#offset
    const second = Math.max(-MAX_SECONDS + SECONDS_PER_DAY, Math.min(MAX_SECONDS - SECONDS_PER_DAY, instantSeconds))
    const year = this.#date.setDays(Math.floor(second / SECONDS_PER_DAY)).year
    const spans = this.#spansOf(year)
    let i = spans.length - 2
    while (i > 0 && spans[i]! > second) i -= 2
    this.#from = spans[i]!
    this.#to = spans[i + 2] ?? daysFromCivil(year + 1, 1, 1) * SECONDS_PER_DAY
    this.#offset = spans[i + 1]!
    return this.#offset
  }

  offsetAtLocal(localSeconds: number): number {
    const before = this.offsetAt(localSeconds - SECONDS_PER_DAY)
    const after = this.offsetAt(localSeconds + SECONDS_PER_DAY)
    if (before === after) return before
    return this.offsetAt(localSeconds - after) === after ? after : before
  }

  #spansOf(year: number): readonly number[] {
    const known = this.#years.get(year)
    if (known !== undefined) return known
    const start = daysFromCivil(year, 1, 1) * SECONDS_PER_DAY
    const end = daysFromCivil(year + 1, 1, 1) * SECONDS_PER_DAY
    let offset = this.#ask(start)
    const spans = [start, offset]
    for (let from = start; from < end; from += SAMPLE_STEP) {
      const to = Math.min(from + SAMPLE_STEP, end)
      const next = this.#ask(to)
      if (next !== offset) spans.push(this.#changeBetween(from, to, offset), next)
      offset = next
    }
    this.#years.set(year, spans)
    return spans
  }

  /** The first second with another offset than at `low`. */
  #changeBetween(low: number, high: number, offset: number): number {
    let same = low
    let other = high
    while (other - same > 1) {
      const middle = Math.floor((same + other) / 2)
      if (this.#ask(middle) === offset) same = middle
      else other = middle
    }
    return other
  }

  #ask(second: number): number {
    const clamped = Math.max(-MAX_SECONDS, Math.min(MAX_SECONDS, second))
    const text = this.#format.formatToParts(clamped * 1000).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
    const match = /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(text)
    if (match?.[1] === undefined) return 0
    const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0)
    return match[1] === '-' ? -seconds : seconds
  }
}
