/** Single values out of Arrow vectors and single values spread into vectors: the edges between columns and literals. */
import type { DataType, Vector } from '@artemis/arrow'
import {
  allSet,
  allocatePrimitive,
  bitmapBytes,
  booleanVector,
  dictionaryVector,
  fixedVector,
  getBit,
  isValid,
  nullsOf,
  physicalKind,
  primitiveVector,
  bytesVector,
} from '@artemis/arrow'
import { InternalError } from '@artemis/errors'
import type { Literal } from '../model/literal.js'
import { encodeDecimalWords, readDecimalWords } from './decimal-words.js'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

/** Row `index` of a vector of a primitive type as a literal. For edges only, never per row of a scan. */
export function literalAt(vector: Vector, index: number): Literal {
  if (!isValid(vector, index)) return null
  switch (vector.layout) {
    case 'null':
      return null
    case 'boolean':
      return getBit(vector.values, index)
    case 'primitive':
      return vector.values[index]!
    case 'fixed': {
      if (vector.type.kind === 'decimal') return readDecimalWords(vector.values, index)
      return vector.values.slice(index * vector.byteWidth, (index + 1) * vector.byteWidth)
    }
    case 'bytes': {
      const bytes = vector.data.subarray(vector.offsets[index]!, vector.offsets[index + 1]!)
      return vector.type.kind === 'utf8' ? decoder.decode(bytes) : bytes.slice()
    }
    case 'dictionary':
      return literalAt(vector.dictionary, vector.codes[index]!)
    default:
      throw new InternalError({ code: 'NESTED_LITERAL', message: `a value of type ${vector.type.kind} is not a literal` })
  }
}

/**
 * A vector of `length` rows that all hold `value`: a partition constant or a default. Strings and bytes become a
 * dictionary of one entry, so that a constant column stays cheap however many rows it has.
 */
export function constantVector(type: DataType, value: Literal, length: number): Vector {
  if (value === null) return nullsOf(type, length)
  switch (physicalKind(type)) {
    case 'boolean':
      return booleanVector(length, value === true ? allSet(length) : new Uint8Array(bitmapBytes(length)))
    case 'primitive': {
      const values = allocatePrimitive(type, length)
      if (values instanceof BigInt64Array || values instanceof BigUint64Array) values.fill(value as bigint)
      else values.fill(value as number)
      return primitiveVector(type, values)
    }
    case 'fixed': {
      const one = type.kind === 'decimal' ? encodeDecimalWords(value as bigint) : (value as Uint8Array)
      return dictionaryVector(new Int32Array(length), fixedVector(type, 1, one))
    }
    case 'bytes': {
      const one = typeof value === 'string' ? encoder.encode(value) : (value as Uint8Array)
      return dictionaryVector(new Int32Array(length), bytesVector(type, Int32Array.of(0, one.length), one))
    }
    default:
      throw new InternalError({ code: 'NESTED_LITERAL', message: `a value of type ${type.kind} is not a literal` })
  }
}
