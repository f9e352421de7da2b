/**
 * Dates, times of day and timestamps as arguments of functions: split once into days and microseconds of the day, so that
 * every function afterwards is one loop over plain numbers. Instants are split in the wall-clock time of a zone.
 */

import type { DataType, Datum, PrimitiveVector } from '@artemis/arrow'
import { date32, datumToVector, interval, primitiveVector, time64, timestamp, timestamptz } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import { MICROSECONDS_PER_DAY, SplitTimestamp, writeTimestamp } from '../kernel/calendar.js'
import { outOfRange } from '../kernel/errors.js'
import type { KernelInput } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import { wordColumn } from '../kernel/primitive-columns.js'
import type { Zone } from '../kernel/time-zone.js'
import { zoneOf } from '../kernel/time-zone.js'
import { toInstant, toLocal } from './timestamp-arithmetic.js'

export const localTimestamp = timestamp('us')
export const instant = timestamptz('us')

/** The types that a temporal function has overloads for. */
export const MOMENT_TYPES: readonly DataType[] = [date32, localTimestamp, instant]
export const TEMPORAL_TYPES: readonly DataType[] = [...MOMENT_TYPES, time64, interval]

export function isInstant(type: DataType): boolean {
  return type.kind === 'timestamp' && type.timezone !== null
}

/** One entry for each row. Rows that are NULL hold some number. */
export interface Moments {
  /** Since 1970-01-01. A time of day has none: 0. */
  readonly days: Int32Array
  /** Since midnight, never negative. */
  readonly microseconds: Float64Array
}

/** The zone that an argument's wall-clock time is told in: the session's for instants, none otherwise. */
export function zoneOfArgument(input: KernelInput, index: number): Zone | undefined {
  const datum = argument(input, index)
  const type = datum.kind === 'vector' ? datum.vector.type : datum.type
  if (!isInstant(type)) return undefined
  const zone = zoneOf(input.context.timeZone)
  return zone.isUtc ? undefined : zone
}

/** Splits an argument; `zone` undefined takes instants in UTC. */
export function splitMoments(datum: Datum, rowCount: number, zone: Zone | undefined): Moments {
  const type = datum.kind === 'vector' ? datum.vector.type : datum.type
  if (type.kind === 'date32') return { days: daysOfDates(datum, rowCount), microseconds: new Float64Array(rowCount) }
  const days = new Int32Array(rowCount)
  const microseconds = new Float64Array(rowCount)
  const { words, stride } = wordColumn(datum)
  if (type.kind === 'time64') splitTimes(words, stride, microseconds)
  else if (zone === undefined) splitPlain(words, stride, days, microseconds)
  else splitInZone(words, stride, days, microseconds, zone)
  return { days, microseconds }
}

/** The argument at `index` in its own wall-clock time. */
export function momentsOf(input: KernelInput, index: number): Moments {
  return splitMoments(argument(input, index), input.rowCount, zoneOfArgument(input, index))
}

/** Only the days: for dates these are the column itself. */
export function daysOf(input: KernelInput, index: number): Int32Array {
  return momentsOf(input, index).days
}

function daysOfDates(datum: Datum, rowCount: number): Int32Array {
  const vector = datumToVector(datum, rowCount)
  assert(vector.layout === 'primitive' && vector.values instanceof Int32Array, 'dates are 32-bit integers')
  return vector.values
}

const TWO_32 = 4294967296
const EXACT = 9007199254740992

/** A time of day may be 24:00, which stays as it is. */
function splitTimes(words: Int32Array, stride: 0 | 1, microseconds: Float64Array): void {
  for (let i = 0; i < microseconds.length; i++) {
    const k = 2 * i * stride
    microseconds[i] = words[k + 1]! * TWO_32 + (words[k]! >>> 0)
  }
}

function splitPlain(words: Int32Array, stride: 0 | 1, days: Int32Array, microseconds: Float64Array): void {
  const split = new SplitTimestamp()
  for (let i = 0; i < days.length; i++) {
    const k = 2 * i * stride
    const value = words[k + 1]! * TWO_32 + (words[k]! >>> 0)
    if (value < EXACT && value > -EXACT) {
      const day = Math.floor(value / MICROSECONDS_PER_DAY)
      days[i] = day
      microseconds[i] = value - day * MICROSECONDS_PER_DAY
    } else {
      split.setWords(words[k]!, words[k + 1]!)
      days[i] = split.days
      microseconds[i] = split.microseconds
    }
  }
}

function splitInZone(words: Int32Array, stride: 0 | 1, days: Int32Array, microseconds: Float64Array, zone: Zone): void {
  const split = new SplitTimestamp()
  for (let i = 0; i < days.length; i++) {
    const k = 2 * i * stride
    split.setWords(words[k]!, words[k + 1]!)
    toLocal(split, zone)
    days[i] = split.days
    microseconds[i] = split.microseconds
  }
}

/** Collects timestamps; what does not fit 64 bits is an error where the row counts. */
export class TimestampResult {
  readonly #input: KernelInput
  readonly #type: DataType
  readonly #values: BigInt64Array
  readonly #words: Int32Array
  readonly #zone: Zone | undefined
  readonly #split = new SplitTimestamp()

  /** With a zone, what is set is that zone's wall-clock time. */
  constructor(input: KernelInput, type: DataType, zone?: Zone) {
    this.#input = input
    this.#type = type
    this.#values = new BigInt64Array(input.rowCount)
    this.#words = new Int32Array(this.#values.buffer)
    this.#zone = zone
  }

  set(row: number, days: number, microseconds: number): void {
    if (this.#zone === undefined) this.setInstant(row, days, microseconds)
    else this.setLocal(row, days, microseconds, this.#zone)
  }

  /** Sets the wall-clock time of another zone. */
  setLocal(row: number, days: number, microseconds: number, zone: Zone): void {
    const split = this.#split
    split.days = days
    split.microseconds = microseconds
    toInstant(split, zone)
    this.setInstant(row, split.days, split.microseconds)
  }

  /** Sets what is in UTC already. */
  setInstant(row: number, days: number, microseconds: number): void {
    if (writeTimestamp(this.#words, 2 * row, days, microseconds)) return
    if (isRowValid(this.#input.validity, row)) throw outOfRange('a timestamp is out of range: it must fit 64 bits of microseconds')
  }

  finish(validity: Uint8Array | null = this.#input.validity): PrimitiveVector {
    return primitiveVector(this.#type, this.#values, { validity })
  }
}
