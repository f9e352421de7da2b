/** Where a text stands in another: position, contains, starts_with, ends_with. Bytes are compared, which is exact in UTF-8. */

import type { Datum, Vector } from '@artemis/arrow'
import { bitmapBytes, bool, booleanVector, int64, utf8 } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import type { Resolved } from '../definition/scalar.js'
import { overload, resolvingFunction, scalarFunction } from '../definition/scalar.js'
import { ByteSearch } from '../kernel/byte-search.js'
import type { Kernel, KernelInput } from '../kernel/input.js'
import { argument } from '../kernel/input.js'
import { booleanResult, int64Result } from '../kernel/results.js'
import type { ByteColumn } from '../kernel/text-columns.js'
import { byteColumn, TextColumn } from '../kernel/text-columns.js'
import { resolveListContains } from '../nested/list-search.js'
import { characterCount } from './characters.js'

/**
 * The rows that contain a needle: one search over the bytes of all rows at once, whose hits are mapped back to rows. A
 * hit that reaches over the end of its row is none.
 */
export function containsBits(column: ByteColumn, rowCount: number, needle: Buffer): Uint8Array {
  const { offsets, data } = column
  const bits = new Uint8Array(bitmapBytes(rowCount))
  if (needle.length === 0) return bits.fill(0xff)
  const finder = new ByteSearch(data, offsets[rowCount]!, needle)
  let row = 0
  let at = finder.next(offsets[0]!)
  while (at >= 0) {
    while (offsets[row + 1]! <= at) row++
    if (at + needle.length <= offsets[row + 1]!) {
      bits[row >>> 3]! |= 1 << (row & 7)
      at = finder.next(offsets[row + 1]!)
    } else at = finder.next(at + 1)
  }
  return bits
}

/** The rows that start (or end) with a needle. */
export function affixBits(column: ByteColumn, rowCount: number, needle: Buffer, side: 'start' | 'end'): Uint8Array {
  const { offsets, data } = column
  const bits = new Uint8Array(bitmapBytes(rowCount))
  const size = needle.length
  for (let i = 0; i < rowCount; i++) {
    const start = offsets[i]!
    const end = offsets[i + 1]!
    if (end - start < size) continue
    const from = side === 'start' ? start : end - size
    let k = 0
    while (k < size && data[from + k] === needle[k]) k++
    if (k === size) bits[i >>> 3]! |= 1 << (i & 7)
  }
  return bits
}

type Test = 'contains' | 'start' | 'end'

function searchKernel(test: Test): Kernel {
  return (input) => {
    const haystack = argument(input, 0)
    const needle = argument(input, 1)
    if (haystack.kind === 'vector' && needle.kind === 'scalar')
      return booleanVector(input.rowCount, constantSearch(test, haystack, needle, input), { validity: input.validity })
    const texts = new TextColumn(haystack)
    const needles = new TextColumn(needle)
    if (test === 'contains') return booleanResult(input, (row) => texts.at(row).includes(needles.at(row)))
    if (test === 'start') return booleanResult(input, (row) => texts.at(row).startsWith(needles.at(row)))
    return booleanResult(input, (row) => texts.at(row).endsWith(needles.at(row)))
  }
}

function constantSearch(test: Test, haystack: Datum, needle: Datum, input: KernelInput): Uint8Array {
  const column = byteColumn(haystack)
  const bytes = Buffer.from(needle.kind === 'scalar' ? (needle.value as string) : '', 'utf8')
  return test === 'contains' ? containsBits(column, input.rowCount, bytes) : affixBits(column, input.rowCount, bytes, test)
}

const containsText: Resolved = { argumentTypes: [utf8, utf8], returnType: bool, kernel: searchKernel('contains') }

export const contains = resolvingFunction({
  name: 'contains',
  category: 'text',
  description: 'Whether a text contains another, or a list a value.',
  example: "contains('abc', 'b')",
  result: 'true',
  signatures: ['contains(text VARCHAR, search VARCHAR) -> BOOLEAN', 'contains(list ANY[], value ANY) -> BOOLEAN'],
  resolve(types) {
    const [a, b] = types
    if (a === undefined || b === undefined || types.length !== 2) return undefined
    const isText = (kind: string): boolean => kind === 'utf8' || kind === 'null'
    return isText(a.kind) && isText(b.kind) ? containsText : resolveListContains(a, b)
  },
})

function affix(name: string, aliases: readonly string[], side: 'start' | 'end', example: string): ScalarFunctionDefinition {
  return scalarFunction({
    name,
    aliases,
    category: 'text',
    description: `Whether a text ${side}s with another.`,
    example,
    result: 'true',
    overloads: [overload({ text: utf8, search: utf8 }, bool, searchKernel(side))],
  })
}

export const startsWith = affix('starts_with', ['prefix', '^@', 'startswith'], 'start', "starts_with('abc', 'a')")
export const endsWith = affix('ends_with', ['suffix', 'endswith'], 'end', "ends_with('abc', 'c')")

export const position = scalarFunction({
  name: 'strpos',
  aliases: ['instr', 'position'],
  category: 'text',
  description: 'Where a text first stands in another, in characters from 1; 0 when it does not.',
  example: "strpos('test test', 'es')",
  result: '2',
  overloads: [
    overload({ text: utf8, search: utf8 }, int64, (input): Vector => {
      const text = new TextColumn(argument(input, 0))
      const search = new TextColumn(argument(input, 1))
      return int64Result(input, int64, (row) => {
        const value = text.at(row)
        const at = value.indexOf(search.at(row))
        return at <= 0 ? at + 1 : text.ascii ? at + 1 : characterCount(value.slice(0, at)) + 1
      })
    }),
  ],
})
