/**
 * 128-bit decimals as four little-endian int32 words. Nearly all decimals in practice are below 2^52 in magnitude, so every
 * loop first asks `isSmall` and then works in doubles; what is larger takes words or BigInt.
 */

import type { Datum, DataType, FixedVector, Nulls } from '@artemis/arrow'
import { alignedWords, fixedVector } from '@artemis/arrow'
import { assert } from '@artemis/errors'

const TWO_32 = 4294967296
/** Small values are below this in magnitude: sums of two of them are exact in doubles. */
export const SMALL = 4503599627370496
export const EXACT = 9007199254740992

/** 10^0 to 10^22, exact in doubles. */
export const POWERS_OF_TEN: readonly number[] = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`))

export function bigPowerOfTen(exponent: number): bigint {
  return 10n ** BigInt(exponent)
}

/** Row i of a decimal argument starts at word `4 * i * stride`. */
export interface DecimalColumn {
  readonly words: Int32Array
  readonly stride: 0 | 1
}

export function decimalColumn(datum: Datum): DecimalColumn {
  if (datum.kind === 'scalar') {
    const words = new Int32Array(4)
    writeBig(words, 0, (datum.value ?? 0n) as bigint)
    return { words, stride: 0 }
  }
  const { vector } = datum
  assert(vector.layout === 'fixed' && vector.byteWidth === 16, `a ${vector.layout} vector where decimals are wanted`)
  return { words: alignedWords(vector.values), stride: 1 }
}

export function isSmall(words: Int32Array, k: number): boolean {
  const high = words[k + 1]!
  const sign = high >> 31
  return words[k + 2] === sign && words[k + 3] === sign && high < 0x100000 && high >= -0x100000
}

/** The value at k when it is small. */
export function smallAt(words: Int32Array, k: number): number {
  return words[k + 1]! * TWO_32 + (words[k]! >>> 0)
}

/** The nearest double of any value. */
export function doubleAt(words: Int32Array, k: number): number {
  if (isSmall(words, k)) return smallAt(words, k)
  return Number(bigAt(words, k))
}

/** Writes an integer that is exact in a double. */
export function writeSmall(words: Int32Array, k: number, value: number): void {
  const high = Math.floor(value / TWO_32)
  const sign = high >> 31
  words[k] = value
  words[k + 1] = high
  words[k + 2] = sign
  words[k + 3] = sign
}

export function bigAt(words: Int32Array, k: number): bigint {
  const low = (BigInt(words[k + 1]! >>> 0) << 32n) | BigInt(words[k]! >>> 0)
  const high = (BigInt(words[k + 3]!) << 32n) | BigInt(words[k + 2]! >>> 0)
  return (high << 64n) | low
}

export function writeBig(words: Int32Array, k: number, value: bigint): void {
  words[k] = Number(BigInt.asIntN(32, value))
  words[k + 1] = Number(BigInt.asIntN(32, value >> 32n))
  words[k + 2] = Number(BigInt.asIntN(32, value >> 64n))
  words[k + 3] = Number(BigInt.asIntN(32, value >> 96n))
}

export function decimalVector(type: DataType, words: Int32Array, given?: Nulls): FixedVector {
  return fixedVector(type, words.length >>> 2, new Uint8Array(words.buffer, words.byteOffset, words.byteLength), given)
}
