import type { AggregateFunctionDefinition } from '@artemis/plan'
import { bitFunctions } from './bits.js'
import { bivariateFunctions } from './bivariate.js'
import { anyValue, boolAnd, boolOr, first, last, list, maxBy, minBy, stringAgg } from './chosen.js'
import { count, countIf } from './count.js'
import { max, min } from './extreme.js'
import { kahanMean, kahanSum, product } from './float-folds.js'
import { approximateDistinct, entropy, mode } from './frequencies.js'
import { median, medianDeviation, quantileContinuous, quantileDiscrete } from './quantiles.js'
import { shapeFunctions } from './shape.js'
import { avg, sum, total } from './sum.js'
import { varianceFunctions } from './variance.js'

export const aggregateDefinitions: readonly AggregateFunctionDefinition[] = [
  anyValue,
  avg,
  boolAnd,
  boolOr,
  count,
  countIf,
  first,
  last,
  list,
  max,
  maxBy,
  min,
  minBy,
  stringAgg,
  sum,
  total,
  ...varianceFunctions,
  ...bitFunctions,
  ...bivariateFunctions,
  ...shapeFunctions,
  product,
  kahanSum,
  kahanMean,
  median,
  quantileContinuous,
  quantileDiscrete,
  medianDeviation,
  mode,
  entropy,
  approximateDistinct,
]
