import type { AggregateFunctionDefinition } from '@artemis/plan'
import { anyValue, boolAnd, boolOr, first, last, list, maxBy, minBy, stringAgg } from './chosen.js'
import { count, countIf } from './count.js'
import { max, min } from './extreme.js'
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
]
