/**
 * The order of values, as bounds, partition pruning and sorting need it (spec, "Sorting" and Appendix D).
 *
 * Strings follow their UTF-8 bytes, which is the order of code points and not of UTF-16 units. Floats: -0.0 equals 0.0,
 * NaN equals itself and is greater than every number, as in SQL engines; bounds never hold a NaN.
 */
import { InternalError } from '@artemis/errors'
import type { IcebergType } from '../model/type.js'
import type { Literal } from '../model/literal.js'

/** A literal that is not null. */
export type Value = Exclude<Literal, null>

export type ValueComparator = (a: Value, b: Value) => number

/** The order of a primitive type's values. Types without an order (variant, geometry, geography, nested) are a bug of the caller. */
export function comparatorOf(type: IcebergType): ValueComparator {
  switch (type.kind) {
    case 'boolean':
    case 'int':
    case 'date':
    case 'long':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
    case 'timestamptz_ns':
    case 'decimal':
      return compareOrdered
    case 'float':
    case 'double':
      return (a, b) => compareFloats(a as number, b as number)
    case 'string':
      return (a, b) => compareStrings(a as string, b as string)
    case 'uuid':
    case 'fixed':
    case 'binary':
      return (a, b) => compareBytes(a as Uint8Array, b as Uint8Array)
    default:
      throw new InternalError({ code: 'TYPE_HAS_NO_ORDER', message: `values of type ${type.kind} have no order` })
  }
}

/** Whether {@link comparatorOf} knows the type. */
export function hasOrder(type: IcebergType): boolean {
  switch (type.kind) {
    case 'struct':
    case 'list':
    case 'map':
    case 'variant':
    case 'geometry':
    case 'geography':
    case 'unknown':
      return false
    default:
      return true
  }
}

function compareOrdered(a: Value, b: Value): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function compareFloats(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return 0
  const aIsNaN = a !== a
  const bIsNaN = b !== b
  return aIsNaN === bIsNaN ? 0 : aIsNaN ? 1 : -1
}

/** Orders strings by code point, as their UTF-8 bytes would be. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return codePointRank(x) - codePointRank(y)
  }
  return a.length - b.length
}

/** Surrogates stand for code points above every other unit, so they must rank last. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}

/** Unsigned lexicographic order. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = a[i]! - b[i]!
    if (difference !== 0) return difference
  }
  return a.length - b.length
}
