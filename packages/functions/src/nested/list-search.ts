/** Whether and where lists hold values. Elements are compared all at once, whatever their type. */

import type { BooleanVector, DataType } from '@artemis/arrow'
import { bool, compareVectors, int32, list, take, vectorDatum } from '@artemis/arrow'
import { commonType } from '@artemis/plan'
import type { Resolved } from '../definition/scalar.js'
import { resolvingFunction } from '../definition/scalar.js'
import type { KernelInput } from '../kernel/input.js'
import { argument } from '../kernel/input.js'
import { booleanResult, numberResult } from '../kernel/results.js'
import { validityOf } from '../conditional/choose-rows.js'
import { CodeSet, equalCodes } from './equal-codes.js'
import type { ListRows } from './list-rows.js'
import { asList, elementType, listArgument, parentRows } from './list-rows.js'

/** The element type that both the list and the value are cast to. */
function searchTypes(listType: DataType, value: DataType): { readonly list: DataType; readonly element: DataType } | undefined {
  const own = elementType(listType)
  const element = own === undefined ? undefined : commonType(own, value)
  return element === undefined ? undefined : { list: list(element), element }
}

/** For each element whether it equals the value of its row; with `nulls`, NULL equals NULL. */
function matches(input: KernelInput, lists: ListRows, nulls: boolean): BooleanVector {
  const wanted = argument(input, 1)
  const values = wanted.kind === 'scalar' ? wanted : vectorDatum(take(wanted.vector, parentRows(lists)))
  return compareVectors(nulls ? 'is_not_distinct_from' : '=', vectorDatum(lists.child), values, lists.child.length)
}

/** The index of the first match in a row from 0, or -1. */
function firstMatch({ values, validity }: BooleanVector, start: number, end: number): number {
  for (let k = start; k < end; k++) {
    const byte = k >>> 3
    const bit = k & 7
    if (((values[byte]! >>> bit) & 1) === 1 && (validity === null || ((validity[byte]! >>> bit) & 1) === 1)) return k - start
  }
  return -1
}

/** The function for a list and a value, which are brought to one element type; undefined for other types. */
export function resolveListContains(listType: DataType, value: DataType): Resolved | undefined {
  const types = searchTypes(listType, value)
  if (types === undefined) return undefined
  return {
    argumentTypes: [types.list, types.element],
    returnType: bool,
    kernel: (input) => {
      const lists = listArgument(input, 0)
      const found = matches(input, lists, false)
      return booleanResult(input, (row) => firstMatch(found, lists.offsets[row]!, lists.offsets[row + 1]!) >= 0)
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
  description: 'The place of the first element that equals a value, from 1; NULL when there is none. NULL finds the first NULL.',
  example: 'list_position([1, 2, NULL], 2)',
  result: '2',
  signatures: ['list_position(list ANY[], value ANY) -> INTEGER'],
  resolve(types) {
    const found = types.length === 2 ? searchTypes(types[0]!, types[1]!) : undefined
    if (found === undefined) return undefined
    return {
      argumentTypes: [found.list, found.element],
      returnType: int32,
      nullHandling: 'custom',
      kernel: (input) => {
        const lists = listArgument(input, 0)
        const equal = matches(input, lists, true)
        const validity = validityOf(argument(input, 0), input.rowCount)
        return numberResult({ ...input, validity }, int32, (row) => {
          const index = firstMatch(equal, lists.offsets[row]!, lists.offsets[row + 1]!)
          return index < 0 ? null : index + 1
        })
      },
    }
  },
})

/** The type that two lists are brought to. */
function pairType(types: readonly DataType[]): DataType | undefined {
  const [a, b] = types
  const left = a === undefined ? undefined : asList(a)
  const right = b === undefined ? undefined : asList(b)
  if (left === undefined || right === undefined || types.length !== 2) return undefined
  return commonType(left, right)
}

/** Whether the first list holds any, or all, of the second; NULL elements do not count. */
function resolveSubset(types: readonly DataType[], wanted: 'any' | 'all'): Resolved | undefined {
  const type = pairType(types)
  if (type === undefined) return undefined
  return {
    argumentTypes: [type, type],
    returnType: bool,
    kernel: (input) => {
      const left = listArgument(input, 0)
      const right = listArgument(input, 1)
      const [leftCodes, rightCodes] = equalCodes([left.child, right.child])
      const held = new CodeSet()
      return booleanResult(input, (row) => {
        for (let k = left.offsets[row]!; k < left.offsets[row + 1]!; k++) held.add(leftCodes![k]!, row)
        for (let k = right.offsets[row]!; k < right.offsets[row + 1]!; k++) {
          const code = rightCodes![k]!
          if (code >= 0 && held.has(code, row) === (wanted === 'any')) return wanted === 'any'
        }
        return wanted === 'all'
      })
    },
  }
}

export const listHasAny = resolvingFunction({
  name: 'list_has_any',
  aliases: ['array_has_any', '&&'],
  category: 'nested',
  description: 'Whether two lists have an element in common. NULL elements do not count.',
  example: 'list_has_any([1, 2], [2, 3])',
  result: 'true',
  signatures: ['list_has_any(list ANY[], other ANY[]) -> BOOLEAN'],
  resolve: (types) => resolveSubset(types, 'any'),
})

export const listHasAll = resolvingFunction({
  name: 'list_has_all',
  aliases: ['array_has_all', '@>'],
  category: 'nested',
  description: 'Whether the first list holds all elements of the second. NULL elements do not count.',
  example: 'list_has_all([1, 2, 3], [2, 3])',
  result: 'true',
  signatures: ['list_has_all(list ANY[], other ANY[]) -> BOOLEAN'],
  resolve: (types) => resolveSubset(types, 'all'),
})
