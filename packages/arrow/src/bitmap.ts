/** Validity and boolean bitmaps: least significant bit first, bit i of row i, always from bit 0 of the buffer. */

const POPULATION = new Uint8Array(256)
for (let i = 0; i < 256; i++) POPULATION[i] = (i & 1) + POPULATION[i >> 1]!

export function bitmapBytes(length: number): number {
  return (length + 7) >>> 3
}

export function getBit(bitmap: Uint8Array, index: number): boolean {
  return ((bitmap[index >>> 3]! >>> (index & 7)) & 1) === 1
}

export function setBit(bitmap: Uint8Array, index: number): void {
  bitmap[index >>> 3]! |= 1 << (index & 7)
}

export function clearBit(bitmap: Uint8Array, index: number): void {
  bitmap[index >>> 3]! &= ~(1 << (index & 7))
}

/** Sets `count` bits from `start`. */
export function setBits(bitmap: Uint8Array, start: number, count: number): void {
  let i = start
  const end = start + count
  while (i < end && (i & 7) !== 0) setBit(bitmap, i++)
  const bytes = (end - i) >>> 3
  bitmap.fill(0xff, i >>> 3, (i >>> 3) + bytes)
  i += bytes * 8
  while (i < end) setBit(bitmap, i++)
}

/** A bitmap of `length` ones; the unused bits of the last byte are zero. */
export function allSet(length: number): Uint8Array {
  const bitmap = new Uint8Array(bitmapBytes(length))
  setBits(bitmap, 0, length)
  return bitmap
}

/** The number of ones among the first `length` bits. */
export function countSet(bitmap: Uint8Array, length: number): number {
  const bytes = length >>> 3
  let count = 0
  for (let i = 0; i < bytes; i++) count += POPULATION[bitmap[i]!]!
  const rest = length & 7
  if (rest !== 0) count += POPULATION[bitmap[bytes]! & ((1 << rest) - 1)]!
  return count
}

/** Bits `[start, start + length)` as a bitmap of their own: a view when `start` is a multiple of 8, else a copy. */
export function sliceBitmap(bitmap: Uint8Array, start: number, length: number): Uint8Array {
  const first = start >>> 3
  const shift = start & 7
  const bytes = bitmapBytes(length)
  if (shift === 0) return bitmap.subarray(first, first + bytes)
  const out = new Uint8Array(bytes)
  for (let i = 0; i < bytes; i++) out[i] = (bitmap[first + i]! >>> shift) | ((bitmap[first + i + 1] ?? 0) << (8 - shift))
  return out
}

/** Writes the first `length` bits of `source` to `target` from bit `start`; the target's bits there must be zero. */
export function copyBits(source: Uint8Array, length: number, target: Uint8Array, start: number): void {
  const bytes = length >>> 3
  const rest = length & 7
  const first = start >>> 3
  const shift = start & 7
  if (shift === 0) target.set(source.subarray(0, bytes), first)
  else {
    for (let i = 0; i < bytes; i++) {
      const byte = source[i]!
      target[first + i]! |= byte << shift
      target[first + i + 1]! |= byte >>> (8 - shift)
    }
  }
  if (rest === 0) return
  const byte = source[bytes]! & ((1 << rest) - 1)
  target[first + bytes]! |= byte << shift
  if (shift + rest > 8) target[first + bytes + 1]! |= byte >>> (8 - shift)
}

/** `a AND b` over `length` bits. */
export function andBitmaps(a: Uint8Array, b: Uint8Array, length: number): Uint8Array {
  const bytes = bitmapBytes(length)
  const out = new Uint8Array(bytes)
  for (let i = 0; i < bytes; i++) out[i] = a[i]! & b[i]!
  return out
}

/** `a OR b` over `length` bits. */
export function orBitmaps(a: Uint8Array, b: Uint8Array, length: number): Uint8Array {
  const bytes = bitmapBytes(length)
  const out = new Uint8Array(bytes)
  for (let i = 0; i < bytes; i++) out[i] = a[i]! | b[i]!
  return out
}

/** `NOT a` over `length` bits; the unused bits of the last byte become zero. */
export function notBitmap(a: Uint8Array, length: number): Uint8Array {
  const bytes = bitmapBytes(length)
  const out = new Uint8Array(bytes)
  for (let i = 0; i < bytes; i++) out[i] = ~a[i]!
  const rest = length & 7
  if (rest !== 0) out[bytes - 1]! &= (1 << rest) - 1
  return out
}

/** Joins two validity bitmaps, where null means all valid: a row is valid where both are. */
export function mergeValidity(a: Uint8Array | null, b: Uint8Array | null, length: number): Uint8Array | null {
  if (a === null) return b
  if (b === null || a === b) return a
  return andBitmaps(a, b, length)
}

/** The rows of the set bits, in order. */
export function bitmapToSelection(bitmap: Uint8Array, length: number): Int32Array {
  const out = new Int32Array(countSet(bitmap, length))
  let k = 0
  for (let base = 0; base < length; base += 8) {
    let byte = bitmap[base >>> 3]!
    if (length - base < 8) byte &= (1 << (length - base)) - 1
    while (byte !== 0) {
      out[k++] = base + (31 - Math.clz32(byte & -byte))
      byte &= byte - 1
    }
  }
  return out
}
