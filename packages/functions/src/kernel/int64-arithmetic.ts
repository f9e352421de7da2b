/**
 * Arithmetic over 64-bit integers as (low, high) int32 pairs. Sums carry by hand; products and quotients go through
 * doubles while all numbers stay below 2^53, which is nearly always, and through words or BigInt otherwise. A loop only
 * tells that some row may have overflowed: the caller finds out which, with exact arithmetic, in the rare case.
 *
 * Row i of a column is the pair at `2 * i * stride`, so a constant is a column of one row with stride 0.
 */

const TWO_32 = 4294967296
/** Below this magnitude every integer is exact in a double. */
const EXACT = 9007199254740992
/** Just below 2^63: a product beyond it may have overflowed. */
const NEAR_2_63 = 9.2233720368547e18
const NEAR_2_64 = 1.8446744073709e19

export interface WordOperands {
  readonly a: Int32Array
  readonly aStride: 0 | 1
  readonly b: Int32Array
  readonly bStride: 0 | 1
}

/** Returns nonzero when some row overflowed. */
export function addInt64(out: Int32Array, n: number, { a, aStride, b, bStride }: WordOperands): number {
  let overflow = 0
  for (let i = 0; i < n; i++) {
    const ka = 2 * i * aStride
    const kb = 2 * i * bStride
    const aLow = a[ka]!
    const aHigh = a[ka + 1]!
    const bHigh = b[kb + 1]!
    const low = (aLow + b[kb]!) | 0
    const carry = low >>> 0 < aLow >>> 0 ? 1 : 0
    const high = (aHigh + bHigh + carry) | 0
    overflow |= (aHigh ^ high) & (bHigh ^ high)
    out[2 * i] = low
    out[2 * i + 1] = high
  }
  return overflow < 0 ? 1 : 0
}

export function subtractInt64(out: Int32Array, n: number, { a, aStride, b, bStride }: WordOperands): number {
  let overflow = 0
  for (let i = 0; i < n; i++) {
    const ka = 2 * i * aStride
    const kb = 2 * i * bStride
    const aLow = a[ka]!
    const aHigh = a[ka + 1]!
    const bLow = b[kb]!
    const bHigh = b[kb + 1]!
    const borrow = aLow >>> 0 < bLow >>> 0 ? 1 : 0
    const high = (aHigh - bHigh - borrow) | 0
    overflow |= (aHigh ^ bHigh) & (aHigh ^ high)
    out[2 * i] = (aLow - bLow) | 0
    out[2 * i + 1] = high
  }
  return overflow < 0 ? 1 : 0
}

export function addUint64(out: Int32Array, n: number, { a, aStride, b, bStride }: WordOperands): number {
  let overflow = 0
  for (let i = 0; i < n; i++) {
    const ka = 2 * i * aStride
    const kb = 2 * i * bStride
    const aLow = a[ka]!
    const low = (aLow + b[kb]!) | 0
    const carry = low >>> 0 < aLow >>> 0 ? 1 : 0
    const high = (a[ka + 1]! >>> 0) + (b[kb + 1]! >>> 0) + carry
    overflow |= high >= TWO_32 ? 1 : 0
    out[2 * i] = low
    out[2 * i + 1] = high
  }
  return overflow
}

export function subtractUint64(out: Int32Array, n: number, { a, aStride, b, bStride }: WordOperands): number {
  let overflow = 0
  for (let i = 0; i < n; i++) {
    const ka = 2 * i * aStride
    const kb = 2 * i * bStride
    const aLow = a[ka]!
    const bLow = b[kb]!
    const borrow = aLow >>> 0 < bLow >>> 0 ? 1 : 0
    const high = (a[ka + 1]! >>> 0) - (b[kb + 1]! >>> 0) - borrow
    overflow |= high < 0 ? 1 : 0
    out[2 * i] = (aLow - bLow) | 0
    out[2 * i + 1] = high
  }
  return overflow
}

/** Returns nonzero when some row is so near the limit that it may have overflowed. */
export function multiplyInt64(out: Int32Array, n: number, { a, aStride, b, bStride }: WordOperands): number {
  let near = 0
  for (let i = 0; i < n; i++) {
    const ka = 2 * i * aStride
    const kb = 2 * i * bStride
    const x = a[ka + 1]! * TWO_32 + (a[ka]! >>> 0)
    const y = b[kb + 1]! * TWO_32 + (b[kb]! >>> 0)
    const product = x * y
    if (product < EXACT && product > -EXACT) {
      out[2 * i] = product
      out[2 * i + 1] = Math.floor(product / TWO_32)
    } else {
      if (product > NEAR_2_63 || product < -NEAR_2_63) near = 1
      multiplyWords(out, 2 * i, a[ka]!, a[ka + 1]!, b[kb]!, b[kb + 1]!)
    }
  }
  return near
}

export function multiplyUint64(out: Int32Array, n: number, { a, aStride, b, bStride }: WordOperands): number {
  let near = 0
  for (let i = 0; i < n; i++) {
    const ka = 2 * i * aStride
    const kb = 2 * i * bStride
    const product = ((a[ka + 1]! >>> 0) * TWO_32 + (a[ka]! >>> 0)) * ((b[kb + 1]! >>> 0) * TWO_32 + (b[kb]! >>> 0))
    if (product > NEAR_2_64) near = 1
    multiplyWords(out, 2 * i, a[ka]!, a[ka + 1]!, b[kb]!, b[kb + 1]!)
  }
  return near
}

/** The low 64 bits of a product. */
function multiplyWords(out: Int32Array, k: number, aLow: number, aHigh: number, bLow: number, bHigh: number): void {
  const a0 = aLow & 0xffff
  const a1 = aLow >>> 16
  const b0 = bLow & 0xffff
  const b1 = bLow >>> 16
  const low = a0 * b0
  const middle = a0 * b1 + a1 * b0 + (low >>> 16)
  out[k] = ((middle & 0xffff) << 16) | (low & 0xffff)
  const high = a1 * b1 + Math.floor(middle / 65536)
  out[k + 1] = (high | 0) + Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh)
}

/** Truncates towards zero; `notNull` loses the bits of rows that divide by zero. Returns nonzero for min / -1. */
export function divideInt64(out: BigInt64Array, n: number, { a, aStride, b, bStride }: WordOperands, notNull: Uint8Array): number {
  const words = new Int32Array(out.buffer, out.byteOffset, n * 2)
  let overflow = 0
  for (let i = 0; i < n; i++) {
    const ka = 2 * i * aStride
    const kb = 2 * i * bStride
    const x = a[ka + 1]! * TWO_32 + (a[ka]! >>> 0)
    const y = b[kb + 1]! * TWO_32 + (b[kb]! >>> 0)
    if (y === 0) notNull[i >>> 3]! &= ~(1 << (i & 7))
    else if (x < EXACT && x > -EXACT && y < EXACT && y > -EXACT) {
      const quotient = Math.trunc(x / y)
      words[2 * i] = quotient
      words[2 * i + 1] = Math.floor(quotient / TWO_32)
    } else {
      const quotient = bigOf(a, ka) / bigOf(b, kb)
      if (quotient === 9223372036854775808n) overflow = 1
      out[i] = quotient
    }
  }
  return overflow
}

/** The remainder has the dividend's sign. Returns nonzero for min % -1, which DuckDB refuses too. */
export function remainderInt64(out: BigInt64Array, n: number, { a, aStride, b, bStride }: WordOperands, notNull: Uint8Array): number {
  const words = new Int32Array(out.buffer, out.byteOffset, n * 2)
  let overflow = 0
  for (let i = 0; i < n; i++) {
    const ka = 2 * i * aStride
    const kb = 2 * i * bStride
    const x = a[ka + 1]! * TWO_32 + (a[ka]! >>> 0)
    const y = b[kb + 1]! * TWO_32 + (b[kb]! >>> 0)
    if (y === 0) notNull[i >>> 3]! &= ~(1 << (i & 7))
    else if (x < EXACT && x > -EXACT && y < EXACT && y > -EXACT) {
      const remainder = x - Math.trunc(x / y) * y
      words[2 * i] = remainder
      words[2 * i + 1] = Math.floor(remainder / TWO_32)
    } else {
      const divisor = bigOf(b, kb)
      const dividend = bigOf(a, ka)
      if (divisor === -1n && dividend === -9223372036854775808n) overflow = 1
      out[i] = dividend % divisor
    }
  }
  return overflow
}

export function divideUint64(out: BigUint64Array, n: number, operands: WordOperands, notNull: Uint8Array, remainder: boolean): number {
  const { a, aStride, b, bStride } = operands
  for (let i = 0; i < n; i++) {
    const divisor = BigInt.asUintN(64, bigOf(b, 2 * i * bStride))
    if (divisor === 0n) notNull[i >>> 3]! &= ~(1 << (i & 7))
    else {
      const dividend = BigInt.asUintN(64, bigOf(a, 2 * i * aStride))
      out[i] = remainder ? dividend % divisor : dividend / divisor
    }
  }
  return 0
}

/** The signed integer of a pair: for rows that need exact arithmetic beyond doubles. */
export function bigOf(words: Int32Array, k: number): bigint {
  return (BigInt(words[k + 1]!) << 32n) | BigInt(words[k]! >>> 0)
}
