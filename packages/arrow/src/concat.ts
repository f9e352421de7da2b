/** Joining vectors and batches end to end. Dictionaries stay codes where that is cheap. */

import { assert, unreachable } from '@artemis/errors'
import { Batch } from './batch.js'
import { bitmapBytes, copyBits, setBits } from './bitmap.js'
import { decodeDictionary, DictionaryIndex, isIndexable } from './dictionary.js'
import { MAX_OFFSET, tooLarge } from './offsets.js'
import type { Schema } from './types.js'
import type { BytesVector, DictionaryVector, ListVector, Nulls, PrimitiveVector, Vector } from './vector.js'
import {
  allocatePrimitive,
  booleanVector,
  bytesVector,
  dictionaryVector,
  fixedVector,
  listVector,
  nullsOf,
  nullVector,
  primitiveVector,
  sliceVector,
  structVector,
} from './vector.js'

/** Dictionaries are put into one when their entries together are at most this many, or half the rows. */
const MAX_UNIFIED_ENTRIES = 4096

/**
 * The rows of all vectors in order. They must be of one type; at least one must be given. Vectors that share one
 * dictionary object keep it; other small dictionaries are put into one, large ones are decoded.
 */
export function concatVectors(vectors: readonly Vector[]): Vector {
  const first = vectors[0]
  assert(first !== undefined, 'no vectors to join')
  const filled = vectors.length === 1 ? vectors : vectors.filter((vector) => vector.length > 0)
  if (filled.length <= 1) return filled[0] ?? first
  for (const vector of filled) assert(vector.type.kind === first.type.kind, `cannot join ${first.type.kind} with ${vector.type.kind}`)
  if (filled.some((vector) => vector.layout === 'dictionary')) return concatDictionaries(filled)
  return concatPlain(filled)
}

/** The rows of all batches in order, under a schema of the same types. */
export function concatBatches(schema: Schema, batches: readonly Batch[]): Batch {
  if (batches.length === 1) return batches[0]!.withSchema(schema)
  const rowCount = batches.reduce((sum, batch) => sum + batch.rowCount, 0)
  const columns = schema.fields.map(
    (f, i) => () => (batches.length === 0 ? nullsOf(f.type, 0) : concatVectors(batches.map((batch) => batch.column(i)))),
  )
  return new Batch(schema, rowCount, columns)
}

function concatDictionaries(vectors: readonly Vector[]): Vector {
  const dictionaries = new Set<Vector>()
  let encoded = true
  let entries = 0
  for (const vector of vectors) {
    if (vector.layout === 'dictionary') {
      if (!dictionaries.has(vector.dictionary)) entries += vector.dictionary.length
      dictionaries.add(vector.dictionary)
    } else if (vector.nullCount < vector.length) encoded = false
  }
  const rows = vectors.reduce((sum, vector) => sum + vector.length, 0)
  const [only] = dictionaries
  if (encoded && dictionaries.size === 1 && only!.length > 0) return concatCodes(vectors, new Map([[only!, null]]), only!)
  if (encoded && entries > 0 && isIndexable(only!.type) && entries <= Math.max(MAX_UNIFIED_ENTRIES, rows >>> 1)) {
    const index = new DictionaryIndex(only!.type)
    const mappings = new Map<Vector, Int32Array | null>()
    for (const dictionary of dictionaries) mappings.set(dictionary, index.add(dictionary))
    return concatCodes(vectors, mappings, index.dictionary())
  }
  return concatPlain(vectors.map(decodeDictionary))
}

/** Codes mapped to the joint dictionary; vectors that are null throughout have none and get code 0. */
function concatCodes(vectors: readonly Vector[], mappings: ReadonlyMap<Vector, Int32Array | null>, dictionary: Vector): DictionaryVector {
  const codes = new Int32Array(vectors.reduce((sum, vector) => sum + vector.length, 0))
  let position = 0
  for (const vector of vectors) {
    if (vector.layout === 'dictionary') {
      const mapping = mappings.get(vector.dictionary) ?? null
      if (mapping === null) codes.set(vector.codes, position)
      else mapCodes(vector.codes, mapping, codes, position)
    }
    position += vector.length
  }
  return dictionaryVector(codes, dictionary, concatValidity(vectors))
}

function mapCodes(codes: Int32Array, mapping: Int32Array, out: Int32Array, start: number): void {
  for (let i = 0; i < codes.length; i++) out[start + i] = mapping[codes[i]!]!
}

function concatValidity(vectors: readonly Vector[]): Nulls {
  const nullCount = vectors.reduce((sum, vector) => sum + vector.nullCount, 0)
  if (nullCount === 0) return {}
  const length = vectors.reduce((sum, vector) => sum + vector.length, 0)
  const validity = new Uint8Array(bitmapBytes(length))
  let position = 0
  for (const vector of vectors) {
    if (vector.validity === null) setBits(validity, position, vector.length)
    else copyBits(vector.validity, vector.length, validity, position)
    position += vector.length
  }
  return { validity, nullCount }
}

function concatPlain(vectors: readonly Vector[]): Vector {
  const first = vectors[0]!
  const length = vectors.reduce((sum, vector) => sum + vector.length, 0)
  const given = concatValidity(vectors)
  switch (first.layout) {
    case 'null':
      return nullVector(length)
    case 'boolean':
      return concatBits(sameLayout(vectors, 'boolean'), length, given)
    case 'primitive':
      return concatPrimitives(sameLayout(vectors, 'primitive'), length, given)
    case 'fixed': {
      const values = new Uint8Array(length * first.byteWidth)
      let position = 0
      for (const vector of sameLayout(vectors, 'fixed')) {
        values.set(vector.values.subarray(0, vector.length * vector.byteWidth), position)
        position += vector.length * vector.byteWidth
      }
      return fixedVector(first.type, length, values, given)
    }
    case 'bytes':
      return concatBytes(sameLayout(vectors, 'bytes'), length, given)
    case 'list':
      return concatLists(sameLayout(vectors, 'list'), length, given)
    case 'struct': {
      const structs = sameLayout(vectors, 'struct')
      const children = first.children.map((_, k) => concatVectors(structs.map((vector) => vector.children[k]!)))
      return structVector(first.type, length, children, given)
    }
    case 'dictionary':
      assert(false, 'dictionaries are joined elsewhere')
    default:
      return unreachable(first, 'vector layout')
  }
}

function sameLayout<L extends Vector['layout']>(vectors: readonly Vector[], layout: L): readonly Extract<Vector, { layout: L }>[] {
  return vectors.map((vector) => {
    assert(vector.layout === layout, `cannot join the layouts ${layout} and ${vector.layout}`)
    return vector as Extract<Vector, { layout: L }>
  })
}

function concatBits(vectors: readonly Extract<Vector, { layout: 'boolean' }>[], length: number, given: Nulls): Vector {
  const values = new Uint8Array(bitmapBytes(length))
  let position = 0
  for (const vector of vectors) {
    copyBits(vector.values, vector.length, values, position)
    position += vector.length
  }
  return booleanVector(length, values, given)
}

function concatPrimitives(vectors: readonly PrimitiveVector[], length: number, given: Nulls): Vector {
  const { type } = vectors[0]!
  const values = allocatePrimitive(type, length)
  const bytes = new Uint8Array(values.buffer)
  let position = 0
  for (const { values: source } of vectors) {
    assert(source.constructor === values.constructor, `a ${type.kind} vector has values of another class`)
    bytes.set(new Uint8Array(source.buffer, source.byteOffset, source.byteLength), position)
    position += source.byteLength
  }
  return primitiveVector(type, values, given)
}

function concatOffsets(vectors: readonly (BytesVector | ListVector)[], length: number): Int32Array {
  const out = new Int32Array(length + 1)
  let position = 0
  let size = 0
  for (const { offsets, length: rows, type } of vectors) {
    const shift = size - offsets[0]!
    size += offsets[rows]! - offsets[0]!
    if (size > MAX_OFFSET) throw tooLarge(type)
    for (let i = 1; i <= rows; i++) out[position + i] = offsets[i]! + shift
    position += rows
  }
  return out
}

function concatBytes(vectors: readonly BytesVector[], length: number, given: Nulls): Vector {
  const offsets = concatOffsets(vectors, length)
  const data = new Uint8Array(offsets[length]!)
  let position = 0
  for (const vector of vectors) {
    const start = vector.offsets[0]!
    const end = vector.offsets[vector.length]!
    data.set(vector.data.subarray(start, end), position)
    position += end - start
  }
  return bytesVector(vectors[0]!.type, offsets, data, given)
}

function concatLists(vectors: readonly ListVector[], length: number, given: Nulls): Vector {
  const offsets = concatOffsets(vectors, length)
  return listVector(vectors[0]!.type, offsets, concatVectors(vectors.map(usedChild)), given)
}

/** The child rows that a list vector reaches, which a slice may have made fewer. */
function usedChild(vector: ListVector): Vector {
  const start = vector.offsets[0]!
  return sliceVector(vector.child, start, vector.offsets[vector.length]! - start)
}
