/**
 * The types of `a operator b` over numbers, as DuckDB gives them: integers meet in the common integer type, a decimal
 * and an integer in decimals, anything with a float in a float.
 */

import type { DataType, Scalar } from '@artemis/arrow'
import { decimal, float64, int64 } from '@artemis/arrow'
import { BindError } from '@artemis/errors'
import { commonNumericType, integerDigits, isFloat, isInteger, isNumeric } from '@artemis/plan'
import type { Resolved } from '../definition/scalar.js'
import type { Emitter } from '../kernel/loops.js'
import { numericKernel } from '../kernel/loops.js'
import type { DecimalOperator } from './decimal-operators.js'
import { decimalKernel } from './decimal-operators.js'
import { integerKernel } from './integer-operators.js'

/** Decimals up to this precision fit 64 bits: DuckDB widens a result beyond it only when an operand is beyond it. */
const NARROW_PRECISION = 18

/** The two numeric types of an operation: an untyped NULL or a string literal takes the other side's type. */
export function numericPair(
  types: readonly DataType[],
  constants: readonly (Scalar | undefined)[],
): readonly [DataType, DataType] | undefined {
  const [a, b] = types
  if (types.length !== 2 || a === undefined || b === undefined) return undefined
  const untyped = (type: DataType, i: number): boolean => type.kind === 'null' || (type.kind === 'utf8' && typeof constants[i] === 'string')
  if (isNumeric(a) && isNumeric(b)) return [a, b]
  if (isNumeric(a) && untyped(b, 1)) return [a, a]
  if (isNumeric(b) && untyped(a, 0)) return [b, b]
  return a.kind === 'null' && b.kind === 'null' ? [int64, int64] : undefined
}

/** `+ - * %` over two numbers. */
export function resolveNumeric(operator: '+' | '-' | '*' | '%', a: DataType, b: DataType): Resolved {
  if (isFloat(a) || isFloat(b)) return floatOperator(operator, commonNumericType(a, b))
  if (isInteger(a) && isInteger(b)) {
    const common = commonNumericType(a, b)
    if (isInteger(common)) return integerOperator(operator, common)
    return decimalOperator(operator, common, common, common)
  }
  const x = asDecimal(a)
  const y = asDecimal(b)
  switch (operator) {
    case '*':
      return decimalOperator('*', x, y, productType(x, y))
    case '%': {
      const common = commonNumericType(x, y)
      return decimalOperator('%', common, common, common)
    }
    default: {
      const sum = sumType(x, y)
      return decimalOperator(operator, sum, sum, sum)
    }
  }
}

export function integerOperator(operator: '+' | '-' | '*' | '//' | '%', type: DataType): Resolved {
  const canReturnNull = operator === '//' || operator === '%'
  const emitExact = operator === '//' || operator === '%' ? undefined : FLOAT_OPERATORS[operator]
  return { argumentTypes: [type, type], returnType: type, kernel: integerKernel(operator, type), canThrow: true, canReturnNull, emitExact }
}

const FLOAT_OPERATORS: Readonly<Record<'+' | '-' | '*' | '/' | '%', Emitter>> = {
  '+': ([a, b]) => `(${a} + ${b})`,
  '-': ([a, b]) => `(${a} - ${b})`,
  '*': ([a, b]) => `(${a} * ${b})`,
  '/': ([a, b]) => `(${a} / ${b})`,
  '%': ([a, b]) => `(${a} % ${b})`,
}

/** IEEE 754: never an error, division by zero gives an infinity or NaN. */
export function floatOperator(operator: '+' | '-' | '*' | '/' | '%', type: DataType): Resolved {
  const emit = FLOAT_OPERATORS[operator]
  // A float32 result must be rounded before the next operation sees it, which a fused expression would not do.
  const fused: Emitter = type.kind === 'float32' ? (args) => `Math.fround${emit(args)}` : emit
  return { argumentTypes: [type, type], returnType: type, kernel: numericKernel(emit, type), emit: fused }
}

function decimalOperator(operator: DecimalOperator, a: DataType, b: DataType, result: DataType): Resolved {
  return {
    argumentTypes: [a, b],
    returnType: result,
    kernel: decimalKernel(operator, a, b, result),
    canThrow: operator !== '%',
    canReturnNull: operator === '%',
    emitExact: operator === '%' ? undefined : FLOAT_OPERATORS[operator],
  }
}

type DecimalType = Extract<DataType, { kind: 'decimal' }>

function asDecimal(type: DataType): DecimalType {
  if (type.kind === 'decimal') return type
  return decimal(integerDigits(type), 0) as DecimalType
}

/** One digit more than the wider operand, but neither beyond 38 digits nor beyond 18 when both have at most 18. */
function sumType(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale)
  const whole = Math.max(a.precision - a.scale, b.precision - b.scale)
  const widest = Math.max(a.precision, b.precision)
  let precision = Math.max(scale + whole, widest) + 1
  if (precision > NARROW_PRECISION && widest <= NARROW_PRECISION) precision = NARROW_PRECISION
  return decimal(Math.min(38, precision), scale) as DecimalType
}

function productType(a: DecimalType, b: DecimalType): DecimalType {
  const scale = a.scale + b.scale
  if (scale > 38) {
    throw new BindError({
      code: 'DECIMAL_SCALE_TOO_LARGE',
      message: `the product of DECIMAL(${a.precision},${a.scale}) and DECIMAL(${b.precision},${b.scale}) needs a scale of ${scale}, beyond 38`,
      hint: 'Cast an operand to DOUBLE or to a decimal of lower scale.',
    })
  }
  let precision = a.precision + b.precision
  if (precision > NARROW_PRECISION && a.precision <= NARROW_PRECISION && b.precision <= NARROW_PRECISION && scale < NARROW_PRECISION) {
    precision = NARROW_PRECISION
  }
  return decimal(Math.min(38, precision), scale) as DecimalType
}

/** `a / b` is always a float: integers and decimals divide as doubles. */
export function divisionType(a: DataType, b: DataType): DataType {
  return isFloat(a) || isFloat(b) ? commonNumericType(a, b) : float64
}
