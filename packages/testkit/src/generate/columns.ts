/**
 * Columns of every type, with values that pruning gets wrong first: bounds of days and months, instants before 1970,
 * negative zero and NaN, texts that are cut within a character, the ends of the integers.
 */

import type { Scalar } from '@artemis/arrow'
import { formatBytes, formatValue } from '@artemis/arrow'
import type { PrimitiveType } from '@artemis/iceberg'
import { arrowTypeOf } from '@artemis/iceberg'
import { sqlTypeName } from '@artemis/plan'
import type { SeededRandom } from '../demo/random.js'

export interface GeneratedColumn {
  readonly name: string
  readonly type: PrimitiveType
  value(random: SeededRandom): Scalar
}

const DAY = 86_400_000_000n
const HOUR = 3_600_000_000n
const DAYS = ['1969-12-31', '1970-01-01', '1969-01-01', '1968-12-31', '2023-12-31', '2024-01-01', '2024-02-29', '2024-03-01', '2024-03-15']
const BOUNDARY_DAYS = DAYS.map((text) => Date.parse(`${text}T00:00:00Z`) / 86_400_000)
const TEXTS = [
  '', 'a', 'apo', 'apol', 'apollo', 'apollo-7', 'apollo-8', 'b', 'Zürich', 'z', 'ze\u0301', 'é', '日本語', '日本誌', '😀😀', '😀😁', '\uFFFD', '\u{10FFFF}x',
  'a text of more than sixteen characters', 'a text of more than sixteen charakters', 'a%b', 'a_b', 'x\\y', "o'clock",
] as const // prettier-ignore

const oneOf = <T>(random: SeededRandom, items: readonly T[]): T => items[random.below(items.length)]!
const bytes = (random: SeededRandom, length: number): Uint8Array => Uint8Array.from({ length }, () => oneOf(random, [0, 1, 127, 128, 255]))

function instant(random: SeededRandom): bigint {
  const day = BigInt(random.next() < 0.6 ? oneOf(random, BOUNDARY_DAYS) : random.below(40_000) - 15_000) * DAY
  return day + oneOf(random, [0n, 0n, -1n, 1n, HOUR, 12n * HOUR, HOUR - 1n, BigInt(random.below(86_400)) * 1_000_001n])
}

/** One column of each primitive type that a v2 table may have. */
export const GENERATED_COLUMNS: readonly GeneratedColumn[] = [
  { name: 'i', type: { kind: 'int' }, value: (random) => oneOf(random, [random.below(60) - 30, random.below(60) - 30, 10, -10, 2147483647, -2147483640]) },
  {
    name: 'l',
    type: { kind: 'long' },
    value: (random) => oneOf(random, [BigInt(random.below(200) - 100), BigInt(random.below(200)) * 12_345_678_901n, 2n ** 53n + 1n, 2n ** 63n - 1n, 8n - 2n ** 63n]),
  },
  { name: 'd', type: { kind: 'date' }, value: (random) => (random.next() < 0.6 ? oneOf(random, BOUNDARY_DAYS) : random.below(40_000) - 15_000) },
  { name: 'ts', type: { kind: 'timestamp' }, value: instant },
  { name: 'tz', type: { kind: 'timestamptz' }, value: instant },
  { name: 'tm', type: { kind: 'time' }, value: (random) => oneOf(random, [0n, DAY - 1n, 12n * HOUR, BigInt(random.below(86_400)) * 1_000_000n]) },
  { name: 's', type: { kind: 'string' }, value: (random) => oneOf(random, TEXTS) },
  { name: 'x', type: { kind: 'double' }, value: (random) => oneOf(random, [Number.NaN, 0, -0, Infinity, -Infinity, 1.5, -1.5, random.below(100) / 4, 5e-324, 1e300]) },
  { name: 'f', type: { kind: 'float' }, value: (random) => Math.fround(oneOf(random, [Number.NaN, 0, -0, Infinity, 0.1, -2.5, random.below(100) / 3, 3e38])) },
  { name: 'dec', type: { kind: 'decimal', precision: 9, scale: 2 }, value: (random) => oneOf(random, [0n, 1n, -1n, 1250n, -1250n, 999_999_999n, -999_999_999n, BigInt(random.below(5000) - 2500)]) },
  { name: 'mid', type: { kind: 'decimal', precision: 17, scale: 4 }, value: (random) => BigInt(random.below(9_000_000) - 4_500_000) * oneOf(random, [1n, 10_000n, 22_222_222_222n]) },
  { name: 'wide', type: { kind: 'decimal', precision: 30, scale: 3 }, value: (random) => BigInt(random.below(9000) - 4500) * 10n ** BigInt(random.below(24)) },
  { name: 'b', type: { kind: 'boolean' }, value: (random) => random.next() < 0.5 },
  { name: 'u', type: { kind: 'uuid' }, value: (random) => bytes(random, 16) },
  { name: 'bin', type: { kind: 'binary' }, value: (random) => bytes(random, oneOf(random, [0, 1, 2, 3, 20])) },
]

/** A value of a column as SQL that DuckDB and we read alike. */
export function sqlLiteral(type: PrimitiveType, value: Scalar): string {
  const arrowType = arrowTypeOf(type)
  const name = sqlTypeName(arrowType)
  if (value === null) return 'NULL'
  switch (type.kind) {
    case 'string':
      return `'${(value as string).replaceAll("'", "''")}'`
    case 'boolean':
      return value === true ? 'TRUE' : 'FALSE'
    case 'int':
    case 'long':
      return String(value as bigint)
    case 'binary':
      return `'${formatBytes(value as Uint8Array)}'::BLOB`
    default:
      return `'${formatValue(arrowType, value)}'::${name}`
  }
}
