/** Which arguments range and generate_series take, and the series that their values describe. */

import type { DataType, IntervalValue, Scalar } from '@artemis/arrow'
import { int64, interval } from '@artemis/arrow'
import { resolveOverload } from '../definition/resolve.js'
import { instant, isInstant, localTimestamp } from '../temporal/moments.js'
import type { Series } from './series.js'
import { momentSeries, numberSeries } from './series.js'

interface SeriesOverload {
  readonly parameters: readonly DataType[]
  readonly element: DataType
}

const OVERLOADS: readonly SeriesOverload[] = [
  { parameters: [int64], element: int64 },
  { parameters: [int64, int64], element: int64 },
  { parameters: [int64, int64, int64], element: int64 },
  { parameters: [localTimestamp, localTimestamp, interval], element: localTimestamp },
  { parameters: [instant, instant, interval], element: instant },
]

export const SERIES_SIGNATURES: readonly string[] = [
  '(end BIGINT)',
  '(start BIGINT, end BIGINT[, step BIGINT])',
  '(start TIMESTAMP, end TIMESTAMP, step INTERVAL)',
  '(start TIMESTAMP WITH TIME ZONE, end TIMESTAMP WITH TIME ZONE, step INTERVAL)',
]

export interface SeriesTypes {
  /** What the arguments must be cast to. */
  readonly argumentTypes: readonly DataType[]
  readonly element: DataType
}

export function resolveSeries(types: readonly DataType[], constants: readonly (Scalar | undefined)[]): SeriesTypes | undefined {
  const match = resolveOverload(OVERLOADS, types, constants)
  return match === undefined ? undefined : { argumentTypes: match.argumentTypes, element: match.overload.element }
}

/** The series of argument values, none of them NULL. Numbers start at 0 and step by 1 unless told otherwise. */
export function seriesOf(element: DataType, values: readonly Scalar[], inclusive: boolean, timeZone: string): Series {
  const [first, second, third] = values
  if (element.kind === 'int64') {
    if (second === undefined) return numberSeries(0n, first as bigint, 1n, inclusive)
    return numberSeries(first as bigint, second as bigint, (third ?? 1n) as bigint, inclusive)
  }
  return momentSeries(first as bigint, second as bigint, third as IntervalValue, inclusive, isInstant(element) ? timeZone : null)
}
