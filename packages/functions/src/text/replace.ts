/** replace, translate, reverse. */

import { utf8 } from '@artemis/arrow'
import { overload, scalarFunction } from '../definition/scalar.js'
import { argument } from '../kernel/input.js'
import { textResult } from '../kernel/results.js'
import { TextColumn } from '../kernel/text-columns.js'
import { isBasic } from './characters.js'

export const replace = scalarFunction({
  name: 'replace',
  category: 'text',
  description: 'Replaces every occurrence of a text by another; an empty search text changes nothing.',
  example: "replace('hello', 'l', '-')",
  result: 'he--o',
  overloads: [
    overload({ text: utf8, search: utf8, replacement: utf8 }, utf8, (input) => {
      const text = new TextColumn(argument(input, 0))
      const search = new TextColumn(argument(input, 1))
      const replacement = new TextColumn(argument(input, 2))
      return textResult(input, (row) => {
        const value = text.at(row)
        const wanted = search.at(row)
        if (wanted === '' || !value.includes(wanted)) return value
        const put = replacement.at(row)
        // A dollar in the replacement means something to replaceAll, unless a function gives it.
        return put.includes('$') ? value.replaceAll(wanted, () => put) : value.replaceAll(wanted, put)
      })
    }),
  ],
})

/** Which character each becomes; those without a partner vanish, and the first of two entries counts. */
function translation(from: string, to: string): ReadonlyMap<string, string> {
  const targets = [...to]
  const map = new Map<string, string>()
  ;[...from].forEach((character, i) => {
    if (!map.has(character)) map.set(character, targets[i] ?? '')
  })
  return map
}

export const translate = scalarFunction({
  name: 'translate',
  category: 'text',
  description:
    'Replaces each character that stands in one set by the character at its place in another; characters without a partner are removed.',
  example: "translate('12345', '143', 'ax')",
  result: 'a2x5',
  overloads: [
    overload({ text: utf8, from: utf8, to: utf8 }, utf8, (input) => {
      const text = new TextColumn(argument(input, 0))
      const from = new TextColumn(argument(input, 1))
      const to = new TextColumn(argument(input, 2))
      const constant = from.constant === null || to.constant === null ? undefined : translation(from.constant, to.constant)
      return textResult(input, (row) => {
        const map = constant ?? translation(from.at(row), to.at(row))
        let result = ''
        for (const character of text.at(row)) result += map.get(character) ?? character
        return result
      })
    }),
  ],
})

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Graphemes turn round, so that an accent stays on its letter. */
function reversed(text: string, ascii: boolean): string {
  if (ascii || (isBasic(text) && !/[\u0300-\uffff]/.test(text))) return text.split('').reverse().join('')
  return Array.from(segmenter.segment(text), (part) => part.segment)
    .reverse()
    .join('')
}

export const reverse = scalarFunction({
  name: 'reverse',
  category: 'text',
  description: 'The characters in reverse order.',
  example: "reverse('hello')",
  result: 'olleh',
  overloads: [
    overload({ text: utf8 }, utf8, (input) => {
      const text = new TextColumn(argument(input, 0))
      return textResult(input, (row) => reversed(text.at(row), text.ascii))
    }),
  ],
})
