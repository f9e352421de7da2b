/**
 * Checks a vector that did not come from our own code. Operators trust vectors blindly, as hot loops must: a code outside
 * its dictionary or an offset past its data would become wrong values, or an error far from its cause.
 */

import type { DataType, DictionaryVector, Vector } from '@artemis/arrow'
import { allocatePrimitive, bitmapBytes, byteWidth, countSet, listChildType, physicalKind, typeEquals } from '@artemis/arrow'

/** Dictionaries that were found good: batches share them. */
const goodDictionaries = new WeakSet<Vector>()

/** What is wrong with a vector of `length` values of `type`, as the rest of a sentence; undefined when nothing is. */
export function vectorFault(vector: Vector, type: DataType, length: number): string | undefined {
  if (typeof vector !== 'object' || !('layout' in vector)) return 'is no vector'
  if (!typeEquals(vector.type, type)) return `is of type ${vector.type.kind} instead of ${type.kind}`
  if (vector.length !== length) return `has ${vector.length} values for ${length} rows`
  return validityFault(vector) ?? layoutFault(vector, type)
}

function validityFault({ layout, validity, nullCount, length }: Vector): string | undefined {
  if (validity === null) return nullCount === 0 ? undefined : `has ${nullCount} nulls and no validity bitmap`
  if (validity.length < bitmapBytes(length)) return 'has a validity bitmap that is too short'
  if (layout !== 'null' && length - countSet(validity, length) !== nullCount) return 'has another number of nulls than it says'
  return undefined
}

function layoutFault(vector: Vector, type: DataType): string | undefined {
  const kind = physicalKind(type)
  if (vector.layout !== kind && vector.layout !== 'dictionary') return `has the layout ${vector.layout}, which its type does not have`
  const { length } = vector
  switch (vector.layout) {
    case 'null':
      return undefined
    case 'boolean':
      return vector.values.length < bitmapBytes(length) ? 'has too few values' : undefined
    case 'primitive':
      if (vector.values.constructor !== allocatePrimitive(type, 0).constructor) return 'has values of the wrong class of array'
      return vector.values.length === length ? undefined : 'has another number of values than rows'
    case 'fixed':
      if (vector.byteWidth !== byteWidth(type)) return 'has values of the wrong width'
      return vector.values.length < length * vector.byteWidth ? 'has too few values' : undefined
    case 'bytes':
      return offsetsFault(vector.offsets, length, vector.data.length)
    case 'dictionary':
      return dictionaryFault(vector, type)
    case 'list': {
      const child = listChildType(type)
      return offsetsFault(vector.offsets, length, vector.child.length) ?? vectorFault(vector.child, child, vector.child.length)
    }
    case 'struct': {
      const fields = type.kind === 'struct' ? type.fields : []
      if (vector.children.length !== fields.length) return 'has another number of children than fields'
      for (const [i, field] of fields.entries()) {
        const fault = vectorFault(vector.children[i]!, field.type, length)
        if (fault !== undefined) return fault
      }
      return undefined
    }
  }
}

function offsetsFault(offsets: Int32Array, length: number, end: number): string | undefined {
  if (!(offsets instanceof Int32Array) || offsets.length !== length + 1) return 'has another number of offsets than rows'
  let last = 0
  for (let i = 0; i <= length; i++) {
    const offset = offsets[i]!
    if (offset < last) return 'has offsets that decrease'
    last = offset
  }
  return last <= end ? undefined : 'has offsets past the end of its data'
}

function dictionaryFault({ codes, dictionary, length }: DictionaryVector, type: DataType): string | undefined {
  if (!goodDictionaries.has(dictionary)) {
    if (dictionary.layout === 'dictionary' || dictionary.nullCount > 0) return 'has a dictionary of dictionaries or nulls'
    const fault = vectorFault(dictionary, type, dictionary.length)
    if (fault !== undefined) return fault
    goodDictionaries.add(dictionary)
  }
  if (!(codes instanceof Int32Array) || codes.length !== length) return 'has another number of codes than rows'
  const size = dictionary.length
  for (let i = 0; i < length; i++) if (codes[i]! < 0 || codes[i]! >= size) return 'has codes outside of its dictionary'
  return undefined
}
