/** lpad, rpad, repeat. */

import { int32, int64, utf8 } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { overload, scalarFunction } from '../definition/scalar.js'
import { invalidInput, outOfRange } from '../kernel/errors.js'
import { argument } from '../kernel/input.js'
import { doublesOf } from '../kernel/primitive-columns.js'
import { textResult } from '../kernel/results.js'
import { TextColumn } from '../kernel/text-columns.js'
import { characterCount, characterSlice } from './characters.js'
import { MAX_LENGTH } from './max-length.js'

function padding(name: string, side: 'left' | 'right', result: string): ScalarFunctionDefinition {
  return scalarFunction({
    name,
    category: 'text',
    description: `Pads a text on the ${side} with characters until it has a length, or cuts it to that length.`,
    example: `${name}('hello', 8, '>')`,
    result,
    canThrow: true,
    overloads: [
      overload({ text: utf8, length: int32, characters: utf8 }, utf8, (input) => {
        const text = new TextColumn(argument(input, 0))
        const lengths = doublesOf(argument(input, 1), input.rowCount)
        const fills = new TextColumn(argument(input, 2))
        return textResult(input, (row) => {
          const value = text.at(row)
          const missing = lengths[row]! - characterCount(value)
          if (missing <= 0) return characterSlice(value, 0, Math.max(0, lengths[row]!))
          const pad = paddingText(name, fills.at(row), missing)
          return side === 'left' ? pad + value : value + pad
        })
      }),
    ],
  })
}

function paddingText(name: string, fill: string, missing: number): string {
  if (fill === '') throw invalidInput(`${name} has no characters to pad with`)
  if (missing > MAX_LENGTH) throw outOfRange(`${name} would make a text of ${missing} characters`)
  const size = characterCount(fill)
  return fill.repeat(Math.floor(missing / size)) + characterSlice(fill, 0, missing % size)
}

export const lpad = padding('lpad', 'left', '>>>hello')
export const rpad = padding('rpad', 'right', 'hello>>>')

export const repeat = scalarFunction({
  name: 'repeat',
  category: 'text',
  description: 'The text as many times as given; the empty text for zero and negative counts.',
  example: "repeat('A', 5)",
  result: 'AAAAA',
  canThrow: true,
  overloads: [
    overload({ text: utf8, count: int64 }, utf8, (input) => {
      const text = new TextColumn(argument(input, 0))
      const counts = doublesOf(argument(input, 1), input.rowCount)
      return textResult(input, (row) => {
        const value = text.at(row)
        const count = counts[row]!
        if (count <= 0 || value === '') return ''
        if (value.length * count > MAX_LENGTH) throw outOfRange(`repeat would make a text of ${value.length * count} characters`)
        return value.repeat(count)
      })
    }),
  ],
})
