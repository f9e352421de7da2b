/** What a manifest entry tells of one column of its file, as a range to test with. */
import { DataError } from '@artemis/errors'
import type { DataFile, FieldMap } from '../model/manifest.js'
import type { Schema } from '../model/schema.js'
import { fieldById } from '../model/schema.js'
import type { IcebergType } from '../model/type.js'
import { typeName } from '../model/type.js'
import type { Value, ValueComparator } from '../values/compare.js'
import { comparatorOf } from '../values/compare.js'
import { decodeSingleValue, hasSingleValue } from '../values/single-value.js'
import { isFloat } from './bind.js'
import type { BoundPredicate, Leaf } from './predicate.js'
import { alwaysFalse, alwaysTrue, mapLeaves, negateLeaf } from './predicate.js'
import type { ValueRange } from './value-range.js'
import { mayMatch, mayMatchAny, unknownRange } from './value-range.js'

/** The range of a column's values in a file; a null or absent count means unknown, never zero. */
export function fileRange(file: DataFile, fieldId: number, type: IcebergType): ValueRange {
  if (!hasSingleValue(type)) return unknownRange
  const values = file.valueCounts?.get(fieldId)
  const nulls = file.nullValueCounts?.get(fieldId)
  const float = isFloat(type)
  const nans = float ? file.nanValueCounts?.get(fieldId) : 0
  const bound = (bounds: FieldMap<Uint8Array> | undefined): Value | undefined => {
    const bytes = bounds?.get(fieldId)
    if (bytes === undefined) return undefined
    try {
      const value = decodeSingleValue(type, bytes)
      return Number.isNaN(value) ? undefined : value
    } catch (cause) {
      throw new DataError({ code: 'BAD_BOUND', message: `a bound of field ${fieldId} of ${file.filePath} is damaged`, cause })
    }
  }
  return {
    lower: bound(file.lowerBounds),
    upper: bound(file.upperBounds),
    mayHaveNull: nulls !== 0,
    mayHaveNaN: nans !== 0 && !(values !== undefined && nulls !== undefined && nulls >= values),
    mayHaveValue: !(values !== undefined && nulls !== undefined && nulls + (nans ?? 0) >= values),
  }
}

/**
 * The same range without the bounds that prove nothing of every row: those of strings and bytes may have been cut by a
 * writer that did not round up, and those of floats leave NaN out.
 */
function provingRange(range: ValueRange, type: IcebergType): ValueRange {
  const usable = type.kind !== 'string' && type.kind !== 'binary' && type.kind !== 'fixed' && !(isFloat(type) && range.mayHaveNaN)
  return usable ? range : { ...range, lower: undefined, upper: undefined }
}

/** `alwaysFalse`, `alwaysTrue` or the predicate that is left of `predicate` for the rows of a file. */
export type FileReducer = (file: DataFile, predicate: BoundPredicate) => BoundPredicate

interface Column {
  readonly type: IcebergType
  /** Tells columns of one id apart that have had different types. */
  readonly key: string
  readonly compareValues: ValueComparator
}

/** A leaf with what its tests need, worked out once and not for every file. */
interface LeafTests {
  readonly column: Column | undefined
  readonly negation: BoundPredicate
}

/** Reduces bound predicates by the metrics of files: a leaf that no row can match is false, one that every row matches true. */
export function compileMetricsReducer(schema: Schema): FileReducer {
  const columns = new Map<number, Column | undefined>()
  const columnOf = (fieldId: number): Column | undefined => {
    if (!columns.has(fieldId)) columns.set(fieldId, makeColumn(schema, fieldId))
    return columns.get(fieldId)
  }
  const tests = new WeakMap<Leaf, LeafTests>()
  const testsOf = (leaf: Leaf): LeafTests => {
    let found = tests.get(leaf)
    if (found === undefined) {
      found = { column: columnOf(leaf.fieldId), negation: negateLeaf(leaf) }
      tests.set(leaf, found)
    }
    return found
  }
  return (file, predicate) => {
    if (file.recordCount === 0) return alwaysFalse
    return mapLeaves(predicate, (leaf) => {
      const { column, negation } = testsOf(leaf)
      return column === undefined ? leaf : reduceLeaf(leaf, negation, cachedRange(file, leaf.fieldId, column), column)
    })
  }
}

function makeColumn(schema: Schema, fieldId: number): Column | undefined {
  const type = fieldById(schema, fieldId)?.field.type
  if (type === undefined || !hasSingleValue(type)) return undefined
  return { type, key: `${fieldId} ${typeName(type)}`, compareValues: comparatorOf(type) }
}

function reduceLeaf(leaf: Leaf, negation: BoundPredicate, range: ValueRange, column: Column): BoundPredicate {
  if (!mayMatch(leaf, range, column.compareValues)) return alwaysFalse
  return mayMatchAny(negation, provingRange(range, column.type), column.compareValues) ? leaf : alwaysTrue
}

/** Ranges that were decoded once: entries of a cached manifest live from one query to the next, and so do these. */
const rangeCache = new WeakMap<DataFile, { readonly key: string; readonly range: ValueRange }[]>()

function cachedRange(file: DataFile, fieldId: number, column: Column): ValueRange {
  let ranges = rangeCache.get(file)
  if (ranges === undefined) rangeCache.set(file, (ranges = []))
  for (const cached of ranges) if (cached.key === column.key) return cached.range
  const range = fileRange(file, fieldId, column.type)
  ranges.push({ key: column.key, range })
  return range
}
