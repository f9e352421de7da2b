/** Casts to and from decimals. A value that loses digits rounds half away from zero; one that does not fit is an error. */

import type { BooleanVector, DataType, FixedVector, PrimitiveVector, Vector } from '@artemis/arrow'
import {
  alignedWords,
  allocatePrimitive,
  bitmapBytes,
  booleanVector,
  fixedVector,
  formatDecimal,
  formatFloat64,
  int32Words,
  primitiveVector,
} from '@artemis/arrow'
import { assert } from '@artemis/errors'
import {
  bigAt,
  bigPowerOfTen,
  decimalVector,
  EXACT,
  isSmall,
  POWERS_OF_TEN,
  smallAt,
  writeBig,
  writeSmall,
} from '../kernel/decimal-words.js'
import { bigOf } from '../kernel/int64-arithmetic.js'
import { roundHalfAway } from '../kernel/rounding.js'
import type { CastRun } from './cast-run.js'

type DecimalType = Extract<DataType, { kind: 'decimal' }>

const TWO_32 = 4294967296

function decimalType(type: DataType): DecimalType {
  assert(type.kind === 'decimal', 'a decimal type')
  return type
}

/** `value / 10^digits`, ties away from zero. */
export function divideRounded(value: bigint, digits: number): bigint {
  if (digits === 0) return value
  const divisor = bigPowerOfTen(digits)
  const quotient = value / divisor
  const remainder = value % divisor
  const twice = (remainder < 0n ? -remainder : remainder) * 2n
  return twice >= divisor ? quotient + (value < 0n ? -1n : 1n) : quotient
}

/** The same for numbers that are exact in doubles; `divisor` is a power of ten below 2^53. */
function divideRoundedSmall(value: number, divisor: number): number {
  const quotient = Math.trunc(value / divisor)
  const remainder = value - quotient * divisor
  if (2 * remainder >= divisor) return quotient + 1
  return 2 * remainder <= -divisor ? quotient - 1 : quotient
}

export function decimalToDecimal(vector: FixedVector, run: CastRun): Vector {
  const from = decimalType(run.from)
  const to = decimalType(run.to)
  // A wider type of the same scale has the same words.
  if (to.scale === from.scale && to.precision >= from.precision) return fixedVector(to, vector.length, vector.values, { validity: run.validity })
  const words = alignedWords(vector.values)
  const out = new Int32Array(words.length)
  const shift = to.scale - from.scale
  const limit = bigPowerOfTen(to.precision)
  const bound = to.precision <= 15 ? POWERS_OF_TEN[to.precision]! : EXACT
  const factor = Math.abs(shift) <= 15 ? POWERS_OF_TEN[Math.abs(shift)]! : 0
  for (let i = 0; i < vector.length; i++) {
    const k = 4 * i
    if (factor !== 0 && isSmall(words, k)) {
      const value = smallAt(words, k)
      const moved = shift >= 0 ? value * factor : divideRoundedSmall(value, factor)
      if (moved < bound && moved > -bound) {
        writeSmall(out, k, moved)
        continue
      }
    }
    const value = bigAt(words, k)
    const moved = shift >= 0 ? value * bigPowerOfTen(shift) : divideRounded(value, -shift)
    if (moved < limit && moved > -limit) writeBig(out, k, moved)
    else run.outOfRange(i, formatDecimal(value, from.precision, from.scale))
  }
  return decimalVector(to, out, { validity: run.validity })
}

export function integerToDecimal(vector: PrimitiveVector, run: CastRun): Vector {
  const to = decimalType(run.to)
  const { values } = vector
  const wide = values instanceof BigInt64Array || values instanceof BigUint64Array
  const words = wide ? int32Words(values) : undefined
  const unsigned = values instanceof BigUint64Array
  const out = new Int32Array(vector.length * 4)
  const factor = to.scale <= 15 ? POWERS_OF_TEN[to.scale]! : Infinity
  const bound = to.precision <= 15 ? POWERS_OF_TEN[to.precision]! : EXACT
  for (let i = 0; i < vector.length; i++) {
    const value =
      words === undefined
        ? (values[i] as number)
        : (unsigned ? words[2 * i + 1]! >>> 0 : words[2 * i + 1]!) * TWO_32 + (words[2 * i]! >>> 0)
    const scaled = value * factor
    if (scaled < bound && scaled > -bound) {
      writeSmall(out, 4 * i, scaled)
      continue
    }
    const exact = words === undefined ? BigInt(value) : unsigned ? BigInt.asUintN(64, bigOf(words, 2 * i)) : bigOf(words, 2 * i)
    const moved = exact * bigPowerOfTen(to.scale)
    if (fits(moved, to)) writeBig(out, 4 * i, moved)
    else run.outOfRange(i, String(exact))
  }
  return decimalVector(to, out, { validity: run.validity })
}

function fits(value: bigint, type: DecimalType): boolean {
  const limit = bigPowerOfTen(type.precision)
  return value < limit && value > -limit
}

export function floatToDecimal(vector: PrimitiveVector, run: CastRun): Vector {
  const to = decimalType(run.to)
  const factor = Number(bigPowerOfTen(to.scale))
  const out = new Int32Array(vector.length * 4)
  for (let i = 0; i < vector.length; i++) {
    const value = vector.values[i] as number
    const scaled = roundHalfAway(value * factor)
    if (!Number.isFinite(scaled)) run.outOfRange(i, formatFloat64(value))
    else if (scaled < EXACT && scaled > -EXACT && to.precision >= 16) writeSmall(out, 4 * i, scaled)
    else if (fits(BigInt(scaled), to)) writeBig(out, 4 * i, BigInt(scaled))
    else run.outOfRange(i, formatFloat64(value))
  }
  return decimalVector(to, out, { validity: run.validity })
}

export function decimalToInteger(vector: FixedVector, run: CastRun): Vector {
  const { scale, precision } = decimalType(run.from)
  const words = alignedWords(vector.values)
  const out = allocatePrimitive(run.to, vector.length)
  const wide = out instanceof BigInt64Array || out instanceof BigUint64Array
  const outWords = wide ? int32Words(out) : undefined
  const unsigned = out instanceof BigUint64Array
  const divisor = scale <= 15 ? POWERS_OF_TEN[scale]! : 0
  for (let i = 0; i < vector.length; i++) {
    const k = 4 * i
    if (divisor !== 0 && isSmall(words, k)) {
      const value = divideRoundedSmall(smallAt(words, k), divisor)
      if (outWords === undefined) out[i] = value
      else {
        outWords[2 * i] = value
        outWords[2 * i + 1] = Math.floor(value / TWO_32)
      }
      if (outWords === undefined ? out[i] === value : !unsigned || value >= 0) continue
    } else {
      const value = divideRounded(bigAt(words, k), scale)
      if (wide && (unsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value)) === value) {
        out[i] = value
        continue
      }
    }
    run.outOfRange(i, formatDecimal(bigAt(words, k), precision, scale))
  }
  return primitiveVector(run.to, out, { validity: run.validity })
}

/** Correctly rounded where the unscaled value is below 2^53, else through the digits. */
export function decimalToFloat(vector: FixedVector, run: CastRun): Vector {
  const { scale, precision } = decimalType(run.from)
  const words = alignedWords(vector.values)
  const out = run.to.kind === 'float32' ? new Float32Array(vector.length) : new Float64Array(vector.length)
  const divisor = scale <= 22 ? POWERS_OF_TEN[scale]! : 0
  for (let i = 0; i < vector.length; i++) {
    if (divisor !== 0 && isSmall(words, 4 * i)) out[i] = smallAt(words, 4 * i) / divisor
    else out[i] = Number(formatDecimal(bigAt(words, 4 * i), precision, scale))
  }
  return primitiveVector(run.to, out, { validity: run.validity })
}

export function decimalToBoolean(vector: FixedVector, run: CastRun): Vector {
  const words = alignedWords(vector.values)
  const bits = new Uint8Array(bitmapBytes(vector.length))
  for (let i = 0; i < vector.length; i++) {
    if ((words[4 * i]! | words[4 * i + 1]! | words[4 * i + 2]! | words[4 * i + 3]!) !== 0) bits[i >>> 3]! |= 1 << (i & 7)
  }
  return booleanVector(vector.length, bits, { validity: run.validity })
}

export function booleanToDecimal(vector: BooleanVector, run: CastRun): Vector {
  const to = decimalType(run.to)
  const out = new Int32Array(vector.length * 4)
  const one = bigPowerOfTen(to.scale)
  for (let i = 0; i < vector.length; i++) {
    if (((vector.values[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    if (fits(one, to)) writeBig(out, 4 * i, one)
    else run.outOfRange(i, 'true')
  }
  return decimalVector(to, out, { validity: run.validity })
}
