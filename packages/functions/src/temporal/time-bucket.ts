/** time_bucket: moments cut to the start of buckets of any width. */

import type { DataType } from '@artemis/arrow'
import { date32, daysFromCivil, interval, primitiveVector, utf8 } from '@artemis/arrow'
import { overload, scalarFunction } from '../definition/scalar.js'
import { addMonths, CivilDate, MICROSECONDS_PER_DAY } from '../kernel/calendar.js'
import { invalidInput } from '../kernel/errors.js'
import type { Kernel } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import { TextColumn } from '../kernel/text-columns.js'
import type { Zone } from '../kernel/time-zone.js'
import { zoneOf } from '../kernel/time-zone.js'
import type { IntervalColumn } from './interval-words.js'
import { intervalColumn, microsecondsAt } from './interval-words.js'
import { instant, isInstant, MOMENT_TYPES, splitMoments, TimestampResult } from './moments.js'

/** Buckets of days and shorter start at a Monday, those of months at the start of 2000. */
const ORIGIN_DAY = daysFromCivil(2000, 1, 3)
const ORIGIN_MONTH = 2000 * 12

/** A moment that is moved and cut in place. */
class Bucketing {
  days = 0
  microseconds = 0

  shift(months: number, days: number, microseconds: number): void {
    const time = this.microseconds + microseconds
    const carried = Math.floor(time / MICROSECONDS_PER_DAY)
    this.days = addMonths(this.days, months) + days + carried
    this.microseconds = time - carried * MICROSECONDS_PER_DAY
  }

  /** Moves an instant: the time last, but first when any part is negative, as DuckDB adds intervals to instants. */
  shiftInstant(months: number, days: number, microseconds: number): void {
    const timeFirst = months < 0 || days < 0 || microseconds < 0
    if (timeFirst) this.shift(0, 0, microseconds)
    this.shift(months, days, timeFirst ? 0 : microseconds)
  }

  toMonths(width: number, originMonth: number): void {
    const since = monthOf(this.days) - originMonth
    const start = originMonth + Math.floor(since / width) * width
    const startYear = Math.floor(start / 12)
    this.days = daysFromCivil(startYear, start - startYear * 12 + 1, 1)
    this.microseconds = 0
  }

  /** Width in microseconds; the remainder is exact, since all products are below 2^53 unless BigInt takes over. */
  toTimes(width: number, originDay: number, originTime: number): void {
    const sinceDays = this.days - originDay
    const sinceTime = this.microseconds - originTime
    const since = sinceDays * MICROSECONDS_PER_DAY + sinceTime
    let beyond: number
    if (Math.abs(since) < Number.MAX_SAFE_INTEGER) beyond = since % width
    else beyond = Number((BigInt(sinceDays) * BigInt(MICROSECONDS_PER_DAY) + BigInt(sinceTime)) % BigInt(width))
    this.shift(0, 0, -(beyond < 0 ? beyond + width : beyond))
  }
}

type Third = 'none' | 'offset' | 'origin' | 'zone'

const NO_OFFSET: IntervalColumn = { words: new Int32Array(4), stride: 0 }

function bucketKernel(type: DataType, third: Third): Kernel {
  const zoned = isInstant(type)
  return (input) => {
    const { rowCount, validity } = input
    const widths = intervalColumn(argument(input, 0))
    const offsets = third === 'offset' ? intervalColumn(argument(input, 2)) : NO_OFFSET
    const origins = third === 'origin' ? splitMoments(argument(input, 2), rowCount, undefined) : undefined
    const zones = third === 'zone' ? new TextColumn(argument(input, 2)) : undefined
    const { days, microseconds } = splitMoments(argument(input, 1), rowCount, undefined)
    const result = type.kind === 'date32' ? undefined : new TimestampResult(input, type)
    const dates = new Int32Array(type.kind === 'date32' ? rowCount : 0)
    const bucket = new Bucketing()
    for (let i = 0; i < rowCount; i++) {
      if (!isRowValid(validity, i)) continue
      const w = 4 * i * widths.stride
      const o = 4 * i * offsets.stride
      const months = widths.words[w]!
      const time = widths.words[w + 1]! * MICROSECONDS_PER_DAY + microsecondsAt(widths.words, w)
      checkWidth(months, time)
      bucket.days = days[i]!
      bucket.microseconds = microseconds[i]!
      const zone = zones === undefined ? undefined : zoneOf(zones.at(i))
      if (zone !== undefined && result !== undefined) {
        bucketInZone(bucket, months, time, widths.words[w + 1]! === 0, zone, result, i)
        continue
      }
      const offsetTime = microsecondsAt(offsets.words, o)
      // Buckets of months of dates are moved by whole days only, as in DuckDB.
      const wholeDays = result === undefined && months > 0
      const offsetDays = offsets.words[o + 1]! + (wholeDays ? Math.trunc(offsetTime / MICROSECONDS_PER_DAY) : 0)
      const offsetRest = wholeDays ? 0 : offsetTime
      if (zoned) bucket.shiftInstant(-offsets.words[o]!, -offsetDays, -offsetRest)
      else bucket.shift(-offsets.words[o]!, -offsetDays, -offsetRest)
      if (months > 0) bucket.toMonths(months, origins === undefined ? ORIGIN_MONTH : monthOf(origins.days[i]!))
      else bucket.toTimes(time, origins?.days[i] ?? ORIGIN_DAY, origins?.microseconds[i] ?? 0)
      if (zoned) bucket.shiftInstant(offsets.words[o]!, offsetDays, offsetRest)
      else bucket.shift(offsets.words[o]!, offsetDays, offsetRest)
      if (result === undefined) dates[i] = bucket.days
      else result.set(i, bucket.days, bucket.microseconds)
    }
    return result === undefined ? primitiveVector(date32, dates, { validity }) : result.finish()
  }
}

/** Days and months follow the zone's calendar; shorter widths are elapsed time since the zone's origin. */
function bucketInZone(
  bucket: Bucketing,
  months: number,
  time: number,
  isElapsed: boolean,
  zone: Zone,
  result: TimestampResult,
  row: number,
): void {
  if (months === 0 && isElapsed) {
    bucket.toTimes(time, ORIGIN_DAY, -zone.offsetAtLocal(ORIGIN_DAY * 86_400) * 1e6)
    result.setInstant(row, bucket.days, bucket.microseconds)
    return
  }
  bucket.shift(0, 0, zone.offsetAt(bucket.days * 86_400 + Math.floor(bucket.microseconds / 1e6)) * 1e6)
  if (months > 0) bucket.toMonths(months, ORIGIN_MONTH)
  else bucket.toTimes(time, ORIGIN_DAY, 0)
  result.setLocal(row, bucket.days, bucket.microseconds, zone)
}

const date = new CivilDate()

function monthOf(days: number): number {
  const { year, month } = date.setDays(days)
  return year * 12 + month - 1
}

function checkWidth(months: number, time: number): void {
  if (months !== 0 && time !== 0) throw invalidInput('a bucket is either whole months wide, or days and time')
  if (months < 0 || time < 0 || (months === 0 && time === 0)) throw invalidInput('a bucket must be wider than nothing')
}

export const timeBucket = scalarFunction({
  name: 'time_bucket',
  category: 'temporal',
  description:
    'The start of the bucket of some width that a moment lies in. Buckets are counted from 2000-01-03 (months from 2000-01-01), ' +
    'moved by an offset, or from an origin; instants in UTC or in the zone given last.',
  example: "time_bucket(INTERVAL 15 MINUTE, TIMESTAMP '2024-03-05 10:37:00')",
  result: '2024-03-05 10:30:00',
  canThrow: true,
  overloads: [
    ...MOMENT_TYPES.map((type) => overload({ width: interval, value: type }, type, bucketKernel(type, 'none'))),
    ...MOMENT_TYPES.map((type) => overload({ width: interval, value: type, offset: interval }, type, bucketKernel(type, 'offset'))),
    ...MOMENT_TYPES.map((type) => overload({ width: interval, value: type, origin: type }, type, bucketKernel(type, 'origin'))),
    overload({ width: interval, value: instant, zone: utf8 }, instant, bucketKernel(instant, 'zone')),
  ],
})
