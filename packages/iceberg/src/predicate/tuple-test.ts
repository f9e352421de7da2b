/**
 * Tests tuples of values against a predicate: partition tuples, mostly. A predicate compiles once to a closure over
 * tuple positions, since planning runs it for every file of a table.
 */
import { InternalError, unreachable } from '@artemis/errors'
import type { Literal } from '../model/literal.js'
import type { PartitionSpec } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import type { IcebergType } from '../model/type.js'
import type { Value, ValueComparator } from '../values/compare.js'
import { comparatorOf } from '../values/compare.js'
import type { BoundPredicate, Leaf } from './predicate.js'
import { partitionTypes } from './spec-projection.js'

export type Tuple = readonly Literal[]
export type TupleTest = (tuple: Tuple) => boolean

/** Where a field stands in the tuple and of which type it is. */
export interface TupleField {
  readonly position: number
  readonly type: IcebergType
}

/** The tuple layout of a spec's partitions, by partition field id. */
export function tupleLayout(spec: PartitionSpec, schema: Schema): ReadonlyMap<number, TupleField> {
  const types = partitionTypes(spec, schema)
  const layout = new Map<number, TupleField>()
  spec.fields.forEach((field, position) => {
    const type = types[position]
    if (type !== undefined) layout.set(field.fieldId, { position, type })
  })
  return layout
}

/** Compiles a predicate over the fields of a layout. */
export function compileTupleTest(predicate: BoundPredicate, layout: ReadonlyMap<number, TupleField>): TupleTest {
  switch (predicate.kind) {
    case 'alwaysTrue':
      return () => true
    case 'alwaysFalse':
      return () => false
    case 'and': {
      const tests = predicate.operands.map((operand) => compileTupleTest(operand, layout))
      return (tuple) => {
        for (const test of tests) if (!test(tuple)) return false
        return true
      }
    }
    case 'or': {
      const tests = predicate.operands.map((operand) => compileTupleTest(operand, layout))
      return (tuple) => {
        for (const test of tests) if (test(tuple)) return true
        return false
      }
    }
    default: {
      const field = layout.get(predicate.fieldId)
      if (field === undefined) {
        throw new InternalError({ code: 'TUPLE_FIELD_NOT_FOUND', message: `no field ${predicate.fieldId} in the tuple of a predicate` })
      }
      return compileLeaf(predicate, field)
    }
  }
}

function compileLeaf(leaf: Leaf, { position, type }: TupleField): TupleTest {
  const at = (tuple: Tuple): Literal => tuple[position] ?? null
  switch (leaf.kind) {
    case 'isNull':
      return (tuple) => at(tuple) === null
    case 'notNull':
      return (tuple) => at(tuple) !== null
    case 'isNaN':
      return (tuple) => Number.isNaN(at(tuple))
    case 'notNaN':
      return (tuple) => !Number.isNaN(at(tuple))
    case 'startsWith':
      return onValue(at, (value) => (value as string).startsWith(leaf.prefix))
    case 'notStartsWith':
      return (tuple) => {
        const value = at(tuple)
        return value === null || !(value as string).startsWith(leaf.prefix)
      }
    case 'in': {
      const compareValues = comparatorOf(type)
      return onValue(at, (value) => includesSorted(leaf.values, value, compareValues))
    }
    case 'notIn': {
      const compareValues = comparatorOf(type)
      return (tuple) => {
        const value = at(tuple)
        return value === null || !includesSorted(leaf.values, value, compareValues)
      }
    }
    case 'lt':
    case 'ltEq':
    case 'gt':
    case 'gtEq':
    case 'eq':
    case 'notEq':
      return compileComparison(leaf.kind, leaf.value, at, comparatorOf(type))
    default:
      return unreachable(leaf, 'predicate')
  }
}

function compileComparison(
  operator: 'lt' | 'ltEq' | 'gt' | 'gtEq' | 'eq' | 'notEq',
  literal: Value,
  at: (tuple: Tuple) => Literal,
  compareValues: ValueComparator,
): TupleTest {
  switch (operator) {
    case 'lt':
      return onValue(at, (value) => compareValues(value, literal) < 0)
    case 'ltEq':
      return onValue(at, (value) => compareValues(value, literal) <= 0)
    case 'gt':
      return onValue(at, (value) => compareValues(value, literal) > 0)
    case 'gtEq':
      return onValue(at, (value) => compareValues(value, literal) >= 0)
    case 'eq':
      return onValue(at, (value) => compareValues(value, literal) === 0)
    case 'notEq':
      return (tuple) => {
        const value = at(tuple)
        return value === null || compareValues(value, literal) !== 0
      }
    default:
      return unreachable(operator, 'operator')
  }
}

function onValue(at: (tuple: Tuple) => Literal, test: (value: Value) => boolean): TupleTest {
  return (tuple) => {
    const value = at(tuple)
    return value !== null && test(value)
  }
}

function includesSorted(values: readonly Value[], value: Value, compareValues: ValueComparator): boolean {
  let low = 0
  let high = values.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const order = compareValues(values[middle]!, value)
    if (order === 0) return true
    if (order < 0) low = middle + 1
    else high = middle - 1
  }
  return false
}
