/** Small functions for the tests of this package, which must not depend on the real ones. */

import type { DataType, Datum, PrimitiveVector, Scalar, Vector } from '@artemis/arrow'
import {
  compareScalars,
  datumToVector,
  decodeDictionary,
  float64,
  int32,
  int64,
  mergeValidity,
  primitiveVector,
  scalarsOf,
  typeEquals,
  utf8,
  vectorFromScalars,
} from '@artemis/arrow'
import { ExecutionError, UnsupportedError } from '@artemis/errors'
import type { AggregateFunction, GroupsAccumulator, ScalarFunction } from '@artemis/plan'
import type { CastProvider } from '../expression/cast-provider.js'

function rows(args: readonly Datum[], rowCount: number): Scalar[][] {
  const columns = args.map((arg) => scalarsOf(datumToVector(arg, rowCount)))
  return Array.from({ length: rowCount }, (_, i) => columns.map((column) => column[i]!))
}

/** A function from the values of one row to a value; NULL of NULL. */
export function rowFunction(
  name: string,
  argumentTypes: readonly DataType[],
  returnType: DataType,
  compute: (...values: readonly Scalar[]) => Scalar,
  options: Partial<ScalarFunction> = {},
): ScalarFunction {
  const propagate = options.nullHandling !== 'custom'
  return {
    name,
    argumentTypes,
    returnType,
    volatility: 'immutable',
    nullHandling: 'propagate',
    canReturnNull: false,
    canThrow: false,
    evaluate: (args, rowCount) =>
      vectorFromScalars(
        returnType,
        rows(args, rowCount).map((row) => (propagate && row.includes(null) ? null : compute(...row))),
      ),
    ...options,
  }
}

function floatFunction(name: string, compute: (a: number, b: number) => number, emit: (a: string, b: string) => string): ScalarFunction {
  return {
    name,
    argumentTypes: [float64, float64],
    returnType: float64,
    volatility: 'immutable',
    nullHandling: 'propagate',
    canReturnNull: false,
    canThrow: false,
    evaluate: (args, rowCount) => {
      const [a, b] = args.map((arg) => decodeDictionary(datumToVector(arg, rowCount)) as PrimitiveVector)
      const x = a!.values as Float64Array
      const y = b!.values as Float64Array
      const out = new Float64Array(rowCount)
      for (let i = 0; i < rowCount; i++) out[i] = compute(x[i]!, y[i]!)
      return primitiveVector(float64, out, { validity: mergeValidity(a!.validity, b!.validity, rowCount) })
    },
    emit: ([a, b]) => emit(a!, b!),
  }
}

export const add = floatFunction(
  '+',
  (a, b) => a + b,
  (a, b) => `${a} + ${b}`,
)
export const subtract = floatFunction(
  '-',
  (a, b) => a - b,
  (a, b) => `${a} - ${b}`,
)
export const multiply = floatFunction(
  '*',
  (a, b) => a * b,
  (a, b) => `${a} * ${b}`,
)

export const upper = rowFunction('upper', [utf8], utf8, (text) => String(text).toUpperCase())

export const divide = rowFunction(
  'divide',
  [int32, int32],
  int32,
  (a, b) => {
    if (b === 0) throw new ExecutionError({ code: 'DIVISION_BY_ZERO', message: 'division by zero' })
    return Math.trunc(Number(a) / Number(b))
  },
  { canThrow: true },
)

/** The real COALESCE computes its arguments before it chooses. */
export function coalesceOf(type: DataType): ScalarFunction {
  return rowFunction('coalesce', [type, type], type, (...values) => values.find((value) => value !== null) ?? null, {
    nullHandling: 'custom',
    canReturnNull: true,
  })
}

export const testCasts: CastProvider = (from, to, tryCast) => {
  const convert = (compute: (value: Scalar) => Scalar, options: Partial<ScalarFunction> = {}): ScalarFunction =>
    rowFunction('cast', [from], to, compute, options)
  if (from.kind === 'int32' && to.kind === 'float64') return convert(Number, { emit: ([a]) => a! })
  if (from.kind === 'int32' && to.kind === 'int64') return convert((value) => BigInt(Number(value)))
  if (from.kind === 'utf8' && to.kind === 'int32') {
    return convert(
      (value) => {
        if (/^-?\d+$/.test(String(value))) return Number(value)
        if (tryCast) return null
        throw new ExecutionError({ code: 'BAD_CAST', message: `not a number: ${String(value)}` })
      },
      { canThrow: !tryCast, canReturnNull: tryCast },
    )
  }
  if (typeEquals(from, to)) return convert((value) => value)
  throw new UnsupportedError({ code: 'CAST', message: `no cast from ${from.kind} to ${to.kind}` })
}

function aggregate(
  name: string,
  argumentTypes: readonly DataType[],
  returnType: DataType,
  stateTypes: readonly DataType[],
  createAccumulator: () => GroupsAccumulator,
  options: Partial<AggregateFunction> = {},
): AggregateFunction {
  return {
    name,
    argumentTypes,
    returnType,
    stateTypes,
    nullable: true,
    ignoresDistinct: false,
    orderSensitive: false,
    createAccumulator,
    ...options,
  }
}

function isSet(bits: Uint8Array | null, i: number): boolean {
  return bits === null || ((bits[i >>> 3]! >>> (i & 7)) & 1) === 1
}

/** Grows an array of numbers to hold `count`. */
function grown(array: Float64Array, count: number): Float64Array {
  if (count <= array.length) return array
  const out = new Float64Array(Math.max(count, array.length * 2))
  out.set(array)
  return out
}

class CountAccumulator implements GroupsAccumulator {
  #counts: Float64Array = new Float64Array(16)
  byteSize(): number {
    return this.#counts.byteLength
  }
  update(args: readonly Vector[], groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    this.#counts = grown(this.#counts, groupCount)
    const counts = this.#counts
    const validity = args[0]?.validity ?? null
    if (filter === null && validity === null) for (let i = 0; i < groupIds.length; i++) counts[groupIds[i]!]!++
    else for (let i = 0; i < groupIds.length; i++) if (isSet(filter, i) && isSet(validity, i)) counts[groupIds[i]!]!++
  }
  merge(states: readonly Vector[], groupIds: Int32Array, groupCount: number): void {
    this.#counts = grown(this.#counts, groupCount)
    for (const [i, value] of scalarsOf(states[0]!).entries()) this.#counts[groupIds[i]!]! += Number(value)
  }
  state(start: number, length: number): Vector[] {
    return [this.finish(start, length)]
  }
  finish(start: number, length: number): Vector {
    return primitiveVector(
      int64,
      BigInt64Array.from(this.#counts.subarray(start, start + length), (value) => BigInt(value)),
    )
  }
}

class SumAccumulator implements GroupsAccumulator {
  #sums: Float64Array = new Float64Array(16)
  #seen: Float64Array = new Float64Array(16)
  byteSize(): number {
    return this.#sums.byteLength + this.#seen.byteLength
  }
  update(args: readonly Vector[], groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    this.#sums = grown(this.#sums, groupCount)
    this.#seen = grown(this.#seen, groupCount)
    const vector = decodeDictionary(args[0]!)
    if (vector.layout !== 'primitive') return
    const values = vector.values as Float64Array
    if (filter === null && vector.validity === null) {
      const sums = this.#sums
      const seen = this.#seen
      for (let i = 0; i < groupIds.length; i++) {
        const group = groupIds[i]!
        sums[group]! += values[i]!
        seen[group] = 1
      }
      return
    }
    for (let i = 0; i < groupIds.length; i++) {
      if (!isSet(filter, i) || !isSet(vector.validity, i)) continue
      this.#sums[groupIds[i]!]! += values[i]!
      this.#seen[groupIds[i]!] = 1
    }
  }
  merge(states: readonly Vector[], groupIds: Int32Array, groupCount: number): void {
    this.update(states, groupIds, groupCount, null)
  }
  state(start: number, length: number): Vector[] {
    return [this.finish(start, length)]
  }
  finish(start: number, length: number): Vector {
    const validity = new Uint8Array((length + 7) >>> 3)
    for (let i = 0; i < length; i++) if (this.#seen[start + i] === 1) validity[i >>> 3]! |= 1 << (i & 7)
    return primitiveVector(float64, this.#sums.slice(start, start + length), { validity })
  }
}

class MinAccumulator implements GroupsAccumulator {
  readonly #type: DataType
  readonly #values: Scalar[] = []
  constructor(type: DataType) {
    this.#type = type
  }
  byteSize(): number {
    return this.#values.length * 16
  }
  update(args: readonly Vector[], groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    while (this.#values.length < groupCount) this.#values.push(null)
    for (const [i, value] of scalarsOf(args[0]!).entries()) {
      const known = this.#values[groupIds[i]!]!
      if (value !== null && isSet(filter, i) && (known === null || compareScalars(this.#type, value, known) < 0))
        this.#values[groupIds[i]!] = value
    }
  }
  merge(states: readonly Vector[], groupIds: Int32Array, groupCount: number): void {
    this.update(states, groupIds, groupCount, null)
  }
  state(start: number, length: number): Vector[] {
    return [this.finish(start, length)]
  }
  finish(start: number, length: number): Vector {
    return vectorFromScalars(this.#type, this.#values.slice(start, start + length))
  }
}

/** Joins texts with commas, in the order in which they come. */
class JoinTextAccumulator implements GroupsAccumulator {
  readonly #texts: (string | null)[] = []
  byteSize(): number {
    return this.#texts.reduce((sum, text) => sum + 16 + (text?.length ?? 0), 0)
  }
  update(args: readonly Vector[], groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    while (this.#texts.length < groupCount) this.#texts.push(null)
    for (const [i, value] of scalarsOf(args[0]!).entries()) {
      if (value === null || !isSet(filter, i)) continue
      const known = this.#texts[groupIds[i]!]!
      this.#texts[groupIds[i]!] = known === null ? String(value) : `${known},${String(value)}`
    }
  }
  merge(states: readonly Vector[], groupIds: Int32Array, groupCount: number): void {
    this.update(states, groupIds, groupCount, null)
  }
  state(start: number, length: number): Vector[] {
    return [this.finish(start, length)]
  }
  finish(start: number, length: number): Vector {
    return vectorFromScalars(utf8, this.#texts.slice(start, start + length))
  }
}

export const countAll = aggregate('count', [], int64, [int64], () => new CountAccumulator(), { nullable: false })
export const sumOfFloat = aggregate('sum', [float64], float64, [float64], () => new SumAccumulator())
export const joinText = aggregate('string_agg', [utf8], utf8, [utf8], () => new JoinTextAccumulator(), { orderSensitive: true })

export function countOf(type: DataType): AggregateFunction {
  return aggregate('count', [type], int64, [int64], () => new CountAccumulator(), { nullable: false })
}

export function minOf(type: DataType): AggregateFunction {
  return aggregate('min', [type], type, [type], () => new MinAccumulator(type), { ignoresDistinct: true })
}
