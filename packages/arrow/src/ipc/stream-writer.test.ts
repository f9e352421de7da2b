import { describe, expect, it } from 'vitest'
import { Batch } from '../batch.js'
import { vectorFromScalars } from '../builder.js'
import { decodeDictionary } from '../dictionary.js'
import { scalarsOf } from '../scalar-at.js'
import { ALL_TYPES, randomVector, seededRandom, SHAPES, typeName } from '../testing/random.js'
import { field, int64, schema, utf8 } from '../types.js'
import type { Vector } from '../vector.js'
import { dictionaryVector, sliceVector } from '../vector.js'
import { canonicalPlainVector, canonicalVector } from './canonical.js'
import { decodeStream } from './stream-reader.js'
import { encodeStreamSync, MAX_MESSAGE_BYTES, StreamEncoder } from './stream-writer.js'

const SCHEMA = schema([field('id', int64, false), field('text', utf8, true)])

function batch(rows: number, textLength: (row: number) => number): Batch {
  const ids = Array.from({ length: rows }, (_, i) => i)
  return new Batch(SCHEMA, rows, [
    vectorFromScalars(
      int64,
      ids.map((id) => BigInt(id)),
    ),
    vectorFromScalars(
      utf8,
      ids.map((id) => 'x'.repeat(textLength(id))),
    ),
  ])
}

function sizes(encoder: StreamEncoder, of: Batch): number[] {
  return [...encoder.messages(of)].map((message) => message.framed.length + message.bodyLength)
}

describe('the cut of large batches', () => {
  it('keeps messages below the limit, by rows, and loses none', () => {
    const large = batch(10_000, (row) => (row % 100 === 0 ? 100_000 : 20))
    const parts = sizes(new StreamEncoder(SCHEMA), large)
    expect(parts.length).toBeGreaterThan(4)
    expect(Math.max(...parts)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES)
    const bytes = Buffer.concat([...encodeStreamSync(SCHEMA, [large])])
    const ids = [...decodeStream(bytes).batches].flatMap((part) => scalarsOf(part.column(0)))
    expect(ids).toEqual(scalarsOf(large.column(0)))
  })

  it('sends a row alone that is larger than the limit', () => {
    const parts = sizes(new StreamEncoder(SCHEMA, { maxMessageBytes: 10_000 }), batch(4, (row) => (row === 2 ? 50_000 : 10)))
    expect(parts.map((size) => size > 10_000)).toEqual([false, true, false])
  })

  it('is left out where the limit is not reached, in spilling, and for batches without rows or columns', () => {
    expect(sizes(new StreamEncoder(SCHEMA), batch(1000, () => 10)).length).toBe(1)
    expect(sizes(new StreamEncoder(SCHEMA, { canonical: false }), batch(100, () => 100_000)).length).toBe(1)
    expect(sizes(new StreamEncoder(SCHEMA), batch(0, () => 0)).length).toBe(1)
    expect(sizes(new StreamEncoder(schema([])), new Batch(schema([]), 1_000_000, [])).length).toBe(1)
  })
})

/** What the encoder did one step after another: values first, then zeros under nulls. */
function plainThenCanonical(vector: Vector): Vector {
  return canonicalVector(decodeDictionary(vector))
}

function encoded(vector: Vector): Buffer {
  const one = schema([field('c', vector.type)])
  return Buffer.concat(new StreamEncoder(one, { canonical: false }).batch(new Batch(one, vector.length, [vector])))
}

describe('plain text of dictionary codes', () => {
  it('is the same for values of any length, nulls with any code, and slices', () => {
    const random = seededRandom(11)
    for (const longest of [0, 1, 8, 9, 16, 17, 60]) {
      for (const distinct of [1, 7, 300]) {
        const values = Array.from({ length: distinct }, (_, i) => String.fromCharCode(97 + (i % 26)).repeat(Math.floor(random() * (longest + 1))))
        const rows = 257
        const codes = Int32Array.from({ length: rows }, () => Math.floor(random() * distinct))
        const validity = random() < 0.3 ? null : Uint8Array.from({ length: 33 }, () => Math.floor(random() * 256))
        const vector = dictionaryVector(codes, vectorFromScalars(utf8, values), { validity })
        for (const part of [vector, sliceVector(vector, 3, 100), sliceVector(vector, 256, 1), sliceVector(vector, 5, 0)]) {
          expect(encoded(canonicalPlainVector(part)).equals(encoded(plainThenCanonical(part)))).toBe(true)
        }
      }
    }
  })
})

describe('canonical vectors', () => {
  it('keep their values and have no trace of what lay under nulls', () => {
    ALL_TYPES.forEach((type, seed) => {
      for (const shape of SHAPES) {
        const vector = randomVector(seededRandom(seed), type, 100, shape)
        const canonical = canonicalPlainVector(vector)
        expect(scalarsOf(canonical), typeName(type)).toEqual(scalarsOf(vector))
        const rebuilt = vectorFromScalars(type, scalarsOf(vector))
        expect(encoded(canonical).equals(encoded(canonicalPlainVector(rebuilt))), typeName(type)).toBe(true)
      }
    })
  })
})
