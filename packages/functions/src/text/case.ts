/** upper, lower and initcap. Case is changed character by character, so a text keeps its number of characters. */

import type { Vector } from '@artemis/arrow'
import { bytesVector, utf8 } from '@artemis/arrow'
import { overload, scalarFunction } from '../definition/scalar.js'
import type { Kernel, KernelInput } from '../kernel/input.js'
import { argument } from '../kernel/input.js'
import { textResult } from '../kernel/results.js'
import { byteColumn, isAsciiColumn, TextColumn } from '../kernel/text-columns.js'

const uppers = new Map<string, string>([
  // Unicode's own upper case of this letter is two letters; the capital letter exists since Unicode 5.1.
  ['ß', 'ẞ'],
])
const lowers = new Map<string, string>([['İ', 'i']])

function convertCharacter(character: string, known: Map<string, string>, convert: (text: string) => string): string {
  let result = known.get(character)
  if (result === undefined) {
    const converted = convert(character)
    // What becomes several characters stays as it is.
    result = [...converted].length === 1 ? converted : character
    known.set(character, result)
  }
  return result
}

const toUpper = (text: string): string => text.toUpperCase()
const toLower = (text: string): string => text.toLowerCase()

/**
 * The upper case of a text, each character for itself. The engine's own conversion is the same while it changes no length:
 * only characters that become several differ, and they make the text longer.
 */
export function upperText(text: string): string {
  const converted = text.toUpperCase()
  return converted.length === text.length ? converted : mapCharacters(text, uppers, toUpper)
}

/** The lower case of a text, each character for itself: a final Σ is no other letter than any Σ. */
export function lowerText(text: string): string {
  const converted = text.toLowerCase()
  return converted.length === text.length && !text.includes('Σ') ? converted : mapCharacters(text, lowers, toLower)
}

function mapCharacters(text: string, known: Map<string, string>, convert: (text: string) => string): string {
  let result = ''
  for (const character of text) result += convertCharacter(character, known, convert)
  return result
}

function caseKernel(convert: (text: string) => string): Kernel {
  return (input: KernelInput): Vector => {
    const column = byteColumn(argument(input, 0))
    if (column.stride === 1 && isAsciiColumn(column)) {
      const start = column.offsets[0]!
      // ASCII keeps its length, so all rows are converted at once, as one string.
      const data = Buffer.from(convert(column.data.toString('latin1', start, column.offsets[input.rowCount]!)), 'latin1')
      const offsets = start === 0 ? column.offsets : column.offsets.map((offset) => offset - start)
      return bytesVector(utf8, offsets, data, { validity: input.validity })
    }
    const text = new TextColumn(argument(input, 0))
    return textResult(input, (row) => convert(text.at(row)))
  }
}

export const upper = scalarFunction({
  name: 'upper',
  aliases: ['ucase'],
  category: 'text',
  description: 'The text in upper case.',
  example: "upper('Hello')",
  result: 'HELLO',
  overloads: [overload({ text: utf8 }, utf8, caseKernel(upperText))],
})

export const lower = scalarFunction({
  name: 'lower',
  aliases: ['lcase'],
  category: 'text',
  description: 'The text in lower case.',
  example: "lower('Hello')",
  result: 'hello',
  overloads: [overload({ text: utf8 }, utf8, caseKernel(lowerText))],
})

export const initcap = scalarFunction({
  name: 'initcap',
  category: 'text',
  description: 'The text with the first letter of each word in upper case and the rest in lower case.',
  example: "initcap('hello WORLD')",
  result: 'Hello World',
  overloads: [
    overload({ text: utf8 }, utf8, (input) => {
      const text = new TextColumn(argument(input, 0))
      return textResult(input, (row) => text.at(row).replace(/[\p{L}\p{N}]+/gu, capitalise))
    }),
  ],
})

function capitalise(word: string): string {
  const [first = ''] = word
  return upperText(first) + lowerText(word.slice(first.length))
}
