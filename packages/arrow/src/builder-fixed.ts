/** Builders of vectors whose rows all take the same room. */

import { bitmapBytes } from './bitmap.js'
import type { IntervalValue, Scalar } from './scalar.js'
import { scalarAt } from './scalar-at.js'
import type { DataType } from './types.js'
import { byteWidth } from './types.js'
import type { PrimitiveValues, Vector } from './vector.js'
import { allocatePrimitive, booleanVector, fixedVector, int32Words, isValid, nullVector, primitiveVector } from './vector.js'
import { mismatch, ValidityBuilder } from './vector-builder.js'
import type { VectorBuilder } from './vector-builder.js'

export class NullBuilder implements VectorBuilder {
  readonly type: DataType
  length = 0

  constructor(type: DataType) {
    this.type = type
  }

  append(value: Scalar): void {
    if (value !== null) throw mismatch(this.type, value)
    this.length++
  }

  appendNull(): void {
    this.length++
  }

  appendFrom(): void {
    this.length++
  }

  finish(): Vector {
    const result = nullVector(this.length)
    this.length = 0
    return result
  }
}

export class BooleanBuilder implements VectorBuilder {
  readonly type: DataType
  length = 0
  readonly #nulls = new ValidityBuilder()
  #bits: Uint8Array

  constructor(type: DataType, capacity: number) {
    this.type = type
    this.#bits = new Uint8Array(Math.max(8, bitmapBytes(capacity)))
  }

  append(value: Scalar): void {
    if (value === null) return this.appendNull()
    if (typeof value !== 'boolean') throw mismatch(this.type, value)
    this.#push(value ? 1 : 0)
  }

  appendNull(): void {
    this.#nulls.addNull(this.length)
    this.#reserve()
    this.length++
  }

  appendFrom(vector: Vector, row: number): void {
    this.append(scalarAt(vector, row))
  }

  finish(): Vector {
    const { length } = this
    const bits = this.#bits.slice(0, bitmapBytes(length))
    this.#bits.fill(0)
    this.length = 0
    return booleanVector(length, bits, this.#nulls.finish(length))
  }

  #push(bit: number): void {
    this.#nulls.addValid(this.length)
    this.#reserve()
    this.#bits[this.length >>> 3]! |= bit << (this.length & 7)
    this.length++
  }

  #reserve(): void {
    if (this.length >>> 3 < this.#bits.length) return
    const grown = new Uint8Array(this.#bits.length * 2)
    grown.set(this.#bits)
    this.#bits = grown
  }
}

export class PrimitiveBuilder implements VectorBuilder {
  readonly type: DataType
  length = 0
  readonly #nulls = new ValidityBuilder()
  readonly #wide: boolean
  #values: PrimitiveValues
  /** The values as int32 pairs, for 64-bit integers only: rows copy without making a BigInt. */
  #words: Int32Array

  constructor(type: DataType, capacity: number) {
    this.type = type
    this.#values = allocatePrimitive(type, Math.max(8, capacity))
    this.#wide = this.#values instanceof BigInt64Array || this.#values instanceof BigUint64Array
    this.#words = int32Words(this.#values)
  }

  append(value: Scalar): void {
    if (value === null) return this.appendNull()
    if (typeof value !== (this.#wide ? 'bigint' : 'number')) throw mismatch(this.type, value)
    this.#reserve()
    this.#nulls.addValid(this.length)
    this.#values[this.length++] = value as number
  }

  appendNull(): void {
    this.#reserve()
    this.#nulls.addNull(this.length)
    this.length++
  }

  appendFrom(vector: Vector, row: number): void {
    if (!isValid(vector, row)) return this.appendNull()
    if (vector.layout === 'dictionary') return this.appendFrom(vector.dictionary, vector.codes[row]!)
    if (vector.layout !== 'primitive') throw mismatch(this.type, scalarAt(vector, row))
    this.#reserve()
    this.#nulls.addValid(this.length)
    if (this.#wide) {
      const words = int32Words(vector.values)
      this.#words[2 * this.length] = words[2 * row]!
      this.#words[2 * this.length + 1] = words[2 * row + 1]!
    } else this.#values[this.length] = vector.values[row] as number
    this.length++
  }

  finish(): Vector {
    const values = this.#values.slice(0, this.length)
    const given = this.#nulls.finish(this.length)
    this.length = 0
    return primitiveVector(this.type, values, given)
  }

  #reserve(): void {
    if (this.length < this.#values.length) return
    const grown = allocatePrimitive(this.type, this.#values.length * 2)
    const bytes = new Uint8Array(this.#values.buffer, this.#values.byteOffset, this.#values.byteLength)
    new Uint8Array(grown.buffer).set(bytes)
    this.#values = grown
    this.#words = int32Words(grown)
  }
}

export class FixedBuilder implements VectorBuilder {
  readonly type: DataType
  length = 0
  readonly #width: number
  readonly #nulls = new ValidityBuilder()
  #values: Uint8Array
  #view: DataView

  constructor(type: DataType, capacity: number) {
    this.type = type
    this.#width = byteWidth(type)
    this.#values = new Uint8Array(Math.max(8, capacity) * this.#width)
    this.#view = new DataView(this.#values.buffer)
  }

  append(value: Scalar): void {
    if (value === null) return this.appendNull()
    this.#reserve()
    const start = this.length * this.#width
    if (this.type.kind === 'decimal') {
      if (typeof value !== 'bigint') throw mismatch(this.type, value)
      this.#view.setBigUint64(start, BigInt.asUintN(64, value), true)
      this.#view.setBigInt64(start + 8, BigInt.asIntN(64, value >> 64n), true)
    } else if (this.type.kind === 'interval') {
      if (typeof value !== 'object' || !('nanoseconds' in value)) throw mismatch(this.type, value)
      this.#setInterval(start, value)
    } else {
      if (!(value instanceof Uint8Array) || value.length !== this.#width) throw mismatch(this.type, value)
      this.#values.set(value, start)
    }
    this.#nulls.addValid(this.length++)
  }

  appendNull(): void {
    this.#reserve()
    this.#nulls.addNull(this.length)
    this.#values.fill(0, this.length * this.#width, (this.length + 1) * this.#width)
    this.length++
  }

  appendFrom(vector: Vector, row: number): void {
    if (!isValid(vector, row)) return this.appendNull()
    if (vector.layout === 'dictionary') return this.appendFrom(vector.dictionary, vector.codes[row]!)
    if (vector.layout !== 'fixed') throw mismatch(this.type, scalarAt(vector, row))
    this.#reserve()
    this.#values.set(vector.values.subarray(row * this.#width, (row + 1) * this.#width), this.length * this.#width)
    this.#nulls.addValid(this.length++)
  }

  finish(): Vector {
    const { length } = this
    this.length = 0
    return fixedVector(this.type, length, this.#values.slice(0, length * this.#width), this.#nulls.finish(length))
  }

  #setInterval(start: number, value: IntervalValue): void {
    this.#view.setInt32(start, value.months, true)
    this.#view.setInt32(start + 4, value.days, true)
    this.#view.setBigInt64(start + 8, value.nanoseconds, true)
  }

  #reserve(): void {
    if ((this.length + 1) * this.#width <= this.#values.length) return
    const grown = new Uint8Array(this.#values.length * 2)
    grown.set(this.#values)
    this.#values = grown
    this.#view = new DataView(grown.buffer)
  }
}
