/** Seeded random columns for the tests of this package: every type that a Parquet file can hold, with edge cases. */

import type { DataType, Field, Scalar, Schema } from '@artemis/arrow'
import {
  Batch,
  binary,
  bool,
  date32,
  decimal,
  dictionaryEncode,
  field,
  fixedSizeBinary,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  list,
  map,
  struct,
  time64,
  timestamp,
  timestamptz,
  uint16,
  uint32,
  uint64,
  uint8,
  utf8,
  uuid,
  vectorFromScalars,
} from '@artemis/arrow'

export type Random = () => number

/** Numbers in [0, 1) from a linear congruential generator. */
export function seededRandom(seed: number): Random {
  let state = (seed * 2654435761) >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return ((state ^ (state >>> 15)) >>> 0) / 4294967296
  }
}

export const FLAT_TYPES: readonly DataType[] = [
  bool,
  int8,
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  float32,
  float64,
  decimal(5, 2),
  decimal(9, 0),
  decimal(18, 4),
  decimal(25, 3),
  decimal(38, 10),
  utf8,
  binary,
  fixedSizeBinary(5),
  uuid,
  date32,
  time64,
  timestamp('ms'),
  timestamp('us'),
  timestamp('ns'),
  timestamptz('us'),
]

export const NESTED_TYPES: readonly DataType[] = [
  list(int32),
  list(list(utf8)),
  list(field('element', float64, false)),
  struct([field('a', int64), field('b', utf8, false), field('c', struct([field('d', bool)]))]),
  map(field('key', utf8, false), field('value', float64)),
  list(struct([field('x', int32), field('tags', list(utf8))])),
  struct([field('list', list(decimal(18, 4))), field('map', map(field('key', int32, false), field('value', list(timestamptz()))))]),
]

const LETTERS = ['', 'a', 'b', 'ab', 'voltage', 'é', '月', '😀', '\u{10ffff}', '\uffff', 'x'.repeat(70), '\0']

function pick<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)]!
}

function bits(random: Random, count: number): bigint {
  let value = 0n
  for (let i = 0; i < count; i += 16) value = (value << 16n) | BigInt(Math.floor(random() * 65536))
  return BigInt.asUintN(count, value)
}

/** A value that is not null. `distinct` limits how many different ones there are, more or less. */
export function randomScalar(random: Random, type: DataType, distinct = Infinity): Scalar {
  const small = Math.floor(random() * Math.min(distinct, 40))
  const isWide = distinct === Infinity && random() < 0.5
  switch (type.kind) {
    case 'bool':
      return random() < 0.5
    case 'int8':
    case 'int16':
    case 'int32': {
      const width = type.kind === 'int8' ? 8 : type.kind === 'int16' ? 16 : 32
      return isWide ? Number(BigInt.asIntN(width, bits(random, width))) : small - 20
    }
    case 'uint8':
    case 'uint16':
    case 'uint32':
      return isWide ? Number(bits(random, type.kind === 'uint8' ? 8 : type.kind === 'uint16' ? 16 : 32)) : small
    case 'date32':
      return Math.floor(random() * Math.min(distinct, 1e6)) - 3e5
    case 'timestamp': {
      // Within the years that every reader has.
      const seconds = BigInt(Math.floor(random() * Math.min(distinct, 8e9))) - 4_000_000_000n
      const perSecond = { s: 1n, ms: 1000n, us: 1_000_000n, ns: 1_000_000_000n }[type.unit]
      return seconds * perSecond + (isWide ? bits(random, 64) % perSecond : 0n)
    }
    case 'int64':
      return isWide ? BigInt.asIntN(64, bits(random, 64)) : BigInt(small) * 1_000_000_007n - 20_000_000_000n
    case 'uint64':
      return isWide ? bits(random, 64) : BigInt(small)
    case 'time64':
      return BigInt(isWide ? Math.floor(random() * 86_400_000_000) : small)
    case 'float32':
      return isWide ? Math.fround(random() * 1e6 - 5e5) : pick(random, [0, -0, NaN, Infinity, -Infinity, 1.5, -2.25, small])
    case 'float64':
      return isWide ? random() * 1e9 - 5e8 : pick(random, [0, -0, NaN, Infinity, -Infinity, 0.1, small])
    case 'decimal': {
      const limit = 10n ** BigInt(type.precision)
      return isWide ? (bits(random, 128) % (2n * limit - 1n)) - limit + 1n : BigInt(small - 20)
    }
    case 'utf8':
      return isWide
        ? pick(random, LETTERS) + Math.floor(random() * 1e6) + pick(random, LETTERS)
        : distinct < Infinity
          ? `value ${small}`
          : pick(random, LETTERS)
    case 'binary':
      return Uint8Array.from({ length: isWide ? Math.floor(random() * 90) : small % 4 }, () =>
        random() < 0.2 ? 255 : Math.floor(random() * 256),
      )
    case 'fixed_size_binary':
    case 'uuid': {
      const length = type.kind === 'uuid' ? 16 : type.byteWidth
      return Uint8Array.from({ length }, (_, i) => (isWide ? Math.floor(random() * 256) : i === 0 ? small : 0))
    }
    case 'list':
      return Array.from({ length: Math.floor(random() * 4) }, () => randomValue(random, type.element, 0.2))
    case 'struct':
      return type.fields.map((of) => randomValue(random, of, 0.2))
    case 'map':
      return Array.from({ length: Math.floor(random() * 4) }, () => [
        randomValue(random, type.key, 0),
        randomValue(random, type.value, 0.2),
      ])
    default:
      return null
  }
}

export function randomValue(random: Random, of: Field, nullShare: number, distinct = Infinity): Scalar {
  return of.nullable && random() < nullShare ? null : randomScalar(random, of.type, distinct)
}

export interface Column {
  readonly field: Field
  readonly values: readonly Scalar[]
}

/** Cuts columns into batches of random sizes; some columns of text arrive dictionary-encoded. */
export function batchesOf(
  random: Random,
  columns: readonly Column[],
  largest: number,
): { readonly schema: Schema; readonly batches: Batch[] } {
  const schema = { fields: columns.map((column) => column.field) }
  const rows = columns[0]!.values.length
  const batches: Batch[] = []
  for (let start = 0; start < rows;) {
    const end = Math.min(rows, start + 1 + Math.floor(random() * largest))
    const vectors = columns.map(({ field: of, values }) => {
      const vector = vectorFromScalars(of.type, values.slice(start, end))
      return of.type.kind === 'utf8' && random() < 0.5 ? dictionaryEncode(vector) : vector
    })
    batches.push(new Batch(schema, end - start, vectors))
    start = end
  }
  return { schema, batches }
}
