/** The arithmetic operators and their function names. */

import { float64 } from '@artemis/arrow'
import { commonNumericType, isInteger } from '@artemis/plan'
import { overload, resolvingFunction, scalarFunction } from '../definition/scalar.js'
import { numericKernel } from '../kernel/loops.js'
import {
  resolveTemporalAddition,
  resolveTemporalMultiplication,
  resolveTemporalDivision,
  resolveTemporalSubtraction,
} from '../temporal/arithmetic.js'
import { divisionType, floatOperator, integerOperator, numericPair, resolveNumeric } from './numeric-resolution.js'
import { identity, negation } from './sign.js'

const NUMBERS = 'numbers'

export const addition = resolvingFunction({
  name: '+',
  aliases: ['add'],
  category: 'arithmetic',
  description: 'Adds numbers, days to a date, or an interval to a date, time or timestamp. Integer and decimal overflow is an error.',
  example: '2 + 3',
  result: '5',
  signatures: [
    `+(${NUMBERS}, ${NUMBERS}) -> the common type`,
    '+(DATE, INTEGER) -> DATE',
    '+(DATE, INTERVAL) -> TIMESTAMP',
    '+(DATE, TIME) -> TIMESTAMP',
    '+(TIMESTAMP, INTERVAL) -> TIMESTAMP',
    '+(TIME, INTERVAL) -> TIME',
    '+(INTERVAL, INTERVAL) -> INTERVAL',
  ],
  resolve(types, constants) {
    if (types.length === 1) return identity(types[0]!)
    const pair = numericPair(types, constants)
    return pair === undefined ? resolveTemporalAddition(types, constants) : resolveNumeric('+', ...pair)
  },
})

export const subtraction = resolvingFunction({
  name: '-',
  aliases: ['subtract', 'negate'],
  category: 'arithmetic',
  description:
    'Subtracts numbers, days or an interval; two dates differ in days, two timestamps by an interval. With one argument, negates.',
  example: '2 - 3',
  result: '-1',
  signatures: [
    `-(${NUMBERS}, ${NUMBERS}) -> the common type`,
    `-(${NUMBERS}) -> the same type`,
    '-(DATE, DATE) -> BIGINT',
    '-(DATE, INTEGER) -> DATE',
    '-(DATE, INTERVAL) -> TIMESTAMP',
    '-(TIMESTAMP, TIMESTAMP) -> INTERVAL',
    '-(TIMESTAMP, INTERVAL) -> TIMESTAMP',
    '-(TIME, INTERVAL) -> TIME',
    '-(INTERVAL, INTERVAL) -> INTERVAL',
  ],
  resolve(types, constants) {
    if (types.length === 1) return negation(types[0]!)
    const pair = numericPair(types, constants)
    return pair === undefined ? resolveTemporalSubtraction(types, constants) : resolveNumeric('-', ...pair)
  },
})

export const multiplication = resolvingFunction({
  name: '*',
  aliases: ['multiply'],
  category: 'arithmetic',
  description: 'Multiplies numbers, or an interval by a number. Integer and decimal overflow is an error.',
  example: '2 * 3',
  result: '6',
  signatures: [`*(${NUMBERS}, ${NUMBERS}) -> the common type`, '*(INTERVAL, DOUBLE) -> INTERVAL', '*(DOUBLE, INTERVAL) -> INTERVAL'],
  resolve(types, constants) {
    const pair = numericPair(types, constants)
    return pair === undefined ? resolveTemporalMultiplication(types) : resolveNumeric('*', ...pair)
  },
})

export const division = resolvingFunction({
  name: '/',
  category: 'arithmetic',
  description:
    'Divides as floating-point numbers, also integers: 7 / 2 is 3.5. Division by zero follows IEEE 754. Use // for whole quotients.',
  example: '7 / 2',
  result: '3.5',
  signatures: ['/(DOUBLE, DOUBLE) -> DOUBLE', '/(FLOAT, FLOAT) -> FLOAT', '/(INTERVAL, DOUBLE) -> INTERVAL'],
  resolve(types, constants) {
    const pair = numericPair(types, constants)
    return pair === undefined ? resolveTemporalDivision(types) : floatOperator('/', divisionType(...pair))
  },
})

export const integerDivision = resolvingFunction({
  name: '//',
  aliases: ['divide'],
  category: 'arithmetic',
  description: 'Divides integers and cuts the fraction off; NULL when dividing by zero. Other numbers divide as with /.',
  example: '7 // 2',
  result: '3',
  signatures: ['//(integers, integers) -> the common type', '//(DOUBLE, DOUBLE) -> DOUBLE'],
  resolve(types, constants) {
    const pair = numericPair(types, constants)
    if (pair === undefined) return undefined
    const common = commonNumericType(...pair)
    return isInteger(common) ? integerOperator('//', common) : floatOperator('/', divisionType(...pair))
  },
})

export const remainder = resolvingFunction({
  name: '%',
  aliases: ['mod'],
  category: 'arithmetic',
  description: 'The remainder of a division, with the sign of the dividend. NULL when integers or decimals divide by zero.',
  example: '7 % 3',
  result: '1',
  signatures: [`%(${NUMBERS}, ${NUMBERS}) -> the common type`],
  resolve(types, constants) {
    const pair = numericPair(types, constants)
    if (pair === undefined) return undefined
    const resolved = resolveNumeric('%', ...pair)
    const [, divisor] = constants
    const neverNull = isInteger(resolved.returnType) && (typeof divisor === 'number' || typeof divisor === 'bigint') && Number(divisor) !== 0
    return neverNull ? { ...resolved, canReturnNull: false, emitExact: ([a, b]) => `${a} - Math.trunc(${a} / ${b}) * ${b}` } : resolved
  },
})

export const floatRemainder = scalarFunction({
  name: 'fmod',
  category: 'arithmetic',
  description: 'The remainder of a floating-point division, with the sign of the dividend.',
  example: 'fmod(7.5, 2)',
  result: '1.5',
  overloads: [
    overload(
      { dividend: float64, divisor: float64 },
      float64,
      numericKernel(([a, b]) => `(${a} % ${b})`, float64),
      { emit: ([a, b]) => `(${a} % ${b})` },
    ),
  ],
})

// The power function of C gives 1 for a base of 1 or -1 with an infinite or NaN exponent; JavaScript's gives NaN.
const emitPower = ([a, b]: readonly string[]): string =>
  `(${a} === 1 || (${a} === -1 && (${b} === Infinity || ${b} === -Infinity)) ? 1 : Math.pow(${a}, ${b}))`

export const power = scalarFunction({
  name: '^',
  aliases: ['**', 'pow', 'power'],
  category: 'arithmetic',
  description: 'Raises a number to a power, as floating-point numbers.',
  example: '2 ^ 10',
  result: '1024.0',
  overloads: [overload({ base: float64, exponent: float64 }, float64, numericKernel(emitPower, float64), { emit: emitPower })],
})
