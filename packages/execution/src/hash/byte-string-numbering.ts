/**
 * A hash table of byte strings. An entry holds the string's hash, length and first 16 bytes, so that short strings are
 * compared without leaving the table; the bytes lie in one arena, in the order of the codes.
 *
 *   slots   [hash, code + 1, length, bytes 0-3, 4-7, 8-11, 12-15, unused]   code + 1 is 0 in an empty slot
 */

import type { BytesVector, DataType, Vector } from '@artemis/arrow'
import { bytesVector, decodeDictionary, hashVector, MAX_OFFSET, tooLarge } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import type { Numbering } from './numbering.js'
import { DictionaryMappings, NO_CODE } from './numbering.js'
import { TOUCH_BLOCK, TOUCH_SLOTS } from './word-hash.js'

const STRIDE_SHIFT = 3
const INLINE_BYTES = 16
const INITIAL_SLOTS = 256

/** The first bytes of a value, as words that are zero beyond its end. */
const prefix = new Int32Array(4)
const prefixBytes = new Uint8Array(prefix.buffer)

export class ByteStringNumbering implements Numbering {
  readonly type: DataType
  readonly #mappings = new DictionaryMappings()
  #slots = new Int32Array(INITIAL_SLOTS << STRIDE_SHIFT)
  #capacity = INITIAL_SLOTS
  #size = 0
  #arena = new Uint8Array(1024)
  #offsets = new Int32Array(INITIAL_SLOTS)
  #hashes = new Int32Array(0)
  #values: Vector | null = null

  constructor(type: DataType) {
    this.type = type
  }

  get size(): number {
    return this.#size
  }

  byteSize(): number {
    return this.#slots.byteLength + this.#arena.byteLength + this.#offsets.byteLength
  }

  add(vector: Vector, codes: Int32Array): void {
    if (vector.layout === 'dictionary')
      this.#mappings.write(vector, codes, this.#size, true, (values, found) => this.#addPlain(values, found))
    else this.#addPlain(vector, codes)
  }

  find(vector: Vector, codes: Int32Array): void {
    if (vector.layout === 'dictionary')
      this.#mappings.write(vector, codes, this.#size, false, (values, found) => this.#findPlain(values, found))
    else this.#findPlain(vector, codes)
  }

  values(): Vector {
    if (this.#values?.length !== this.#size)
      this.#values = bytesVector(this.type, this.#offsets.slice(0, this.#size + 1), this.#arena.subarray(0, this.#offsets[this.#size]!))
    return this.#values!
  }

  #addPlain(given: Vector, codes: Int32Array): void {
    const vector = this.#plain(given, codes)
    if (vector === null) return
    const hashes = this.#hash(vector)
    for (let start = 0; start < vector.length; start += TOUCH_BLOCK) {
      const end = Math.min(vector.length, start + TOUCH_BLOCK)
      this.#reserve(end - start)
      this.#probe(vector, hashes, start, end, codes, true)
    }
  }

  #findPlain(given: Vector, codes: Int32Array): void {
    const vector = this.#plain(given, codes)
    if (vector === null) return
    const hashes = this.#hash(vector)
    for (let start = 0; start < vector.length; start += TOUCH_BLOCK) {
      this.#probe(vector, hashes, start, Math.min(vector.length, start + TOUCH_BLOCK), codes, false)
    }
  }

  /** The vector in the bytes layout; null, with all codes written, when it holds nothing but NULL. */
  #plain(given: Vector, codes: Int32Array): BytesVector | null {
    const vector = decodeDictionary(given)
    if (vector.layout === 'bytes') return vector
    assert(vector.nullCount === vector.length, `a ${vector.layout} vector holds no byte strings`)
    codes.fill(NO_CODE, 0, vector.length)
    return null
  }

  #hash(vector: Vector): Int32Array {
    if (this.#hashes.length < vector.length) this.#hashes = new Int32Array(vector.length)
    hashVector(vector, this.#hashes, false)
    return this.#hashes
  }

  #probe(vector: BytesVector, hashes: Int32Array, start: number, end: number, codes: Int32Array, adding: boolean): void {
    const { data, offsets, validity } = vector
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    const safeEnd = data.byteLength - INLINE_BYTES
    const slots = this.#slots
    const mask = this.#capacity - 1
    if (this.#capacity > TOUCH_SLOTS) touch(slots, mask, hashes, start, end)
    for (let i = start; i < end; i++) {
      if (validity !== null && ((validity[i >>> 3]! >>> (i & 7)) & 1) === 0) {
        codes[i] = NO_CODE
        continue
      }
      const from = offsets[i]!
      const length = offsets[i + 1]! - from
      let w0 = 0
      let w1 = 0
      let w2 = 0
      let w3 = 0
      if (from <= safeEnd) {
        w0 = length >= 4 ? view.getInt32(from, true) : length > 0 ? view.getInt32(from, true) & ((1 << (length << 3)) - 1) : 0
        w1 = length >= 8 ? view.getInt32(from + 4, true) : length > 4 ? view.getInt32(from + 4, true) & ((1 << ((length - 4) << 3)) - 1) : 0
        w2 =
          length >= 12 ? view.getInt32(from + 8, true) : length > 8 ? view.getInt32(from + 8, true) & ((1 << ((length - 8) << 3)) - 1) : 0
        w3 =
          length >= 16
            ? view.getInt32(from + 12, true)
            : length > 12
              ? view.getInt32(from + 12, true) & ((1 << ((length - 12) << 3)) - 1)
              : 0
      } else {
        loadPrefix(data, from, length)
        w0 = prefix[0]!
        w1 = prefix[1]!
        w2 = prefix[2]!
        w3 = prefix[3]!
      }
      const hash = hashes[i]!
      let slot = hash & mask
      let code = NO_CODE
      for (;;) {
        const at = slot << STRIDE_SHIFT
        const entry = slots[at + 1]!
        if (entry === 0) {
          if (adding) {
            code = this.#append(data, from, length)
            slots[at] = hash
            slots[at + 1] = code + 1
            slots[at + 2] = length
            slots[at + 3] = w0
            slots[at + 4] = w1
            slots[at + 5] = w2
            slots[at + 6] = w3
          }
          break
        }
        if (
          slots[at] === hash &&
          slots[at + 2] === length &&
          slots[at + 3] === w0 &&
          slots[at + 4] === w1 &&
          slots[at + 5] === w2 &&
          slots[at + 6] === w3
        ) {
          if (length <= INLINE_BYTES || this.#tailEquals(entry - 1, data, from, length)) {
            code = entry - 1
            break
          }
        }
        slot = (slot + 1) & mask
      }
      codes[i] = code
    }
  }

  #tailEquals(code: number, data: Uint8Array, from: number, length: number): boolean {
    const arena = this.#arena
    const at = this.#offsets[code]!
    for (let k = INLINE_BYTES; k < length; k++) if (arena[at + k] !== data[from + k]) return false
    return true
  }

  #append(data: Uint8Array, from: number, length: number): number {
    const code = this.#size++
    const at = this.#offsets[code]!
    if (at + length > MAX_OFFSET) throw tooLarge(this.type)
    if (at + length > this.#arena.length) this.#growArena(at + length)
    const arena = this.#arena
    if (length > 64) arena.set(data.subarray(from, from + length), at)
    else for (let k = 0; k < length; k++) arena[at + k] = data[from + k]!
    this.#offsets[code + 1] = at + length
    return code
  }

  #growArena(needed: number): void {
    const grown = new Uint8Array(Math.min(MAX_OFFSET, Math.max(needed, this.#arena.length * 2)))
    grown.set(this.#arena)
    this.#arena = grown
    this.#values = null
  }

  /** Makes room for `count` more values at a load of at most one half. */
  #reserve(count: number): void {
    const needed = this.#size + count
    if (needed + 1 >= this.#offsets.length) {
      const grown = new Int32Array(Math.max(needed + 2, this.#offsets.length * 2))
      grown.set(this.#offsets)
      this.#offsets = grown
    }
    if (needed * 2 <= this.#capacity) return
    let capacity = this.#capacity
    while (needed * 2 > capacity) capacity *= this.#capacity < 1 << 16 ? 4 : 2
    this.#slots = rehash(this.#slots, this.#capacity, capacity)
    this.#capacity = capacity
  }
}

function rehash(old: Int32Array, oldCapacity: number, capacity: number): Int32Array<ArrayBuffer> {
  const slots = new Int32Array(capacity << STRIDE_SHIFT)
  const mask = capacity - 1
  for (let from = 0; from < oldCapacity << STRIDE_SHIFT; from += 1 << STRIDE_SHIFT) {
    if (old[from + 1] === 0) continue
    let slot = old[from]! & mask
    while (slots[(slot << STRIDE_SHIFT) + 1] !== 0) slot = (slot + 1) & mask
    const to = slot << STRIDE_SHIFT
    for (let k = 0; k < 7; k++) slots[to + k] = old[from + k]!
  }
  return slots
}

function loadPrefix(data: Uint8Array, from: number, length: number): void {
  prefixBytes.fill(0)
  const count = Math.min(length, INLINE_BYTES)
  for (let k = 0; k < count; k++) prefixBytes[k] = data[from + k]!
}

let sink = 0

/** Loads the slots that the next rows will need, independently of one another, so that their cache misses overlap. */
function touch(slots: Int32Array, mask: number, hashes: Int32Array, start: number, end: number): void {
  let x = 0
  for (let i = start; i < end; i++) x ^= slots[(hashes[i]! & mask) << STRIDE_SHIFT]!
  sink ^= x
}

/** Keeps the compiler from dropping {@link touch}. */
export function touchedBytes(): number {
  return sink
}
