/**
 * round, trunc, ceil, floor. Floats stay floats, decimals lose their fraction exactly, integers change only for negative
 * digits. Ties round away from zero.
 */

import type { DataType, Scalar, Vector } from '@artemis/arrow'
import { allocatePrimitive, decimal, float32, float64, int32, primitiveVector } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { isFloat, isInteger, sqlTypeName } from '@artemis/plan'
import type { Resolved } from '../definition/scalar.js'
import { overload, resolvingFunction, scalarFunction } from '../definition/scalar.js'
import {
  bigAt,
  bigPowerOfTen,
  decimalColumn,
  decimalVector,
  isSmall,
  POWERS_OF_TEN,
  smallAt,
  writeBig,
  writeSmall,
} from '../kernel/decimal-words.js'
import { outOfRange } from '../kernel/errors.js'
import type { Kernel, KernelInput } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import { numericKernel } from '../kernel/loops.js'
import { bigIntsOf, doublesOf } from '../kernel/primitive-columns.js'
import { numberResult } from '../kernel/results.js'
import { roundHalfAway, roundHalfEven } from '../kernel/rounding.js'

/** How a quotient that is not whole becomes whole. */
type Mode = 'nearest' | 'towards zero' | 'up' | 'down'

function divideBig(value: bigint, divisor: bigint, mode: Mode): bigint {
  const quotient = value / divisor
  const remainder = value % divisor
  if (remainder === 0n) return quotient
  const away = value < 0n ? quotient - 1n : quotient + 1n
  switch (mode) {
    case 'nearest':
      return (remainder < 0n ? -remainder : remainder) * 2n >= divisor ? away : quotient
    case 'towards zero':
      return quotient
    case 'up':
      return value > 0n ? away : quotient
    case 'down':
      return value < 0n ? away : quotient
  }
}

function divideSmall(value: number, divisor: number, mode: Mode): number {
  const quotient = Math.trunc(value / divisor)
  const remainder = value - quotient * divisor
  if (remainder === 0) return quotient
  const away = value < 0 ? quotient - 1 : quotient + 1
  switch (mode) {
    case 'nearest':
      return 2 * Math.abs(remainder) >= divisor ? away : quotient
    case 'towards zero':
      return quotient
    case 'up':
      return value > 0 ? away : quotient
    case 'down':
      return value < 0 ? away : quotient
  }
}

/** A decimal brought to `10^-digits`, in a type of `max(digits, 0)` decimal places. */
function decimalKernel(type: Extract<DataType, { kind: 'decimal' }>, digits: number, mode: Mode): { kernel: Kernel; returns: DataType } {
  const scale = Math.max(0, Math.min(digits, type.scale))
  const dropped = Math.min(38, type.scale - Math.min(digits, type.scale))
  // Beyond the decimal point the digits come back as zeros.
  const zeros = dropped - (type.scale - scale)
  const returns = decimal(type.precision, scale)
  const divisor = bigPowerOfTen(dropped)
  const factor = bigPowerOfTen(zeros)
  const smallDivisor = dropped <= 15 ? POWERS_OF_TEN[dropped]! : 0
  const kernel: Kernel = (input) => {
    const { words, stride } = decimalColumn(argument(input, 0))
    const out = new Int32Array(input.rowCount * 4)
    for (let i = 0; i < input.rowCount; i++) {
      const k = 4 * i * stride
      if (smallDivisor !== 0 && isSmall(words, k))
        writeSmall(out, 4 * i, divideSmall(smallAt(words, k), smallDivisor, mode) * Number(factor))
      else {
        const value = divideBig(bigAt(words, k), divisor, mode) * factor
        if (isRowValid(input.validity, i) && (value < 0n ? -value : value) >= bigPowerOfTen(type.precision)) {
          throw outOfRange(`${value} does not fit the type ${sqlTypeName(returns)} after rounding`)
        }
        writeBig(out, 4 * i, value)
      }
    }
    return decimalVector(returns, out, { validity: input.validity })
  }
  return { kernel, returns }
}

function resolveDecimal(type: Extract<DataType, { kind: 'decimal' }>, digits: Scalar | undefined, mode: Mode): Resolved | undefined {
  const given = typeof digits === 'bigint' || typeof digits === 'number' ? Number(digits) : undefined
  if (given === undefined) return undefined
  const { kernel, returns } = decimalKernel(type, given, mode)
  return { argumentTypes: [type, int32], returnType: returns, kernel, canThrow: given < 0 }
}

/** Digits beyond which rounding a double changes nothing. */
function roundDouble(value: number, digits: number, mode: 'nearest' | 'towards zero'): number {
  const whole = mode === 'nearest' ? roundHalfAway : Math.trunc
  if (digits < 0) {
    const factor = 10 ** -digits
    const result = whole(value / factor) * factor
    return Number.isFinite(result) ? result : 0
  }
  const factor = 10 ** digits
  const result = whole(value * factor) / factor
  return Number.isFinite(result) ? result : value
}

function floatKernel(type: DataType, mode: 'nearest' | 'towards zero'): Kernel {
  return (input) => {
    const values = doublesOf(argument(input, 0), input.rowCount)
    const digits = doublesOf(argument(input, 1), input.rowCount)
    return numberResult(input, type, (row) => roundDouble(values[row]!, digits[row]!, mode))
  }
}

function integerKernel(type: DataType, mode: 'nearest' | 'towards zero'): Kernel {
  return (input: KernelInput): Vector => {
    const values = bigIntsOf(argument(input, 0), input.rowCount)
    const digits = doublesOf(argument(input, 1), input.rowCount)
    const out = allocatePrimitive(type, input.rowCount)
    for (let i = 0; i < input.rowCount; i++) {
      if (!isRowValid(input.validity, i)) continue
      const value = roundInteger(values[i]!, digits[i]!, mode)
      const wide = out instanceof BigInt64Array || out instanceof BigUint64Array
      if (wide) out[i] = value
      else out[i] = Number(value)
      if (BigInt(out[i]!) !== value)
        throw outOfRange(`${values[i]} rounded to ${digits[i]} digits does not fit the type ${sqlTypeName(type)}`)
    }
    return primitiveVector(type, out, { validity: input.validity })
  }
}

function roundInteger(value: bigint, digits: number, mode: Mode): bigint {
  if (digits >= 0) return value
  if (digits < -20) return 0n
  const factor = bigPowerOfTen(-digits)
  return divideBig(value, factor, mode) * factor
}

function resolveRounding(
  mode: 'nearest' | 'towards zero',
  types: readonly DataType[],
  constants: readonly (Scalar | undefined)[],
): Resolved | undefined {
  const [given, digits] = types
  if (given === undefined || types.length > 2) return undefined
  const type = given.kind === 'null' ? float64 : given
  if (digits !== undefined && !isInteger(digits) && digits.kind !== 'null') return undefined
  if (digits === undefined) return resolveWhole(mode, type)
  if (type.kind === 'decimal') {
    // The scale of the result must be known to bind it; otherwise the value is rounded as a double.
    return (
      resolveDecimal(type, constants[1], mode) ?? {
        argumentTypes: [float64, int32],
        returnType: float64,
        kernel: floatKernel(float64, mode),
      }
    )
  }
  if (isFloat(type)) return { argumentTypes: [type, int32], returnType: type, kernel: floatKernel(type, mode) }
  if (isInteger(type))
    return { argumentTypes: [type, int32], returnType: type, kernel: integerKernel(type, mode), canThrow: mode === 'nearest' }
  return undefined
}

function resolveWhole(mode: 'nearest' | 'towards zero', type: DataType): Resolved | undefined {
  if (type.kind === 'decimal') {
    const { kernel, returns } = decimalKernel(type, 0, mode)
    return { argumentTypes: [type], returnType: returns, kernel }
  }
  if (isFloat(type)) {
    const emit = mode === 'nearest' ? emitRound : ([x]: readonly string[]): string => `Math.trunc(${x})`
    return { argumentTypes: [type], returnType: type, kernel: numericKernel(emit, type), emit }
  }
  if (!isInteger(type)) return undefined
  return {
    argumentTypes: [type],
    returnType: type,
    kernel: (input) => integerKernel(type, mode)({ ...input, args: [argument(input, 0), { kind: 'scalar', type: int32, value: 0 }] }),
  }
}

// Math.round sends ties up; taking the absolute value sends them away from zero, and the sign keeps -0. Adding one half
// would round 0.49999999999999994 up, which Math.round does not.
const emitRound = ([x]: readonly string[]): string => `(${x} < 0 || 1 / ${x} < 0 ? -Math.round(-${x}) : Math.round(${x}))`

export const round = resolvingFunction({
  name: 'round',
  category: 'math',
  description: 'Rounds to a number of decimal places (0 by default; negative ones round to tens, hundreds, …). Ties round away from zero.',
  example: 'round(42.4332, 2)',
  result: '42.43',
  signatures: ['round(x number[, digits INTEGER]) -> the same kind of number'],
  resolve: (types, constants) => resolveRounding('nearest', types, constants),
})

export const trunc = resolvingFunction({
  name: 'trunc',
  aliases: ['truncate'],
  category: 'math',
  description: 'Cuts off after a number of decimal places (0 by default).',
  example: 'trunc(17.4)',
  result: '17',
  signatures: ['trunc(x number[, digits INTEGER]) -> the same kind of number'],
  resolve: (types, constants) => resolveRounding('towards zero', types, constants),
})

function toInteger(
  name: string,
  aliases: readonly string[],
  mode: 'up' | 'down',
  method: string,
  documentation: { description: string; example: string; result: string },
): ScalarFunctionDefinition {
  const emit = ([x]: readonly string[]): string => `Math.${method}(${x})`
  return resolvingFunction({
    name,
    aliases,
    category: 'math',
    ...documentation,
    signatures: [`${name}(x DECIMAL) -> DECIMAL`, `${name}(x FLOAT) -> FLOAT`, `${name}(x DOUBLE) -> DOUBLE`],
    resolve(types) {
      const [type] = types
      if (type === undefined || types.length !== 1) return undefined
      if (type.kind === 'decimal') {
        const { kernel, returns } = decimalKernel(type, 0, mode)
        return { argumentTypes: [type], returnType: returns, kernel }
      }
      const float = type.kind === 'float32' ? float32 : isFloat(type) || isInteger(type) || type.kind === 'null' ? float64 : undefined
      return float === undefined ? undefined : { argumentTypes: [float], returnType: float, kernel: numericKernel(emit, float), emit }
    },
  })
}

export const ceil = toInteger('ceil', ['ceiling'], 'up', 'ceil', {
  description: 'The smallest whole number that is not less.',
  example: 'ceil(17.4)',
  result: '18',
})
export const floor = toInteger('floor', [], 'down', 'floor', {
  description: 'The largest whole number that is not greater.',
  example: 'floor(17.4)',
  result: '17',
})

export const roundEven = scalarFunction({
  name: 'round_even',
  aliases: ['roundbankers'],
  category: 'math',
  description: 'Rounds to a number of decimal places, ties to the even digit.',
  example: 'round_even(24.5, 0)',
  result: '24.0',
  overloads: [
    overload({ x: float64, digits: int32 }, float64, (input) => {
      const values = doublesOf(argument(input, 0), input.rowCount)
      const digits = doublesOf(argument(input, 1), input.rowCount)
      return numberResult(input, float64, (row) => {
        const factor = 10 ** digits[row]!
        const result = roundHalfEven(values[row]! * factor) / factor
        if (result === 0 && values[row]! < 0) return -0
        return Number.isFinite(result) ? result : values[row]!
      })
    }),
  ],
})
