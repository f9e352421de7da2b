/** Hashes of keys that are one or more 32-bit words, and the constants of probing. */

/** Rows probed together: their slots are loaded first, so that the cache misses overlap. */
export const TOUCH_BLOCK = 256

/** Tables of more slots than this do not fit the nearer caches, and are touched before they are probed. */
export const TOUCH_SLOTS = 1 << 15

const FIRST = 0x9e3779b1 | 0
const SECOND = 0x85ebca77 | 0
const THIRD = 0x2c1b3c6d

export function hashOneWord(keys: Int32Array, count: number, hashes: Int32Array): void {
  for (let i = 0; i < count; i++) {
    let x = Math.imul(keys[i]!, FIRST)
    x ^= x >>> 15
    x = Math.imul(x, THIRD)
    hashes[i] = x ^ (x >>> 13)
  }
}

export function hashTwoWords(keys: Int32Array, count: number, hashes: Int32Array): void {
  for (let i = 0; i < count; i++) {
    let x = Math.imul(keys[2 * i]!, FIRST) ^ Math.imul((keys[2 * i + 1]! + 0x7f4a7c15) | 0, SECOND)
    x ^= x >>> 15
    x = Math.imul(x, THIRD)
    hashes[i] = x ^ (x >>> 13)
  }
}

export function hashManyWords(keys: Int32Array, width: number, count: number, hashes: Int32Array): void {
  for (let i = 0, at = 0; i < count; i++) {
    let x = 0
    for (let k = 0; k < width; k++, at++) {
      x = Math.imul(x ^ keys[at]!, FIRST)
      x = (x << 13) | (x >>> 19)
    }
    x = Math.imul(x ^ (x >>> 15), THIRD)
    hashes[i] = x ^ (x >>> 13)
  }
}
