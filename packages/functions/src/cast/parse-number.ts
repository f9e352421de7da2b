/** Text as numbers and booleans, in the spellings that DuckDB reads. Each parser gives undefined for other text. */

import { bigPowerOfTen } from '../kernel/decimal-words.js'
import { divideRounded } from './decimals.js'

const DECIMAL = /^[ \t\n\v\f\r]*([+-]?)(\d+(?:_\d+)*)?(?:(\.)(\d+(?:_\d+)*)?)?(?:[eE]([+-]?\d+))?[ \t\n\v\f\r]*$/
const PREFIXED = /^[ \t\n\v\f\r]*0(?:[xX]([0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)|[bB]([01]+(?:_[01]+)*))[ \t\n\v\f\r]*$/

/** Exponents beyond this make the value 0 or overflow in every type. */
const MAX_EXPONENT = 400

/** The number times 10^scale, rounded half away from zero. */
export function parseScaled(text: string, scale: number): bigint | undefined {
  const match = DECIMAL.exec(text)
  if (match === null || (match[2] === undefined && match[4] === undefined)) return undefined
  const fraction = (match[4] ?? '').replaceAll('_', '')
  const digits = (match[2] ?? '').replaceAll('_', '') + fraction
  const exponent = Number(match[5] ?? 0) - fraction.length + scale
  if (exponent > MAX_EXPONENT) return /^0*$/.test(digits) ? 0n : undefined
  const unscaled = BigInt(digits)
  const value = exponent >= 0 ? unscaled * bigPowerOfTen(exponent) : exponent < -digits.length - 1 ? 0n : divideRounded(unscaled, -exponent)
  return match[1] === '-' ? -value : value
}

/** A whole number; a fraction is rounded half away from zero. Hexadecimal (`0x1f`) and binary (`0b101`) too. */
export function parseInteger(text: string): bigint | undefined {
  const prefixed = PREFIXED.exec(text)
  if (prefixed === null) return parseScaled(text, 0)
  return prefixed[1] === undefined ? BigInt(`0b${prefixed[2]!.replaceAll('_', '')}`) : BigInt(`0x${prefixed[1].replaceAll('_', '')}`)
}

/** A float: decimal or with an exponent, `inf`, `infinity` and `nan` in any case. */
export function parseFloating(text: string): number | undefined {
  const match = DECIMAL.exec(text)
  if (match !== null) {
    if (match[2] === undefined && match[4] === undefined) return undefined
    return Number(text.trim().replaceAll('_', ''))
  }
  const word = /^\s*([+-]?)(inf|infinity|nan)\s*$/i.exec(text)
  if (word === null) return undefined
  const value = word[2]!.toLowerCase() === 'nan' ? Number.NaN : Infinity
  return word[1] === '-' ? -value : value
}

const BOOLEANS = new Map<string, boolean>([
  ['true', true],
  ['t', true],
  ['yes', true],
  ['y', true],
  ['1', true],
  ['false', false],
  ['f', false],
  ['no', false],
  ['n', false],
  ['0', false],
])

export function parseBoolean(text: string): boolean | undefined {
  return BOOLEANS.get(text.toLowerCase())
}
