/**
 * IF, NVL2 and NULLIF as functions over whole columns. In SQL text the binder writes them as CASE; these stand in the
 * registry for the method form `x.nullif(0)` and for documentation.
 */

import type { DataType } from '@artemis/arrow'
import { bool, compareVectors } from '@artemis/arrow'
import { resolvingFunction } from '../definition/scalar.js'
import type { Kernel } from '../kernel/input.js'
import { argument } from '../kernel/input.js'
import { bitsOf } from '../kernel/primitive-columns.js'
import { chooseRows, validityOf } from './choose-rows.js'
import { commonArgumentType, commonComparedType } from './common-argument-type.js'

/** Chooses the second argument where the first is true, else the third. */
function branchKernel(type: DataType): Kernel {
  return (input) => {
    const condition = argument(input, 0)
    const choice = new Int32Array(input.rowCount).fill(1)
    const bits = bitsOf(condition, input.rowCount)
    const validity = validityOf(condition, input.rowCount)
    for (let i = 0; i < choice.length; i++) {
      const known = validity === null ? 1 : (validity[i >>> 3]! >>> (i & 7)) & 1
      if ((known & (bits[i >>> 3]! >>> (i & 7)) & 1) === 1) choice[i] = 0
    }
    return chooseRows(type, input.args.slice(1), choice)
  }
}

export const ifFunction = resolvingFunction({
  name: 'if',
  aliases: ['iff', 'iif'],
  category: 'conditional',
  description: 'The second argument where the condition is true, otherwise the third (NULL when there is none). Short for CASE.',
  example: "if(2 > 1, 'yes', 'no')",
  result: 'yes',
  signatures: ['if(condition BOOLEAN, then, otherwise) -> the common type'],
  resolve(types) {
    const type = types.length === 3 ? commonArgumentType(types.slice(1)) : undefined
    if (type === undefined || (types[0]!.kind !== 'bool' && types[0]!.kind !== 'null')) return undefined
    return { argumentTypes: [bool, type, type], returnType: type, nullHandling: 'custom', kernel: branchKernel(type) }
  },
})

export const nvl2 = resolvingFunction({
  name: 'nvl2',
  category: 'conditional',
  description: 'The second argument where the first is not NULL, otherwise the third.',
  example: "nvl2(1, 'known', 'unknown')",
  result: 'known',
  signatures: ['nvl2(tested, then, otherwise) -> the common type'],
  resolve(types) {
    const type = types.length === 3 ? commonArgumentType(types.slice(1)) : undefined
    if (type === undefined) return undefined
    return {
      argumentTypes: [types[0]!, type, type],
      returnType: type,
      nullHandling: 'custom',
      kernel: (input) => {
        const choice = new Int32Array(input.rowCount)
        const validity = validityOf(argument(input, 0), input.rowCount)
        if (validity !== null) for (let i = 0; i < choice.length; i++) choice[i] = 1 - ((validity[i >>> 3]! >>> (i & 7)) & 1)
        return chooseRows(type, input.args.slice(1), choice)
      },
    }
  },
})

export const nullif = resolvingFunction({
  name: 'nullif',
  category: 'conditional',
  description: 'NULL where both arguments are equal, otherwise the first.',
  example: 'nullif(5, 5)',
  result: 'NULL',
  signatures: ['nullif(value, unwanted) -> the type of value'],
  resolve(types, constants) {
    const type = types.length === 2 ? commonComparedType(types, constants) : undefined
    if (type === undefined) return undefined
    return {
      argumentTypes: [type, type],
      returnType: type,
      nullHandling: 'custom',
      kernel: (input) => {
        const choice = new Int32Array(input.rowCount)
        const same = compareVectors('=', argument(input, 0), argument(input, 1), input.rowCount)
        for (let i = 0; i < choice.length; i++) {
          const known = same.validity === null ? 1 : (same.validity[i >>> 3]! >>> (i & 7)) & 1
          if ((known & (same.values[i >>> 3]! >>> (i & 7)) & 1) === 1) choice[i] = -1
        }
        return chooseRows(type, input.args.slice(0, 1), choice)
      },
    }
  },
})
