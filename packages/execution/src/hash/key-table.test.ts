import type { DataType, Scalar } from '@artemis/arrow'
import { decimal, scalarAt } from '@artemis/arrow'
import { describe, expect, it } from 'vitest'
import { KEY_TYPES, randomLayout, randomScalars, rowText, seededRandom } from '../testing/random.js'
import { createKeyTable } from './key-table.js'
import type { KeyTableOptions } from './key-table.js'

/** Numbers keys with a Map, batch by batch beside the table, and compares ids, lookups and keys. */
function check(
  types: readonly DataType[],
  options: KeyTableOptions & { distinct: number; nullShare?: number; batches?: number },
  seed: number,
): void {
  const random = seededRandom(seed)
  const table = createKeyTable(types, options)
  const known = new Map<string, number>()
  const firstRows: Scalar[][] = []
  const strict = (row: readonly Scalar[]): boolean => row.some((value, k) => value === null && options.nullEqualsNull?.[k] === false)
  for (let b = 0; b < (options.batches ?? 8); b++) {
    const count = 1 + Math.floor(random() * 400)
    const columns = types.map((type) => randomScalars(type, count, random, options.distinct, b < 2 ? 0 : (options.nullShare ?? 0.1)))
    const rows = Array.from({ length: count }, (_, i) => columns.map((column) => column[i]!))
    const vectors = types.map((type, k) => randomLayout(type, columns[k]!, random))
    const ids = new Int32Array(count)

    table.lookup(vectors, count, ids)
    expect(ids.join()).toEqual(rows.map((row) => (strict(row) ? -1 : (known.get(rowText(row)) ?? -1))).join())

    const wanted = rows.map((row) => {
      if (strict(row)) return -1
      const key = rowText(row)
      const id = known.get(key)
      if (id !== undefined) return id
      known.set(key, known.size)
      firstRows.push(row)
      return known.size - 1
    })
    table.insert(vectors, count, ids)
    expect(ids.join()).toBe(wanted.join())
    expect(table.size).toBe(known.size)
  }
  for (const [start, length] of [
    [0, table.size],
    [table.size >>> 1, table.size - (table.size >>> 1)],
    [0, 0],
  ] as const) {
    const keys = table.keys(start, length)
    for (let i = 0; i < length; i++) expect(rowText(keys.map((key) => scalarAt(key, i)))).toBe(rowText(firstRows[start + i]!))
  }
  expect(table.byteSize()).toBeGreaterThan(0)
}

describe('createKeyTable numbers keys as a Map of their values does', () => {
  for (const type of KEY_TYPES) {
    const name = type.kind
    it(`one column of ${name}`, () => {
      for (const distinct of [3, 40, 4000]) check([type], { distinct }, 7)
    })
    it(`one column of ${name} in which NULL equals nothing`, () => check([type], { distinct: 50, nullEqualsNull: [false] }, 11))
    it(`${name} beside text`, () => check([type, { kind: 'utf8' }], { distinct: 30 }, 13))
  }

  it('a single NULL of no type', () => check([{ kind: 'null' }], { distinct: 1 }, 3))
  it('many columns, more than one word of null bits', () =>
    check(
      Array.from({ length: 40 }, (_, i) => KEY_TYPES[i % 15]!),
      { distinct: 3 },
      17,
    ))
  it('without a directly indexed array', () => check([{ kind: 'int32' }, { kind: 'date32' }], { distinct: 100, maxDirectSlots: 0 }, 19))
  it('moving from the array to the hash table', () =>
    check([{ kind: 'int32' }, { kind: 'utf8' }], { distinct: 600, maxDirectSlots: 4096 }, 23))
  it('wide keys', () => check([decimal(30, 2), { kind: 'uuid' }, { kind: 'int64' }, { kind: 'float64' }], { distinct: 12 }, 29))
  it('no columns: one key', () => {
    const table = createKeyTable([])
    const ids = new Int32Array(5).fill(9)
    table.insert([], 5, ids)
    expect([...ids]).toEqual([0, 0, 0, 0, 0])
    expect(table.size).toBe(1)
  })
})

it('keeps its numbers while growing past the size that is touched before probing', () => {
  const count = 60_000
  for (const type of [{ kind: 'int64' }, { kind: 'utf8' }, { kind: 'uint32' }] as const) {
    const values = Array.from({ length: count }, (_, i): Scalar =>
      type.kind === 'int64' ? BigInt(i) * 7919n : type.kind === 'utf8' ? `value ${i * 7}` : (i * 71) % 4294967295,
    )
    const table = createKeyTable([type], { maxDirectSlots: 0 })
    const vector = randomLayout(type, values, () => 0.9)
    const ids = new Int32Array(count)
    table.insert([vector], count, ids)
    expect(ids.every((id, i) => id === i)).toBe(true)
    table.lookup([vector], count, ids)
    expect(ids.every((id, i) => id === i)).toBe(true)
    expect(scalarAt(table.keys(count - 1, 1)[0]!, 0)).toEqual(values[count - 1])
  }
})
