import type { DefaultValue, Expression, Query, Row, Values } from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { parseCommaSeparated } from './name.js'
import { node } from './node.js'
import { Precedence } from './precedence.js'

/** A value of VALUES, of SET and of UPDATE: an expression or DEFAULT. */
export function valueOrDefault(cursor: Cursor): Expression {
  if (!cursor.at('DEFAULT')) return cursor.rules.expression(cursor, Precedence.lowest)
  const { start, end } = cursor.advance()
  return node<DefaultValue>({ kind: 'default', span: { start, end } })
}

/** `VALUES (1, 'a'), (2, DEFAULT)` from VALUES on. */
export function parseValues(cursor: Cursor): Values {
  const { start } = cursor.advance()
  const rows = parseCommaSeparated(cursor, () => parseRow(cursor))
  return node<Values>({ kind: 'values', rows, span: cursor.spanFrom(start) })
}

function parseRow(cursor: Cursor): Row {
  const { start } = cursor.token
  cursor.accept('ROW')
  cursor.expect('(')
  cursor.enter()
  const elements = parseCommaSeparated(cursor, () => valueOrDefault(cursor))
  cursor.leave()
  cursor.expect(')')
  return node<Row>({ kind: 'row', elements, span: cursor.spanFrom(start) })
}

/** VALUES as a query of its own, for FROM, where ORDER BY and the like after it belong to the query around it. */
export function parseValuesQuery(cursor: Cursor): Query {
  const body = parseValues(cursor)
  return node<Query>({ kind: 'query', with: undefined, body, orderBy: undefined, limit: undefined, offset: undefined, span: body.span })
}
