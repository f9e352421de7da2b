/** Tests: IS, BETWEEN, IN, LIKE and its relatives, ANY and ALL, and comparisons of whole rows. */

import type { Span } from '@artemis/errors'
import type { ComparisonOperator, Expression } from '@artemis/plan'
import { and, bool, inList, isNull, literal, not, or, sqlTypeName, utf8 } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import type { Binder, ExpressionScope } from './binder.js'
import { adaptLiteral, coerce, coerceToBoolean, compare, comparedType, unifyError } from './coerce.js'
import { copiesOf } from './conditional.js'
import { bindError, unsupported } from './errors.js'
import { callFunction } from './function-call.js'

export function bindIsTest(binder: Binder, node: ast.IsTest, scope: ExpressionScope): Expression {
  const input = binder.expression(node.operand, scope)
  if (node.test === 'null') return isNull(input, node.negated, node.span)
  const condition = coerceToBoolean(binder, input, `the operand of IS ${node.test.toUpperCase()}`)
  if (node.test === 'unknown') return isNull(condition, node.negated, node.span)
  const operator = node.negated ? 'is_distinct_from' : 'is_not_distinct_from'
  return compare(binder, operator, condition, literal(bool, node.test === 'true', node.span), node.span)
}

export function bindIsDistinct(binder: Binder, node: ast.IsDistinct, scope: ExpressionScope): Expression {
  const operator = node.negated ? 'is_not_distinct_from' : 'is_distinct_from'
  return bindComparison(binder, operator, node.left, node.right, node.span, scope)
}

/** A comparison of values, or of rows of the same length: `(a, b) = (1, 2)`. */
export function bindComparison(
  binder: Binder,
  operator: ComparisonOperator,
  left: ast.Expression,
  right: ast.Expression,
  span: Span,
  scope: ExpressionScope,
): Expression {
  if (left.kind === 'row' && right.kind === 'row')
    return compareRows(binder, operator, bindRow(binder, left, scope), bindRow(binder, right, scope), span)
  return compare(binder, operator, binder.expression(left, scope), binder.expression(right, scope), span)
}

export function bindRow(binder: Binder, row: ast.Row, scope: ExpressionScope): Expression[] {
  return row.elements.map((element) => binder.expression(element, scope))
}

function compareRows(
  binder: Binder,
  operator: ComparisonOperator,
  left: readonly Expression[],
  right: readonly Expression[],
  span: Span,
): Expression {
  if (left.length !== right.length) {
    throw bindError('ROW_LENGTH_MISMATCH', `a row of ${left.length} is compared with a row of ${right.length}`, span)
  }
  const each = (op: ComparisonOperator): Expression[] => left.map((item, i) => compare(binder, op, item, right[i]!, span))
  switch (operator) {
    case '=':
    case 'is_not_distinct_from':
      return and(each(operator), span)
    case '<>':
    case 'is_distinct_from':
      return or(each(operator), span)
    default:
      throw unsupported(`the comparison of rows with ${operator}`, span, 'Write the comparison of each column.')
  }
}

export function bindBetween(binder: Binder, node: ast.Between, scope: ExpressionScope): Expression {
  const low = (): Expression => binder.expression(node.low, scope)
  const high = (): Expression => binder.expression(node.high, scope)
  const copies = copiesOf(binder, node.operand, scope, node.symmetric ? 4 : 2)
  const within = (at: number, from: Expression, to: Expression): Expression =>
    and([compare(binder, '>=', copies[at]!, from, node.span), compare(binder, '<=', copies[at + 1]!, to, node.span)], node.span)
  const inside = within(0, low(), high())
  const result = node.symmetric ? or([inside, within(2, high(), low())], node.span) : inside
  return node.negated ? not(result, node.span) : result
}

export function bindInList(binder: Binder, node: ast.InList, scope: ExpressionScope): Expression {
  if (node.operand.kind === 'row' && node.items.every((item) => item.kind === 'row'))
    return bindRowInList(binder, node, node.operand, scope)
  const input = binder.expression(node.operand, scope)
  const items = node.items.map((item) => binder.expression(item, scope))
  return makeInList(binder, input, items, node.negated, node.span)
}

function makeInList(binder: Binder, input: Expression, items: readonly Expression[], negated: boolean, span: Span): Expression {
  const adapted = items.map((item) => adaptLiteral(item, input))
  const operands = [input, ...adapted]
  const type = comparedType(operands)
  if (type === undefined) throw unifyError(operands, 'the operand and the list of IN')
  const target = type.kind === 'null' && operands.some((operand) => operand.kind === 'parameter') ? utf8 : type
  const list = adapted.map((item) => coerce(binder, item, target))
  return inList(coerce(binder, input, target), list, negated, span)
}

function bindRowInList(binder: Binder, node: ast.InList, operand: ast.Row, scope: ExpressionScope): Expression {
  const alternatives = node.items.map((item) => bindComparison(binder, '=', operand, item, item.span, scope))
  const found = or(alternatives, node.span)
  return node.negated ? not(found, node.span) : found
}

const PATTERN_FUNCTIONS: Record<ast.PatternOperator, { readonly name: string; readonly withEscape?: string; readonly words: string }> = {
  like: { name: 'like', withEscape: 'like_escape', words: 'LIKE' },
  ilike: { name: 'ilike', withEscape: 'ilike_escape', words: 'ILIKE' },
  similar: { name: 'similar_to', words: 'SIMILAR TO' },
  glob: { name: 'glob', words: 'GLOB' },
  regexp: { name: 'regexp_matches', words: 'REGEXP' },
}

export function bindPatternMatch(binder: Binder, node: ast.PatternMatch, scope: ExpressionScope): Expression {
  const operand = binder.expression(node.operand, scope)
  const pattern = binder.expression(node.pattern, scope)
  const { name, withEscape, words } = PATTERN_FUNCTIONS[node.operator]
  let matched: Expression
  if (node.escape === undefined) matched = callFunction(binder, name, [operand, pattern], node.span, words)
  else {
    if (withEscape === undefined) throw unsupported(`ESCAPE after ${words}`, node.escape.span)
    const escape = binder.expression(node.escape, scope)
    matched = callFunction(binder, withEscape, [operand, pattern, escape], node.span, `${words} with ESCAPE`)
  }
  return node.negated ? not(matched, node.span) : matched
}

/** `x ~ y` and its relatives: whether the whole text matches, as in DuckDB (Postgres searches: `regexp_matches`). */
export function matchRegex(binder: Binder, operator: ast.RegexOperator, left: Expression, right: Expression, span: Span): Expression {
  const options = operator.endsWith('*') ? [literal(utf8, 'i', span)] : []
  const matched = callFunction(binder, 'regexp_full_match', [left, right, ...options], span, `the operator ${operator}`)
  return operator.startsWith('!') ? not(matched, span) : matched
}

/** `x = ANY (list)` and the like: over a list in the text as the alternatives that it is, over a list value as a search. */
export function bindQuantifiedList(binder: Binder, node: ast.Quantified, list: ast.Expression, scope: ExpressionScope): Expression {
  if (list.kind === 'list' || list.kind === 'row') {
    if (node.operator === '=' && node.quantifier === 'any') {
      const items = list.elements.map((item) => binder.expression(item, scope))
      return makeInList(binder, binder.expression(node.operand, scope), items, false, node.span)
    }
    const copies = copiesOf(binder, node.operand, scope, list.elements.length)
    const tests = list.elements.map((item, i) =>
      quantifiedTest(binder, node.operator, copies[i]!, binder.expression(item, scope), node.span),
    )
    return node.quantifier === 'any' ? or(tests, node.span) : and(tests, node.span)
  }
  const container = binder.expression(list, scope)
  if (node.operator !== '=' || node.quantifier !== 'any') {
    throw unsupported(`${node.operator.toUpperCase()} ${node.quantifier.toUpperCase()} over a list value`, node.span)
  }
  return listContains(binder, container, binder.expression(node.operand, scope), node.span)
}

function quantifiedTest(binder: Binder, operator: ast.QuantifiedOperator, left: Expression, right: Expression, span: Span): Expression {
  switch (operator) {
    case 'like':
    case 'ilike':
      return callFunction(binder, operator, [left, right], span, operator.toUpperCase())
    case 'not like':
      return not(callFunction(binder, 'like', [left, right], span, 'LIKE'), span)
    case 'not ilike':
      return not(callFunction(binder, 'ilike', [left, right], span, 'ILIKE'), span)
    case '~':
    case '~*':
    case '!~':
    case '!~*':
      return matchRegex(binder, operator, left, right, span)
    default:
      return compare(binder, operator, left, right, span)
  }
}

/** `x IN list_value`. */
export function listContains(binder: Binder, container: Expression, value: Expression, span: Span): Expression {
  if (container.type.kind !== 'list' && container.type.kind !== 'null') {
    throw bindError(
      'NOT_A_LIST',
      `a list is needed here, not ${sqlTypeName(container.type)}`,
      container.span ?? span,
      'A list of values is written in parentheses.',
    )
  }
  return callFunction(binder, 'list_contains', [container, value], span, 'a search in a list')
}
