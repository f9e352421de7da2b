/** Distances and products of lists of numbers as vectors. */

import type { DataType } from '@artemis/arrow'
import { float32, float64, list, vectorDatum } from '@artemis/arrow'
import { isNumeric } from '@artemis/plan'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { resolvingFunction } from '../definition/scalar.js'
import { invalidInput } from '../kernel/errors.js'
import { isRowValid } from '../kernel/input.js'
import { doublesOf } from '../kernel/primitive-columns.js'
import { numberResult } from '../kernel/results.js'
import { elementType, listArgument } from './list-rows.js'

/** What a function computes of the sums over two vectors. */
interface Sums {
  product: number
  leftSquares: number
  rightSquares: number
  differenceSquares: number
}

function vectorType(types: readonly DataType[]): DataType | undefined {
  const elements = types.map(elementType)
  if (types.length !== 2 || elements.some((type) => type === undefined || (!isNumeric(type) && type.kind !== 'null'))) return undefined
  return elements.every((type) => type!.kind === 'float32') ? float32 : float64
}

function measure(
  name: string,
  aliases: readonly string[],
  description: string,
  result: string,
  finish: (sums: Sums) => number,
): ScalarFunctionDefinition {
  return resolvingFunction({
    name,
    aliases,
    category: 'nested',
    description,
    example: `${name}([1, 0], [1, 0])`,
    result,
    signatures: [`${name}(left DOUBLE[], right DOUBLE[]) -> DOUBLE`, `${name}(left FLOAT[], right FLOAT[]) -> FLOAT`],
    resolve(types) {
      const element = vectorType(types)
      if (element === undefined) return undefined
      return {
        argumentTypes: [list(element), list(element)],
        returnType: element,
        canThrow: true,
        kernel: (input) => {
          const left = listArgument(input, 0)
          const right = listArgument(input, 1)
          const a = doublesOf(vectorDatum(left.child), left.child.length)
          const b = doublesOf(vectorDatum(right.child), right.child.length)
          const sums: Sums = { product: 0, leftSquares: 0, rightSquares: 0, differenceSquares: 0 }
          return numberResult(input, element, (row) => {
            const start = left.offsets[row]!
            const other = right.offsets[row]!
            const size = left.offsets[row + 1]! - start
            if (right.offsets[row + 1]! - other !== size) throw invalidInput(`${name} needs lists of the same length`)
            sums.product = sums.leftSquares = sums.rightSquares = sums.differenceSquares = 0
            for (let k = 0; k < size; k++) {
              if (!isRowValid(left.child.validity, start + k) || !isRowValid(right.child.validity, other + k))
                throw invalidInput(`${name} cannot compute with NULL`)
              const x = a[start + k]!
              const y = b[other + k]!
              sums.product += x * y
              sums.leftSquares += x * x
              sums.rightSquares += y * y
              sums.differenceSquares += (x - y) * (x - y)
            }
            return finish(sums)
          })
        },
      }
    },
  })
}

function cosine({ product, leftSquares, rightSquares }: Sums): number {
  const similarity = product / Math.sqrt(leftSquares * rightSquares)
  return Math.max(-1, Math.min(1, similarity))
}

export const listDistances: readonly ScalarFunctionDefinition[] = [
  measure('list_distance', ['array_distance', '<->'], 'The Euclidean distance of two lists of numbers.', '0.0', ({ differenceSquares }) =>
    Math.sqrt(differenceSquares),
  ),
  measure(
    'list_cosine_distance',
    ['array_cosine_distance'],
    '1 minus the cosine of the angle between two lists of numbers.',
    '0.0',
    (sums) => 1 - cosine(sums),
  ),
  measure('list_cosine_similarity', ['array_cosine_similarity'], 'The cosine of the angle between two lists of numbers.', '1.0', cosine),
  measure(
    'list_inner_product',
    ['list_dot_product', 'array_inner_product', 'array_dot_product'],
    'The sum of the products of two lists of numbers.',
    '1.0',
    ({ product }) => product,
  ),
]
