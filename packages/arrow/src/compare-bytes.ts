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
  const { offsets: aOffsets, stride: aStride } = a
  const { offsets: bOffsets, stride: bStride } = b
  const aView = viewOf(a.data)
  const bView = viewOf(b.data)
  for (let i = 0; i < n; i++) {
    const p = aOffsets[aStride * i]!
    const q = bOffsets[bStride * i]!
    const size = aOffsets[aStride * i + 1]! - p
    if (size !== bOffsets[bStride * i + 1]! - q) continue
    if (sameBytes(aView, p, bView, q, size)) out[i >>> 3]! |= 1 << (i & 7)
  }
  return out
}

export function bytesLess(a: ByteStrings, b: ByteStrings, n: number): Uint8Array {
  const out = new Uint8Array(bitmapBytes(n))
  const { offsets: aOffsets, stride: aStride } = a
  const { offsets: bOffsets, stride: bStride } = b
  const aView = viewOf(a.data)
  const bView = viewOf(b.data)
  for (let i = 0; i < n; i++) {
    const p = aStride * i
    const q = bStride * i
    if (compareViews(aView, aOffsets[p]!, aOffsets[p + 1]!, bView, bOffsets[q]!, bOffsets[q + 1]!) < 0) out[i >>> 3]! |= 1 << (i & 7)
  }
  return out
}

export function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength)
}

/** Four bytes at a time, the last four first: values with a common beginning mostly differ at their end. */
function sameBytes(a: DataView, aStart: number, b: DataView, bStart: number, size: number): boolean {
  if (size < 4) {
    for (let k = 0; k < size; k++) if (a.getUint8(aStart + k) !== b.getUint8(bStart + k)) return false
    return true
  }
  const last = size - 4
  if (a.getInt32(aStart + last) !== b.getInt32(bStart + last)) return false
  for (let k = 0; k < last; k += 4) if (a.getInt32(aStart + k) !== b.getInt32(bStart + k)) return false
  return true
}

/** Negative, 0 or positive as the first range of bytes sorts before, with or after the second. */
export function compareViews(a: DataView, aStart: number, aEnd: number, b: DataView, bStart: number, bEnd: number): number {
  const aSize = aEnd - aStart
  const bSize = bEnd - bStart
  const size = Math.min(aSize, bSize)
  let k = 0
  for (; k + 4 <= size; k += 4) {
    const difference = a.getUint32(aStart + k) - b.getUint32(bStart + k)
    if (difference !== 0) return difference
  }
  for (; k < size; k++) {
    const difference = a.getUint8(aStart + k) - b.getUint8(bStart + k)
    if (difference !== 0) return difference
  }
  return aSize - bSize
}

/** As {@link compareViews}, for two ranges of bytes. */
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
