/**
 * The RLE and bit-packing hybrid of dictionary indices, levels and booleans
 * (https://github.com/apache/parquet-format/blob/master/Encodings.md, RLE). A run is a header, a varint: even is a
 * repeated value, odd is groups of 8 packed values. Functions take the part of the page that holds the runs as
 * `[start, end)` and return where they stopped.
 */

import { countSet, setBits } from '@artemis/arrow'
import { damaged } from '../errors.js'
import { unpackerOf } from './bit-unpack.js'

/** Unpackers write whole groups of 8: targets need this many elements behind the last. */
export const UNPACK_SLACK = 8

/** Set by {@link readVarint}: where the varint ended. A module variable, since a pair would be allocated per run. */
let varintEnd = 0

function readVarint(bytes: Uint8Array, start: number, end: number, where: string): number {
  let value = 0
  let position = start
  for (let shift = 0; shift < 35; shift += 7) {
    if (position >= end) throw damaged(where, 'encoded runs end too early')
    const byte = bytes[position++]!
    value |= (byte & 127) << shift
    if (byte < 128) {
      varintEnd = position
      return value >>> 0
    }
  }
  throw damaged(where, 'a run length does not end')
}

/** Decodes `count` values of `width` bits to `target[to..]`, which has {@link UNPACK_SLACK} elements to spare. */
export function decodeHybrid(
  bytes: Uint8Array,
  start: number,
  end: number,
  width: number,
  target: Int32Array,
  to: number,
  count: number,
  where: string,
): number {
  const stop = to + count
  if (width === 0) {
    target.fill(0, to, stop)
    return start
  }
  const unpack = unpackerOf(width)
  const valueBytes = (width + 7) >>> 3
  let position = start
  let next = to
  while (next < stop) {
    const header = readVarint(bytes, position, end, where)
    position = varintEnd
    if ((header & 1) === 1) {
      const groups = Math.min(header >>> 1, (stop - next + 7) >>> 3)
      // A last group may be cut where its padding would stand: the bytes that are missing must hold no value we need.
      const needed = Math.min(groups * width, Math.ceil(((stop - next) * width) / 8))
      if (position + needed > end) throw damaged(where, 'packed values end too early')
      if (position + groups * width <= bytes.length) unpack(bytes, position, target, next, groups)
      else unpackPadded(bytes, position, width, target, next, groups)
      position += (header >>> 1) * width
      next += groups * 8
    } else {
      let value = 0
      for (let i = 0; i < valueBytes; i++) value |= (bytes[position + i] ?? 0) << (8 * i)
      position += valueBytes
      if (position > end) throw damaged(where, 'a run ends too early')
      const runEnd = Math.min(stop, next + (header >>> 1))
      target.fill(value, next, runEnd)
      next = runEnd
    }
  }
  return Math.min(position, end)
}

function unpackPadded(bytes: Uint8Array, position: number, width: number, target: Int32Array, next: number, groups: number): void {
  const padded = new Uint8Array(groups * width)
  padded.set(bytes.subarray(position))
  unpackerOf(width)(padded, 0, target, next, groups)
}

/**
 * Decodes `count` bits to the zeroed bitmap from bit 0, and returns how many are ones. Packed runs are a bitmap already,
 * as long as they start on a byte.
 */
export function decodeBits(bytes: Uint8Array, start: number, end: number, bitmap: Uint8Array, count: number, where: string): number {
  let position = start
  let done = 0
  while (done < count) {
    const header = readVarint(bytes, position, end, where)
    position = varintEnd
    if ((header & 1) === 1) {
      const bits = Math.min((header >>> 1) * 8, count - done)
      const length = (bits + 7) >>> 3
      if (position + length > end) throw damaged(where, 'packed bits end too early')
      appendBits(bytes, position, bits, bitmap, done)
      position += header >>> 1
      done += bits
    } else {
      if (position >= end) throw damaged(where, 'a run of bits ends too early')
      const run = Math.min(header >>> 1, count - done)
      if ((bytes[position++]! & 1) === 1) setBits(bitmap, done, run)
      done += run
    }
  }
  return countSet(bitmap, count)
}

/** True when the runs of `count` one-bit values are one single run of ones: a page without nulls. */
export function isAllOnes(bytes: Uint8Array, start: number, end: number, count: number, where: string): boolean {
  if (start >= end) return count === 0
  const header = readVarint(bytes, start, end, where)
  return (header & 1) === 0 && header >>> 1 >= count && bytes[varintEnd] === 1
}

const LONG_COPY = 64

/** Copies `count` bits of `source` from byte `from` on to the zeroed place at bit `to` of `target`. */
export function appendBits(source: Uint8Array, from: number, count: number, target: Uint8Array, to: number): void {
  const end = from + (count >>> 3)
  const shift = to & 7
  let at = from
  let out = to >>> 3
  if (shift !== 0) {
    for (; at < end; at++) {
      const byte = source[at]!
      target[out]! |= byte << shift
      target[++out]! |= byte >>> (8 - shift)
    }
  } else if (end - at > LONG_COPY) {
    target.set(source.subarray(at, end), out)
    out += end - at
    at = end
  } else while (at < end) target[out++] = source[at++]!
  const rest = count & 7
  if (rest === 0) return
  const last = source[at]! & ((1 << rest) - 1)
  target[out]! |= last << shift
  if (shift + rest > 8) target[out + 1]! |= last >>> (8 - shift)
}

/** Decodes `count` levels, each at most `maximum`, to bytes. */
export function decodeLevels(
  bytes: Uint8Array,
  start: number,
  end: number,
  maximum: number,
  target: Uint8Array,
  to: number,
  count: number,
  where: string,
): void {
  const width = 32 - Math.clz32(maximum)
  const scratch = levelScratch(count)
  decodeHybrid(bytes, start, end, width, scratch, 0, count, where)
  for (let i = 0; i < count; i++) {
    const level = scratch[i]!
    if (level > maximum) throw damaged(where, `a level of ${level}, the maximum is ${maximum}`)
    target[to + i] = level
  }
}

let levels = new Int32Array(0)

function levelScratch(count: number): Int32Array {
  if (levels.length < count + UNPACK_SLACK) levels = new Int32Array(count + UNPACK_SLACK)
  return levels
}
