/** Dense ids of the distinct values of a column, null included: one loop for each physical layout. */
import type { Vector } from '@artemis/arrow'
import { getBit, int32Words } from '@artemis/arrow'
import { UnsupportedError } from '@artemis/errors'

const UNKNOWN = -1
const NULL_ID = 0

export class ColumnIds {
  #next = NULL_ID + 1
  readonly #numbers = new Map<number, number>()
  /** 64-bit values: by high word, then by low word. */
  readonly #words = new Map<number, Map<number, number>>()
  readonly #texts = new Map<string, number>()

  /** Ids of a vector's rows; values not met before get a new one. */
  assign(vector: Vector): Int32Array {
    return this.#ids(vector, true)
  }

  /** Ids of a vector's rows; -1 for values that have none. */
  find(vector: Vector): Int32Array {
    return this.#ids(vector, false)
  }

  #ids(vector: Vector, assign: boolean): Int32Array {
    const out = new Int32Array(vector.length)
    switch (vector.layout) {
      case 'null':
        return out
      case 'boolean':
        for (let i = 0; i < out.length; i++) out[i] = this.#number(getBit(vector.values, i) ? 1 : 0, assign)
        break
      case 'primitive':
        if (vector.values instanceof BigInt64Array || vector.values instanceof BigUint64Array)
          this.#longs(int32Words(vector.values), out, assign)
        else for (let i = 0; i < out.length; i++) out[i] = this.#number(vector.values[i]!, assign)
        break
      case 'fixed':
        this.#slices(vector.values, (i) => i * vector.byteWidth, out, assign)
        break
      case 'bytes':
        this.#slices(vector.data, (i) => vector.offsets[i]!, out, assign)
        break
      case 'dictionary': {
        const entries = this.#ids(vector.dictionary, assign)
        for (let i = 0; i < out.length; i++) out[i] = entries[vector.codes[i]!] ?? UNKNOWN
        break
      }
      default:
        throw new UnsupportedError({
          code: 'EQUALITY_DELETE_ON_NESTED',
          message: `equality deletes on a column of type ${vector.type.kind} are not supported`,
        })
    }
    const { validity } = vector
    if (validity !== null) for (let i = 0; i < out.length; i++) if (((validity[i >>> 3]! >>> (i & 7)) & 1) === 0) out[i] = NULL_ID
    return out
  }

  /** A `Map` holds NaN equal to itself and -0 equal to 0, which is what equality deletes want. */
  #number(value: number, assign: boolean): number {
    let id = this.#numbers.get(value)
    if (id === undefined && assign) this.#numbers.set(value, (id = this.#next++))
    return id ?? UNKNOWN
  }

  #longs(words: Int32Array, out: Int32Array, assign: boolean): void {
    for (let i = 0; i < out.length; i++) {
      let byLow = this.#words.get(words[2 * i + 1]!)
      if (byLow === undefined && assign) this.#words.set(words[2 * i + 1]!, (byLow = new Map()))
      let id = byLow?.get(words[2 * i]!)
      if (id === undefined && assign && byLow !== undefined) byLow.set(words[2 * i]!, (id = this.#next++))
      out[i] = id ?? UNKNOWN
    }
  }

  #slices(data: Uint8Array, startOf: (row: number) => number, out: Int32Array, assign: boolean): void {
    const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    for (let i = 0; i < out.length; i++) {
      const text = buffer.toString('latin1', startOf(i), startOf(i + 1))
      let id = this.#texts.get(text)
      if (id === undefined && assign) this.#texts.set(text, (id = this.#next++))
      out[i] = id ?? UNKNOWN
    }
  }
}
