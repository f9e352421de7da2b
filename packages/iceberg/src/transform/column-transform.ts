/**
 * Partition transforms over whole Arrow columns, for writing. `transform.ts` has the same for single values and is the
 * oracle of the tests.
 *
 *   source column ──▶ values of the transform's result type, null where the source is null
 *
 * 64-bit values are read as pairs of 32-bit words: a value within 2^53 is then an exact double, and only values beyond
 * (timestamps before 1685 or after 2255) take a BigInt.
 */
import type { Vector } from '@artemis/arrow'
import { bytesVector, decimalFromBytes, fixedVector, int32, int32Words, nullsOf, primitiveVector, take, withNulls } from '@artemis/arrow'
import { DataError, InternalError, unreachable } from '@artemis/errors'
import type { Transform } from '../model/partition.js'
import { transformText } from '../model/partition.js'
import type { IcebergType } from '../model/type.js'
import { typeName } from '../model/type.js'
import { arrowTypeOf } from '../values/arrow-schema.js'
import { writeDecimalWords } from '../values/decimal-words.js'
import { bucketColumn } from './bucket-column.js'
import { floorDivide, monthsOfDay, yearsOfDay } from './calendar.js'
import { transformResultType, unitsPerHour } from './transform.js'

/**
 * The partition values of a column. The vector must have the Arrow type of `type`.
 *
 * @throws DataError when a truncated integer or decimal leaves the range of its type
 */
export function transformColumn(transform: Transform, type: IcebergType, vector: Vector): Vector {
  if (vector.layout === 'null') return nullsOf(arrowTypeOf(transformResultType(transform, type)), vector.length)
  switch (transform.kind) {
    case 'identity':
      return vector
    case 'void':
      return nullsOf(arrowTypeOf(type), vector.length)
    case 'bucket':
      return overDictionary(vector, (plain) =>
        primitiveVector(int32, bucketColumn(type, plain, transform.count), { validity: plain.validity }),
      )
    case 'truncate':
      return overDictionary(vector, (plain) => truncateColumn(type, plain, transform.width))
    case 'year':
      return overDictionary(vector, (plain) => mapInts(int32, daysOfColumn(type, plain), plain, yearsOfDay))
    case 'month':
      return overDictionary(vector, (plain) => mapInts(int32, daysOfColumn(type, plain), plain, monthsOfDay))
    case 'day':
      return overDictionary(vector, (plain) => primitiveVector({ kind: 'date32' }, daysOfColumn(type, plain), { validity: plain.validity }))
    case 'hour':
      return overDictionary(vector, (plain) =>
        primitiveVector(int32, floorDivideLongs(longsOf(plain), unitsPerHour(type)), { validity: plain.validity }),
      )
    case 'unknown':
      throw new InternalError({ code: 'UNKNOWN_TRANSFORM', message: `the transform ${transformText(transform)} cannot be applied` })
    default:
      return unreachable(transform, 'transform')
  }
}

/** Runs a transform once per dictionary entry. Entries that become equal are expanded: a dictionary's entries are distinct. */
function overDictionary(vector: Vector, apply: (plain: Vector) => Vector): Vector {
  if (vector.layout !== 'dictionary') return apply(vector)
  const result = apply(vector.dictionary)
  if (result === vector.dictionary) return vector
  const codes = vector.validity === null ? vector.codes : clearNullCodes(vector.codes, vector.validity)
  const expanded = vector.dictionary.length === 0 ? nullsOf(result.type, vector.length) : take(result, codes)
  return withNulls(expanded, vector)
}

function clearNullCodes(codes: Int32Array, validity: Uint8Array): Int32Array {
  const out = new Int32Array(codes.length)
  for (let i = 0; i < codes.length; i++) out[i] = codes[i]! & -((validity[i >>> 3]! >>> (i & 7)) & 1)
  return out
}

function mapInts(type: { readonly kind: 'int32' }, days: Int32Array, source: Vector, of: (day: number) => number): Vector {
  // Telemetry comes in runs of the same day, so the last result is nearly always the next one.
  let lastDay = Number.NaN
  let lastResult = 0
  const out = new Int32Array(days.length)
  for (let i = 0; i < days.length; i++) {
    const day = days[i]!
    if (day !== lastDay) {
      lastDay = day
      lastResult = of(day)
    }
    out[i] = lastResult
  }
  return primitiveVector(type, out, { validity: source.validity })
}

function daysOfColumn(type: IcebergType, vector: Vector): Int32Array {
  if (type.kind !== 'date') return floorDivideLongs(longsOf(vector), unitsPerHour(type) * 24n)
  if (vector.layout === 'primitive' && vector.values instanceof Int32Array) return vector.values
  throw layoutMismatch(type, vector)
}

function longsOf(vector: Vector): BigInt64Array {
  if (vector.layout === 'primitive' && vector.values instanceof BigInt64Array) return vector.values
  throw layoutMismatch({ kind: 'long' }, vector)
}

/** Floor division of each value; the quotients fit an int32 for every divisor of an hour or more. */
function floorDivideLongs(values: BigInt64Array, divisor: bigint): Int32Array {
  const words = int32Words(values)
  const out = new Int32Array(values.length)
  const step = Number(divisor)
  for (let i = 0; i < out.length; i++) {
    const high = words[2 * i + 1]!
    // Below 2^53 the double is exact, and a correctly rounded quotient never reaches the next integer.
    if (high >= -0x200000 && high < 0x200000) out[i] = Math.floor((high * 4294967296 + (words[2 * i]! >>> 0)) / step)
    else out[i] = Number(floorDivide(values[i]!, divisor))
  }
  return out
}

function truncateColumn(type: IcebergType, vector: Vector, width: number): Vector {
  const nulls = { validity: vector.validity }
  switch (vector.layout) {
    case 'primitive':
      if (vector.values instanceof Int32Array) return primitiveVector(vector.type, truncateInts(vector.values, width), nulls)
      if (vector.values instanceof BigInt64Array) return primitiveVector(vector.type, truncateLongs(vector.values, width), nulls)
      throw layoutMismatch(type, vector)
    case 'fixed':
      return fixedVector(vector.type, vector.length, truncateDecimals(vector.values, vector.length, width), nulls)
    case 'bytes': {
      const ends = type.kind === 'string' ? codePointEnds(vector.offsets, vector.data, width) : byteEnds(vector.offsets, width)
      const { offsets, data } = shorten(vector.offsets, vector.data, ends)
      return bytesVector(vector.type, offsets, data, nulls)
    }
    default:
      throw layoutMismatch(type, vector)
  }
}

function truncateInts(values: Int32Array, width: number): Int32Array {
  const out = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    const truncated = value - (((value % width) + width) % width)
    if (truncated < -0x80000000) throw outOfRange('int', value, width)
    out[i] = truncated
  }
  return out
}

function truncateLongs(values: BigInt64Array, width: number): BigInt64Array {
  const words = int32Words(values)
  const out = new BigInt64Array(values.length)
  const outWords = int32Words(out)
  const divisor = BigInt(width)
  for (let i = 0; i < out.length; i++) {
    const high = words[2 * i + 1]!
    if (high >= -0x100000 && high < 0x100000) {
      const value = high * 4294967296 + (words[2 * i]! >>> 0)
      const truncated = value - (((value % width) + width) % width)
      outWords[2 * i] = truncated | 0
      outWords[2 * i + 1] = Math.floor(truncated / 4294967296)
    } else {
      const truncated = floorDivide(values[i]!, divisor) * divisor
      if (truncated < -0x8000000000000000n) throw outOfRange('long', values[i]!, width)
      out[i] = truncated
    }
  }
  return out
}

function truncateDecimals(values: Uint8Array, length: number, width: number): Uint8Array {
  const out = new Uint8Array(length * 16)
  const divisor = BigInt(width)
  for (let i = 0; i < length; i++) writeDecimalWords(out, i, floorDivide(decimalFromBytes(values, i * 16), divisor) * divisor)
  return out
}

/** Where each string's first `width` code points end: the place of the next byte that starts a character. */
function codePointEnds(offsets: Int32Array, data: Uint8Array, width: number): Int32Array {
  const ends = new Int32Array(offsets.length - 1)
  for (let i = 0; i < ends.length; i++) {
    const end = offsets[i + 1]!
    let at = offsets[i]!
    if (end - at > width) {
      let left = width
      while (at < end && ((data[at]! & 0xc0) === 0x80 || left-- > 0)) at++
      ends[i] = at
    } else ends[i] = end
  }
  return ends
}

function byteEnds(offsets: Int32Array, width: number): Int32Array {
  const ends = new Int32Array(offsets.length - 1)
  for (let i = 0; i < ends.length; i++) ends[i] = Math.min(offsets[i]! + width, offsets[i + 1]!)
  return ends
}

function shorten(offsets: Int32Array, data: Uint8Array, ends: Int32Array): { offsets: Int32Array; data: Uint8Array } {
  const outOffsets = new Int32Array(offsets.length)
  for (let i = 0; i < ends.length; i++) outOffsets[i + 1] = outOffsets[i]! + ends[i]! - offsets[i]!
  const out = new Uint8Array(outOffsets[ends.length]!)
  for (let i = 0; i < ends.length; i++) out.set(data.subarray(offsets[i]!, ends[i]!), outOffsets[i]!)
  return { offsets: outOffsets, data: out }
}

function outOfRange(type: string, value: number | bigint, width: number): DataError {
  return new DataError({
    code: 'TRUNCATE_OUT_OF_RANGE',
    message: `truncate[${width}] of ${value} is below the least ${type}`,
    hint: 'partition by another transform, or widen the column',
  })
}

function layoutMismatch(type: IcebergType, vector: Vector): InternalError {
  return new InternalError({
    code: 'COLUMN_TYPE_MISMATCH',
    message: `a column of Iceberg type ${typeName(type)} came as an Arrow ${vector.layout} vector of ${vector.type.kind}`,
  })
}
