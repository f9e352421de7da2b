/**
 * Min and max values as they stand in statistics and in the column index, decoded to exact scalars. A bound that cannot
 * be trusted becomes undefined: the old `min`/`max` fields where their order was never defined, NaN, INT96, intervals.
 */

import type { Scalar } from '@artemis/arrow'
import type { RawStatistics } from './raw.js'
import type { ColumnBounds, LeafColumn } from './types.js'

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function noBounds(valueCount: number): ColumnBounds {
  return { min: undefined, max: undefined, minExact: false, maxExact: false, nullCount: undefined, valueCount }
}

export function boundsOfStatistics(leaf: LeafColumn, raw: RawStatistics | undefined, valueCount: number): ColumnBounds {
  if (raw === undefined) return noBounds(valueCount)
  const legacy = raw.minValue === undefined && raw.maxValue === undefined && hasLegacyOrder(leaf)
  const min = legacy ? raw.min : raw.minValue
  const max = legacy ? raw.max : raw.maxValue
  return decodeBounds(leaf, { min, max, minExact: raw.minExact, maxExact: raw.maxExact, nullCount: raw.nullCount, valueCount })
}

export interface RawBounds {
  readonly min: Uint8Array | undefined
  readonly max: Uint8Array | undefined
  readonly minExact: boolean | undefined
  readonly maxExact: boolean | undefined
  readonly nullCount: number | undefined
  readonly valueCount: number
}

export function decodeBounds(leaf: LeafColumn, raw: RawBounds): ColumnBounds {
  const { nullCount, valueCount } = raw
  if (!hasOrder(leaf)) return { ...noBounds(valueCount), nullCount }
  const isFloat = leaf.type.kind === 'float32' || leaf.type.kind === 'float64'
  // Fixed-size values are never cut; a string may have been unless the writer says that it was not.
  const isWhole = !isFloat && leaf.physicalType !== 'BYTE_ARRAY'
  const min = raw.min === undefined ? undefined : decodeBound(leaf, raw.min, false)
  const max = raw.max === undefined ? undefined : decodeBound(leaf, raw.max, true)
  // One NaN bound means that the writer compared NaNs: the other bound cannot be trusted either.
  const broken = Number.isNaN(min?.value) || Number.isNaN(max?.value)
  return {
    min: broken ? undefined : min?.value,
    max: broken ? undefined : max?.value,
    minExact: !isFloat && min !== undefined && min.whole && (raw.minExact ?? isWhole),
    maxExact: !isFloat && max !== undefined && max.whole && (raw.maxExact ?? isWhole),
    nullCount,
    valueCount,
  }
}

/** Whether the format defines an order for the leaf's values that our scalars follow. */
function hasOrder(leaf: LeafColumn): boolean {
  if (leaf.unsupported !== undefined || leaf.physicalType === 'INT96') return false
  return leaf.type.kind !== 'interval' && leaf.type.kind !== 'null'
}

/** The deprecated fields compare as signed: they hold for signed numbers only. */
function hasLegacyOrder(leaf: LeafColumn): boolean {
  if (leaf.physicalType === 'BYTE_ARRAY' || leaf.physicalType === 'FIXED_LEN_BYTE_ARRAY') return false
  return !leaf.type.kind.startsWith('uint')
}

interface Decoded {
  readonly value: Scalar
  /** False when part of the value had to be dropped. */
  readonly whole: boolean
}

function decodeBound(leaf: LeafColumn, bytes: Uint8Array, isMax: boolean): Decoded | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  switch (leaf.physicalType) {
    case 'BOOLEAN':
      return bytes.length === 1 ? whole(bytes[0] !== 0) : undefined
    case 'INT32':
      return bytes.length === 4 ? whole(scalarOfInt32(leaf, view)) : undefined
    case 'INT64':
      return bytes.length === 8 ? decodeInt64(leaf, view.getBigInt64(0, true), isMax) : undefined
    case 'FLOAT':
      return bytes.length === 4 ? whole(widenZero(view.getFloat32(0, true), isMax)) : undefined
    case 'DOUBLE':
      return bytes.length === 8 ? whole(widenZero(view.getFloat64(0, true), isMax)) : undefined
    case 'BYTE_ARRAY':
      if (leaf.type.kind === 'decimal') return bytes.length === 0 || bytes.length > 16 ? undefined : whole(signedBigEndian(bytes))
      return leaf.type.kind === 'utf8' ? decodeText(bytes, isMax) : whole(new Uint8Array(bytes))
    case 'FIXED_LEN_BYTE_ARRAY':
      if (leaf.type.kind === 'decimal') return bytes.length === 0 ? undefined : whole(signedBigEndian(bytes))
      if (leaf.type.kind === 'float32') return bytes.length === 2 ? whole(widenZero(float16(view.getUint16(0, true)), isMax)) : undefined
      return { value: new Uint8Array(bytes), whole: bytes.length === leaf.typeLength }
    case 'INT96':
      return undefined
  }
}

function whole(value: Scalar): Decoded {
  return { value, whole: true }
}

function scalarOfInt32(leaf: LeafColumn, view: DataView): Scalar {
  const value = view.getInt32(0, true)
  if (leaf.type.kind === 'decimal') return BigInt(value)
  if (leaf.type.kind === 'time64') return BigInt(value) * 1000n
  if (leaf.type.kind === 'uint8') return value & 0xff
  if (leaf.type.kind === 'uint16') return value & 0xffff
  return leaf.type.kind === 'uint32' ? value >>> 0 : value
}

function decodeInt64(leaf: LeafColumn, value: bigint, isMax: boolean): Decoded {
  if (leaf.type.kind === 'uint64') return whole(BigInt.asUintN(64, value))
  if (leaf.timeUnit !== 'ns') return whole(value)
  const micros = value / 1000n
  return { value: isMax && value % 1000n !== 0n ? micros + 1n : micros, whole: value % 1000n === 0n }
}

/** Zeros compare equal but may have either sign: the bound is the wider one. */
function widenZero(value: number, isMax: boolean): number {
  if (value !== 0) return value
  return isMax ? 0 : -0
}

export function float16(bits: number): number {
  const sign = bits >>> 15 === 1 ? -1 : 1
  const exponent = (bits >>> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024)
}

/** Two's complement, most significant byte first. */
export function signedBigEndian(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return BigInt.asIntN(bytes.length * 8, value)
}

/**
 * A text bound. Writers cut bounds at any byte: a lower bound may lose its broken tail (a prefix is never larger), an
 * upper bound may not.
 */
function decodeText(bytes: Uint8Array, isMax: boolean): Decoded | undefined {
  for (let cut = 0; cut <= 3 && cut <= bytes.length; cut++) {
    try {
      return { value: strict.decode(bytes.subarray(0, bytes.length - cut)), whole: cut === 0 }
    } catch {
      if (isMax) return undefined
    }
  }
  return undefined
}
