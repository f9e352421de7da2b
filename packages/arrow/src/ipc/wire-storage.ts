/**
 * Types of other writers that the engine reads as one of its own: pandas and Polars send text with 64-bit offsets, Java
 * sends milliseconds. A vector of such a type is rewritten when it is decoded; everything after sees the engine's type.
 */

import { ExecutionError, unreachable } from '@artemis/errors'
import type { DataType, Field } from '../types.js'
import { damaged } from './flatbuffer-reader.js'

/** How values lie in the message where that differs from their type's own layout. */
export type WireStorage = 'offsets64' | 'date64' | 'time32-s' | 'time32-ms' | 'time64-ns'

interface Storage {
  readonly storage: WireStorage
  readonly type: DataType
}

/** By identity: a type with foreign storage is an object of its own. It is known to the decoder only. */
const storages = new WeakMap<DataType, Storage>()

/** A type for values that are stored in another way. */
export function storedAs(type: DataType, storage: WireStorage): DataType {
  const own = { ...type }
  storages.set(own, { storage, type })
  return own
}

export function storageOf(type: DataType): WireStorage | undefined {
  return storages.get(type)?.storage
}

/**
 * The engine's own type of what was read, at every level. Vectors and schemas have it, so that nobody who writes them
 * and reads them again takes our layout for the foreign one.
 */
export function engineType(type: DataType): DataType {
  const own = storages.get(type)?.type ?? type
  switch (own.kind) {
    case 'list': {
      const element = engineField(own.element)
      return element === own.element ? own : { ...own, element }
    }
    case 'map': {
      const key = engineField(own.key)
      const value = engineField(own.value)
      return key === own.key && value === own.value ? own : { ...own, key, value }
    }
    case 'struct': {
      const fields = own.fields.map(engineField)
      return fields.every((f, i) => f === own.fields[i]) ? own : { ...own, fields }
    }
    default:
      return own
  }
}

export function engineField(field: Field): Field {
  const type = engineType(field.type)
  return type === field.type ? field : { ...field, type }
}

/** 64-bit offsets as the engine's: those beyond 2 GiB have no place in a vector. */
export function narrowedOffsets(wide: BigInt64Array): Int32Array {
  const words = new Int32Array(wide.buffer, wide.byteOffset, wide.length * 2)
  const out = new Int32Array(wide.length)
  let high = 0
  for (let i = 0; i < out.length; i++) {
    out[i] = words[2 * i]!
    high |= words[2 * i + 1]! | (words[2 * i]! & 0x8000_0000)
  }
  if (high !== 0) throw damaged('offsets are negative or lie beyond 2 GiB')
  return out
}

const MS_PER_DAY = 86_400_000n

/** Days of the milliseconds since the epoch; those of a time within a day belong to that day. */
export function daysOfMilliseconds(values: BigInt64Array): Int32Array {
  const out = new Int32Array(values.length)
  for (let i = 0; i < out.length; i++) {
    const ms = values[i]!
    out[i] = Number((ms - (((ms % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY)) / MS_PER_DAY)
  }
  return out
}

/** Microseconds of a time of day in another unit; 0 for nulls. */
export function microsecondsOf(
  values: Int32Array | BigInt64Array,
  storage: Exclude<WireStorage, 'offsets64' | 'date64'>,
  validity: Uint8Array | null,
): BigInt64Array {
  const out = new BigInt64Array(values.length)
  for (let i = 0; i < out.length; i++) {
    if (validity !== null && ((validity[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const value = BigInt(values[i]!)
    switch (storage) {
      case 'time32-s':
        out[i] = value * 1_000_000n
        break
      case 'time32-ms':
        out[i] = value * 1000n
        break
      case 'time64-ns':
        if (value % 1000n !== 0n) {
          throw new ExecutionError({ code: 'PRECISION_LOST', message: 'a time of day has nanoseconds, and the engine keeps microseconds' })
        }
        out[i] = value / 1000n
        break
      default:
        unreachable(storage, 'wire storage')
    }
  }
  return out
}
