/** Whether and where a list holds a value. */

import type { DataType } from '@artemis/arrow'
import { bool, int32, list, scalarAt, scalarEquals } from '@artemis/arrow'
import { commonType } from '@artemis/plan'
import type { Resolved } from '../definition/scalar.js'
import { resolvingFunction } from '../definition/scalar.js'
import type { KernelInput } from '../kernel/input.js'
import { argument } from '../kernel/input.js'
import { booleanResult, numberResult } from '../kernel/results.js'
import { listColumn } from './list-columns.js'

/** The element type that both the list and the value are cast to. */
function searchTypes(listType: DataType, value: DataType): { readonly list: DataType; readonly element: DataType } | undefined {
  if (listType.kind !== 'list') return undefined
  const element = commonType(listType.element.type, value)
  return element === undefined ? undefined : { list: list(element), element }
}

/** The index of the first equal element from 0, or -1, for each row. */
function searcher(input: KernelInput, element: DataType): (row: number) => number {
  const lists = listColumn(argument(input, 0))
  const wanted = argument(input, 1)
  return (row) => {
    const value = wanted.kind === 'scalar' ? wanted.value : scalarAt(wanted.vector, row)
    const start = lists.offsets[row * lists.stride]!
    const end = lists.offsets[row * lists.stride + 1]!
    for (let k = start; k < end; k++) if (scalarEquals(element, scalarAt(lists.child, k), value)) return k - start
    return -1
  }
}

export function resolveListContains(listType: DataType, value: DataType): Resolved | undefined {
  const types = searchTypes(listType, value)
  if (types === undefined) return undefined
  return {
    argumentTypes: [types.list, types.element],
    returnType: bool,
    kernel: (input) => {
      const find = searcher(input, types.element)
      return booleanResult(input, (row) => find(row) >= 0)
    },
  }
}

export const listContains = resolvingFunction({
  name: 'list_contains',
  aliases: ['array_contains', 'list_has', 'array_has'],
  category: 'nested',
  description: 'Whether a list holds a value.',
  example: 'list_contains([1, 2, NULL], 1)',
  result: 'true',
  signatures: ['list_contains(list ANY[], value ANY) -> BOOLEAN'],
  resolve: (types) => (types.length === 2 ? resolveListContains(types[0]!, types[1]!) : undefined),
})

export const listPosition = resolvingFunction({
  name: 'list_position',
  aliases: ['list_indexof', 'array_position', 'array_indexof'],
  category: 'nested',
  description: 'Where a value first stands in a list, from 1; NULL when it does not.',
  example: 'list_position([1, 2, NULL], 2)',
  result: '2',
  signatures: ['list_position(list ANY[], value ANY) -> INTEGER'],
  resolve(types) {
    const found = types.length === 2 ? searchTypes(types[0]!, types[1]!) : undefined
    if (found === undefined) return undefined
    return {
      argumentTypes: [found.list, found.element],
      returnType: int32,
      canReturnNull: true,
      kernel: (input) => {
        const find = searcher(input, found.element)
        return numberResult(input, int32, (row) => {
          const index = find(row)
          return index < 0 ? null : index + 1
        })
      },
    }
  },
})
