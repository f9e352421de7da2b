/** substring, left, right, overlay: parts of texts, counted in characters from 1. */

import { int64, utf8 } from '@artemis/arrow'
import { overload, scalarFunction } from '../definition/scalar.js'
import type { Kernel } from '../kernel/input.js'
import { argument } from '../kernel/input.js'
import { doublesOf } from '../kernel/primitive-columns.js'
import { textResult } from '../kernel/results.js'
import { TextColumn } from '../kernel/text-columns.js'
import { characterCount, characterSlice } from './characters.js'

/**
 * The characters from `start` on, `length` of them. A negative start counts from the end, a negative length reaches
 * back before the start, and what lies outside the text is simply not there.
 */
export function substringOf(text: string, start: number, length: number): string {
  const size = characterCount(text)
  const from = start > 0 ? start - 1 : start < 0 ? size + start : -1
  const to = from + length
  const low = Math.max(0, Math.min(from, to))
  const high = Math.min(size, Math.max(from, to))
  return low < high ? characterSlice(text, low, high) : ''
}

const substringKernel: Kernel = (input) => {
  const text = new TextColumn(argument(input, 0))
  const start = doublesOf(argument(input, 1), input.rowCount)
  const length = input.args.length > 2 ? doublesOf(argument(input, 2), input.rowCount) : undefined
  return textResult(input, (row) => substringOf(text.at(row), start[row]!, length === undefined ? Infinity : length[row]!))
}

export const substring = scalarFunction({
  name: 'substring',
  aliases: ['substr', 'mid'],
  category: 'text',
  description: 'Part of a text, from a start (1 is the first character, -1 the last), to the end or of a given length.',
  example: "substring('Hello', 2, 3)",
  result: 'ell',
  overloads: [
    overload({ text: utf8, start: int64 }, utf8, substringKernel),
    overload({ text: utf8, start: int64, length: int64 }, utf8, substringKernel),
  ],
})

export const left = scalarFunction({
  name: 'left',
  category: 'text',
  description: 'The first characters of a text; with a negative count all but the last ones.',
  example: "left('Hello🦆', 2)",
  result: 'He',
  overloads: [
    overload({ text: utf8, count: int64 }, utf8, (input) => {
      const text = new TextColumn(argument(input, 0))
      const counts = doublesOf(argument(input, 1), input.rowCount)
      return textResult(input, (row) => {
        const value = text.at(row)
        const count = counts[row]!
        return characterSlice(value, 0, count >= 0 ? count : Math.max(0, characterCount(value) + count))
      })
    }),
  ],
})

export const right = scalarFunction({
  name: 'right',
  category: 'text',
  description: 'The last characters of a text; with a negative count all but the first ones.',
  example: "right('Hello🦆', 3)",
  result: 'lo🦆',
  overloads: [
    overload({ text: utf8, count: int64 }, utf8, (input) => {
      const text = new TextColumn(argument(input, 0))
      const counts = doublesOf(argument(input, 1), input.rowCount)
      return textResult(input, (row) => {
        const value = text.at(row)
        const count = counts[row]!
        const size = characterCount(value)
        return characterSlice(value, count >= 0 ? Math.max(0, size - count) : Math.min(size, -count), size)
      })
    }),
  ],
})

const overlayKernel: Kernel = (input) => {
  const text = new TextColumn(argument(input, 0))
  const replacement = new TextColumn(argument(input, 1))
  const start = doublesOf(argument(input, 2), input.rowCount)
  const length = input.args.length > 3 ? doublesOf(argument(input, 3), input.rowCount) : undefined
  return textResult(input, (row) => {
    const value = text.at(row)
    const put = replacement.at(row)
    const from = Math.max(0, start[row]! - 1)
    const to = Math.max(0, start[row]! - 1 + (length === undefined ? characterCount(put) : length[row]!))
    return characterSlice(value, 0, from) + put + characterSlice(value, to, characterCount(value))
  })
}

export const overlay = scalarFunction({
  name: 'overlay',
  category: 'text',
  description: 'Puts a text in the place of characters of another, from a start, as many as given or as it is long.',
  example: "overlay('Txxxxas', 'hom', 2, 4)",
  result: 'Thomas',
  overloads: [
    overload({ text: utf8, replacement: utf8, start: int64 }, utf8, overlayKernel),
    overload({ text: utf8, replacement: utf8, start: int64, length: int64 }, utf8, overlayKernel),
  ],
})
