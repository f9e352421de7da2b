/** Builders of vectors with offsets or children: text and binary, lists and maps, structs. */

import { MAX_OFFSET, tooLarge } from './offsets.js'
import type { Scalar } from './scalar.js'
import { scalarAt } from './scalar-at.js'
import type { DataType } from './types.js'
import type { Vector } from './vector.js'
import { bytesVector, isValid, listVector, structVector } from './vector.js'
import { mismatch, ValidityBuilder } from './vector-builder.js'
import type { VectorBuilder } from './vector-builder.js'

export class BytesBuilder implements VectorBuilder {
  readonly type: DataType
  length = 0
  readonly #nulls = new ValidityBuilder()
  #offsets: Int32Array
  #data: Buffer
  #size = 0

  constructor(type: DataType, capacity: number) {
    this.type = type
    this.#offsets = new Int32Array(Math.max(8, capacity) + 1)
    this.#data = Buffer.allocUnsafeSlow(Math.max(64, capacity * 8))
  }

  append(value: Scalar): void {
    if (value === null) return this.appendNull()
    if (this.type.kind === 'utf8') {
      if (typeof value !== 'string') throw mismatch(this.type, value)
      const bound = value.length * 3
      // The bound is thrice too large for plain text: once it forces growth, count exactly.
      this.#reserveBytes(this.#size + bound <= this.#data.length ? bound : Buffer.byteLength(value, 'utf8'))
      this.#size += this.#data.write(value, this.#size, 'utf8')
    } else {
      if (!(value instanceof Uint8Array)) throw mismatch(this.type, value)
      this.#reserveBytes(value.length)
      this.#data.set(value, this.#size)
      this.#size += value.length
    }
    this.#nulls.addValid(this.length)
    this.#close()
  }

  appendNull(): void {
    this.#nulls.addNull(this.length)
    this.#close()
  }

  appendFrom(vector: Vector, row: number): void {
    if (!isValid(vector, row)) return this.appendNull()
    if (vector.layout === 'dictionary') return this.appendFrom(vector.dictionary, vector.codes[row]!)
    if (vector.layout !== 'bytes') throw mismatch(this.type, scalarAt(vector, row))
    const start = vector.offsets[row]!
    const end = vector.offsets[row + 1]!
    this.#reserveBytes(end - start)
    this.#data.set(vector.data.subarray(start, end), this.#size)
    this.#size += end - start
    this.#nulls.addValid(this.length)
    this.#close()
  }

  finish(): Vector {
    const { length } = this
    const offsets = this.#offsets.slice(0, length + 1)
    const data = new Uint8Array(this.#size)
    data.set(this.#data.subarray(0, this.#size))
    this.length = 0
    this.#size = 0
    return bytesVector(this.type, offsets, data, this.#nulls.finish(length))
  }

  #close(): void {
    this.length++
    if (this.length >= this.#offsets.length) {
      const grown = new Int32Array(this.#offsets.length * 2)
      grown.set(this.#offsets)
      this.#offsets = grown
    }
    this.#offsets[this.length] = this.#size
  }

  #reserveBytes(count: number): void {
    const needed = this.#size + count
    if (needed <= this.#data.length) return
    if (needed > MAX_OFFSET) throw tooLarge(this.type)
    const grown = Buffer.allocUnsafeSlow(Math.min(MAX_OFFSET, Math.max(needed, this.#data.length * 2)))
    grown.set(this.#data.subarray(0, this.#size))
    this.#data = grown
  }
}

export class ListBuilder implements VectorBuilder {
  readonly type: DataType
  length = 0
  readonly #nulls = new ValidityBuilder()
  readonly #child: VectorBuilder
  #offsets: Int32Array

  constructor(type: DataType, capacity: number, child: VectorBuilder) {
    this.type = type
    this.#child = child
    this.#offsets = new Int32Array(Math.max(8, capacity) + 1)
  }

  append(value: Scalar): void {
    if (value === null) return this.appendNull()
    if (!Array.isArray(value)) throw mismatch(this.type, value)
    for (const element of value as readonly Scalar[]) this.#child.append(element)
    this.#nulls.addValid(this.length)
    this.#close()
  }

  appendNull(): void {
    this.#nulls.addNull(this.length)
    this.#close()
  }

  appendFrom(vector: Vector, row: number): void {
    if (!isValid(vector, row)) return this.appendNull()
    if (vector.layout === 'dictionary') return this.appendFrom(vector.dictionary, vector.codes[row]!)
    if (vector.layout !== 'list') throw mismatch(this.type, scalarAt(vector, row))
    for (let i = vector.offsets[row]!; i < vector.offsets[row + 1]!; i++) this.#child.appendFrom(vector.child, i)
    this.#nulls.addValid(this.length)
    this.#close()
  }

  finish(): Vector {
    const { length } = this
    this.length = 0
    return listVector(this.type, this.#offsets.slice(0, length + 1), this.#child.finish(), this.#nulls.finish(length))
  }

  #close(): void {
    this.length++
    if (this.length >= this.#offsets.length) {
      const grown = new Int32Array(this.#offsets.length * 2)
      grown.set(this.#offsets)
      this.#offsets = grown
    }
    this.#offsets[this.length] = this.#child.length
  }
}

export class StructBuilder implements VectorBuilder {
  readonly type: DataType
  length = 0
  readonly #nulls = new ValidityBuilder()
  readonly #children: readonly VectorBuilder[]

  constructor(type: DataType, children: readonly VectorBuilder[]) {
    this.type = type
    this.#children = children
  }

  append(value: Scalar): void {
    if (value === null) return this.appendNull()
    if (!Array.isArray(value) || value.length !== this.#children.length) throw mismatch(this.type, value)
    for (let i = 0; i < this.#children.length; i++) this.#children[i]!.append(value[i] as Scalar)
    this.#nulls.addValid(this.length++)
  }

  appendNull(): void {
    for (const child of this.#children) child.appendNull()
    this.#nulls.addNull(this.length++)
  }

  appendFrom(vector: Vector, row: number): void {
    if (!isValid(vector, row)) return this.appendNull()
    if (vector.layout === 'dictionary') return this.appendFrom(vector.dictionary, vector.codes[row]!)
    if (vector.layout !== 'struct') throw mismatch(this.type, scalarAt(vector, row))
    for (let i = 0; i < this.#children.length; i++) this.#children[i]!.appendFrom(vector.children[i]!, row)
    this.#nulls.addValid(this.length++)
  }

  finish(): Vector {
    const { length } = this
    this.length = 0
    return structVector(
      this.type,
      length,
      this.#children.map((child) => child.finish()),
      this.#nulls.finish(length),
    )
  }
}
