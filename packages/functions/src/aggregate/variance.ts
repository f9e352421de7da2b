/** Variance and standard deviation by Welford's updates, merged by Chan, Golub and LeVeque's formula. */

import type { Vector } from '@artemis/arrow'
import { decodeDictionary, float64, primitiveVector } from '@artemis/arrow'
import type { AggregateFunctionDefinition, GroupsAccumulator } from '@artemis/plan'
import { isNumeric } from '@artemis/plan'
import { badState } from './count.js'
import { aggregateFunction } from './definition.js'
import { growFloat64, rowMask } from './rows-mask.js'

/** The result of a group with `count` values whose squared distances from the mean add up to `m2`; undefined is NULL. */
type Finish = (count: number, m2: number) => number | undefined

/** Count, mean and sum of squared distances of each group, side by side. */
const STRIDE = 3

class VarianceAccumulator implements GroupsAccumulator {
  readonly #finish: Finish
  #state: Float64Array = new Float64Array(0)

  constructor(finish: Finish) {
    this.#finish = finish
  }

  byteSize(): number {
    return this.#state.byteLength
  }

  update([argument]: readonly Vector[], groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    this.#state = growFloat64(this.#state, groupCount * STRIDE)
    const vector = decodeDictionary(argument!)
    if (vector.layout !== 'primitive' || !(vector.values instanceof Float64Array)) throw badState()
    welford(vector.values, groupIds, rowMask(vector, filter, groupIds.length), this.#state)
  }

  merge(states: readonly Vector[], groupIds: Int32Array, groupCount: number): void {
    this.#state = growFloat64(this.#state, groupCount * STRIDE)
    const [counts, means, squares] = states.map((vector) => {
      if (vector.layout !== 'primitive' || !(vector.values instanceof Float64Array)) throw badState()
      return vector.values
    })
    for (let i = 0; i < groupIds.length; i++) mergeGroup(this.#state, groupIds[i]! * STRIDE, counts![i]!, means![i]!, squares![i]!)
  }

  state(start: number, length: number): Vector[] {
    this.#state = growFloat64(this.#state, (start + length) * STRIDE)
    return [0, 1, 2].map((k) => {
      const values = new Float64Array(length)
      for (let i = 0; i < length; i++) values[i] = this.#state[(start + i) * STRIDE + k]!
      return primitiveVector(float64, values)
    })
  }

  finish(start: number, length: number): Vector {
    this.#state = growFloat64(this.#state, (start + length) * STRIDE)
    const values = new Float64Array(length)
    const validity = new Uint8Array((length + 7) >>> 3)
    for (let i = 0; i < length; i++) {
      const at = (start + i) * STRIDE
      const value = this.#finish(this.#state[at]!, this.#state[at + 2]!)
      if (value === undefined) continue
      values[i] = value
      validity[i >>> 3]! |= 1 << (i & 7)
    }
    return primitiveVector(float64, values, { validity })
  }
}

function welford(values: Float64Array, groupIds: Int32Array, mask: Uint8Array | null, state: Float64Array): void {
  for (let i = 0; i < groupIds.length; i++) {
    if (mask !== null && ((mask[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const at = groupIds[i]! * STRIDE
    const count = state[at]! + 1
    const delta = values[i]! - state[at + 1]!
    const mean = state[at + 1]! + delta / count
    state[at] = count
    state[at + 1] = mean
    state[at + 2]! += delta * (values[i]! - mean)
  }
}

function mergeGroup(state: Float64Array, at: number, count: number, mean: number, squares: number): void {
  if (count === 0) return
  const own = state[at]!
  const total = own + count
  const delta = mean - state[at + 1]!
  state[at] = total
  state[at + 1]! += (delta * count) / total
  state[at + 2]! += squares + (delta * delta * own * count) / total
}

function variance(name: string, aliases: readonly string[], description: string, result: string, finish: Finish): AggregateFunctionDefinition {
  return aggregateFunction({
    name,
    aliases,
    category: 'aggregate',
    description,
    signatures: [`${name}(value DOUBLE) -> DOUBLE`],
    example: `${name}(3)`,
    result,
    resolve(argumentTypes) {
      const [type] = argumentTypes
      if (argumentTypes.length !== 1 || !(isNumeric(type!) || type!.kind === 'null')) return undefined
      return {
        argumentTypes: [float64],
        returnType: float64,
        stateTypes: [float64, float64, float64],
        createAccumulator: () => new VarianceAccumulator(finish),
      }
    },
  })
}

const sample: Finish = (count, m2) => (count < 2 ? undefined : m2 / (count - 1))
const population: Finish = (count, m2) => (count < 1 ? undefined : m2 / count)
const rooted =
  (finish: Finish): Finish =>
  (count, m2) => {
    const value = finish(count, m2)
    return value === undefined ? undefined : Math.sqrt(value)
  }

export const varianceFunctions: readonly AggregateFunctionDefinition[] = [
  variance('variance', ['var_samp'], 'The sample variance; NULL of fewer than two values.', 'NULL', sample),
  variance('var_pop', [], 'The population variance.', '0.0', population),
  variance('stddev', ['stddev_samp'], 'The sample standard deviation; NULL of fewer than two values.', 'NULL', rooted(sample)),
  variance('stddev_pop', [], 'The population standard deviation.', '0.0', rooted(population)),
]
