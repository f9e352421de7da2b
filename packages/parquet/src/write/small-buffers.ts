/** Buffers of BOOLEAN and FIXED_LEN_BYTE_ARRAY values, always PLAIN. */

import type { Vector } from '@artemis/arrow'
import { bitmapBytes } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import type { LeafColumn } from '../metadata/types.js'
import { signedBigEndian } from '../metadata/bounds.js'
import type { ValueBounds } from './bounds.js'
import { NO_VALUES } from './bounds.js'
import { ByteBuilder } from './byte-builder.js'
import type { ChunkEncoding, ValueBuffer } from './value-buffer.js'
import { withoutDictionary } from './value-buffer.js'

export class BooleanBuffer implements ValueBuffer {
  /** A byte for each value. */
  readonly #values = new ByteBuilder()

  get count(): number {
    return this.#values.length
  }

  get byteSize(): number {
    return this.count >>> 3
  }

  append(values: Vector): void {
    const plain = withoutDictionary(values)
    if (plain.length === 0) return
    assert(plain.layout === 'boolean', `a ${plain.layout} vector in a column of booleans`)
    this.#values.reserve(plain.length)
    const { bytes, length } = this.#values
    for (let i = 0; i < plain.length; i++) bytes[length + i] = (plain.values[i >>> 3]! >>> (i & 7)) & 1
    this.#values.length += plain.length
  }

  clear(): void {
    this.#values.clear()
  }

  finish(): ChunkEncoding {
    const values = this.#values.view()
    return {
      dictionary: undefined,
      encode: (from, to, out) => {
        const bits = new Uint8Array(bitmapBytes(to - from))
        for (let i = from; i < to; i++) bits[(i - from) >>> 3]! |= values[i]! << ((i - from) & 7)
        out.append(bits)
      },
      bounds: (from, to) => {
        if (from === to) return NO_VALUES
        const part = values.subarray(from, to)
        return { min: !part.includes(0), max: part.includes(1), nanCount: 0 }
      },
    }
  }
}

export class FixedBuffer implements ValueBuffer {
  readonly #leaf: LeafColumn
  readonly #width: number
  readonly #values = new ByteBuilder()
  #count = 0

  constructor(leaf: LeafColumn) {
    this.#leaf = leaf
    this.#width = leaf.typeLength
  }

  get count(): number {
    return this.#count
  }

  get byteSize(): number {
    return this.#values.length
  }

  append(values: Vector): void {
    const plain = withoutDictionary(values)
    this.#count += plain.length
    if (plain.length === 0) return
    assert(plain.layout === 'fixed', `a ${plain.layout} vector in a column of ${this.#leaf.type.kind}`)
    if (this.#leaf.type.kind === 'decimal') this.#appendDecimals(plain.values, plain.length)
    else this.#values.append(plain.values.subarray(0, plain.length * this.#width))
  }

  clear(): void {
    this.#values.clear()
    this.#count = 0
  }

  finish(): ChunkEncoding {
    const values = this.#values.view()
    const width = this.#width
    return {
      dictionary: undefined,
      encode: (from, to, out) => out.append(values.subarray(from * width, to * width)),
      bounds: (from, to) => this.#bounds(values, from, to),
    }
  }

  /** 16 little-endian bytes become as few big-endian ones as the precision needs. */
  #appendDecimals(source: Uint8Array, length: number): void {
    const width = this.#width
    this.#values.reserve(length * width)
    const { bytes } = this.#values
    let to = this.#values.length
    for (let i = 0; i < length; i++) {
      for (let j = width - 1; j >= 0; j--) bytes[to++] = source[16 * i + j]!
    }
    this.#values.length = to
  }

  #bounds(values: Uint8Array, from: number, to: number): ValueBounds {
    if (from === to) return NO_VALUES
    const width = this.#width
    // Decimals order as signed: flipping the sign bit makes them order as bytes.
    const flip = this.#leaf.type.kind === 'decimal' ? 128 : 0
    let min = from
    let max = from
    for (let i = from + 1; i < to; i++) {
      if (compareFixed(values, i * width, min * width, width, flip) < 0) min = i
      else if (compareFixed(values, i * width, max * width, width, flip) > 0) max = i
    }
    const at = (i: number): Uint8Array => values.slice(i * width, (i + 1) * width)
    if (flip === 0) return { min: at(min), max: at(max), nanCount: 0 }
    return { min: signedBigEndian(at(min)), max: signedBigEndian(at(max)), nanCount: 0 }
  }
}

function compareFixed(values: Uint8Array, a: number, b: number, width: number, flip: number): number {
  const first = (values[a]! ^ flip) - (values[b]! ^ flip)
  if (first !== 0) return first
  for (let i = 1; i < width; i++) {
    const difference = values[a + i]! - values[b + i]!
    if (difference !== 0) return difference
  }
  return 0
}
