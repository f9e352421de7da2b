/** Kernels that move dates, times and timestamps by an interval. */

import type { DataType, Vector } from '@artemis/arrow'
import { date32, int64, primitiveVector, time64, timestamp } from '@artemis/arrow'
import { addMonths, MICROSECONDS_PER_DAY, SplitTimestamp, writeTimestamp } from '../kernel/calendar.js'
import { outOfRange } from '../kernel/errors.js'
import type { Kernel, KernelInput } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import { doublesOf, primitiveColumn, wordColumn } from '../kernel/primitive-columns.js'
import type { Zone } from '../kernel/time-zone.js'
import { zoneOf } from '../kernel/time-zone.js'
import { intervalColumn, intervalVector, microsecondsAt, writeIntervalMicroseconds } from './interval-words.js'

/** Where each operand stands: `a + b` and `b + a` share a kernel. */
export interface Places {
  readonly moment: 0 | 1
  readonly interval: 0 | 1
}

const timestampOverflow = (): Error => outOfRange('a timestamp is out of range: it must fit 64 bits of microseconds')
const dateOverflow = (): Error => outOfRange('a date is out of range: it must fit 32 bits of days')

/** Timestamp ± interval, without a zone: months, then days, then the time. */
export function shiftTimestamp(type: DataType, places: Places, direction: 1 | -1): Kernel {
  if (type.kind === 'timestamp' && type.timezone !== null) return shiftInstant(type, places, direction)
  return (input) => {
    const moments = wordColumn(argument(input, places.moment))
    const spans = intervalColumn(argument(input, places.interval))
    const out = new BigInt64Array(input.rowCount)
    const words = new Int32Array(out.buffer)
    const split = new SplitTimestamp()
    for (let i = 0; i < input.rowCount; i++) {
      const k = 2 * i * moments.stride
      const s = 4 * i * spans.stride
      split.setWords(moments.words[k]!, moments.words[k + 1]!)
      const days = addMonths(split.days, spans.words[s]! * direction) + spans.words[s + 1]! * direction
      const fits = writeTimestamp(words, 2 * i, days, split.microseconds + microsecondsAt(spans.words, s) * direction)
      if (!fits && isRowValid(input.validity, i)) throw timestampOverflow()
    }
    return primitiveVector(type, out, { validity: input.validity })
  }
}

/** Instant ± interval: months and days count in the calendar of the session's zone, the time is elapsed time. */
function shiftInstant(type: DataType, places: Places, direction: 1 | -1): Kernel {
  return (input) => {
    const moments = wordColumn(argument(input, places.moment))
    const spans = intervalColumn(argument(input, places.interval))
    const zone = zoneOf(input.context.timeZone)
    const out = new BigInt64Array(input.rowCount)
    const words = new Int32Array(out.buffer)
    const split = new SplitTimestamp()
    for (let i = 0; i < input.rowCount; i++) {
      const k = 2 * i * moments.stride
      const s = 4 * i * spans.stride
      split.setWords(moments.words[k]!, moments.words[k + 1]!)
      moveInstant(split, zone, spans.words[s]! * direction, spans.words[s + 1]! * direction, microsecondsAt(spans.words, s) * direction)
      const fits = writeTimestamp(words, 2 * i, split.days, split.microseconds)
      if (!fits && isRowValid(input.validity, i)) throw timestampOverflow()
    }
    return primitiveVector(type, out, { validity: input.validity })
  }
}

/**
 * Moves an instant in the calendar of a zone, and by elapsed microseconds. As in DuckDB the time comes last, but first
 * when any part is negative.
 */
export function moveInstant(split: SplitTimestamp, zone: Zone, months: number, days: number, elapsed: number): void {
  const timeFirst = months < 0 || days < 0 || elapsed < 0
  if (timeFirst) moveBy(split, elapsed)
  if (months !== 0) shiftInZone(split, zone, months, 0)
  if (days !== 0) shiftInZone(split, zone, 0, days)
  if (!timeFirst) moveBy(split, elapsed)
}

/** Moves a wall-clock time: months, then days, then the time. */
export function moveLocal(split: SplitTimestamp, months: number, days: number, microseconds: number): void {
  split.days = addMonths(split.days, months) + days
  moveBy(split, microseconds)
}

/**
 * Moves an instant by months or days of a zone's calendar. A wall-clock time that occurs twice keeps its offset, one that
 * a clock change skips moves on.
 */
function shiftInZone(split: SplitTimestamp, zone: Zone, months: number, days: number): void {
  const offset = zone.offsetAt(secondsOf(split))
  moveBy(split, offset * 1e6)
  split.days = addMonths(split.days, months) + days
  const local = secondsOf(split)
  moveBy(split, -(zone.offsetAt(local - offset) === offset ? offset : zone.offsetAtLocal(local)) * 1e6)
}

function secondsOf(split: SplitTimestamp): number {
  return split.days * 86_400 + Math.floor(split.microseconds / 1e6)
}

/** Turns an instant into the wall-clock time of a zone. */
export function toLocal(split: SplitTimestamp, zone: Zone): void {
  if (zone.isUtc) return
  moveBy(split, zone.offsetAt(secondsOf(split)) * 1e6)
}

/** Turns the wall-clock time of a zone into an instant. */
export function toInstant(split: SplitTimestamp, zone: Zone): void {
  if (zone.isUtc) return
  moveBy(split, -zone.offsetAtLocal(secondsOf(split)) * 1e6)
}

function moveBy(split: SplitTimestamp, distance: number): void {
  const microseconds = split.microseconds + distance
  const carried = Math.floor(microseconds / MICROSECONDS_PER_DAY)
  split.days += carried
  split.microseconds = microseconds - carried * MICROSECONDS_PER_DAY
}

/** Date ± interval gives a timestamp at that day's midnight, moved. */
export function shiftDate(places: Places, direction: 1 | -1): Kernel {
  return (input) => {
    const dates = primitiveColumn(argument(input, places.moment))
    const spans = intervalColumn(argument(input, places.interval))
    const out = new BigInt64Array(input.rowCount)
    const words = new Int32Array(out.buffer)
    for (let i = 0; i < input.rowCount; i++) {
      const s = 4 * i * spans.stride
      const day = addMonths(dates.values[i * dates.stride] as number, spans.words[s]! * direction) + spans.words[s + 1]! * direction
      const fits = writeTimestamp(words, 2 * i, day, microsecondsAt(spans.words, s) * direction)
      if (!fits && isRowValid(input.validity, i)) throw timestampOverflow()
    }
    return primitiveVector(timestamp('us'), out, { validity: input.validity })
  }
}

/** Time of day ± interval wraps around midnight; months and days do not count. */
export function shiftTime(places: Places, direction: 1 | -1): Kernel {
  return (input) => {
    const times = doublesOf(argument(input, places.moment), input.rowCount)
    const spans = intervalColumn(argument(input, places.interval))
    const out = new BigInt64Array(input.rowCount)
    const words = new Int32Array(out.buffer)
    for (let i = 0; i < input.rowCount; i++) {
      const moved = (times[i]! + microsecondsAt(spans.words, 4 * i * spans.stride) * direction) % MICROSECONDS_PER_DAY
      writeTimestamp(words, 2 * i, 0, moved < 0 ? moved + MICROSECONDS_PER_DAY : moved)
    }
    return primitiveVector(time64, out, { validity: input.validity })
  }
}

/** Date ± whole days. */
export function shiftDateByDays(places: Places, direction: 1 | -1): Kernel {
  return (input) => {
    const dates = doublesOf(argument(input, places.moment), input.rowCount)
    const days = doublesOf(argument(input, places.interval), input.rowCount)
    const out = new Int32Array(input.rowCount)
    for (let i = 0; i < out.length; i++) {
      const day = dates[i]! + days[i]! * direction
      out[i] = day
      if (out[i] !== day && isRowValid(input.validity, i)) throw dateOverflow()
    }
    return primitiveVector(date32, out, { validity: input.validity })
  }
}

/** Date + time of day. */
export function joinDateAndTime(datePlace: 0 | 1, timePlace: 0 | 1): Kernel {
  return (input) => {
    const dates = doublesOf(argument(input, datePlace), input.rowCount)
    const times = doublesOf(argument(input, timePlace), input.rowCount)
    const out = new BigInt64Array(input.rowCount)
    const words = new Int32Array(out.buffer)
    for (let i = 0; i < out.length; i++) {
      if (!writeTimestamp(words, 2 * i, dates[i]!, times[i]!) && isRowValid(input.validity, i)) throw timestampOverflow()
    }
    return primitiveVector(timestamp('us'), out, { validity: input.validity })
  }
}

/** Days between two dates. */
export const dateDifference: Kernel = (input) => {
  const left = doublesOf(argument(input, 0), input.rowCount)
  const right = doublesOf(argument(input, 1), input.rowCount)
  const out = new BigInt64Array(input.rowCount)
  const words = new Int32Array(out.buffer)
  for (let i = 0; i < out.length; i++) writeTimestamp(words, 2 * i, 0, left[i]! - right[i]!)
  return primitiveVector(int64, out, { validity: input.validity })
}

/** The time between two timestamps as days and a part of a day, both of one sign. */
export function timestampDifference(input: KernelInput): Vector {
  const left = wordColumn(argument(input, 0))
  const right = wordColumn(argument(input, 1))
  const out = new Int32Array(input.rowCount * 4)
  const a = new SplitTimestamp()
  const b = new SplitTimestamp()
  for (let i = 0; i < input.rowCount; i++) {
    a.setWords(left.words[2 * i * left.stride]!, left.words[2 * i * left.stride + 1]!)
    b.setWords(right.words[2 * i * right.stride]!, right.words[2 * i * right.stride + 1]!)
    let days = a.days - b.days
    let microseconds = a.microseconds - b.microseconds
    if (days > 0 && microseconds < 0) {
      days--
      microseconds += MICROSECONDS_PER_DAY
    } else if (days < 0 && microseconds > 0) {
      days++
      microseconds -= MICROSECONDS_PER_DAY
    }
    writeIntervalMicroseconds(out, 4 * i, 0, days, microseconds)
  }
  return intervalVector(out, { validity: input.validity })
}
