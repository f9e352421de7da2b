/** Text and binary columns in Arrow's other layouts, 64-bit offsets and views, as plain ones with 32-bit offsets. */

import { DataError } from '@artemis/errors'
import { MAX_OFFSET, tooLarge } from '../offsets.js'
import type { DataType } from '../types.js'
import type { Nulls, Vector } from '../vector.js'
import { bytesVector } from '../vector.js'

/** Offsets that fit 32 bits; {@link ResourceError} when they do not. */
export function narrowOffsets(type: DataType, offsets: BigInt64Array): Int32Array {
  const last = offsets[offsets.length - 1] ?? 0n
  if (last > BigInt(MAX_OFFSET)) throw tooLarge(type)
  return Int32Array.from(offsets, Number)
}

/** Only the distance between the first and the last offset must fit, as in a slice of a large column. */
export function bytesFromLarge(type: DataType, offsets: BigInt64Array, data: Uint8Array, given: Nulls): Vector {
  const first = offsets[0] ?? 0n
  const relative = offsets.map((offset) => offset - first)
  return bytesVector(type, narrowOffsets(type, relative), data.subarray(Number(first)), given)
}

/**
 * Views of 16 bytes: the length, and then either the bytes (up to 12) or a prefix, the number of a buffer and the
 * offset there (Columnar.rst, "Variable-size Binary View Layout").
 */
export function bytesFromViews(type: DataType, views: Uint8Array, buffers: readonly Uint8Array[], length: number, given: Nulls): Vector {
  const view = new DataView(views.buffer, views.byteOffset, views.byteLength)
  const validity = given.validity ?? null
  const offsets = new Int32Array(length + 1)
  let size = 0
  for (let i = 0; i < length; i++) {
    if (validity === null || ((validity[i >>> 3]! >>> (i & 7)) & 1) === 1) size += view.getInt32(16 * i, true)
    if (size > MAX_OFFSET) throw tooLarge(type)
    offsets[i + 1] = size
  }
  const data = new Uint8Array(size)
  for (let i = 0; i < length; i++) {
    const count = offsets[i + 1]! - offsets[i]!
    if (count <= 12) data.set(views.subarray(16 * i + 4, 16 * i + 4 + count), offsets[i]!)
    else {
      const buffer = buffers[view.getInt32(16 * i + 8, true)]
      const start = view.getInt32(16 * i + 12, true)
      if (buffer === undefined || start + count > buffer.length)
        throw new DataError({ code: 'ARROW_DATA_INVALID', message: 'a view points outside its buffers' })
      data.set(buffer.subarray(start, start + count), offsets[i]!)
    }
  }
  return bytesVector(type, offsets, data, given)
}
