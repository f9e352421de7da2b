/** replace, translate, reverse. */

import { bytesVector, MAX_OFFSET, tooLarge, utf8 } from '@artemis/arrow'
import { overload, scalarFunction } from '../definition/scalar.js'
import { ByteSearch } from '../kernel/byte-search.js'
import { copyBytes } from '../kernel/copy-bytes.js'
import { argument } from '../kernel/input.js'
import { textResult } from '../kernel/results.js'
import type { ByteColumn } from '../kernel/text-columns.js'
import { byteColumn, TextColumn } from '../kernel/text-columns.js'
import { isBasic } from './characters.js'

/**
 * Replaces in all rows at once: the places of the search text are found over the bytes of the whole column, and what lies
 * between them is copied.
 */
function replaceBytes(column: ByteColumn, rowCount: number, search: Buffer, put: Buffer): { offsets: Int32Array; data: Buffer } {
  const { offsets, data } = column
  const hits: number[] = []
  const out = new Int32Array(rowCount + 1)
  const finder = new ByteSearch(data, offsets[rowCount]!, search)
  let hit = search.length === 0 ? -1 : finder.next(offsets[0]!)
  for (let i = 0; i < rowCount; i++) {
    const end = offsets[i + 1]!
    let count = 0
    while (hit >= 0 && hit < end) {
      // A hit that reaches into the next row is none.
      const inside = hit + search.length <= end
      if (inside) {
        hits.push(hit)
        count++
      }
      hit = finder.next(inside ? hit + search.length : hit + 1)
    }
    const size = out[i]! + end - offsets[i]! + count * (put.length - search.length)
    if (size > MAX_OFFSET) throw tooLarge(utf8)
    out[i + 1] = size
  }
  return { offsets: out, data: copyBetween(data, offsets[0]!, offsets[rowCount]!, hits, search.length, put, out[rowCount]!) }
}

function copyBetween(data: Buffer, start: number, end: number, hits: readonly number[], skip: number, put: Buffer, size: number): Buffer {
  const out = Buffer.allocUnsafe(size)
  let from = start
  let to = 0
  for (const hit of hits) {
    to = copyBytes(data, from, hit, out, to)
    to = copyBytes(put, 0, put.length, out, to)
    from = hit + skip
  }
  data.copy(out, to, from, end)
  return out
}

export const replace = scalarFunction({
  name: 'replace',
  category: 'text',
  description: 'Replaces every occurrence of a text by another; an empty search text changes nothing.',
  example: "replace('hello', 'l', '-')",
  result: 'he--o',
  overloads: [
    overload({ text: utf8, search: utf8, replacement: utf8 }, utf8, (input) => {
      const search = new TextColumn(argument(input, 1))
      const replacement = new TextColumn(argument(input, 2))
      const column = argument(input, 0)
      if (column.kind === 'vector' && search.constant !== null && replacement.constant !== null) {
        const { offsets, data } = replaceBytes(
          byteColumn(column),
          input.rowCount,
          Buffer.from(search.constant),
          Buffer.from(replacement.constant),
        )
        return bytesVector(utf8, offsets, data, { validity: input.validity })
      }
      const text = new TextColumn(column)
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
