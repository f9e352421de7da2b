/**
 * Decimals that stay codes. A decimal takes 16 bytes in Arrow, so a column of few distinct ones is four times smaller as
 * codes, and what is computed of it is computed once for each distinct value. Other numbers are as small as their codes
 * and cheaper to compute with as they are.
 */

import type { Nulls, Vector } from '@artemis/arrow'
import { dictionaryVector } from '@artemis/arrow'
import { damaged } from '../errors.js'
import type { LeafColumn } from '../metadata/types.js'
import { expand4 } from './expand.js'
import { WideDecoder, WordsDecoder } from './fixed-decoder.js'
import { UNPACK_SLACK } from './hybrid.js'
import { outputWords } from './output-words.js'
import type { PageValues, ValueDecoder } from './value-decoder.js'
import { decodeCodes, decodeCodesTo } from './value-decoder.js'

/** Rows for each dictionary entry from which on codes are worth it. */
export const ROWS_PER_ENTRY = 4

export class DecimalCodesDecoder implements ValueDecoder {
  readonly #leaf: LeafColumn
  readonly #where: string
  readonly #codes: Int32Array
  #dictionary: Vector | undefined
  #rows = 0

  /** For pages that are all dictionary-encoded. */
  constructor(leaf: LeafColumn, capacity: number, where: string) {
    this.#leaf = leaf
    this.#where = where
    this.#codes = outputWords(capacity + UNPACK_SLACK)
  }

  /** Takes over a dictionary that was decoded before, so that all vectors of a chunk share it. */
  useDictionary(dictionary: Vector): void {
    this.#dictionary = dictionary
  }

  get decodedDictionary(): Vector | undefined {
    return this.#dictionary
  }

  dictionary(bytes: Uint8Array, count: number): void {
    const values = this.#leaf.physicalType === 'FIXED_LEN_BYTE_ARRAY' ? new WideDecoder(this.#leaf, count, this.#where) : new WordsDecoder(this.#leaf, count, this.#where)
    values.page({ encoding: 'PLAIN', bytes, start: 0, end: bytes.length, present: count, rows: count, bitmap: null })
    this.#dictionary = values.finish({ validity: null })
  }

  page(values: PageValues): void {
    const size = this.#dictionary?.length
    if (size === undefined) throw damaged(this.#where, 'a page is dictionary-encoded, but there is no dictionary')
    if (values.bitmap === null) decodeCodesTo(values, size, this.#codes, this.#rows, this.#where)
    else expand4(decodeCodes(values, size, this.#where), values.bitmap, this.#codes, this.#rows, values.rows)
    this.#rows += values.rows
  }

  finish(nulls: Nulls): Vector {
    return dictionaryVector(this.#codes.subarray(0, this.#rows), this.#dictionary!, nulls)
  }
}
