/**
 * From the physical values of a file to the layout of the engine's type, exactly: decimals to 16-byte words, Julian
 * days to nanoseconds, milliseconds of TIME to microseconds. Most types need no more than a view.
 */

import type { BytesVector, Nulls, Vector } from '@artemis/arrow'
import { fixedVector, nullVector, primitiveVector, take } from '@artemis/arrow'
import { damaged, unsupported } from '../errors.js'
import { float16 } from '../metadata/bounds.js'
import type { LeafColumn } from '../metadata/types.js'
import { outputWords } from './output-words.js'

/** `words`: one for each row, from the start of their buffer. */
export function vectorOfWords4(leaf: LeafColumn, words: Int32Array, nulls: Nulls): Vector {
  const { type } = leaf
  const length = words.length
  switch (type.kind) {
    case 'float32':
      return primitiveVector(type, new Float32Array(words.buffer, words.byteOffset, length), nulls)
    case 'uint32':
      return primitiveVector(type, new Uint32Array(words.buffer, words.byteOffset, length), nulls)
    case 'int8':
      return primitiveVector(type, Int8Array.from(words), nulls)
    case 'int16':
      return primitiveVector(type, Int16Array.from(words), nulls)
    case 'uint8':
      return primitiveVector(type, Uint8Array.from(words), nulls)
    case 'uint16':
      return primitiveVector(type, Uint16Array.from(words), nulls)
    case 'decimal':
      return fixedVector(type, length, decimalsOfWords4(words), nulls)
    case 'time64':
      return primitiveVector(type, microsOfMillis(words), nulls)
    case 'null':
      return nullVector(length)
    default:
      return primitiveVector(type, words, nulls)
  }
}

/** `words`: two for each row, low word first. */
export function vectorOfWords8(leaf: LeafColumn, words: Int32Array, nulls: Nulls, where: string): Vector {
  const { type } = leaf
  const length = words.length / 2
  switch (type.kind) {
    case 'float64':
      return primitiveVector(type, new Float64Array(words.buffer, words.byteOffset, length), nulls)
    case 'uint64':
      return primitiveVector(type, new BigUint64Array(words.buffer, words.byteOffset, length), nulls)
    case 'decimal':
      return fixedVector(type, length, decimalsOfWords8(words), nulls)
    case 'null':
      return nullVector(length)
    default: {
      const values = new BigInt64Array(words.buffer, words.byteOffset, length)
      return primitiveVector(type, leaf.timeUnit === 'ns' ? microsOfNanos(values, nulls, where) : values, nulls)
    }
  }
}

/** `bytes`: `leaf.typeLength` (12 for INT96) for each row. */
export function vectorOfWide(leaf: LeafColumn, bytes: Uint8Array, length: number, nulls: Nulls, where: string): Vector {
  const { type } = leaf
  if (leaf.physicalType === 'INT96') return primitiveVector(type, nanosOfInt96(bytes, length, nulls, where), nulls)
  switch (type.kind) {
    case 'decimal':
      return fixedVector(type, length, decimalsOfBigEndian(bytes, leaf.typeLength, length, where), nulls)
    case 'float32': {
      const values = new Float32Array(length)
      for (let i = 0; i < length; i++) values[i] = float16(bytes[2 * i]! | (bytes[2 * i + 1]! << 8))
      return primitiveVector(type, values, nulls)
    }
    case 'interval':
      return fixedVector(type, length, intervalsOfParquet(bytes, length), nulls)
    case 'null':
      return nullVector(length)
    default:
      return fixedVector(type, length, bytes, nulls)
  }
}

/** BYTE_ARRAY decimals: each value as long as its writer liked. */
export function decimalsOfBytes(leaf: LeafColumn, vector: Vector, where: string): Vector {
  if (vector.layout === 'dictionary') {
    const dictionary = decimalsOfBytes(leaf, vector.dictionary, where)
    const values = take(dictionary, vector.codes)
    return values.layout === 'fixed' ? fixedVector(leaf.type, values.length, values.values, vector) : values
  }
  const { offsets, data, length } = vector as BytesVector
  const words = new Uint8Array(length * 16)
  for (let i = 0; i < length; i++) putDecimal(data, offsets[i]!, offsets[i + 1]! - offsets[i]!, words, i * 16, where)
  return fixedVector(leaf.type, length, words, vector)
}

function decimalsOfWords4(words: Int32Array): Uint8Array {
  const out = outputWords(words.length * 4)
  for (let i = 0; i < words.length; i++) {
    const value = words[i]!
    const sign = value >> 31
    out[4 * i] = value
    out[4 * i + 1] = sign
    out[4 * i + 2] = sign
    out[4 * i + 3] = sign
  }
  return new Uint8Array(out.buffer, 0, out.byteLength)
}

function decimalsOfWords8(words: Int32Array): Uint8Array {
  const out = outputWords(words.length * 2)
  for (let i = 0; i < words.length; i += 2) {
    const high = words[i + 1]!
    const sign = high >> 31
    out[2 * i] = words[i]!
    out[2 * i + 1] = high
    out[2 * i + 2] = sign
    out[2 * i + 3] = sign
  }
  return new Uint8Array(out.buffer, 0, out.byteLength)
}

function decimalsOfBigEndian(bytes: Uint8Array, width: number, length: number, where: string): Uint8Array {
  const out = new Uint8Array(length * 16)
  for (let i = 0; i < length; i++) putDecimal(bytes, i * width, width, out, i * 16, where)
  return out
}

/** Writes a big-endian two's complement number of any length as 16 little-endian bytes. */
function putDecimal(bytes: Uint8Array, from: number, length: number, out: Uint8Array, to: number, where: string): void {
  const sign = length > 0 && bytes[from]! >= 128 ? 0xff : 0
  let skip = 0
  for (; length - skip > 16; skip++) {
    if (bytes[from + skip] !== sign) throw damaged(where, 'a decimal value of more than 128 bits')
  }
  let last = from + length - 1
  const count = length - skip
  for (let j = 0; j < count; j++) out[to + j] = bytes[last--]!
  for (let j = count; j < 16; j++) out[to + j] = sign
}

function microsOfMillis(words: Int32Array): BigInt64Array {
  const out = new Int32Array(words.length * 2)
  for (let i = 0; i < words.length; i++) {
    const micros = words[i]! * 1000
    out[2 * i] = micros | 0
    out[2 * i + 1] = Math.floor(micros / 2 ** 32)
  }
  return new BigInt64Array(out.buffer)
}

function microsOfNanos(values: BigInt64Array, nulls: Nulls, where: string): BigInt64Array {
  const out = new BigInt64Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const nanos = values[i]!
    if (nanos % 1000n !== 0n && isValid(nulls, i)) throw unsupported(where, 'a TIME value with nanoseconds')
    out[i] = nanos / 1000n
  }
  return out
}

const JULIAN_EPOCH = 2440588
const NANOS_PER_DAY = 86_400_000_000_000n

function nanosOfInt96(bytes: Uint8Array, length: number, nulls: Nulls, where: string): BigInt64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const out = new BigInt64Array(length)
  for (let i = 0; i < length; i++) {
    const nanos = BigInt(view.getInt32(12 * i + 8, true) - JULIAN_EPOCH) * NANOS_PER_DAY + view.getBigInt64(12 * i, true)
    if (BigInt.asIntN(64, nanos) !== nanos && isValid(nulls, i)) {
      throw unsupported(where, 'an INT96 timestamp outside the years 1677 to 2262')
    }
    out[i] = nanos
  }
  return out
}

/** Months, days and milliseconds (three unsigned words) to months, days and nanoseconds. */
function intervalsOfParquet(bytes: Uint8Array, length: number): Uint8Array {
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const out = new DataView(new ArrayBuffer(length * 16))
  for (let i = 0; i < length; i++) {
    out.setInt32(16 * i, source.getInt32(12 * i, true), true)
    out.setInt32(16 * i + 4, source.getInt32(12 * i + 4, true), true)
    out.setBigInt64(16 * i + 8, BigInt(source.getUint32(12 * i + 8, true)) * 1_000_000n, true)
  }
  return new Uint8Array(out.buffer, 0, out.byteLength)
}

function isValid(nulls: Nulls, row: number): boolean {
  const validity = nulls.validity ?? null
  return validity === null || ((validity[row >>> 3]! >>> (row & 7)) & 1) === 1
}
