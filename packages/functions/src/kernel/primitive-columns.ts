/** Reading number-like arguments: as they lie in memory, or converted once to what a long-tail kernel computes in. */

import type { Datum, PrimitiveValues, Vector } from '@artemis/arrow'
import { allocatePrimitive, int32Words } from '@artemis/arrow'
import { assert } from '@artemis/errors'

/**
 * The values of a primitive argument. A constant is an array of one value that every row reads: row i is
 * `values[i * stride]`.
 */
export interface Strided<A extends PrimitiveValues = PrimitiveValues> {
  readonly values: A
  readonly stride: 0 | 1
}

export function primitiveColumn(datum: Datum): Strided {
  if (datum.kind === 'vector') {
    assert(datum.vector.layout === 'primitive', `a ${datum.vector.layout} vector where numbers are wanted`)
    return { values: datum.vector.values, stride: 1 }
  }
  const values = allocatePrimitive(datum.type, 1)
  values[0] = (datum.value ?? (values instanceof BigInt64Array || values instanceof BigUint64Array ? 0n : 0)) as never
  return { values, stride: 0 }
}

/** The 64-bit values of an argument as (low, high) int32 pairs. */
export interface WordColumn {
  readonly words: Int32Array
  readonly stride: 0 | 1
}

export function wordColumn(datum: Datum): WordColumn {
  const column = primitiveColumn(datum)
  return { words: int32Words(column.values), stride: column.stride }
}

/** The values of an argument as doubles, one for each row; 64-bit integers are rounded to the nearest. */
export function doublesOf(datum: Datum, rowCount: number): Float64Array {
  if (datum.kind === 'scalar') return new Float64Array(rowCount).fill(Number(datum.value ?? 0))
  const { vector } = datum
  assert(vector.layout === 'primitive', `a ${vector.layout} vector where numbers are wanted`)
  const { values } = vector
  if (values instanceof Float64Array) return values
  if (values instanceof BigInt64Array) return wordsToDoubles(int32Words(values), rowCount)
  if (values instanceof BigUint64Array) return unsignedWordsToDoubles(int32Words(values), rowCount)
  return Float64Array.from(values)
}

/** The values of an argument as BigInt, one for each row: for functions that are rare enough to afford it. */
export function bigIntsOf(datum: Datum, rowCount: number): BigInt64Array | BigUint64Array {
  if (datum.kind === 'scalar') {
    const value = BigInt((datum.value ?? 0) as number | bigint)
    return datum.type.kind === 'uint64' ? new BigUint64Array(rowCount).fill(value) : new BigInt64Array(rowCount).fill(value)
  }
  const { vector } = datum
  assert(vector.layout === 'primitive', `a ${vector.layout} vector where integers are wanted`)
  const { values } = vector
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) return values
  return BigInt64Array.from(values, (value) => BigInt(value))
}

/** The bits of a boolean argument, one for each row. */
export function bitsOf(datum: Datum, rowCount: number): Uint8Array {
  if (datum.kind === 'scalar') return new Uint8Array((rowCount + 7) >>> 3).fill(datum.value === true ? 0xff : 0)
  assert(datum.vector.layout === 'boolean', `a ${datum.vector.layout} vector where booleans are wanted`)
  return datum.vector.values
}

// A double holds hi * 2^32 exactly, so the sum rounds once, as a conversion of the whole integer would.
function wordsToDoubles(words: Int32Array, n: number): Float64Array {
  const out = new Float64Array(n)
  for (let i = 0; i < n; i++) out[i] = words[2 * i + 1]! * 4294967296 + (words[2 * i]! >>> 0)
  return out
}

function unsignedWordsToDoubles(words: Int32Array, n: number): Float64Array {
  const out = new Float64Array(n)
  for (let i = 0; i < n; i++) out[i] = (words[2 * i + 1]! >>> 0) * 4294967296 + (words[2 * i]! >>> 0)
  return out
}

/** The vector of an argument, or undefined for a constant. */
export function vectorOf(datum: Datum): Vector | undefined {
  return datum.kind === 'vector' ? datum.vector : undefined
}
