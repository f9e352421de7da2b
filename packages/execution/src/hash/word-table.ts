/**
 * A hash table of keys that are rows of a fixed number of 32-bit words. Open addressing with linear probing at a load of
 * at most one half; the key stands in the slot beside its id, so that a probe reads one cache line.
 *
 *   slots  [word 0, …, word w-1, id + 1]  padded to a power of two; id + 1 is 0 in an empty slot
 *   keys   the words of key id at id * w
 */

import { hashManyWords, hashOneWord, hashTwoWords, TOUCH_BLOCK, TOUCH_SLOTS } from './word-hash.js'

const INITIAL_SLOTS = 256

export class WordTable {
  /** Words of a key. */
  readonly width: number
  readonly #shift: number
  #capacity = INITIAL_SLOTS
  #slots: Int32Array
  #keys: Int32Array
  #size = 0
  #hashes = new Int32Array(0)

  constructor(width: number, expectedKeys = 0) {
    this.width = width
    this.#shift = 32 - Math.clz32(width)
    while (this.#capacity < expectedKeys * 2) this.#capacity *= 2
    this.#slots = new Int32Array(this.#capacity << this.#shift)
    this.#keys = new Int32Array((this.#capacity >>> 1) * width)
  }

  get size(): number {
    return this.#size
  }

  /** The words of all keys, by id; longer than needed. Changes with the next insert. */
  get keys(): Int32Array {
    return this.#keys
  }

  byteSize(): number {
    return this.#slots.byteLength + this.#keys.byteLength
  }

  /** Writes the id of each of `count` keys, numbering new ones in the order in which they come. */
  insert(keys: Int32Array, count: number, ids: Int32Array): void {
    if (this.width === 2 && (this.#size + TOUCH_BLOCK) * 2 <= TOUCH_SLOTS) return this.#insertSmall(keys, count, ids)
    const hashes = this.#hash(keys, count)
    for (let start = 0; start < count; start += TOUCH_BLOCK) {
      const end = Math.min(count, start + TOUCH_BLOCK)
      this.#reserve(end - start)
      const mask = this.#capacity - 1
      if (this.#capacity > TOUCH_SLOTS) touch(this.#slots, this.#shift, mask, hashes, start, end)
      if (this.width === 1) this.#size = insertOneWord(this.#slots, mask, keys, hashes, start, end, ids, this.#keys, this.#size)
      else if (this.width === 2) this.#size = insertTwoWords(this.#slots, mask, keys, hashes, start, end, ids, this.#keys, this.#size)
      else this.#size = insertManyWords(this.#slots, this.#shift, mask, keys, this.width, hashes, start, end, ids, this.#keys, this.#size)
    }
  }

  /** Writes the id of each of `count` keys, or -1 for those that are not in the table. */
  lookup(keys: Int32Array, count: number, ids: Int32Array): void {
    const hashes = this.#hash(keys, count)
    const mask = this.#capacity - 1
    for (let start = 0; start < count; start += TOUCH_BLOCK) {
      const end = Math.min(count, start + TOUCH_BLOCK)
      if (this.#capacity > TOUCH_SLOTS) touch(this.#slots, this.#shift, mask, hashes, start, end)
      if (this.width === 1) lookupOneWord(this.#slots, mask, keys, hashes, start, end, ids)
      else if (this.width === 2) lookupTwoWords(this.#slots, mask, keys, hashes, start, end, ids)
      else lookupManyWords(this.#slots, this.#shift, mask, keys, this.width, hashes, start, end, ids)
    }
  }

  /** 64-bit keys while the table is near: hashing and probing in one pass. */
  #insertSmall(keys: Int32Array, count: number, ids: Int32Array): void {
    for (let start = 0; start < count; start += TOUCH_BLOCK) {
      const end = Math.min(count, start + TOUCH_BLOCK)
      this.#reserve(end - start)
      this.#size = hashAndInsertTwoWords(this.#slots, this.#capacity - 1, keys, start, end, ids, this.#keys, this.#size)
    }
  }

  #hash(keys: Int32Array, count: number): Int32Array {
    if (this.#hashes.length < count) this.#hashes = new Int32Array(count)
    if (this.width === 1) hashOneWord(keys, count, this.#hashes)
    else if (this.width === 2) hashTwoWords(keys, count, this.#hashes)
    else hashManyWords(keys, this.width, count, this.#hashes)
    return this.#hashes
  }

  #reserve(count: number): void {
    const needed = this.#size + count
    if (needed * this.width > this.#keys.length) {
      const grown = new Int32Array(Math.max(needed * this.width, this.#keys.length * 2))
      grown.set(this.#keys)
      this.#keys = grown
    }
    if (needed * 2 <= this.#capacity) return
    while (needed * 2 > this.#capacity) this.#capacity *= this.#capacity < 1 << 16 ? 4 : 2
    this.#rebuild()
  }

  /** Fills a fresh slot array from the keys, which lie in the order of their ids. */
  #rebuild(): void {
    this.#slots = new Int32Array(this.#capacity << this.#shift)
    const mask = this.#capacity - 1
    const hashes = new Int32Array(TOUCH_BLOCK)
    for (let start = 0; start < this.#size; start += TOUCH_BLOCK) {
      const count = Math.min(TOUCH_BLOCK, this.#size - start)
      const keys = this.#keys.subarray(start * this.width, (start + count) * this.width)
      if (this.width === 1) hashOneWord(keys, count, hashes)
      else if (this.width === 2) hashTwoWords(keys, count, hashes)
      else hashManyWords(keys, this.width, count, hashes)
      if (this.#capacity > TOUCH_SLOTS) touch(this.#slots, this.#shift, mask, hashes, 0, count)
      place(this.#slots, this.#shift, mask, keys, this.width, hashes, count, start)
    }
  }
}

function insertOneWord(
  slots: Int32Array,
  mask: number,
  keys: Int32Array,
  hashes: Int32Array,
  start: number,
  end: number,
  ids: Int32Array,
  store: Int32Array,
  size: number,
): number {
  let next = size
  for (let i = start; i < end; i++) {
    const key = keys[i]!
    let at = (hashes[i]! & mask) << 1
    for (;;) {
      const entry = slots[at + 1]!
      if (entry === 0) {
        store[next] = key
        slots[at] = key
        slots[at + 1] = ++next
        ids[i] = next - 1
        break
      }
      if (slots[at] === key) {
        ids[i] = entry - 1
        break
      }
      at = (((at >>> 1) + 1) & mask) << 1
    }
  }
  return next
}

function insertTwoWords(
  slots: Int32Array,
  mask: number,
  keys: Int32Array,
  hashes: Int32Array,
  start: number,
  end: number,
  ids: Int32Array,
  store: Int32Array,
  size: number,
): number {
  let next = size
  for (let i = start; i < end; i++) {
    const x = keys[2 * i]!
    const y = keys[2 * i + 1]!
    let at = (hashes[i]! & mask) << 2
    for (;;) {
      const entry = slots[at + 2]!
      if (entry === 0) {
        store[2 * next] = x
        store[2 * next + 1] = y
        slots[at] = x
        slots[at + 1] = y
        slots[at + 2] = ++next
        ids[i] = next - 1
        break
      }
      if (slots[at] === x && slots[at + 1] === y) {
        ids[i] = entry - 1
        break
      }
      at = (((at >>> 2) + 1) & mask) << 2
    }
  }
  return next
}

/** As {@link insertTwoWords}, with the hash of {@link hashTwoWords}. */
function hashAndInsertTwoWords(
  slots: Int32Array,
  mask: number,
  keys: Int32Array,
  start: number,
  end: number,
  ids: Int32Array,
  store: Int32Array,
  size: number,
): number {
  let next = size
  for (let i = start; i < end; i++) {
    const x = keys[2 * i]!
    const y = keys[2 * i + 1]!
    let hash = Math.imul(x, 0x9e3779b1) ^ Math.imul((y + 0x7f4a7c15) | 0, 0x85ebca77)
    hash ^= hash >>> 15
    hash = Math.imul(hash, 0x2c1b3c6d)
    let at = ((hash ^ (hash >>> 13)) & mask) << 2
    for (;;) {
      const entry = slots[at + 2]!
      if (entry === 0) {
        store[2 * next] = x
        store[2 * next + 1] = y
        slots[at] = x
        slots[at + 1] = y
        slots[at + 2] = ++next
        ids[i] = next - 1
        break
      }
      if (slots[at] === x && slots[at + 1] === y) {
        ids[i] = entry - 1
        break
      }
      at = (((at >>> 2) + 1) & mask) << 2
    }
  }
  return next
}

function insertManyWords(
  slots: Int32Array,
  shift: number,
  mask: number,
  keys: Int32Array,
  width: number,
  hashes: Int32Array,
  start: number,
  end: number,
  ids: Int32Array,
  store: Int32Array,
  size: number,
): number {
  let next = size
  for (let i = start; i < end; i++) {
    const from = i * width
    let slot = hashes[i]! & mask
    for (;;) {
      const at = slot << shift
      const entry = slots[at + width]!
      if (entry === 0) {
        for (let k = 0; k < width; k++) {
          slots[at + k] = keys[from + k]!
          store[next * width + k] = keys[from + k]!
        }
        slots[at + width] = ++next
        ids[i] = next - 1
        break
      }
      let k = 0
      while (k < width && slots[at + k] === keys[from + k]) k++
      if (k === width) {
        ids[i] = entry - 1
        break
      }
      slot = (slot + 1) & mask
    }
  }
  return next
}

function lookupOneWord(
  slots: Int32Array,
  mask: number,
  keys: Int32Array,
  hashes: Int32Array,
  start: number,
  end: number,
  ids: Int32Array,
): void {
  for (let i = start; i < end; i++) {
    const key = keys[i]!
    let at = (hashes[i]! & mask) << 1
    let entry = slots[at + 1]!
    while (entry !== 0 && slots[at] !== key) {
      at = (((at >>> 1) + 1) & mask) << 1
      entry = slots[at + 1]!
    }
    ids[i] = entry - 1
  }
}

function lookupTwoWords(
  slots: Int32Array,
  mask: number,
  keys: Int32Array,
  hashes: Int32Array,
  start: number,
  end: number,
  ids: Int32Array,
): void {
  for (let i = start; i < end; i++) {
    const x = keys[2 * i]!
    const y = keys[2 * i + 1]!
    let at = (hashes[i]! & mask) << 2
    let entry = slots[at + 2]!
    while (entry !== 0 && (slots[at] !== x || slots[at + 1] !== y)) {
      at = (((at >>> 2) + 1) & mask) << 2
      entry = slots[at + 2]!
    }
    ids[i] = entry - 1
  }
}

function lookupManyWords(
  slots: Int32Array,
  shift: number,
  mask: number,
  keys: Int32Array,
  width: number,
  hashes: Int32Array,
  start: number,
  end: number,
  ids: Int32Array,
): void {
  for (let i = start; i < end; i++) {
    const from = i * width
    let slot = hashes[i]! & mask
    let entry = 0
    for (;;) {
      const at = slot << shift
      entry = slots[at + width]!
      if (entry === 0) break
      let k = 0
      while (k < width && slots[at + k] === keys[from + k]) k++
      if (k === width) break
      slot = (slot + 1) & mask
    }
    ids[i] = entry - 1
  }
}

/** Puts keys that are known to differ into empty slots, with ids from `firstId`. */
function place(
  slots: Int32Array,
  shift: number,
  mask: number,
  keys: Int32Array,
  width: number,
  hashes: Int32Array,
  count: number,
  firstId: number,
): void {
  for (let i = 0; i < count; i++) {
    let slot = hashes[i]! & mask
    while (slots[(slot << shift) + width] !== 0) slot = (slot + 1) & mask
    const at = slot << shift
    for (let k = 0; k < width; k++) slots[at + k] = keys[i * width + k]!
    slots[at + width] = firstId + i + 1
  }
}

let sink = 0

function touch(slots: Int32Array, shift: number, mask: number, hashes: Int32Array, start: number, end: number): void {
  let x = 0
  for (let i = start; i < end; i++) x ^= slots[(hashes[i]! & mask) << shift]!
  sink ^= x
}

/** Keeps the compiler from dropping {@link touch}. */
export function touchedWords(): number {
  return sink
}
