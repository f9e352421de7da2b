/** range and generate_series, in FROM as tables and elsewhere as lists. */

import type { DataType, Scalar } from '@artemis/arrow'
import { concatVectors, list, listVector, primitiveVector, scalarAt, vectorFromScalars } from '@artemis/arrow'
import { BindError } from '@artemis/errors'
import type {
  EvaluationContext,
  ScalarFunctionDefinition,
  TableFunctionArgument,
  TableFunctionDefinition,
  TableProvider,
} from '@artemis/plan'
import { sqlTypeName } from '@artemis/plan'
import { castVector } from '../cast/cast-vector.js'
import { resolvingFunction } from '../definition/scalar.js'
import { outOfRange } from '../kernel/errors.js'
import type { Kernel } from '../kernel/input.js'
import { isRowValid } from '../kernel/input.js'
import { isInstant } from '../temporal/moments.js'
import { numberSeries } from './series.js'
import { resolveSeries, seriesOf, SERIES_SIGNATURES } from './series-arguments.js'
import { SeriesTable } from './series-table.js'

interface SeriesName {
  readonly name: string
  readonly inclusive: boolean
  readonly description: string
  readonly tableResult: string
  readonly listResult: string
}

const NAMES: readonly SeriesName[] = [
  {
    name: 'range',
    inclusive: false,
    description: 'the numbers from a start (0) up to an end, without it, by a step (1); or moments by an interval',
    tableResult: '0, 1, 2',
    listResult: '[0, 1, 2]',
  },
  {
    name: 'generate_series',
    inclusive: true,
    description: 'the numbers from a start (0) up to an end, and the end, by a step (1); or moments by an interval',
    tableResult: '0, 1, 2, 3',
    listResult: '[0, 1, 2, 3]',
  },
]

function castArgument(argument: TableFunctionArgument, type: DataType, context: EvaluationContext): Scalar {
  const vector = vectorFromScalars(argument.type, [argument.value])
  return scalarAt(castVector(vector, type, { try: false, timeZone: context.timeZone }), 0)
}

function bindSeries({ name, inclusive }: SeriesName, args: readonly TableFunctionArgument[], context: EvaluationContext): TableProvider {
  const named = args.find((argument) => argument.name !== null)
  if (named !== undefined) throw new BindError({ code: 'NAMED_ARGUMENT', message: `${name} takes no named arguments` })
  const types = args.map((argument) => argument.type)
  const resolved = resolveSeries(
    types,
    args.map((argument) => argument.value),
  )
  if (resolved === undefined) {
    throw new BindError({
      code: 'NO_MATCHING_FUNCTION',
      message: `there is no function ${name}(${types.map(sqlTypeName).join(', ')}) for FROM`,
      hint: `It is declared as ${SERIES_SIGNATURES.map((signature) => name + signature).join('; ')}.`,
    })
  }
  const values = args.map((argument, i) => castArgument(argument, resolved.argumentTypes[i]!, context))
  const series = values.includes(null) ? numberSeries(1n, 0n, 1n, false) : seriesOf(resolved.element, values, inclusive, context.timeZone)
  return new SeriesTable(name, resolved.element, series)
}

export const seriesTables: readonly TableFunctionDefinition[] = NAMES.map((series) => ({
  name: series.name,
  aliases: [],
  documentation: {
    category: 'table',
    description: `A table of ${series.description}.`,
    example: `FROM ${series.name}(3)`,
    result: series.tableResult,
  },
  signatures: SERIES_SIGNATURES.map((signature) => `${series.name}${signature} -> TABLE`),
  bind: (args, context) => new Promise((resolve) => resolve(bindSeries(series, args, context))),
}))

/** All lists of a batch together. */
const MAX_ELEMENTS = 2 ** 26

function listKernel(element: DataType, type: DataType, inclusive: boolean): Kernel {
  return (input) => {
    const columns = input.args.map((arg) => (arg.kind === 'scalar' ? () => arg.value : (row: number) => scalarAt(arg.vector, row)))
    const offsets = new Int32Array(input.rowCount + 1)
    const parts = [primitiveVector(element, new BigInt64Array(0))]
    let size = 0
    for (let i = 0; i < input.rowCount; i++) {
      if (isRowValid(input.validity, i)) {
        const read = rowSeries(
          element,
          columns.map((column) => column(i)),
          inclusive,
          input.context.timeZone,
        )
        for (let values = read(1024); values.length > 0; values = read(65_536)) {
          size += values.length
          if (size > MAX_ELEMENTS)
            throw outOfRange(`lists of more than ${MAX_ELEMENTS} elements`, 'In FROM the same function gives a table, which may be longer.')
          parts.push(primitiveVector(element, values))
        }
      }
      offsets[i + 1] = size
    }
    return listVector(type, offsets, concatVectors(parts), { validity: input.validity })
  }
}

/** As a list of numbers, a step of 0 gives the empty list, as in DuckDB. */
function rowSeries(element: DataType, values: readonly Scalar[], inclusive: boolean, timeZone: string): (limit: number) => BigInt64Array {
  if (values[2] === 0n) return () => new BigInt64Array(0)
  return seriesOf(element, values, inclusive, timeZone).read()
}

export const seriesLists: readonly ScalarFunctionDefinition[] = NAMES.map(({ name, inclusive, description, listResult }) =>
  resolvingFunction({
    name,
    category: 'nested',
    description: `A list of ${description}.`,
    example: `${name}(3)`,
    result: listResult,
    signatures: SERIES_SIGNATURES.map((signature) => `${name}${signature} -> ANY[]`),
    resolve(types, constants) {
      const resolved = resolveSeries(types, constants)
      if (resolved === undefined) return undefined
      const type = list(resolved.element)
      return {
        argumentTypes: resolved.argumentTypes,
        returnType: type,
        canThrow: true,
        volatility: isInstant(resolved.element) ? 'stable' : 'immutable',
        kernel: listKernel(resolved.element, type, inclusive),
      }
    },
  }),
)
