/** Aggregates over the elements of each list: list_sum, list_max, list_aggregate(list, 'avg'). The rows are the groups. */

import type { DataType, Scalar, Vector } from '@artemis/arrow'
import { mergeValidity, utf8, withNulls } from '@artemis/arrow'
import type { AggregateFunctionDefinition, ScalarFunctionDefinition } from '@artemis/plan'
import { aggregateDefinitions } from '../aggregate/index.js'
import { castVector } from '../cast/cast-vector.js'
import type { Resolved } from '../definition/scalar.js'
import { resolvingFunction } from '../definition/scalar.js'
import type { Kernel } from '../kernel/input.js'
import { argument } from '../kernel/input.js'
import { textResult } from '../kernel/results.js'
import { TextColumn } from '../kernel/text-columns.js'
import { asList, elementType, listArgument, parentRows } from './list-rows.js'

function aggregateOf(name: string): AggregateFunctionDefinition | undefined {
  const wanted = name.toLowerCase()
  return aggregateDefinitions.find((definition) => definition.name === wanted || definition.aliases.includes(wanted))
}

/** The aggregate over the elements of a list type; undefined when it does not take them alone. */
function resolveAggregate(
  definition: AggregateFunctionDefinition | undefined,
  listType: DataType,
  extra: readonly DataType[],
): Resolved | undefined {
  const element = elementType(listType)
  const type = asList(listType)
  const aggregate = element === undefined ? undefined : definition?.resolve([element], [undefined])
  if (aggregate === undefined || type === undefined) return undefined
  const [wanted] = aggregate.argumentTypes
  const kernel: Kernel = (input) => {
    const lists = listArgument(input, 0)
    const accumulator = aggregate.createAccumulator(input.context)
    const elements = wanted === undefined ? [] : [castVector(lists.child, wanted, { try: false, timeZone: input.context.timeZone })]
    accumulator.update(elements, parentRows(lists), input.rowCount, null)
    const result: Vector = accumulator.finish(0, input.rowCount)
    return withNulls(result, { validity: mergeValidity(result.validity, input.validity, input.rowCount) })
  }
  return { argumentTypes: [type, ...extra], returnType: aggregate.returnType, canReturnNull: aggregate.nullable, canThrow: true, kernel }
}

export const listAggregate = resolvingFunction({
  name: 'list_aggregate',
  aliases: ['list_aggr', 'array_aggregate', 'array_aggr', 'aggregate'],
  category: 'nested',
  description: 'An aggregate, named by a literal, over the elements of a list.',
  example: "list_aggregate([1, 2, NULL], 'sum')",
  result: '3',
  signatures: ['list_aggregate(list ANY[], name VARCHAR) -> ANY'],
  resolve(types, constants: readonly (Scalar | undefined)[]) {
    const name = constants[1]
    if (types.length !== 2 || types[1]!.kind !== 'utf8' || typeof name !== 'string') return undefined
    return resolveAggregate(aggregateOf(name), types[0]!, [utf8])
  },
})

const NAMES = [
  'sum',
  'avg',
  'min',
  'max',
  'count',
  'first',
  'last',
  'any_value',
  'bool_and',
  'bool_or',
  'stddev_pop',
  'stddev_samp',
  'var_pop',
  'var_samp',
]
const RESULTS: Readonly<Record<string, string>> = {
  sum: '6',
  avg: '3.0',
  min: '2',
  max: '4',
  count: '2',
  first: '2',
  last: '4',
  any_value: '2',
}

export const listAggregates: readonly ScalarFunctionDefinition[] = NAMES.filter((name) => aggregateOf(name) !== undefined).map((name) => {
  const isBoolean = name.startsWith('bool_')
  const isDeviation = name.startsWith('stddev') || name.startsWith('var')
  return resolvingFunction({
    name: `list_${name}`,
    aliases: [`array_${name}`],
    category: 'nested',
    description: `The aggregate ${name} over the elements of a list.`,
    example: isBoolean ? `list_${name}([true, true])` : isDeviation ? `list_${name}([2, 2])` : `list_${name}([2, 4])`,
    result: isBoolean ? 'true' : (RESULTS[name] ?? '0.0'),
    signatures: [`list_${name}(list ANY[]) -> ANY`],
    resolve: (types) => (types.length === 1 ? resolveAggregate(aggregateOf(name), types[0]!, []) : undefined),
  })
})

/** The elements as text with a separator between them, NULLs left out. */
export const arrayToString = resolvingFunction({
  name: 'array_to_string',
  aliases: ['list_string_agg', 'list_to_string'],
  category: 'nested',
  description: 'The elements of a list as text with a separator between them (a comma when none is given); NULLs are left out.',
  example: "array_to_string([1, NULL, 2], '-')",
  result: '1-2',
  signatures: ['array_to_string(list ANY[][, separator VARCHAR]) -> VARCHAR'],
  resolve(types) {
    const type = types.length === 1 || types.length === 2 ? asList(types[0]!) : undefined
    if (type === undefined || (types[1] !== undefined && types[1].kind !== 'utf8' && types[1].kind !== 'null')) return undefined
    return {
      argumentTypes: types.length === 1 ? [type] : [type, utf8],
      returnType: utf8,
      canReturnNull: true,
      kernel: (input) => {
        const { offsets, child } = listArgument(input, 0)
        const text = castVector(child, utf8, { try: false, timeZone: input.context.timeZone })
        const elements = new TextColumn({
          kind: 'vector',
          vector: text.layout === 'bytes' ? text : castVector(text, utf8, { try: false, timeZone: 'UTC' }),
        })
        const separators = input.args.length === 1 ? undefined : new TextColumn(argument(input, 1))
        return textResult(input, (row) => {
          const parts: string[] = []
          for (let k = offsets[row]!; k < offsets[row + 1]!; k++) {
            if (text.validity === null || ((text.validity[k >>> 3]! >>> (k & 7)) & 1) === 1) parts.push(elements.at(k))
          }
          return parts.length === 0 ? null : parts.join(separators === undefined ? ',' : separators.at(row))
        })
      },
    }
  },
})
