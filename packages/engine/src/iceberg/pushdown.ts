/**
 * Bound SQL filters as Iceberg predicates: what decides the class of a filter at an Iceberg scan. This file is what
 * docs/pushdown-rules.md describes.
 *
 * Iceberg's predicates are two-valued, SQL's are three-valued. A filter keeps the rows for which it is TRUE, so NOT is
 * first pushed to the leaves by SQL's own rules, and then every leaf is translated by when it is true:
 *
 *   a <> 5            -> notEq(a, 5) AND notNull(a)      Iceberg's notEq alone is true on NULL
 *   a NOT IN (1, 2)   -> notIn(a, …) AND notNull(a)
 *   a NOT IN (1,NULL) -> alwaysFalse                     never TRUE in SQL
 *   a NOT LIKE 'p%'   -> notStartsWith(a, 'p') AND notNull(a)
 */

import type { Field, Scalar } from '@artemis/arrow'
import type { PartitionSpec, Predicate, Schema as IcebergSchema } from '@artemis/iceberg'
import {
  alwaysFalse,
  alwaysTrue,
  and,
  classifyPredicate,
  compare,
  eq,
  isIn,
  isNull,
  notEq,
  notIn,
  notNull,
  notStartsWith,
  or,
  startsWith,
} from '@artemis/iceberg'
import type { CallExpression, ComparisonExpression, Expression, FilterPushdown, InListExpression } from '@artemis/plan'
import { likePrefix } from './like-prefix.js'

/** A filter as a predicate that is true at least where the filter is; `exact` when nowhere else. */
export interface Translation {
  readonly predicate: Predicate
  readonly exact: boolean
}

/** The Iceberg field id of a column reference: its `id` is the index in the provider's schema. */
export type FieldIds = (index: number) => number | undefined

/** Translates a filter, or gives undefined when it reads more than plain columns and literals. */
export function translateFilter(filter: Expression, fieldIds: FieldIds): Translation | undefined {
  switch (filter.kind) {
    case 'literal':
      return { predicate: filter.value === true ? alwaysTrue : alwaysFalse, exact: true }
    case 'column':
      return translateFlag(filter, true, fieldIds)
    case 'not':
      return translateNot(filter.input, fieldIds)
    case 'and':
      return translateAnd(filter.operands, fieldIds)
    case 'or':
      return translateOr(filter.operands, fieldIds)
    case 'comparison':
      return translateComparison(filter, fieldIds)
    case 'is_null': {
      const id = columnId(filter.input, fieldIds)
      return id === undefined ? undefined : { predicate: filter.negated ? notNull(id) : isNull(id), exact: true }
    }
    case 'in_list':
      return translateInList(filter, fieldIds)
    case 'call':
      return translateCall(filter, false, fieldIds)
    default:
      return undefined
  }
}

/**
 * The class of each filter, for a table whose data lies in files of `specs`: the weaker of the translation's and of
 * what the partitions decide.
 */
export function classifyFilter(filter: Expression, fieldIds: FieldIds, specs: readonly PartitionSpec[], schema: IcebergSchema): FilterPushdown {
  const translation = translateFilter(filter, fieldIds)
  if (translation === undefined) return 'Unsupported'
  const pushdown = classifyPredicate(translation.predicate, specs, schema)
  return pushdown === 'Exact' && !translation.exact ? 'Inexact' : pushdown
}

/** Each side for itself: a side that cannot be told still leaves the others to prune with. */
function translateAnd(operands: readonly Expression[], fieldIds: FieldIds): Translation | undefined {
  const translated = operands.map((operand) => translateFilter(operand, fieldIds))
  const known = translated.filter((item) => item !== undefined)
  if (known.length === 0) return undefined
  const exact = known.length === translated.length && known.every((item) => item.exact)
  return { predicate: and(...known.map((item) => item.predicate)), exact }
}

/** One side that cannot be told may be true anywhere. */
function translateOr(operands: readonly Expression[], fieldIds: FieldIds): Translation | undefined {
  const translated = operands.map((operand) => translateFilter(operand, fieldIds))
  const known = translated.filter((item) => item !== undefined)
  if (known.length < translated.length) return undefined
  return { predicate: or(...known.map((item) => item.predicate)), exact: known.every((item) => item.exact) }
}

/** NOT of what cannot be rewritten away; the optimizer has pushed NOT through AND, OR and comparisons already. */
function translateNot(input: Expression, fieldIds: FieldIds): Translation | undefined {
  if (input.kind === 'column') return translateFlag(input, false, fieldIds)
  return input.kind === 'call' ? translateCall(input, true, fieldIds) : undefined
}

function translateFlag(column: Expression, value: boolean, fieldIds: FieldIds): Translation | undefined {
  const id = columnId(column, fieldIds)
  return id === undefined ? undefined : { predicate: eq(id, value), exact: true }
}

const ORDER = { '<': 'lt', '<=': 'ltEq', '>': 'gt', '>=': 'gtEq' } as const

function translateComparison(filter: ComparisonExpression, fieldIds: FieldIds): Translation | undefined {
  const id = columnId(filter.left, fieldIds)
  if (id === undefined || filter.right.kind !== 'literal') return undefined
  const value = testableValue(filter.right.value)
  if (value === undefined) return undefined
  const { operator } = filter
  if (value === null) {
    if (operator === 'is_distinct_from') return { predicate: notNull(id), exact: true }
    return { predicate: operator === 'is_not_distinct_from' ? isNull(id) : alwaysFalse, exact: true }
  }
  switch (operator) {
    case '=':
    case 'is_not_distinct_from':
      return { predicate: eq(id, value), exact: true }
    case '<>':
      return { predicate: and<Predicate>(notEq(id, value), notNull(id)), exact: true }
    case 'is_distinct_from':
      return { predicate: notEq(id, value), exact: true }
    default:
      return { predicate: compare(ORDER[operator], id, value), exact: true }
  }
}

function translateInList(filter: InListExpression, fieldIds: FieldIds): Translation | undefined {
  const id = columnId(filter.input, fieldIds)
  if (id === undefined) return undefined
  const values: NonNullable<TestableValue>[] = []
  let hasNull = false
  for (const item of filter.list) {
    const value = item.kind === 'literal' ? testableValue(item.value) : undefined
    if (value === undefined) return undefined
    if (value === null) hasNull = true
    else values.push(value)
  }
  if (!filter.negated) return { predicate: isIn(id, values), exact: true }
  return { predicate: hasNull ? alwaysFalse : and<Predicate>(notIn(id, values), notNull(id)), exact: true }
}

/** LIKE with a literal prefix, and starts_with. */
function translateCall(call: CallExpression, negated: boolean, fieldIds: FieldIds): Translation | undefined {
  const [input, pattern, escape] = call.arguments
  const id = input === undefined ? undefined : columnId(input, fieldIds)
  if (id === undefined || input!.type.kind !== 'utf8') return undefined
  if (pattern?.kind !== 'literal' || typeof pattern.value !== 'string') return undefined
  if (call.function.name === 'starts_with' && call.arguments.length === 2) return prefixTest(id, pattern.value, negated)
  const escapeText = escapeOf(call.function.name, escape)
  const like = escapeText === undefined ? undefined : likePrefix(pattern.value, escapeText)
  if (like === undefined) return undefined
  switch (like.form) {
    case 'equal':
      return { predicate: negated ? and<Predicate>(notEq(id, like.prefix), notNull(id)) : eq(id, like.prefix), exact: true }
    case 'prefix':
      return prefixTest(id, like.prefix, negated)
    case 'prefix_and_more':
      // Every match starts with the prefix, but not every text with the prefix is a match.
      return negated || like.prefix === '' ? undefined : { predicate: startsWith(id, like.prefix), exact: false }
  }
}

/** The escape character of a LIKE, empty when it has none; undefined when the call is no LIKE that can be told. */
function escapeOf(name: string, escape: Expression | undefined): string | undefined {
  if (name !== 'like') return undefined
  if (escape === undefined) return ''
  return escape.kind === 'literal' && typeof escape.value === 'string' ? escape.value : undefined
}

function prefixTest(id: number, prefix: string, negated: boolean): Translation {
  return { predicate: negated ? and<Predicate>(notStartsWith(id, prefix), notNull(id)) : startsWith(id, prefix), exact: true }
}

function columnId(expression: Expression, fieldIds: FieldIds): number | undefined {
  return expression.kind === 'column' ? fieldIds(expression.id) : undefined
}

type TestableValue = null | boolean | number | bigint | string | Uint8Array

/** A literal that Iceberg can test with; nested values and intervals are none. */
function testableValue(value: Scalar): TestableValue | undefined {
  if (value === null || value instanceof Uint8Array) return value
  return typeof value === 'object' ? undefined : value
}

/** Field ids by index in an Arrow schema made of an Iceberg schema. */
export function fieldIdsOf(fields: readonly Field[], fieldIdOf: (field: Field) => number | undefined): FieldIds {
  const ids = fields.map((field) => fieldIdOf(field))
  return (index) => ids[index]
}
