/** Checks a predicate against a schema once, so that the evaluators need no check and meet only normal forms. */
import { ConfigError, UnsupportedError, unreachable } from '@artemis/errors'
import type { Schema, SchemaField } from '../model/schema.js'
import { fieldById } from '../model/schema.js'
import type { IcebergType, PrimitiveType } from '../model/type.js'
import { typeName } from '../model/type.js'
import type { Value } from '../values/compare.js'
import { comparatorOf, hasOrder } from '../values/compare.js'
import type { BoundPredicate, Comparison, Leaf, Predicate, SetMembership } from './predicate.js'
import { alwaysFalse, alwaysTrue, and, eq, isNaN, isNull, mapLeaves, notEq, notNaN, notNull, or, rewriteNot } from './predicate.js'

/**
 * Removes `not`, checks that every column exists and can be tested and that every value fits its column, and brings
 * leaves to normal form:
 *
 *  - sets are sorted and distinct; a set of one is eq or notEq, an empty one a constant
 *  - a NaN never remains as a value: comparisons with it become isNaN, notNaN, notNull or a constant
 *  - null tests of columns that are never null, and NaN tests of columns that are not floats, become constants
 *
 * @throws ConfigError for an unknown field id or a value that is not of the column's type
 * @throws UnsupportedError for a column within a list or map, or of a type without an order
 */
export function bindPredicate(predicate: Predicate, schema: Schema): BoundPredicate {
  return mapLeaves(rewriteNot(predicate), (leaf) => bindLeaf(leaf, columnOf(leaf.fieldId, schema), schema))
}

function columnOf(fieldId: number, schema: Schema): SchemaField {
  const found = fieldById(schema, fieldId)
  if (found === undefined) {
    throw new ConfigError({
      code: 'PREDICATE_FIELD_NOT_FOUND',
      message: `a predicate names field ${fieldId}, which schema ${schema.schemaId} does not have`,
    })
  }
  if (found.repeated || !hasOrder(found.field.type)) {
    throw new UnsupportedError({
      code: 'PREDICATE_ON_NESTED_COLUMN',
      message: `column ${found.path} of type ${typeName(found.field.type)} cannot be tested by a scan predicate`,
    })
  }
  return found
}

function bindLeaf(leaf: Leaf, column: SchemaField, schema: Schema): BoundPredicate {
  const type = column.field.type
  switch (leaf.kind) {
    case 'isNull':
      return neverNull(column, schema) ? alwaysFalse : leaf
    case 'notNull':
      return neverNull(column, schema) ? alwaysTrue : leaf
    case 'isNaN':
      return isFloat(type) ? leaf : alwaysFalse
    case 'notNaN':
      return isFloat(type) ? leaf : alwaysTrue
    case 'startsWith':
    case 'notStartsWith':
      if (type.kind !== 'string') throw badValue(leaf.prefix, column)
      if (leaf.prefix !== '') return leaf
      return bindLeaf(leaf.kind === 'startsWith' ? notNull(leaf.fieldId) : isNull(leaf.fieldId), column, schema)
    case 'in':
    case 'notIn':
      return bindSet(leaf, column)
    case 'lt':
    case 'ltEq':
    case 'gt':
    case 'gtEq':
    case 'eq':
    case 'notEq':
      return bindComparison(leaf, column)
    default:
      return unreachable(leaf, 'predicate')
  }
}

function bindComparison(leaf: Comparison, column: SchemaField): BoundPredicate {
  checkValue(leaf.value, column)
  if (!Number.isNaN(leaf.value)) return leaf
  switch (leaf.kind) {
    case 'eq':
    case 'gtEq':
      return isNaN(leaf.fieldId)
    case 'notEq':
      return notNaN(leaf.fieldId)
    case 'ltEq':
      return notNull(leaf.fieldId)
    case 'lt':
      return and<BoundPredicate>(notNull(leaf.fieldId), notNaN(leaf.fieldId))
    case 'gt':
      return alwaysFalse
    default:
      return unreachable(leaf.kind, 'operator')
  }
}

function bindSet(leaf: SetMembership, column: SchemaField): BoundPredicate {
  for (const value of leaf.values) checkValue(value, column)
  const values = distinctSorted(
    leaf.values.filter((value) => !Number.isNaN(value)),
    column.field.type,
  )
  const hasNaN = leaf.values.some((value) => Number.isNaN(value))
  if (leaf.kind === 'in') return or(setLeaf('in', leaf.fieldId, values), hasNaN ? isNaN(leaf.fieldId) : alwaysFalse)
  return and(setLeaf('notIn', leaf.fieldId, values), hasNaN ? notNaN(leaf.fieldId) : alwaysTrue)
}

/** A membership in normal form; `values` must be sorted and distinct. */
export function setLeaf(kind: 'in' | 'notIn', fieldId: number, values: readonly Value[]): BoundPredicate {
  if (values.length === 0) return kind === 'in' ? alwaysFalse : alwaysTrue
  if (values.length === 1) return kind === 'in' ? eq(fieldId, values[0]!) : notEq(fieldId, values[0]!)
  return { kind, fieldId, values }
}

export function distinctSorted(values: readonly Value[], type: IcebergType): Value[] {
  const compareValues = comparatorOf(type)
  const sorted = [...values].sort(compareValues)
  return sorted.filter((value, i) => i === 0 || compareValues(sorted[i - 1]!, value) !== 0)
}

/** A column is never null when it and every struct around it is required. */
function neverNull(column: SchemaField, schema: Schema): boolean {
  return column.idPath.every((id) => fieldById(schema, id)?.field.required === true)
}

export function isFloat(type: IcebergType): boolean {
  return type.kind === 'float' || type.kind === 'double'
}

function checkValue(value: Value, column: SchemaField): void {
  if (!isValueOf(value, column.field.type as PrimitiveType)) throw badValue(value, column)
}

function isValueOf(value: Value, type: PrimitiveType): boolean {
  switch (type.kind) {
    case 'boolean':
      return typeof value === 'boolean'
    case 'int':
    case 'date':
      return typeof value === 'number' && Number.isInteger(value)
    case 'float':
    case 'double':
      return typeof value === 'number'
    case 'string':
      return typeof value === 'string'
    case 'uuid':
      return value instanceof Uint8Array && value.length === 16
    case 'fixed':
    case 'binary':
      return value instanceof Uint8Array
    default:
      return typeof value === 'bigint'
  }
}

function badValue(value: Value, column: SchemaField): ConfigError {
  const shown = value instanceof Uint8Array ? `${value.length} bytes` : `${typeof value} ${String(value)}`
  return new ConfigError({
    code: 'PREDICATE_VALUE_MISMATCH',
    message: `a predicate tests column ${column.path} of type ${typeName(column.field.type)} with ${shown}`,
  })
}
