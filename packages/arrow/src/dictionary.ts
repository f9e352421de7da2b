/**
 * Dictionary encoding: codes into a vector of distinct values. `DictionaryIndex` gives values one numbering across many
 * vectors, so that a query can compare and group codes instead of values.
 */

import { assert, unreachable } from '@artemis/errors'
import { hashVector } from './hash.js'
import { MAX_OFFSET, tooLarge } from './offsets.js'
import { take } from './take.js'
import type { DataType } from './types.js'
import { byteWidth, physicalKind } from './types.js'
import type { BytesVector, DictionaryVector, FixedVector, PrimitiveVector, Vector } from './vector.js'
import { bytesVector, dictionaryVector, fixedVector, listVector, nullsOf, primitiveVector, structVector, withNulls } from './vector.js'

/** The same values without dictionaries, also inside lists and structs; the same object when there are none. */
export function decodeDictionary(vector: Vector): Vector {
  switch (vector.layout) {
    case 'dictionary': {
      if (vector.dictionary.length === 0) return nullsOf(vector.type, vector.length)
      const values = decodeDictionary(take(vector.dictionary, vector.codes))
      return vector.validity === null ? values : withNulls(values, vector)
    }
    case 'list': {
      const child = decodeDictionary(vector.child)
      return child === vector.child ? vector : listVector(vector.type, vector.offsets, child, vector)
    }
    case 'struct': {
      const children = vector.children.map(decodeDictionary)
      const same = children.every((child, i) => child === vector.children[i])
      return same ? vector : structVector(vector.type, vector.length, children, vector)
    }
    case 'null':
    case 'boolean':
    case 'primitive':
    case 'fixed':
    case 'bytes':
      return vector
    default:
      return unreachable(vector, 'vector layout')
  }
}

/** Whether {@link dictionaryEncode} knows the type: all but nulls, booleans and nested types. */
export function isIndexable(type: DataType): boolean {
  const kind = physicalKind(type)
  return kind === 'primitive' || kind === 'fixed' || kind === 'bytes'
}

/**
 * The vector as codes into its distinct values, in the order of their first row. Values count as distinct by their
 * bytes, so -0 and 0 stay apart. A vector that is encoded already is returned as it is.
 */
export function dictionaryEncode(vector: Vector): DictionaryVector {
  if (vector.layout === 'dictionary') return vector
  const index = new DictionaryIndex(vector.type)
  const codes = index.add(vector)
  return dictionaryVector(codes, index.dictionary(), vector)
}

/** The same values as codes into another dictionary: code `c` becomes `mapping[c]`. */
export function remapDictionary(vector: DictionaryVector, mapping: Int32Array, dictionary: Vector): DictionaryVector {
  const codes = new Int32Array(vector.length)
  for (let i = 0; i < codes.length; i++) codes[i] = mapping[vector.codes[i]!]!
  return dictionaryVector(codes, dictionary, vector)
}

/**
 * Numbers distinct values from 0 in the order in which they come. Open addressing over (hash, code) pairs at a load of
 * at most one half; the values lie in one arena, those of fixed width as bytes.
 */
export class DictionaryIndex {
  readonly type: DataType
  readonly #width: number
  #slots = new Int32Array(2 * 64)
  #mask = 63
  #count = 0
  #arena = new Uint8Array(256)
  #offsets = new Int32Array(33)
  #snapshot: Vector | null = null

  constructor(type: DataType) {
    assert(isIndexable(type), `type ${type.kind} cannot be dictionary-encoded`)
    this.type = type
    this.#width = byteWidth(type)
  }

  /** The number of distinct values so far. */
  get size(): number {
    return this.#count
  }

  /** The code of every row, adding values that are new. A null gets code 0, which its validity hides. */
  add(vector: Vector): Int32Array {
    if (vector.layout === 'dictionary') {
      const mapping = this.add(vector.dictionary)
      return vector.codes.map((code) => mapping[code] ?? 0)
    }
    const hashes = new Int32Array(vector.length)
    hashVector(vector, hashes, false)
    const codes = new Int32Array(vector.length)
    if (vector.layout === 'bytes') this.#addBytes(vector, hashes, codes)
    else if (vector.layout === 'primitive' || vector.layout === 'fixed') this.#addFixed(vector, hashes, codes)
    else assert(vector.nullCount === vector.length, `cannot encode the layout ${vector.layout}`)
    return codes
  }

  /** The distinct values so far, in the order of their codes; the same object until a value is added. */
  dictionary(): Vector {
    if (this.#snapshot !== null) return this.#snapshot
    const data = this.#arena.slice(0, this.#offsets[this.#count]!)
    this.#snapshot = this.#vector(data)
    return this.#snapshot
  }

  #vector(data: Uint8Array): Vector {
    if (physicalKind(this.type) === 'bytes') return bytesVector(this.type, this.#offsets.slice(0, this.#count + 1), data)
    if (physicalKind(this.type) === 'fixed') return fixedVector(this.type, this.#count, data)
    const { values } = nullsOf(this.type, this.#count) as PrimitiveVector
    new Uint8Array(values.buffer).set(data)
    return primitiveVector(this.type, values)
  }

  #addBytes(vector: BytesVector, hashes: Int32Array, codes: Int32Array): void {
    const { offsets, data, validity } = vector
    for (let i = 0; i < vector.length; i++) {
      if (validity !== null && ((validity[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
      codes[i] = this.#codeOf(hashes[i]!, data, offsets[i]!, offsets[i + 1]! - offsets[i]!)
    }
  }

  #addFixed(vector: PrimitiveVector | FixedVector, hashes: Int32Array, codes: Int32Array): void {
    const { values, validity } = vector
    const width = this.#width
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    for (let i = 0; i < vector.length; i++) {
      if (validity !== null && ((validity[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
      codes[i] = this.#codeOf(hashes[i]!, bytes, i * width, width)
    }
  }

  #codeOf(hash: number, data: Uint8Array, start: number, size: number): number {
    const slots = this.#slots
    const mask = this.#mask
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[2 * slot + 1]!
      if (entry === 0) return this.#insert(slot, hash, data, start, size)
      if (slots[2 * slot] === hash && this.#holds(entry - 1, data, start, size)) return entry - 1
    }
  }

  #holds(code: number, data: Uint8Array, start: number, size: number): boolean {
    const from = this.#offsets[code]!
    if (this.#offsets[code + 1]! - from !== size) return false
    const arena = this.#arena
    for (let i = 0; i < size; i++) if (arena[from + i] !== data[start + i]) return false
    return true
  }

  #insert(slot: number, hash: number, data: Uint8Array, start: number, size: number): number {
    const code = this.#count++
    const from = this.#offsets[code]!
    if (from + size > MAX_OFFSET) throw tooLarge(this.type)
    if (from + size > this.#arena.length) this.#growArena(from + size)
    this.#arena.set(data.subarray(start, start + size), from)
    if (code + 2 > this.#offsets.length) this.#growOffsets()
    this.#offsets[code + 1] = from + size
    this.#slots[2 * slot] = hash
    this.#slots[2 * slot + 1] = code + 1
    this.#snapshot = null
    if (this.#count * 2 > this.#mask) this.#growSlots()
    return code
  }

  #growArena(needed: number): void {
    const grown = new Uint8Array(Math.min(MAX_OFFSET, Math.max(needed, this.#arena.length * 2)))
    grown.set(this.#arena)
    this.#arena = grown
  }

  #growOffsets(): void {
    const grown = new Int32Array(this.#offsets.length * 2)
    grown.set(this.#offsets)
    this.#offsets = grown
  }

  #growSlots(): void {
    const old = this.#slots
    const mask = (this.#mask + 1) * 4 - 1
    const slots = new Int32Array((mask + 1) * 2)
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue
      let slot = old[i]! & mask
      while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask
      slots[2 * slot] = old[i]!
      slots[2 * slot + 1] = old[i + 1]!
    }
    this.#slots = slots
    this.#mask = mask
  }
}
