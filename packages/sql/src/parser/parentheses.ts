/**
 * What stands in parentheses where an expression may stand: a query, or expressions. Which of them shows only after any
 * number of further parentheses: `((SELECT 1) UNION SELECT 2)` against `((SELECT 1) + 2, 3)`. So the inner one is parsed
 * first and what follows it decides; nothing is parsed twice.
 */
import type { Expression, Query, ScalarSubquery } from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { isBareAlias } from './name.js'
import { node } from './node.js'
import { Precedence } from './precedence.js'

export interface Parenthesized {
  readonly query: Query | undefined
  /** None, one or more, when there is no query. */
  readonly expressions: readonly Expression[]
}

/** Whether a query begins at the cursor (parentheses aside). */
export function startsQuery(cursor: Cursor): boolean {
  switch (cursor.token.text) {
    case 'SELECT':
    case 'WITH':
    case 'FROM':
      return true
    case 'VALUES':
      return cursor.peek().text === '('
    case 'TABLE':
      return isBareAlias(cursor.peek())
    case 'PIVOT':
    case 'UNPIVOT':
    case 'PIVOT_WIDER':
    case 'PIVOT_LONGER':
      return isBareAlias(cursor.peek()) || cursor.peek().kind === 'string'
    default:
      return false
  }
}

/** From the opening to the closing parenthesis. */
export function parseParentheses(cursor: Cursor): Parenthesized {
  cursor.expect('(')
  cursor.enter()
  const inside = parseInside(cursor)
  cursor.leave()
  cursor.expect(')')
  return inside
}

function parseInside(cursor: Cursor): Parenthesized {
  if (startsQuery(cursor)) return { query: cursor.rules.query(cursor), expressions: [] }
  if (cursor.at(')')) return { query: undefined, expressions: [] }
  const start = cursor.token.start
  const expressions: Expression[] = []
  if (cursor.at('(')) {
    const inner = parseParentheses(cursor)
    if (inner.query !== undefined) {
      const query = cursor.rules.continueQuery(cursor, inner.query, start)
      if (cursor.at(')')) return { query, expressions: [] }
      if (query !== inner.query) throw cursor.unexpected('")"')
    }
    const first = toExpression(cursor, inner, start)
    expressions.push(cursor.rules.continueExpression(cursor, first, start, Precedence.lowest))
  } else {
    expressions.push(cursor.rules.expression(cursor, Precedence.lowest))
  }
  while (cursor.accept(',')) expressions.push(cursor.rules.expression(cursor, Precedence.lowest))
  return { query: undefined, expressions }
}

/** What the parentheses are as an operand: a scalar subquery, the expression itself, or a row. */
export function toExpression(cursor: Cursor, inside: Parenthesized, start: number): Expression {
  const span = cursor.spanFrom(start)
  if (inside.query !== undefined) return node<ScalarSubquery>({ kind: 'subquery', query: inside.query, span })
  const [only] = inside.expressions
  if (only === undefined) throw cursor.error('EMPTY_PARENTHESES', 'expected an expression between the parentheses', span)
  return inside.expressions.length === 1 ? only : node<Expression>({ kind: 'row', elements: inside.expressions, span })
}
