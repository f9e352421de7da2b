/** `-x`, `+x`, `abs(x)`, `sign(x)`, `signbit(x)`. */

import type { DataType, Vector } from '@artemis/arrow'
import {
  datumToVector,
  decimal,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  primitiveVector,
  uint16,
  uint32,
  uint64,
  uint8,
} from '@artemis/arrow'
import { isFloat, isInteger, isNumeric, isUnsignedInteger, sqlTypeName } from '@artemis/plan'
import type { Resolved } from '../definition/scalar.js'
import { overload, resolvingFunction, scalarFunction } from '../definition/scalar.js'
import { decimalColumn } from '../kernel/decimal-words.js'
import { outOfRange } from '../kernel/errors.js'
import type { Kernel, KernelInput } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import { bigOf } from '../kernel/int64-arithmetic.js'
import { checkedKernel, numericKernel, predicateKernel } from '../kernel/loops.js'
import { wordColumn } from '../kernel/primitive-columns.js'
import { numberResult } from '../kernel/results.js'
import { resolveIntervalNegation } from '../temporal/arithmetic.js'
import { decimalNegation } from './decimal-operators.js'

const unchanged: Kernel = (input) => datumToVector(argument(input, 0), input.rowCount)

/** `+x`. */
export function identity(type: DataType): Resolved | undefined {
  return isNumeric(type) || type.kind === 'interval' ? { argumentTypes: [type], returnType: type, kernel: unchanged } : undefined
}

/** `-x`: an error for the smallest integer, and for unsigned integers above zero. */
export function negation(type: DataType): Resolved | undefined {
  const signature = { argumentTypes: [type], returnType: type }
  const fail = (value: number | bigint = 0): Error => outOfRange(`overflow in negation of ${sqlTypeName(type)}: ${value}`)
  if (type.kind === 'null') return negation(int64)
  if (type.kind === 'interval') return resolveIntervalNegation()
  if (isFloat(type)) return { ...signature, kernel: numericKernel(([a]) => `-${a}`, type), emit: ([a]) => `(-${a})` }
  if (type.kind === 'decimal') return { ...signature, kernel: decimalNegation(type, false) }
  if (type.kind === 'int64') return { ...signature, kernel: (input) => negateInt64(input, false, fail), canThrow: true }
  if (type.kind === 'uint64') return { ...signature, kernel: (input) => negateUint64(input, fail), canThrow: true }
  if (isInteger(type)) return { ...signature, kernel: checkedKernel(([a]) => `-${a}`, type, fail), canThrow: true }
  return undefined
}

/** Two's complement by words; the smallest integer is its own negation, which is the one overflow. */
function negateInt64(input: KernelInput, onlyNegative: boolean, fail: (value: bigint) => Error): Vector {
  const { words, stride } = wordColumn(argument(input, 0))
  const values = new BigInt64Array(input.rowCount)
  const out = new Int32Array(values.buffer)
  let overflow = 0
  for (let i = 0; i < input.rowCount; i++) {
    const k = 2 * i * stride
    const low = words[k]!
    const high = words[k + 1]!
    const keep = onlyNegative && high >= 0
    out[2 * i] = keep ? low : -low
    out[2 * i + 1] = keep ? high : ~high + (low === 0 ? 1 : 0)
    overflow |= high & out[2 * i + 1]!
  }
  if (overflow < 0) {
    for (let i = 0; i < input.rowCount; i++) {
      const k = 2 * i * stride
      if (isRowValid(input.validity, i) && words[k + 1] === -0x80000000 && words[k] === 0) throw fail(bigOf(words, k))
    }
  }
  return primitiveVector(int64, values, { validity: input.validity })
}

function negateUint64(input: KernelInput, fail: (value: bigint) => Error): Vector {
  const { words, stride } = wordColumn(argument(input, 0))
  for (let i = 0; i < input.rowCount; i++) {
    const k = 2 * i * stride
    if (isRowValid(input.validity, i) && (words[k] !== 0 || words[k + 1] !== 0)) throw fail(BigInt.asUintN(64, bigOf(words, k)))
  }
  return primitiveVector(uint64, new BigUint64Array(input.rowCount), { validity: input.validity })
}

export const abs = resolvingFunction({
  name: 'abs',
  aliases: ['@'],
  category: 'math',
  description: 'The absolute value. The smallest integer of a type has none, which is an error.',
  example: 'abs(-17.4)',
  result: '17.4',
  signatures: ['abs(x number) -> the same type'],
  resolve(types) {
    const [type] = types
    if (type === undefined || types.length !== 1) return undefined
    if (type.kind === 'null') return absolute(int64)
    return absolute(type)
  },
})

function absolute(type: DataType): Resolved | undefined {
  const signature = { argumentTypes: [type], returnType: type }
  const fail = (value: number | bigint = 0): Error => outOfRange(`overflow in abs of ${sqlTypeName(type)}: ${value}`)
  if (isUnsignedInteger(type)) return { ...signature, kernel: unchanged }
  if (isFloat(type)) return { ...signature, kernel: numericKernel(([a]) => `Math.abs(${a})`, type), emit: ([a]) => `Math.abs(${a})` }
  if (type.kind === 'decimal') return { ...signature, kernel: decimalNegation(type, true) }
  if (type.kind === 'int64') return { ...signature, kernel: (input) => negateInt64(input, true, fail), canThrow: true }
  if (isInteger(type)) return { ...signature, kernel: checkedKernel(([a]) => `Math.abs(${a})`, type, fail), canThrow: true }
  return undefined
}

const emitSign = ([a]: readonly string[]): string => `(${a} > 0 ? 1 : ${a} < 0 ? -1 : 0)`

const signOfWords: Kernel = (input) => {
  const { words, stride } = wordColumn(argument(input, 0))
  return numberResult(input, int8, (row) => {
    const k = 2 * row * stride
    return words[k + 1]! < 0 ? -1 : (words[k + 1]! | words[k]!) === 0 ? 0 : 1
  })
}
const signOfUnsignedWords: Kernel = (input) => {
  const { words, stride } = wordColumn(argument(input, 0))
  return numberResult(input, int8, (row) => ((words[2 * row * stride]! | words[2 * row * stride + 1]!) === 0 ? 0 : 1))
}
const signOfDecimal: Kernel = (input) => {
  const { words, stride } = decimalColumn(argument(input, 0))
  return numberResult(input, int8, (row) => {
    const k = 4 * row * stride
    if (words[k + 3]! < 0) return -1
    return (words[k]! | words[k + 1]! | words[k + 2]! | words[k + 3]!) === 0 ? 0 : 1
  })
}

export const sign = resolvingFunction({
  name: 'sign',
  category: 'math',
  description: '-1, 0 or 1, as the number is negative, zero (or NaN) or positive.',
  example: 'sign(-349)',
  result: '-1',
  signatures: ['sign(x number) -> TINYINT'],
  resolve(types) {
    const [type] = types
    if (type === undefined || types.length !== 1) return undefined
    if (type.kind === 'int64' || type.kind === 'null') return { argumentTypes: [int64], returnType: int8, kernel: signOfWords }
    if (type.kind === 'uint64') return { argumentTypes: [uint64], returnType: int8, kernel: signOfUnsignedWords }
    if (type.kind === 'decimal') return { argumentTypes: [decimal(type.precision, type.scale)], returnType: int8, kernel: signOfDecimal }
    const narrow = [int8, int16, int32, uint8, uint16, uint32, float32, float64].find((candidate) => candidate.kind === type.kind)
    if (narrow === undefined) return undefined
    return { argumentTypes: [narrow], returnType: int8, kernel: numericKernel(emitSign, int8), emit: emitSign }
  },
})

const emitSignBit = ([a]: readonly string[]): string => `(${a} < 0 || (${a} === 0 && 1 / ${a} < 0))`

export const signBit = scalarFunction({
  name: 'signbit',
  category: 'math',
  description: 'Whether the sign bit of a floating-point number is set; tells -0 from 0.',
  example: "signbit('-0.0'::DOUBLE)",
  result: 'true',
  overloads: [float64, float32].map((type) => overload({ x: type }, { kind: 'bool' }, predicateKernel(emitSignBit), { emit: emitSignBit })),
})
