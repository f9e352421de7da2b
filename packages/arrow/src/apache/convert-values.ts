/** Fixed-width values of types that the engine does not have, as those of their nearest relative. */

import * as arrow from 'apache-arrow'
import { assert, UnsupportedError } from '@artemis/errors'
import { alignedWords } from '../vector.js'

/** Half floats widened; every half is exactly a float. */
export function float32FromHalf(bytes: Uint8Array, length: number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Float32Array.from({ length }, (_, i) => {
    const half = view.getUint16(2 * i, true)
    const exponent = (half >>> 10) & 0x1f
    const fraction = half & 0x3ff
    const sign = half & 0x8000 ? -1 : 1
    if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
  })
}

/** Milliseconds since the epoch as days, rounded down. */
export function dateFromMilliseconds(bytes: Uint8Array, length: number): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Int32Array.from({ length }, (_, i) => Math.floor(Number(view.getBigInt64(8 * i, true)) / 86_400_000))
}

/** Times of day in other units as microseconds; nanoseconds that are no whole microseconds are an error, not a loss. */
export function timeFrom(type: arrow.Time, bytes: Uint8Array, length: number, validity: Uint8Array | null, path: string): BigInt64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (type.unit === arrow.TimeUnit.SECOND) return BigInt64Array.from({ length }, (_, i) => BigInt(view.getInt32(4 * i, true)) * 1_000_000n)
  if (type.unit === arrow.TimeUnit.MILLISECOND) return BigInt64Array.from({ length }, (_, i) => BigInt(view.getInt32(4 * i, true)) * 1_000n)
  return BigInt64Array.from({ length }, (_, i) => {
    const value = view.getBigInt64(8 * i, true)
    if (value % 1_000n !== 0n && isValidRow(validity, i))
      throw lossy(`column ${path} holds times of day in nanoseconds that are no whole microseconds`)
    return value / 1_000n
  })
}

/** Decimals of 32, 64 and 256 bits, given as so many words, as 128 bits; 128 bits as they are. */
export function decimalFromWords(bytes: Uint8Array, length: number, width: number): Uint8Array {
  assert(bytes.byteLength >= length * width * 4, 'a decimal column is shorter than its length')
  if (width === 4) return bytes.subarray(0, length * 16)
  const words = alignedWords(bytes)
  const out = new Int32Array(length * 4)
  for (let i = 0; i < length; i++) {
    const sign = words[width * i + width - 1]! >> 31
    for (let w = 0; w < 4; w++) out[4 * i + w] = w < width ? words[width * i + w]! : sign
  }
  return new Uint8Array(out.buffer)
}

/** Months, days with milliseconds, and durations as months, days and nanoseconds. */
export function intervalFrom(
  type: arrow.DataType,
  bytes: Uint8Array,
  length: number,
  validity: Uint8Array | null,
  path: string,
): Uint8Array {
  if (arrow.DataType.isInterval(type) && type.unit === arrow.IntervalUnit.MONTH_DAY_NANO) return bytes.subarray(0, length * 16)
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const out = new DataView(new ArrayBuffer(length * 16))
  for (let i = 0; i < length; i++) {
    if (arrow.DataType.isDuration(type)) {
      const nanoseconds = source.getBigInt64(8 * i, true) * NANOSECONDS[type.unit]
      if (BigInt.asIntN(64, nanoseconds) !== nanoseconds && isValidRow(validity, i))
        throw lossy(`column ${path} holds a duration of more than 292 years`)
      out.setBigInt64(16 * i + 8, nanoseconds, true)
    } else if (arrow.DataType.isInterval(type) && type.unit === arrow.IntervalUnit.YEAR_MONTH)
      out.setInt32(16 * i, source.getInt32(4 * i, true), true)
    else {
      out.setInt32(16 * i + 4, source.getInt32(8 * i, true), true)
      out.setBigInt64(16 * i + 8, BigInt(source.getInt32(8 * i + 4, true)) * 1_000_000n, true)
    }
  }
  return new Uint8Array(out.buffer)
}

const NANOSECONDS: { readonly [U in arrow.TimeUnit]: bigint } = {
  [arrow.TimeUnit.SECOND]: 1_000_000_000n,
  [arrow.TimeUnit.MILLISECOND]: 1_000_000n,
  [arrow.TimeUnit.MICROSECOND]: 1_000n,
  [arrow.TimeUnit.NANOSECOND]: 1n,
}

function isValidRow(validity: Uint8Array | null, row: number): boolean {
  return validity === null || ((validity[row >>> 3]! >>> (row & 7)) & 1) === 1
}

function lossy(message: string): UnsupportedError {
  return new UnsupportedError({
    code: 'ARROW_VALUE_NOT_SUPPORTED',
    message,
    hint: 'Cast the column to another type before registering it.',
  })
}
