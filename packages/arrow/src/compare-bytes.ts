/** Comparison of byte strings (text in UTF-8, binary, UUIDs) in unsigned byte order, where a prefix sorts first. */

import { bitmapBytes } from './bitmap.js'

/** A column of byte strings; `stride` is 1, or 0 when the first is a constant that stands for all rows. */
export interface ByteStrings {
  readonly data: Uint8Array
  readonly offsets: Int32Array
  readonly stride: 0 | 1
}

export function bytesEqual(a: ByteStrings, b: ByteStrings, n: number): Uint8Array {
  const out = new Uint8Array(bitmapBytes(n))
  const { data: aData, offsets: aOffsets, stride: aStride } = a
  const { data: bData, offsets: bOffsets, stride: bStride } = b
  for (let i = 0; i < n; i++) {
    const p = aOffsets[aStride * i]!
    const q = bOffsets[bStride * i]!
    const size = aOffsets[aStride * i + 1]! - p
    if (size !== bOffsets[bStride * i + 1]! - q) continue
    let k = 0
    while (k < size && aData[p + k] === bData[q + k]) k++
    if (k === size) out[i >>> 3]! |= 1 << (i & 7)
  }
  return out
}

export function bytesLess(a: ByteStrings, b: ByteStrings, n: number): Uint8Array {
  const out = new Uint8Array(bitmapBytes(n))
  const { data: aData, offsets: aOffsets, stride: aStride } = a
  const { data: bData, offsets: bOffsets, stride: bStride } = b
  for (let i = 0; i < n; i++) {
    const p = aStride * i
    const q = bStride * i
    if (compareRanges(aData, aOffsets[p]!, aOffsets[p + 1]!, bData, bOffsets[q]!, bOffsets[q + 1]!) < 0) out[i >>> 3]! |= 1 << (i & 7)
  }
  return out
}

/** Negative, 0 or positive as the first range of bytes sorts before, with or after the second. */
export function compareRanges(a: Uint8Array, aStart: number, aEnd: number, b: Uint8Array, bStart: number, bEnd: number): number {
  const aSize = aEnd - aStart
  const bSize = bEnd - bStart
  const size = Math.min(aSize, bSize)
  for (let k = 0; k < size; k++) {
    const difference = a[aStart + k]! - b[bStart + k]!
    if (difference !== 0) return difference
  }
  return aSize - bSize
}
