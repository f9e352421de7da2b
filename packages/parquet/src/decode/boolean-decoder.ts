/** BOOLEAN values: bits from the file to the bits of the vector. */

import type { Nulls, Vector } from '@artemis/arrow'
import { bitmapBytes, booleanVector, nullVector } from '@artemis/arrow'
import { damaged } from '../errors.js'
import type { LeafColumn } from '../metadata/types.js'
import { expandBits } from './expand.js'
import { appendBits, decodeBits } from './hybrid.js'
import type { PageValues, ValueDecoder } from './value-decoder.js'
import { unsupportedEncoding } from './value-decoder.js'

export class BooleanDecoder implements ValueDecoder {
  readonly #leaf: LeafColumn
  readonly #where: string
  readonly #bits: Uint8Array
  #rows = 0

  constructor(leaf: LeafColumn, capacity: number, where: string) {
    this.#leaf = leaf
    this.#where = where
    this.#bits = new Uint8Array(bitmapBytes(capacity))
  }

  dictionary(): void {
    throw damaged(this.#where, 'a dictionary of booleans')
  }

  page(values: PageValues): void {
    const bits = this.#decode(values)
    if (values.bitmap === null) appendBits(bits, 0, values.rows, this.#bits, this.#rows)
    else expandBits(bits, values.bitmap, this.#bits, this.#rows, values.rows)
    this.#rows += values.rows
  }

  finish(nulls: Nulls): Vector {
    if (this.#leaf.type.kind === 'null') return nullVector(this.#rows)
    return booleanVector(this.#rows, this.#bits.subarray(0, bitmapBytes(this.#rows)), nulls)
  }

  #decode(values: PageValues): Uint8Array {
    const { bytes, start, end, present } = values
    if (values.encoding === 'PLAIN') {
      if (start + bitmapBytes(present) > end) throw damaged(this.#where, `a page has too few bytes for ${present} booleans`)
      return bytes.subarray(start, start + bitmapBytes(present))
    }
    if (values.encoding !== 'RLE') throw unsupportedEncoding(values.encoding, this.#leaf, this.#where)
    const bits = new Uint8Array(bitmapBytes(present))
    // The runs stand behind their length of 4 bytes, which the end of the page tells as well.
    if (present > 0) decodeBits(bytes, start + 4, end, bits, present, this.#where)
    return bits
  }
}
