/**
 * Equality and order of single values, the definition that every kernel follows: NaN equals NaN and is the greatest
 * number, -0 equals 0, text compares by its UTF-8 bytes, intervals by their length with months of 30 days. Inside lists
 * and structs a null equals a null and is greater than any value, as in DuckDB and PostgreSQL.
 */

import { assert, unreachable } from '@artemis/errors'
import type { IntervalValue, Scalar } from './scalar.js'
import type { DataType } from './types.js'

/** Whether two values of a type are the same; two nulls are. */
export function scalarEquals(type: DataType, a: Scalar, b: Scalar): boolean {
  if (a === null || b === null) return a === b
  return compareScalars(type, a, b) === 0
}

/** Negative, 0 or positive as `a` sorts before, with or after `b`. A null sorts after every value. */
export function compareScalars(type: DataType, a: Scalar, b: Scalar): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0)
  switch (type.kind) {
    case 'null':
      return 0
    case 'bool':
      return Number(a) - Number(b)
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'float32':
    case 'float64':
    case 'date32':
      return compareNumbers(a as number, b as number)
    case 'int64':
    case 'uint64':
    case 'time64':
    case 'timestamp':
    case 'decimal':
      return compareBigInts(a as bigint, b as bigint)
    case 'utf8':
      return compareText(a as string, b as string)
    case 'binary':
    case 'fixed_size_binary':
    case 'uuid':
      return compareByteArrays(a as Uint8Array, b as Uint8Array)
    case 'interval':
      return compareBigInts(intervalLength(a as IntervalValue), intervalLength(b as IntervalValue))
    case 'list':
      return compareLists(type.element.type, a as readonly Scalar[], b as readonly Scalar[])
    case 'struct':
      return compareFields(
        type.fields.map((f) => f.type),
        a as readonly Scalar[],
        b as readonly Scalar[],
      )
    case 'map':
      return compareLists({ kind: 'struct', fields: [type.key, type.value] }, a as readonly Scalar[], b as readonly Scalar[])
    default:
      return unreachable(type, 'data type')
  }
}

/** NaN is the greatest and equals itself; -0 equals 0. */
export function compareNumbers(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return 0
  return (Number.isNaN(a) ? 1 : 0) - (Number.isNaN(b) ? 1 : 0)
}

/**
 * The order of the UTF-8 bytes without encoding: UTF-16 code units order the same way except that surrogates must come
 * after the rest of the basic plane.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    const xSurrogate = x >= 0xd800 && x <= 0xdfff
    const ySurrogate = y >= 0xd800 && y <= 0xdfff
    return xSurrogate === ySurrogate ? x - y : xSurrogate ? 1 : -1
  }
  return a.length - b.length
}

/** Unsigned byte order; a prefix sorts first. */
export function compareByteArrays(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b)
}

/** Nanoseconds with months of 30 days and days of 24 hours: what intervals compare by. */
export function intervalLength(value: IntervalValue): bigint {
  return (BigInt(value.months) * 30n + BigInt(value.days)) * 86_400_000_000_000n + value.nanoseconds
}

function compareBigInts(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function compareLists(element: DataType, a: readonly Scalar[], b: readonly Scalar[]): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const order = compareScalars(element, a[i]!, b[i]!)
    if (order !== 0) return order
  }
  return a.length - b.length
}

function compareFields(types: readonly DataType[], a: readonly Scalar[], b: readonly Scalar[]): number {
  assert(a.length === types.length && b.length === types.length, 'a struct value has another number of fields than its type')
  for (let i = 0; i < types.length; i++) {
    const order = compareScalars(types[i]!, a[i]!, b[i]!)
    if (order !== 0) return order
  }
  return 0
}
