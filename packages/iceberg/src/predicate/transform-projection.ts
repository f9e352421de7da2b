/**
 * What a predicate on a column says of the column's partition value.
 *
 *   inclusive: every row that matches has a partition value that matches the projection (to prune with)
 *   strict:    every row whose partition value matches the projection matches itself (to drop a filter with)
 *
 * Only the inclusive projection is written out for each transform. The strict one follows, because a partition surely
 * matches exactly when no row in it can match the negation; where both say the same, the partition decides alone.
 */
import { unreachable } from '@artemis/errors'
import type { Literal } from '../model/literal.js'
import type { Transform } from '../model/partition.js'
import type { IcebergType } from '../model/type.js'
import { applyTransform, transformResultType } from '../transform/transform.js'
import type { Value } from '../values/compare.js'
import { distinctSorted, setLeaf } from './bind.js'
import type { BoundPredicate, Comparison, Leaf, OrderOperator, PrefixTest } from './predicate.js'
import {
  alwaysFalse,
  alwaysTrue,
  compare,
  complement,
  isNull,
  negateLeaf,
  notEq,
  notNull,
  notStartsWith,
  startsWith,
  eq,
} from './predicate.js'

/** A partition field as projection needs it. */
export interface TransformedField {
  /** Id of the partition field: the result names it. */
  readonly fieldId: number
  readonly transform: Transform
  readonly sourceType: IcebergType
}

/** The inclusive projection of a bound leaf on the field's source column; alwaysTrue when the transform says nothing. */
export function projectLeafInclusive(leaf: Leaf, field: TransformedField): BoundPredicate {
  const { transform, fieldId } = field
  if (transform.kind === 'void' || transform.kind === 'unknown') return alwaysTrue
  if (leaf.kind === 'isNull') return isNull(fieldId)
  if (leaf.kind === 'notNull') return notNull(fieldId)
  switch (transform.kind) {
    case 'identity':
      return { ...leaf, fieldId }
    case 'bucket':
      return projectBucket(leaf, field)
    case 'truncate':
      if (field.sourceType.kind === 'string' || field.sourceType.kind === 'binary') return projectPrefix(leaf, field, transform.width)
      return projectMonotone(leaf, field)
    case 'year':
    case 'month':
    case 'day':
    case 'hour':
      return projectMonotone(leaf, field)
    default:
      return unreachable(transform, 'transform')
  }
}

/** The strict projection of a bound leaf; alwaysFalse when the transform can never prove the leaf. */
export function projectLeafStrict(leaf: Leaf, field: TransformedField): BoundPredicate {
  switch (leaf.kind) {
    case 'lt':
    case 'ltEq':
    case 'gt':
    case 'gtEq':
      // An order leaf holds on no null, so its negation among the other values is another order leaf.
      return refute(projectLeafInclusive(compare(complement(leaf.kind), leaf.fieldId, leaf.value), field), field.fieldId)
    default: {
      const opposite = projectLeafInclusive(negateLeaf(leaf) as Leaf, field)
      if (opposite.kind === 'alwaysTrue') return alwaysFalse
      if (opposite.kind === 'alwaysFalse') return alwaysTrue
      return negateLeaf(opposite as Leaf)
    }
  }
}

/** The partition values on which `opposite`, an order comparison or a constant, is false and that are not null. */
function refute(opposite: BoundPredicate, fieldId: number): BoundPredicate {
  switch (opposite.kind) {
    case 'lt':
    case 'ltEq':
    case 'gt':
    case 'gtEq':
      return compare(complement(opposite.kind), fieldId, opposite.value)
    case 'alwaysFalse':
      return notNull(fieldId)
    default:
      return alwaysFalse
  }
}

/** Whether the partition value alone decides the leaf: both projections select the same partitions. */
export function projectsExactly(leaf: Leaf, field: TransformedField): boolean {
  const inclusive = projectLeafInclusive(leaf, field)
  const strict = projectLeafStrict(leaf, field)
  if (inclusive.kind === 'alwaysTrue' || strict.kind === 'alwaysFalse') return false
  const type = transformResultType(field.transform, field.sourceType)
  return sameLeaf(canonical(inclusive, type), canonical(strict, type))
}

function projectBucket(leaf: Leaf, field: TransformedField): BoundPredicate {
  switch (leaf.kind) {
    case 'eq':
      return eq(field.fieldId, transformed(field, leaf.value))
    case 'in':
      return setLeaf('in', field.fieldId, transformedSet(field, leaf.values))
    default:
      return alwaysTrue
  }
}

/** Transforms over which order is kept and whose source values can be counted: integers, decimals, dates, timestamps. */
function projectMonotone(leaf: Leaf, field: TransformedField): BoundPredicate {
  switch (leaf.kind) {
    case 'lt':
      return compare('ltEq', field.fieldId, transformed(field, neighbour(leaf.value, -1)))
    case 'ltEq':
      return compare('ltEq', field.fieldId, transformed(field, leaf.value))
    case 'gt':
      return compare('gtEq', field.fieldId, transformed(field, neighbour(leaf.value, 1)))
    case 'gtEq':
      return compare('gtEq', field.fieldId, transformed(field, leaf.value))
    case 'eq':
      return eq(field.fieldId, transformed(field, leaf.value))
    case 'in':
      return setLeaf('in', field.fieldId, transformedSet(field, leaf.values))
    case 'notEq':
      return isInjective(field) ? notEq(field.fieldId, transformed(field, leaf.value)) : alwaysTrue
    case 'notIn':
      return isInjective(field) ? setLeaf('notIn', field.fieldId, transformedSet(field, leaf.values)) : alwaysTrue
    default:
      return alwaysTrue
  }
}

/** Whether each partition value stands for one source value. */
function isInjective(field: TransformedField): boolean {
  if (field.transform.kind === 'day') return field.sourceType.kind === 'date'
  return field.transform.kind === 'truncate' && field.transform.width === 1
}

/**
 * Truncated strings and byte arrays. A text shorter than the width is cut nowhere, so comparing with it tells the same of
 * the value and of its prefix; a longer one only bounds the prefix.
 */
function projectPrefix(leaf: Leaf, field: TransformedField, width: number): BoundPredicate {
  switch (leaf.kind) {
    case 'lt':
    case 'gtEq':
    case 'ltEq':
    case 'gt':
      return projectPrefixOrder({ ...leaf, kind: leaf.kind }, field, width)
    case 'eq':
      return eq(field.fieldId, transformed(field, leaf.value))
    case 'in':
      return setLeaf('in', field.fieldId, transformedSet(field, leaf.values))
    case 'notEq':
      return lengthOf(leaf.value) < width ? notEq(field.fieldId, leaf.value) : alwaysTrue
    case 'notIn': {
      const uncut = leaf.values.filter((value) => lengthOf(value) < width)
      return setLeaf('notIn', field.fieldId, uncut)
    }
    case 'startsWith':
    case 'notStartsWith':
      return projectStartsWith(leaf, field, width)
    default:
      return alwaysTrue
  }
}

function projectPrefixOrder(leaf: Comparison & { readonly kind: OrderOperator }, field: TransformedField, width: number): BoundPredicate {
  switch (leaf.kind) {
    case 'lt':
      // A prefix is never above its text.
      return compare('lt', field.fieldId, leaf.value)
    case 'ltEq':
      return compare('ltEq', field.fieldId, transformed(field, leaf.value))
    case 'gt':
      return lengthOf(leaf.value) < width
        ? compare('gt', field.fieldId, leaf.value)
        : compare('gtEq', field.fieldId, transformed(field, leaf.value))
    case 'gtEq':
      return compare('gtEq', field.fieldId, transformed(field, leaf.value))
    default:
      return unreachable(leaf.kind, 'operator')
  }
}

function projectStartsWith(leaf: PrefixTest, field: TransformedField, width: number): BoundPredicate {
  const length = lengthOf(leaf.prefix)
  const positive = leaf.kind === 'startsWith'
  if (length < width) return positive ? startsWith(field.fieldId, leaf.prefix) : notStartsWith(field.fieldId, leaf.prefix)
  if (length === width) return positive ? eq(field.fieldId, leaf.prefix) : notEq(field.fieldId, leaf.prefix)
  return positive ? eq(field.fieldId, transformed(field, leaf.prefix)) : alwaysTrue
}

/** Code points of a string, bytes of an array: the unit that truncate counts in. */
function lengthOf(value: Value): number {
  if (value instanceof Uint8Array) return value.length
  return [...(value as string)].length
}

function neighbour(value: Value, step: 1 | -1): Value {
  return typeof value === 'bigint' ? value + BigInt(step) : (value as number) + step
}

function transformed(field: TransformedField, value: Value): Value {
  // Only null transforms to null, and the transforms that forget were handled before.
  return applyTransform(field.transform, field.sourceType, value as Literal) as Value
}

function transformedSet(field: TransformedField, values: readonly Value[]): readonly Value[] {
  const type = transformResultType(field.transform, field.sourceType)
  return distinctSorted(
    values.map((value) => transformed(field, value)),
    type,
  )
}

/** Where values can be counted, `< k` is `<= k - 1`, so that leaves that select the same look the same. */
function canonical(predicate: BoundPredicate, type: IcebergType): BoundPredicate {
  if (predicate.kind !== 'lt' && predicate.kind !== 'gt') return predicate
  if (type.kind === 'string' || typeof predicate.value === 'boolean' || predicate.value instanceof Uint8Array) return predicate
  if (type.kind === 'float' || type.kind === 'double') return predicate
  return predicate.kind === 'lt'
    ? compare('ltEq', predicate.fieldId, neighbour(predicate.value, -1))
    : compare('gtEq', predicate.fieldId, neighbour(predicate.value, 1))
}

function sameLeaf(a: BoundPredicate, b: BoundPredicate): boolean {
  if (a.kind !== b.kind) return false
  if ('value' in a && 'value' in b) return sameValue(a.value, b.value)
  if ('values' in a && 'values' in b)
    return a.values.length === b.values.length && a.values.every((value, i) => sameValue(value, b.values[i]!))
  if ('prefix' in a && 'prefix' in b) return a.prefix === b.prefix
  return a.kind !== 'and' && a.kind !== 'or'
}

function sameValue(a: Value, b: Value): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return a.length === b.length && a.every((byte, i) => byte === b[i])
  return a === b
}
