/**
 * The spellings of interval literals as one text that a cast to INTERVAL reads: amounts with their units and a clock.
 * What the cast reads itself (`1 day 02:00`, `P1Y2M`) passes through.
 */

import type { IntervalUnit } from '../ast/index.js'

/** `INTERVAL '5' DAY`, `INTERVAL 1.5 HOURS`: an amount with its unit, unless the text says its units itself. */
export function intervalText(text: string, unit: IntervalUnit | undefined): string {
  const trimmed = text.trim()
  if (unit !== undefined && /^[+-]?(\d+\.?\d*|\.\d+)$/.test(trimmed)) return `${trimmed} ${unit}`
  return standardForm(trimmed)
}

/** `INTERVAL '1-2' YEAR TO MONTH`, `INTERVAL '1 02:03' DAY TO MINUTE`: the text's own form says the fields. */
export function intervalRangeText(text: string, from: IntervalUnit, to: IntervalUnit): string {
  const trimmed = text.trim()
  // `'02:03' MINUTE TO SECOND` are minutes and seconds, where the plain text would be hours and minutes.
  const minutes = from === 'minute' && to === 'second' ? /^([+-]?)(\d+:\d+(?:\.\d*)?)$/.exec(trimmed) : null
  return minutes === null ? standardForm(trimmed) : `${minutes[1]}0:${minutes[2]}`
}

/** The forms of the standard: `1-2` (years and months), `3 04:05` (days and a time). */
function standardForm(text: string): string {
  const yearMonth = /^([+-]?)(\d+)-(\d+)$/.exec(text)
  if (yearMonth !== null) return `${yearMonth[1]}${yearMonth[2]} years ${yearMonth[1]}${yearMonth[3]} months`
  const dayTime = /^([+-]?\d+)\s+([+-]?\d+:[\d:.]+)$/.exec(text)
  return dayTime === null ? text : `${dayTime[1]} days ${dayTime[2]}`
}
