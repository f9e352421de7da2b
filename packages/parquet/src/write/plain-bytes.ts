import type { Scalar } from '@artemis/arrow'
import type { LeafColumn } from '../metadata/types.js'

const encoder = new TextEncoder()

/**
 * One value as PLAIN encodes it (without the length of a BYTE_ARRAY): the form of bounds and of what bloom filters hash.
 * undefined when the column cannot hold the value, or when the same value has several forms.
 */
export function plainBytes(leaf: LeafColumn, value: Scalar): Uint8Array | undefined {
  if (leaf.unsupported !== undefined || value === null) return undefined
  switch (leaf.physicalType) {
    case 'BOOLEAN':
      return typeof value === 'boolean' ? Uint8Array.of(value ? 1 : 0) : undefined
    case 'INT32':
      return int32Bytes(leaf, value)
    case 'INT64':
      return int64Bytes(leaf, value)
    case 'FLOAT':
      return typeof value === 'number' ? new Uint8Array(Float32Array.of(value).buffer) : undefined
    case 'DOUBLE':
      return typeof value === 'number' ? new Uint8Array(Float64Array.of(value).buffer) : undefined
    case 'BYTE_ARRAY':
      if (typeof value === 'string') return leaf.type.kind === 'utf8' ? encoder.encode(value) : undefined
      // A decimal of variable length may be padded as its writer liked.
      return value instanceof Uint8Array && leaf.type.kind === 'binary' ? value : undefined
    case 'FIXED_LEN_BYTE_ARRAY':
      if (typeof value === 'bigint' && leaf.type.kind === 'decimal') return bigEndian(value, leaf.typeLength)
      return value instanceof Uint8Array && value.length === leaf.typeLength ? value : undefined
    case 'INT96':
      return undefined
  }
}

function int32Bytes(leaf: LeafColumn, value: Scalar): Uint8Array | undefined {
  let number: bigint
  if (typeof value === 'bigint') number = value
  else if (typeof value === 'number' && Number.isInteger(value)) number = BigInt(value)
  else return undefined
  if (leaf.timeUnit === 'ms') {
    if (number % 1000n !== 0n) return undefined
    number /= 1000n
  }
  const wrapped = BigInt.asIntN(32, number)
  const isUnsigned = leaf.type.kind.startsWith('uint')
  if (isUnsigned ? BigInt.asUintN(32, number) !== number : wrapped !== number) return undefined
  return new Uint8Array(Int32Array.of(Number(wrapped)).buffer)
}

function int64Bytes(leaf: LeafColumn, value: Scalar): Uint8Array | undefined {
  if (typeof value !== 'bigint') return undefined
  const number = leaf.timeUnit === 'ns' ? value * 1000n : value
  const isUnsigned = leaf.type.kind === 'uint64'
  if ((isUnsigned ? BigInt.asUintN(64, number) : BigInt.asIntN(64, number)) !== number) return undefined
  return new Uint8Array(BigInt64Array.of(BigInt.asIntN(64, number)).buffer)
}

/** Two's complement, most significant byte first; undefined when the number does not fit. */
export function bigEndian(value: bigint, length: number): Uint8Array | undefined {
  if (BigInt.asIntN(8 * length, value) !== value) return undefined
  const out = new Uint8Array(length)
  let rest = value
  for (let i = length - 1; i >= 0; i--) {
    out[i] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return out
}
