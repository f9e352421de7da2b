/** strftime: moments as text in a format. Formats without a time of day are computed once for each day. */

import type { DataType } from '@artemis/arrow'
import { dictionaryVector, utf8 } from '@artemis/arrow'
import { unreachable } from '@artemis/errors'
import { overload, scalarFunction } from '../definition/scalar.js'
import { CivilDate, dayOfYear, isoDayOfWeek, isoWeek, isoYear } from '../kernel/calendar.js'
import type { Kernel, KernelInput } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import { textResult, textVector } from '../kernel/results.js'
import { TextColumn } from '../kernel/text-columns.js'
import type { Zone } from '../kernel/time-zone.js'
import { zoneOf } from '../kernel/time-zone.js'
import type { Moments } from './moments.js'
import { isInstant, MOMENT_TYPES, momentsOf, splitMoments } from './moments.js'
import type { FormatCode, FormatToken } from './moment-format.js'
import { hasField, momentFormat } from './moment-format.js'
import { DAY_NAMES, MONTH_NAMES } from './names.js'

const CLOCK_CODES = 'HIpMSgfnzZ'

/** Writes moments; holds the name of the zone for `%Z`. */
class MomentWriter {
  readonly #date = new CivilDate()
  #days = 0
  readonly #zoneName: string

  constructor(zoneName: string) {
    this.#zoneName = zoneName
  }

  write(tokens: readonly FormatToken[], days: number, microseconds: number, offset: number): string {
    let text = ''
    if (days !== this.#days) this.#date.setDays(days)
    this.#days = days
    for (const token of tokens)
      text += token.kind === 'text' ? token.text : this.#field(token.code, token.padded, days, microseconds, offset)
    return text
  }

  #field(code: FormatCode, padded: boolean, days: number, time: number, offset: number): string {
    const pad = padded ? padNumber : String
    const seconds = Math.floor(time / 1e6)
    switch (code) {
      case 'a':
        return DAY_NAMES[isoDayOfWeek(days) - 1]!.slice(0, 3)
      case 'A':
        return DAY_NAMES[isoDayOfWeek(days) - 1]!
      case 'w':
        return String(isoDayOfWeek(days) % 7)
      case 'u':
        return String(isoDayOfWeek(days))
      case 'd':
        return pad(this.#date.day, 2)
      case 'b':
        return MONTH_NAMES[this.#date.month - 1]!.slice(0, 3)
      case 'B':
        return MONTH_NAMES[this.#date.month - 1]!
      case 'm':
        return pad(this.#date.month, 2)
      case 'y':
        return pad(Math.abs(this.#date.year % 100), 2)
      case 'Y':
        return yearText(this.#date.year)
      case 'G':
        return yearText(isoYear(days))
      case 'H':
        return pad(Math.floor(seconds / 3600), 2)
      case 'I':
        return pad(((Math.floor(seconds / 3600) + 11) % 12) + 1, 2)
      case 'p':
        return seconds < 43_200 ? 'AM' : 'PM'
      case 'M':
        return pad(Math.floor(seconds / 60) % 60, 2)
      case 'S':
        return pad(seconds % 60, 2)
      case 'g':
        return pad(Math.floor((time % 1e6) / 1000), 3)
      case 'f':
        return pad(time % 1e6, 6)
      case 'n':
        return `${pad(time % 1e6, 6)}000`
      case 'z':
        return offsetText(offset)
      case 'Z':
        return this.#zoneName
      case 'j':
        return pad(dayOfYear(days), 3)
      case 'U':
        return pad(Math.floor((dayOfYear(days) + 6 - (isoDayOfWeek(days) % 7)) / 7), 2)
      case 'W':
        return pad(Math.floor((dayOfYear(days) + 7 - isoDayOfWeek(days)) / 7), 2)
      case 'V':
        return pad(isoWeek(days), 2)
      default:
        return unreachable(code, 'format specifier')
    }
  }
}

const TWO_DIGITS = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'))

function padNumber(value: number, digits: number): string {
  return digits === 2 ? TWO_DIGITS[value]! : String(value).padStart(digits, '0')
}

function yearText(year: number): string {
  return year >= 0 && year < 1000 ? String(year).padStart(4, '0') : String(year)
}

/** `+00`, `-04`, `+05:30`. */
function offsetText(offset: number): string {
  const minutes = Math.floor(Math.abs(offset) / 60)
  const hours = `${offset < 0 ? '-' : '+'}${String(Math.floor(minutes / 60)).padStart(2, '0')}`
  return minutes % 60 === 0 ? hours : `${hours}:${String(minutes % 60).padStart(2, '0')}`
}

function formatKernel(type: DataType, place: 0 | 1): Kernel {
  return (input) => {
    const formats = new TextColumn(argument(input, 1 - place))
    const zone = isInstant(type) ? zoneOf(input.context.timeZone) : undefined
    const moments = momentsOf(input, place)
    const writer = new MomentWriter(zone === undefined ? '' : input.context.timeZone)
    if (formats.constant !== null) {
      const tokens = momentFormat(formats.constant)
      if (!hasField(tokens, CLOCK_CODES)) return formatDays(input, moments.days, tokens, writer)
    }
    const offsetOf = offsets(input, place, moments, zone)
    return textResult(input, (row) =>
      writer.write(momentFormat(formats.at(row)), moments.days[row]!, moments.microseconds[row]!, offsetOf(row)),
    )
  }
}

/** The seconds that a row's wall-clock time is ahead of UTC. */
function offsets(input: KernelInput, place: 0 | 1, local: Moments, zone: Zone | undefined): (row: number) => number {
  if (zone === undefined || zone.isUtc) return () => 0
  const utc = splitMoments(argument(input, place), input.rowCount, undefined)
  return (row) => (local.days[row]! - utc.days[row]!) * 86_400 + Math.floor((local.microseconds[row]! - utc.microseconds[row]!) / 1e6)
}

/** A dictionary of the texts of all days that occur. */
function formatDays(input: KernelInput, days: Int32Array, tokens: readonly FormatToken[], writer: MomentWriter): ReturnType<Kernel> {
  const codeOfDay = new Map<number, number>()
  const codeOfText = new Map<string, number>()
  const codes = new Int32Array(days.length)
  for (let i = 0; i < codes.length; i++) {
    if (!isRowValid(input.validity, i)) continue
    const day = days[i]!
    let code = codeOfDay.get(day)
    if (code === undefined) {
      const text = writer.write(tokens, day, 0, 0)
      code = codeOfText.get(text) ?? codeOfText.size
      codeOfText.set(text, code)
      codeOfDay.set(day, code)
    }
    codes[i] = code
  }
  if (codeOfText.size === 0) codeOfText.set('', 0)
  return dictionaryVector(codes, textVector([...codeOfText.keys()], null), { validity: input.validity })
}

export const strftime = scalarFunction({
  name: 'strftime',
  category: 'temporal',
  description: 'A date or timestamp as text, in a format such as %d %B %Y, %H:%M. The arguments may stand in either order.',
  example: "strftime(DATE '2024-03-05', '%d %B %Y')",
  result: '05 March 2024',
  canThrow: true,
  overloads: MOMENT_TYPES.flatMap((type) => {
    const volatility = isInstant(type) ? ('stable' as const) : ('immutable' as const)
    return [
      overload({ value: type, format: utf8 }, utf8, formatKernel(type, 0), { volatility }),
      overload({ format: utf8, value: type }, utf8, formatKernel(type, 1), { volatility }),
    ]
  }),
})
