/** One table with a column of every type that the engine has, edge values and NULLs in each, and one of dictionaries. */

import { Batch, field, schema, vectorFromScalars } from '@artemis/arrow'
import * as arrow from '@artemis/arrow'
import type { DataType, Scalar, TimeUnit } from '@artemis/arrow'
import { MemoryCatalog, MemoryTable } from '@artemis/engine'

const ROWS = 8

const uuidOf = (fill: number): Uint8Array => new Uint8Array(16).fill(fill)

/** Fewer than {@link ROWS} values are filled up with NULLs. */
const COLUMNS: readonly (readonly [name: string, type: DataType, values: readonly Scalar[]])[] = [
  ['nothing', arrow.nullType, []],
  ['flag', arrow.bool, [true, false, null, true]],
  ['i8', arrow.int8, [-128, 127, 0, null, -1]],
  ['i16', arrow.int16, [-32768, null, 32767]],
  ['i32', arrow.int32, [null, -2147483648, 2147483647]],
  ['i64', arrow.int64, [-(2n ** 63n), 2n ** 63n - 1n, null, 2n ** 53n + 1n]],
  ['u8', arrow.uint8, [255, 0]],
  ['u16', arrow.uint16, [65535, null, 0]],
  ['u32', arrow.uint32, [4294967295, 0, null]],
  ['u64', arrow.uint64, [2n ** 64n - 1n, 0n, null, 2n ** 63n]],
  ['f32', arrow.float32, [Number.NaN, -0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1.401298464324817e-45, null]],
  ['f64', arrow.float64, [Number.NaN, -0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.MIN_VALUE, null, Number.MAX_VALUE]],
  ['d9', arrow.decimal(9, 2), [999999999n, -999999999n, 0n, null, 1n]],
  ['d18', arrow.decimal(18, 6), [10n ** 18n - 1n, null, -1n]],
  ['d38', arrow.decimal(38, 10), [10n ** 38n - 1n, -(10n ** 38n - 1n), null, 5n]],
  ['text', arrow.utf8, ['', 'grüße, 世界 🚀', null, 'a\u0000b', 'e\u0301', '\u202eabc', 'x'.repeat(300)]],
  ['bytes', arrow.binary, [new Uint8Array(0), Uint8Array.of(0, 255, 16), null, new Uint8Array(100).fill(7)]],
  ['fixed', arrow.fixedSizeBinary(3), [Uint8Array.of(1, 2, 3), null, Uint8Array.of(255, 0, 255)]],
  ['id', arrow.uuid, [uuidOf(0), uuidOf(255), null, uuidOf(1)]],
  ['day', arrow.date32, [0, -1, null, 19782, -719162]],
  ['clock', arrow.time64, [0n, 86_399_999_999n, null]],
  ['span', arrow.interval, [{ months: -1, days: 40, nanoseconds: -5n }, null, { months: 0, days: 0, nanoseconds: 0n }]],
  ...(['s', 'ms', 'us', 'ns'] as const).flatMap(timestampColumns),
  ['numbers', arrow.list(arrow.int32), [[1, null, 3], [], null, [2147483647]]],
  ['lists', arrow.list(arrow.list(arrow.utf8)), [[['a', null], [], null], [], null]],
  [
    'pair',
    arrow.struct([field('a', arrow.int64), field('b', arrow.utf8), field('c', arrow.struct([field('d', arrow.date32)]))]),
    [[1n, 'x', [0]], [null, null, null], null, [2n, '', [null]]],
  ],
  ['dict', arrow.map(field('key', arrow.utf8, false), field('value', arrow.list(arrow.float64))), [[['k', [1, null]], ['l', null]], [], null]],
]

function timestampColumns(unit: TimeUnit): (readonly [string, DataType, readonly Scalar[]])[] {
  const values = [0n, -1n, null, 1_710_464_523n]
  return [
    [`ts_${unit}`, arrow.timestamp(unit), values],
    [`tz_${unit}`, arrow.timestamptz(unit), values],
    [`berlin_${unit}`, arrow.timestamp(unit, 'Europe/Berlin'), values],
  ]
}

/** The catalog `edge`: `edge.main.kinds` and `edge.main.codes`. The same batches whenever it is made. */
export function edgeCatalog(): MemoryCatalog {
  const columns = schema([field('n', arrow.int32, false), ...COLUMNS.map(([name, type]) => field(name, type))])
  const numbers = vectorFromScalars(arrow.int32, Array.from({ length: ROWS }, (_, i) => i))
  const vectors = COLUMNS.map(([, type, values]) => vectorFromScalars(type, Array.from({ length: ROWS }, (_, i) => values[i] ?? null)))
  const kinds = new MemoryTable(columns, [new Batch(columns, ROWS, [numbers, ...vectors])])
  const catalog = new MemoryCatalog()
  catalog.get('main')?.register('kinds', kinds)
  catalog.get('main')?.register('codes', codesTable())
  return catalog
}

export const EDGE_COLUMNS: readonly string[] = COLUMNS.map(([name]) => name)

/** Dictionary columns, whose dictionary changes from one batch to the next, with NULL codes and unused entries. */
function codesTable(): MemoryTable {
  const columns = schema([field('n', arrow.int32, false), field('word', arrow.utf8), field('amount', arrow.float64)])
  const batches = [['red', 'green', 'unused'], ['blue', 'red', 'ß']].map((words, part) => {
    const codes = Int32Array.from({ length: 1000 }, (_, i) => i % 2)
    const validity = new Uint8Array(125).fill(0b1011_1111)
    const word = arrow.dictionaryVector(codes, vectorFromScalars(arrow.utf8, words), { validity, nullCount: 125 })
    const amount = arrow.dictionaryVector(codes, vectorFromScalars(arrow.float64, [Number.NaN, -0]))
    return new Batch(columns, 1000, [vectorFromScalars(arrow.int32, Array.from({ length: 1000 }, (_, i) => part * 1000 + i)), word, amount])
  })
  return new MemoryTable(columns, batches)
}
