/** `+ - * // %` over integers of one type. Overflow is an error; division by zero is NULL, as in DuckDB. */

import type { DataType, PrimitiveValues, Vector } from '@artemis/arrow'
import { allSet, allocatePrimitive, int32Words, primitiveVector } from '@artemis/arrow'
import { sqlTypeName } from '@artemis/plan'
import type { Kernel, KernelInput } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import {
  addInt64,
  addUint64,
  bigOf,
  divideInt64,
  divideUint64,
  multiplyInt64,
  multiplyUint64,
  remainderInt64,
  subtractInt64,
  subtractUint64,
} from '../kernel/int64-arithmetic.js'
import type { WordOperands } from '../kernel/int64-arithmetic.js'
import { checkedKernel, nullableKernel } from '../kernel/loops.js'
import { wordColumn } from '../kernel/primitive-columns.js'
import { outOfRange } from '../kernel/errors.js'

export type IntegerOperator = '+' | '-' | '*' | '//' | '%'

const NOUNS: Readonly<Record<IntegerOperator, string>> = {
  '+': 'addition',
  '-': 'subtraction',
  '*': 'multiplication',
  '//': 'division',
  '%': 'division',
}

function overflow(operator: IntegerOperator, type: DataType, left: number | bigint, right: number | bigint): Error {
  return outOfRange(
    `overflow in ${NOUNS[operator]} of ${sqlTypeName(type)}: ${left} ${operator} ${right}`,
    'Cast an operand to a wider type.',
  )
}

/** The kernel of an operator over two columns of `type`, with a result of `type`. */
export function integerKernel(operator: IntegerOperator, type: DataType): Kernel {
  if (type.kind === 'int64' || type.kind === 'uint64') return (input) => wideIntegers(operator, type, input)
  const fail = (a = 0, b = 0): Error => overflow(operator, type, a, b)
  switch (operator) {
    case '+':
    case '-':
    case '*':
      return checkedKernel(([a, b]) => `${a} ${operator} ${b}`, type, fail)
    case '//':
      return dividing(
        checkedKernel(([a, b]) => `(${b} === 0 ? 0 : Math.trunc(${a} / ${b}))`, type, fail),
        type,
      )
    case '%':
      // The smallest integer modulo -1 overflows in hardware; here it would be 0, but DuckDB and others refuse it.
      return dividing(
        checkedKernel(([a, b]) => `(${b} === 0 ? 0 : ${b} === -1 && ${a} === ${smallest(type)} ? 0.5 : ${a} % ${b} + 0)`, type, fail),
        type,
      )
  }
}

function smallest(type: DataType): number {
  return type.kind === 'int8' ? -128 : type.kind === 'int16' ? -32768 : -2147483648
}

/** Adds NULL for rows that divide by zero. */
function dividing(kernel: Kernel, type: DataType): Kernel {
  const zeros = nullableKernel(
    () => '0',
    ([, b]) => `${b} === 0`,
    type,
  )
  return (input) => {
    const validity = zeros(input).validity
    return kernel({ ...input, validity })
  }
}

function wideIntegers(operator: IntegerOperator, type: DataType, input: KernelInput): Vector {
  const n = input.rowCount
  const left = wordColumn(argument(input, 0))
  const right = wordColumn(argument(input, 1))
  const operands: WordOperands = { a: left.words, aStride: left.stride, b: right.words, bStride: right.stride }
  const out = allocatePrimitive(type, n)
  let validity = input.validity
  if (operator === '//' || operator === '%') validity = validity === null ? allSet(n) : validity.slice()
  if (runWide(operator, type, out, n, operands, validity) !== 0) checkWide(operator, type, operands, n, validity)
  return primitiveVector(type, out, { validity })
}

function runWide(
  operator: IntegerOperator,
  type: DataType,
  out: PrimitiveValues,
  n: number,
  operands: WordOperands,
  validity: Uint8Array | null,
): number {
  const unsigned = type.kind === 'uint64'
  const words = int32Words(out)
  switch (operator) {
    case '+':
      return unsigned ? addUint64(words, n, operands) : addInt64(words, n, operands)
    case '-':
      return unsigned ? subtractUint64(words, n, operands) : subtractInt64(words, n, operands)
    case '*':
      return unsigned ? multiplyUint64(words, n, operands) : multiplyInt64(words, n, operands)
    case '//':
      if (unsigned) return divideUint64(out as BigUint64Array, n, operands, validity!, false)
      return divideInt64(out as BigInt64Array, n, operands, validity!)
    case '%':
      if (unsigned) return divideUint64(out as BigUint64Array, n, operands, validity!, true)
      return remainderInt64(out as BigInt64Array, n, operands, validity!)
  }
}

/** Throws for the first valid row that overflowed; returns when none did. */
function checkWide(operator: IntegerOperator, type: DataType, operands: WordOperands, n: number, validity: Uint8Array | null): void {
  const unsigned = type.kind === 'uint64'
  const fits = (value: bigint): boolean => (unsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value)) === value
  const read = (words: Int32Array, k: number): bigint => (unsigned ? BigInt.asUintN(64, bigOf(words, k)) : bigOf(words, k))
  for (let i = 0; i < n; i++) {
    if (!isRowValid(validity, i)) continue
    const a = read(operands.a, 2 * i * operands.aStride)
    const b = read(operands.b, 2 * i * operands.bStride)
    if (!fits(exact(operator, a, b))) throw overflow(operator, type, a, b)
  }
}

function exact(operator: IntegerOperator, a: bigint, b: bigint): bigint {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    // min % -1 counts as the overflow of the division that it stands for.
    case '//':
    case '%':
      return a / b
  }
}
