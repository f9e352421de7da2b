/** Buffers of INT32, FLOAT, INT64 and DOUBLE values. */

import type { Vector } from '@artemis/arrow'
import { int32Words } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import type { LeafColumn } from '../metadata/types.js'
import type { ValueBounds } from './bounds.js'
import type { ByteBuilder } from './byte-builder.js'
import { bitWidth, encodeHybrid } from './hybrid-encode.js'
import type { ChunkEncoding, ValueBuffer } from './value-buffer.js'
import { withoutDictionary } from './value-buffer.js'
import { boundsOfDoubles, boundsOfFloats, boundsOfInt32, boundsOfInt64, boundsOfUint32, boundsOfUint64 } from './word-bounds.js'
import { buildWordDictionary } from './word-dictionary.js'

export class WordBuffer implements ValueBuffer {
  count = 0
  readonly #leaf: LeafColumn
  /** Words of 4 bytes in a value: 1 or 2. */
  readonly #step: 1 | 2
  #words = new Int32Array(1024)

  constructor(leaf: LeafColumn) {
    this.#leaf = leaf
    this.#step = leaf.physicalType === 'INT32' || leaf.physicalType === 'FLOAT' ? 1 : 2
  }

  get byteSize(): number {
    return this.count * this.#step * 4
  }

  append(values: Vector): void {
    const plain = withoutDictionary(values)
    const { length } = plain
    const step = this.#step
    this.#reserve(length)
    const target = this.#words.subarray(this.count * step, (this.count + length) * step)
    this.count += length
    if (length === 0 || plain.layout === 'null') return
    if (plain.layout === 'fixed') {
      copyDecimals(new Int32Array(plain.values.buffer, plain.values.byteOffset, length * 4), target, step)
      return
    }
    assert(plain.layout === 'primitive', `a ${plain.layout} vector in a column of ${this.#leaf.type.kind}`)
    const source = plain.values
    if (step === 2) target.set(int32Words(source))
    else if (source instanceof Float32Array) target.set(new Int32Array(source.buffer, source.byteOffset, length))
    else target.set(source as Int32Array)
  }

  clear(): void {
    this.count = 0
  }

  finish(useDictionary: boolean): ChunkEncoding {
    const words = this.#words.subarray(0, this.count * this.#step)
    const bounds = boundsFunction(this.#leaf, words)
    const built = useDictionary ? buildWordDictionary(words, this.#step) : undefined
    if (built === undefined) {
      const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength)
      const width = this.#step * 4
      return {
        dictionary: undefined,
        encode: (from, to, out) => out.append(bytes.subarray(from * width, to * width)),
        bounds,
      }
    }
    const { codes, dictionary } = built
    const count = dictionary.length / this.#step
    return {
      dictionary: { bytes: new Uint8Array(dictionary.buffer, dictionary.byteOffset, dictionary.byteLength), count },
      encode: (from, to, out) => encodeCodes(codes, from, to, count, out),
      bounds,
    }
  }

  #reserve(values: number): void {
    const needed = (this.count + values) * this.#step
    if (needed <= this.#words.length) return
    const grown = new Int32Array(Math.max(needed, this.#words.length * 2))
    grown.set(this.#words.subarray(0, this.count * this.#step))
    this.#words = grown
  }
}

/** Dictionary indices of a page: their bit width in a byte, and the runs. */
export function encodeCodes(codes: Int32Array, from: number, to: number, dictionarySize: number, out: ByteBuilder): void {
  // Some readers know no width of 0, which one entry would need.
  const width = Math.max(1, bitWidth(dictionarySize - 1))
  out.byte(width)
  encodeHybrid(codes, from, to, width, out)
}

/** The low words of 16-byte decimals: as many as the precision needs. */
function copyDecimals(source: Int32Array, target: Int32Array, step: 1 | 2): void {
  if (step === 1) for (let i = 0; i < target.length; i++) target[i] = source[4 * i]!
  else {
    for (let i = 0; i < target.length; i += 2) {
      target[i] = source[2 * i]!
      target[i + 1] = source[2 * i + 1]!
    }
  }
}

function boundsFunction(leaf: LeafColumn, words: Int32Array): (from: number, to: number) => ValueBounds {
  const isUnsigned = leaf.type.kind.startsWith('uint')
  switch (leaf.physicalType) {
    case 'FLOAT': {
      const floats = new Float32Array(words.buffer, words.byteOffset, words.length)
      return (from, to) => boundsOfFloats(floats, from, to)
    }
    case 'DOUBLE': {
      const doubles = new Float64Array(words.buffer, words.byteOffset, words.length / 2)
      return (from, to) => boundsOfDoubles(doubles, from, to)
    }
    case 'INT32':
      return isUnsigned ? (from, to) => boundsOfUint32(words, from, to) : (from, to) => boundsOfInt32(words, from, to)
    default:
      return isUnsigned ? (from, to) => boundsOfUint64(words, from, to) : (from, to) => boundsOfInt64(words, from, to)
  }
}
