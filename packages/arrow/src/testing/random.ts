/** Seeded random values of every type, rich in edge cases, for tests against brute force. */

import { dictionaryEncode, isIndexable } from '../dictionary.js'
import { vectorFromScalars } from '../builder.js'
import type { Scalar } from '../scalar.js'
import { sliceVector } from '../vector.js'
import type { Vector } from '../vector.js'
import type { DataType, TypeKind } from '../types.js'
import * as types from '../types.js'

/** Numbers in [0, 1): the generator mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

export const FLAT_TYPES: readonly DataType[] = [
  types.bool,
  types.int8,
  types.int16,
  types.int32,
  types.int64,
  types.uint8,
  types.uint16,
  types.uint32,
  types.uint64,
  types.float32,
  types.float64,
  types.decimal(9, 2),
  types.decimal(38, 10),
  types.utf8,
  types.binary,
  types.fixedSizeBinary(5),
  types.fixedSizeBinary(40),
  types.uuid,
  types.date32,
  types.time64,
  types.timestamp('s'),
  types.timestamp('ms'),
  types.timestamp('us'),
  types.timestamp('ns'),
  types.timestamptz('us'),
  types.interval,
]

export const NESTED_TYPES: readonly DataType[] = [
  types.list(types.int32),
  types.list(types.list(types.utf8)),
  types.struct([types.field('a', types.int64), types.field('b', types.utf8)]),
  types.map(types.field('key', types.utf8, false), types.field('value', types.float64)),
  types.struct([
    types.field('list', types.list(types.bool)),
    types.field('when', types.timestamptz()),
    types.field('cost', types.decimal(18, 4)),
  ]),
]

export const ALL_TYPES: readonly DataType[] = [types.nullType, ...FLAT_TYPES, ...NESTED_TYPES]

const EDGES: { readonly [K in TypeKind]?: readonly Scalar[] } = {
  int8: [0, 1, -1, 127, -128],
  int16: [0, 1, -1, 32767, -32768],
  int32: [0, 1, -1, 2147483647, -2147483648],
  uint8: [0, 1, 255],
  uint16: [0, 1, 65535],
  uint32: [0, 1, 4294967295, 2147483648],
  int64: [0n, 1n, -1n, 4294967295n, 4294967296n, -4294967296n, 9007199254740993n, 9223372036854775807n, -9223372036854775808n],
  uint64: [0n, 1n, 4294967296n, 9223372036854775808n, 18446744073709551615n],
  float32: [0, -0, 1, -1, Infinity, -Infinity, NaN, 3.4028234663852886e38, 1.401298464324817e-45],
  float64: [0, -0, 1, -1, Infinity, -Infinity, NaN, 1.7976931348623157e308, 5e-324, 0.1, 1e16, 123456789.125],
  utf8: [
    '',
    'a',
    'b',
    'A',
    'a\0',
    'abcdefgh',
    'abcdefghi',
    'abcdefgh\0',
    'é',
    '\uffee',
    '😀',
    'customer_0001',
    'customer_0002',
    'x'.repeat(60),
  ],
  date32: [0, -1, 19000, 2932896, -719528, -719529],
  time64: [0n, 1n, 86_399_999_999n, 43_200_000_000n],
  timestamp: [0n, -1n, 1n, 1_709_294_400_000_000n, -62_135_596_800_000_000n],
}

/** A random value that is not null: often an edge case, often one from a small range so that equal values meet. */
export function randomScalar(random: () => number, type: DataType): Scalar {
  const edges = EDGES[type.kind]
  if (edges !== undefined && random() < 0.3) return edges[Math.floor(random() * edges.length)]!
  const small = Math.floor(random() * 20) - 10
  switch (type.kind) {
    case 'null':
      return null
    case 'bool':
      return random() < 0.5
    case 'int8':
    case 'int16':
    case 'int32':
      return small
    case 'date32':
      return Math.floor(random() * 40000) - 10000
    case 'uint8':
    case 'uint16':
    case 'uint32':
      return small + 10
    case 'int64':
      return random() < 0.5 ? BigInt(small) : BigInt(Math.floor((random() - 0.5) * 2 ** 40))
    case 'uint64':
      return BigInt(small + 10) * (random() < 0.5 ? 1n : 4294967296n)
    case 'float32':
      return Math.fround(random() < 0.5 ? small : random() * 100)
    case 'float64':
      return random() < 0.5 ? small / 4 : (random() - 0.5) * 10 ** Math.floor(random() * 30)
    case 'decimal':
      return randomDecimal(random, type.precision)
    case 'utf8':
      return randomText(random)
    case 'binary':
      return randomBytes(random, Math.floor(random() * 12))
    case 'fixed_size_binary':
      return randomBytes(random, type.byteWidth)
    case 'uuid':
      return randomBytes(random, 16)
    case 'time64':
      return BigInt(Math.floor(random() * 86_400_000_000))
    case 'timestamp':
      return BigInt(Math.floor((random() - 0.3) * 2 ** 50))
    case 'interval':
      return { months: small, days: Math.floor(random() * 60) - 30, nanoseconds: BigInt(Math.floor((random() - 0.5) * 2e14)) }
    case 'list':
      return Array.from({ length: Math.floor(random() * 4) }, () => randomScalarOrNull(random, type.element.type, 0.2))
    case 'struct':
      return type.fields.map((f) => randomScalarOrNull(random, f.type, 0.2))
    case 'map':
      return Array.from({ length: Math.floor(random() * 4) }, () => [
        randomScalar(random, type.key.type),
        randomScalarOrNull(random, type.value.type, 0.2),
      ])
  }
}

export function randomScalarOrNull(random: () => number, type: DataType, nullShare: number): Scalar {
  return random() < nullShare ? null : randomScalar(random, type)
}

function randomDecimal(random: () => number, precision: number): bigint {
  const limit = 10n ** BigInt(precision) - 1n
  const choice = random()
  if (choice < 0.1) return limit
  if (choice < 0.2) return -limit
  if (choice < 0.6) return BigInt(Math.floor(random() * 20) - 10)
  let value = 0n
  for (let i = 0; i < 4; i++) value = (value << 32n) | BigInt(Math.floor(random() * 2 ** 32))
  value %= limit
  return random() < 0.5 ? -value : value
}

const ALPHABET = ['a', 'b', 'B', '1', ' ', 'ß', '月', '😀', "'"]

function randomText(random: () => number): string {
  const prefix = random() < 0.5 ? '' : 'prefix_'
  return prefix + Array.from({ length: Math.floor(random() * 14) }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join('')
}

function randomBytes(random: () => number, length: number): Uint8Array {
  const sparse = random() < 0.5
  return Uint8Array.from({ length }, (_, i) => (sparse && i < length - 2 ? 0 : Math.floor(random() * 256)))
}

export interface VectorShape {
  readonly nullShare?: number
  readonly dictionary?: boolean
  /** Makes the vector a slice of a longer one, which starts in the middle of a byte of its bitmaps. */
  readonly sliced?: boolean
}

/** A random vector. Types without a dictionary encoding stay plain. */
export function randomVector(random: () => number, type: DataType, length: number, shape: VectorShape = {}): Vector {
  const padding = shape.sliced === true ? 5 : 0
  const values = Array.from({ length: length + 2 * padding }, () => randomScalarOrNull(random, type, shape.nullShare ?? 0))
  const plain = vectorFromScalars(type, values)
  const vector = shape.dictionary === true && isIndexable(type) ? dictionaryEncode(plain) : plain
  return padding === 0 ? vector : sliceVector(vector, padding, length)
}

/** The shapes that a kernel must not tell apart. */
export const SHAPES: readonly VectorShape[] = [
  {},
  { nullShare: 0.2 },
  { nullShare: 0.2, dictionary: true },
  { nullShare: 0.2, sliced: true },
  { dictionary: true, sliced: true },
  { nullShare: 1 },
]

export function typeName(type: DataType): string {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision}, ${type.scale})`
    case 'fixed_size_binary':
      return `fixed_size_binary(${type.byteWidth})`
    case 'timestamp':
      return `timestamp(${type.unit}, ${type.timezone ?? 'local'})`
    case 'list':
      return `list(${typeName(type.element.type)})`
    case 'struct':
      return `struct(${type.fields.map((f) => typeName(f.type)).join(', ')})`
    default:
      return type.kind
  }
}
