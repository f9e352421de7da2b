import { ConfigError } from '@artemis/errors'

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 }

/**
 * When a token ends, in milliseconds since the epoch, or undefined for `never`. A text is a duration from now (`90m`,
 * `12h`, `30d`, `8w`), a day (`2027-01-01`: its first moment in UTC) or an instant (`2027-01-01T12:00:00Z`).
 * Throws a ConfigError INVALID_EXPIRY, also for a time that is over.
 */
export function parseExpiry(text: string, nowMs: number): number | undefined {
  if (text === 'never') return undefined
  const at = instantOf(text, nowMs)
  if (at === undefined) {
    throw new ConfigError({ code: 'INVALID_EXPIRY', message: `"${text}" is no expiry`, hint: 'Write 90m, 12h, 30d, 8w, 2027-01-01, 2027-01-01T12:00:00Z or never.' })
  }
  if (at <= nowMs) throw new ConfigError({ code: 'INVALID_EXPIRY', message: `the expiry ${text} is in the past` })
  return at
}

function instantOf(text: string, nowMs: number): number | undefined {
  const duration = /^(\d{1,6})([mhdw])$/.exec(text)
  if (duration !== null) return nowMs + Number(duration[1]) * (UNIT_MS[duration[2] ?? ''] ?? NaN)
  const match = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.exec(text)
  if (match === null) return undefined
  const at = Date.parse(text)
  // Date.parse takes February 30th for March: the day must read back as it was written.
  if (Number.isNaN(at) || new Date(`${match[1]}T00:00:00Z`).toISOString().slice(0, 10) !== match[1]) return undefined
  return at
}
