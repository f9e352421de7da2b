/** What all builders of vectors have in common. */

import { InternalError } from '@artemis/errors'
import { bitmapBytes, setBits } from './bitmap.js'
import type { Scalar } from './scalar.js'
import type { DataType } from './types.js'
import type { Vector } from './vector.js'

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

/** The error for a value of another type than the vector's: our own bug. */
export function mismatch(type: DataType, value: Scalar): InternalError {
  return new InternalError({ code: 'ASSERTION', message: `a ${typeof value} is no value of type ${type.kind}` })
}

/** The validity that all builders keep: made when the first null comes. */
export class ValidityBuilder {
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
