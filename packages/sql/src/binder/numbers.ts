/** Number literals: the narrowest type that holds every digit, and exact conversions between number types at bind time. */

import type { Span } from '@artemis/errors'
import type { DataType, LiteralExpression, Scalar } from '@artemis/plan'
import { decimal, float64, int32, int64, literal } from '@artemis/plan'
import { bindError } from './errors.js'

const MAX_DIGITS = 38

/**
 * `12` is INTEGER, BIGINT or DECIMAL(38,0) by its size, `1.50` DECIMAL(3,2), `1e3` DOUBLE; what has more than 38 digits
 * is DOUBLE. `negative` is for a minus directly before the number, which the smallest integers need.
 */
export function numberLiteral(text: string, negative: boolean, span: Span): LiteralExpression {
  if (/^0[xbo]/i.test(text)) return integerLiteral(BigInt(text), negative, span) ?? tooLong(text, span)
  if (/e/i.test(text)) return literal(float64, signed(Number(text), negative), span)
  const point = text.indexOf('.')
  if (point < 0) return integerLiteral(BigInt(text), negative, span) ?? literal(float64, signed(Number(text), negative), span)
  const scale = text.length - point - 1
  const digits = text.replace('.', '')
  const whole = text.slice(0, point).replace(/^0+(?=\d)/, '')
  const precision = Math.max(1, whole.length + scale)
  if (precision > MAX_DIGITS) return literal(float64, signed(Number(text), negative), span)
  const unscaled = BigInt(digits)
  return literal(decimal(precision, scale), negative ? -unscaled : unscaled, span)
}

function integerLiteral(magnitude: bigint, negative: boolean, span: Span): LiteralExpression | undefined {
  const value = negative ? -magnitude : magnitude
  if (value >= -2147483648n && value <= 2147483647n) return literal(int32, Number(value), span)
  if (value >= -9223372036854775808n && value <= 9223372036854775807n) return literal(int64, value, span)
  if (magnitude < 10n ** BigInt(MAX_DIGITS)) return literal(decimal(MAX_DIGITS, 0), value, span)
  return undefined
}

function tooLong(text: string, span: Span): never {
  throw bindError('NUMBER_OUT_OF_RANGE', `${text} has more than ${MAX_DIGITS} digits`, span)
}

function signed(value: number, negative: boolean): number {
  return negative ? -value : value
}

const INTEGER_RANGES: Partial<Record<DataType['kind'], readonly [bigint, bigint]>> = {
  int8: [-128n, 127n],
  int16: [-32768n, 32767n],
  int32: [-2147483648n, 2147483647n],
  int64: [-9223372036854775808n, 9223372036854775807n],
  uint8: [0n, 255n],
  uint16: [0n, 65535n],
  uint32: [0n, 4294967295n],
  uint64: [0n, 18446744073709551615n],
}

/**
 * The value of an integer, a decimal or a whole DOUBLE in another number type, or undefined when it is not exactly there.
 * Conversion to DOUBLE always succeeds, to the nearest.
 */
export function convertNumber(value: Scalar, from: DataType, to: DataType): Scalar | undefined {
  const exact = exactNumber(value, from)
  if (exact === undefined) return undefined
  if (to.kind === 'float64') return Number(decimalText(exact.unscaled, exact.scale))
  if (to.kind === 'decimal') {
    const unscaled = rescale(exact, to.scale)
    if (unscaled === undefined) return undefined
    const limit = 10n ** BigInt(to.precision)
    return unscaled < limit && unscaled > -limit ? unscaled : undefined
  }
  const range = INTEGER_RANGES[to.kind]
  if (range === undefined) return undefined
  const whole = rescale(exact, 0)
  if (whole === undefined || whole < range[0] || whole > range[1]) return undefined
  return to.kind === 'int64' || to.kind === 'uint64' ? whole : Number(whole)
}

interface ExactNumber {
  readonly unscaled: bigint
  readonly scale: number
}

function exactNumber(value: Scalar, type: DataType): ExactNumber | undefined {
  if (typeof value === 'bigint') return { unscaled: value, scale: type.kind === 'decimal' ? type.scale : 0 }
  // A DOUBLE counts where it is a whole number.
  return typeof value === 'number' && Number.isSafeInteger(value) ? { unscaled: BigInt(value), scale: 0 } : undefined
}

/** At another scale; undefined when digits would be lost. */
function rescale({ unscaled, scale }: ExactNumber, to: number): bigint | undefined {
  if (to >= scale) return unscaled * 10n ** BigInt(to - scale)
  const divisor = 10n ** BigInt(scale - to)
  return unscaled % divisor === 0n ? unscaled / divisor : undefined
}

function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return unscaled.toString()
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}
