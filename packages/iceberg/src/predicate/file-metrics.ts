/** What a manifest entry tells of one column of its file, as a range to test with. */
import { DataError } from '@artemis/errors'
import type { DataFile, FieldMap } from '../model/manifest.js'
import type { Schema } from '../model/schema.js'
import { fieldById } from '../model/schema.js'
import type { IcebergType } from '../model/type.js'
import type { Value, ValueComparator } from '../values/compare.js'
import { comparatorOf } from '../values/compare.js'
import { decodeSingleValue, hasSingleValue } from '../values/single-value.js'
import { isFloat } from './bind.js'
import type { BoundPredicate, Leaf } from './predicate.js'
import { alwaysFalse, alwaysTrue, mapLeaves } from './predicate.js'
import type { ValueRange } from './value-range.js'
import { mayMatch, mustMatch, unknownRange } from './value-range.js'

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

/** Reduces bound predicates by the metrics of files: a leaf that no row can match is false, one that every row matches true. */
export function compileMetricsReducer(schema: Schema): FileReducer {
  const columns = new Map<number, { readonly type: IcebergType; readonly compareValues: ValueComparator }>()
  const columnOf = (fieldId: number): { readonly type: IcebergType; readonly compareValues: ValueComparator } | undefined => {
    let column = columns.get(fieldId)
    if (column === undefined) {
      const found = fieldById(schema, fieldId)
      if (found === undefined || !hasSingleValue(found.field.type)) return undefined
      column = { type: found.field.type, compareValues: comparatorOf(found.field.type) }
      columns.set(fieldId, column)
    }
    return column
  }
  return (file, predicate) => {
    if (file.recordCount === 0) return alwaysFalse
    return mapLeaves(predicate, (leaf) => {
      const column = columnOf(leaf.fieldId)
      return column === undefined ? leaf : reduceLeaf(leaf, file, column.type, column.compareValues)
    })
  }
}

function reduceLeaf(leaf: Leaf, file: DataFile, type: IcebergType, compareValues: ValueComparator): BoundPredicate {
  const range = fileRange(file, leaf.fieldId, type)
  if (!mayMatch(leaf, range, compareValues)) return alwaysFalse
  return mustMatch(leaf, provingRange(range, type), compareValues) ? alwaysTrue : leaf
}

/** False only when no row of the file can match. */
export function fileMayMatch(reduce: FileReducer, file: DataFile, predicate: BoundPredicate): boolean {
  return reduce(file, predicate).kind !== 'alwaysFalse'
}

/** True only when every row of the file matches. */
export function fileMustMatch(reduce: FileReducer, file: DataFile, predicate: BoundPredicate): boolean {
  return reduce(file, predicate).kind === 'alwaysTrue'
}
