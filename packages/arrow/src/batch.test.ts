import { describe, expect, it } from 'vitest'
import { InternalError } from '@artemis/errors'
import { Batch } from './batch.js'
import { bitmapToSelection, copyBits, countSet, getBit, setBits, sliceBitmap } from './bitmap.js'
import { vectorFromScalars } from './builder.js'
import { concatBatches } from './concat.js'
import { scalarsOf } from './scalar-at.js'
import { seededRandom } from './testing/random.js'
import { field, int32, schema, utf8 } from './types.js'

const SCHEMA = schema([field('n', int32), field('t', utf8)])
const numbers = vectorFromScalars(
  int32,
  Array.from({ length: 20 }, (_, i) => i),
)
const texts = vectorFromScalars(
  utf8,
  Array.from({ length: 20 }, (_, i) => `t${i}`),
)

describe('Batch', () => {
  it('makes a column when it is read, once', () => {
    let made = 0
    const batch = new Batch(SCHEMA, 20, [numbers, () => (made++, texts)])
    const view = batch.select(Int32Array.of(3, 1)).project(schema([field('t', utf8), field('n', int32)]), [1, 0])
    expect(scalarsOf(view.column(1))).toEqual([3, 1])
    expect(made).toBe(0)
    expect(scalarsOf(view.column(0))).toEqual(['t3', 't1'])
    expect(scalarsOf(batch.column(1))[0]).toBe('t0')
    expect(made).toBe(1)
  })

  it('narrows what was narrowed, with columns read in between or not', () => {
    for (const readEarly of [false, true]) {
      const first = new Batch(SCHEMA, 20, [numbers, () => texts]).select(Int32Array.from({ length: 10 }, (_, i) => 2 * i))
      if (readEarly) first.column(0)
      const second = first.select(Int32Array.of(9, 0, 5, 5))
      expect(second.rowCount).toBe(4)
      expect(scalarsOf(second.column(0))).toEqual([18, 0, 10, 10])
      const third = second.slice(1, 2).select(Int32Array.of(1))
      expect([scalarsOf(third.column(0)), scalarsOf(third.column(1))]).toEqual([[10], ['t10']])
      expect(scalarsOf(second.select(Int32Array.of(3)).column(1))).toEqual(['t10'])
      expect(
        first
          .select(new Int32Array(0))
          .columns()
          .map((column) => column.length),
      ).toEqual([0, 0])
    }
  })

  it('joins batches, and refuses columns of a wrong length', () => {
    const batch = new Batch(SCHEMA, 20, [numbers, texts])
    const joined = concatBatches(SCHEMA, [batch.slice(0, 2), batch.select(Int32Array.of(19)), batch.slice(5, 0)])
    expect(scalarsOf(joined.column(1))).toEqual(['t0', 't1', 't19'])
    expect(concatBatches(SCHEMA, []).rowCount).toBe(0)
    expect(scalarsOf(concatBatches(SCHEMA, []).column(0))).toEqual([])
    expect(() => new Batch(SCHEMA, 3, [numbers])).toThrow(InternalError)
    expect(() => new Batch(SCHEMA, 3, [() => numbers, texts]).column(0)).toThrow(InternalError)
    expect(() => batch.slice(10, 11)).toThrow(InternalError)
  })
})

it('bitmaps set, slice, copy, count and select any range of bits', () => {
  const random = seededRandom(1)
  for (let round = 0; round < 300; round++) {
    const length = Math.floor(random() * 70)
    const bits = Array.from({ length }, () => random() < 0.5)
    const bitmap = new Uint8Array(Math.ceil(length / 8) + 1).fill(round % 2 === 0 ? 0xff : 0)
    bits.forEach((bit, i) => (bitmap[i >> 3] = bit ? bitmap[i >> 3]! | (1 << (i & 7)) : bitmap[i >> 3]! & ~(1 << (i & 7))))
    expect(countSet(bitmap, length)).toBe(bits.filter(Boolean).length)
    expect([...bitmapToSelection(bitmap, length)]).toEqual(bits.flatMap((bit, i) => (bit ? [i] : [])))
    const start = Math.floor(random() * (length + 1))
    const size = Math.floor(random() * (length - start + 1))
    const slice = sliceBitmap(bitmap, start, size)
    for (let i = 0; i < size; i++) expect(getBit(slice, i)).toBe(bits[start + i])
    const target = new Uint8Array(20)
    const before = Math.floor(random() * 20)
    setBits(target, 0, before)
    copyBits(bitmap, length, target, before)
    expect(countSet(target, 160)).toBe(before + bits.filter(Boolean).length)
    for (let i = 0; i < length; i++) expect(getBit(target, before + i)).toBe(bits[i])
  }
})
