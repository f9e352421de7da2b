import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { andKleene, isNotNull, isNull, notBoolean, orKleene, selectionFromBoolean } from './boolean.js'
import { compareVectors } from './compare.js'
import type { ComparisonOperator } from './compare.js'
import { concatVectors } from './concat.js'
import { constantVector, scalarDatum, vectorDatum } from './datum.js'
import type { Datum } from './datum.js'
import { decodeDictionary, dictionaryEncode, DictionaryIndex, isIndexable, remapDictionary } from './dictionary.js'
import { hashColumns, hashVector } from './hash.js'
import type { Scalar } from './scalar.js'
import { scalarAt, scalarsOf } from './scalar-at.js'
import { compareScalars, scalarEquals } from './scalar-compare.js'
import { take } from './take.js'
import { ALL_TYPES, FLAT_TYPES, randomScalar, randomVector, seededRandom, SHAPES, typeName } from './testing/random.js'
import { bool, int32, int64, utf8 } from './types.js'
import type { DataType } from './types.js'
import type { Vector } from './vector.js'
import { dictionaryVector, isValid, nullsOf, nullVector, sliceVector } from './vector.js'
import { vectorBuilder, vectorFromScalars } from './builder.js'

const OPERATORS: readonly ComparisonOperator[] = ['=', '<>', '<', '<=', '>', '>=', 'is_distinct_from', 'is_not_distinct_from']

/** Checks what every vector promises beyond its values. */
function checkInvariants(vector: Vector): void {
  expect(vector.validity === null).toBe(vector.nullCount === 0 && vector.layout !== 'null')
  expect(scalarsOf(vector).filter((value) => value === null).length).toBe(vector.nullCount)
}

function eachShape(test: (type: DataType, make: (length: number) => Vector, random: () => number) => void): void {
  for (const type of ALL_TYPES) {
    for (const [k, shape] of SHAPES.entries()) {
      const random = seededRandom(typeName(type).length * 31 + k)
      test(type, (length) => randomVector(random, type, length, shape), random)
    }
  }
}

describe('building and taking', () => {
  it('gives back the values that were appended, row by row and from vectors', () => {
    eachShape((type, make) => {
      const vector = make(70)
      checkInvariants(vector)
      const values = scalarsOf(vector)
      const builder = vectorBuilder(type, 1)
      for (let round = 0; round < 2; round++) {
        values.forEach((value, i) => (i % 3 === 0 ? builder.append(value) : builder.appendFrom(vector, i)))
        expect(builder.length).toBe(70)
        const built = builder.finish()
        checkInvariants(built)
        expect(scalarsOf(built)).toEqual(values)
      }
    })
  })

  it('takes rows in any order, -1 as null', () => {
    eachShape((type, make, random) => {
      for (const length of [0, 1, 37]) {
        const vector = make(length)
        const rows = Int32Array.from({ length: 41 }, () => (length === 0 ? -1 : Math.floor(random() * (length + 1)) - 1))
        const taken = take(vector, rows, true)
        expect(scalarsOf(taken)).toEqual([...rows].map((row) => (row < 0 ? null : scalarAt(vector, row))))
        expect(taken.type.kind).toBe(type.kind)
        checkInvariants(taken)
        const inside = rows.filter((row) => row >= 0)
        expect(scalarsOf(take(vector, inside))).toEqual([...inside].map((row) => scalarAt(vector, row)))
      }
    })
  })

  it('slices at every offset', () => {
    eachShape((_, make) => {
      const vector = make(30)
      const values = scalarsOf(vector)
      for (const [start, length] of [
        [0, 30],
        [1, 29],
        [8, 9],
        [13, 0],
        [30, 0],
        [7, 16],
      ] as const) {
        const slice = sliceVector(vector, start, length)
        checkInvariants(slice)
        expect(scalarsOf(slice)).toEqual(values.slice(start, start + length))
      }
    })
  })

  it('makes constants', () => {
    const random = seededRandom(5)
    for (const type of ALL_TYPES) {
      const value = randomScalar(random, type)
      expect(scalarsOf(constantVector(type, value, 11))).toEqual(Array.from({ length: 11 }, () => value))
      expect(scalarsOf(constantVector(type, null, 3))).toEqual([null, null, null])
    }
  })
})

describe('joining and dictionaries', () => {
  it('joins vectors of all layouts, mixed', () => {
    for (const type of ALL_TYPES) {
      const random = seededRandom(7)
      const parts = [...SHAPES, ...SHAPES].map((shape, k) => randomVector(random, type, (k * 13) % 29, shape))
      for (const chosen of [
        parts,
        parts.slice(0, 1),
        parts.filter((p) => p.layout === 'dictionary'),
        [nullsOf(type, 3), parts[2]!],
        [nullsOf(type, 0)],
      ]) {
        if (chosen.length === 0) continue
        const joined = concatVectors(chosen)
        checkInvariants(joined)
        expect(scalarsOf(joined)).toEqual(chosen.flatMap(scalarsOf))
      }
    }
  })

  it('keeps the codes of one shared dictionary, and unites small ones', () => {
    const shared = dictionaryEncode(vectorFromScalars(utf8, ['a', 'b', null, 'a']))
    const joined = concatVectors([shared, sliceVector(shared, 1, 2), nullsOf(utf8, 1)])
    expect(joined.layout === 'dictionary' && joined.dictionary).toBe(shared.dictionary)
    const other = dictionaryEncode(vectorFromScalars(utf8, ['b', 'c']))
    const united = concatVectors([shared, other])
    expect(united.layout === 'dictionary' && scalarsOf(united.dictionary)).toEqual(['a', 'b', 'c'])
    expect(scalarsOf(united)).toEqual(['a', 'b', null, 'a', 'b', 'c'])
  })

  it('encodes and decodes without loss, one code per value', () => {
    for (const type of FLAT_TYPES.filter(isIndexable)) {
      const random = seededRandom(11)
      for (const shape of SHAPES) {
        const vector = randomVector(random, type, 400, shape)
        const encoded = dictionaryEncode(vector)
        expect(scalarsOf(encoded)).toEqual(scalarsOf(vector))
        expect(scalarsOf(decodeDictionary(encoded))).toEqual(scalarsOf(vector))
        const entries = scalarsOf(encoded.dictionary)
        const texts = new Set(entries.map((value) => (Object.is(value, -0) ? '-0' : inspect(value, { maxArrayLength: null }))))
        expect(texts.size).toBe(entries.length)
      }
    }
  })

  it('numbers values alike across vectors', () => {
    const index = new DictionaryIndex(int64)
    const first = index.add(vectorFromScalars(int64, [5n, null, 7n, 5n]))
    const second = index.add(dictionaryEncode(vectorFromScalars(int64, [9n, 7n])))
    expect([...first]).toEqual([0, 0, 1, 0])
    expect([...second]).toEqual([2, 1])
    expect(scalarsOf(index.dictionary())).toEqual([5n, 7n, 9n])
    const many = vectorFromScalars(
      int64,
      Array.from({ length: 5000 }, (_, i) => BigInt(i % 3000)),
    )
    index.add(many)
    expect(index.size).toBe(3000)
    const remapped = remapDictionary(dictionaryEncode(vectorFromScalars(int64, [9n, 7n])), second, index.dictionary())
    expect(scalarsOf(remapped)).toEqual([9n, 7n])
  })

  it('survives a dictionary without entries', () => {
    const empty = dictionaryVector(new Int32Array(3), vectorFromScalars(utf8, []), { validity: new Uint8Array(1) })
    expect(scalarsOf(decodeDictionary(empty))).toEqual([null, null, null])
    expect(scalarsOf(concatVectors([empty, vectorFromScalars(utf8, ['x'])]))).toEqual([null, null, null, 'x'])
    expect(scalarsOf(compareVectors('=', vectorDatum(empty), scalarDatum(utf8, 'x'), 3))).toEqual([null, null, null])
  })
})

describe('hashes', () => {
  const hashesOf = (vector: Vector): number[] => {
    const hashes = new Int32Array(vector.length)
    hashVector(vector, hashes, false)
    return [...hashes]
  }

  it('are equal for equal values in any layout', () => {
    for (const type of ALL_TYPES) {
      const random = seededRandom(13)
      const vectors = SHAPES.map((shape) => randomVector(random, type, 60, shape))
      const values = vectors.flatMap(scalarsOf)
      const hashes = vectors.flatMap(hashesOf)
      for (let i = 0; i < values.length; i++) {
        for (let j = 0; j < i; j++) if (scalarEquals(type, values[i]!, values[j]!)) expect(hashes[i]).toBe(hashes[j])
      }
      const distinct = values.filter((value, i) => !values.slice(0, i).some((other) => scalarEquals(type, value, other)))
      expect(new Set(hashes).size).toBeGreaterThan(distinct.length * 0.97)
    }
  })

  it('spread over all bits, also of composite keys with equal parts', () => {
    const n = 1 << 14
    const sequence = vectorFromScalars(
      int64,
      Array.from({ length: n }, (_, i) => BigInt(i) << 20n),
    )
    const numbers = vectorFromScalars(
      int32,
      Array.from({ length: n }, (_, i) => i),
    )
    const texts = vectorFromScalars(
      utf8,
      Array.from({ length: n }, (_, i) => `customer_${i}`),
    )
    for (const columns of [[sequence], [numbers], [texts], [numbers, numbers], [texts, sequence]]) {
      const hashes = new Int32Array(n)
      hashColumns(columns, hashes)
      for (const shift of [0, 10, 20, 26]) {
        const buckets = new Int32Array(64)
        for (const hash of hashes) buckets[(hash >>> shift) & 63]!++
        // 256 are expected per bucket, with a deviation of 16.
        expect(Math.min(...buckets)).toBeGreaterThan(160)
        expect(Math.max(...buckets)).toBeLessThan(360)
      }
      expect(new Set(hashes).size).toBeGreaterThan(n * 0.999)
    }
  })
})

function expected(operator: ComparisonOperator, type: DataType, a: Scalar, b: Scalar): boolean | null {
  if (operator === 'is_distinct_from') return !scalarEquals(type, a, b)
  if (operator === 'is_not_distinct_from') return scalarEquals(type, a, b)
  if (a === null || b === null) return null
  const order = compareScalars(type, a, b)
  if (operator === '=') return order === 0
  if (operator === '<>') return order !== 0
  if (operator === '<') return order < 0
  if (operator === '<=') return order <= 0
  if (operator === '>') return order > 0
  return order >= 0
}

describe('comparison', () => {
  it('agrees with the order of single values, in every layout, against vectors and constants', () => {
    for (const type of ALL_TYPES) {
      const random = seededRandom(17)
      for (const [k, shape] of SHAPES.entries()) {
        const n = 45
        const vector = randomVector(random, type, n, shape)
        const others: Datum[] = [
          vectorDatum(vector),
          vectorDatum(randomVector(random, type, n, SHAPES[(k * 5 + 2) % SHAPES.length]!)),
          scalarDatum(type, scalarAt(vector, 7)),
          scalarDatum(type, randomScalar(random, type)),
          scalarDatum(type, randomScalar(random, type)),
          scalarDatum(type, null),
        ]
        for (const other of others) {
          for (const operator of OPERATORS) {
            const forth = compareVectors(operator, vectorDatum(vector), other, n)
            const back = compareVectors(operator, other, vectorDatum(vector), n)
            const at = (i: number): Scalar => (other.kind === 'scalar' ? other.value : scalarAt(other.vector, i))
            const rows = Array.from({ length: n }, (_, i) => i)
            const name = `${typeName(type)} ${operator} ${k}`
            expect(scalarsOf(forth), name).toEqual(rows.map((i) => expected(operator, type, scalarAt(vector, i), at(i))))
            expect(scalarsOf(back), name).toEqual(rows.map((i) => expected(operator, type, at(i), scalarAt(vector, i))))
            expect(forth.values[n >>> 3]! >>> (n & 7), 'unused bits').toBe(0)
          }
        }
      }
    }
  })

  it('compares two constants', () => {
    const random = seededRandom(19)
    for (const type of FLAT_TYPES) {
      const a = randomScalar(random, type)
      const b = randomScalar(random, type)
      for (const operator of OPERATORS) {
        for (const [x, y] of [
          [a, b],
          [b, a],
          [a, a],
        ] as const) {
          const result = compareVectors(operator, scalarDatum(type, x), scalarDatum(type, y), 9)
          expect(scalarsOf(result), typeName(type)).toEqual(Array.from({ length: 9 }, () => expected(operator, type, x, y)))
        }
      }
    }
  })

  it('orders text by UTF-8 bytes', () => {
    const random = seededRandom(23)
    const texts = Array.from({ length: 300 }, () => randomScalar(random, utf8) as string)
    for (const a of texts)
      for (const b of texts.slice(0, 60)) expect(Math.sign(compareScalars(utf8, a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
  })
})

describe('three-valued logic', () => {
  const values = [true, false, null]
  const pairs = values.flatMap((a) => values.map((b) => [a, b] as const))
  const repeated = Array.from({ length: 5 }, () => pairs).flat()
  const left = vectorFromScalars(
    bool,
    repeated.map(([a]) => a),
  )
  const right = vectorFromScalars(
    bool,
    repeated.map(([, b]) => b),
  )

  it('follows the truth tables', () => {
    const and = (a: boolean | null, b: boolean | null): boolean | null =>
      a === false || b === false ? false : a === null || b === null ? null : true
    const or = (a: boolean | null, b: boolean | null): boolean | null =>
      a === true || b === true ? true : a === null || b === null ? null : false
    expect(scalarsOf(andKleene(left, right))).toEqual(repeated.map(([a, b]) => and(a, b)))
    expect(scalarsOf(orKleene(left, right))).toEqual(repeated.map(([a, b]) => or(a, b)))
    expect(scalarsOf(notBoolean(left))).toEqual(repeated.map(([a]) => (a === null ? null : !a)))
    expect(scalarsOf(andKleene(nullVector(45), right))).toEqual(repeated.map(([, b]) => and(null, b)))
    for (const slice of [1, 3, 8]) {
      const x = sliceVector(left, slice, 30)
      const y = sliceVector(right, slice, 30)
      expect(scalarsOf(andKleene(x, y))).toEqual(repeated.slice(slice, slice + 30).map(([a, b]) => and(a, b)))
      expect(scalarsOf(orKleene(x, y))).toEqual(repeated.slice(slice, slice + 30).map(([a, b]) => or(a, b)))
    }
  })

  it('tells nulls and selects true rows', () => {
    eachShape((_, make) => {
      const vector = make(21)
      expect(scalarsOf(isNull(vector))).toEqual(Array.from({ length: 21 }, (__, i) => !isValid(vector, i)))
      expect(scalarsOf(isNotNull(vector))).toEqual(Array.from({ length: 21 }, (__, i) => isValid(vector, i)))
    })
    expect([...selectionFromBoolean(left)]).toEqual(repeated.flatMap(([a], i) => (a === true ? [i] : [])))
    expect(selectionFromBoolean(constantVector(bool, true, 19)).length).toBe(19)
  })
})
