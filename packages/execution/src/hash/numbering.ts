/**
 * Numberings give distinct values dense codes in the order in which they first occur. They turn text and nested values
 * into integers, so that the tables above them deal with integers only.
 */

import type { DataType, DictionaryVector, Vector } from '@artemis/arrow'
import { take } from '@artemis/arrow'

/** What a code is for a NULL, and for a value that `find` does not know. */
export const NO_CODE = -1

export interface Numbering {
  readonly type: DataType
  /** The number of distinct values. */
  readonly size: number
  byteSize(): number
  /** Writes each row's code to `codes`, giving new values new codes; NULL gets {@link NO_CODE}. */
  add(vector: Vector, codes: Int32Array): void
  /** As `add`, but values that are not known get {@link NO_CODE}. */
  find(vector: Vector, codes: Int32Array): void
  /** The values in the order of their codes. */
  values(): Vector
}

const UNSEEN = -2
const PENDING = -3

interface Mapping {
  readonly codes: Int32Array
  /** Whether some entries are noted as having no code, and the size of the numbering then: as it grows, they become doubtful. */
  hasMisses: boolean
  size: number
}

/** Codes of dictionary entries, remembered by dictionary. Only entries that occur in rows are ever looked at. */
export class DictionaryMappings {
  readonly #mappings = new WeakMap<Vector, Mapping>()

  /**
   * Writes the codes of a dictionary-encoded vector's rows. `resolve` gives the codes of plain values: all of them when
   * `adding`, else {@link NO_CODE} for some. `size` is the size of the numbering.
   */
  write(
    vector: DictionaryVector,
    codes: Int32Array,
    size: number,
    adding: boolean,
    resolve: (values: Vector, codes: Int32Array) => void,
  ): void {
    let mapping = this.#mappings.get(vector.dictionary)
    if (mapping === undefined) {
      mapping = { codes: new Int32Array(vector.dictionary.length).fill(UNSEEN), hasMisses: false, size }
      this.#mappings.set(vector.dictionary, mapping)
    } else if (mapping.hasMisses && (adding || mapping.size !== size)) forgetMisses(mapping)
    const pending = collectUnseen(vector, mapping.codes)
    if (pending.length > 0) {
      const found = new Int32Array(pending.length)
      resolve(take(vector.dictionary, pending), found)
      for (let k = 0; k < pending.length; k++) mapping.codes[pending[k]!] = found[k]!
      if (!adding && found.includes(NO_CODE)) mapping.hasMisses = true
      mapping.size = size
    }
    writeMapped(vector, mapping.codes, codes)
  }
}

function forgetMisses(mapping: Mapping): void {
  const { codes } = mapping
  for (let i = 0; i < codes.length; i++) if (codes[i] === NO_CODE) codes[i] = UNSEEN
  mapping.hasMisses = false
}

function collectUnseen(vector: DictionaryVector, mapping: Int32Array): Int32Array {
  const { codes, validity, length } = vector
  const pending: number[] = []
  if (validity === null) {
    for (let i = 0; i < length; i++) {
      const code = codes[i]!
      if (mapping[code]! === UNSEEN) {
        mapping[code] = PENDING
        pending.push(code)
      }
    }
    return Int32Array.from(pending)
  }
  for (let i = 0; i < length; i++) {
    const code = codes[i]!
    if (mapping[code]! === UNSEEN && ((validity[i >>> 3]! >>> (i & 7)) & 1) === 1) {
      mapping[code] = PENDING
      pending.push(code)
    }
  }
  return Int32Array.from(pending)
}

function writeMapped(vector: DictionaryVector, mapping: Int32Array, out: Int32Array): void {
  const { codes, validity, length } = vector
  if (validity === null) {
    for (let i = 0; i < length; i++) out[i] = mapping[codes[i]!]!
    return
  }
  for (let i = 0; i < length; i++) out[i] = ((validity[i >>> 3]! >>> (i & 7)) & 1) === 1 ? mapping[codes[i]!]! : NO_CODE
}
