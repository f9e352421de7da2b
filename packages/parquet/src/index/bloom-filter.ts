/** Split-block bloom filters (https://github.com/apache/parquet-format/blob/master/BloomFilter.md). */

import type { Scalar } from '@artemis/arrow'
import type { LeafColumn } from '../metadata/types.js'
import { ThriftReader } from '../thrift/reader.js'
import { plainBytes } from '../write/plain-bytes.js'
import { xxhash64 } from './xxhash64.js'

const SALT = [0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31] as const
const BLOCK_BYTES = 32

export interface BloomHeader {
  readonly headerSize: number
  readonly bitsetSize: number
  /** The only algorithm, hash and compression that the format has so far. */
  readonly isKnown: boolean
}

export function parseBloomHeader(bytes: Uint8Array, where: string): BloomHeader {
  const reader = new ThriftReader(bytes, where)
  let bitsetSize = 0
  const known = new Set<number>()
  reader.topLevel(() => {
    while (reader.nextField()) {
      if (reader.fieldId === 1) bitsetSize = reader.i32()
      else if (reader.fieldId >= 2 && reader.fieldId <= 4) {
        const { fieldId } = reader
        if (reader.struct(readFirstMember)) known.add(fieldId)
      } else reader.skip()
    }
  })
  return { headerSize: reader.position, bitsetSize, isKnown: known.size === 3 && bitsetSize > 0 && bitsetSize % BLOCK_BYTES === 0 }
}

/** Whether a union holds its member 1. */
function readFirstMember(reader: ThriftReader): boolean {
  let isFirst = false
  while (reader.nextField()) {
    if (reader.fieldId === 1) isFirst = true
    reader.skip()
  }
  return isFirst
}

export class BloomFilter {
  readonly #leaf: LeafColumn
  readonly #bitset: DataView
  readonly #blocks: bigint

  constructor(leaf: LeafColumn, bitset: Uint8Array) {
    this.#leaf = leaf
    this.#bitset = new DataView(bitset.buffer, bitset.byteOffset, bitset.byteLength)
    this.#blocks = BigInt(bitset.length / BLOCK_BYTES)
  }

  /**
   * Whether the column chunk may hold a value of the column's type. False is certain. A null, and a value that the
   * column's physical type cannot express, gives true: filters know nothing of those.
   */
  mayContain(value: Scalar): boolean {
    // Zeros are equal but hash apart, and a NaN has many forms.
    if (typeof value === 'number' && (this.#leaf.physicalType === 'FLOAT' || this.#leaf.physicalType === 'DOUBLE')) {
      if (Number.isNaN(value)) return true
      if (value === 0) return this.#mayContain(0) || this.#mayContain(-0)
    }
    return this.#mayContain(value)
  }

  #mayContain(value: Scalar): boolean {
    const bytes = plainBytes(this.#leaf, value)
    if (bytes === undefined) return true
    const hash = xxhash64(bytes)
    const block = Number(((hash >> 32n) * this.#blocks) >> 32n) * BLOCK_BYTES
    const low = Number(hash & 0xffffffffn)
    for (let i = 0; i < SALT.length; i++) {
      const bit = Math.imul(low, SALT[i]!) >>> 27
      if (((this.#bitset.getInt32(block + 4 * i, true) >>> bit) & 1) === 0) return false
    }
    return true
  }
}
