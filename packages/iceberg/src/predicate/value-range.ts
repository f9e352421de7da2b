/**
 * What is known of a column's values in a file or a manifest, and what a leaf can then select there. Metrics of files
 * and summaries of manifests both come down to such a range.
 *
 * `mayMatch` is the one inclusive test. The strict test follows from it, since every row matches a predicate exactly when
 * no row may match its negation; so the two cannot disagree.
 */
import { unreachable } from '@artemis/errors'
import type { Value, ValueComparator } from '../values/compare.js'
import type { BoundPredicate, Leaf } from './predicate.js'

export interface ValueRange {
  /** No value that is neither null nor NaN lies below; undefined when it is not known. Need not be a value itself. */
  readonly lower: Value | undefined
  readonly upper: Value | undefined
  readonly mayHaveNull: boolean
  readonly mayHaveNaN: boolean
  /** Whether there may be a value that is neither null nor NaN. */
  readonly mayHaveValue: boolean
}

export const unknownRange: ValueRange = { lower: undefined, upper: undefined, mayHaveNull: true, mayHaveNaN: true, mayHaveValue: true }

/** False only when no row of the range can match the leaf. */
export function mayMatch(leaf: Leaf, range: ValueRange, compareValues: ValueComparator): boolean {
  const { lower, upper, mayHaveNull, mayHaveNaN, mayHaveValue } = range
  switch (leaf.kind) {
    case 'isNull':
      return mayHaveNull
    case 'notNull':
      return mayHaveValue || mayHaveNaN
    case 'isNaN':
      return mayHaveNaN
    case 'notNaN':
      return mayHaveValue || mayHaveNull
    case 'lt':
      return mayHaveValue && !(lower !== undefined && compareValues(lower, leaf.value) >= 0)
    case 'ltEq':
      return mayHaveValue && !(lower !== undefined && compareValues(lower, leaf.value) > 0)
    case 'gt':
      return mayHaveNaN || (mayHaveValue && !(upper !== undefined && compareValues(upper, leaf.value) <= 0))
    case 'gtEq':
      return mayHaveNaN || (mayHaveValue && !(upper !== undefined && compareValues(upper, leaf.value) < 0))
    case 'eq':
      return mayHaveValue && mayInclude(leaf.value, lower, upper, compareValues)
    case 'in':
      return mayHaveValue && mayIncludeAny(leaf.values, lower, upper, compareValues)
    case 'notEq':
      return mayHaveNull || mayHaveNaN || (mayHaveValue && !isOnly(leaf.value, lower, upper, compareValues))
    case 'notIn':
      return mayHaveNull || mayHaveNaN || (mayHaveValue && !leaf.values.some((value) => isOnly(value, lower, upper, compareValues)))
    case 'startsWith':
      return mayHaveValue && mayStartWith(leaf.prefix, lower, upper, compareValues)
    case 'notStartsWith':
      return mayHaveNull || (mayHaveValue && !(hasPrefix(lower, leaf.prefix) && hasPrefix(upper, leaf.prefix)))
    default:
      return unreachable(leaf, 'predicate')
  }
}

/**
 * {@link mayMatch} over a predicate on one column. Every row matches a leaf exactly when no row may match its negation,
 * so this over `negateLeaf(leaf)` is the strict test.
 */
export function mayMatchAny(predicate: BoundPredicate, range: ValueRange, compareValues: ValueComparator): boolean {
  switch (predicate.kind) {
    case 'alwaysTrue':
      return true
    case 'alwaysFalse':
      return false
    case 'and':
      return predicate.operands.every((operand) => mayMatchAny(operand, range, compareValues))
    case 'or':
      return predicate.operands.some((operand) => mayMatchAny(operand, range, compareValues))
    default:
      return mayMatch(predicate, range, compareValues)
  }
}

function mayInclude(value: Value, lower: Value | undefined, upper: Value | undefined, compareValues: ValueComparator): boolean {
  return !(lower !== undefined && compareValues(lower, value) > 0) && !(upper !== undefined && compareValues(upper, value) < 0)
}

/** The values are sorted: the first that is not below the range decides. */
function mayIncludeAny(
  values: readonly Value[],
  lower: Value | undefined,
  upper: Value | undefined,
  compareValues: ValueComparator,
): boolean {
  let low = 0
  if (lower !== undefined) {
    let high = values.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareValues(values[middle]!, lower) < 0) low = middle + 1
      else high = middle
    }
  }
  return low < values.length && !(upper !== undefined && compareValues(values[low]!, upper) > 0)
}

/** Whether the bounds leave room for no other value. */
function isOnly(value: Value, lower: Value | undefined, upper: Value | undefined, compareValues: ValueComparator): boolean {
  return lower !== undefined && upper !== undefined && compareValues(lower, value) === 0 && compareValues(upper, value) === 0
}

function mayStartWith(prefix: string, lower: Value | undefined, upper: Value | undefined, compareValues: ValueComparator): boolean {
  if (upper !== undefined && compareValues(upper, prefix) < 0) return false
  // A lower bound above the prefix leaves no match unless it starts with the prefix itself.
  return !(lower !== undefined && compareValues(lower, prefix) > 0 && !hasPrefix(lower, prefix))
}

function hasPrefix(bound: Value | undefined, prefix: string): boolean {
  return typeof bound === 'string' && bound.startsWith(prefix)
}
