/** The shape of a distribution: skewness, kurtosis, and the standard error of the mean, from central moments (Pébay 2008). */

import { float64 } from '@artemis/arrow'
import type { AggregateFunctionDefinition } from '@artemis/plan'
import { isNumeric } from '@artemis/plan'
import { aggregateFunction } from './definition.js'
import { FloatStateAccumulator, floatStates } from './float-state.js'

/** Count, mean, and the sums of the second to fourth powers of the distances from it. */
const STRIDE = 5

/** Puts together two sets of values, given as count, mean and sums of powers. A single value is a set with sums of 0. */
function combine(state: Float64Array, at: number, count: number, mean: number, m2: number, m3: number, m4: number): void {
  const own = state[at]!
  const total = own + count
  const delta = mean - state[at + 1]!
  const step = delta / total
  const own2 = state[at + 2]!
  const own3 = state[at + 3]!
  state[at] = total
  state[at + 1]! += count * step
  state[at + 2] = own2 + m2 + delta * step * own * count
  state[at + 3] = own3 + m3 + delta * step ** 2 * own * count * (own - count) + 3 * step * (own * m2 - count * own2)
  state[at + 4]! +=
    m4 +
    delta * step ** 3 * own * count * (own * own - own * count + count * count) +
    6 * step ** 2 * (own * own * m2 + count * count * own2) +
    4 * step * (own * m3 - count * own3)
}

function add(state: Float64Array, groupIds: Int32Array, mask: Uint8Array | null, x: Float64Array): void {
  for (let i = 0; i < groupIds.length; i++) {
    if (mask !== null && ((mask[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    combine(state, groupIds[i]! * STRIDE, 1, x[i]!, 0, 0, 0)
  }
}

function merge(state: Float64Array, at: number, other: Float64Array, from: number): void {
  if (other[from] === 0) return
  combine(state, at, other[from]!, other[from + 1]!, other[from + 2]!, other[from + 3]!, other[from + 4]!)
}

/** From the count and the sums of powers; undefined is NULL. */
type Finish = (n: number, m2: number, m3: number, m4: number) => number | undefined

function statistic(
  name: string,
  documentation: { readonly description: string; readonly example: string; readonly result: string },
  finish: Finish,
): AggregateFunctionDefinition {
  const behaviour = {
    stride: STRIDE,
    returnType: float64,
    add,
    merge,
    finish: (state: Float64Array, at: number) => finish(state[at]!, state[at + 2]!, state[at + 3]!, state[at + 4]!),
  }
  return aggregateFunction({
    name,
    category: 'aggregate',
    ...documentation,
    signatures: [`${name}(value DOUBLE) -> DOUBLE`],
    resolve([type, ...rest]) {
      if (type === undefined || rest.length > 0 || (!isNumeric(type) && type.kind !== 'null')) return undefined
      return {
        argumentTypes: [float64],
        returnType: float64,
        stateTypes: floatStates(STRIDE),
        createAccumulator: () => new FloatStateAccumulator(behaviour),
      }
    },
  })
}

export const shapeFunctions: readonly AggregateFunctionDefinition[] = [
  statistic(
    'skewness',
    { description: 'The sample skewness; NULL of fewer than three values, NaN of equal ones.', example: 'skewness(1)', result: 'NULL' },
    (n, m2, m3) => (n < 3 ? undefined : ((Math.sqrt(n * (n - 1)) / (n - 2)) * (m3 / n)) / (m2 / n) ** 1.5),
  ),
  statistic(
    'kurtosis',
    {
      description: 'The sample excess kurtosis; NULL of fewer than four values and of equal ones.',
      example: 'kurtosis(1)',
      result: 'NULL',
    },
    (n, m2, _, m4) =>
      n < 4 || m2 === 0 ? undefined : ((n - 1) / ((n - 2) * (n - 3))) * (((n + 1) * (m4 / n)) / (m2 / n) ** 2 - 3 * (n - 1)),
  ),
  statistic(
    'kurtosis_pop',
    { description: 'The excess kurtosis; NULL of fewer than two values and of equal ones.', example: 'kurtosis_pop(1)', result: 'NULL' },
    (n, m2, _, m4) => (n < 2 || m2 === 0 ? undefined : m4 / n / (m2 / n) ** 2 - 3),
  ),
  statistic(
    'sem',
    {
      description: 'The standard error of the mean: the population deviation over the root of the count.',
      example: 'sem(1)',
      result: '0.0',
    },
    (n, m2) => (n === 0 ? undefined : Math.sqrt(m2 / n) / Math.sqrt(n)),
  ),
]
