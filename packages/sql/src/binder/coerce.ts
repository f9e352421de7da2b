/**
 * Brings expressions to the types that they must have. Casts of literals are computed here, so that `day = '2024-03-15'`
 * becomes a comparison with a DATE and a text that is no date fails with its place. Parameters take their type from
 * the first place that needs one.
 */

import type { Span } from '@artemis/errors'
import type { ComparisonOperator, DataType, Expression, LiteralExpression } from '@artemis/plan'
import {
  bool,
  cast,
  commonType,
  comparison,
  comparisonType,
  isExplicitCast,
  isInteger,
  isNumeric,
  literal,
  sqlTypeName,
  typeEquals,
  utf8,
} from '@artemis/plan'
import type { Binder } from './binder.js'
import { bindError, constantError } from './errors.js'
import { convertNumber, numberLiteral } from './numbers.js'

/** A string as written in the text: it has no type of its own until it meets one. */
export function isStringLiteral(expression: Expression): expression is LiteralExpression & { readonly value: string } {
  return expression.kind === 'literal' && expression.type.kind === 'utf8' && typeof expression.value === 'string'
}

function isUntypedParameter(expression: Expression): boolean {
  return expression.kind === 'parameter' && expression.type.kind === 'null'
}

/** The expression as `type`: itself, a folded literal, a parameter of that type, or an implicit cast. */
export function coerce(binder: Binder, expression: Expression, type: DataType): Expression {
  if (typeEquals(expression.type, type)) return expression
  if (expression.kind === 'parameter' && expression.type.kind === 'null') {
    const known = binder.parameterTypes.get(expression.name)
    if (known !== undefined && known.kind !== 'null') return coerce(binder, { ...expression, type: known }, type)
    binder.parameterTypes.set(expression.name, type)
    return { ...expression, type }
  }
  return expression.kind === 'literal' ? coerceLiteral(binder, expression, type) : cast(expression, type)
}

function coerceLiteral(binder: Binder, expression: LiteralExpression, type: DataType): Expression {
  const { value, span } = expression
  if (value === null) return literal(type, null, span)
  if (isNumeric(expression.type) && isNumeric(type)) {
    const converted = convertNumber(value, expression.type, type)
    if (converted !== undefined) return literal(type, converted, span)
  }
  return literal(type, evaluateConstant(binder, cast(expression, type), span), span)
}

/** The value of a constant; what a value breaks is reported at its place. */
export function evaluateConstant(binder: Binder, expression: Expression, span: Span | undefined): LiteralExpression['value'] {
  try {
    return binder.context.evaluate(expression)
  } catch (error) {
    throw constantError(error, span)
  }
}

/** A condition: what is not boolean is converted where SQL allows it. */
export function coerceToBoolean(binder: Binder, expression: Expression, clause: string): Expression {
  const { type } = expression
  if (type.kind === 'bool') return expression
  if (type.kind === 'null' || isNumeric(type) || isStringLiteral(expression)) return coerce(binder, expression, bool)
  throw bindError(
    'NOT_BOOLEAN',
    `${clause} must be of type BOOLEAN, not ${sqlTypeName(type)}`,
    expression.span,
    'Compare it with something.',
  )
}

/** The one type of several results (CASE, lists, VALUES): string literals take the type of the others. Undefined when there is none. */
export function resultType(expressions: readonly Expression[]): DataType | undefined {
  return meet(expressions, (type, expression) => (integerFits(expression, type) ? type : commonType(type, expression.type)))
}

/** The one type that all are compared in: as {@link resultType}, but text columns yield to the other type as well. */
export function comparedType(expressions: readonly Expression[]): DataType | undefined {
  return meet(expressions, (type, expression) => (numberFits(expression, type) ? type : comparisonType(type, expression.type)))
}

function meet(
  expressions: readonly Expression[],
  combine: (type: DataType, next: Expression) => DataType | undefined,
): DataType | undefined {
  let type: DataType | undefined
  let strings = false
  for (const expression of expressions) {
    if (isStringLiteral(expression)) strings = true
    else if (expression.type.kind !== 'null') {
      const met = type === undefined ? expression.type : combine(type, expression)
      if (met === undefined) return undefined
      type = met
    }
  }
  if (type !== undefined) return type
  return strings ? utf8 : (expressions[0]?.type ?? undefined)
}

/** An integer literal that fits takes the type of what it meets: `coalesce(tinyint_column, 1)` stays TINYINT. */
function integerFits(expression: Expression, type: DataType): boolean {
  return (
    expression.kind === 'literal' &&
    isInteger(expression.type) &&
    isExact(type) &&
    convertNumber(expression.value, expression.type, type) !== undefined
  )
}

/**
 * In a comparison any number literal takes the other's type if it has the same value there, so that the column is not
 * cast: `integer_column = 5.0`. Beside FLOAT a literal means the nearest FLOAT, as in DuckDB: `float_column = 0.1`.
 */
function numberFits(expression: Expression, type: DataType): boolean {
  if (expression.kind !== 'literal' || !isNumeric(expression.type)) return false
  if (type.kind === 'float32') return isExact(expression.type)
  return isExact(type) && convertNumber(expression.value, expression.type, type) !== undefined
}

function isExact(type: DataType): boolean {
  return isInteger(type) || type.kind === 'decimal'
}

/** A comparison whose sides are brought to one type. */
export function compare(
  binder: Binder,
  operator: ComparisonOperator,
  left: Expression,
  right: Expression,
  span: Span | undefined,
): Expression {
  const [a, b] = comparable(binder, left, right, span)
  return comparison(operator, a, b, span)
}

/** Both sides in the type that they compare in. */
export function comparable(binder: Binder, left: Expression, right: Expression, span: Span | undefined): readonly [Expression, Expression] {
  const a = adaptLiteral(left, right)
  const b = adaptLiteral(right, left)
  if (typeEquals(a.type, b.type))
    return isUntypedParameter(a) || isUntypedParameter(b) ? [coerce(binder, a, utf8), coerce(binder, b, utf8)] : [a, b]
  // The side that is no literal goes first: a literal that fits takes its type.
  const type = comparedType(a.kind === 'literal' ? [b, a] : [a, b])
  if (type === undefined) {
    throw bindError(
      'TYPE_MISMATCH',
      `${sqlTypeName(a.type)} and ${sqlTypeName(b.type)} cannot be compared`,
      span,
      'Cast one side to the type of the other.',
    )
  }
  return [coerce(binder, a, type), coerce(binder, b, type)]
}

/** A string literal that is written as a number, before an exact number: the number, so that no digit is rounded away. */
export function adaptLiteral(expression: Expression, other: Expression): Expression {
  if (!isStringLiteral(expression) || !(isInteger(other.type) || other.type.kind === 'decimal')) return expression
  const match = /^\s*([+-]?)(\d{1,38}|\d{0,30}\.\d{1,30})\s*$/.exec(expression.value)
  if (match === null) return expression
  return numberLiteral(match[2]!, match[1] === '-', expression.span ?? { start: 0, end: 0 })
}

/** All of them in one type, or an error that names the two that do not meet. */
export function unify(binder: Binder, expressions: readonly Expression[], what: string): { type: DataType; expressions: Expression[] } {
  const type = resultType(expressions)
  if (type === undefined) throw unifyError(expressions, what)
  return { type, expressions: expressions.map((expression) => coerce(binder, expression, type)) }
}

export function unifyError(expressions: readonly Expression[], what: string): Error {
  const first = expressions.find((expression) => !isStringLiteral(expression) && expression.type.kind !== 'null') ?? expressions[0]!
  const other = expressions.find((expression) => resultType([first, expression]) === undefined) ?? expressions.at(-1)!
  const names = `${sqlTypeName(first.type)} and ${sqlTypeName(other.type)}`
  return bindError('TYPE_MISMATCH', `${what} have no common type: ${names}`, other.span, 'Cast one of them to the type of the other.')
}

/** A cast that SQL makes when asked, as CAST and INSERT do. */
export function explicitCast(binder: Binder, expression: Expression, type: DataType, tryCast: boolean, span: Span | undefined): Expression {
  if (!isExplicitCast(expression.type, type)) {
    throw bindError('INVALID_CAST', `${sqlTypeName(expression.type)} cannot be cast to ${sqlTypeName(type)}`, span ?? expression.span)
  }
  if (isUntypedParameter(expression)) return coerce(binder, expression, type)
  if (typeEquals(expression.type, type)) return expression
  if (expression.kind === 'literal' && expression.value === null) return literal(type, null, span)
  return cast(expression, type, tryCast, span)
}
