import { describe, expect, it } from 'vitest'
import { radixSort } from './radix.js'
import { rowComparator } from './row-compare.js'
import type { SortColumn } from './row-compare.js'
import { scalarAt } from './scalar-at.js'
import { compareScalars } from './scalar-compare.js'
import { dictionaryRanks, sortToIndices, topNIndices } from './sort.js'
import { ALL_TYPES, randomVector, seededRandom, SHAPES, typeName } from './testing/random.js'
import { float64, int32, utf8 } from './types.js'
import { vectorFromScalars } from './builder.js'
import { dictionaryVector } from './vector.js'

/** The order by definition: single values, nulls where the column wants them, then the old order. */
function bruteForce(columns: readonly SortColumn[], rowCount: number): number[] {
  const values = columns.map(({ vector }) => Array.from({ length: rowCount }, (_, i) => scalarAt(vector, i)))
  return Array.from({ length: rowCount }, (_, i) => i).sort((i, j) => {
    for (const [k, column] of columns.entries()) {
      const a = values[k]![i]!
      const b = values[k]![j]!
      if (a === null && b === null) continue
      if (a === null || b === null) return (a === null) === column.nullsFirst ? -1 : 1
      const order = compareScalars(column.vector.type, a, b)
      if (order !== 0) return column.descending ? -order : order
    }
    return i - j
  })
}

describe('sortToIndices', () => {
  it('agrees with brute force for every type, layout and direction', () => {
    for (const type of ALL_TYPES) {
      for (const [k, shape] of SHAPES.entries()) {
        const random = seededRandom(k + 1)
        const vector = randomVector(random, type, 300, shape)
        for (const descending of [false, true]) {
          const columns = [{ vector, descending, nullsFirst: (k & 1) === 1 }]
          expect([...sortToIndices(columns, 300)], `${typeName(type)} ${k}`).toEqual(bruteForce(columns, 300))
          expect([...topNIndices(columns, 300, 10)], `${typeName(type)} ${k}`).toEqual(bruteForce(columns, 300).slice(0, 10))
        }
      }
    }
  })

  it('agrees with brute force for several keys', () => {
    const random = seededRandom(3)
    for (let round = 0; round < 60; round++) {
      const n = round < 10 ? round : 400
      const columns = Array.from({ length: 2 + (round % 2) }, () => ({
        vector: randomVector(random, ALL_TYPES[Math.floor(random() * ALL_TYPES.length)]!, n, SHAPES[Math.floor(random() * SHAPES.length)]!),
        descending: random() < 0.5,
        nullsFirst: random() < 0.5,
      }))
      const want = bruteForce(columns, n)
      expect([...sortToIndices(columns, n)]).toEqual(want)
      for (const limit of [0, 1, 7, n]) expect([...topNIndices(columns, n, limit)]).toEqual(want.slice(0, limit))
    }
  })

  it('sorts long common prefixes, zero bytes and repeated text', () => {
    const random = seededRandom(9)
    const prefixes = ['', 'the same long beginning of many a value ', 'the same long beginning of many a value, and more ', 'x\0\0']
    const tails = ['', '\0', '\0\0\0\0\0\0\0\0\0', '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0a', 'a', 'b', 'abcdefgh', 'abcdefghi', 'ÿ', '😀']
    const texts = Array.from(
      { length: 3000 },
      () => prefixes[Math.floor(random() * 4)]! + tails[Math.floor(random() * tails.length)]! + tails[Math.floor(random() * tails.length)]!,
    )
    for (const descending of [false, true]) {
      const columns = [
        { vector: vectorFromScalars(utf8, texts), descending, nullsFirst: false },
        {
          vector: vectorFromScalars(
            int32,
            texts.map(() => Math.floor(random() * 5)),
          ),
          descending: !descending,
          nullsFirst: false,
        },
      ]
      expect([...sortToIndices(columns, texts.length)]).toEqual(bruteForce(columns, texts.length))
    }
    const same = vectorFromScalars(
      utf8,
      Array.from({ length: 100 }, () => 'all the same'),
    )
    expect([...sortToIndices([{ vector: same, descending: true, nullsFirst: true }], 100)]).toEqual(
      Array.from({ length: 100 }, (_, i) => i),
    )
  })

  it('keeps the order without keys', () => {
    expect([...sortToIndices([], 3)]).toEqual([0, 1, 2])
  })
})

it('ranks equal dictionary entries alike', () => {
  const dictionary = vectorFromScalars(float64, [1, -0, NaN, 0, -5])
  expect([...dictionaryRanks(dictionary)]).toEqual([3, 1, 4, 1, 0])
  const vector = dictionaryVector(Int32Array.of(3, 1, 3, 1, 4), dictionary)
  expect([...sortToIndices([{ vector, descending: false, nullsFirst: false }], 5)]).toEqual([4, 0, 1, 2, 3])
})

it('compares rows of two sets of columns as the sort does', () => {
  const random = seededRandom(4)
  for (const type of ALL_TYPES) {
    for (const [k, shape] of SHAPES.entries()) {
      const left = randomVector(random, type, 20, shape)
      const right = randomVector(random, type, 20, SHAPES[(k + 2) % SHAPES.length]!)
      const column = { vector: left, descending: (k & 1) === 1, nullsFirst: (k & 2) === 2 }
      const order = rowComparator([column], [{ ...column, vector: right }])
      for (let i = 0; i < 20; i++) {
        for (let j = 0; j < 20; j++) {
          const a = scalarAt(left, i)
          const b = scalarAt(right, j)
          const nulls = a === null && b === null ? 0 : (a === null) === column.nullsFirst ? -1 : 1
          const values = compareScalars(type, a, b) * (column.descending ? -1 : 1)
          expect(Math.sign(order(i, j)) + 0).toBe(Math.sign(a === null || b === null ? nulls : values) + 0)
        }
      }
    }
  }
})

it('radix sorts many rows of one, two and four words', () => {
  const random = seededRandom(6)
  const n = 20_000
  for (const limits of [[2 ** 32], [50], [2 ** 32, 2 ** 32], [3, 2 ** 32], [1, 1000], [1, 5, 2 ** 32, 2 ** 32]]) {
    const words = limits.map((limit) =>
      Uint32Array.from({ length: n }, () => 7 + Math.floor(random() * (limit - 7 > 0 ? limit - 7 : limit))),
    )
    const keys = Array.from({ length: n }, (_, i) => words.reduce((sum, word) => (sum << 32n) | BigInt(word[i]!), 0n))
    const want = keys.map((_, i) => i).sort((i, j) => (keys[i]! < keys[j]! ? -1 : keys[i]! > keys[j]! ? 1 : i - j))
    expect([...radixSort(words, n)]).toEqual(want)
  }
})
