/** sum(x), total(x) and avg(x). */

import type { DataType, Vector } from '@artemis/arrow'
import { countSet, decimal, decodeDictionary, float64, int64, mergeValidity, primitiveVector } from '@artemis/arrow'
import { ExecutionError } from '@artemis/errors'
import type { ExactNumbers, GroupsAccumulator } from '@artemis/plan'
import { isFloat, isInteger, sqlTypeName } from '@artemis/plan'
import { badState, countRows } from './count.js'
import { aggregateFunction } from './definition.js'
import { ExactSums } from './exact-sum.js'
import { growFloat64, growUint8, rowMask, validityOf } from './rows-mask.js'

const WIDE = decimal(38, 0)

/** Postgres's types: sums of small integers are BIGINT, those of BIGINT and decimals have 38 digits, those of floats are DOUBLE. */
function sumType(type: DataType): DataType | undefined {
  switch (type.kind) {
    case 'bool':
    case 'null':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'uint32':
      return int64
    case 'int64':
    case 'uint64':
      return WIDE
    case 'decimal':
      return decimal(38, type.scale)
    case 'float32':
    case 'float64':
      return float64
    default:
      return undefined
  }
}

class ExactSumAccumulator implements GroupsAccumulator {
  readonly #sums = new ExactSums()
  readonly #type: DataType

  constructor(type: DataType) {
    this.#type = type
  }

  byteSize(): number {
    return this.#sums.byteSize()
  }

  update([argument]: readonly Vector[], groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    this.#sums.add(argument!, groupIds, groupCount, filter)
  }

  updateExact(numbers: ExactNumbers, groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    this.#sums.addExact(numbers, groupIds, groupCount, filter)
  }

  merge([state]: readonly Vector[], groupIds: Int32Array, groupCount: number): void {
    this.#sums.add(state!, groupIds, groupCount, null)
  }

  state(start: number, length: number): Vector[] {
    return [this.finish(start, length)]
  }

  finish(start: number, length: number): Vector {
    const overflow = (): Error =>
      new ExecutionError({ code: 'OUT_OF_RANGE', message: `the sum does not fit ${sqlTypeName(this.#type)}`, hint: 'Cast the argument to DOUBLE.' })
    return this.#sums.toVector(this.#type, start, length, overflow)
  }
}

/** Sums and counts of floating-point values by group. */
export class FloatSums {
  sums: Float64Array = new Float64Array(0)
  seen: Uint8Array = new Uint8Array(0)

  byteSize(): number {
    return this.sums.byteLength + this.seen.byteLength
  }

  reserve(groupCount: number): void {
    this.sums = growFloat64(this.sums, groupCount)
    this.seen = growUint8(this.seen, groupCount)
  }

  add(vector: Vector, groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    this.reserve(groupCount)
    const plain = decodeDictionary(vector)
    if (plain.layout !== 'primitive') throw badState()
    const mask = rowMask(plain, filter, groupIds.length)
    if (groupCount === 1 && plain.values instanceof Float64Array) this.#addToOne(plain.values, mask)
    else if (plain.values instanceof Float64Array) addFloat64(plain.values, groupIds, mask, this.sums, this.seen)
    else if (plain.values instanceof Float32Array) addFloat32(plain.values, groupIds, mask, this.sums, this.seen)
    else throw badState()
  }

  /** All rows are of the one group: no ids need be read. */
  #addToOne(values: Float64Array, mask: Uint8Array | null): void {
    if (values.length === 0 || (mask !== null && countSet(mask, values.length) === 0)) return
    this.sums[0]! += mask === null ? totalOf(values) : maskedTotalOf(values, mask)
    this.seen[0] = 1
  }

  toVector(start: number, length: number): Vector {
    this.reserve(start + length)
    return primitiveVector(float64, this.sums.slice(start, start + length), { validity: validityOf(this.seen, start, length) })
  }
}

/** Four sums side by side: one would wait for each addition to end before the next. */
function totalOf(values: Float64Array): number {
  const whole = values.length & ~3
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  for (let i = 0; i < whole; i += 4) {
    a += values[i]!
    b += values[i + 1]!
    c += values[i + 2]!
    d += values[i + 3]!
  }
  for (let i = whole; i < values.length; i++) a += values[i]!
  return a + b + (c + d)
}

function maskedTotalOf(values: Float64Array, mask: Uint8Array): number {
  let total = 0
  for (let i = 0; i < values.length; i++) if (((mask[i >>> 3]! >>> (i & 7)) & 1) === 1) total += values[i]!
  return total
}

function addFloat64(values: Float64Array, groupIds: Int32Array, mask: Uint8Array | null, sums: Float64Array, seen: Uint8Array): void {
  if (mask === null) {
    for (let i = 0; i < groupIds.length; i++) {
      const group = groupIds[i]!
      sums[group]! += values[i]!
      seen[group] = 1
    }
    return
  }
  for (let i = 0; i < groupIds.length; i++) {
    if (((mask[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const group = groupIds[i]!
    sums[group]! += values[i]!
    seen[group] = 1
  }
}

function addFloat32(values: Float32Array, groupIds: Int32Array, mask: Uint8Array | null, sums: Float64Array, seen: Uint8Array): void {
  for (let i = 0; i < groupIds.length; i++) {
    if (mask !== null && ((mask[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const group = groupIds[i]!
    sums[group]! += values[i]!
    seen[group] = 1
  }
}

class FloatSumAccumulator implements GroupsAccumulator {
  readonly #sums = new FloatSums()

  byteSize(): number {
    return this.#sums.byteSize()
  }

  update([argument]: readonly Vector[], groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    this.#sums.add(argument!, groupIds, groupCount, filter)
  }

  merge([state]: readonly Vector[], groupIds: Int32Array, groupCount: number): void {
    this.#sums.add(state!, groupIds, groupCount, null)
  }

  state(start: number, length: number): Vector[] {
    return [this.finish(start, length)]
  }

  finish(start: number, length: number): Vector {
    return this.#sums.toVector(start, length)
  }
}

export const sum = aggregateFunction({
  name: 'sum',
  category: 'aggregate',
  description: 'The sum of all values that are not NULL. Sums of whole numbers and decimals are exact.',
  signatures: ['sum(value INTEGER) -> BIGINT', 'sum(value BIGINT) -> DECIMAL(38,0)', 'sum(value DECIMAL(p,s)) -> DECIMAL(38,s)', 'sum(value DOUBLE) -> DOUBLE'],
  example: 'sum(3)',
  result: '3',
  resolve(argumentTypes) {
    const [type] = argumentTypes
    const returnType = argumentTypes.length === 1 ? sumType(type!) : undefined
    if (returnType === undefined) return undefined
    const wanted = type!.kind === 'null' ? { kind: 'int32' as const } : type!
    return {
      argumentTypes: [wanted],
      returnType,
      stateTypes: [returnType],
      acceptsExactNumbers: wanted.kind === 'decimal',
      createAccumulator: () => (isFloat(wanted) ? new FloatSumAccumulator() : new ExactSumAccumulator(returnType)),
    }
  },
})

/** The mean, from an exact sum where the values are exact; state: the sum and the count. */
class MeanAccumulator implements GroupsAccumulator {
  readonly #exact: ExactSums | null
  readonly #float = new FloatSums()
  readonly #stateType: DataType
  readonly #divisor: number
  #counts: Float64Array = new Float64Array(0)

  constructor(type: DataType, stateType: DataType) {
    this.#exact = isFloat(type) ? null : new ExactSums()
    this.#stateType = stateType
    this.#divisor = type.kind === 'decimal' ? 10 ** type.scale : 1
  }

  byteSize(): number {
    return this.#counts.byteLength + this.#float.byteSize() + (this.#exact?.byteSize() ?? 0)
  }

  update([argument]: readonly Vector[], groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    this.#counts = growFloat64(this.#counts, groupCount)
    countRows(this.#counts, groupIds, groupCount, rowMask(argument, filter, groupIds.length))
    this.#sums.add(argument!, groupIds, groupCount, filter)
  }

  updateExact(numbers: ExactNumbers, groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    this.#counts = growFloat64(this.#counts, groupCount)
    countRows(this.#counts, groupIds, groupCount, mergeValidity(numbers.validity, filter, groupIds.length))
    this.#exact!.addExact(numbers, groupIds, groupCount, filter)
  }

  merge([sums, counts]: readonly Vector[], groupIds: Int32Array, groupCount: number): void {
    this.#counts = growFloat64(this.#counts, groupCount)
    this.#sums.add(sums!, groupIds, groupCount, null)
    if (counts?.layout !== 'primitive' || !(counts.values instanceof Float64Array)) throw badState()
    for (let i = 0; i < groupIds.length; i++) this.#counts[groupIds[i]!]! += counts.values[i]!
  }

  state(start: number, length: number): Vector[] {
    this.#counts = growFloat64(this.#counts, start + length)
    const overflow = (): Error => new ExecutionError({ code: 'OUT_OF_RANGE', message: 'the sum behind avg has more than 38 digits' })
    const sums = this.#exact === null ? this.#float.toVector(start, length) : this.#exact.toVector(this.#stateType, start, length, overflow)
    return [sums, primitiveVector(float64, this.#counts.slice(start, start + length))]
  }

  finish(start: number, length: number): Vector {
    this.#counts = growFloat64(this.#counts, start + length)
    this.#sums.reserve(start + length)
    this.#exact?.settle()
    const means = new Float64Array(length)
    const validity = new Uint8Array((length + 7) >>> 3)
    for (let i = 0; i < length; i++) {
      const count = this.#counts[start + i]!
      if (count === 0) continue
      const total = this.#exact === null ? this.#float.sums[start + i]! : this.#exact.toNumber(start + i)
      means[i] = total / count / this.#divisor
      validity[i >>> 3]! |= 1 << (i & 7)
    }
    return primitiveVector(float64, means, { validity })
  }

  get #sums(): ExactSums | FloatSums {
    return this.#exact ?? this.#float
  }
}


export const avg = aggregateFunction({
  name: 'avg',
  aliases: ['mean'],
  category: 'aggregate',
  description: 'The mean of all values that are not NULL, as DOUBLE.',
  signatures: ['avg(value NUMERIC) -> DOUBLE'],
  example: 'avg(3)',
  result: '3.0',
  resolve(argumentTypes) {
    const [type] = argumentTypes
    if (argumentTypes.length !== 1 || type!.kind === 'bool') return undefined
    const wanted: DataType = type!.kind === 'null' ? float64 : type!
    const sumOf = sumType(wanted)
    if (sumOf === undefined) return undefined
    const stateType = isFloat(wanted) ? float64 : isInteger(wanted) ? WIDE : sumOf
    return {
      argumentTypes: [wanted],
      returnType: float64,
      stateTypes: [stateType, float64],
      acceptsExactNumbers: wanted.kind === 'decimal',
      createAccumulator: () => new MeanAccumulator(wanted, stateType),
    }
  },
})

/** SQLite's total(): a sum that is never NULL, as DOUBLE. */
class TotalAccumulator extends FloatSumAccumulator {
  override finish(start: number, length: number): Vector {
    const sums = super.finish(start, length)
    return sums.layout === 'primitive' ? primitiveVector(float64, sums.values) : sums
  }

  override state(start: number, length: number): Vector[] {
    return [super.finish(start, length)]
  }
}

export const total = aggregateFunction({
  name: 'total',
  category: 'aggregate',
  description: 'The sum as DOUBLE; 0.0 instead of NULL for no values.',
  signatures: ['total(value DOUBLE) -> DOUBLE'],
  example: 'total(3)',
  result: '3.0',
  nullable: false,
  resolve(argumentTypes) {
    const [type] = argumentTypes
    if (argumentTypes.length !== 1 || sumType(type!) === undefined) return undefined
    return { argumentTypes: [float64], returnType: float64, stateTypes: [float64], createAccumulator: () => new TotalAccumulator() }
  },
})
