/** Quantiles: median, quantile_cont (between two values), quantile_disc (one of the values), mad. */

import type { DataType, Scalar } from '@artemis/arrow'
import { compareScalars, decimal, float64, list, timestamp } from '@artemis/arrow'
import { BindError } from '@artemis/errors'
import type { AggregateFunctionDefinition } from '@artemis/plan'
import { isInteger, isNumeric } from '@artemis/plan'
import { CollectedValues } from './collected.js'
import type { ResolvedAggregate } from './definition.js'
import { aggregateFunction } from './definition.js'

/** The type that values are interpolated in, or undefined for types without values in between. */
function continuousType(type: DataType): DataType | undefined {
  if (isInteger(type)) return float64
  if (type.kind === 'date32') return timestamp('us')
  return type.kind === 'decimal' ||
    type.kind === 'float32' ||
    type.kind === 'float64' ||
    type.kind === 'timestamp' ||
    type.kind === 'time64'
    ? type
    : undefined
}

function sorted(type: DataType, values: Scalar[]): Scalar[] {
  return values.sort((a, b) => compareScalars(type, a, b))
}

/** The value at a fraction of the way between the two nearest. As in DuckDB, moments round and decimals cut what is left. */
function interpolate(type: DataType, low: Scalar, high: Scalar, fraction: number): Scalar {
  if (fraction === 0) return low
  if (typeof low === 'bigint' && typeof high === 'bigint') {
    const distance = Number(high - low) * fraction
    return low + BigInt(type.kind === 'decimal' ? Math.trunc(distance) : Math.round(distance))
  }
  return (low as number) * (1 - fraction) + (high as number) * fraction
}

/** A negative quantile counts from the greatest value. */
function continuous(type: DataType, values: readonly Scalar[], quantile: number): Scalar {
  const ordered = quantile < 0 ? values.toReversed() : values
  const place = (values.length - 1) * Math.abs(quantile)
  const below = Math.floor(place)
  return interpolate(type, ordered[below]!, ordered[Math.ceil(place)]!, place - below)
}

function discrete(_: DataType, values: readonly Scalar[], quantile: number): Scalar {
  const ordered = quantile < 0 ? values.toReversed() : values
  return ordered[Math.max(1, Math.ceil(values.length * Math.abs(quantile))) - 1]!
}

/** The quantiles that a query asks for: a constant number, or a constant list of them. */
function wantedQuantiles(type: DataType | undefined, constant: Scalar | undefined): number | readonly number[] | undefined {
  if (type === undefined) return 0.5
  if (type.kind === 'list' && Array.isArray(constant)) {
    return (constant as readonly Scalar[]).map((value) => checked(numberOf(type.element.type, value)))
  }
  return isNumeric(type) && constant !== undefined && constant !== null ? checked(numberOf(type, constant)) : undefined
}

function numberOf(type: DataType, value: Scalar): number {
  return type.kind === 'decimal' ? Number(value) / 10 ** type.scale : Number(value)
}

function checked(quantile: number): number {
  if (Math.abs(quantile) <= 1) return quantile
  throw new BindError({ code: 'QUANTILE_OUT_OF_RANGE', message: `a quantile lies from -1 to 1, which ${quantile} does not` })
}

function resolveQuantile(
  types: readonly DataType[],
  constants: readonly (Scalar | undefined)[],
  valueType: DataType | undefined,
  pick: (type: DataType, values: readonly Scalar[], quantile: number) => Scalar,
): ResolvedAggregate | undefined {
  const quantiles = wantedQuantiles(types[1], constants[1])
  if (types.length > 2 || valueType === undefined || quantiles === undefined) return undefined
  const returnType = typeof quantiles === 'number' ? valueType : list(valueType)
  const compute = (values: Scalar[]): Scalar => {
    const ordered = sorted(valueType, values)
    return typeof quantiles === 'number'
      ? pick(valueType, ordered, quantiles)
      : quantiles.map((quantile) => pick(valueType, ordered, quantile))
  }
  return {
    argumentTypes: [valueType, ...types.slice(1)],
    returnType,
    stateTypes: [list(valueType)],
    createAccumulator: () => new CollectedValues(valueType, returnType, compute),
  }
}

const known = (type: DataType | undefined): DataType | undefined => (type?.kind === 'null' ? float64 : type)

export const quantileContinuous: AggregateFunctionDefinition = aggregateFunction({
  name: 'quantile_cont',
  aliases: ['percentile_cont'],
  category: 'aggregate',
  description: 'The value below which a fraction of all values lies, between two of them where need be; a list of fractions gives a list.',
  signatures: [
    'quantile_cont(value number or moment, fraction DOUBLE) -> DOUBLE or the same type',
    'quantile_cont(value, fractions DOUBLE[]) -> list',
  ],
  example: 'quantile_cont(3, 0.5)',
  result: '3.0',
  resolve(types, constants) {
    const type = known(types[0])
    return type === undefined || types.length !== 2 ? undefined : resolveQuantile(types, constants, continuousType(type), continuous)
  },
})

export const quantileDiscrete: AggregateFunctionDefinition = aggregateFunction({
  name: 'quantile_disc',
  aliases: ['quantile', 'percentile_disc'],
  category: 'aggregate',
  description: 'The least value that a fraction of all values does not exceed; a list of fractions gives a list.',
  signatures: ['quantile_disc(value T, fraction DOUBLE) -> T', 'quantile_disc(value T, fractions DOUBLE[]) -> T[]'],
  example: 'quantile_disc(3, 0.5)',
  result: '3',
  resolve: (types, constants) => resolveQuantile(types, constants, known(types[0]), discrete),
})

export const median: AggregateFunctionDefinition = aggregateFunction({
  name: 'median',
  category: 'aggregate',
  description: 'The middle value: between the two middle ones where the type has values there, else the lower.',
  signatures: ['median(value number or moment) -> DOUBLE or the same type', 'median(value T) -> T'],
  example: 'median(3)',
  result: '3.0',
  resolve(types, constants) {
    const type = known(types[0])
    if (type === undefined || types.length !== 1) return undefined
    const between = continuousType(type)
    return between === undefined
      ? resolveQuantile(types, constants, type, discrete)
      : resolveQuantile(types, constants, between, continuous)
  },
})

export const medianDeviation: AggregateFunctionDefinition = aggregateFunction({
  name: 'mad',
  category: 'aggregate',
  description: 'The median of the absolute distances from the median.',
  signatures: ['mad(value DOUBLE) -> DOUBLE', 'mad(value DECIMAL) -> DECIMAL'],
  example: 'mad(3)',
  result: '0.0',
  resolve([given, ...rest]) {
    const type = known(given)
    if (type === undefined || rest.length > 0 || !isNumeric(type)) return undefined
    const valueType = type.kind === 'decimal' ? decimal(type.precision, type.scale) : type.kind === 'float32' ? type : float64
    const compute = (values: Scalar[]): Scalar => {
      const middle = continuous(valueType, sorted(valueType, values), 0.5)
      return continuous(
        valueType,
        sorted(
          valueType,
          values.map((value) => distance(value, middle)),
        ),
        0.5,
      )
    }
    return {
      argumentTypes: [valueType],
      returnType: valueType,
      stateTypes: [list(valueType)],
      createAccumulator: () => new CollectedValues(valueType, valueType, compute),
    }
  },
})

function distance(value: Scalar, from: Scalar): Scalar {
  if (typeof value === 'bigint' && typeof from === 'bigint') return value < from ? from - value : value - from
  return Math.abs((value as number) - (from as number))
}
