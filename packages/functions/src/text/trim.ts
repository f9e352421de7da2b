/** trim, ltrim, rtrim: cut blanks, or any of a set of characters, from the ends. */

import { utf8 } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { overload, scalarFunction } from '../definition/scalar.js'
import type { Kernel } from '../kernel/input.js'
import { argument } from '../kernel/input.js'
import { textResult } from '../kernel/results.js'
import { TextColumn } from '../kernel/text-columns.js'

type Side = 'both' | 'left' | 'right'

/** Only the blank is trimmed by default; tabs and line ends stay, as in DuckDB and PostgreSQL. */
function trimBlanks(text: string, side: Side): string {
  let start = 0
  let end = text.length
  if (side !== 'right') while (start < end && text.charCodeAt(start) === 32) start++
  if (side !== 'left') while (end > start && text.charCodeAt(end - 1) === 32) end--
  return text.substring(start, end)
}

function trimSet(text: string, characters: ReadonlySet<string>, side: Side): string {
  const parts = [...text]
  let start = 0
  let end = parts.length
  if (side !== 'right') while (start < end && characters.has(parts[start]!)) start++
  if (side !== 'left') while (end > start && characters.has(parts[end - 1]!)) end--
  return parts.slice(start, end).join('')
}

const blankKernel =
  (side: Side): Kernel =>
  (input) => {
    const text = new TextColumn(argument(input, 0))
    return textResult(input, (row) => trimBlanks(text.at(row), side))
  }

const setKernel =
  (side: Side): Kernel =>
  (input) => {
    const text = new TextColumn(argument(input, 0))
    const characters = new TextColumn(argument(input, 1))
    const constant = characters.constant === null ? undefined : new Set(characters.constant)
    return textResult(input, (row) => trimSet(text.at(row), constant ?? new Set(characters.at(row)), side))
  }

function trimming(name: string, aliases: readonly string[], side: Side, where: string, result: string): ScalarFunctionDefinition {
  return scalarFunction({
    name,
    aliases,
    category: 'text',
    description: `Cuts blanks, or any of the given characters, from ${where}.`,
    example: `${name}('>>test<<', '<>')`,
    result,
    overloads: [overload({ text: utf8 }, utf8, blankKernel(side)), overload({ text: utf8, characters: utf8 }, utf8, setKernel(side))],
  })
}

export const trim = trimming('trim', ['btrim'], 'both', 'both ends', 'test')
export const ltrim = trimming('ltrim', [], 'left', 'the start', 'test<<')
export const rtrim = trimming('rtrim', [], 'right', 'the end', '>>test')
