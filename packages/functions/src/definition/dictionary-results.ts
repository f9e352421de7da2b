/**
 * Functions of one dictionary-encoded column run once for each entry of the dictionary instead of once for each row, and
 * the result is kept while the next batches bring the same dictionary.
 */

import type { Datum, DictionaryVector, Scalar, Vector } from '@artemis/arrow'
import {
  decodeDictionary,
  DictionaryIndex,
  dictionaryVector,
  isIndexable,
  mergeValidity,
  nullsOf,
  take,
  vectorDatum,
  withNulls,
} from '@artemis/arrow'
import { ExecutionError } from '@artemis/errors'

interface Remembered {
  readonly constants: readonly Scalar[]
  readonly result: Vector
}

export class DictionaryResults {
  readonly #canThrow: boolean
  readonly #remembers: boolean
  readonly #results = new WeakMap<Vector, Remembered>()

  constructor(canThrow: boolean, remembers: boolean) {
    this.#canThrow = canThrow
    this.#remembers = remembers
  }

  /**
   * The result when exactly one argument varies and is dictionary-encoded; undefined when the caller must compute row by
   * row. An entry may raise an error that no row of the batch refers to, so after an error the rows decide.
   */
  apply(args: readonly Datum[], rowCount: number, compute: (args: readonly Datum[], rowCount: number) => Vector): Vector | undefined {
    const index = args.findIndex((arg) => arg.kind === 'vector')
    const only = args[index]
    if (only?.kind !== 'vector' || only.vector.layout !== 'dictionary') return undefined
    if (args.some((arg, i) => i !== index && arg.kind === 'vector')) return undefined
    const { vector } = only
    const constants = args.map((arg) => (arg.kind === 'scalar' ? arg.value : null))
    const known = this.#results.get(vector.dictionary)
    if (known !== undefined && constants.every((value, i) => value === known.constants[i])) return spreadEntries(vector, known.result)
    if (vector.dictionary.length === 0 || vector.dictionary.length > rowCount) return undefined
    const overEntries = args.map((arg, i) => (i === index ? vectorDatum(vector.dictionary) : arg))
    const result = this.#attempt(overEntries, vector.dictionary.length, compute)
    if (result === undefined) return undefined
    const prepared = encodeEntries(result)
    if (this.#remembers) this.#results.set(vector.dictionary, { constants, result: prepared })
    return spreadEntries(vector, prepared)
  }

  #attempt(args: readonly Datum[], length: number, compute: (args: readonly Datum[], rowCount: number) => Vector): Vector | undefined {
    if (!this.#canThrow) return compute(args, length)
    try {
      return compute(args, length)
    } catch (error) {
      if (error instanceof ExecutionError) return undefined
      throw error
    }
  }
}

/**
 * The results of a dictionary's entries, encoded again where codes are worth keeping: two entries may have become the same
 * value, and a dictionary must hold distinct ones without nulls.
 */
export function encodeEntries(result: Vector): Vector {
  const plain = decodeDictionary(result)
  if (plain.nullCount > 0 || !isIndexable(plain.type)) return plain
  const distinct = new DictionaryIndex(plain.type)
  const codes = distinct.add(plain)
  return dictionaryVector(codes, distinct.dictionary())
}

/** The results of the rows, from those of the entries. */
export function spreadEntries(vector: DictionaryVector, result: Vector): Vector {
  if (vector.nullCount === vector.length) return nullsOf(result.type, vector.length)
  if (result.layout === 'dictionary') {
    const codes = new Int32Array(vector.length)
    for (let i = 0; i < codes.length; i++) codes[i] = result.codes[vector.codes[i]!]!
    return dictionaryVector(codes, result.dictionary, vector)
  }
  const rows = take(result, vector.codes)
  return vector.validity === null ? rows : withNulls(rows, { validity: mergeValidity(rows.validity, vector.validity, vector.length) })
}
