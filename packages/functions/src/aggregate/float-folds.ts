/** product, and sums that keep what plain addition of doubles loses (Neumaier's form of Kahan summation). */

import { float64 } from '@artemis/arrow'
import type { AggregateFunctionDefinition } from '@artemis/plan'
import { isNumeric } from '@artemis/plan'
import { aggregateFunction } from './definition.js'
import type { FloatStateBehaviour } from './float-state.js'
import { FloatStateAccumulator, floatStates } from './float-state.js'

function ofOneDouble(
  name: string,
  aliases: readonly string[],
  documentation: { readonly description: string; readonly example: string; readonly result: string },
  behaviour: FloatStateBehaviour,
): AggregateFunctionDefinition {
  return aggregateFunction({
    name,
    aliases,
    category: 'aggregate',
    ...documentation,
    signatures: [`${name}(value DOUBLE) -> DOUBLE`],
    resolve([type, ...rest]) {
      if (type === undefined || rest.length > 0 || (!isNumeric(type) && type.kind !== 'null')) return undefined
      return {
        argumentTypes: [float64],
        returnType: float64,
        stateTypes: floatStates(behaviour.stride),
        createAccumulator: () => new FloatStateAccumulator(behaviour),
      }
    },
  })
}

/** State: the product, which means nothing until there is a row, and the count of rows. */
const productBehaviour: FloatStateBehaviour = {
  stride: 2,
  returnType: float64,
  add(state, groupIds, mask, x) {
    for (let i = 0; i < groupIds.length; i++) {
      if (mask !== null && ((mask[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
      const at = groupIds[i]! * 2
      state[at] = state[at + 1] === 0 ? x[i]! : state[at]! * x[i]!
      state[at + 1]!++
    }
  },
  merge(state, at, other, from) {
    if (other[from + 1] === 0) return
    state[at] = state[at + 1] === 0 ? other[from]! : state[at]! * other[from]!
    state[at + 1]! += other[from + 1]!
  },
  finish: (state, at) => (state[at + 1] === 0 ? undefined : state[at]),
}

export const product = ofOneDouble(
  'product',
  [],
  { description: 'The product of all values that are not NULL.', example: 'product(3)', result: '3.0' },
  productBehaviour,
)

/** Adds a value and keeps the low-order part that the sum could not hold. State: sum, compensation, count. */
function compensate(state: Float64Array, at: number, value: number): void {
  const sum = state[at]!
  const next = sum + value
  if (Number.isFinite(next)) state[at + 1]! += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum
  state[at] = next
}

function compensated(finish: FloatStateBehaviour['finish']): FloatStateBehaviour {
  return {
    stride: 3,
    returnType: float64,
    add(state, groupIds, mask, x) {
      for (let i = 0; i < groupIds.length; i++) {
        if (mask !== null && ((mask[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
        const at = groupIds[i]! * 3
        compensate(state, at, x[i]!)
        state[at + 2]!++
      }
    },
    merge(state, at, other, from) {
      compensate(state, at, other[from]!)
      state[at + 1]! += other[from + 1]!
      state[at + 2]! += other[from + 2]!
    },
    finish,
  }
}

export const kahanSum = ofOneDouble(
  'fsum',
  ['kahan_sum', 'sumkahan'],
  {
    description: 'The sum of floating-point values, with the rounding errors of each addition carried along.',
    example: 'fsum(3)',
    result: '3.0',
  },
  compensated((state, at) => (state[at + 2] === 0 ? undefined : state[at]! + state[at + 1]!)),
)

export const kahanMean = ofOneDouble(
  'favg',
  [],
  { description: 'The mean of floating-point values, from a sum as fsum computes it.', example: 'favg(3)', result: '3.0' },
  compensated((state, at) => (state[at + 2] === 0 ? undefined : (state[at]! + state[at + 1]!) / state[at + 2]!)),
)
