/**
 * Casts between integers, floats and booleans. Values that do not fit are errors; a float rounds to the nearest integer,
 * ties to even. Each pair of array classes gets its own loop, as in kernel/loops.ts.
 */

import type { BooleanVector, DataType, PrimitiveValues, PrimitiveVector, Vector } from '@artemis/arrow'
import { allocatePrimitive, bitmapBytes, booleanVector, formatFloat64, int32Words, primitiveVector } from '@artemis/arrow'
import { isFloat } from '@artemis/plan'
import { bigOf } from '../kernel/int64-arithmetic.js'
import { roundHalfEven } from '../kernel/rounding.js'
import type { CastRun } from './cast-run.js'

const TWO_32 = 4294967296

type NumberValues = Exclude<PrimitiveValues, BigInt64Array | BigUint64Array>
type ConvertLoop = (n: number, source: NumberValues, out: NumberValues) => number

const loops = new Map<string, ConvertLoop>()

/** The loop from one array class to another; nonzero when some value did not fit. */
function convertLoop(source: NumberValues, out: NumberValues, rounds: boolean): ConvertLoop {
  const key = `${source.constructor.name}>${out.constructor.name}${rounds}`
  const known = loops.get(key)
  if (known !== undefined) return known
  const value = rounds ? 'round(source[i])' : 'source[i]'
  const step = `const v = ${value}; out[i] = v; bad |= out[i] === v ? 0 : 1`
  const body = `'use strict'; return function (n, source, out) { let bad = 0; for (let i = 0; i < n; i++) { ${step} } return bad }`
  // oxlint-disable-next-line no-implied-eval -- The text is built from constants only.
  const made = new Function('round', body)(roundHalfEven) as ConvertLoop
  loops.set(key, made)
  return made
}

function isWide(values: PrimitiveValues): values is BigInt64Array | BigUint64Array {
  return values instanceof BigInt64Array || values instanceof BigUint64Array
}

/** A number vector as another number type. */
export function castNumber(vector: PrimitiveVector, run: CastRun): Vector {
  const { values } = vector
  const out = allocatePrimitive(run.to, vector.length)
  if (isWide(values)) fromWide(values, out, run)
  else if (isWide(out)) toWide(values, out, run)
  else narrow(values, out, run)
  return primitiveVector(run.to, out, { validity: run.validity })
}

function narrow(values: NumberValues, out: NumberValues, run: CastRun): void {
  const toFloat = isFloat(run.to)
  const fromFloat = isFloat(run.from)
  const bad = convertLoop(values, out, fromFloat && !toFloat)(values.length, values, out)
  // Rounding to a float is no failure, but a finite double beyond float32 is.
  if (bad === 0 || (toFloat && run.to.kind === 'float64')) return
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    const fits = toFloat ? Number.isFinite(out[i]) || !Number.isFinite(value) : out[i] === (fromFloat ? roundHalfEven(value) : value)
    if (!fits) run.outOfRange(i, fromFloat ? formatFloat64(value) : String(value))
  }
}

function toWide(values: NumberValues, out: BigInt64Array | BigUint64Array, run: CastRun): void {
  const words = int32Words(out)
  const unsigned = out instanceof BigUint64Array
  const low = unsigned ? 0 : -9223372036854775808
  const high = unsigned ? 18446744073709551616 : 9223372036854775808
  const rounds = isFloat(run.from)
  let bad = 0
  for (let i = 0; i < values.length; i++) {
    const value = rounds ? roundHalfEven(values[i]!) : values[i]!
    words[2 * i] = value
    words[2 * i + 1] = Math.floor(value / TWO_32)
    bad |= value >= low && value < high ? 0 : 1
  }
  if (bad === 0) return
  for (let i = 0; i < values.length; i++) {
    const value = rounds ? roundHalfEven(values[i]!) : values[i]!
    if (!(value >= low && value < high)) run.outOfRange(i, rounds ? formatFloat64(values[i]!) : String(value))
  }
}

function fromWide(values: BigInt64Array | BigUint64Array, out: PrimitiveValues, run: CastRun): void {
  const words = int32Words(values)
  const unsigned = values instanceof BigUint64Array
  const text = (row: number): string => String(unsigned ? BigInt.asUintN(64, bigOf(words, 2 * row)) : bigOf(words, 2 * row))
  if (isWide(out)) {
    int32Words(out).set(words)
    // The same bits mean another number exactly when the sign bit is set.
    for (let i = 0; i < values.length; i++)
      if (words[2 * i + 1]! < 0 && unsigned !== out instanceof BigUint64Array) run.outOfRange(i, text(i))
    return
  }
  if (out instanceof Float64Array || out instanceof Float32Array) {
    for (let i = 0; i < values.length; i++)
      out[i] = (unsigned ? words[2 * i + 1]! >>> 0 : words[2 * i + 1]!) * TWO_32 + (words[2 * i]! >>> 0)
    return
  }
  for (let i = 0; i < values.length; i++) {
    const value = (unsigned ? words[2 * i + 1]! >>> 0 : words[2 * i + 1]!) * TWO_32 + (words[2 * i]! >>> 0)
    out[i] = value
    if (out[i] !== value) run.outOfRange(i, text(i))
  }
}

/** A number as a boolean: everything but 0 is true, NaN too. */
export function numberToBoolean(vector: PrimitiveVector, run: CastRun): Vector {
  const { values } = vector
  const bits = new Uint8Array(bitmapBytes(vector.length))
  if (isWide(values)) {
    const words = int32Words(values)
    for (let i = 0; i < vector.length; i++) if ((words[2 * i]! | words[2 * i + 1]!) !== 0) bits[i >>> 3]! |= 1 << (i & 7)
  } else {
    for (let i = 0; i < vector.length; i++) if (values[i] !== 0) bits[i >>> 3]! |= 1 << (i & 7)
  }
  return booleanVector(vector.length, bits, { validity: run.validity })
}

export function booleanToNumber(vector: BooleanVector, to: DataType, run: CastRun): Vector {
  const out = allocatePrimitive(to, vector.length)
  const bit = (i: number): number => (vector.values[i >>> 3]! >>> (i & 7)) & 1
  if (isWide(out)) {
    const words = int32Words(out)
    for (let i = 0; i < vector.length; i++) words[2 * i] = bit(i)
  } else {
    for (let i = 0; i < vector.length; i++) out[i] = bit(i)
  }
  return primitiveVector(to, out, { validity: run.validity })
}
