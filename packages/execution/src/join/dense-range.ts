/**
 * Build sides whose keys are all the integers of a range, once each, as surrogate keys are. Laid out in the order of the
 * key, a row's place is its key's distance from the least one: no table is needed at all.
 */

import type { Vector } from '@artemis/arrow'
import { decodeDictionary, int32Words } from '@artemis/arrow'
import type { KeyTable } from '../hash/key-table.js'

/** The part of a key table that a probe needs. */
export type KeyLookup = Pick<KeyTable, 'size' | 'byteSize' | 'lookup'>

export interface DenseRange {
  readonly lookup: KeyLookup
  /** The build rows in the order of their keys. */
  readonly order: Int32Array
}

/** The range that the keys fill, or undefined when they are not integers, repeat, or leave gaps. */
export function denseRange(keys: Vector, rowCount: number): DenseRange | undefined {
  const { kind } = keys.type
  if (rowCount === 0 || keys.nullCount > 0 || (kind !== 'int32' && kind !== 'int64' && kind !== 'date32')) return undefined
  const vector = decodeDictionary(keys)
  if (vector.layout !== 'primitive') return undefined
  const { values } = vector
  const distances = new Int32Array(rowCount)
  const least =
    values instanceof BigInt64Array ? int64Distances(int32Words(values), distances) : int32Distances(values as Int32Array, distances)
  const order = least === undefined ? undefined : permutation(distances)
  return order === undefined || least === undefined ? undefined : { lookup: new RangeLookup(least, rowCount), order }
}

/** Writes each value's distance from the least, which it returns; undefined when they are too far apart. */
function int32Distances(values: Int32Array, out: Int32Array): number | undefined {
  let min = values[0]!
  let max = min
  for (let i = 1; i < values.length; i++) {
    if (values[i]! < min) min = values[i]!
    if (values[i]! > max) max = values[i]!
  }
  if (max - min !== values.length - 1) return undefined
  for (let i = 0; i < values.length; i++) out[i] = values[i]! - min
  return min
}

function int64Distances(words: Int32Array, out: Int32Array): number | undefined {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let i = 0; i < out.length; i++) {
    const value = words[2 * i + 1]! * 4294967296 + (words[2 * i]! >>> 0)
    if (value < min) min = value
    if (value > max) max = value
  }
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || max - min !== out.length - 1) return undefined
  for (let i = 0; i < out.length; i++) out[i] = words[2 * i + 1]! * 4294967296 + (words[2 * i]! >>> 0) - min
  return min
}

/** The row of each distance; undefined when one comes twice. */
function permutation(distances: Int32Array): Int32Array | undefined {
  const order = new Int32Array(distances.length).fill(-1)
  for (let row = 0; row < distances.length; row++) {
    if (order[distances[row]!]! >= 0) return undefined
    order[distances[row]!] = row
  }
  return order
}

class RangeLookup implements KeyLookup {
  readonly size: number
  readonly #least: number

  constructor(least: number, size: number) {
    this.#least = least
    this.size = size
  }

  byteSize(): number {
    return 0
  }

  lookup(keys: readonly Vector[], rowCount: number, ids: Int32Array): void {
    const vector = decodeDictionary(keys[0]!)
    if (vector.layout !== 'primitive') {
      ids.fill(-1, 0, rowCount)
      return
    }
    const { values, validity } = vector
    if (values instanceof BigInt64Array) int64Places(int32Words(values), this.#least, this.size, rowCount, ids)
    else int32Places(values as Int32Array, this.#least, this.size, rowCount, ids)
    if (validity !== null) for (let i = 0; i < rowCount; i++) if (((validity[i >>> 3]! >>> (i & 7)) & 1) === 0) ids[i] = -1
  }
}

function int32Places(values: Int32Array, least: number, size: number, n: number, ids: Int32Array): void {
  for (let i = 0; i < n; i++) {
    const distance = values[i]! - least
    ids[i] = distance >= 0 && distance < size ? distance : -1
  }
}

/** The distance as a subtraction of words: inside the range its high word is 0, or 1 after a borrow. */
function int64Places(words: Int32Array, least: number, size: number, n: number, ids: Int32Array): void {
  const leastLow = least >>> 0
  const leastHigh = Math.floor(least / 4294967296)
  for (let i = 0; i < n; i++) {
    const distance = (words[2 * i]! >>> 0) - leastLow
    const high = words[2 * i + 1]! - leastHigh
    const inside = (high === 0 && distance >= 0 && distance < size) || (high === 1 && distance + 4294967296 < size)
    ids[i] = inside ? distance >>> 0 : -1
  }
}
