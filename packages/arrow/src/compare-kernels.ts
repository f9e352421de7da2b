/**
 * The leaf loops of comparison: equality and less-than per physical class, each against a vector and against a constant.
 * The other operators follow from these two by swapping and negating, since the order is total (NaN is the greatest).
 *
 * Results are bits. A byte is gathered in a register from conditions turned into 0 or 1 by unary plus, which compiles to
 * a flag and not to a branch: random data would mispredict every other row (0.5 ns a row against 4).
 */

import { bitmapBytes } from './bitmap.js'

/** Less-than or equality, where the constant of `below` and `above` is on the right: v < c, and v > c. */
export type ConstantTest = 'equal' | 'below' | 'above'

export function int32Constant(test: ConstantTest, values: Int32Array, constant: number, n: number): Uint8Array {
  const out = new Uint8Array(bitmapBytes(n))
  if (test === 'equal') int32EqualConstant(values, constant, n, out)
  else if (test === 'below') int32BelowConstant(values, constant, n, out)
  else int32AboveConstant(values, constant, n, out)
  return out
}

function int32EqualConstant(values: Int32Array, constant: number, n: number, out: Uint8Array): void {
  for (let byte = 0, i = 0; i < n; byte++) {
    const end = Math.min(i + 8, n)
    let bits = 0
    for (let k = 0; i < end; i++, k++) bits |= +(values[i]! === constant) << k
    out[byte] = bits
  }
}
function int32BelowConstant(values: Int32Array, constant: number, n: number, out: Uint8Array): void {
  for (let byte = 0, i = 0; i < n; byte++) {
    const end = Math.min(i + 8, n)
    let bits = 0
    for (let k = 0; i < end; i++, k++) bits |= +(values[i]! < constant) << k
    out[byte] = bits
  }
}
function int32AboveConstant(values: Int32Array, constant: number, n: number, out: Uint8Array): void {
  for (let byte = 0, i = 0; i < n; byte++) {
    const end = Math.min(i + 8, n)
    let bits = 0
    for (let k = 0; i < end; i++, k++) bits |= +(values[i]! > constant) << k
    out[byte] = bits
  }
}

export function int32Equal(a: Int32Array, b: Int32Array, n: number): Uint8Array {
  const out = new Uint8Array(bitmapBytes(n))
  for (let byte = 0, i = 0; i < n; byte++) {
    const end = Math.min(i + 8, n)
    let bits = 0
    for (let k = 0; i < end; i++, k++) bits |= +(a[i]! === b[i]!) << k
    out[byte] = bits
  }
  return out
}
export function int32Less(a: Int32Array, b: Int32Array, n: number): Uint8Array {
  const out = new Uint8Array(bitmapBytes(n))
  for (let byte = 0, i = 0; i < n; byte++) {
    const end = Math.min(i + 8, n)
    let bits = 0
    for (let k = 0; i < end; i++, k++) bits |= +(a[i]! < b[i]!) << k
    out[byte] = bits
  }
  return out
}

export function float64Constant(test: ConstantTest, values: Float64Array, constant: number, n: number): Uint8Array {
  const out = new Uint8Array(bitmapBytes(n))
  if (Number.isNaN(constant)) {
    if (test === 'equal') float64IsNaN(values, n, out)
    else if (test === 'below') float64IsNumber(values, n, out)
  } else if (test === 'equal') float64EqualConstant(values, constant, n, out)
  else if (test === 'below') float64BelowConstant(values, constant, n, out)
  else float64AboveConstant(values, constant, n, out)
  return out
}

function float64IsNaN(values: Float64Array, n: number, out: Uint8Array): void {
  for (let byte = 0, i = 0; i < n; byte++) {
    const end = Math.min(i + 8, n)
    let bits = 0
    for (let k = 0; i < end; i++, k++) bits |= +(values[i]! !== values[i]!) << k
    out[byte] = bits
  }
}
function float64IsNumber(values: Float64Array, n: number, out: Uint8Array): void {
  for (let byte = 0, i = 0; i < n; byte++) {
    const end = Math.min(i + 8, n)
    let bits = 0
    for (let k = 0; i < end; i++, k++) bits |= +(values[i]! === values[i]!) << k
    out[byte] = bits
  }
}
function float64EqualConstant(values: Float64Array, constant: number, n: number, out: Uint8Array): void {
  for (let byte = 0, i = 0; i < n; byte++) {
    const end = Math.min(i + 8, n)
    let bits = 0
    for (let k = 0; i < end; i++, k++) bits |= +(values[i]! === constant) << k
    out[byte] = bits
  }
}
function float64BelowConstant(values: Float64Array, constant: number, n: number, out: Uint8Array): void {
  for (let byte = 0, i = 0; i < n; byte++) {
    const end = Math.min(i + 8, n)
    let bits = 0
    for (let k = 0; i < end; i++, k++) bits |= +(values[i]! < constant) << k
    out[byte] = bits
  }
}
function float64AboveConstant(values: Float64Array, constant: number, n: number, out: Uint8Array): void {
  for (let byte = 0, i = 0; i < n; byte++) {
    const end = Math.min(i + 8, n)
    let bits = 0
    // A NaN is not at most the constant, so it counts as above.
    for (let k = 0; i < end; i++, k++) bits |= +!(values[i]! <= constant) << k
    out[byte] = bits
  }
}

export function float64Equal(a: Float64Array, b: Float64Array, n: number): Uint8Array {
  const out = new Uint8Array(bitmapBytes(n))
  for (let byte = 0, i = 0; i < n; byte++) {
    const end = Math.min(i + 8, n)
    let bits = 0
    for (let k = 0; i < end; i++, k++) {
      const x = a[i]!
      const y = b[i]!
      bits |= (+(x === y) | (+(x !== x) & +(y !== y))) << k
    }
    out[byte] = bits
  }
  return out
}
export function float64Less(a: Float64Array, b: Float64Array, n: number): Uint8Array {
  const out = new Uint8Array(bitmapBytes(n))
  for (let byte = 0, i = 0; i < n; byte++) {
    const end = Math.min(i + 8, n)
    let bits = 0
    for (let k = 0; i < end; i++, k++) {
      const x = a[i]!
      const y = b[i]!
      bits |= (+(x < y) | (+(x === x) & +(y !== y))) << k
    }
    out[byte] = bits
  }
  return out
}

/** `entries[codes[i]]`, a 0 or 1 per dictionary entry, as bits. */
export function gatherEntryBits(entries: Uint8Array, codes: Int32Array, n: number): Uint8Array {
  const out = new Uint8Array(bitmapBytes(n))
  for (let byte = 0, i = 0; i < n; byte++) {
    const end = Math.min(i + 8, n)
    let bits = 0
    for (let k = 0; i < end; i++, k++) bits |= entries[codes[i]!]! << k
    out[byte] = bits
  }
  return out
}
