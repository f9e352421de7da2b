/** Carries out a column plan on the vectors of a file: widening, renaming, rebuilding of structs, constants. */
import type { DataType, Vector } from '@artemis/arrow'
import { constantVector, dictionaryVector, fixedVector, listVector, nullsOf, primitiveVector, structVector } from '@artemis/arrow'
import { DataError, InternalError, unreachable } from '@artemis/errors'
import type { ColumnSource, Conversion } from './column-source.js'

/** The column of a source; `fileColumn` gives the vector of a field of the file and is asked only when it is needed. */
export function materializeColumn(source: ColumnSource, fileColumn: (index: number) => Vector, length: number): Vector {
  switch (source.kind) {
    case 'constant':
      return constantVector(source.type, source.value, length)
    case 'file':
      return applyConversion(source.conversion, fileColumn(source.index))
    default:
      return unreachable(source, 'column source')
  }
}

export function applyConversion(conversion: Conversion, vector: Vector): Vector {
  switch (conversion.kind) {
    case 'none':
      return vector
    case 'cast':
      return convertVector(vector, conversion.type)
    case 'struct': {
      if (vector.layout !== 'struct') throw unexpectedLayout(vector, conversion.type)
      const children = conversion.children.map((child) => materializeColumn(child, (index) => vector.children[index]!, vector.length))
      return structVector(conversion.type, vector.length, children, vector)
    }
    case 'list': {
      if (vector.layout !== 'list') throw unexpectedLayout(vector, conversion.type)
      return listVector(conversion.type, vector.offsets, applyConversion(conversion.element, vector.child), vector)
    }
    case 'map': {
      if (vector.layout !== 'list' || vector.child.layout !== 'struct' || conversion.type.kind !== 'map')
        throw unexpectedLayout(vector, conversion.type)
      const entries = vector.child
      const children = [applyConversion(conversion.key, entries.children[0]!), applyConversion(conversion.value, entries.children[1]!)]
      const type: DataType = { kind: 'struct', fields: [conversion.type.key, conversion.type.value] }
      return listVector(conversion.type, vector.offsets, structVector(type, entries.length, children, entries), vector)
    }
    default:
      return unreachable(conversion, 'conversion')
  }
}

/** A vector with the same values under a wider type, or under another name for the same bytes. */
export function convertVector(vector: Vector, type: DataType): Vector {
  if (type.kind === 'null') return nullsOf(type, vector.length)
  switch (vector.layout) {
    case 'dictionary':
      return dictionaryVector(vector.codes, convertVector(vector.dictionary, type), vector)
    case 'fixed':
      return fixedVector(type, vector.length, vector.values, vector)
    case 'bytes':
      return { ...vector, type }
    case 'primitive':
      break
    default:
      throw unexpectedLayout(vector, type)
  }
  const { values } = vector
  switch (type.kind) {
    case 'int32':
      if (values instanceof Int8Array || values instanceof Int16Array || values instanceof Uint8Array || values instanceof Uint16Array) {
        return primitiveVector(type, Int32Array.from(values), vector)
      }
      break
    case 'int64':
      if (values instanceof Int8Array || values instanceof Int16Array || values instanceof Int32Array)
        return primitiveVector(type, longsOf(values), vector)
      if (values instanceof Uint8Array || values instanceof Uint16Array || values instanceof Uint32Array)
        return primitiveVector(type, longsOf(values), vector)
      break
    case 'float64':
      if (values instanceof Float32Array) return primitiveVector(type, Float64Array.from(values), vector)
      break
    case 'timestamp':
      if (vector.type.kind === 'date32' && values instanceof Int32Array) {
        return primitiveVector(type, scaled(longsOf(values), unitsPerSecond(type) * 86_400n, 1n), vector)
      }
      if (vector.type.kind === 'timestamp' && values instanceof BigInt64Array) {
        return primitiveVector(type, scaled(values, unitsPerSecond(type), unitsPerSecond(vector.type)), vector)
      }
      break
    default:
      break
  }
  throw unexpectedLayout(vector, type)
}

function longsOf(values: Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array | Uint32Array): BigInt64Array {
  const out = new BigInt64Array(values.length)
  const words = new Int32Array(out.buffer)
  const signed = values instanceof Int8Array || values instanceof Int16Array || values instanceof Int32Array
  for (let i = 0; i < values.length; i++) {
    words[2 * i] = values[i]!
    words[2 * i + 1] = signed ? values[i]! >> 31 : 0
  }
  return out
}

/** `value * multiplier / divisor`, rounded down. Such files are rare, so a BigInt for each value is good enough. */
function scaled(values: BigInt64Array, multiplier: bigint, divisor: bigint): BigInt64Array {
  if (multiplier === divisor) return values
  const out = new BigInt64Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const product = values[i]! * multiplier
    const quotient = product / divisor
    const floored = quotient * divisor > product ? quotient - 1n : quotient
    if (BigInt.asIntN(64, floored) !== floored) {
      throw new DataError({ code: 'TIMESTAMP_OUT_OF_RANGE', message: `the timestamp ${values[i]!} does not fit the unit of its column` })
    }
    out[i] = floored
  }
  return out
}

function unitsPerSecond(type: DataType): bigint {
  if (type.kind !== 'timestamp') throw new InternalError({ code: 'NOT_A_TIMESTAMP', message: `type ${type.kind} has no unit` })
  switch (type.unit) {
    case 's':
      return 1n
    case 'ms':
      return 1000n
    case 'us':
      return 1_000_000n
    case 'ns':
      return 1_000_000_000n
    default:
      return unreachable(type.unit, 'time unit')
  }
}

function unexpectedLayout(vector: Vector, type: DataType): InternalError {
  return new InternalError({
    code: 'CONVERSION_MISMATCH',
    message: `a ${vector.layout} vector of ${vector.type.kind} cannot become ${type.kind}`,
  })
}
