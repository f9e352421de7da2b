/** How long a text is: in characters, in bytes, in bits. */

import type { Vector } from '@artemis/arrow'
import { binary, int64, primitiveVector, utf8 } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { overload, resolvingFunction, scalarFunction } from '../definition/scalar.js'
import type { Kernel, KernelInput } from '../kernel/input.js'
import { argument } from '../kernel/input.js'
import { int64Result } from '../kernel/results.js'
import { byteColumn, isAsciiColumn, TextColumn } from '../kernel/text-columns.js'
import { resolveListLength } from '../nested/list-length.js'

/** Every byte but those that continue a character starts one. */
function countCharacters(data: Uint8Array, start: number, end: number): number {
  let count = 0
  for (let i = start; i < end; i++) if ((data[i]! & 0xc0) !== 0x80) count++
  return count
}

const characterLength: Kernel = (input) => {
  const column = byteColumn(argument(input, 0))
  if (isAsciiColumn(column)) return byteLengths(input, 1)
  const { offsets, data, stride } = column
  const out = new BigInt64Array(input.rowCount)
  const words = new Int32Array(out.buffer)
  for (let i = 0; i < out.length; i++) words[2 * i] = countCharacters(data, offsets[i * stride]!, offsets[i * stride + 1]!)
  return primitiveVector(int64, out, { validity: input.validity })
}

function byteLengths(input: KernelInput, factor: number): Vector {
  const { offsets, stride } = byteColumn(argument(input, 0))
  const out = new BigInt64Array(input.rowCount)
  const words = new Int32Array(out.buffer)
  for (let i = 0; i < out.length; i++) {
    const size = (offsets[i * stride + 1]! - offsets[i * stride]!) * factor
    words[2 * i] = size
    words[2 * i + 1] = Math.floor(size / 4294967296)
  }
  return primitiveVector(int64, out, { validity: input.validity })
}

export const length = resolvingFunction({
  name: 'length',
  aliases: ['len', 'char_length', 'character_length'],
  category: 'text',
  description: 'The number of characters (Unicode code points) of a text, or of elements of a list.',
  example: "length('Hello🦆')",
  result: '6',
  signatures: ['length(text VARCHAR) -> BIGINT', 'length(list ANY[]) -> BIGINT'],
  resolve(types) {
    const [type] = types
    if (type === undefined || types.length !== 1) return undefined
    if (type.kind === 'utf8' || type.kind === 'null') return { argumentTypes: [utf8], returnType: int64, kernel: characterLength }
    return resolveListLength(type)
  },
})

function bytes(
  name: string,
  aliases: readonly string[],
  factor: number,
  documentation: { description: string; example: string; result: string },
): ScalarFunctionDefinition {
  const kernel: Kernel = (input) => byteLengths(input, factor)
  return scalarFunction({
    name,
    aliases,
    category: 'text',
    ...documentation,
    overloads: [overload({ text: utf8 }, int64, kernel), overload({ bytes: binary }, int64, kernel)],
  })
}

export const strlen = bytes('strlen', ['octet_length'], 1, { description: 'The number of bytes.', example: "strlen('🦆')", result: '4' })
export const bitLength = bytes('bit_length', [], 8, { description: 'The number of bits.', example: "bit_length('abc')", result: '24' })

export const graphemeLength = scalarFunction({
  name: 'length_grapheme',
  category: 'text',
  description: 'The number of characters as people see them (grapheme clusters).',
  example: "length_grapheme('🤦🏼‍♂️')",
  result: '1',
  overloads: [
    overload({ text: utf8 }, int64, (input) => {
      const text = new TextColumn(argument(input, 0))
      const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
      return int64Result(input, int64, (row) => {
        let count = 0
        for (const _ of segmenter.segment(text.at(row))) count++
        return count
      })
    }),
  ],
})
