/**
 * Order between single rows of vectors, for merges, nested values and tie-breaking. Sorting a whole vector goes through
 * `sort.ts`, which is far faster than a comparator.
 */

import { assert, unreachable } from '@artemis/errors'
import { compareRanges, compareViews, viewOf } from './compare-bytes.js'
import { compareNumbers, compareScalars } from './scalar-compare.js'
import { scalarAt } from './scalar-at.js'
import type { BytesVector, DictionaryVector, FixedVector, ListVector, PrimitiveVector, StructVector, Vector } from './vector.js'
import { alignedWords, int32Words, isValid } from './vector.js'

/** Compares row i of one vector with row j of another. */
export type RowOrder = (i: number, j: number) => number

export interface SortColumn {
  readonly vector: Vector
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/**
 * The order between row i of the first set of columns and row j of the second, for a merge of sorted batches. The sets
 * have the same types; the directions are those of the first.
 */
export function rowComparator(left: readonly SortColumn[], right: readonly SortColumn[]): RowOrder {
  assert(left.length === right.length, 'the sort keys differ in number')
  const orders = left.map((column, k) => columnOrder(column, right[k]!.vector))
  const [first] = orders
  if (orders.length === 1) return first!
  return (i, j) => {
    for (const order of orders) {
      const sign = order(i, j)
      if (sign !== 0) return sign
    }
    return 0
  }
}

function columnOrder(column: SortColumn, right: Vector): RowOrder {
  const { vector: left, descending, nullsFirst } = column
  const order = valueComparator(left, right)
  const sign = descending ? -1 : 1
  if (left.validity === null && right.validity === null) return descending ? (i, j) => -order(i, j) : order
  const nullSign = nullsFirst ? -1 : 1
  return (i, j) => {
    const leftNull = !isValid(left, i)
    const rightNull = !isValid(right, j)
    if (leftNull || rightNull) return leftNull === rightNull ? 0 : leftNull ? nullSign : -nullSign
    return sign * order(i, j)
  }
}

/** The order of the values of two vectors of one type; rows that are null themselves must not be asked for. */
export function valueComparator(left: Vector, right: Vector): RowOrder {
  if (left.layout === 'dictionary') return fromDictionary(left, right)
  if (right.layout === 'dictionary') {
    const order = fromDictionary(right, left)
    return (i, j) => -order(j, i)
  }
  switch (left.layout) {
    case 'null':
      return () => 0
    case 'boolean':
      return compareAsScalars(left, right)
    case 'fixed':
      assert(right.layout === 'fixed', 'compared vectors differ in layout')
      if (left.type.kind === 'interval') return compareAsScalars(left, right)
      return left.type.kind === 'decimal' ? compareDecimals(left, right) : compareFixedBytes(left, right)
    case 'primitive':
      return comparePrimitives(left, right)
    case 'bytes':
      assert(right.layout === 'bytes', 'compared vectors differ in layout')
      return compareByteRows(left, right)
    case 'list':
      assert(right.layout === 'list', 'compared vectors differ in layout')
      return compareListRows(left, right)
    case 'struct':
      assert(right.layout === 'struct', 'compared vectors differ in layout')
      return compareStructRows(left, right)
    default:
      return unreachable(left, 'vector layout')
  }
}

function fromDictionary(left: DictionaryVector, right: Vector): RowOrder {
  const { codes } = left
  if (right.layout === 'dictionary') {
    const rightCodes = right.codes
    const order = valueComparator(left.dictionary, right.dictionary)
    return (i, j) => order(codes[i]!, rightCodes[j]!)
  }
  const order = valueComparator(left.dictionary, right)
  return (i, j) => order(codes[i]!, j)
}

function compareAsScalars(left: Vector, right: Vector): RowOrder {
  const { type } = left
  return (i, j) => compareScalars(type, scalarAt(left, i), scalarAt(right, j))
}

function comparePrimitives(left: PrimitiveVector, right: Vector): RowOrder {
  assert(right.layout === 'primitive', 'compared vectors differ in layout')
  const { values } = left
  const other = right.values
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    const a = int32Words(values)
    const b = int32Words(other)
    const flip = values instanceof BigUint64Array ? 0x8000_0000 | 0 : 0
    return (i, j) => {
      const x = a[2 * i + 1]! ^ flip
      const y = b[2 * j + 1]! ^ flip
      return x !== y ? (x < y ? -1 : 1) : (a[2 * i]! >>> 0) - (b[2 * j]! >>> 0)
    }
  }
  const numbers = values as Float64Array
  const others = other as Float64Array
  return (i, j) => compareNumbers(numbers[i]!, others[j]!)
}

function compareByteRows(left: BytesVector, right: BytesVector): RowOrder {
  const { offsets: p } = left
  const { offsets: q } = right
  const a = viewOf(left.data)
  const b = viewOf(right.data)
  return (i, j) => compareViews(a, p[i]!, p[i + 1]!, b, q[j]!, q[j + 1]!)
}

/** Inside a nested value a null is greater than any value and equal to a null. */
function nestedOrder(left: Vector, right: Vector): RowOrder {
  const order = valueComparator(left, right)
  return (i, j) => {
    const leftNull = !isValid(left, i)
    const rightNull = !isValid(right, j)
    if (leftNull || rightNull) return (leftNull ? 1 : 0) - (rightNull ? 1 : 0)
    return order(i, j)
  }
}

function compareListRows(left: ListVector, right: ListVector): RowOrder {
  const order = nestedOrder(left.child, right.child)
  const { offsets: p } = left
  const { offsets: q } = right
  return (i, j) => {
    const aSize = p[i + 1]! - p[i]!
    const bSize = q[j + 1]! - q[j]!
    const size = Math.min(aSize, bSize)
    for (let k = 0; k < size; k++) {
      const sign = order(p[i]! + k, q[j]! + k)
      if (sign !== 0) return sign
    }
    return aSize - bSize
  }
}

function compareStructRows(left: StructVector, right: StructVector): RowOrder {
  const orders = left.children.map((child, k) => nestedOrder(child, right.children[k]!))
  return (i, j) => {
    for (const order of orders) {
      const sign = order(i, j)
      if (sign !== 0) return sign
    }
    return 0
  }
}

/** Fixed-width values whose bytes are in order, such as UUIDs. */
function compareFixedBytes(left: FixedVector, right: FixedVector): RowOrder {
  const width = left.byteWidth
  return (i, j) => compareRanges(left.values, i * width, (i + 1) * width, right.values, j * width, (j + 1) * width)
}

function compareDecimals(left: FixedVector, right: FixedVector): RowOrder {
  const a = alignedWords(left.values)
  const b = alignedWords(right.values)
  return (i, j) => {
    const p = 4 * i + 3
    const q = 4 * j + 3
    if (a[p] !== b[q]) return a[p]! < b[q]! ? -1 : 1
    for (let k = 1; k < 4; k++) if (a[p - k] !== b[q - k]) return a[p - k]! >>> 0 < b[q - k]! >>> 0 ? -1 : 1
    return 0
  }
}
