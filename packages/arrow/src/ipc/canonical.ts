/**
 * Vectors whose bytes depend on their values only: what lies under a null becomes zero, so that two computations of one
 * result give the same IPC bytes, whichever kernel left what there.
 */

import { unreachable } from '@artemis/errors'
import { take } from '../take.js'
import type { PrimitiveValues, Vector } from '../vector.js'
import { booleanVector, dictionaryVector, fixedVector, int32Words, listVector, primitiveVector, structVector } from '../vector.js'
import { andBitmaps } from '../bitmap.js'
import { decodeDictionary } from '../dictionary.js'
import { decodeText } from './dictionary-text.js'
import { isEmptyUnderNulls, zeroBytesUnderNulls, zeroWordsUnderNulls } from './zero-under-nulls.js'

/** The same rows without dictionaries and with zeros under the nulls. */
export function canonicalPlainVector(vector: Vector): Vector {
  if (vector.layout === 'dictionary' && vector.dictionary.layout === 'bytes' && vector.dictionary.length > 0) {
    return decodeText(vector, vector.dictionary)
  }
  return canonicalVector(decodeDictionary(vector))
}

/** The same rows with zeros under the nulls; the same object when it has none, at no level. */
export function canonicalVector(vector: Vector): Vector {
  const { validity, length } = vector
  switch (vector.layout) {
    case 'null':
      return vector
    case 'boolean':
      return validity === null ? vector : booleanVector(length, andBitmaps(vector.values, validity, length), vector)
    case 'primitive': {
      if (validity === null) return vector
      const values = zeroedPrimitives(vector.values, validity)
      return values === vector.values ? vector : primitiveVector(vector.type, values, vector)
    }
    case 'fixed': {
      if (validity === null) return vector
      const values = zeroedFixed(vector.values, vector.byteWidth, validity, length)
      return values === vector.values ? vector : fixedVector(vector.type, length, values, vector)
    }
    case 'bytes':
      return validity === null || isEmptyUnderNulls(vector.offsets, validity, length) ? vector : take(vector, identity(length))
    case 'dictionary': {
      if (validity === null) return vector
      const codes = zeroWordsUnderNulls(vector.codes, 1, validity, length)
      return codes === vector.codes ? vector : dictionaryVector(codes, vector.dictionary, vector)
    }
    case 'list': {
      const rows = validity === null ? vector : take(vector, identity(length))
      if (rows.layout !== 'list') return rows
      const child = canonicalVector(rows.child)
      return child === vector.child ? vector : listVector(vector.type, rows.offsets, child, vector)
    }
    case 'struct': {
      // A field's value in a row that is null as a whole becomes null too.
      const rows = validity === null ? null : identity(length).map((i) => (isValidRow(validity, i) ? i : -1))
      const children = vector.children.map((child) => canonicalVector(rows === null ? child : take(child, rows, true)))
      const same = children.every((child, i) => child === vector.children[i])
      return same ? vector : structVector(vector.type, length, children, vector)
    }
    default:
      return unreachable(vector, 'vector layout')
  }
}

function identity(length: number): Int32Array {
  const rows = new Int32Array(length)
  for (let i = 0; i < length; i++) rows[i] = i
  return rows
}

function isValidRow(validity: Uint8Array, row: number): boolean {
  return ((validity[row >>> 3]! >>> (row & 7)) & 1) === 1
}

/** Rows of 4 and 8 bytes are cleared as words, whatever they hold. */
function zeroedPrimitives(values: PrimitiveValues, validity: Uint8Array): PrimitiveValues {
  const { length, BYTES_PER_ELEMENT: width } = values
  const bytes =
    width >= 4
      ? zeroWordsUnderNulls(int32Words(values), width / 4, validity, length)
      : zeroBytesUnderNulls(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), width, validity, length)
  if (bytes.buffer === values.buffer) return values
  const ArrayClass = values.constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => PrimitiveValues
  return new ArrayClass(bytes.buffer, bytes.byteOffset, length)
}

function zeroedFixed(values: Uint8Array, width: number, validity: Uint8Array, length: number): Uint8Array {
  if (width % 4 !== 0 || values.byteOffset % 4 !== 0) return zeroBytesUnderNulls(values, width, validity, length)
  const words = int32Words(values)
  const zeroed = zeroWordsUnderNulls(words, width / 4, validity, length)
  return zeroed === words ? values : new Uint8Array(zeroed.buffer, zeroed.byteOffset, zeroed.byteLength)
}
