/** Moments as counts since the epoch, and back. */

import type { DataType } from '@artemis/arrow'
import { float64, int64, interval, primitiveVector, time64, timestamp } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { overload, scalarFunction } from '../definition/scalar.js'
import { writeTimestamp } from '../kernel/calendar.js'
import { outOfRange } from '../kernel/errors.js'
import type { Kernel, KernelInput } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import { bigOf, multiplyInt64 } from '../kernel/int64-arithmetic.js'
import { bigIntsOf, doublesOf, wordColumn } from '../kernel/primitive-columns.js'
import { roundHalfEven } from '../kernel/rounding.js'
import { intervalColumn, microsecondsAt } from './interval-words.js'
import type { Moments } from './moments.js'
import { instant, localTimestamp, MOMENT_TYPES, splitMoments, TEMPORAL_TYPES, TimestampResult } from './moments.js'

/** Days and the microseconds beyond them, of moments in UTC or of intervals with months of 30 days. */
function countedFromEpoch(input: KernelInput, type: DataType): Moments {
  if (type.kind !== 'interval') return splitMoments(argument(input, 0), input.rowCount, undefined)
  const { words, stride } = intervalColumn(argument(input, 0))
  const days = new Int32Array(input.rowCount)
  const microseconds = new Float64Array(input.rowCount)
  for (let i = 0; i < days.length; i++) {
    const k = 4 * i * stride
    days[i] = words[k]! * 30 + words[k + 1]!
    microseconds[i] = microsecondsAt(words, k)
  }
  return { days, microseconds }
}

const overflow = (): Error => outOfRange('a count since the epoch is out of range: it must fit 64 bits')

/** Milliseconds are cut towards the epoch, those of an interval's time towards 0, as in DuckDB. */
function millisecondsKernel(type: DataType): Kernel {
  const isInterval = type.kind === 'interval'
  return (input) => {
    const { days, microseconds } = countedFromEpoch(input, type)
    const out = new BigInt64Array(input.rowCount)
    const words = new Int32Array(out.buffer)
    for (let i = 0; i < days.length; i++) {
      const whole = isInterval ? Math.trunc(microseconds[i]! / 1000) : Math.floor(microseconds[i]! / 1000)
      let value = days[i]! * 86_400_000 + whole
      if (value < 0 && !isInterval && whole * 1000 !== microseconds[i]!) value++
      words[2 * i] = value
      words[2 * i + 1] = Math.floor(value / 4294967296)
    }
    return primitiveVector(int64, out, { validity: input.validity })
  }
}

function microsecondsOf(input: KernelInput, type: DataType): BigInt64Array {
  const { days, microseconds } = countedFromEpoch(input, type)
  const out = new BigInt64Array(input.rowCount)
  const words = new Int32Array(out.buffer)
  for (let i = 0; i < days.length; i++) {
    if (!writeTimestamp(words, 2 * i, days[i]!, microseconds[i]!) && isRowValid(input.validity, i)) throw overflow()
  }
  return out
}

function nanosecondsKernel(type: DataType): Kernel {
  return (input) => {
    const micro = new Int32Array(microsecondsOf(input, type).buffer)
    const out = new BigInt64Array(input.rowCount)
    const near = multiplyInt64(new Int32Array(out.buffer), input.rowCount, { a: micro, aStride: 1, b: Int32Array.of(1000, 0), bStride: 0 })
    if (near !== 0) {
      for (let i = 0; i < out.length; i++) if (bigOf(micro, 2 * i) * 1000n !== out[i] && isRowValid(input.validity, i)) throw overflow()
    }
    return primitiveVector(int64, out, { validity: input.validity })
  }
}

const nanoseconds = timestamp('ns')

export const epochMilliseconds = scalarFunction({
  name: 'epoch_ms',
  category: 'temporal',
  description: 'Milliseconds since 1970-01-01 00:00 UTC. Of a number, the timestamp so many milliseconds after it.',
  example: "epoch_ms(TIMESTAMP '2024-03-05 10:30:00')",
  result: '1709634600000',
  overloads: [
    ...TEMPORAL_TYPES.map((type) => overload({ value: type }, int64, millisecondsKernel(type))),
    overload({ milliseconds: int64 }, localTimestamp, fromMilliseconds(localTimestamp), { canThrow: true }),
  ],
})

export const epochMicroseconds = scalarFunction({
  name: 'epoch_us',
  category: 'temporal',
  description: 'Microseconds since 1970-01-01 00:00 UTC.',
  example: "epoch_us(TIMESTAMP '2024-03-05 10:30:00')",
  result: '1709634600000000',
  canThrow: true,
  overloads: TEMPORAL_TYPES.map((type) =>
    overload({ value: type }, int64, (input) => primitiveVector(int64, microsecondsOf(input, type), { validity: input.validity })),
  ),
})

export const epochNanoseconds = scalarFunction({
  name: 'epoch_ns',
  category: 'temporal',
  description: 'Nanoseconds since 1970-01-01 00:00 UTC.',
  example: "epoch_ns(TIMESTAMP '2024-03-05 10:30:00')",
  result: '1709634600000000000',
  canThrow: true,
  overloads: [
    overload({ value: nanoseconds }, int64, (input) =>
      primitiveVector(int64, bigIntsOf(argument(input, 0), input.rowCount), { validity: input.validity }),
    ),
    ...TEMPORAL_TYPES.map((type) => overload({ value: type }, int64, nanosecondsKernel(type))),
  ],
})

/** The nanoseconds of the minute, exact for timestamps that have them. */
export const nanosecond = scalarFunction({
  name: 'nanosecond',
  category: 'temporal',
  description: 'The nanoseconds of the minute, the seconds among them.',
  example: "nanosecond(TIMESTAMP '2024-03-05 10:30:01.5')",
  result: '1500000000',
  overloads: [
    overload({ value: nanoseconds }, int64, (input) => {
      const values = bigIntsOf(argument(input, 0), input.rowCount)
      const out = BigInt64Array.from(values, (value) => ((value % 60_000_000_000n) + 60_000_000_000n) % 60_000_000_000n)
      return primitiveVector(int64, out, { validity: input.validity })
    }),
    ...[...MOMENT_TYPES, time64].map((type) =>
      overload({ value: type }, int64, (input) => {
        const { microseconds } = splitMoments(argument(input, 0), input.rowCount, undefined)
        return wholeNumbers(microseconds, input.validity)
      }),
    ),
    overload({ value: interval }, int64, (input) => wholeNumbers(countedFromEpoch(input, interval).microseconds, input.validity)),
  ],
})

function wholeNumbers(microseconds: Float64Array, validity: Uint8Array | null): ReturnType<typeof primitiveVector> {
  const out = new BigInt64Array(microseconds.length)
  const words = new Int32Array(out.buffer)
  for (let i = 0; i < out.length; i++) {
    const value = (microseconds[i]! % 60_000_000) * 1000
    words[2 * i] = value
    words[2 * i + 1] = Math.floor(value / 4294967296)
  }
  return primitiveVector(int64, out, { validity })
}

/** Timestamps of whole milliseconds since the epoch. */
function fromMilliseconds(type: DataType): Kernel {
  return (input) => {
    const { words, stride } = wordColumn(argument(input, 0))
    const out = new BigInt64Array(input.rowCount)
    const near = multiplyInt64(new Int32Array(out.buffer), input.rowCount, {
      a: words,
      aStride: stride,
      b: Int32Array.of(1000, 0),
      bStride: 0,
    })
    if (near !== 0) {
      for (let i = 0; i < out.length; i++)
        if (bigOf(words, 2 * i * stride) * 1000n !== out[i] && isRowValid(input.validity, i)) throw overflow()
    }
    return primitiveVector(type, out, { validity: input.validity })
  }
}

/** A 64-bit count taken as it is for a timestamp of its unit. */
function reinterpret(type: DataType): Kernel {
  return (input) => primitiveVector(type, bigIntsOf(argument(input, 0), input.rowCount), { validity: input.validity })
}

export const makeTimestampMilliseconds = scalarFunction({
  name: 'make_timestamp_ms',
  category: 'temporal',
  description: 'The timestamp so many milliseconds after 1970-01-01 00:00.',
  example: 'make_timestamp_ms(1709634600000)',
  result: '2024-03-05 10:30:00',
  canThrow: true,
  overloads: [overload({ milliseconds: int64 }, localTimestamp, fromMilliseconds(localTimestamp))],
})

export const makeTimestampNanoseconds = scalarFunction({
  name: 'make_timestamp_ns',
  category: 'temporal',
  description: 'The timestamp so many nanoseconds after 1970-01-01 00:00.',
  example: 'make_timestamp_ns(1709634600000000001)',
  result: '2024-03-05 10:30:00.000000001',
  overloads: [overload({ nanoseconds: int64 }, nanoseconds, reinterpret(nanoseconds))],
})

export const timestampOfMicroseconds = overload({ microseconds: int64 }, localTimestamp, reinterpret(localTimestamp))
export const instantOfMicroseconds = overload({ microseconds: int64 }, instant, reinterpret(instant))

export const toTimestamp = scalarFunction({
  name: 'to_timestamp',
  category: 'temporal',
  description: 'The instant so many seconds after 1970-01-01 00:00 UTC.',
  example: 'to_timestamp(1709634600.5)',
  result: '2024-03-05 10:30:00.5+00',
  canThrow: true,
  overloads: [
    overload({ seconds: float64 }, instant, (input) => {
      const seconds = doublesOf(argument(input, 0), input.rowCount)
      const out = new TimestampResult(input, instant)
      for (let i = 0; i < seconds.length; i++) {
        const days = Math.floor(seconds[i]! / 86_400)
        if (days < 106_751_992 && days > -106_751_992) out.set(i, days, roundHalfEven((seconds[i]! - days * 86_400) * 1e6))
        else if (isRowValid(input.validity, i)) throw outOfRange(`${seconds[i]!} seconds since the epoch are no timestamp`)
      }
      return out.finish()
    }),
  ],
})

export const epochFunctions: readonly ScalarFunctionDefinition[] = [
  epochMilliseconds,
  epochMicroseconds,
  epochNanoseconds,
  nanosecond,
  makeTimestampMilliseconds,
  makeTimestampNanoseconds,
  toTimestamp,
]
