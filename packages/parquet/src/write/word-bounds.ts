/**
 * Smallest and largest of a range of values: one loop for each physical type. Floats leave NaN out and count it, and
 * widen zeros, since -0 and +0 are equal but order apart (parquet.thrift, ColumnOrder).
 */

import type { ValueBounds } from './bounds.js'
import { NO_VALUES } from './bounds.js'

export function boundsOfInt32(words: Int32Array, from: number, to: number): ValueBounds {
  if (from === to) return NO_VALUES
  let min = words[from]!
  let max = min
  for (let i = from + 1; i < to; i++) {
    const value = words[i]!
    if (value < min) min = value
    else if (value > max) max = value
  }
  return { min, max, nanCount: 0 }
}

export function boundsOfUint32(words: Int32Array, from: number, to: number): ValueBounds {
  if (from === to) return NO_VALUES
  let min = words[from]! >>> 0
  let max = min
  for (let i = from + 1; i < to; i++) {
    const value = words[i]! >>> 0
    if (value < min) min = value
    else if (value > max) max = value
  }
  return { min, max, nanCount: 0 }
}

/** Pairs of words, low first; a BigInt is made for the two results only. */
export function boundsOfInt64(words: Int32Array, from: number, to: number): ValueBounds {
  if (from === to) return NO_VALUES
  let minAt = 2 * from
  let maxAt = minAt
  let minHigh = words[minAt + 1]!
  let maxHigh = minHigh
  for (let at = minAt + 2; at < 2 * to; at += 2) {
    const high = words[at + 1]!
    if (high < minHigh || (high === minHigh && words[at]! >>> 0 < words[minAt]! >>> 0)) {
      minAt = at
      minHigh = high
    }
    if (high > maxHigh || (high === maxHigh && words[at]! >>> 0 > words[maxAt]! >>> 0)) {
      maxAt = at
      maxHigh = high
    }
  }
  return { min: bigintAt(words, minAt), max: bigintAt(words, maxAt), nanCount: 0 }
}

export function boundsOfUint64(words: Int32Array, from: number, to: number): ValueBounds {
  if (from === to) return NO_VALUES
  let minAt = 2 * from
  let maxAt = minAt
  for (let at = minAt + 2; at < 2 * to; at += 2) {
    if (isBelow(words, at, minAt)) minAt = at
    if (isBelow(words, maxAt, at)) maxAt = at
  }
  return { min: BigInt.asUintN(64, bigintAt(words, minAt)), max: BigInt.asUintN(64, bigintAt(words, maxAt)), nanCount: 0 }
}

function isBelow(words: Int32Array, a: number, b: number): boolean {
  const highA = words[a + 1]! >>> 0
  const highB = words[b + 1]! >>> 0
  return highA < highB || (highA === highB && words[a]! >>> 0 < words[b]! >>> 0)
}

function bigintAt(words: Int32Array, at: number): bigint {
  return (BigInt(words[at + 1]!) << 32n) | BigInt(words[at]! >>> 0)
}

export function boundsOfFloats(values: Float32Array, from: number, to: number): ValueBounds {
  let min = Infinity
  let max = -Infinity
  let nanCount = 0
  for (let i = from; i < to; i++) {
    const value = values[i]!
    if (value < min) min = value
    if (value > max) max = value
    if (value !== value) nanCount++
  }
  return floatBounds(min, max, nanCount, to - from)
}

export function boundsOfDoubles(values: Float64Array, from: number, to: number): ValueBounds {
  let min = Infinity
  let max = -Infinity
  let nanCount = 0
  for (let i = from; i < to; i++) {
    const value = values[i]!
    if (value < min) min = value
    if (value > max) max = value
    if (value !== value) nanCount++
  }
  return floatBounds(min, max, nanCount, to - from)
}

function floatBounds(min: number, max: number, nanCount: number, count: number): ValueBounds {
  if (nanCount === count) return { min: undefined, max: undefined, nanCount }
  return { min: min === 0 ? -0 : min, max: max === 0 ? 0 : max, nanCount }
}
