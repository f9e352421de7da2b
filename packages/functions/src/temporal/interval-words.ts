/** Intervals in memory: int32 months, int32 days, int64 nanoseconds; as words at `4 * i`. */

import type { Datum, FixedVector, IntervalValue, Nulls } from '@artemis/arrow'
import { alignedWords, fixedVector, interval } from '@artemis/arrow'
import { assert } from '@artemis/errors'

const TWO_32 = 4294967296
const EXACT = 9007199254740992

export interface IntervalColumn {
  readonly words: Int32Array
  readonly stride: 0 | 1
}

export function intervalColumn(datum: Datum): IntervalColumn {
  if (datum.kind === 'scalar') {
    const words = new Int32Array(4)
    const value = datum.value as IntervalValue | null
    if (value !== null) writeInterval(words, 0, value.months, value.days, value.nanoseconds)
    return { words, stride: 0 }
  }
  const { vector } = datum
  assert(vector.layout === 'fixed' && vector.type.kind === 'interval', 'an interval column')
  return { words: alignedWords(vector.values), stride: 1 }
}

export function writeInterval(words: Int32Array, k: number, months: number, days: number, nanoseconds: bigint): void {
  words[k] = months
  words[k + 1] = days
  words[k + 2] = Number(BigInt.asIntN(32, nanoseconds))
  words[k + 3] = Number(BigInt.asIntN(32, nanoseconds >> 32n))
}

/** Writes the time part in microseconds, an integer below 2^53 in magnitude. */
export function writeIntervalMicroseconds(words: Int32Array, k: number, months: number, days: number, microseconds: number): void {
  const nanoseconds = microseconds * 1000
  if (nanoseconds < EXACT && nanoseconds > -EXACT) {
    words[k] = months
    words[k + 1] = days
    words[k + 2] = nanoseconds
    words[k + 3] = Math.floor(nanoseconds / TWO_32)
  } else writeInterval(words, k, months, days, BigInt(microseconds) * 1000n)
}

export function nanosecondsAt(words: Int32Array, k: number): bigint {
  return (BigInt(words[k + 3]!) << 32n) | BigInt(words[k + 2]! >>> 0)
}

/** The time part in microseconds; what is finer is cut. An int64 of nanoseconds is always exact here. */
export function microsecondsAt(words: Int32Array, k: number): number {
  const value = words[k + 3]! * TWO_32 + (words[k + 2]! >>> 0)
  if (value < EXACT && value > -EXACT) return Math.trunc(value / 1000)
  return Number(nanosecondsAt(words, k) / 1000n)
}

export function intervalVector(words: Int32Array, given?: Nulls): FixedVector {
  return fixedVector(interval, words.length >>> 2, new Uint8Array(words.buffer, words.byteOffset, words.byteLength), given)
}
