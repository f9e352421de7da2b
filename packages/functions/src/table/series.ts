/**
 * Series of whole numbers and of moments: what range and generate_series give, as tables and as lists. A series of equal
 * steps can start anywhere; one of months steps from value to value, since each step starts where the last one arrived.
 */

import type { IntervalValue } from '@artemis/arrow'
import { SplitTimestamp, writeTimestamp } from '../kernel/calendar.js'
import { invalidInput, outOfRange } from '../kernel/errors.js'
import { zoneOf } from '../kernel/time-zone.js'
import { moveInstant, moveLocal } from '../temporal/timestamp-arithmetic.js'

/** Values of 64-bit integers or microseconds, handed out in pieces. */
export interface Series {
  /** How many values there are; undefined when they have to be counted out. */
  readonly count: number | undefined
  /** The least and the greatest value; undefined when not known, or when there is none. */
  readonly bounds: readonly [bigint, bigint] | undefined
  readonly descending: boolean
  /** A reader from the first value on. Each call gives the next values, at most `limit`; none at the end. */
  read(): (limit: number) => BigInt64Array
}

const EXACT = 9007199254740992n

/** From `start` by `step` up to `end`, with or without it. Empty when the step leads away. */
export function numberSeries(start: bigint, end: bigint, step: bigint, inclusive: boolean): Series {
  if (step === 0n) throw invalidInput('the step of a series must not be 0')
  const distance = step > 0n ? end - start : start - end
  const size = step > 0n ? step : -step
  const count = distance < 0n ? 0n : inclusive ? distance / size + 1n : (distance + size - 1n) / size
  if (count > EXACT) throw outOfRange(`a series of ${count} values is too long`)
  const last = start + (count - 1n) * step
  return {
    count: Number(count),
    bounds: count === 0n ? undefined : step > 0n ? [start, last] : [last, start],
    descending: step < 0n,
    read() {
      let position = 0n
      return (limit) => {
        const length = Number(count - position > BigInt(limit) ? BigInt(limit) : count - position)
        const values = fillSeries(start + position * step, step, length)
        position += BigInt(length)
        return values
      }
    },
  }
}

function fillSeries(start: bigint, step: bigint, length: number): BigInt64Array {
  const out = new BigInt64Array(length)
  if (length === 0) return out
  const last = start + BigInt(length - 1) * step
  const isExact = (value: bigint): boolean => value < EXACT && value > -EXACT
  if (isExact(start) && isExact(last) && isExact(step)) fillWords(new Int32Array(out.buffer), Number(start), Number(step), length)
  else for (let i = 0; i < length; i++) out[i] = start + BigInt(i) * step
  return out
}

function fillWords(words: Int32Array, start: number, step: number, length: number): void {
  for (let i = 0; i < length; i++) {
    const value = start + i * step
    words[2 * i] = value
    words[2 * i + 1] = Math.floor(value / 4294967296)
  }
}

const MICROSECONDS_PER_DAY = 86_400_000_000n

/**
 * Moments in microseconds, by an interval. `timeZone` is that of instants, whose days and months follow its calendar;
 * null for wall-clock times.
 */
export function momentSeries(start: bigint, end: bigint, step: IntervalValue, inclusive: boolean, timeZone: string | null): Series {
  const { months, days } = step
  const time = step.nanoseconds / 1000n
  const signs = [Math.sign(months), Math.sign(days), time > 0n ? 1 : time < 0n ? -1 : 0]
  if (signs.every((sign) => sign === 0)) throw invalidInput('the step of a series must not be 0')
  if (signs.includes(1) && signs.includes(-1)) throw invalidInput('the step of a series cannot go both forwards and backwards')
  const isUniform = months === 0 && (days === 0 || timeZone === null || zoneOf(timeZone).isUtc)
  if (isUniform) return numberSeries(start, end, BigInt(days) * MICROSECONDS_PER_DAY + time, inclusive)
  const descending = signs.includes(-1)
  const isWithin = (value: bigint): boolean => (descending ? value > end : value < end) || (inclusive && value === end)
  return {
    count: undefined,
    bounds: undefined,
    descending,
    read() {
      const stepper = new MomentStepper(start, step, timeZone)
      return (limit) => {
        const values: bigint[] = []
        for (; values.length < limit && isWithin(stepper.value); stepper.next()) values.push(stepper.value)
        return BigInt64Array.from(values)
      }
    },
  }
}

class MomentStepper {
  value: bigint
  readonly #months: number
  readonly #days: number
  readonly #time: number
  readonly #timeZone: string | null
  readonly #split = new SplitTimestamp()
  readonly #cell = new BigInt64Array(1)
  readonly #words = new Int32Array(this.#cell.buffer)

  constructor(start: bigint, step: IntervalValue, timeZone: string | null) {
    this.value = start
    this.#months = step.months
    this.#days = step.days
    this.#time = Number(step.nanoseconds / 1000n)
    this.#timeZone = timeZone
  }

  next(): void {
    this.#cell[0] = this.value
    const split = this.#split.setWords(this.#words[0]!, this.#words[1]!)
    if (this.#timeZone === null) moveLocal(split, this.#months, this.#days, this.#time)
    else moveInstant(split, zoneOf(this.#timeZone), this.#months, this.#days, this.#time)
    if (!writeTimestamp(this.#words, 0, split.days, split.microseconds)) throw outOfRange('a series runs beyond what a timestamp can hold')
    this.value = this.#cell[0]
  }
}
