/** Operators between values: each is a function of the registry under its symbol. */

import type { Span } from '@artemis/errors'
import type { Expression } from '@artemis/plan'
import { cast, isInteger, isNumeric, sqlTypeName, utf8 } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import type { Binder, ExpressionScope } from './binder.js'
import { compare } from './coerce.js'
import { bindError } from './errors.js'
import { callFunction } from './function-call.js'
import { numberLiteral } from './numbers.js'
import { bindComparison, matchRegex } from './predicates.js'

export function bindBinary(binder: Binder, node: ast.Binary, scope: ExpressionScope): Expression {
  const { operator, span } = node
  switch (operator) {
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return bindComparison(binder, operator, node.left, node.right, span, scope)
    default:
      return applyOperator(binder, operator, binder.expression(node.left, scope), binder.expression(node.right, scope), span)
  }
}

function applyOperator(
  binder: Binder,
  operator: Exclude<ast.BinaryOperator, ast.ComparisonOperator>,
  left: Expression,
  right: Expression,
  span: Span,
): Expression {
  switch (operator) {
    case '~':
    case '~*':
    case '!~':
    case '!~*':
      return matchRegex(binder, operator, left, right, span)
    case '/': {
      const whole = binder.context.settings.integerDivision && isInteger(left.type) && isInteger(right.type)
      return callOperator(binder, whole ? '//' : '/', [left, right], span)
    }
    case '||':
      return callOperator(binder, '||', textOperands(left, right), span)
    case '#':
      return callNamed(binder, 'xor', operator, [left, right], span)
    case '^@':
      return callNamed(binder, 'starts_with', operator, [left, right], span)
    case '@>':
      return callNamed(binder, 'list_has_all', operator, [left, right], span)
    case '<@':
      return callNamed(binder, 'list_has_all', operator, [right, left], span)
    case '&&':
      return callNamed(binder, 'list_has_any', operator, [left, right], span)
    case '<->':
      return callNamed(binder, 'list_distance', operator, [left, right], span)
    case '<=>':
      // Equality where NULL equals NULL, as Spark and MySQL write it; between lists it is DuckDB's cosine distance.
      if (left.type.kind === 'list') return callNamed(binder, 'list_cosine_distance', operator, [left, right], span)
      return compare(binder, 'is_not_distinct_from', left, right, span)
    default:
      return callOperator(binder, operator, [left, right], span)
  }
}

function callOperator(binder: Binder, operator: string, args: readonly Expression[], span: Span): Expression {
  return callFunction(binder, operator, args, span, `the operator ${operator}`)
}

function callNamed(binder: Binder, name: string, operator: string, args: readonly Expression[], span: Span): Expression {
  return callFunction(binder, name, args, span, `the operator ${operator}`)
}

/** Beside text, `||` writes any plain value as text: `'run ' || 7`. */
function textOperands(left: Expression, right: Expression): readonly Expression[] {
  if (left.type.kind !== 'utf8' && right.type.kind !== 'utf8') return [left, right]
  return [left, right].map((side) => (becomesText(side) ? cast(side, utf8) : side))
}

function becomesText({ type }: Expression): boolean {
  return isNumeric(type) || ['bool', 'date32', 'time64', 'timestamp', 'interval', 'uuid'].includes(type.kind)
}

export function bindUnary(binder: Binder, node: ast.Unary, scope: ExpressionScope): Expression {
  const { operator, operand, span } = node
  // The smallest integers exist only with their sign.
  if (operator === '-' && operand.kind === 'number') return numberLiteral(operand.text, true, span)
  const value = binder.expression(operand, scope)
  switch (operator) {
    case '+':
      if (isNumeric(value.type) || value.type.kind === 'null' || value.type.kind === 'interval') return value
      throw bindError('NO_MATCHING_FUNCTION', `there is no operator + ${sqlTypeName(value.type)}`, span)
    case '-':
      return negate(binder, value, span)
    case '~':
      return callOperator(binder, '~', [value], span)
    case '@':
      return callNamed(binder, 'abs', operator, [value], span)
  }
}

/** A registry may have the minus of one operand under its symbol or as `negate`. */
function negate(binder: Binder, value: Expression, span: Span): Expression {
  const { functions } = binder.context
  const bySymbol = functions.scalar('-')?.resolve([value.type], [value.kind === 'literal' ? value.value : undefined])
  if (bySymbol === undefined && functions.scalar('negate') !== undefined) return callNamed(binder, 'negate', '-', [value], span)
  return callOperator(binder, '-', [value], span)
}
