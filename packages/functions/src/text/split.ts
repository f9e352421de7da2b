/** Texts taken apart at a separator. */

import { int64, list, utf8 } from '@artemis/arrow'
import { overload, scalarFunction } from '../definition/scalar.js'
import { argument } from '../kernel/input.js'
import { doublesOf } from '../kernel/primitive-columns.js'
import { textListResult, textResult } from '../kernel/results.js'
import { TextColumn } from '../kernel/text-columns.js'

/** The parts between separators; an empty separator splits into characters. */
function partsOf(text: string, separator: string): string[] {
  return separator === '' ? [...text] : text.split(separator)
}

export const split = scalarFunction({
  name: 'string_split',
  aliases: ['str_split', 'split', 'string_to_array'],
  category: 'text',
  description: 'The parts of a text between separators, as a list; an empty separator gives the characters.',
  example: "string_split('hello-world', '-')",
  result: '[hello, world]',
  overloads: [
    overload({ text: utf8, separator: utf8 }, list(utf8), (input) => {
      const text = new TextColumn(argument(input, 0))
      const separator = new TextColumn(argument(input, 1))
      return textListResult(input, (row) => {
        const parts = partsOf(text.at(row), separator.at(row))
        return parts.length === 0 ? [''] : parts
      })
    }),
  ],
})

/** Part `index` from 1, without making those that nobody wants. */
function partFromStart(text: string, separator: string, index: number): string {
  let start = 0
  for (let i = 1; i < index; i++) {
    const at = text.indexOf(separator, start)
    if (at < 0) return ''
    start = at + separator.length
  }
  const end = text.indexOf(separator, start)
  return end < 0 ? text.slice(start) : text.slice(start, end)
}

export const splitPart = scalarFunction({
  name: 'split_part',
  category: 'text',
  description: 'One part of a text between separators, counted from 1, or from the end when negative; the empty text when there is none.',
  example: "split_part('a-b-c', '-', 2)",
  result: 'b',
  overloads: [
    overload({ text: utf8, separator: utf8, index: int64 }, utf8, (input) => {
      const text = new TextColumn(argument(input, 0))
      const separator = new TextColumn(argument(input, 1))
      const indices = doublesOf(argument(input, 2), input.rowCount)
      return textResult(input, (row) => {
        const index = indices[row]!
        const by = separator.at(row)
        if (index > 0 && by !== '') return partFromStart(text.at(row), by, index)
        const parts = partsOf(text.at(row), by)
        return parts[index > 0 ? index - 1 : parts.length + index] ?? ''
      })
    }),
  ],
})
