/**
 * Statistics of pairs: covariance, correlation and linear regression. As in SQL the dependent variable y comes first. Means
 * and products of distances are updated row by row and merged as for the variance.
 */

import type { DataType } from '@artemis/arrow'
import { float64, uint32 } from '@artemis/arrow'
import type { AggregateFunctionDefinition } from '@artemis/plan'
import { isNumeric } from '@artemis/plan'
import { aggregateFunction } from './definition.js'
import { FloatStateAccumulator, floatStates } from './float-state.js'

/** Count, mean of x, mean of y, then the sums of squares and products of the distances from them. */
const STRIDE = 6
const COUNT = 0
const MEAN_X = 1
const MEAN_Y = 2
const SXX = 3
const SYY = 4
const SXY = 5

function add(state: Float64Array, groupIds: Int32Array, mask: Uint8Array | null, y: Float64Array, x: Float64Array): void {
  for (let i = 0; i < groupIds.length; i++) {
    if (mask !== null && ((mask[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const at = groupIds[i]! * STRIDE
    const count = state[at + COUNT]! + 1
    const dx = x[i]! - state[at + MEAN_X]!
    const dy = y[i]! - state[at + MEAN_Y]!
    state[at + COUNT] = count
    state[at + MEAN_X]! += dx / count
    state[at + MEAN_Y]! += dy / count
    state[at + SXX]! += dx * (x[i]! - state[at + MEAN_X]!)
    state[at + SYY]! += dy * (y[i]! - state[at + MEAN_Y]!)
    state[at + SXY]! += dx * (y[i]! - state[at + MEAN_Y]!)
  }
}

function merge(state: Float64Array, at: number, other: Float64Array, from: number): void {
  const added = other[from + COUNT]!
  if (added === 0) return
  const own = state[at + COUNT]!
  const total = own + added
  const dx = other[from + MEAN_X]! - state[at + MEAN_X]!
  const dy = other[from + MEAN_Y]! - state[at + MEAN_Y]!
  const weight = (own * added) / total
  state[at + COUNT] = total
  state[at + MEAN_X]! += (dx * added) / total
  state[at + MEAN_Y]! += (dy * added) / total
  state[at + SXX]! += other[from + SXX]! + dx * dx * weight
  state[at + SYY]! += other[from + SYY]! + dy * dy * weight
  state[at + SXY]! += other[from + SXY]! + dx * dy * weight
}

/** The result of a group that has rows. */
type Finish = (state: Float64Array, at: number) => number | undefined

interface Statistic {
  readonly name: string
  readonly description: string
  readonly example: string
  readonly result: string
  readonly returnType?: DataType
  /** What no rows give; NULL unless given. */
  readonly empty?: number
  readonly finish: Finish
}

const slope: Finish = (state, at) => state[at + SXY]! / state[at + SXX]!

const STATISTICS: readonly Statistic[] = [
  {
    name: 'covar_pop',
    description: 'The population covariance.',
    example: 'covar_pop(1, 2)',
    result: '0.0',
    finish: (state, at) => state[at + SXY]! / state[at + COUNT]!,
  },
  {
    name: 'covar_samp',
    description: 'The sample covariance; NULL of fewer than two pairs.',
    example: 'covar_samp(1, 2)',
    result: 'NULL',
    finish: (state, at) => (state[at + COUNT]! < 2 ? undefined : state[at + SXY]! / (state[at + COUNT]! - 1)),
  },
  {
    name: 'corr',
    description: 'The coefficient of correlation; NaN when one side does not vary.',
    example: 'corr(1, 2)',
    result: 'nan',
    finish: (state, at) => state[at + SXY]! / (Math.sqrt(state[at + SXX]!) * Math.sqrt(state[at + SYY]!)),
  },
  {
    name: 'regr_count',
    description: 'The number of pairs without a NULL.',
    example: 'regr_count(1, 2)',
    result: '1',
    returnType: uint32,
    empty: 0,
    finish: (state, at) => state[at + COUNT]!,
  },
  {
    name: 'regr_avgx',
    description: 'The mean of the second argument, over pairs without a NULL.',
    example: 'regr_avgx(1, 2)',
    result: '2.0',
    finish: (state, at) => state[at + MEAN_X]!,
  },
  {
    name: 'regr_avgy',
    description: 'The mean of the first argument, over pairs without a NULL.',
    example: 'regr_avgy(1, 2)',
    result: '1.0',
    finish: (state, at) => state[at + MEAN_Y]!,
  },
  {
    name: 'regr_sxx',
    description: 'The sum of squared distances of the second argument from its mean.',
    example: 'regr_sxx(1, 2)',
    result: '0.0',
    finish: (state, at) => state[at + SXX]!,
  },
  {
    name: 'regr_syy',
    description: 'The sum of squared distances of the first argument from its mean.',
    example: 'regr_syy(1, 2)',
    result: '0.0',
    finish: (state, at) => state[at + SYY]!,
  },
  {
    name: 'regr_sxy',
    description: 'The sum of products of the distances of both arguments from their means.',
    example: 'regr_sxy(1, 2)',
    result: '0.0',
    finish: (state, at) => state[at + SXY]!,
  },
  {
    name: 'regr_slope',
    description: 'The slope of the regression line of y over x; NaN when x does not vary.',
    example: 'regr_slope(1, 2)',
    result: 'nan',
    finish: slope,
  },
  {
    name: 'regr_intercept',
    description: 'Where the regression line of y over x meets the y axis; NULL when x does not vary.',
    example: 'regr_intercept(1, 2)',
    result: 'NULL',
    finish: (state, at) => (state[at + SXX] === 0 ? undefined : state[at + MEAN_Y]! - slope(state, at)! * state[at + MEAN_X]!),
  },
  {
    name: 'regr_r2',
    description: 'The coefficient of determination; NULL when x does not vary, 1 when only y does not.',
    example: 'regr_r2(1, 2)',
    result: 'NULL',
    finish(state, at) {
      if (state[at + SXX] === 0) return undefined
      return state[at + SYY] === 0 ? 1 : state[at + SXY]! ** 2 / (state[at + SXX]! * state[at + SYY]!)
    },
  },
]

export const bivariateFunctions: readonly AggregateFunctionDefinition[] = STATISTICS.map(
  ({ name, finish, empty, returnType = float64, ...documentation }) =>
    aggregateFunction({
      name,
      category: 'aggregate',
      ...documentation,
      signatures: [`${name}(y DOUBLE, x DOUBLE) -> ${returnType.kind === 'uint32' ? 'UINTEGER' : 'DOUBLE'}`],
      nullable: empty === undefined,
      resolve(types) {
        if (types.length !== 2 || !types.every((type) => isNumeric(type) || type.kind === 'null')) return undefined
        const behaviour = {
          stride: STRIDE,
          returnType,
          add,
          merge,
          finish: (state: Float64Array, at: number) => (state[at + COUNT] === 0 ? empty : finish(state, at)),
        }
        return {
          argumentTypes: [float64, float64],
          returnType,
          stateTypes: floatStates(STRIDE),
          createAccumulator: () => new FloatStateAccumulator(behaviour),
        }
      },
    }),
)
