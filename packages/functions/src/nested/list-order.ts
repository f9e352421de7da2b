/** Sorting lists, and their distinct elements. All lists of a batch are sorted at once, by their row first. */

import type { DataType, Scalar } from '@artemis/arrow'
import { sortToIndices, take, uint64, primitiveVector, utf8, listVector } from '@artemis/arrow'
import { commonType } from '@artemis/plan'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { resolvingFunction } from '../definition/scalar.js'
import { invalidInput } from '../kernel/errors.js'
import type { Kernel } from '../kernel/input.js'
import { isRowValid } from '../kernel/input.js'
import { CodeSet, equalCodes } from './equal-codes.js'
import { asList, chosenElements, listArgument, parentColumn } from './list-rows.js'

function sortKernel(type: DataType, descending: boolean, nullsFirst: boolean): Kernel {
  return (input) => {
    const lists = listArgument(input, 0)
    const { offsets, child } = lists
    const rows = sortToIndices(
      [
        { vector: parentColumn(lists), descending: false, nullsFirst: false },
        { vector: child, descending, nullsFirst },
      ],
      child.length,
    )
    return listVector(type, offsets, take(child, rows), { validity: input.validity })
  }
}

function wordOf(constant: Scalar | undefined, words: readonly [string, string], what: string): boolean {
  const word = typeof constant === 'string' ? constant.trim().toUpperCase() : ''
  const index = words.indexOf(word)
  if (index < 0) throw invalidInput(`${what} of list_sort is '${words[0]}' or '${words[1]}', as a literal`)
  return index === 1
}

function sorting(
  name: string,
  aliases: readonly string[],
  reverse: boolean,
  description: string,
  result: string,
): ScalarFunctionDefinition {
  return resolvingFunction({
    name,
    aliases,
    category: 'nested',
    description,
    example: `${name}([3, 1, 2])`,
    result,
    signatures: reverse
      ? [`${name}(list ANY[][, nulls VARCHAR]) -> ANY[]`]
      : [`${name}(list ANY[][, order VARCHAR[, nulls VARCHAR]]) -> ANY[]`],
    resolve(types, constants) {
      const type = types.length >= 1 && types.length <= (reverse ? 2 : 3) ? asList(types[0]!) : undefined
      if (type === undefined || types.slice(1).some((other) => other.kind !== 'utf8')) return undefined
      const nullsPlace = reverse ? 1 : 2
      const descending = reverse || (types.length > 1 && wordOf(constants[1], ['ASC', 'DESC'], 'the order'))
      const nullsFirst = types.length > nullsPlace && wordOf(constants[nullsPlace], ['NULLS LAST', 'NULLS FIRST'], 'the place of NULL')
      return {
        argumentTypes: [type, ...types.slice(1).map(() => utf8)],
        returnType: type,
        kernel: sortKernel(type, descending, nullsFirst),
      }
    },
  })
}

export const listSort = sorting(
  'list_sort',
  ['array_sort'],
  false,
  "The elements in order, NULLs last. The order is 'ASC' or 'DESC', the place of NULL 'NULLS FIRST' or 'NULLS LAST'.",
  '[1, 2, 3]',
)
export const listReverseSort = sorting(
  'list_reverse_sort',
  ['array_reverse_sort'],
  true,
  'The elements in descending order, NULLs last.',
  '[3, 2, 1]',
)

export const listDistinct = resolvingFunction({
  name: 'list_distinct',
  aliases: ['array_distinct'],
  category: 'nested',
  description: 'Each element once, in the order of its first place; NULLs are left out.',
  example: 'list_distinct([1, 1, NULL, 2])',
  result: '[1, 2]',
  signatures: ['list_distinct(list ANY[]) -> ANY[]'],
  resolve(types) {
    const type = types.length === 1 ? asList(types[0]!) : undefined
    if (type === undefined) return undefined
    return {
      argumentTypes: [type],
      returnType: type,
      kernel: (input) => {
        const lists = listArgument(input, 0)
        const [codes] = equalCodes([lists.child])
        const seen = new CodeSet()
        return chosenElements(input, type, lists, (row, start, end, out) => {
          for (let k = start; k < end; k++) if (codes![k]! >= 0 && seen.add(codes![k]!, row)) out.add(k)
        })
      },
    }
  },
})

export const listUnique = resolvingFunction({
  name: 'list_unique',
  aliases: ['array_unique'],
  category: 'nested',
  description: 'The number of distinct elements that are not NULL.',
  example: 'list_unique([1, 1, NULL, 2])',
  result: '2',
  signatures: ['list_unique(list ANY[]) -> UBIGINT'],
  resolve(types) {
    const type = types.length === 1 ? asList(types[0]!) : undefined
    if (type === undefined) return undefined
    return {
      argumentTypes: [type],
      returnType: uint64,
      kernel: (input) => {
        const { offsets, child } = listArgument(input, 0)
        const [codes] = equalCodes([child])
        const seen = new CodeSet()
        const out = new BigUint64Array(input.rowCount)
        const words = new Int32Array(out.buffer)
        for (let i = 0; i < out.length; i++) {
          if (!isRowValid(input.validity, i)) continue
          for (let k = offsets[i]!; k < offsets[i + 1]!; k++) if (codes![k]! >= 0 && seen.add(codes![k]!, i)) words[2 * i]!++
        }
        return primitiveVector(uint64, out, { validity: input.validity })
      },
    }
  },
})

export const listIntersect = resolvingFunction({
  name: 'list_intersect',
  aliases: ['array_intersect'],
  category: 'nested',
  description: 'The distinct elements that two lists have in common, in the order of the first; NULLs are left out.',
  example: 'list_intersect([1, 2, 3], [3, 2])',
  result: '[2, 3]',
  signatures: ['list_intersect(list ANY[], other ANY[]) -> ANY[]'],
  resolve(types) {
    const left = types.length === 2 ? asList(types[0]!) : undefined
    const right = types.length === 2 ? asList(types[1]!) : undefined
    const type = left === undefined || right === undefined ? undefined : commonType(left, right)
    if (type === undefined) return undefined
    return {
      argumentTypes: [type, type],
      returnType: type,
      kernel: (input) => {
        const lists = listArgument(input, 0)
        const others = listArgument(input, 1)
        const [codes, otherCodes] = equalCodes([lists.child, others.child])
        const wanted = new CodeSet()
        const seen = new CodeSet()
        return chosenElements(input, type, lists, (row, start, end, out) => {
          for (let k = others.offsets[row]!; k < others.offsets[row + 1]!; k++) wanted.add(otherCodes![k]!, row)
          for (let k = start; k < end; k++) {
            const code = codes![k]!
            if (code >= 0 && wanted.has(code, row) && seen.add(code, row)) out.add(k)
          }
        })
      },
    }
  },
})
