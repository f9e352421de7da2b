/** What decodes the values of a column chunk, page after page, into Arrow buffers: one implementation per layout. */

import type { Nulls, Vector } from '@artemis/arrow'
import { damaged, unsupported } from '../errors.js'
import type { Encoding, LeafColumn } from '../metadata/types.js'
import { decodeHybrid, UNPACK_SLACK } from './hybrid.js'

/** The encoded values of one data page: `[start, end)` of `bytes`. */
export interface PageValues {
  readonly encoding: Encoding
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  /** Values that are there. */
  readonly present: number
  /** Rows that the page fills: `present`, plus the nulls when there is a bitmap. */
  readonly rows: number
  /** Bit i: row i has a value; null when all have. */
  readonly bitmap: Uint8Array | null
}

export interface ValueDecoder {
  /** Takes the dictionary page: PLAIN values. */
  dictionary(bytes: Uint8Array, count: number): void
  /** Appends the rows of a page. */
  page(values: PageValues): void
  /** The rows so far as a vector of the column's type. */
  finish(nulls: Nulls): Vector
}

export function checkPlain(values: PageValues, width: number, where: string): void {
  if (values.start + values.present * width > values.end) throw damaged(where, `a page has too few bytes for ${values.present} values`)
}

export function unsupportedEncoding(encoding: Encoding, leaf: LeafColumn, where: string): Error {
  return unsupported(where, `encoding ${encoding} of ${leaf.physicalType} values`)
}

let codes = new Int32Array(0)

/**
 * The dictionary indices of a page, checked against the dictionary's size. The result is scratch memory, valid until
 * the next call; the element behind the last is 0.
 */
export function decodeCodes(values: PageValues, dictionarySize: number, where: string): Int32Array {
  if (codes.length < values.present + UNPACK_SLACK) codes = new Int32Array(values.present + UNPACK_SLACK)
  decodeCodesTo(values, dictionarySize, codes, 0, where)
  return codes
}

/** Decodes the indices to `target[to..]`, which has room for {@link UNPACK_SLACK} more. */
export function decodeCodesTo(values: PageValues, dictionarySize: number, target: Int32Array, to: number, where: string): void {
  const { bytes, start, end, present } = values
  if (present > 0) {
    const width = start < end ? bytes[start]! : 0
    if (width > 32) throw damaged(where, `dictionary indices of ${width} bits`)
    decodeHybrid(bytes, start + 1, end, width, target, to, present, where)
    if (width > 30 || 2 ** width > dictionarySize) checkCodes(target, to, to + present, dictionarySize, where)
  }
  target[to + present] = 0
}

function checkCodes(target: Int32Array, from: number, to: number, dictionarySize: number, where: string): void {
  let largest = 0
  for (let i = from; i < to; i++) {
    const code = target[i]! >>> 0
    if (code > largest) largest = code
  }
  if (largest >= dictionarySize) throw damaged(where, `index ${largest} into a dictionary of ${dictionarySize} values`)
}
