/** Which rows of an update count, and arrays by group id that grow. */

import type { Vector } from '@artemis/arrow'
import { mergeValidity } from '@artemis/arrow'

/** The rows that are neither null nor filtered away; null means all of them. */
export function rowMask(vector: Vector | undefined, filter: Uint8Array | null, rowCount: number): Uint8Array | null {
  return mergeValidity(vector?.validity ?? null, filter, rowCount)
}

/** Calls a leaf for each run of rows that count. Only for updates whose work per row is large anyway. */
export function forEachRow(mask: Uint8Array | null, rowCount: number, visit: (row: number) => void): void {
  for (let i = 0; i < rowCount; i++) if (mask === null || ((mask[i >>> 3]! >>> (i & 7)) & 1) === 1) visit(i)
}

/** Capacity for `needed` elements, doubled as it grows. */
function capacityFor(current: number, needed: number): number {
  return Math.max(16, needed, current * 2)
}

export function growFloat64(array: Float64Array, needed: number): Float64Array {
  if (needed <= array.length) return array
  const grown = new Float64Array(capacityFor(array.length, needed))
  grown.set(array)
  return grown
}

export function growInt32(array: Int32Array, needed: number): Int32Array {
  if (needed <= array.length) return array
  const grown = new Int32Array(capacityFor(array.length, needed))
  grown.set(array)
  return grown
}

export function growUint8(array: Uint8Array, needed: number): Uint8Array {
  if (needed <= array.length) return array
  const grown = new Uint8Array(capacityFor(array.length, needed))
  grown.set(array)
  return grown
}

/** A validity bitmap of the bytes that are not zero in `[start, start + length)`. */
export function validityOf(seen: Uint8Array, start: number, length: number): Uint8Array {
  const validity = new Uint8Array((length + 7) >>> 3)
  for (let i = 0; i < length; i++) if (seen[start + i] !== 0) validity[i >>> 3]! |= 1 << (i & 7)
  return validity
}
