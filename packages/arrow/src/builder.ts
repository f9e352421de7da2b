/**
 * Builders grow a vector value by value: for literals, readers of row formats, and results made at the edges. Loops over
 * whole columns write typed arrays themselves.
 */

import { InternalError, unreachable } from '@artemis/errors'
import { bitmapBytes, setBits } from './bitmap.js'
import { MAX_OFFSET, tooLarge } from './offsets.js'
import type { IntervalValue, Scalar } from './scalar.js'
import { scalarAt } from './scalar-at.js'
import type { DataType } from './types.js'
import { byteWidth, physicalKind } from './types.js'
import type { PrimitiveValues, Vector } from './vector.js'
import {
  allocatePrimitive,
  booleanVector,
  bytesVector,
  fixedVector,
  int32Words,
  isValid,
  listChildType,
  listVector,
  nullVector,
  primitiveVector,
  structVector,
} from './vector.js'

export interface VectorBuilder {
  readonly type: DataType
  /** Rows appended so far. */
  readonly length: number
  /** Appends a value in the form that {@link Scalar} gives for the type; null appends a null. */
  append(value: Scalar): void
  appendNull(): void
  /** Appends row `row` of a vector of the same type, dictionary-encoded or not. */
  appendFrom(vector: Vector, row: number): void
  /** The vector so far; the builder is empty afterwards and can be used again. */
  finish(): Vector
}

/** A builder for a type; `capacity` is the number of rows to make room for at first. */
export function vectorBuilder(type: DataType, capacity = 64): VectorBuilder {
  const kind = physicalKind(type)
  switch (kind) {
    case 'null':
      return new NullBuilder(type)
    case 'boolean':
      return new BooleanBuilder(type, capacity)
    case 'primitive':
      return new PrimitiveBuilder(type, capacity)
    case 'fixed':
      return new FixedBuilder(type, capacity)
    case 'bytes':
      return new BytesBuilder(type, capacity)
    case 'list':
      return new ListBuilder(type, capacity)
    case 'struct':
      return new StructBuilder(type, capacity)
    default:
      return unreachable(kind, 'physical kind')
  }
}

/** A vector of the given values. */
export function vectorFromScalars(type: DataType, values: readonly Scalar[]): Vector {
  const builder = vectorBuilder(type, values.length)
  for (const value of values) builder.append(value)
  return builder.finish()
}

function mismatch(type: DataType, value: Scalar): InternalError {
  return new InternalError({ code: 'ASSERTION', message: `a ${typeof value} is no value of type ${type.kind}` })
}

/** The validity that all builders keep: made when the first null comes. */
class ValidityBuilder {
  #bitmap: Uint8Array | null = null
  nullCount = 0

  /** Marks row `index`, the next one, as null. */
  addNull(index: number): void {
    this.nullCount++
    if (this.#bitmap === null) {
      this.#bitmap = new Uint8Array(Math.max(8, bitmapBytes(index + 1) * 2))
      setBits(this.#bitmap, 0, index)
    }
    this.#reserve(index)
  }

  addValid(index: number): void {
    if (this.#bitmap === null) return
    this.#reserve(index)
    this.#bitmap[index >>> 3]! |= 1 << (index & 7)
  }

  #reserve(index: number): void {
    const bitmap = this.#bitmap
    if (bitmap === null || index >>> 3 < bitmap.length) return
    this.#bitmap = new Uint8Array(bitmap.length * 2)
    this.#bitmap.set(bitmap)
  }

  finish(length: number): { validity: Uint8Array | null; nullCount: number } {
    const validity = this.#bitmap === null ? null : this.#bitmap.slice(0, bitmapBytes(length))
    const result = { validity, nullCount: this.nullCount }
    this.#bitmap = null
    this.nullCount = 0
    return result
  }
}

class NullBuilder implements VectorBuilder {
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

class BooleanBuilder implements VectorBuilder {
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

class PrimitiveBuilder implements VectorBuilder {
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

class FixedBuilder implements VectorBuilder {
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

class BytesBuilder implements VectorBuilder {
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

class ListBuilder implements VectorBuilder {
  readonly type: DataType
  length = 0
  readonly #nulls = new ValidityBuilder()
  readonly #child: VectorBuilder
  #offsets: Int32Array

  constructor(type: DataType, capacity: number) {
    this.type = type
    this.#child = vectorBuilder(listChildType(type), capacity)
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

class StructBuilder implements VectorBuilder {
  readonly type: DataType
  length = 0
  readonly #nulls = new ValidityBuilder()
  readonly #children: readonly VectorBuilder[]

  constructor(type: DataType, capacity: number) {
    this.type = type
    this.#children = type.kind === 'struct' ? type.fields.map((f) => vectorBuilder(f.type, capacity)) : []
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
