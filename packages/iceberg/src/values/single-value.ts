/**
 * Single-value serialisation (spec, Appendix D): how bounds in manifests and manifest lists hold one value.
 *
 * Bounds are never rewritten when a column's type is widened, so the reader infers the width that was written from the
 * number of bytes: int in a long column, float in a double column, date in a timestamp column.
 */
import { DataError, InternalError } from '@artemis/errors'
import type { PrimitiveType } from '../model/type.js'
import { typeName } from '../model/type.js'
import type { Value } from './compare.js'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const microsPerDay = 86_400_000_000n
const nanosPerDay = 86_400_000_000_000n

/** Whether values of the type can be bounds that this module understands. */
export function hasSingleValue(type: { readonly kind: string }): type is PrimitiveType {
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

/** Reads a bound. Fails with a {@link DataError} when the length fits no type that could have been widened to `type`. */
export function decodeSingleValue(type: PrimitiveType, bytes: Uint8Array): Value {
  switch (type.kind) {
    case 'boolean':
      expectLength(type, bytes, 1)
      return bytes[0] !== 0
    case 'int':
    case 'date':
      expectLength(type, bytes, 4)
      return view(bytes).getInt32(0, true)
    case 'long':
      if (bytes.length === 4) return BigInt(view(bytes).getInt32(0, true))
      expectLength(type, bytes, 8)
      return view(bytes).getBigInt64(0, true)
    case 'timestamp':
    case 'timestamptz':
      if (bytes.length === 4) return BigInt(view(bytes).getInt32(0, true)) * microsPerDay
      expectLength(type, bytes, 8)
      return view(bytes).getBigInt64(0, true)
    case 'timestamp_ns':
    case 'timestamptz_ns':
      if (bytes.length === 4) return BigInt(view(bytes).getInt32(0, true)) * nanosPerDay
      expectLength(type, bytes, 8)
      return view(bytes).getBigInt64(0, true)
    case 'time':
      expectLength(type, bytes, 8)
      return view(bytes).getBigInt64(0, true)
    case 'float':
      expectLength(type, bytes, 4)
      return view(bytes).getFloat32(0, true)
    case 'double':
      if (bytes.length === 4) return view(bytes).getFloat32(0, true)
      expectLength(type, bytes, 8)
      return view(bytes).getFloat64(0, true)
    case 'decimal':
      return decodeBigEndian(bytes)
    case 'string':
      return decoder.decode(bytes)
    case 'uuid':
      expectLength(type, bytes, 16)
      return bytes
    case 'fixed':
    case 'binary':
      return bytes
    default:
      throw new InternalError({ code: 'TYPE_HAS_NO_SINGLE_VALUE', message: `type ${typeName(type)} has no single-value form here` })
  }
}

/** Writes a bound in the width of `type`. */
export function encodeSingleValue(type: PrimitiveType, value: Value): Uint8Array {
  switch (type.kind) {
    case 'boolean':
      return Uint8Array.of(value === true ? 1 : 0)
    case 'int':
    case 'date':
      return written(4, (to) => to.setInt32(0, value as number, true))
    case 'long':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return written(8, (to) => to.setBigInt64(0, value as bigint, true))
    case 'float':
      return written(4, (to) => to.setFloat32(0, value as number, true))
    case 'double':
      return written(8, (to) => to.setFloat64(0, value as number, true))
    case 'decimal':
      return encodeBigEndian(value as bigint)
    case 'string':
      return encoder.encode(value as string)
    case 'uuid':
    case 'fixed':
    case 'binary':
      return (value as Uint8Array).slice()
    default:
      throw new InternalError({ code: 'TYPE_HAS_NO_SINGLE_VALUE', message: `type ${typeName(type)} has no single-value form here` })
  }
}

/** The fewest bytes of big-endian two's complement that hold the value; 0 takes one byte. */
export function encodeBigEndian(value: bigint): Uint8Array {
  const magnitude = value < 0n ? ~value : value
  const bits = magnitude === 0n ? 0 : magnitude.toString(2).length
  const bytes = new Uint8Array((bits >>> 3) + 1)
  let rest = value
  for (let i = bytes.length - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return bytes
}

export function decodeBigEndian(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n
  let value = BigInt(bytes[0]! < 128 ? bytes[0]! : bytes[0]! - 256)
  for (let i = 1; i < bytes.length; i++) value = (value << 8n) | BigInt(bytes[i]!)
  return value
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function written(length: number, write: (to: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(length)
  write(new DataView(bytes.buffer))
  return bytes
}

function expectLength(type: PrimitiveType, bytes: Uint8Array, length: number): void {
  if (bytes.length === length) return
  throw new DataError({
    code: 'BAD_BOUND',
    message: `a bound of type ${typeName(type)} has ${bytes.length} bytes where ${length} are expected`,
  })
}
