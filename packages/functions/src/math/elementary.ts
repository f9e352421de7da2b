/** Roots, exponentials, logarithms and other functions of one or two doubles. */

import { bool, float32, float64 } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { overload, scalarFunction } from '../definition/scalar.js'
import { outOfRange } from '../kernel/errors.js'
import { argument } from '../kernel/input.js'
import type { Emitter } from '../kernel/loops.js'
import { guardedKernel, numericKernel, predicateKernel } from '../kernel/loops.js'
import { doublesOf } from '../kernel/primitive-columns.js'
import { numberResult } from '../kernel/results.js'

interface Elementary {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly description: string
  readonly example: string
  readonly result: string
  readonly emit: Emitter
}

/** A function of one double that is defined everywhere. */
function total({ emit, ...documentation }: Elementary): ScalarFunctionDefinition {
  return scalarFunction({
    ...documentation,
    category: 'math',
    overloads: [overload({ x: float64 }, float64, numericKernel(emit, float64), { emit })],
  })
}

/** A function of one double that fails where `isBad` holds. */
function partial({
  emit,
  isBad,
  message,
  ...documentation
}: Elementary & { readonly isBad: Emitter; readonly message: (x: number) => string }): ScalarFunctionDefinition {
  const kernel = guardedKernel(emit, isBad, float64, (x = Number.NaN) => outOfRange(message(x)))
  return scalarFunction({ ...documentation, category: 'math', overloads: [overload({ x: float64 }, float64, kernel, { canThrow: true })] })
}

const logarithmMessage = (x: number): string =>
  x === 0 ? 'cannot take the logarithm of zero' : `cannot take the logarithm of the negative number ${x}`
const notPositive: Emitter = ([x]) => `${x} <= 0`
const beyondOne: Emitter = ([x]) => `(${x} < -1 || ${x} > 1)`
const infinite: Emitter = ([x]) => `(${x} === Infinity || ${x} === -Infinity)`
const infiniteMessage =
  (name: string) =>
  (x: number): string =>
    `${name} is not defined for ${x}`

export const sqrt = partial({
  name: 'sqrt',
  description: 'The square root. Fails for negative numbers.',
  example: 'sqrt(4)',
  result: '2.0',
  emit: ([x]) => `Math.sqrt(${x})`,
  isBad: ([x]) => `${x} < 0`,
  message: (x) => `cannot take the square root of the negative number ${x}`,
})
export const cbrt = total({
  name: 'cbrt',
  description: 'The cube root.',
  example: 'cbrt(8)',
  result: '2.0',
  emit: ([x]) => `Math.cbrt(${x})`,
})
export const exp = total({
  name: 'exp',
  description: 'e raised to the power of x.',
  example: 'exp(0)',
  result: '1.0',
  emit: ([x]) => `Math.exp(${x})`,
})
export const ln = partial({
  name: 'ln',
  description: 'The natural logarithm. Fails for zero and negative numbers.',
  example: 'ln(1)',
  result: '0.0',
  emit: ([x]) => `Math.log(${x})`,
  isBad: notPositive,
  message: logarithmMessage,
})
export const log2 = partial({
  name: 'log2',
  description: 'The logarithm to base 2. Fails for zero and negative numbers.',
  example: 'log2(8)',
  result: '3.0',
  emit: ([x]) => `Math.log2(${x})`,
  isBad: notPositive,
  message: logarithmMessage,
})
const emitLog10: Emitter = ([x]) => `Math.log10(${x})`
export const log10 = partial({
  name: 'log10',
  description: 'The logarithm to base 10. Fails for zero and negative numbers.',
  example: 'log10(1000)',
  result: '3.0',
  emit: emitLog10,
  isBad: notPositive,
  message: logarithmMessage,
})
export const log = scalarFunction({
  name: 'log',
  category: 'math',
  description: 'The logarithm of x to base 10, or to another base given first. Fails for zero and negative numbers, and for base 1.',
  example: 'log(2, 64)',
  result: '6.0',
  canThrow: true,
  overloads: [
    overload(
      { x: float64 },
      float64,
      guardedKernel(emitLog10, notPositive, float64, (x = 0) => outOfRange(logarithmMessage(x))),
    ),
    overload(
      { base: float64, x: float64 },
      float64,
      guardedKernel(
        ([base, x]) => `Math.log10(${x}) / Math.log10(${base})`,
        ([base, x]) => `(${base} <= 0 || ${x} <= 0 || ${base} === 1)`,
        float64,
        (base = 0, x = 0) => outOfRange(base === 1 ? 'a logarithm to base 1 divides by zero' : logarithmMessage(base <= 0 ? base : x)),
      ),
    ),
  ],
})

export const sin = partial({
  name: 'sin',
  description: 'The sine of an angle in radians.',
  example: 'sin(0)',
  result: '0.0',
  emit: ([x]) => `Math.sin(${x})`,
  isBad: infinite,
  message: infiniteMessage('sin'),
})
export const cos = partial({
  name: 'cos',
  description: 'The cosine of an angle in radians.',
  example: 'cos(0)',
  result: '1.0',
  emit: ([x]) => `Math.cos(${x})`,
  isBad: infinite,
  message: infiniteMessage('cos'),
})
export const tan = partial({
  name: 'tan',
  description: 'The tangent of an angle in radians.',
  example: 'tan(0)',
  result: '0.0',
  emit: ([x]) => `Math.tan(${x})`,
  isBad: infinite,
  message: infiniteMessage('tan'),
})
export const cot = partial({
  name: 'cot',
  description: 'The cotangent of an angle in radians. Fails for zero.',
  example: 'round(cot(0.5), 3)',
  result: '1.83',
  emit: ([x]) => `1 / Math.tan(${x})`,
  isBad: ([x]) => `(${x} === 0 || ${x} === Infinity || ${x} === -Infinity)`,
  message: infiniteMessage('cot'),
})
export const asin = partial({
  name: 'asin',
  description: 'The arcsine in radians. Fails outside [-1, 1].',
  example: 'asin(0)',
  result: '0.0',
  emit: ([x]) => `Math.asin(${x})`,
  isBad: beyondOne,
  message: infiniteMessage('asin'),
})
export const acos = partial({
  name: 'acos',
  description: 'The arccosine in radians. Fails outside [-1, 1].',
  example: 'acos(1)',
  result: '0.0',
  emit: ([x]) => `Math.acos(${x})`,
  isBad: beyondOne,
  message: infiniteMessage('acos'),
})
export const atan = total({
  name: 'atan',
  description: 'The arctangent in radians.',
  example: 'atan(0)',
  result: '0.0',
  emit: ([x]) => `Math.atan(${x})`,
})
export const sinh = total({
  name: 'sinh',
  description: 'The hyperbolic sine.',
  example: 'sinh(0)',
  result: '0.0',
  emit: ([x]) => `Math.sinh(${x})`,
})
export const cosh = total({
  name: 'cosh',
  description: 'The hyperbolic cosine.',
  example: 'cosh(0)',
  result: '1.0',
  emit: ([x]) => `Math.cosh(${x})`,
})
export const tanh = total({
  name: 'tanh',
  description: 'The hyperbolic tangent.',
  example: 'tanh(0)',
  result: '0.0',
  emit: ([x]) => `Math.tanh(${x})`,
})
export const asinh = total({
  name: 'asinh',
  description: 'The inverse hyperbolic sine.',
  example: 'asinh(0)',
  result: '0.0',
  emit: ([x]) => `Math.asinh(${x})`,
})
export const acosh = total({
  name: 'acosh',
  description: 'The inverse hyperbolic cosine; NaN below 1.',
  example: 'acosh(1)',
  result: '0.0',
  emit: ([x]) => `Math.acosh(${x})`,
})
export const atanh = partial({
  name: 'atanh',
  description: 'The inverse hyperbolic tangent. Fails outside [-1, 1].',
  example: 'atanh(0)',
  result: '0.0',
  emit: ([x]) => `Math.atanh(${x})`,
  isBad: beyondOne,
  message: infiniteMessage('atanh'),
})
export const radians = total({
  name: 'radians',
  description: 'Degrees as radians.',
  example: 'radians(0)',
  result: '0.0',
  emit: ([x]) => `${x} * (Math.PI / 180)`,
})
export const degrees = total({
  name: 'degrees',
  description: 'Radians as degrees.',
  example: 'degrees(pi())',
  result: '180.0',
  emit: ([x]) => `${x} * (180 / Math.PI)`,
})
export const even = total({
  name: 'even',
  description: 'Rounds away from zero to the next even number.',
  example: 'even(2.9)',
  result: '4.0',
  emit: ([x]) => `(${x} >= 0 ? Math.ceil(Math.ceil(${x}) / 2) * 2 : Math.floor(Math.floor(${x}) / 2) * 2)`,
})

const emitAtan2: Emitter = ([y, x]) => `Math.atan2(${y}, ${x})`
export const atan2 = scalarFunction({
  name: 'atan2',
  category: 'math',
  description: 'The angle in radians between the positive x axis and the point (x, y).',
  example: 'atan2(0, 1)',
  result: '0.0',
  overloads: [overload({ y: float64, x: float64 }, float64, numericKernel(emitAtan2, float64), { emit: emitAtan2 })],
})

export const pi = scalarFunction({
  name: 'pi',
  category: 'math',
  description: 'The number π.',
  example: 'pi()',
  result: '3.141592653589793',
  overloads: [overload({}, float64, (input) => numberResult(input, float64, () => Math.PI))],
})

const tests: readonly {
  readonly name: string
  readonly description: string
  readonly emit: Emitter
  readonly example: string
  readonly result: string
}[] = [
  {
    name: 'isnan',
    description: 'Whether a number is NaN.',
    emit: ([x]) => `${x} !== ${x}`,
    example: "isnan('NaN'::DOUBLE)",
    result: 'true',
  },
  {
    name: 'isinf',
    description: 'Whether a number is infinite.',
    emit: ([x]) => `(${x} === Infinity || ${x} === -Infinity)`,
    example: "isinf('-Infinity'::DOUBLE)",
    result: 'true',
  },
  {
    name: 'isfinite',
    description: 'Whether a number is neither infinite nor NaN.',
    emit: ([x]) => `(${x} - ${x} === 0)`,
    example: 'isfinite(5.5)',
    result: 'true',
  },
]

/** `isnan`, `isinf` and `isfinite`. */
export const floatTests: readonly ScalarFunctionDefinition[] = tests.map(({ emit, ...documentation }) =>
  scalarFunction({
    ...documentation,
    category: 'math',
    overloads: [float64, float32].map((type) => overload({ x: type }, bool, predicateKernel(emit), { emit })),
  }),
)

/** The next number that a float type can hold, from x towards y. */
function nextAfter(x: number, y: number, single: boolean): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN
  if (x === y) return y
  if (x === 0) return (single ? 2 ** -149 : 5e-324) * Math.sign(y)
  const view = new DataView(new ArrayBuffer(8))
  const step = y > x === x > 0 ? 1 : -1
  if (single) {
    view.setFloat32(0, x)
    view.setInt32(0, view.getInt32(0) + step)
    return view.getFloat32(0)
  }
  view.setFloat64(0, x)
  view.setBigInt64(0, view.getBigInt64(0) + BigInt(step))
  return view.getFloat64(0)
}

export const nextafter = scalarFunction({
  name: 'nextafter',
  category: 'math',
  description: 'The next floating-point number after x in the direction of y.',
  example: 'nextafter(1::DOUBLE, 2::DOUBLE)',
  result: '1.0000000000000002',
  overloads: [float64, float32].map((type) =>
    overload({ x: type, y: type }, type, (input) => {
      const x = doublesOf(argument(input, 0), input.rowCount)
      const y = doublesOf(argument(input, 1), input.rowCount)
      return numberResult(input, type, (row) => nextAfter(x[row]!, y[row]!, type.kind === 'float32'))
    }),
  ),
})
