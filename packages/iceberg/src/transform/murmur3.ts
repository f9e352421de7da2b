/**
 * murmur3_x86_32 with seed 0, the hash of Iceberg's bucket transform (spec, Appendix B).
 *
 * Every function returns a signed 32-bit integer. The 8-byte form takes the low and high halves of the little-endian
 * long, so that columns hash without a BigInt per row.
 */

const blockMultiplier1 = 0xcc9e2d51 | 0
const blockMultiplier2 = 0x1b873593 | 0

function mixBlock(hash: number, block: number): number {
  let k = Math.imul(block, blockMultiplier1)
  k = (k << 15) | (k >>> 17)
  k = Math.imul(k, blockMultiplier2)
  const mixed = hash ^ k
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

function finish(hash: number, byteLength: number): number {
  let h = hash ^ byteLength
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** The hash of an 8-byte little-endian long given by its two halves. */
export function murmur3OfLong(low: number, high: number): number {
  return finish(mixBlock(mixBlock(0, low), high), 8)
}

/** The hash of a 32-bit integer, which the spec hashes as a long. */
export function murmur3OfInt(value: number): number {
  return finish(mixBlock(mixBlock(0, value), value >> 31), 8)
}

/** The hash of `bytes[start, end)`. */
export function murmur3OfBytes(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let hash = 0
  let at = start
  for (; at + 4 <= end; at += 4) {
    hash = mixBlock(hash, bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24))
  }
  let tail = 0
  for (let i = end - 1; i >= at; i--) tail = (tail << 8) | bytes[i]!
  if (at < end) {
    let k = Math.imul(tail, blockMultiplier1)
    k = (k << 15) | (k >>> 17)
    hash ^= Math.imul(k, blockMultiplier2)
  }
  return finish(hash, end - start)
}
