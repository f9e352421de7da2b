import type { ScalarFunctionDefinition } from '@artemis/plan'
import { arrayLength } from './array-length.js'
import { arrayToString, listAggregate, listAggregates } from './list-aggregate.js'
import { listDistances } from './list-distance.js'
import { listExtract, listSlice } from './list-elements.js'
import { flatten, listAppend, listConcat, listPrepend, listResize, listReverse, listValue } from './list-make.js'
import { listDistinct, listIntersect, listReverseSort, listSort, listUnique } from './list-order.js'
import { listContains, listHasAll, listHasAny, listPosition } from './list-search.js'
import { cardinality, mapContains, mapEntries, mapExtract, mapFromEntries, mapFunction, mapKeys, mapValues } from './maps.js'
import { namedStruct, row, structExtract } from './structs.js'
import { seriesLists } from '../table/series-functions.js'

export const nestedDefinitions: readonly ScalarFunctionDefinition[] = [
  arrayLength,
  arrayToString,
  cardinality,
  flatten,
  listAggregate,
  ...listAggregates,
  listAppend,
  listConcat,
  listContains,
  listDistinct,
  ...listDistances,
  listExtract,
  listHasAll,
  listHasAny,
  listIntersect,
  listPosition,
  listPrepend,
  listResize,
  listReverse,
  listReverseSort,
  listSlice,
  listSort,
  listUnique,
  listValue,
  mapContains,
  mapEntries,
  mapExtract,
  mapFromEntries,
  mapFunction,
  mapKeys,
  mapValues,
  namedStruct,
  row,
  ...seriesLists,
  structExtract,
]
