/** Reading a text by a format: the part of strptime that looks at one value. */

import { daysFromCivil } from '@artemis/arrow'
import { unreachable } from '@artemis/errors'
import { isoDayOfWeek, isValidDate } from '../kernel/calendar.js'
import type { Zone } from '../kernel/time-zone.js'
import { zoneOf } from '../kernel/time-zone.js'
import type { FormatCode, FormatToken } from './moment-format.js'
import { DAY_NAMES, MONTH_NAMES } from './names.js'

const OFFSET = /^(?:([+-])(\d{2})(?::?(\d{2}))?(?::?(\d{2}))?|[zZ])/
const ZONE_NAME = /^[A-Za-z0-9_+/-]+/

/** Space and the control characters that C counts as such. */
function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}

/** Parses text after text; the result of the last one stays in its fields. */
export class MomentParser {
  days = 0
  microseconds = 0
  /** Nanoseconds beyond the microseconds. */
  nanoseconds = 0
  /** Seconds ahead of UTC where the text says so. */
  offset: number | undefined
  zone: Zone | undefined

  #text = ''
  #position = 0
  #year = 1900
  #month = 1
  #day = 1
  #dayOfYear: number | undefined
  #week: number | undefined
  #weekKind: 'U' | 'W' | 'V' | undefined
  #weekday: number | undefined
  #hour = 0
  #afternoon: boolean | undefined
  #twelveHours = false
  #minute = 0
  #second = 0
  #fraction = 0

  /** False when the text does not match, or names a date that does not exist. */
  parse(tokens: readonly FormatToken[], text: string): boolean {
    this.#reset(text)
    this.#skipSpace()
    for (const token of tokens) {
      if (token.kind === 'text' ? !this.#literal(token.text) : !this.#field(token.code)) return false
    }
    this.#skipSpace()
    return this.#position === text.length && this.#finish()
  }

  #reset(text: string): void {
    this.#text = text
    this.#position = 0
    this.#year = 1900
    this.#month = 1
    this.#day = 1
    this.#dayOfYear = undefined
    this.#week = undefined
    this.#weekKind = undefined
    this.#weekday = undefined
    this.#hour = 0
    this.#afternoon = undefined
    this.#twelveHours = false
    this.#minute = 0
    this.#second = 0
    this.#fraction = 0
    this.offset = undefined
    this.zone = undefined
  }

  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.#position))) this.#position++
  }

  /** Text of the format. A space stands for one or more of them. */
  #literal(text: string): boolean {
    for (const character of text) {
      if (isSpace(character.charCodeAt(0))) {
        const start = this.#position
        this.#skipSpace()
        if (this.#position === start) return false
      } else if (this.#text.startsWith(character, this.#position)) this.#position += character.length
      else return false
    }
    return true
  }

  /** The number of up to `width` digits that comes next, or -1. */
  #number(width: number): number {
    let value = 0
    const start = this.#position
    while (this.#position - start < width) {
      const digit = this.#text.charCodeAt(this.#position) - 48
      if (!(digit >= 0 && digit <= 9)) break
      value = value * 10 + digit
      this.#position++
    }
    return this.#position === start ? -1 : value
  }

  /** A number within bounds, or undefined. */
  #within(width: number, low: number, high: number): number | undefined {
    const value = this.#number(width)
    return value >= low && value <= high ? value : undefined
  }

  /** The index of the longest name that comes next, in any case; -1 when there is none. */
  #name(names: readonly string[], length: number | undefined): number {
    const rest = this.#text.slice(this.#position, this.#position + 9).toLowerCase()
    const index = names.findIndex((name) => rest.startsWith(name.slice(0, length).toLowerCase()))
    if (index >= 0) this.#position += length ?? names[index]!.length
    return index
  }

  /** Digits of a fraction of a second, brought to nanoseconds. */
  #readFraction(width: number): boolean {
    const start = this.#position
    const value = this.#number(width)
    if (value < 0) return false
    this.#fraction = value * 10 ** (9 - (this.#position - start))
    return true
  }

  #field(code: FormatCode): boolean {
    switch (code) {
      case 'a':
      case 'A': {
        const index = this.#name(DAY_NAMES, code === 'a' ? 3 : undefined)
        this.#weekday = index + 1
        return index >= 0
      }
      case 'b':
      case 'B': {
        const index = this.#name(MONTH_NAMES, code === 'b' ? 3 : undefined)
        this.#month = index + 1
        return index >= 0
      }
      case 'g':
        return this.#readFraction(3)
      case 'f':
        return this.#readFraction(6)
      case 'n':
        return this.#readFraction(9)
      case 'p':
        return this.#readHalf()
      case 'z':
        return this.#readOffset()
      case 'Z':
        return this.#readZone()
      default:
        return this.#numberField(code)
    }
  }

  #numberField(code: Exclude<FormatCode, 'a' | 'A' | 'b' | 'B' | 'g' | 'f' | 'n' | 'p' | 'z' | 'Z'>): boolean {
    switch (code) {
      case 'w': {
        const day = this.#within(1, 0, 6)
        this.#weekday = day === 0 ? 7 : day
        return day !== undefined
      }
      case 'u':
        return (this.#weekday = this.#within(1, 1, 7)) !== undefined
      case 'd':
        return this.#keep(this.#within(2, 1, 31), (value) => (this.#day = value))
      case 'm':
        return this.#keep(this.#within(2, 1, 12), (value) => (this.#month = value))
      case 'y':
        return this.#keep(this.#within(2, 0, 99), (value) => (this.#year = value < 69 ? 2000 + value : 1900 + value))
      case 'Y':
      case 'G':
        return this.#keep(this.#within(4, 0, 9999), (value) => (this.#year = value))
      case 'H':
        return this.#keep(this.#within(2, 0, 23), (value) => (this.#hour = value))
      case 'I':
        this.#twelveHours = true
        return this.#keep(this.#within(2, 1, 12), (value) => (this.#hour = value))
      case 'M':
        return this.#keep(this.#within(2, 0, 59), (value) => (this.#minute = value))
      case 'S':
        return this.#keep(this.#within(2, 0, 59), (value) => (this.#second = value))
      case 'j':
        return (this.#dayOfYear = this.#within(3, 1, 366)) !== undefined
      case 'U':
      case 'W':
      case 'V':
        this.#weekKind = code
        return (this.#week = this.#within(2, code === 'V' ? 1 : 0, 53)) !== undefined
      default:
        return unreachable(code, 'format specifier')
    }
  }

  #keep(value: number | undefined, set: (value: number) => void): boolean {
    if (value === undefined) return false
    set(value)
    return true
  }

  #readHalf(): boolean {
    const half = this.#text.slice(this.#position, this.#position + 2).toLowerCase()
    if (half !== 'am' && half !== 'pm') return false
    this.#afternoon = half === 'pm'
    this.#position += 2
    return true
  }

  #readOffset(): boolean {
    const match = OFFSET.exec(this.#text.slice(this.#position))
    if (match === null) return false
    const seconds = Number(match[2] ?? 0) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0)
    this.offset = match[1] === '-' ? -seconds : seconds
    this.#position += match[0].length
    return true
  }

  #readZone(): boolean {
    const match = ZONE_NAME.exec(this.#text.slice(this.#position))
    if (match === null) return true
    try {
      this.zone = zoneOf(match[0])
    } catch {
      return false
    }
    this.#position += match[0].length
    return true
  }

  #finish(): boolean {
    const hour = this.#hourOfDay()
    if (hour === undefined) return false
    this.microseconds = (hour * 3600 + this.#minute * 60 + this.#second) * 1e6 + Math.floor(this.#fraction / 1000)
    this.nanoseconds = this.#fraction % 1000
    const firstOfYear = daysFromCivil(this.#year, 1, 1)
    if (this.#week !== undefined) this.days = this.#dayOfWeek(this.#week, firstOfYear)
    else if (this.#dayOfYear !== undefined) this.days = firstOfYear + this.#dayOfYear - 1
    else if (isValidDate(this.#year, this.#month, this.#day)) this.days = daysFromCivil(this.#year, this.#month, this.#day)
    else return false
    return true
  }

  #hourOfDay(): number | undefined {
    if (this.#afternoon === undefined) return this.#hour
    if (!this.#twelveHours && this.#hour > 12) return undefined
    return (this.#hour % 12) + (this.#afternoon ? 12 : 0)
  }

  /** The day of a week of the year; without a weekday, the first of the week. */
  #dayOfWeek(week: number, firstOfYear: number): number {
    const isoWeekday = this.#weekday
    if (this.#weekKind === 'V') {
      const fourth = firstOfYear + 3
      return fourth - isoDayOfWeek(fourth) + 1 + (week - 1) * 7 + (isoWeekday ?? 1) - 1
    }
    if (this.#weekKind === 'W') {
      const firstMonday = firstOfYear + ((8 - isoDayOfWeek(firstOfYear)) % 7)
      return firstMonday + (week - 1) * 7 + (isoWeekday ?? 1) - 1
    }
    const firstSunday = firstOfYear + ((7 - isoDayOfWeek(firstOfYear)) % 7)
    return firstSunday + (week - 1) * 7 + ((isoWeekday ?? 7) % 7)
  }
}
