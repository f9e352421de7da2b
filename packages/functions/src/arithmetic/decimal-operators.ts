/** `+ - * %` over decimals, exact to 38 digits; a result that does not fit its type is an error. */

import type { DataType } from '@artemis/arrow'
import { allSet, formatDecimal } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import { sqlTypeName } from '@artemis/plan'
import type { DecimalColumn } from '../kernel/decimal-words.js'
import {
  bigAt,
  bigPowerOfTen,
  decimalColumn,
  decimalVector,
  EXACT,
  isSmall,
  smallAt,
  writeBig,
  writeSmall,
} from '../kernel/decimal-words.js'
import { outOfRange } from '../kernel/errors.js'
import type { Kernel, KernelInput } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'

export type DecimalOperator = '+' | '-' | '*' | '%'

/** What both loops need to know beside the operands. */
interface Work {
  readonly out: Int32Array
  readonly n: number
  readonly a: DecimalColumn
  readonly b: DecimalColumn
  /** Results at or above this magnitude do not fit. */
  readonly limit: number
}

/**
 * The kernel of an operator. Sums and remainders take operands of the result's scale; a product's scale is the sum of
 * its operands' scales.
 */
export function decimalKernel(operator: DecimalOperator, left: DataType, right: DataType, result: DataType): Kernel {
  assert(left.kind === 'decimal' && right.kind === 'decimal' && result.kind === 'decimal', 'decimal operands')
  const scales = { left: left.scale, right: right.scale }
  return (input) => {
    const n = input.rowCount
    const out = new Int32Array(n * 4)
    const limit = Number(bigPowerOfTen(result.precision))
    const work: Work = { out, n, a: decimalColumn(argument(input, 0)), b: decimalColumn(argument(input, 1)), limit }
    let validity = input.validity
    if (operator === '%') validity = validity === null ? allSet(n) : validity.slice()
    if (run(operator, work, validity) !== 0) fixLarge(operator, work, validity, result, scales)
    return decimalVector(result, out, { validity })
  }
}

function run(operator: DecimalOperator, work: Work, validity: Uint8Array | null): number {
  switch (operator) {
    case '+':
      return addSmall(work)
    case '-':
      return subtractSmall(work)
    case '*':
      return multiplySmall(work)
    case '%':
      return remainderSmall(work, validity!)
  }
}

// Each loop returns nonzero when some row was not small or too large for the type: such rows are computed again exactly.

function addSmall({ out, n, a, b, limit }: Work): number {
  let large = 0
  for (let i = 0; i < n; i++) {
    const ka = 4 * i * a.stride
    const kb = 4 * i * b.stride
    if (isSmall(a.words, ka) && isSmall(b.words, kb)) {
      const sum = smallAt(a.words, ka) + smallAt(b.words, kb)
      if (sum >= limit || sum <= -limit) large = 1
      writeSmall(out, 4 * i, sum)
    } else large = 1
  }
  return large
}

function subtractSmall({ out, n, a, b, limit }: Work): number {
  let large = 0
  for (let i = 0; i < n; i++) {
    const ka = 4 * i * a.stride
    const kb = 4 * i * b.stride
    if (isSmall(a.words, ka) && isSmall(b.words, kb)) {
      const difference = smallAt(a.words, ka) - smallAt(b.words, kb)
      if (difference >= limit || difference <= -limit) large = 1
      writeSmall(out, 4 * i, difference)
    } else large = 1
  }
  return large
}

function multiplySmall({ out, n, a, b, limit }: Work): number {
  let large = 0
  const bound = Math.min(limit, EXACT)
  for (let i = 0; i < n; i++) {
    const ka = 4 * i * a.stride
    const kb = 4 * i * b.stride
    if (isSmall(a.words, ka) && isSmall(b.words, kb)) {
      const product = smallAt(a.words, ka) * smallAt(b.words, kb)
      if (product >= bound || product <= -bound) large = 1
      else writeSmall(out, 4 * i, product)
    } else large = 1
  }
  return large
}

function remainderSmall({ out, n, a, b }: Work, notNull: Uint8Array): number {
  let large = 0
  for (let i = 0; i < n; i++) {
    const ka = 4 * i * a.stride
    const kb = 4 * i * b.stride
    if (isSmall(a.words, ka) && isSmall(b.words, kb)) {
      const y = smallAt(b.words, kb)
      const x = smallAt(a.words, ka)
      if (y === 0) notNull[i >>> 3]! &= ~(1 << (i & 7))
      else writeSmall(out, 4 * i, x - Math.trunc(x / y) * y)
    } else large = 1
  }
  return large
}

/** Computes the rows again that were not small, exactly, and throws for the first valid one that does not fit. */
function fixLarge(
  operator: DecimalOperator,
  { out, n, a, b, limit }: Work,
  validity: Uint8Array | null,
  type: DataType,
  scales: { readonly left: number; readonly right: number },
): void {
  const bound = type.kind === 'decimal' ? bigPowerOfTen(type.precision) : 0n
  for (let i = 0; i < n; i++) {
    if (!isRowValid(validity, i)) continue
    const ka = 4 * i * a.stride
    const kb = 4 * i * b.stride
    if (isSmall(a.words, ka) && isSmall(b.words, kb) && isSettled(operator, smallAt(a.words, ka), smallAt(b.words, kb), limit)) continue
    const x = bigAt(a.words, ka)
    const y = bigAt(b.words, kb)
    if (operator === '%' && y === 0n) {
      validity![i >>> 3]! &= ~(1 << (i & 7))
      continue
    }
    const value = exact(operator, x, y)
    if (value >= bound || value <= -bound) {
      const shown = `${formatDecimal(x, 38, scales.left)} ${operator} ${formatDecimal(y, 38, scales.right)}`
      throw outOfRange(`overflow in ${sqlTypeName(type)}: ${shown}`, 'Cast an operand to a wider decimal or to DOUBLE.')
    }
    writeBig(out, 4 * i, value)
  }
}

function isSettled(operator: DecimalOperator, x: number, y: number, limit: number): boolean {
  const value = operator === '*' ? x * y : operator === '-' ? x - y : operator === '+' ? x + y : 0
  const bound = operator === '*' ? Math.min(limit, EXACT) : limit
  return value < bound && value > -bound
}

function exact(operator: DecimalOperator, x: bigint, y: bigint): bigint {
  switch (operator) {
    case '+':
      return x + y
    case '-':
      return x - y
    case '*':
      return x * y
    case '%':
      return x % y
  }
}

/** `-x` and `abs(x)` of decimals: they always fit. */
export function decimalNegation(type: DataType, onlyNegative: boolean): Kernel {
  return (input: KernelInput) => {
    const { words, stride } = decimalColumn(argument(input, 0))
    const out = new Int32Array(input.rowCount * 4)
    for (let i = 0; i < input.rowCount; i++) {
      const k = 4 * i * stride
      const keep = onlyNegative && words[k + 3]! >= 0
      if (isSmall(words, k)) writeSmall(out, 4 * i, keep ? smallAt(words, k) : -smallAt(words, k))
      else writeBig(out, 4 * i, keep ? bigAt(words, k) : -bigAt(words, k))
    }
    return decimalVector(type, out, { validity: input.validity })
  }
}
