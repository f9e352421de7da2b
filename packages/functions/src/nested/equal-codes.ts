/** Numbers for elements such that equal elements have equal numbers: sets of elements become sets of small integers. */

import type { Vector } from '@artemis/arrow'
import { concatVectors, DictionaryIndex, hashVector, isIndexable, isValid, valueComparator } from '@artemis/arrow'

/** One array for each vector; -1 marks a NULL. The vectors are of one type. */
export function equalCodes(vectors: readonly Vector[]): Int32Array[] {
  const { type } = vectors[0]!
  const codes =
    isIndexable(type) && type.kind !== 'float32' && type.kind !== 'float64' && type.kind !== 'interval'
      ? indexCodes(vectors)
      : comparedCodes(vectors)
  vectors.forEach((vector, v) => {
    if (vector.nullCount > 0) for (let i = 0; i < vector.length; i++) if (!isValid(vector, i)) codes[v]![i] = -1
  })
  return codes
}

function indexCodes(vectors: readonly Vector[]): Int32Array[] {
  const index = new DictionaryIndex(vectors[0]!.type)
  return vectors.map((vector) => index.add(vector))
}

/** For values that may be equal without having the same bytes: -0 and 0, 30 days and a month, nested values. */
function comparedCodes(vectors: readonly Vector[]): Int32Array[] {
  const all = concatVectors(vectors)
  const hashes = new Int32Array(all.length)
  hashVector(all, hashes, false)
  const order = valueComparator(all, all)
  const byHash = new Map<number, number[]>()
  const codes = new Int32Array(all.length)
  for (let i = 0; i < all.length; i++) {
    if (!isValid(all, i)) continue
    let bucket = byHash.get(hashes[i]!)
    if (bucket === undefined) byHash.set(hashes[i]!, (bucket = []))
    const known = bucket.find((j) => order(i, j) === 0)
    if (known === undefined) bucket.push(i)
    codes[i] = known ?? i
  }
  let start = 0
  return vectors.map((vector) => {
    const part = codes.slice(start, start + vector.length)
    start += vector.length
    return part
  })
}

/** Marks codes of one row at a time: clearing is starting the next row. */
export class CodeSet {
  readonly #rowOfCode = new Map<number, number>()

  /** Whether the code was new in the row. */
  add(code: number, row: number): boolean {
    if (this.#rowOfCode.get(code) === row) return false
    this.#rowOfCode.set(code, row)
    return true
  }

  has(code: number, row: number): boolean {
    return this.#rowOfCode.get(code) === row
  }
}
