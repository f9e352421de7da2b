/**
 * Comparison of 64-bit and 128-bit integers as little-endian int32 words. The high word is signed and the rest are not;
 * `flip` is the sign bit for unsigned 64-bit values, which turns their order into the signed one, and 0 for signed ones.
 */

import { bitmapBytes } from './bitmap.js'
import type { ConstantTest } from './compare-kernels.js'

export const SIGN = 0x8000_0000 | 0

export function words2Constant(test: ConstantTest, words: Int32Array, constant: Int32Array, flip: number, n: number): Uint8Array {
  const out = new Uint8Array(bitmapBytes(n))
  const low = constant[0]! ^ SIGN
  const high = constant[1]! ^ flip
  if (test === 'equal') words2EqualConstant(words, constant[0]!, constant[1]!, n, out)
  else if (test === 'below') words2BelowConstant(words, low, high, flip, n, out)
  else words2AboveConstant(words, low, high, flip, n, out)
  return out
}

function words2EqualConstant(words: Int32Array, low: number, high: number, n: number, out: Uint8Array): void {
  for (let byte = 0, i = 0; i < n; byte++) {
    const end = Math.min(i + 8, n)
    let bits = 0
    for (let k = 0; i < end; i++, k++) bits |= (+(words[2 * i]! === low) & +(words[2 * i + 1]! === high)) << k
    out[byte] = bits
  }
}
function words2BelowConstant(words: Int32Array, low: number, high: number, flip: number, n: number, out: Uint8Array): void {
  for (let byte = 0, i = 0; i < n; byte++) {
    const end = Math.min(i + 8, n)
    let bits = 0
    for (let k = 0; i < end; i++, k++) {
      const h = words[2 * i + 1]! ^ flip
      bits |= (+(h < high) | (+(h === high) & +((words[2 * i]! ^ SIGN) < low))) << k
    }
    out[byte] = bits
  }
}
function words2AboveConstant(words: Int32Array, low: number, high: number, flip: number, n: number, out: Uint8Array): void {
  for (let byte = 0, i = 0; i < n; byte++) {
    const end = Math.min(i + 8, n)
    let bits = 0
    for (let k = 0; i < end; i++, k++) {
      const h = words[2 * i + 1]! ^ flip
      bits |= (+(h > high) | (+(h === high) & +((words[2 * i]! ^ SIGN) > low))) << k
    }
    out[byte] = bits
  }
}

export function words2Equal(a: Int32Array, b: Int32Array, n: number): Uint8Array {
  const out = new Uint8Array(bitmapBytes(n))
  for (let byte = 0, i = 0; i < n; byte++) {
    const end = Math.min(i + 8, n)
    let bits = 0
    for (let k = 0; i < end; i++, k++) bits |= (+(a[2 * i]! === b[2 * i]!) & +(a[2 * i + 1]! === b[2 * i + 1]!)) << k
    out[byte] = bits
  }
  return out
}
export function words2Less(a: Int32Array, b: Int32Array, flip: number, n: number): Uint8Array {
  const out = new Uint8Array(bitmapBytes(n))
  for (let byte = 0, i = 0; i < n; byte++) {
    const end = Math.min(i + 8, n)
    let bits = 0
    for (let k = 0; i < end; i++, k++) {
      const x = a[2 * i + 1]! ^ flip
      const y = b[2 * i + 1]! ^ flip
      bits |= (+(x < y) | (+(x === y) & +((a[2 * i]! ^ SIGN) < (b[2 * i]! ^ SIGN)))) << k
    }
    out[byte] = bits
  }
  return out
}

/** Equality of 128-bit values; `stride` is 4, or 0 when `b` is one constant. */
export function words4Equal(a: Int32Array, b: Int32Array, stride: 0 | 4, n: number): Uint8Array {
  const out = new Uint8Array(bitmapBytes(n))
  for (let byte = 0, i = 0; i < n; byte++) {
    const end = Math.min(i + 8, n)
    let bits = 0
    for (let k = 0; i < end; i++, k++) {
      const p = 4 * i
      const q = stride * i
      const difference = (a[p]! ^ b[q]!) | (a[p + 1]! ^ b[q + 1]!) | (a[p + 2]! ^ b[q + 2]!) | (a[p + 3]! ^ b[q + 3]!)
      bits |= +(difference === 0) << k
    }
    out[byte] = bits
  }
  return out
}

/** `a < b` of signed 128-bit values; a stride is 4, or 0 for an operand that is one constant. */
export function words4Less(a: Int32Array, aStride: 0 | 4, b: Int32Array, bStride: 0 | 4, n: number): Uint8Array {
  const out = new Uint8Array(bitmapBytes(n))
  for (let byte = 0, i = 0; i < n; byte++) {
    const end = Math.min(i + 8, n)
    let bits = 0
    for (let k = 0; i < end; i++, k++) {
      const p = aStride * i
      const q = bStride * i
      let less = +((a[p]! ^ SIGN) < (b[q]! ^ SIGN))
      less = +((a[p + 1]! ^ SIGN) < (b[q + 1]! ^ SIGN)) | (+(a[p + 1]! === b[q + 1]!) & less)
      less = +((a[p + 2]! ^ SIGN) < (b[q + 2]! ^ SIGN)) | (+(a[p + 2]! === b[q + 2]!) & less)
      less = +(a[p + 3]! < b[q + 3]!) | (+(a[p + 3]! === b[q + 3]!) & less)
      bits |= less << k
    }
    out[byte] = bits
  }
  return out
}
