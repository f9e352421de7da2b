/** Bounds while writing: ordered values, merged over pages and row groups, cut, and encoded. */

import type { Scalar } from '@artemis/arrow'
import type { LeafColumn } from '../metadata/types.js'
import { bigEndian } from './plain-bytes.js'

/** A value as statistics order it: text and bytes as bytes, all integers and decimals as number or bigint. */
export type OrderedValue = number | bigint | boolean | Uint8Array

export interface ValueBounds {
  readonly min: OrderedValue | undefined
  readonly max: OrderedValue | undefined
  readonly nanCount: number
}

export const NO_VALUES: ValueBounds = { min: undefined, max: undefined, nanCount: 0 }

/** Both operands are of one column. */
export function compareOrdered(a: OrderedValue, b: OrderedValue): number {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b)
  return a < b ? -1 : a > b ? 1 : 0
}

export function mergeBounds(a: ValueBounds, b: ValueBounds): ValueBounds {
  return {
    min: a.min === undefined || (b.min !== undefined && compareOrdered(b.min, a.min) < 0) ? b.min : a.min,
    max: a.max === undefined || (b.max !== undefined && compareOrdered(b.max, a.max) > 0) ? b.max : a.max,
    nanCount: a.nanCount + b.nanCount,
  }
}

/** A bound ready to be written. */
export interface CutBound {
  readonly value: OrderedValue | undefined
  readonly exact: boolean
}

/** A lower bound of at most `limit` bytes: a prefix is never larger. */
export function cutMin(leaf: LeafColumn, value: OrderedValue | undefined, limit: number): CutBound {
  if (!(value instanceof Uint8Array) || leaf.physicalType !== 'BYTE_ARRAY' || value.length <= limit) return { value, exact: true }
  return { value: prefixOf(leaf, value, limit), exact: false }
}

/** An upper bound of about `limit` bytes: a prefix whose last character is counted up. undefined when there is none. */
export function cutMax(leaf: LeafColumn, value: OrderedValue | undefined, limit: number): CutBound {
  if (!(value instanceof Uint8Array) || leaf.physicalType !== 'BYTE_ARRAY' || value.length <= limit) return { value, exact: true }
  const prefix = prefixOf(leaf, value, limit)
  return { value: leaf.type.kind === 'utf8' ? nextText(prefix) : nextBytes(prefix), exact: false }
}

function prefixOf(leaf: LeafColumn, value: Uint8Array, limit: number): Uint8Array {
  let end = limit
  // Text is cut between characters: a byte 10xxxxxx continues one.
  if (leaf.type.kind === 'utf8') while (end > 0 && (value[end]! & 0xc0) === 0x80) end--
  return value.slice(0, end)
}

function nextBytes(prefix: Uint8Array): Uint8Array | undefined {
  for (let i = prefix.length - 1; i >= 0; i--) {
    if (prefix[i]! === 255) continue
    const next = prefix.slice(0, i + 1)
    next[i]!++
    return next
  }
  return undefined
}

/** Code points order as UTF-8 bytes do, and the surrogates between them are no characters. */
function nextText(prefix: Uint8Array): Uint8Array | undefined {
  const characters = [...new TextDecoder().decode(prefix)]
  for (let i = characters.length - 1; i >= 0; i--) {
    const code = characters[i]!.codePointAt(0)!
    if (code >= 0x10ffff) continue
    const next = code + 1 >= 0xd800 && code + 1 <= 0xdfff ? 0xe000 : code + 1
    return new TextEncoder().encode(characters.slice(0, i).join('') + String.fromCodePoint(next))
  }
  return undefined
}

/** A bound as PLAIN encodes it, without a length. */
export function encodeBound(leaf: LeafColumn, value: OrderedValue): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (typeof value === 'boolean') return Uint8Array.of(value ? 1 : 0)
  switch (leaf.physicalType) {
    case 'FLOAT':
      return new Uint8Array(Float32Array.of(Number(value)).buffer)
    case 'DOUBLE':
      return new Uint8Array(Float64Array.of(Number(value)).buffer)
    case 'INT32':
      return new Uint8Array(Int32Array.of(Number(value)).buffer)
    case 'FIXED_LEN_BYTE_ARRAY':
      return bigEndian(BigInt(value), leaf.typeLength)!
    default:
      return new Uint8Array(BigInt64Array.of(BigInt.asIntN(64, BigInt(value))).buffer)
  }
}

/** The bound as the engine's scalar of the column's type. */
export function scalarOfBound(leaf: LeafColumn, value: OrderedValue | undefined): Scalar | undefined {
  if (value instanceof Uint8Array) return leaf.type.kind === 'utf8' ? new TextDecoder().decode(value) : value
  if (leaf.type.kind === 'decimal' && typeof value === 'number') return BigInt(value)
  return value
}
