/** GREATEST and LEAST: NULL arguments are left out, so the result is only NULL when all are. */

import type { Datum, Vector } from '@artemis/arrow'
import { compareVectors, vectorDatum } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { chooseRows, validityOf } from '../conditional/choose-rows.js'
import { commonComparedType } from '../conditional/common-argument-type.js'
import { resolvingFunction } from '../definition/scalar.js'
import type { Kernel } from '../kernel/input.js'

/** Takes the second argument where it is `operator` than the first, or the first is NULL. */
function better(best: Datum, next: Datum, operator: '>' | '<', rowCount: number): Int32Array {
  const choice = new Int32Array(rowCount)
  const known = validityOf(best, rowCount)
  const nextKnown = validityOf(next, rowCount)
  const wins = compareVectors(operator, next, best, rowCount).values
  for (let i = 0; i < rowCount; i++) {
    const byte = i >>> 3
    const bit = i & 7
    if (nextKnown !== null && ((nextKnown[byte]! >>> bit) & 1) === 0) continue
    if (known !== null && ((known[byte]! >>> bit) & 1) === 0) choice[i] = 1
    else choice[i] = (wins[byte]! >>> bit) & 1
  }
  return choice
}

function extremeKernel(operator: '>' | '<'): Kernel {
  return ({ args, rowCount }) => {
    const [first, ...rest] = args
    const { type } = first!.kind === 'vector' ? first!.vector : first!
    let best: Vector | undefined
    for (const next of rest) {
      const current = best === undefined ? first! : vectorDatum(best)
      best = chooseRows(type, [current, next], better(current, next, operator, rowCount))
    }
    return best ?? chooseRows(type, [first!], new Int32Array(rowCount))
  }
}

function extreme(name: string, operator: '>' | '<', description: string, result: string): ScalarFunctionDefinition {
  return resolvingFunction({
    name,
    category: 'comparison',
    description,
    example: `${name}(3, 7, NULL)`,
    result,
    signatures: [`${name}(value, …) -> the common type`],
    resolve(types, constants) {
      const type = types.length === 0 ? undefined : commonComparedType(types, constants)
      if (type === undefined) return undefined
      return { argumentTypes: types.map(() => type), returnType: type, nullHandling: 'custom', kernel: extremeKernel(operator) }
    },
  })
}

export const greatest = extreme('greatest', '>', 'The greatest of the arguments that are not NULL.', '7')
export const least = extreme('least', '<', 'The least of the arguments that are not NULL.', '3')
