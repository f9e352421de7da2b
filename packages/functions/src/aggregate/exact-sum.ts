/**
 * Exact sums of whole numbers by group, without a BigInt per row. A sum is kept as 32-bit words in doubles: adding a
 * word is exact for two million rows, after which the carries are passed on.
 */

import type { DataType, Vector } from '@artemis/arrow'
import { alignedWords, decodeDictionary, fixedVector, int32Words, mergeValidity, primitiveVector } from '@artemis/arrow'
import { InternalError } from '@artemis/errors'
import type { ExactNumbers } from '@artemis/plan'
import { growFloat64, growUint8, rowMask, validityOf } from './rows-mask.js'

const WORD = 4294967296
/** Whole numbers below are exact in doubles. */
const EXACT = 2 ** 53
/** Words grow by less than 2^32 a row: after so many rows they are still exact. */
const ROWS_BETWEEN_CARRIES = 2 ** 20

/** The sum's words, least significant first; the last is signed and holds what is left. */
const STRIDE = 4

export class ExactSums {
  #words: Float64Array = new Float64Array(0)
  #seen: Uint8Array = new Uint8Array(0)
  #rowsSinceCarry = 0
  /** Sums of numbers that have not gone into the words yet, two for each group: the second waits for no first one. */
  #pending: Float64Array = new Float64Array(0)
  /** The pending sums are not greater in magnitude, and are kept below 2^53. */
  #pendingBound = 0

  byteSize(): number {
    return this.#words.byteLength + this.#seen.byteLength + this.#pending.byteLength
  }

  reserve(groupCount: number): void {
    this.#words = growFloat64(this.#words, groupCount * STRIDE)
    this.#seen = growUint8(this.#seen, groupCount)
  }

  /** Adds the values of an integer, bool or decimal vector. */
  add(vector: Vector, groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    this.reserve(groupCount)
    // A slice of a larger vector is carried in pieces, so that no word leaves the exact range.
    if (this.#rowsSinceCarry + groupIds.length > ROWS_BETWEEN_CARRIES) this.#carry()
    this.#rowsSinceCarry += groupIds.length
    const mask = rowMask(vector, filter, groupIds.length)
    if (vector.layout === 'dictionary' && vector.dictionary.layout === 'fixed') {
      const values = alignedWords(vector.dictionary.values)
      const pairs = groupCount * vector.dictionary.length
      if (pairs * ROWS_PER_PAIR > groupIds.length) addCodedWords4(values, vector.codes, groupIds, mask, this.#words, this.#seen)
      else this.#addCounted(values, countPairs(vector.codes, vector.dictionary.length, groupIds, mask, pairs))
      return
    }
    const plain = decodeDictionary(vector)
    addVector(plain, groupIds, rowMask(plain, mask, groupIds.length), this.#words, this.#seen)
  }

  /** Adds values that are exact in doubles. As long as their sum is as well, it needs no words. */
  addExact({ values, largest, validity }: ExactNumbers, groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    this.reserve(groupCount)
    this.#pending = growFloat64(this.#pending, groupCount * 2)
    const mask = mergeValidity(validity, filter, groupIds.length)
    const bound = largest * groupIds.length
    if (this.#pendingBound + bound >= EXACT) {
      // Going through all groups to make room must not cost more than the rows themselves.
      if (bound >= EXACT || groupCount > groupIds.length) return this.#addSplit(values, groupIds, mask)
      this.settle()
    }
    this.#pendingBound += bound
    if (mask === null) addNumbers(values, groupIds, this.#pending, this.#seen)
    else addMaskedNumbers(values, groupIds, mask, this.#pending, this.#seen)
  }

  #addSplit(values: Float64Array, groupIds: Int32Array, mask: Uint8Array | null): void {
    if (this.#rowsSinceCarry + groupIds.length > ROWS_BETWEEN_CARRIES) this.#carry()
    this.#rowsSinceCarry += groupIds.length
    for (let i = 0; i < groupIds.length; i++) {
      if (mask !== null && ((mask[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
      const group = groupIds[i]!
      const high = Math.floor(values[i]! / WORD)
      this.#words[group * STRIDE]! += values[i]! - high * WORD
      this.#words[group * STRIDE + 1]! += high
      this.#seen[group] = 1
    }
  }

  /** Moves what was added as numbers into the words, which `toNumber` reads. */
  settle(): void {
    if (this.#pendingBound === 0) return
    this.#pendingBound = 0
    if (this.#rowsSinceCarry + 2 > ROWS_BETWEEN_CARRIES) this.#carry()
    this.#rowsSinceCarry += 2
    const pending = this.#pending
    for (let k = 0; k < pending.length; k++) {
      const value = pending[k]!
      if (value === 0) continue
      const high = Math.floor(value / WORD)
      const at = (k >>> 1) * STRIDE
      this.#words[at]! += value - high * WORD
      this.#words[at + 1]! += high
      pending[k] = 0
    }
  }

  /** Adds every value of a small dictionary as often as each group has it. */
  #addCounted(values: Int32Array, counts: Int32Array): void {
    const entries = values.length >>> 2
    for (let pair = 0, group = 0; pair < counts.length; group++) {
      const at = group * STRIDE
      for (let code = 0; code < entries; code++, pair++) {
        const count = counts[pair]!
        if (count === 0) continue
        this.#words[at]! += count * (values[4 * code]! >>> 0)
        this.#words[at + 1]! += count * (values[4 * code + 1]! >>> 0)
        this.#words[at + 2]! += count * (values[4 * code + 2]! >>> 0)
        this.#words[at + 3]! += count * values[4 * code + 3]!
        this.#seen[group] = 1
      }
    }
  }

  isSeen(group: number): boolean {
    return this.#seen[group] !== 0
  }

  /** The sum as a double, rounded once per word. */
  toNumber(group: number): number {
    const words = this.#words
    const at = group * STRIDE
    return ((words[at + 3]! * WORD + words[at + 2]!) * WORD + words[at + 1]!) * WORD + words[at]!
  }

  /** Sums as int64, or as 128-bit decimals; `overflow` makes the error of a sum that does not fit. */
  toVector(type: DataType, start: number, length: number, overflow: () => Error): Vector {
    this.reserve(start + length)
    this.settle()
    this.#carry()
    const given = { validity: validityOf(this.#seen, start, length) }
    if (type.kind === 'int64') {
      const values = new BigInt64Array(length)
      writeInt64(this.#words, start, int32Words(values), length, overflow)
      return primitiveVector(type, values, given)
    }
    const values = new Uint8Array(length * 16)
    writeDecimal(this.#words, start, new Int32Array(values.buffer), length, overflow)
    return fixedVector(type, length, values, given)
  }

  #carry(): void {
    this.#rowsSinceCarry = 0
    const words = this.#words
    for (let at = 0; at < words.length; at += STRIDE) {
      for (let k = 0; k < STRIDE - 1; k++) {
        const word = words[at + k]!
        if (word >= 0 && word < WORD) continue
        const carry = Math.floor(word / WORD)
        words[at + k] = word - carry * WORD
        words[at + k + 1]! += carry
      }
    }
  }
}

/** Neighbouring rows, which often are of one group, go to sums of their own. */
function addNumbers(values: Float64Array, groupIds: Int32Array, sums: Float64Array, seen: Uint8Array): void {
  const whole = groupIds.length & ~1
  for (let i = 0; i < whole; i += 2) {
    const first = groupIds[i]!
    const second = groupIds[i + 1]!
    sums[2 * first]! += values[i]!
    sums[2 * second + 1]! += values[i + 1]!
    seen[first] = 1
    seen[second] = 1
  }
  if (whole === groupIds.length) return
  sums[2 * groupIds[whole]!]! += values[whole]!
  seen[groupIds[whole]!] = 1
}

function addMaskedNumbers(values: Float64Array, groupIds: Int32Array, mask: Uint8Array, sums: Float64Array, seen: Uint8Array): void {
  for (let i = 0; i < groupIds.length; i++) {
    if (((mask[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const group = groupIds[i]!
    sums[2 * group]! += values[i]!
    seen[group] = 1
  }
}

/** Rows for each pair of a group and a dictionary entry from which on pairs are counted first. */
const ROWS_PER_PAIR = 8

/** How many rows there are of each group and code. */
function countPairs(codes: Int32Array, entries: number, groupIds: Int32Array, mask: Uint8Array | null, pairs: number): Int32Array {
  if (mask === null) return countAllPairs(codes, entries, groupIds, pairs)
  const counts = new Int32Array(pairs)
  for (let i = 0; i < groupIds.length; i++) {
    counts[groupIds[i]! * entries + codes[i]!]! += (mask[i >>> 3]! >>> (i & 7)) & 1
  }
  return counts
}

/** Neighbouring rows are counted apart: they often are of one pair, and the second would wait for the first. */
function countAllPairs(codes: Int32Array, entries: number, groupIds: Int32Array, pairs: number): Int32Array {
  const counts = new Int32Array(2 * pairs)
  const whole = groupIds.length & ~1
  for (let i = 0; i < whole; i += 2) {
    counts[groupIds[i]! * entries + codes[i]!]!++
    counts[pairs + groupIds[i + 1]! * entries + codes[i + 1]!]!++
  }
  if (whole < groupIds.length) counts[groupIds[whole]! * entries + codes[whole]!]!++
  for (let pair = 0; pair < pairs; pair++) counts[pair]! += counts[pairs + pair]!
  return counts.subarray(0, pairs)
}

function addVector(vector: Vector, groupIds: Int32Array, mask: Uint8Array | null, words: Float64Array, seen: Uint8Array): void {
  if (vector.layout === 'boolean') return addBits(vector.values, groupIds, mask, words, seen)
  if (vector.layout === 'fixed') {
    return addWords4(alignedWords(vector.values), groupIds, mask, words, seen)
  }
  if (vector.layout === 'primitive') {
    const { values } = vector
    if (values instanceof Int32Array) return addInt32(values, groupIds, mask, words, seen)
    if (values instanceof BigInt64Array) return addInt64(int32Words(values), groupIds, mask, words, seen)
    if (values instanceof BigUint64Array) return addUint64(int32Words(values), groupIds, mask, words, seen)
    if (values instanceof Uint32Array) return addUint32(values, groupIds, mask, words, seen)
    if (values instanceof Int16Array || values instanceof Int8Array || values instanceof Uint8Array || values instanceof Uint16Array) {
      return addInt32(Int32Array.from(values), groupIds, mask, words, seen)
    }
  }
  throw new InternalError({ code: 'SUM_INPUT', message: `a sum of ${vector.type.kind} is not exact` })
}

function addInt32(values: Int32Array, groupIds: Int32Array, mask: Uint8Array | null, words: Float64Array, seen: Uint8Array): void {
  if (mask === null) {
    for (let i = 0; i < groupIds.length; i++) {
      const group = groupIds[i]!
      words[group * STRIDE]! += values[i]!
      seen[group] = 1
    }
    return
  }
  for (let i = 0; i < groupIds.length; i++) {
    if (((mask[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const group = groupIds[i]!
    words[group * STRIDE]! += values[i]!
    seen[group] = 1
  }
}

function addUint32(values: Uint32Array, groupIds: Int32Array, mask: Uint8Array | null, words: Float64Array, seen: Uint8Array): void {
  for (let i = 0; i < groupIds.length; i++) {
    if (mask !== null && ((mask[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const group = groupIds[i]!
    words[group * STRIDE]! += values[i]!
    seen[group] = 1
  }
}

function addInt64(values: Int32Array, groupIds: Int32Array, mask: Uint8Array | null, words: Float64Array, seen: Uint8Array): void {
  for (let i = 0; i < groupIds.length; i++) {
    if (mask !== null && ((mask[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const group = groupIds[i]!
    const at = group * STRIDE
    words[at]! += values[2 * i]! >>> 0
    words[at + 1]! += values[2 * i + 1]!
    seen[group] = 1
  }
}

function addUint64(values: Int32Array, groupIds: Int32Array, mask: Uint8Array | null, words: Float64Array, seen: Uint8Array): void {
  for (let i = 0; i < groupIds.length; i++) {
    if (mask !== null && ((mask[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const group = groupIds[i]!
    const at = group * STRIDE
    words[at]! += values[2 * i]! >>> 0
    words[at + 1]! += values[2 * i + 1]! >>> 0
    seen[group] = 1
  }
}

/** Most values extend the sign of their lower half: those touch two words of the sum only. */
function addWords4(values: Int32Array, groupIds: Int32Array, mask: Uint8Array | null, words: Float64Array, seen: Uint8Array): void {
  for (let i = 0; i < groupIds.length; i++) {
    if (mask !== null && ((mask[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const group = groupIds[i]!
    const at = group * STRIDE
    const from = 4 * i
    const second = values[from + 1]!
    const third = values[from + 2]!
    const fourth = values[from + 3]!
    words[at]! += values[from]! >>> 0
    if (third === fourth && third === second >> 31) words[at + 1]! += second
    else {
      words[at + 1]! += second >>> 0
      words[at + 2]! += third >>> 0
      words[at + 3]! += fourth
    }
    seen[group] = 1
  }
}

/** The same for values by code. A dictionary without entries has no row that counts. */
function addCodedWords4(
  values: Int32Array,
  codes: Int32Array,
  groupIds: Int32Array,
  mask: Uint8Array | null,
  words: Float64Array,
  seen: Uint8Array,
): void {
  for (let i = 0; i < groupIds.length; i++) {
    if (mask !== null && ((mask[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const group = groupIds[i]!
    const at = group * STRIDE
    const from = 4 * codes[i]!
    const second = values[from + 1]!
    const third = values[from + 2]!
    const fourth = values[from + 3]!
    words[at]! += values[from]! >>> 0
    if (third === fourth && third === second >> 31) words[at + 1]! += second
    else {
      words[at + 1]! += second >>> 0
      words[at + 2]! += third >>> 0
      words[at + 3]! += fourth
    }
    seen[group] = 1
  }
}

function addBits(values: Uint8Array, groupIds: Int32Array, mask: Uint8Array | null, words: Float64Array, seen: Uint8Array): void {
  for (let i = 0; i < groupIds.length; i++) {
    if (mask !== null && ((mask[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const group = groupIds[i]!
    words[group * STRIDE]! += (values[i >>> 3]! >>> (i & 7)) & 1
    seen[group] = 1
  }
}

/** After the carries the sum is words 0 to 2, unsigned, and the signed rest: the upper two must extend the sign of bit 63. */
function writeInt64(words: Float64Array, start: number, out: Int32Array, length: number, overflow: () => Error): void {
  for (let i = 0; i < length; i++) {
    const at = (start + i) * STRIDE
    const high = words[at + 1]! | 0
    const extension = high < 0 ? WORD - 1 : 0
    if (words[at + 2] !== extension || words[at + 3] !== (high < 0 ? -1 : 0)) throw overflow()
    out[2 * i] = words[at]! | 0
    out[2 * i + 1] = high
  }
}

/** 10^38 as (high, low) halves of 64 bits, in doubles that are compared from above: sums beyond it have no decimal type. */
const LIMIT_HIGH_WORD = 0x4b3b4ca8
const LIMIT_WORDS: readonly number[] = [0, 0x098a2240, 0x5a86c47a, LIMIT_HIGH_WORD]

function writeDecimal(words: Float64Array, start: number, out: Int32Array, length: number, overflow: () => Error): void {
  for (let i = 0; i < length; i++) {
    const at = (start + i) * STRIDE
    const top = words[at + 3]!
    if (top >= LIMIT_HIGH_WORD || top <= -LIMIT_HIGH_WORD) {
      if (Math.abs(top) > LIMIT_HIGH_WORD + 1 || !isBelowLimit(words, at)) throw overflow()
    }
    for (let k = 0; k < 4; k++) out[4 * i + k] = words[at + k]! | 0
  }
}

/** Whether |sum| < 10^38: only asked near the limit. */
function isBelowLimit(words: Float64Array, at: number): boolean {
  const limit = LIMIT_WORDS.reduceRight((value, word) => (value << 32n) | BigInt(word), 0n)
  let value = BigInt(words[at + 3]!)
  for (let k = 2; k >= 0; k--) value = (value << 32n) + BigInt(words[at + k]!)
  return value < limit && value > -limit
}
