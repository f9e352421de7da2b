/** COALESCE over whole columns. The binder turns it into CASE where an argument must not be computed for every row. */

import type { DataType, Datum, DictionaryVector, Scalar, Vector } from '@artemis/arrow'
import {
  concatVectors,
  constantVector,
  datumToVector,
  decodeDictionary,
  DictionaryIndex,
  dictionaryVector,
  isIndexable,
  nullsOf,
  vectorDatum,
} from '@artemis/arrow'
import type { ScalarFunction, ScalarFunctionDefinition } from '@artemis/plan'
import { chooseRows, validityOf } from './choose-rows.js'
import { commonArgumentType } from './common-argument-type.js'

export const coalesce: ScalarFunctionDefinition = {
  name: 'coalesce',
  aliases: ['ifnull', 'nvl'],
  documentation: {
    category: 'conditional',
    description: 'The first argument that is not NULL. Later arguments are only computed for rows that need them.',
    example: "coalesce(NULL, 'default')",
    result: 'default',
  },
  signatures: ['coalesce(value, …) -> the common type'],
  resolve(types) {
    const type = types.length === 0 ? undefined : commonArgumentType(types)
    return type === undefined ? undefined : coalesceFunction(type, types.length)
  },
}

/** Made by hand instead of `createScalarFunction`, because dictionaries must stay dictionaries here. */
function coalesceFunction(type: DataType, count: number): ScalarFunction {
  const extended = new ExtendedDictionaries(type)
  return {
    name: 'coalesce',
    argumentTypes: Array.from({ length: count }, () => type),
    returnType: type,
    volatility: 'immutable',
    nullHandling: 'custom',
    canReturnNull: true,
    canThrow: false,
    evaluate(args, rowCount) {
      if (rowCount === 0) return nullsOf(type, 0)
      const used = neededArguments(args)
      const [first, second] = used
      if (first === undefined) return nullsOf(type, rowCount)
      if (second === undefined) return datumToVector(first, rowCount)
      if (
        used.length === 2 &&
        first.kind === 'vector' &&
        first.vector.layout === 'dictionary' &&
        second.kind === 'scalar' &&
        isIndexable(type)
      ) {
        return extended.fill(first.vector, second.value)
      }
      const plain = used.map((arg) => (arg.kind === 'vector' ? vectorDatum(decodeDictionary(arg.vector)) : arg))
      return chooseRows(type, plain, firstValid(plain, rowCount))
    },
  }
}

/** Leaves out what is NULL throughout, and what stands behind an argument that never is. */
function neededArguments(args: readonly Datum[]): readonly Datum[] {
  const needed: Datum[] = []
  for (const arg of args) {
    if (arg.kind === 'scalar' ? arg.value === null : arg.vector.nullCount === arg.vector.length) continue
    needed.push(arg)
    if (arg.kind === 'scalar' || arg.vector.nullCount === 0) break
  }
  return needed
}

function firstValid(args: readonly Datum[], rowCount: number): Int32Array {
  const choice = new Int32Array(rowCount).fill(-1)
  for (let k = args.length - 1; k >= 0; k--) {
    const validity = validityOf(args[k]!, rowCount)
    if (validity === null) choice.fill(k)
    else for (let i = 0; i < rowCount; i++) if (((validity[i >>> 3]! >>> (i & 7)) & 1) === 1) choice[i] = k
  }
  return choice
}

interface Extended {
  readonly value: Scalar
  readonly dictionary: Vector
  /** The code of `value` in it. */
  readonly code: number
}

/** Dictionaries with one more entry, kept so that batches that share a dictionary share the longer one too. */
class ExtendedDictionaries {
  readonly #type: DataType
  readonly #known = new WeakMap<Vector, Extended>()

  constructor(type: DataType) {
    this.#type = type
  }

  fill(vector: DictionaryVector, value: Scalar): Vector {
    const { dictionary, code } = this.#extend(vector.dictionary, value)
    const { validity } = vector
    const codes = vector.codes.slice()
    if (validity !== null) for (let i = 0; i < codes.length; i++) if (((validity[i >>> 3]! >>> (i & 7)) & 1) === 0) codes[i] = code
    return dictionaryVector(codes, dictionary)
  }

  #extend(dictionary: Vector, value: Scalar): Extended {
    const known = this.#known.get(dictionary)
    if (known !== undefined && known.value === value) return known
    const entry = decodeDictionary(constantVector(this.#type, value, 1))
    const index = new DictionaryIndex(this.#type)
    index.add(dictionary)
    const code = index.add(entry)[0]!
    const made: Extended = { value, dictionary: code < dictionary.length ? dictionary : concatVectors([dictionary, entry]), code }
    this.#known.set(dictionary, made)
    return made
  }
}
