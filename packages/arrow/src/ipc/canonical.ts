/**
 * Vectors whose bytes depend on their values only: what lies under a null becomes zero, so that two computations of one
 * result give the same IPC bytes, whichever kernel left what there.
 */

import { unreachable } from '@artemis/errors'
import { take } from '../take.js'
import type { PrimitiveValues, Vector } from '../vector.js'
import { booleanVector, dictionaryVector, fixedVector, listVector, primitiveVector, structVector } from '../vector.js'
import { andBitmaps } from '../bitmap.js'

/** The same rows with zeros under the nulls; the same object when it has none, at no level. */
export function canonicalVector(vector: Vector): Vector {
  const { validity, length } = vector
  switch (vector.layout) {
    case 'null':
      return vector
    case 'boolean':
      return validity === null ? vector : booleanVector(length, andBitmaps(vector.values, validity, length), vector)
    case 'primitive':
      return validity === null ? vector : primitiveVector(vector.type, zeroed(vector.values.slice(), validity), vector)
    case 'fixed': {
      if (validity === null) return vector
      const { byteWidth } = vector
      const values = vector.values.slice(0, length * byteWidth)
      for (let i = 0; i < length; i++) if (!isValidRow(validity, i)) values.fill(0, i * byteWidth, (i + 1) * byteWidth)
      return fixedVector(vector.type, length, values, vector)
    }
    case 'bytes':
      return validity === null ? vector : take(vector, identity(length))
    case 'dictionary':
      return validity === null ? vector : dictionaryVector(zeroed(vector.codes.slice(), validity) as Int32Array, vector.dictionary, vector)
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

function zeroed(values: PrimitiveValues, validity: Uint8Array): PrimitiveValues {
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    for (let i = 0; i < values.length; i++) if (!isValidRow(validity, i)) values[i] = 0n
  } else {
    for (let i = 0; i < values.length; i++) if (!isValidRow(validity, i)) values[i] = 0
  }
  return values
}
