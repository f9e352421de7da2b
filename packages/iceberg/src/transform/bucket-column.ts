/** The bucket transform over whole columns: one hash loop for each physical layout (spec, Appendix B). */
import type { Vector } from '@artemis/arrow'
import { int32Words } from '@artemis/arrow'
import { InternalError } from '@artemis/errors'
import type { IcebergType } from '../model/type.js'
import { typeName } from '../model/type.js'
import { floorDivide } from './calendar.js'
import { murmur3OfBytes, murmur3OfInt, murmur3OfLong } from './murmur3.js'

/** Bucket numbers of a column that is not dictionary-encoded; what stands under a null is unspecified. */
export function bucketColumn(type: IcebergType, vector: Vector, count: number): Int32Array {
  switch (vector.layout) {
    case 'primitive':
      if (vector.values instanceof Int32Array) return bucketInts(vector.values, count)
      if (vector.values instanceof BigInt64Array) {
        const nanoseconds = type.kind === 'timestamp_ns' || type.kind === 'timestamptz_ns'
        // Nanoseconds hash as microseconds, so that a timestamp keeps its bucket when a column changes its unit.
        return bucketLongs(nanoseconds ? vector.values.map((value) => floorDivide(value, 1000n)) : vector.values, count)
      }
      break
    case 'fixed':
      return vector.type.kind === 'decimal'
        ? bucketDecimals(vector.values, vector.length, count)
        : bucketFixed(vector.values, vector.length, vector.byteWidth, count)
    case 'bytes':
      return bucketBytes(vector.offsets, vector.data, count)
    default:
      break
  }
  throw new InternalError({
    code: 'COLUMN_TYPE_MISMATCH',
    message: `bucket of a ${typeName(type)} column came as an Arrow ${vector.layout} vector of ${vector.type.kind}`,
  })
}

function bucketInts(values: Int32Array, count: number): Int32Array {
  const out = new Int32Array(values.length)
  for (let i = 0; i < out.length; i++) out[i] = (murmur3OfInt(values[i]!) & 0x7fffffff) % count
  return out
}

function bucketLongs(values: BigInt64Array, count: number): Int32Array {
  const words = int32Words(values)
  const out = new Int32Array(values.length)
  for (let i = 0; i < out.length; i++) out[i] = (murmur3OfLong(words[2 * i]!, words[2 * i + 1]!) & 0x7fffffff) % count
  return out
}

function bucketBytes(offsets: Int32Array, data: Uint8Array, count: number): Int32Array {
  const out = new Int32Array(offsets.length - 1)
  for (let i = 0; i < out.length; i++) out[i] = (murmur3OfBytes(data, offsets[i]!, offsets[i + 1]!) & 0x7fffffff) % count
  return out
}

function bucketFixed(values: Uint8Array, length: number, width: number, count: number): Int32Array {
  const out = new Int32Array(length)
  for (let i = 0; i < length; i++) out[i] = (murmur3OfBytes(values, i * width, (i + 1) * width) & 0x7fffffff) % count
  return out
}

/** Decimals hash as their fewest big-endian bytes: the words are reversed and the sign bytes that add nothing are skipped. */
function bucketDecimals(values: Uint8Array, length: number, count: number): Int32Array {
  const out = new Int32Array(length)
  const reversed = new Uint8Array(16)
  for (let i = 0; i < length; i++) {
    for (let k = 0; k < 16; k++) reversed[k] = values[i * 16 + 15 - k]!
    const sign = reversed[0]! >= 128 ? 0xff : 0
    let start = 0
    while (start < 15 && reversed[start] === sign && reversed[start + 1]! >>> 7 === sign >>> 7) start++
    out[i] = (murmur3OfBytes(reversed, start, 16) & 0x7fffffff) % count
  }
  return out
}
