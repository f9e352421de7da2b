/** bit_and, bit_or, bit_xor over integers: each group's bits as two int32 words. */

import type { DataType, PrimitiveValues, Vector } from '@artemis/arrow'
import { allocatePrimitive, decodeDictionary, int32Words, int64, primitiveVector } from '@artemis/arrow'
import type { AggregateFunctionDefinition, GroupsAccumulator } from '@artemis/plan'
import { isInteger } from '@artemis/plan'
import { badState } from './count.js'
import { aggregateFunction } from './definition.js'
import { growInt32, growUint8, rowMask, validityOf } from './rows-mask.js'

type Operator = 'and' | 'or' | 'xor'

class BitsAccumulator implements GroupsAccumulator {
  readonly #operator: Operator
  readonly #type: DataType
  #words: Int32Array = new Int32Array(0)
  #seen: Uint8Array = new Uint8Array(0)

  constructor(operator: Operator, type: DataType) {
    this.#operator = operator
    this.#type = type
  }

  byteSize(): number {
    return this.#words.byteLength + this.#seen.byteLength
  }

  update([argument]: readonly Vector[], groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    this.#reserve(groupCount)
    const vector = decodeDictionary(argument!)
    if (vector.layout !== 'primitive') throw badState()
    combine(this.#operator, wordPairs(vector.values), groupIds, rowMask(vector, filter, groupIds.length), this.#words, this.#seen)
  }

  merge(states: readonly Vector[], groupIds: Int32Array, groupCount: number): void {
    this.update(states, groupIds, groupCount, null)
  }

  state(start: number, length: number): Vector[] {
    return [this.finish(start, length)]
  }

  finish(start: number, length: number): Vector {
    this.#reserve(start + length)
    const values = allocatePrimitive(this.#type, length)
    const validity = validityOf(this.#seen, start, length)
    if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
      int32Words(values).set(this.#words.subarray(2 * start, 2 * (start + length)))
    } else for (let i = 0; i < length; i++) values[i] = this.#words[2 * (start + i)]!
    return primitiveVector(this.#type, values, { validity })
  }

  #reserve(groupCount: number): void {
    this.#words = growInt32(this.#words, groupCount * 2)
    this.#seen = growUint8(this.#seen, groupCount)
  }
}

/** Values as pairs of words; the upper word of a narrow type never reaches the result. */
function wordPairs(values: PrimitiveValues): Int32Array {
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) return int32Words(values)
  const pairs = new Int32Array(values.length * 2)
  for (let i = 0; i < values.length; i++) pairs[2 * i] = values[i]!
  return pairs
}

function combine(
  operator: Operator,
  values: Int32Array,
  groupIds: Int32Array,
  mask: Uint8Array | null,
  words: Int32Array,
  seen: Uint8Array,
): void {
  for (let i = 0; i < groupIds.length; i++) {
    if (mask !== null && ((mask[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const group = groupIds[i]!
    const low = values[2 * i]!
    const high = values[2 * i + 1]!
    if (seen[group] === 0) {
      seen[group] = 1
      words[2 * group] = low
      words[2 * group + 1] = high
    } else if (operator === 'and') {
      words[2 * group]! &= low
      words[2 * group + 1]! &= high
    } else if (operator === 'or') {
      words[2 * group]! |= low
      words[2 * group + 1]! |= high
    } else {
      words[2 * group]! ^= low
      words[2 * group + 1]! ^= high
    }
  }
}

function bits(name: string, operator: Operator, title: string): AggregateFunctionDefinition {
  return aggregateFunction({
    name,
    category: 'aggregate',
    description: `The bitwise ${title} of all values that are not NULL.`,
    signatures: [`${name}(value integer) -> the same type`],
    example: `${name}(3)`,
    result: '3',
    ignoresDistinct: operator !== 'xor',
    resolve([type, ...rest]) {
      if (type === undefined || rest.length > 0) return undefined
      const wanted = type.kind === 'null' ? int64 : type
      if (!isInteger(wanted)) return undefined
      return {
        argumentTypes: [wanted],
        returnType: wanted,
        stateTypes: [wanted],
        createAccumulator: () => new BitsAccumulator(operator, wanted),
      }
    },
  })
}

export const bitFunctions: readonly AggregateFunctionDefinition[] = [
  bits('bit_and', 'and', 'AND'),
  bits('bit_or', 'or', 'OR'),
  bits('bit_xor', 'xor', 'exclusive OR'),
]
