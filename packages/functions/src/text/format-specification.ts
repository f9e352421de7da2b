/**
 * One value put into a format: width, alignment, sign, grouping, precision and type, as in Python's and {fmt}'s
 * format strings and in C's printf.
 */

import { formatFloat64 } from '@artemis/arrow'
import { invalidInput } from '../kernel/errors.js'

export type Formattable = bigint | number | string | boolean

export interface Specification {
  readonly fill: string
  readonly align: '<' | '>' | '^' | ''
  readonly sign: '+' | ' ' | '-'
  /** `0x`, `0b` and `0` before digits of another base. */
  readonly prefixed: boolean
  readonly zeroPadded: boolean
  readonly width: number
  /** The character between groups of three digits, or empty. */
  readonly group: string
  readonly precision: number | undefined
  readonly type: string
}

export const PLAIN: Specification = {
  fill: ' ',
  align: '',
  sign: '-',
  prefixed: false,
  zeroPadded: false,
  width: 0,
  group: '',
  precision: undefined,
  type: '',
}

export function formatOne(value: Formattable, specification: Specification): string {
  if (typeof value === 'string') return formatText(value, specification)
  if (typeof value === 'boolean') return formatText(value ? 'true' : 'false', specification)
  const digits = typeof value === 'bigint' ? integerDigits(value, specification) : floatDigits(value, specification)
  const negative = typeof value === 'bigint' ? value < 0n : value < 0 || Object.is(value, -0)
  const sign = negative ? '-' : specification.sign === '-' ? '' : specification.sign
  const prefix = specification.prefixed ? (BASE_PREFIXES[specification.type] ?? '') : ''
  const body = sign + prefix
  const missing = specification.width - body.length - digits.length
  if (specification.zeroPadded && missing > 0) return body + '0'.repeat(missing) + digits
  return align(body + digits, specification, '>')
}

const BASE_PREFIXES: Readonly<Record<string, string>> = { x: '0x', X: '0X', b: '0b', B: '0B', o: '0' }

function formatText(value: string, specification: Specification): string {
  if (specification.type !== '' && specification.type !== 's') throw invalidType(specification.type, 'text')
  const cut = specification.precision === undefined ? value : [...value].slice(0, specification.precision).join('')
  return align(cut, specification, '<')
}

function align(text: string, { width, fill, align: wanted }: Specification, standard: '<' | '>'): string {
  const missing = width - [...text].length
  if (missing <= 0) return text
  const side = wanted === '' ? standard : wanted
  if (side === '<') return text + fill.repeat(missing)
  if (side === '>') return fill.repeat(missing) + text
  const before = Math.floor(missing / 2)
  return fill.repeat(before) + text + fill.repeat(missing - before)
}

function invalidType(type: string, kind: string): Error {
  return invalidInput(`the format type "${type}" does not fit ${kind}`)
}

function grouped(digits: string, group: string): string {
  return group === '' ? digits : digits.replace(/\B(?=(\d{3})+(?!\d))/g, group)
}

function integerDigits(value: bigint, { type, group }: Specification): string {
  const size = value < 0n ? -value : value
  switch (type) {
    case '':
    case 'd':
    case 'i':
    case 'u':
    case 'n':
      return grouped(String(size), group)
    case 'x':
      return size.toString(16)
    case 'X':
      return size.toString(16).toUpperCase()
    case 'o':
      return size.toString(8)
    case 'b':
    case 'B':
      return size.toString(2)
    case 'c':
      return String.fromCodePoint(Number(size))
    default:
      throw invalidType(type, 'an integer')
  }
}

function floatDigits(value: number, { type, precision, group }: Specification): string {
  const size = Math.abs(value)
  if (!Number.isFinite(size)) return Number.isNaN(size) ? 'nan' : 'inf'
  switch (type) {
    case '':
      return precision === undefined ? groupWhole(formatFloat64(size), group) : groupWhole(general(size, precision), group)
    case 'f':
    case 'F':
      return groupWhole(size.toFixed(Math.min(100, precision ?? 6)), group)
    case 'e':
    case 'E': {
      const text = paddedExponent(size.toExponential(Math.min(100, precision ?? 6)))
      return type === 'E' ? text.toUpperCase() : text
    }
    case 'g':
    case 'G': {
      const text = general(size, precision ?? 6)
      return type === 'G' ? text.toUpperCase() : text
    }
    default:
      throw invalidType(type, 'a floating-point number')
  }
}

function groupWhole(text: string, group: string): string {
  const point = text.indexOf('.')
  return point < 0 ? grouped(text, group) : grouped(text.slice(0, point), group) + text.slice(point)
}

function paddedExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2')
}

/** C's %g: fixed or with an exponent, whichever is shorter, without zeros at the end. */
function general(value: number, precision: number): string {
  const digits = Math.max(1, Math.min(100, precision))
  if (value === 0) return '0'
  const exponent = Number(value.toExponential(digits - 1).split('e')[1])
  if (exponent < -4 || exponent >= digits) {
    const [mantissa = '', power = ''] = value.toExponential(digits - 1).split('e')
    return paddedExponent(`${trimZeros(mantissa)}e${power}`)
  }
  return trimZeros(value.toFixed(Math.min(100, digits - 1 - exponent)))
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
