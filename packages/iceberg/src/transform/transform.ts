/**
 * Partition transforms on single values (spec, "Partition Transforms" and Appendix B). `column-transform.ts` has the
 * same for whole columns.
 *
 * Arithmetic is unbounded here: truncating the literal of a predicate may leave the column's range, which is still a
 * right bound to prune with.
 */
import { InternalError, unreachable } from '@artemis/errors'
import type { Literal } from '../model/literal.js'
import type { Transform } from '../model/partition.js'
import { transformText } from '../model/partition.js'
import type { IcebergType } from '../model/type.js'
import { isPrimitive, typeName } from '../model/type.js'
import type { Value } from '../values/compare.js'
import { encodeBigEndian } from '../values/single-value.js'
import { endOfCodePoints } from '../values/truncate-bound.js'
import { floorDivide, monthsOfDay, yearsOfDay } from './calendar.js'
import { murmur3OfBytes, murmur3OfInt, murmur3OfLong } from './murmur3.js'

const encoder = new TextEncoder()

/** Whether the spec allows the transform on columns of the type. */
export function canTransform(transform: Transform, type: IcebergType): boolean {
  if (!isPrimitive(type)) return false
  switch (transform.kind) {
    case 'void':
      return true
    case 'unknown':
      return true
    case 'identity':
      return type.kind !== 'variant' && type.kind !== 'geometry' && type.kind !== 'geography'
    case 'bucket':
      return isBucketable(type)
    case 'truncate':
      return type.kind === 'int' || type.kind === 'long' || type.kind === 'decimal' || type.kind === 'string' || type.kind === 'binary'
    case 'year':
    case 'month':
    case 'day':
      return type.kind === 'date' || isTimestamp(type)
    case 'hour':
      return isTimestamp(type)
    default:
      return unreachable(transform, 'transform')
  }
}

/**
 * The type of the partition values. `day` gives a date, stored like the int that the spec names. An unknown transform's
 * values are taken for strings.
 */
export function transformResultType(transform: Transform, type: IcebergType): IcebergType {
  switch (transform.kind) {
    case 'identity':
    case 'truncate':
    case 'void':
      return type
    case 'bucket':
    case 'year':
    case 'month':
    case 'hour':
      return { kind: 'int' }
    case 'day':
      return { kind: 'date' }
    case 'unknown':
      return { kind: 'string' }
    default:
      return unreachable(transform, 'transform')
  }
}

/** Applies a transform to one value of a column of `type`. Null gives null, and so does void. */
export function applyTransform(transform: Transform, type: IcebergType, value: Literal): Literal {
  if (value === null) return null
  switch (transform.kind) {
    case 'identity':
      return value
    case 'void':
      return null
    case 'bucket':
      return (bucketHash(type, value) & 0x7fffffff) % transform.count
    case 'truncate':
      return truncateValue(type, value, transform.width)
    case 'year':
      return yearsOfDay(dayOf(type, value))
    case 'month':
      return monthsOfDay(dayOf(type, value))
    case 'day':
      return dayOf(type, value)
    case 'hour':
      return Number(floorDivide(value as bigint, unitsPerHour(type)))
    case 'unknown':
      throw new InternalError({ code: 'UNKNOWN_TRANSFORM', message: `the transform ${transformText(transform)} cannot be applied` })
    default:
      return unreachable(transform, 'transform')
  }
}

/** The 32-bit hash that bucket takes its remainder of (spec, Appendix B). */
export function bucketHash(type: IcebergType, value: Value): number {
  switch (type.kind) {
    case 'int':
    case 'date':
      return murmur3OfInt(value as number)
    case 'long':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return hashLong(value as bigint)
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return hashLong(floorDivide(value as bigint, 1000n))
    case 'decimal':
      return murmur3OfBytes(encodeBigEndian(value as bigint))
    case 'string':
      return murmur3OfBytes(encoder.encode(value as string))
    case 'uuid':
    case 'fixed':
    case 'binary':
      return murmur3OfBytes(value as Uint8Array)
    default:
      throw new InternalError({ code: 'BAD_TRANSFORM_TYPE', message: `bucket does not take values of type ${typeName(type)}` })
  }
}

function hashLong(value: bigint): number {
  return murmur3OfLong(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)))
}

function truncateValue(type: IcebergType, value: Value, width: number): Value {
  switch (type.kind) {
    case 'int': {
      const number = value as number
      return number - (((number % width) + width) % width)
    }
    case 'long':
    case 'decimal': {
      const divisor = BigInt(width)
      return floorDivide(value as bigint, divisor) * divisor
    }
    case 'string': {
      const text = value as string
      return text.slice(0, endOfCodePoints(text, width))
    }
    case 'binary':
      return (value as Uint8Array).slice(0, width)
    default:
      throw new InternalError({ code: 'BAD_TRANSFORM_TYPE', message: `truncate does not take values of type ${typeName(type)}` })
  }
}

/** Days since 1970-01-01 of a date or timestamp. */
function dayOf(type: IcebergType, value: Value): number {
  if (type.kind === 'date') return value as number
  return Number(floorDivide(value as bigint, unitsPerHour(type) * 24n))
}

/** How many of a timestamp type's units make an hour. */
export function unitsPerHour(type: IcebergType): bigint {
  switch (type.kind) {
    case 'timestamp':
    case 'timestamptz':
      return 3_600_000_000n
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return 3_600_000_000_000n
    default:
      throw new InternalError({ code: 'BAD_TRANSFORM_TYPE', message: `a time transform does not take values of type ${typeName(type)}` })
  }
}

function isBucketable(type: IcebergType): boolean {
  switch (type.kind) {
    case 'int':
    case 'long':
    case 'decimal':
    case 'date':
    case 'time':
    case 'string':
    case 'uuid':
    case 'fixed':
    case 'binary':
      return true
    default:
      return isTimestamp(type)
  }
}

export function isTimestamp(type: IcebergType): boolean {
  return type.kind === 'timestamp' || type.kind === 'timestamptz' || type.kind === 'timestamp_ns' || type.kind === 'timestamptz_ns'
}
