/** format (`{}` in the manner of Python and {fmt}) and printf. */

import type { DataType, Datum } from '@artemis/arrow'
import { bool, float64, int64, scalarAt, uint64, utf8 } from '@artemis/arrow'
import { isInteger, isNumeric } from '@artemis/plan'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { overload, resolvingFunction, scalarFunction } from '../definition/scalar.js'
import { invalidInput } from '../kernel/errors.js'
import { argument } from '../kernel/input.js'
import { bigIntsOf } from '../kernel/primitive-columns.js'
import { textResult } from '../kernel/results.js'
import { TextColumn } from '../kernel/text-columns.js'
import type { Formattable, Specification } from './format-specification.js'
import { formatOne, PLAIN } from './format-specification.js'

/** What stands between two values of a format, and how a value is put there. */
type Piece = { readonly text: string } | { readonly index: number; readonly specification: Specification }

const FIELD = /\{\{|\}\}|\{(\d*)(?::((?:(.)?([<>^]))?([+ -])?(#)?(0)?(\d+)?([,_']|t.)?(?:\.(\d+))?([a-zA-Z%])?))?\}/gsu

function parseFields(format: string): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  let automatic = 0
  for (const match of format.matchAll(FIELD)) {
    pushText(pieces, format.slice(end, match.index))
    end = match.index + match[0].length
    if (match[0] === '{{' || match[0] === '}}') pieces.push({ text: match[0][0]! })
    else pieces.push({ index: match[1] === '' ? automatic++ : Number(match[1]), specification: fieldSpecification(match) })
  }
  pushText(pieces, format.slice(end))
  return pieces
}

function pushText(pieces: Piece[], text: string): void {
  if (/[{}]/.test(text)) throw invalidInput(`the format has an unmatched or unknown field: ${text}`)
  if (text !== '') pieces.push({ text })
}

function fieldSpecification(match: RegExpExecArray): Specification {
  const [, , , fill, align, sign, prefixed, zero, width, group, precision, type] = match
  return {
    fill: fill ?? ' ',
    align: (align ?? '') as Specification['align'],
    sign: (sign ?? '-') as Specification['sign'],
    prefixed: prefixed !== undefined,
    zeroPadded: zero !== undefined && align === undefined,
    width: Number(width ?? 0),
    group: group === undefined ? '' : group.startsWith('t') ? group.slice(1) : group,
    precision: precision === undefined ? undefined : Number(precision),
    type: type ?? '',
  }
}

const DIRECTIVE = /%(?:%|([-+ #0,]*)(\d+)?(?:\.(\d+))?(?:hh|h|ll|l|z|j)?([a-zA-Z]))/g

function parseDirectives(format: string): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  let index = 0
  for (const match of format.matchAll(DIRECTIVE)) {
    if (match.index > end) pieces.push({ text: format.slice(end, match.index) })
    end = match.index + match[0].length
    if (match[0] === '%%') {
      pieces.push({ text: '%' })
      continue
    }
    const flags = match[1] ?? ''
    pieces.push({
      index: index++,
      specification: {
        ...PLAIN,
        align: flags.includes('-') ? '<' : '>',
        sign: flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '-',
        prefixed: flags.includes('#'),
        zeroPadded: flags.includes('0') && !flags.includes('-'),
        width: Number(match[2] ?? 0),
        group: flags.includes(',') ? ',' : '',
        precision: match[3] === undefined ? undefined : Number(match[3]),
        type: match[4]!,
      },
    })
  }
  if (end < format.length) pieces.push({ text: format.slice(end) })
  return pieces
}

function render(pieces: readonly Piece[], value: (index: number) => Formattable): string {
  let result = ''
  for (const piece of pieces) result += 'text' in piece ? piece.text : formatOne(value(piece.index), piece.specification)
  return result
}

/** Numbers are formatted as numbers, all else as its text. */
function formattableType(type: DataType): DataType {
  if (type.kind === 'bool') return bool
  if (type.kind === 'uint64') return uint64
  if (isInteger(type)) return int64
  return isNumeric(type) ? float64 : utf8
}

function reader(datum: Datum): (row: number) => Formattable {
  if (datum.kind === 'scalar') {
    const value = datum.value as Formattable
    return () => value
  }
  if (datum.vector.type.kind === 'utf8') {
    const text = new TextColumn(datum)
    return (row) => text.at(row)
  }
  return (row) => scalarAt(datum.vector, row) as Formattable
}

function formatting(
  name: string,
  parse: (format: string) => Piece[],
  documentation: { description: string; example: string; result: string },
): ScalarFunctionDefinition {
  return resolvingFunction({
    name,
    category: 'text',
    ...documentation,
    signatures: [`${name}(format VARCHAR, value ANY, …) -> VARCHAR`],
    resolve(types) {
      const [format, ...values] = types
      if (format?.kind !== 'utf8' && format?.kind !== 'null') return undefined
      return {
        argumentTypes: [utf8, ...values.map(formattableType)],
        returnType: utf8,
        canThrow: true,
        kernel(input) {
          const formats = new TextColumn(argument(input, 0))
          const readers = input.args.slice(1).map(reader)
          const constant = formats.constant === null ? undefined : parse(formats.constant)
          return textResult(input, (row) =>
            render(constant ?? parse(formats.at(row)), (index) => {
              const read = readers[index]
              if (read === undefined) throw invalidInput(`${name} has no argument for field ${index + 1} of '${formats.at(row)}'`)
              return read(row)
            }),
          )
        },
      }
    },
  })
}

export const format = formatting('format', parseFields, {
  description: 'Puts values into the fields {} of a text: {}, {0}, {:>8}, {:05d}, {:,}, {:.2f}, {:x} and so on, as in Python.',
  example: "format('{:,} ducks of {}', 1234, 'Köln')",
  result: '1,234 ducks of Köln',
})

export const printf = formatting('printf', parseDirectives, {
  description: 'Puts values into the directives of a text: %d, %05.2f, %-8s, %x and so on, as in C.',
  example: "printf('%d ducks, %5.2f', 12, 3.14159)",
  result: '12 ducks,  3.14',
})

function readable(
  name: string,
  aliases: readonly string[],
  base: number,
  units: readonly string[],
  result: string,
): ScalarFunctionDefinition {
  return scalarFunction({
    name,
    aliases,
    category: 'text',
    description: `A number of bytes as people read it, in powers of ${base}.`,
    example: `${name}(16000)`,
    result,
    overloads: [
      overload({ bytes: int64 }, utf8, (input) => {
        const values = bigIntsOf(argument(input, 0), input.rowCount)
        return textResult(input, (row) => readableSize(Number(values[row]!), base, units))
      }),
    ],
  })
}

function readableSize(bytes: number, base: number, units: readonly string[]): string {
  const size = Math.abs(bytes)
  if (size < base) return `${bytes} ${size === 1 ? 'byte' : 'bytes'}`
  const power = Math.min(units.length, Math.floor(Math.log(size) / Math.log(base)))
  const tenths = Math.floor((size / base ** power) * 10)
  return `${bytes < 0 ? '-' : ''}${Math.floor(tenths / 10)}.${tenths % 10} ${units[power - 1]}`
}

export const formatBytes = readable('format_bytes', ['formatreadablesize'], 1024, ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'], '15.6 KiB')
export const formatDecimalBytes = readable('formatreadabledecimalsize', [], 1000, ['kB', 'MB', 'GB', 'TB', 'PB', 'EB'], '16.0 kB')
