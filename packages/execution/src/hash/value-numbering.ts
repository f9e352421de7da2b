/**
 * A numbering of values without a fixed encoding: intervals (which are equal in several forms), lists, structs and maps.
 * Rows are found by hash and compared one by one; such keys are rare, so this is made for being right.
 */

import type { DataType, Vector, VectorBuilder } from '@artemis/arrow'
import { decodeDictionary, hashVector, isValid, scalarAt, scalarEquals, vectorBuilder } from '@artemis/arrow'
import type { Scalar } from '@artemis/arrow'
import type { Numbering } from './numbering.js'
import { NO_CODE } from './numbering.js'

/** A rough weight of one value, since scalars are objects. */
const BYTES_PER_VALUE = 160

export class ValueNumbering implements Numbering {
  readonly type: DataType
  readonly #values: Scalar[] = []
  readonly #codes = new Map<number, number[]>()
  #vector: Vector | null = null

  constructor(type: DataType) {
    this.type = type
  }

  get size(): number {
    return this.#values.length
  }

  byteSize(): number {
    return this.#values.length * BYTES_PER_VALUE
  }

  add(vector: Vector, codes: Int32Array): void {
    this.#each(vector, codes, (value, hash) => {
      const code = this.#values.push(value) - 1
      const bucket = this.#codes.get(hash)
      if (bucket === undefined) this.#codes.set(hash, [code])
      else bucket.push(code)
      return code
    })
  }

  find(vector: Vector, codes: Int32Array): void {
    this.#each(vector, codes, () => NO_CODE)
  }

  values(): Vector {
    if (this.#vector?.length !== this.#values.length) {
      const builder: VectorBuilder = vectorBuilder(this.type, this.#values.length)
      for (const value of this.#values) builder.append(value)
      this.#vector = builder.finish()
    }
    return this.#vector!
  }

  #each(given: Vector, codes: Int32Array, missing: (value: Scalar, hash: number) => number): void {
    const vector = decodeDictionary(given)
    const hashes = new Int32Array(vector.length)
    hashVector(vector, hashes, false)
    for (let i = 0; i < vector.length; i++) {
      if (!isValid(vector, i)) {
        codes[i] = NO_CODE
        continue
      }
      const value = scalarAt(vector, i)
      const hash = hashes[i]!
      const known = this.#codes.get(hash)?.find((code) => scalarEquals(this.type, this.#values[code]!, value))
      codes[i] = known ?? missing(value, hash)
    }
  }
}
