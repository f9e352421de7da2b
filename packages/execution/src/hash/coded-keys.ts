/**
 * The ids of keys whose columns all come as codes of small dictionaries: one array, indexed by the product of the codes,
 * remembers them for as long as the dictionaries stay the same. Ids in a key table never change, so it is never wrong.
 */

import type { DictionaryVector, Vector } from '@artemis/arrow'

/** Larger products are not filled often enough to be worth their memory. */
const MAX_PRODUCT = 4096

export class CodedKeys {
  #dictionaries: readonly Vector[] = []
  /** Id + 1; 0 where it is not known yet. */
  #known = new Int32Array(0)
  #index = new Int32Array(0)

  byteSize(): number {
    return this.#known.byteLength + this.#index.byteLength
  }

  /** Writes the ids of all rows and returns true, or returns false when some are not known or the keys come otherwise. */
  find(keys: readonly Vector[], rowCount: number, ids: Int32Array): boolean {
    if (!areCoded(keys) || !this.#isRemembered(keys)) return false
    const { codes, dictionary } = keys.at(-1)!
    return findPairs(this.#leading(keys, rowCount), codes, dictionary.length, rowCount, this.#known, ids)
  }

  /** Takes note of the ids that the rows have got. */
  remember(keys: readonly Vector[], rowCount: number, ids: Int32Array): void {
    if (!areCoded(keys)) return
    if (!this.#isRemembered(keys)) {
      this.#dictionaries = keys.map((key) => key.dictionary)
      this.#known = new Int32Array(productOf(keys))
    }
    const { codes, dictionary } = keys.at(-1)!
    const leading = this.#leading(keys, rowCount)
    for (let i = 0; i < rowCount; i++) this.#known[leading[i]! * dictionary.length + codes[i]!] = ids[i]! + 1
  }

  #isRemembered(keys: readonly DictionaryVector[]): boolean {
    return keys.length === this.#dictionaries.length && keys.every((key, k) => key.dictionary === this.#dictionaries[k])
  }

  /** The product of all codes but the last. */
  #leading(keys: readonly DictionaryVector[], rowCount: number): Int32Array {
    if (keys.length === 2) return keys[0]!.codes
    if (this.#index.length < rowCount) this.#index = new Int32Array(rowCount)
    const index = this.#index
    index.fill(0, 0, rowCount)
    for (const { codes, dictionary } of keys.slice(0, -1)) {
      for (let i = 0; i < rowCount; i++) index[i] = index[i]! * dictionary.length + codes[i]!
    }
    return index
  }
}

function areCoded(keys: readonly Vector[]): keys is readonly DictionaryVector[] {
  let product = 1
  for (const key of keys) {
    if (key.layout !== 'dictionary' || key.validity !== null) return false
    product *= key.dictionary.length
  }
  return keys.length > 0 && product <= MAX_PRODUCT
}

function productOf(keys: readonly DictionaryVector[]): number {
  return keys.reduce((product, key) => product * key.dictionary.length, 1)
}

function findPairs(first: Int32Array, second: Int32Array, step: number, n: number, known: Int32Array, ids: Int32Array): boolean {
  for (let i = 0; i < n; i++) {
    const entry = known[first[i]! * step + second[i]!]!
    if (entry === 0) return false
    ids[i] = entry - 1
  }
  return true
}
