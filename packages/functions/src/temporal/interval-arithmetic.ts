/** Kernels over intervals: sums, and multiples as PostgreSQL computes them. */

import type { Kernel } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import { outOfRange } from '../kernel/errors.js'
import { roundHalfEven } from '../kernel/rounding.js'
import { doublesOf } from '../kernel/primitive-columns.js'
import { ResultValidity } from '../kernel/results.js'
import { intervalColumn, intervalVector, microsecondsAt, nanosecondsAt, writeInterval } from './interval-words.js'

const overflow = (): Error =>
  outOfRange('an interval is out of range: its months and days must fit 32 bits, its time 64 bits of nanoseconds')

function fitsInt32(value: number): boolean {
  return (value | 0) === value
}

/** Adds or subtracts field by field. */
export function addIntervals(direction: 1 | -1): Kernel {
  return (input) => {
    const left = intervalColumn(argument(input, 0))
    const right = intervalColumn(argument(input, 1))
    const out = new Int32Array(input.rowCount * 4)
    for (let i = 0; i < input.rowCount; i++) {
      if (!isRowValid(input.validity, i)) continue
      const a = 4 * i * left.stride
      const b = 4 * i * right.stride
      const months = left.words[a]! + right.words[b]! * direction
      const days = left.words[a + 1]! + right.words[b + 1]! * direction
      const nanoseconds = nanosecondsAt(left.words, a) + nanosecondsAt(right.words, b) * BigInt(direction)
      if (!fitsInt32(months) || !fitsInt32(days) || BigInt.asIntN(64, nanoseconds) !== nanoseconds) throw overflow()
      writeInterval(out, 4 * i, months, days, nanoseconds)
    }
    return intervalVector(out, { validity: input.validity })
  }
}

export const negateInterval: Kernel = (input) => {
  const { words, stride } = intervalColumn(argument(input, 0))
  const out = new Int32Array(input.rowCount * 4)
  for (let i = 0; i < input.rowCount; i++) {
    const k = 4 * i * stride
    writeInterval(out, 4 * i, -words[k]!, -words[k + 1]!, -nanosecondsAt(words, k))
  }
  return intervalVector(out, { validity: input.validity })
}

/** Multiplies an interval by a factor, or by the reciprocal of a divisor; NULL when the divisor is 0. */
export function scaleInterval(intervalPlace: 0 | 1, factorPlace: 0 | 1, divide: boolean): Kernel {
  return (input) => {
    const spans = intervalColumn(argument(input, intervalPlace))
    const factors = doublesOf(argument(input, factorPlace), input.rowCount)
    const out = new Int32Array(input.rowCount * 4)
    const result = new ResultValidity(input)
    for (let i = 0; i < input.rowCount; i++) {
      if (!isRowValid(input.validity, i)) continue
      if (divide && factors[i] === 0) result.setNull(i)
      else scaleOne(out, 4 * i, spans.words, 4 * i * spans.stride, factors[i]!, divide)
    }
    return intervalVector(out, { validity: result.bitmap })
  }
}

/** Rounds to microseconds, so that a day that misses by a rounding error becomes whole. */
function roundToMicro(value: number): number {
  return roundHalfEven(value * 1e6) / 1e6
}

// PostgreSQL's interval_mul: the fractions of months go to days of 30 to the month, those of days to seconds.
function scaleOne(out: Int32Array, to: number, words: Int32Array, k: number, factor: number, divide: boolean): void {
  const scaled = (value: number): number => (divide ? value / factor : value * factor)
  const wholeMonths = scaled(words[k]!)
  const wholeDays = scaled(words[k + 1]!)
  const months = Math.trunc(wholeMonths)
  let days = Math.trunc(wholeDays)
  const monthDays = roundToMicro((wholeMonths - months) * 30)
  let seconds = roundToMicro((wholeDays - days + monthDays - Math.trunc(monthDays)) * 86_400)
  if (Math.abs(seconds) >= 86_400) {
    days += Math.trunc(seconds / 86_400)
    seconds -= Math.trunc(seconds / 86_400) * 86_400
  }
  days += Math.trunc(monthDays)
  const microseconds = roundHalfEven(scaled(microsecondsAt(words, k)) + seconds * 1e6)
  if (!fitsInt32(months) || !fitsInt32(days) || !(Math.abs(microseconds) < 9.2e15)) throw overflow()
  writeInterval(out, to, months, days, BigInt(microseconds) * 1000n)
}
