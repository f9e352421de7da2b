/** Seeded random values and vectors of every type that can be a key. */

import type { DataType, Scalar, Vector } from '@artemis/arrow'
import { decimal, dictionaryEncode, fixedSizeBinary, isIndexable, list, int32, vectorFromScalars } from '@artemis/arrow'

/** A generator of numbers in [0, 1) that gives the same sequence for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), 1 | state)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296
  }
}

export const KEY_TYPES: readonly DataType[] = [
  { kind: 'bool' },
  { kind: 'int8' },
  { kind: 'int16' },
  { kind: 'int32' },
  { kind: 'int64' },
  { kind: 'uint8' },
  { kind: 'uint16' },
  { kind: 'uint32' },
  { kind: 'uint64' },
  { kind: 'float32' },
  { kind: 'float64' },
  { kind: 'date32' },
  { kind: 'time64' },
  { kind: 'timestamp', unit: 'us', timezone: 'UTC' },
  { kind: 'utf8' },
  { kind: 'binary' },
  { kind: 'uuid' },
  { kind: 'interval' },
  decimal(20, 3),
  fixedSizeBinary(5),
  list(int32),
  { kind: 'struct', fields: [{ name: 'a', type: int32, nullable: true }] },
]

/** One of about `distinct` values of a type; extremes, NaN and -0 among them. */
export function randomScalar(type: DataType, random: () => number, distinct: number): Scalar {
  const n = Math.floor(random() * distinct)
  switch (type.kind) {
    case 'bool':
      return n % 2 === 0
    case 'int8':
      return (n % 250) - 125
    case 'uint8':
      return n % 250
    case 'int16':
    case 'int32':
    case 'date32':
      return n - (distinct >>> 1)
    case 'uint16':
    case 'uint32':
      return n
    case 'int64':
    case 'time64':
    case 'timestamp':
      return n === 0 ? -9223372036854775808n : n === 1 ? 9223372036854775807n : BigInt(n) * 1_000_003n - 500n
    case 'uint64':
      return n === 0 ? 18446744073709551615n : BigInt(n) * 4294967291n
    case 'float32':
    case 'float64':
      return n === 0 ? Number.NaN : n === 1 ? -0 : n === 2 ? 0 : n === 3 ? Number.POSITIVE_INFINITY : n / 4
    case 'decimal':
      return n === 0 ? -(10n ** 19n) : BigInt(n) * 10n ** 12n - 7n
    case 'utf8':
      return n === 0
        ? ''
        : n === 1
          ? 'wörter mit mehr als sechzehn bytes 🚀'
          : n % 3 === 0
            ? `a key that is longer than inline ${n}`
            : `k${n}`
    case 'binary':
      return Buffer.from(`b${n}`)
    case 'uuid':
      return Uint8Array.from({ length: 16 }, (_, i) => (n >>> ((i % 4) * 8)) & 0xff)
    case 'fixed_size_binary':
      return Uint8Array.from({ length: type.byteWidth }, (_, i) => (n >>> ((i % 4) * 8)) & 0xff)
    case 'interval':
      return n % 2 === 0 ? { months: n, days: 0, nanoseconds: 0n } : { months: 0, days: (n - 1) * 30, nanoseconds: 0n }
    case 'list':
      return n === 0 ? [] : [n, n % 3 === 0 ? null : 1]
    case 'struct':
      return type.fields.map(() => (n === 0 ? null : n))
    default:
      return null
  }
}

export function randomScalars(type: DataType, count: number, random: () => number, distinct: number, nullShare = 0.1): Scalar[] {
  return Array.from({ length: count }, () => (random() < nullShare ? null : randomScalar(type, random, distinct)))
}

/** The values as a vector, now plain, now dictionary-encoded. */
export function randomLayout(type: DataType, values: readonly Scalar[], random: () => number): Vector {
  const plain = vectorFromScalars(type, values)
  return isIndexable(type) && random() < 0.5 ? dictionaryEncode(plain) : plain
}

/** A text that is the same for values that SQL counts as one key. */
export function keyText(value: Scalar): string {
  if (value === null) return 'NULL'
  if (typeof value === 'number') return Number.isNaN(value) ? 'NaN' : String(value === 0 ? 0 : value)
  if (typeof value === 'object' && 'nanoseconds' in value) {
    return `interval ${(BigInt(value.months) * 30n + BigInt(value.days)) * 86_400_000_000_000n + value.nanoseconds}`
  }
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) return `[${(value as readonly Scalar[]).map(keyText).join(',')}]`
  return `${typeof value} ${String(value)}`
}

export function rowText(row: readonly Scalar[]): string {
  return row.map(keyText).join(' | ')
}
