/** Values of fixed size: words of 4 and 8 bytes, and wider byte strings (INT96, FIXED_LEN_BYTE_ARRAY). */

import type { Nulls, Vector } from '@artemis/arrow'
import { damaged } from '../errors.js'
import type { LeafColumn } from '../metadata/types.js'
import { decodeByteStreamSplit } from './byte-stream-split.js'
import { vectorOfWide, vectorOfWords4, vectorOfWords8 } from './convert.js'
import { decodeDeltaBinary, decodeDeltaBytes } from './delta.js'
import { expand4, expand8, expandWide } from './expand.js'
import { outputWords } from './output-words.js'
import type { PageValues, ValueDecoder } from './value-decoder.js'
import { checkPlain, decodeCodes, unsupportedEncoding } from './value-decoder.js'

let scratch = new Int32Array(1024)
/** Words that are kept for the next decoder, at most: what a row group of usual size needs. */
const MAX_WIDENING = 1 << 20

let widening = new Int32Array(0)

/** Memory for words of which a copy is made before the next decoder comes: decoders work one after the other. */
function wideningWords(length: number): Int32Array {
  if (length > MAX_WIDENING) return new Int32Array(length)
  if (widening.length < length) widening = new Int32Array(length)
  return widening.subarray(0, length)
}

let expandedCodes = new Int32Array(0)

/** Scratch memory of at least `bytes` bytes. */
function scratchOf(bytes: number): Int32Array {
  if (scratch.byteLength < bytes) scratch = new Int32Array((bytes + 3) >>> 2)
  return scratch
}

/** One code for each row: under a null stands the next one, which is in range. */
function codesOfRows(values: PageValues, dictionarySize: number, where: string): Int32Array {
  const compact = decodeCodes(values, dictionarySize, where)
  if (values.bitmap === null) return compact
  if (expandedCodes.length < values.rows) expandedCodes = new Int32Array(values.rows)
  expand4(compact, values.bitmap, expandedCodes, 0, values.rows)
  return expandedCodes
}

/** INT32, FLOAT, INT64 and DOUBLE. */
export class WordsDecoder implements ValueDecoder {
  readonly #leaf: LeafColumn
  readonly #where: string
  readonly #width: 4 | 8
  readonly #words: Int32Array
  readonly #bytes: Uint8Array
  #dictionary: Int32Array | undefined
  #rows = 0

  constructor(leaf: LeafColumn, capacity: number, where: string) {
    this.#leaf = leaf
    this.#where = where
    this.#width = leaf.physicalType === 'INT32' || leaf.physicalType === 'FLOAT' ? 4 : 8
    const length = (capacity * this.#width) / 4
    // Decimals are widened to a copy when all pages are decoded.
    this.#words = leaf.type.kind === 'decimal' ? wideningWords(length) : outputWords(length)
    this.#bytes = new Uint8Array(this.#words.buffer, this.#words.byteOffset, this.#words.byteLength)
  }

  dictionary(bytes: Uint8Array, count: number): void {
    const size = count * this.#width
    if (size > bytes.length) throw damaged(this.#where, `a dictionary page has too few bytes for ${count} values`)
    const copy = new Uint8Array(size)
    copy.set(bytes.subarray(0, size))
    this.#dictionary = new Int32Array(copy.buffer)
  }

  page(values: PageValues): void {
    switch (values.encoding) {
      case 'PLAIN':
        this.#plain(values)
        break
      case 'PLAIN_DICTIONARY':
      case 'RLE_DICTIONARY':
        this.#codes(values)
        break
      case 'DELTA_BINARY_PACKED':
        if (this.#leaf.physicalType !== 'INT32' && this.#leaf.physicalType !== 'INT64')
          throw unsupportedEncoding(values.encoding, this.#leaf, this.#where)
        this.#computed(values, (words) =>
          decodeDeltaBinary(values.bytes, values.start, values.end, words, values.present, this.#width === 8, this.#where),
        )
        break
      case 'BYTE_STREAM_SPLIT':
        checkPlain(values, this.#width, this.#where)
        this.#computed(values, (words) =>
          decodeByteStreamSplit(
            values.bytes,
            values.start,
            new Uint8Array(words.buffer, words.byteOffset, words.byteLength),
            this.#width,
            values.present,
          ),
        )
        break
      default:
        throw unsupportedEncoding(values.encoding, this.#leaf, this.#where)
    }
    this.#rows += values.rows
  }

  finish(nulls: Nulls): Vector {
    if (this.#width === 4) return vectorOfWords4(this.#leaf, this.#words.subarray(0, this.#rows), nulls)
    return vectorOfWords8(this.#leaf, this.#words.subarray(0, this.#rows * 2), nulls, this.#where)
  }

  #plain(values: PageValues): void {
    checkPlain(values, this.#width, this.#where)
    const size = values.present * this.#width
    const encoded = values.bytes.subarray(values.start, values.start + size)
    if (values.bitmap === null) {
      this.#bytes.set(encoded, this.#rows * this.#width)
      return
    }
    const words = scratchOf(size + 8)
    new Uint8Array(words.buffer).set(encoded)
    this.#expand(words, values)
  }

  #codes(values: PageValues): void {
    const dictionary = this.#dictionary
    if (dictionary === undefined) throw damaged(this.#where, 'a page is dictionary-encoded, but there is no dictionary')
    if (dictionary.length === 0 && values.present === 0) {
      this.#words.fill(0, (this.#rows * this.#width) / 4, ((this.#rows + values.rows) * this.#width) / 4)
      return
    }
    const codes = codesOfRows(values, (dictionary.length * 4) / this.#width, this.#where)
    if (this.#width === 4) gather4(dictionary, codes, this.#words, this.#rows, values.rows)
    else gather8(dictionary, codes, this.#words, this.#rows, values.rows)
  }

  #computed(values: PageValues, decode: (words: Int32Array) => void): void {
    const perValue = this.#width / 4
    if (values.bitmap === null) {
      decode(this.#words.subarray(this.#rows * perValue, (this.#rows + values.rows) * perValue))
      return
    }
    const words = scratchOf(values.present * this.#width + 8)
    decode(words)
    this.#expand(words, values)
  }

  #expand(words: Int32Array, values: PageValues): void {
    if (this.#width === 4) expand4(words, values.bitmap!, this.#words, this.#rows, values.rows)
    else expand8(words, values.bitmap!, this.#words, this.#rows, values.rows)
  }
}

function gather4(dictionary: Int32Array, codes: Int32Array, target: Int32Array, to: number, count: number): void {
  for (let i = 0; i < count; i++) target[to + i] = dictionary[codes[i]!]!
}

function gather8(dictionary: Int32Array, codes: Int32Array, target: Int32Array, to: number, count: number): void {
  let out = to * 2
  for (let i = 0; i < count; i++) {
    const from = codes[i]! * 2
    target[out] = dictionary[from]!
    target[out + 1] = dictionary[from + 1]!
    out += 2
  }
}

/** INT96 and FIXED_LEN_BYTE_ARRAY. */
export class WideDecoder implements ValueDecoder {
  readonly #leaf: LeafColumn
  readonly #where: string
  readonly #width: number
  readonly #bytes: Uint8Array
  #dictionary: Uint8Array | undefined
  #dictionarySize = 0
  #rows = 0

  constructor(leaf: LeafColumn, capacity: number, where: string) {
    this.#leaf = leaf
    this.#where = where
    this.#width = leaf.physicalType === 'INT96' ? 12 : leaf.typeLength
    this.#bytes = new Uint8Array(capacity * this.#width)
  }

  dictionary(bytes: Uint8Array, count: number): void {
    const size = count * this.#width
    if (size > bytes.length) throw damaged(this.#where, `a dictionary page has too few bytes for ${count} values`)
    this.#dictionary = bytes.subarray(0, size)
    this.#dictionarySize = count
  }

  page(values: PageValues): void {
    const width = this.#width
    switch (values.encoding) {
      case 'PLAIN':
        checkPlain(values, width, this.#where)
        this.#put(values.bytes.subarray(values.start, values.start + values.present * width), values)
        break
      case 'PLAIN_DICTIONARY':
      case 'RLE_DICTIONARY': {
        const dictionary = this.#dictionary
        if (dictionary === undefined) throw damaged(this.#where, 'a page is dictionary-encoded, but there is no dictionary')
        if (values.present === 0) break
        gatherWide(dictionary, width, codesOfRows(values, this.#dictionarySize, this.#where), this.#bytes, this.#rows, values.rows)
        break
      }
      case 'BYTE_STREAM_SPLIT': {
        checkPlain(values, width, this.#where)
        const out = new Uint8Array(values.present * width)
        decodeByteStreamSplit(values.bytes, values.start, out, width, values.present)
        this.#put(out, values)
        break
      }
      case 'DELTA_BYTE_ARRAY': {
        const { offsets, data } = decodeDeltaBytes(values.bytes, values.start, values.end, values.present, this.#where)
        for (let i = 0; i <= values.present; i++) {
          if (offsets[i] !== i * width) throw damaged(this.#where, `a value that is not ${width} bytes long`)
        }
        this.#put(data, values)
        break
      }
      default:
        throw unsupportedEncoding(values.encoding, this.#leaf, this.#where)
    }
    this.#rows += values.rows
  }

  finish(nulls: Nulls): Vector {
    return vectorOfWide(this.#leaf, this.#bytes.subarray(0, this.#rows * this.#width), this.#rows, nulls, this.#where)
  }

  #put(encoded: Uint8Array, values: PageValues): void {
    if (values.bitmap === null) this.#bytes.set(encoded, this.#rows * this.#width)
    else expandWide(encoded, this.#width, values.bitmap, this.#bytes, this.#rows, values.rows)
  }
}

function gatherWide(dictionary: Uint8Array, width: number, codes: Int32Array, target: Uint8Array, to: number, count: number): void {
  let out = to * width
  for (let i = 0; i < count; i++) {
    const from = codes[i]! * width
    for (let j = 0; j < width; j++) target[out + j] = dictionary[from + j]!
    out += width
  }
}
