import type { ScalarFunctionDefinition } from '@artemis/plan'
import { bitCount, bitwiseAnd, bitwiseOr, bitwiseXor, shiftLeft, shiftRight } from './bits.js'
import { addition, division, floatRemainder, integerDivision, multiplication, power, remainder, subtraction } from './operators.js'
import { abs, sign, signBit } from './sign.js'

export const arithmeticDefinitions: readonly ScalarFunctionDefinition[] = [
  bitwiseAnd,
  bitwiseOr,
  bitwiseXor,
  shiftLeft,
  shiftRight,
  bitCount,
  addition,
  subtraction,
  multiplication,
  division,
  integerDivision,
  remainder,
  floatRemainder,
  power,
  abs,
  sign,
  signBit,
]
