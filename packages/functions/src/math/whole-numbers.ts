/** Functions of whole numbers: factorial, gcd, lcm; and the gamma functions that extend the first. */

import { decimal, float64, int32, int64 } from '@artemis/arrow'
import { overload, scalarFunction } from '../definition/scalar.js'
import { decimalVector, writeBig } from '../kernel/decimal-words.js'
import { outOfRange } from '../kernel/errors.js'
import { argument, isRowValid } from '../kernel/input.js'
import type { Kernel } from '../kernel/input.js'
import { guardedKernel } from '../kernel/loops.js'
import { bigIntsOf, doublesOf } from '../kernel/primitive-columns.js'
import { numberResult, scalarResult } from '../kernel/results.js'

const factorials: bigint[] = [1n]
for (let i = 1; i <= 33; i++) factorials.push(factorials[i - 1]! * BigInt(i))

export const factorial = scalarFunction({
  name: 'factorial',
  aliases: ['!'],
  category: 'math',
  description: 'The product of the whole numbers from 1 to x. Fails for negative numbers and beyond 33.',
  example: 'factorial(4)',
  result: '24',
  canThrow: true,
  overloads: [
    overload({ x: int32 }, decimal(38, 0), (input) => {
      const values = doublesOf(argument(input, 0), input.rowCount)
      const out = new Int32Array(input.rowCount * 4)
      for (let i = 0; i < input.rowCount; i++) {
        if (!isRowValid(input.validity, i)) continue
        const result = factorials[values[i]!]
        if (result === undefined)
          throw outOfRange(
            values[i]! < 0
              ? `the factorial of the negative number ${values[i]} is not defined`
              : `the factorial of ${values[i]} has more than 38 digits`,
          )
        writeBig(out, 4 * i, result)
      }
      return decimalVector(decimal(38, 0), out, { validity: input.validity })
    }),
  ],
})

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a
  let y = b < 0n ? -b : b
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}

function fitting(value: bigint, name: string, a: bigint, b: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw outOfRange(`${name}(${a}, ${b}) does not fit 64 bits`)
  return value
}

const wholeKernel =
  (name: string, compute: (a: bigint, b: bigint) => bigint): Kernel =>
  (input) => {
    const a = bigIntsOf(argument(input, 0), input.rowCount)
    const b = bigIntsOf(argument(input, 1), input.rowCount)
    return scalarResult(input, int64, (row) => fitting(compute(a[row]!, b[row]!), name, a[row]!, b[row]!))
  }

export const gcd = scalarFunction({
  name: 'gcd',
  aliases: ['greatest_common_divisor'],
  category: 'math',
  description: 'The greatest common divisor of two whole numbers.',
  example: 'gcd(42, 57)',
  result: '3',
  canThrow: true,
  overloads: [overload({ x: int64, y: int64 }, int64, wholeKernel('gcd', greatestCommonDivisor))],
})

export const lcm = scalarFunction({
  name: 'lcm',
  aliases: ['least_common_multiple'],
  category: 'math',
  description: 'The least common multiple of two whole numbers.',
  example: 'lcm(42, 57)',
  result: '798',
  canThrow: true,
  overloads: [
    overload(
      { x: int64, y: int64 },
      int64,
      wholeKernel('lcm', (a, b) => {
        if (a === 0n || b === 0n) return 0n
        const product = (a / greatestCommonDivisor(a, b)) * b
        return product < 0n ? -product : product
      }),
    ),
  ],
})

// The Lanczos approximation with g = 7 and nine coefficients (Godfrey's), good to about 15 digits.
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

function lanczosSum(x: number): number {
  let sum = LANCZOS[0]!
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (x + i)
  return sum
}

function gammaOf(x: number): number {
  if (Number.isInteger(x) && x > 0 && x <= 34) return Number(factorials[x - 1])
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * gammaOf(1 - x))
  const shifted = x - 1
  const t = shifted + 7.5
  return Math.sqrt(2 * Math.PI) * Math.pow(t, (shifted + 0.5) / 2) * Math.exp(-t) * Math.pow(t, (shifted + 0.5) / 2) * lanczosSum(shifted)
}

function logGammaOf(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - logGammaOf(1 - x)
  const shifted = x - 1
  const t = shifted + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(lanczosSum(shifted))
}

function gammaKernel(name: string, compute: (x: number) => number): Kernel {
  const guard = guardedKernel(
    ([x]) => String(x),
    ([x]) => `${x} === 0`,
    float64,
    () => outOfRange(`${name} of zero is not defined`),
  )
  return (input) => {
    guard(input)
    const values = doublesOf(argument(input, 0), input.rowCount)
    return numberResult(input, float64, (row) => compute(values[row]!))
  }
}

export const gamma = scalarFunction({
  name: 'gamma',
  category: 'math',
  description: 'The gamma function, the factorial of x - 1 for whole numbers. Fails for zero.',
  example: 'gamma(5)',
  result: '24.0',
  canThrow: true,
  overloads: [overload({ x: float64 }, float64, gammaKernel('gamma', gammaOf))],
})

export const lgamma = scalarFunction({
  name: 'lgamma',
  category: 'math',
  description: 'The logarithm of the gamma function. Fails for zero.',
  example: 'round(lgamma(3), 4)',
  result: '0.6931',
  canThrow: true,
  overloads: [overload({ x: float64 }, float64, gammaKernel('lgamma', logGammaOf))],
})
