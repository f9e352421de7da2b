/** Lists of values, and lists joined, grown and cut to a length. */

import type { DataType, Datum, Vector } from '@artemis/arrow'
import { concatVectors, datumToVector, decodeDictionary, int64, list, listVector, nullsOf, nullType, take } from '@artemis/arrow'
import { commonType } from '@artemis/plan'
import { commonArgumentType } from '../conditional/common-argument-type.js'
import { resolvingFunction } from '../definition/scalar.js'
import { outOfRange } from '../kernel/errors.js'
import type { Kernel, KernelInput } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import { doublesOf } from '../kernel/primitive-columns.js'
import { resolveListConcat } from './list-concat.js'
import { asList, chosenElements, elementType, ElementLists, listArgument } from './list-rows.js'

/** Interleaves the arguments: element k of row i is row i of argument k. */
function makeLists(type: DataType, element: DataType): Kernel {
  return ({ args, rowCount }) => {
    const offsets = Int32Array.from({ length: rowCount + 1 }, (_, i) => i * args.length)
    if (args.length === 0) return listVector(type, offsets, nullsOf(element, 0))
    const columns = args.map((arg) => plain(arg, rowCount))
    const rows = new Int32Array(rowCount * args.length)
    for (let i = 0; i < rowCount; i++) for (let k = 0; k < args.length; k++) rows[i * args.length + k] = k * rowCount + i
    return listVector(type, offsets, take(concatVectors(columns), rows))
  }
}

function plain(datum: Datum, rowCount: number): Vector {
  return decodeDictionary(datumToVector(datum, rowCount))
}

export const listValue = resolvingFunction({
  name: 'list_value',
  aliases: ['list_pack', 'array_value'],
  category: 'nested',
  description: 'A list of the arguments: [a, b] in short.',
  example: 'list_value(1, 2, NULL)',
  result: '[1, 2, NULL]',
  signatures: ['list_value(element ANY, …) -> ANY[]'],
  resolve(types) {
    const element = types.length === 0 ? nullType : commonArgumentType(types)
    if (element === undefined) return undefined
    const type = list(element)
    return {
      argumentTypes: types.map(() => element),
      returnType: type,
      nullHandling: 'custom',
      canReturnNull: false,
      kernel: makeLists(type, element),
    }
  },
})

export const listConcat = resolvingFunction({
  name: 'list_concat',
  aliases: ['list_cat', 'array_concat', 'array_cat'],
  category: 'nested',
  description: 'The lists joined end to end; NULL lists are left out. The operator || is NULL when a side is.',
  example: 'list_concat([1, 2], [3])',
  result: '[1, 2, 3]',
  signatures: ['list_concat(list ANY[], …) -> ANY[]'],
  resolve: (types) => (types.length === 0 ? undefined : resolveListConcat(types, 'custom')),
})

/** A list with a value before or after its elements; a NULL list counts as empty. */
function extend(
  name: string,
  aliases: readonly string[],
  listPlace: 0 | 1,
  description: string,
  example: string,
  result: string,
): ReturnType<typeof resolvingFunction> {
  return resolvingFunction({
    name,
    aliases,
    category: 'nested',
    description,
    example,
    result,
    signatures: [listPlace === 0 ? `${name}(list ANY[], value ANY) -> ANY[]` : `${name}(value ANY, list ANY[]) -> ANY[]`],
    resolve(types) {
      const own = types.length === 2 ? elementType(types[listPlace]!) : undefined
      const element = own === undefined ? undefined : commonType(own, types[1 - listPlace]!)
      if (element === undefined) return undefined
      const type = list(element)
      return {
        argumentTypes: listPlace === 0 ? [type, element] : [element, type],
        returnType: type,
        nullHandling: 'custom',
        canReturnNull: false,
        kernel: (input) => extendLists(input, type, listPlace),
      }
    },
  })
}

function extendLists(input: KernelInput, type: DataType, listPlace: 0 | 1): Vector {
  const { offsets, child, validity } = listArgument(input, listPlace)
  const values = plain(argument(input, 1 - listPlace), input.rowCount)
  const out = new ElementLists(input.rowCount)
  for (let i = 0; i < input.rowCount; i++) {
    if (listPlace === 1) out.add(child.length + i)
    if (isRowValid(validity, i)) for (let k = offsets[i]!; k < offsets[i + 1]!; k++) out.add(k)
    if (listPlace === 0) out.add(child.length + i)
    out.end(i)
  }
  return out.finish(type, concatVectors([child, values]), null)
}

export const listAppend = extend(
  'list_append',
  ['array_append', 'array_push_back'],
  0,
  'A list with a value after its elements.',
  'list_append([1, 2], 3)',
  '[1, 2, 3]',
)
export const listPrepend = extend(
  'list_prepend',
  ['array_prepend'],
  1,
  'A list with a value before its elements.',
  'list_prepend(1, [2, 3])',
  '[1, 2, 3]',
)

export const flatten = resolvingFunction({
  name: 'flatten',
  category: 'nested',
  description: 'The elements of all lists of a list, as one list.',
  example: 'flatten([[1, 2], [3]])',
  result: '[1, 2, 3]',
  signatures: ['flatten(lists ANY[][]) -> ANY[]'],
  resolve(types) {
    const inner = types.length === 1 ? elementType(types[0]!) : undefined
    const element = inner === undefined ? undefined : elementType(inner)
    if (element === undefined) return undefined
    const type = list(element)
    return {
      argumentTypes: [list(type)],
      returnType: type,
      kernel: (input) => {
        const outer = listArgument(input, 0)
        const { child } = outer
        if (child.layout !== 'list')
          return listVector(type, new Int32Array(input.rowCount + 1), nullsOf(element, 0), { validity: input.validity })
        const out = new ElementLists(input.rowCount)
        for (let i = 0; i < input.rowCount; i++) {
          for (let k = outer.offsets[i]!; k < outer.offsets[i + 1]!; k++) {
            if (isRowValid(child.validity, k)) for (let j = child.offsets[k]!; j < child.offsets[k + 1]!; j++) out.add(j)
          }
          out.end(i)
        }
        return out.finish(type, child.child, input.validity)
      },
    }
  },
})

const MAX_ELEMENTS = 2 ** 27

export const listResize = resolvingFunction({
  name: 'list_resize',
  aliases: ['array_resize'],
  category: 'nested',
  description: 'A list cut or filled up to so many elements, with a value or with NULL.',
  example: 'list_resize([1, 2, 3], 5, 0)',
  result: '[1, 2, 3, 0, 0]',
  signatures: ['list_resize(list ANY[], size BIGINT[, value ANY]) -> ANY[]'],
  resolve(types) {
    const own = types.length === 2 || types.length === 3 ? elementType(types[0]!) : undefined
    const element = own === undefined ? undefined : commonType(own, types[2] ?? nullType)
    if (element === undefined || types[1]!.kind === 'utf8') return undefined
    const type = list(element)
    return {
      argumentTypes: types.length === 2 ? [type, int64] : [type, int64, element],
      returnType: type,
      nullHandling: 'custom',
      canThrow: true,
      kernel: (input) => resizeLists(input, type),
    }
  },
})

function resizeLists(input: KernelInput, type: DataType): Vector {
  const { offsets, child, validity } = listArgument(input, 0)
  const sizes = doublesOf(argument(input, 1), input.rowCount)
  const known = plain(argument(input, 1), input.rowCount).validity
  const fill = input.args[2]
  const values = fill === undefined ? child : concatVectors([child, plain(fill, input.rowCount)])
  const out = new ElementLists(input.rowCount)
  let total = 0
  for (let i = 0; i < input.rowCount; i++) {
    const start = offsets[i]!
    const size = isRowValid(validity, i) && isRowValid(known, i) ? sizes[i]! : 0
    total += size
    if (size < 0 || total > MAX_ELEMENTS) throw outOfRange(`lists cannot be resized to ${size} elements`)
    for (let k = 0; k < size; k++) out.add(start + k < offsets[i + 1]! ? start + k : fill === undefined ? -1 : child.length + i)
    out.end(i)
  }
  return out.finish(type, values, validity)
}

export const listReverse = resolvingFunction({
  name: 'list_reverse',
  aliases: ['array_reverse'],
  category: 'nested',
  description: 'The elements in the opposite order.',
  example: 'list_reverse([1, 2, 3])',
  result: '[3, 2, 1]',
  signatures: ['list_reverse(list ANY[]) -> ANY[]'],
  resolve(types) {
    const type = types.length === 1 ? asList(types[0]!) : undefined
    if (type === undefined) return undefined
    return {
      argumentTypes: [type],
      returnType: type,
      kernel: (input) =>
        chosenElements(input, type, listArgument(input, 0), (_, start, end, out) => {
          for (let k = end - 1; k >= start; k--) out.add(k)
        }),
    }
  },
})
