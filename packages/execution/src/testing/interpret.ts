/** Evaluates an expression for one row of scalars, in the plainest way: what the compiled programs are held against. */

import type { Scalar } from '@artemis/arrow'
import { compareScalars, scalarAt, scalarDatum, scalarEquals, typeEquals } from '@artemis/arrow'
import type { Column, ComparisonExpression, Expression, ScalarFunction } from '@artemis/plan'
import type { CastProvider } from '../expression/cast-provider.js'

export function interpret(expression: Expression, columns: readonly Column[], row: readonly Scalar[], casts: CastProvider): Scalar {
  const value = (operand: Expression): Scalar => interpret(operand, columns, row, casts)
  switch (expression.kind) {
    case 'literal':
      return expression.value
    case 'column':
      return row[columns.findIndex((column) => column.id === expression.id)]!
    case 'cast':
      if (typeEquals(expression.input.type, expression.type)) return value(expression.input)
      return apply(casts(expression.input.type, expression.type, expression.try), [expression.input], [value(expression.input)])
    case 'call':
      return apply(expression.function, expression.arguments, expression.arguments.map(value))
    case 'comparison':
      return compare(expression, value(expression.left), value(expression.right))
    case 'and':
    case 'or': {
      const deciding = expression.kind === 'or'
      const values = expression.operands.map(value)
      return values.includes(deciding) ? deciding : values.includes(null) ? null : !deciding
    }
    case 'not': {
      const input = value(expression.input)
      return input === null ? null : input !== true
    }
    case 'is_null':
      return (value(expression.input) === null) !== expression.negated
    case 'in_list': {
      if (expression.list.length === 0) return expression.negated
      const input = value(expression.input)
      const items = expression.list.map(value)
      if (input === null) return null
      if (items.some((item) => item !== null && scalarEquals(expression.input.type, input, item))) return !expression.negated
      return items.includes(null) ? null : expression.negated
    }
    case 'case': {
      const branch = expression.branches.find((candidate) => value(candidate.when) === true)
      if (branch !== undefined) return value(branch.then)
      return expression.otherwise === null ? null : value(expression.otherwise)
    }
    default:
      throw new Error(`${expression.kind} has no value for a row`)
  }
}

function apply(fn: ScalarFunction, args: readonly Expression[], values: readonly Scalar[]): Scalar {
  if (fn.nullHandling === 'propagate' && values.includes(null)) return null
  return scalarAt(
    fn.evaluate(
      values.map((value, i) => scalarDatum(args[i]!.type, value)),
      1,
      { nowMicroseconds: 0n, timeZone: 'UTC' },
    ),
    0,
  )
}

function compare(expression: ComparisonExpression, left: Scalar, right: Scalar): Scalar {
  const { operator } = expression
  if (operator === 'is_distinct_from') return !scalarEquals(expression.left.type, left, right)
  if (operator === 'is_not_distinct_from') return scalarEquals(expression.left.type, left, right)
  if (left === null || right === null) return null
  const order = compareScalars(expression.left.type, left, right)
  switch (operator) {
    case '=':
      return order === 0
    case '<>':
      return order !== 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    default:
      return order >= 0
  }
}
