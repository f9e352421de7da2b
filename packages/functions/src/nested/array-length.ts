/** array_length: the length function with the dimension that PostgreSQL asks for. */

import { int64 } from '@artemis/arrow'
import { isInteger } from '@artemis/plan'
import { resolvingFunction } from '../definition/scalar.js'
import { invalidInput } from '../kernel/errors.js'
import { argument, isRowValid } from '../kernel/input.js'
import { doublesOf } from '../kernel/primitive-columns.js'
import { resolveListLength } from './list-length.js'

export const arrayLength = resolvingFunction({
  name: 'array_length',
  aliases: ['list_length'],
  category: 'nested',
  description: 'The number of elements of a list. The dimension can only be 1.',
  example: 'array_length([1, 2, 3])',
  result: '3',
  signatures: ['array_length(list ANY[][, dimension BIGINT]) -> BIGINT'],
  resolve(types) {
    const length = types.length === 1 || types.length === 2 ? resolveListLength(types[0]!) : undefined
    if (length === undefined || types.length === 1) return length
    if (!isInteger(types[1]!) && types[1]!.kind !== 'null') return undefined
    return {
      ...length,
      argumentTypes: [...length.argumentTypes, int64],
      canThrow: true,
      kernel: (input) => {
        const dimensions = doublesOf(argument(input, 1), input.rowCount)
        for (let i = 0; i < input.rowCount; i++) {
          if (dimensions[i] !== 1 && isRowValid(input.validity, i))
            throw invalidInput('array_length knows dimension 1 only', 'Take the length of an element: length(x[1]).')
        }
        return length.kernel(input)
      },
    }
  },
})
