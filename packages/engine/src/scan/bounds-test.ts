/** Tests a predicate against the statistics of a row group or a page. */

import type { BoundPredicate, IcebergType, Leaf, Schema as IcebergSchema, Value, ValueComparator, ValueRange } from '@artemis/iceberg'
import { comparatorOf, fieldById, hasSingleValue, mayMatch, predicateFieldIds, unknownRange } from '@artemis/iceberg'
import type { BoundsLookup, ColumnBounds, MayMatch } from '@artemis/parquet'

export interface BoundsTest {
  /** Leaf columns of the file whose statistics decide; empty when none of the predicate's columns is in the file. */
  readonly leaves: readonly number[]
  readonly mayMatch: MayMatch
}

/**
 * Compiles a bound predicate for one file. `leafOf` gives the Parquet leaf of a field id, or undefined when the file does
 * not have it as a primitive column: such a leaf of the predicate may always match.
 */
export function compileBoundsTest(predicate: BoundPredicate, schema: IcebergSchema, leafOf: (fieldId: number) => number | undefined): BoundsTest {
  const columns = new Map<number, TestColumn>()
  for (const fieldId of predicateFieldIds(predicate)) {
    const leaf = leafOf(fieldId)
    const type = fieldById(schema, fieldId)?.field.type
    if (leaf !== undefined && type !== undefined && hasSingleValue(type)) columns.set(fieldId, { leaf, type, compareValues: comparatorOf(type) })
  }
  return {
    leaves: [...columns.values()].map((column) => column.leaf),
    mayMatch: (bounds) => test(predicate, columns, bounds),
  }
}

interface TestColumn {
  readonly leaf: number
  readonly type: IcebergType
  readonly compareValues: ValueComparator
}

function test(predicate: BoundPredicate, columns: ReadonlyMap<number, TestColumn>, bounds: BoundsLookup): boolean {
  switch (predicate.kind) {
    case 'alwaysTrue':
      return true
    case 'alwaysFalse':
      return false
    case 'and':
      return predicate.operands.every((operand) => test(operand, columns, bounds))
    case 'or':
      return predicate.operands.some((operand) => test(operand, columns, bounds))
    default:
      return testLeaf(predicate, columns.get(predicate.fieldId), bounds)
  }
}

function testLeaf(leaf: Leaf, column: TestColumn | undefined, bounds: BoundsLookup): boolean {
  if (column === undefined) return true
  return mayMatch(leaf, rangeOf(bounds(column.leaf), column.type), column.compareValues)
}

/** Statistics as a range. Parquet's bounds leave NaN out, so a float column may always hold one. */
function rangeOf(bounds: ColumnBounds | undefined, type: IcebergType): ValueRange {
  if (bounds === undefined) return unknownRange
  const allNull = bounds.nullCount !== undefined && bounds.nullCount >= bounds.valueCount
  const isFloat = type.kind === 'float' || type.kind === 'double'
  return {
    lower: boundValue(bounds.min, type),
    upper: boundValue(bounds.max, type),
    mayHaveNull: bounds.nullCount !== 0,
    mayHaveNaN: isFloat && !allNull,
    mayHaveValue: !allNull,
  }
}

/** A bound as a value of the table's type; a file from before a type was widened has narrower values. */
function boundValue(bound: ColumnBounds['min'], type: IcebergType): Value | undefined {
  if (bound === undefined || bound === null) return undefined
  if (type.kind === 'long') return typeof bound === 'bigint' ? bound : typeof bound === 'number' ? BigInt(bound) : undefined
  const isValue = typeof bound !== 'object' || bound instanceof Uint8Array
  return isValue ? bound : undefined
}
