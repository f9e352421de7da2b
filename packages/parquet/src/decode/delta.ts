/**
 * DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY and DELTA_BYTE_ARRAY
 * (https://github.com/apache/parquet-format/blob/master/Encodings.md). 64-bit values are pairs of 32-bit words, low
 * first, added with a carry, so that no BigInt is made per value.
 */

import { damaged } from '../errors.js'
import { unpackerOf } from './bit-unpack.js'

/** Reads variable-length integers as pairs of words. */
class Cursor {
  readonly bytes: Uint8Array
  readonly end: number
  readonly where: string
  position: number
  low = 0
  high = 0

  constructor(bytes: Uint8Array, position: number, end: number, where: string) {
    this.bytes = bytes
    this.position = position
    this.end = end
    this.where = where
  }

  byte(): number {
    if (this.position >= this.end) throw damaged(this.where, 'delta-encoded values end too early')
    return this.bytes[this.position++]!
  }

  /** An unsigned varint that counts something. */
  count(): number {
    this.varint()
    if (this.high !== 0 || this.low < 0) throw damaged(this.where, 'a count of delta-encoded values is too large')
    return this.low
  }

  /** A zigzag varint of up to 64 bits, to `low` and `high`. */
  zigzag(): void {
    this.varint()
    const sign = -(this.low & 1)
    const low = (this.low >>> 1) | (this.high << 31)
    this.high = (this.high >>> 1) ^ sign
    this.low = low ^ sign
  }

  varint(): void {
    this.low = 0
    this.high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte()
      const bits = byte & 127
      if (shift < 28) this.low |= bits << shift
      else if (shift === 28) {
        this.low |= bits << 28
        this.high |= bits >>> 4
      } else if (shift < 63) this.high |= bits << (shift - 32)
      else this.high |= bits << 31
      if (byte < 128) return
    }
    throw damaged(this.where, 'a variable-length integer does not end')
  }
}

let packed = new Int32Array(0)

/**
 * Decodes values to words: one of 32 bits each when `wide` is false, else two. `target` has room for `count` values.
 * Returns where the encoded values end.
 */
export function decodeDeltaBinary(
  bytes: Uint8Array,
  start: number,
  end: number,
  target: Int32Array,
  count: number,
  wide: boolean,
  where: string,
): number {
  const cursor = new Cursor(bytes, start, end, where)
  const blockSize = cursor.count()
  const miniblocks = cursor.count()
  const total = cursor.count()
  cursor.zigzag()
  if (total < count) throw damaged(where, `${total} delta-encoded values, ${count} are needed`)
  if (miniblocks === 0 || blockSize % miniblocks !== 0) throw damaged(where, `${miniblocks} miniblocks in a block of ${blockSize}`)
  const perMiniblock = blockSize / miniblocks
  if (perMiniblock % 8 !== 0 || perMiniblock === 0 || blockSize > 1 << 20) throw damaged(where, `miniblocks of ${perMiniblock} values`)
  if (total === 0) return cursor.position
  let low = cursor.low
  let high = cursor.high
  const step = wide ? 2 : 1
  const stop = count * step
  let out = 0
  const put = (): void => {
    if (out >= stop) return
    target[out] = low
    if (wide) target[out + 1] = high
    out += step
  }
  put()
  let left = total - 1
  const widths = new Uint8Array(miniblocks)
  while (left > 0) {
    cursor.zigzag()
    const minLow = cursor.low
    const minHigh = cursor.high
    for (let i = 0; i < miniblocks; i++) widths[i] = cursor.byte()
    for (let i = 0; i < miniblocks && left > 0; i++) {
      const width = widths[i]!
      if (width > 64) throw damaged(where, `a bit width of ${width}`)
      const words = unpackMiniblock(cursor, width, perMiniblock)
      const values = Math.min(perMiniblock, left)
      left -= values
      for (let k = 0; k < values; k++) {
        // Two additions of 64 bits; each carry is found by comparing unsigned.
        const deltaLow = words[2 * k]!
        let sum = (low + minLow) | 0
        high = (high + minHigh + (sum >>> 0 < low >>> 0 ? 1 : 0)) | 0
        low = sum
        sum = (low + deltaLow) | 0
        high = (high + words[2 * k + 1]! + (sum >>> 0 < low >>> 0 ? 1 : 0)) | 0
        low = sum
        if (out < stop) {
          target[out] = low
          if (wide) target[out + 1] = high
          out += step
        }
      }
    }
  }
  return Math.min(cursor.position, end)
}

/** Unpacks one miniblock to pairs of words. */
function unpackMiniblock(cursor: Cursor, width: number, values: number): Int32Array {
  if (packed.length < values * 2 + 16) packed = new Int32Array(values * 2 + 16)
  const length = (values * width) / 8
  // The last miniblock may be cut behind its last value.
  const part =
    cursor.position + length <= cursor.end ? cursor.bytes.subarray(cursor.position, cursor.position + length) : padded(cursor, length)
  cursor.position += length
  if (width === 0) packed.fill(0, 0, values * 2)
  else if (width <= 32) {
    unpackerOf(width)(part, 0, packed, 0, values >>> 3)
    for (let k = values - 1; k >= 0; k--) {
      packed[2 * k] = packed[k]!
      packed[2 * k + 1] = 0
    }
  } else unpackWide(part, width, values)
  return packed
}

function padded(cursor: Cursor, length: number): Uint8Array {
  const out = new Uint8Array(length)
  out.set(cursor.bytes.subarray(cursor.position, cursor.end))
  return out
}

/** Widths of 33 to 64 bits, byte by byte. */
function unpackWide(bytes: Uint8Array, width: number, values: number): void {
  for (let k = 0; k < values; k++) {
    const bit = k * width
    packed[2 * k] = bitsAt(bytes, bit, 32)
    packed[2 * k + 1] = bitsAt(bytes, bit + 32, width - 32)
  }
}

/** `count` (1 to 32) bits from bit `start` on. */
function bitsAt(bytes: Uint8Array, start: number, count: number): number {
  let value = 0
  let have = 0
  let byte = start >>> 3
  let skip = start & 7
  while (have < count) {
    value |= (bytes[byte++]! >>> skip) << have
    have += 8 - skip
    skip = 0
  }
  return count === 32 ? value : value & (2 ** count - 1)
}

/** Values of variable length, one behind the other. */
export interface DecodedBytes {
  /** `count + 1` offsets into `data`. */
  readonly offsets: Int32Array
  readonly data: Uint8Array
}

export function decodeDeltaLengths(bytes: Uint8Array, start: number, end: number, count: number, where: string): DecodedBytes {
  const offsets = new Int32Array(count + 1)
  const lengths = new Int32Array(count)
  const position = decodeDeltaBinary(bytes, start, end, lengths, count, false, where)
  for (let i = 0; i < count; i++) {
    const length = lengths[i]!
    if (length < 0 || length > end - position - offsets[i]!) throw damaged(where, `a value of ${length} bytes leaves its page`)
    offsets[i + 1] = offsets[i]! + length
  }
  return { offsets, data: bytes.subarray(position, position + offsets[count]!) }
}

/** Values that share a prefix with the value before them. */
export function decodeDeltaBytes(bytes: Uint8Array, start: number, end: number, count: number, where: string): DecodedBytes {
  const prefixes = new Int32Array(count)
  const suffixStart = decodeDeltaBinary(bytes, start, end, prefixes, count, false, where)
  const suffixes = decodeDeltaLengths(bytes, suffixStart, end, count, where)
  const offsets = new Int32Array(count + 1)
  let size = 0
  for (let i = 0; i < count; i++) {
    const before = i === 0 ? 0 : offsets[i]! - offsets[i - 1]!
    const prefix = prefixes[i]!
    if (prefix < 0 || prefix > before) throw damaged(where, `a prefix of ${prefix} bytes of a value of ${before}`)
    size += prefix + suffixes.offsets[i + 1]! - suffixes.offsets[i]!
    if (size > 0x7fffffff) throw damaged(where, 'a page of more than 2 GiB')
    offsets[i + 1] = size
  }
  const data = new Uint8Array(size)
  for (let i = 0; i < count; i++) {
    const to = offsets[i]!
    const prefix = prefixes[i]!
    if (prefix > 0) data.copyWithin(to, offsets[i - 1]!, offsets[i - 1]! + prefix)
    data.set(suffixes.data.subarray(suffixes.offsets[i]!, suffixes.offsets[i + 1]!), to + prefix)
  }
  return { offsets, data }
}
