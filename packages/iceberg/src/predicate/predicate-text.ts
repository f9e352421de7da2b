/** Predicates as text, for EXPLAIN and for messages. The form is for people; nothing parses it. */
import { unreachable } from '@artemis/errors'
import type { Schema } from '../model/schema.js'
import { fieldById } from '../model/schema.js'
import type { IcebergType } from '../model/type.js'
import { valueText } from '../transform/partition-path.js'
import type { Value } from '../values/compare.js'
import type { Leaf, Predicate } from './predicate.js'

const operators = { lt: '<', ltEq: '<=', gt: '>', gtEq: '>=', eq: '=', notEq: '<>' } as const

/** Such as `mission_id = 'apollo-7' AND day IS NOT NULL`. Columns that the schema does not have appear as `#id`. */
export function predicateText(predicate: Predicate, schema: Schema): string {
  switch (predicate.kind) {
    case 'alwaysTrue':
      return 'true'
    case 'alwaysFalse':
      return 'false'
    case 'not':
      return `NOT (${predicateText(predicate.operand, schema)})`
    case 'and':
    case 'or':
      return predicate.operands
        .map((operand) => {
          const nested = operand.kind === 'and' || operand.kind === 'or'
          return nested ? `(${predicateText(operand, schema)})` : predicateText(operand, schema)
        })
        .join(predicate.kind === 'and' ? ' AND ' : ' OR ')
    default:
      return leafText(predicate, schema)
  }
}

function leafText(leaf: Leaf, schema: Schema): string {
  const found = fieldById(schema, leaf.fieldId)
  const column = found?.path ?? `#${leaf.fieldId}`
  const type = found?.field.type
  switch (leaf.kind) {
    case 'isNull':
      return `${column} IS NULL`
    case 'notNull':
      return `${column} IS NOT NULL`
    case 'isNaN':
      return `isnan(${column})`
    case 'notNaN':
      return `NOT isnan(${column})`
    case 'in':
      return `${column} IN (${leaf.values.map((value) => literalText(value, type)).join(', ')})`
    case 'notIn':
      return `${column} NOT IN (${leaf.values.map((value) => literalText(value, type)).join(', ')})`
    case 'startsWith':
      return `${column} STARTS WITH ${quote(leaf.prefix)}`
    case 'notStartsWith':
      return `${column} NOT STARTS WITH ${quote(leaf.prefix)}`
    case 'lt':
    case 'ltEq':
    case 'gt':
    case 'gtEq':
    case 'eq':
    case 'notEq':
      return `${column} ${operators[leaf.kind]} ${literalText(leaf.value, type)}`
    default:
      return unreachable(leaf, 'predicate')
  }
}

function literalText(value: Value, type: IcebergType | undefined): string {
  if (typeof value === 'boolean' || type === undefined) return String(value)
  switch (type.kind) {
    case 'int':
    case 'long':
    case 'float':
    case 'double':
    case 'decimal':
      return valueText(type, value)
    default:
      return quote(valueText(type, value))
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
