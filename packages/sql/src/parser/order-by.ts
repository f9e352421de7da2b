import type { Expression, OrderBy, SortKey, Star } from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { parseCommaSeparated } from './name.js'
import { node } from './node.js'
import { Precedence } from './precedence.js'

/** `ORDER BY a DESC NULLS LAST, b` and `ORDER BY ALL`. */
export function parseOrderBy(cursor: Cursor): OrderBy {
  const { start } = cursor.token
  cursor.expectAll('ORDER', 'BY')
  const all = (cursor.at('ALL') || cursor.at('*')) && endsOrderAll(cursor)
  const keys = all ? [parseAll(cursor)] : parseCommaSeparated(cursor, () => parseSortKey(cursor))
  return node<OrderBy>({ kind: 'order_by', all, keys, span: cursor.spanFrom(start) })
}

function endsOrderAll(cursor: Cursor): boolean {
  return cursor.peek().text !== '('
}

function parseAll(cursor: Cursor): SortKey {
  const { start, end } = cursor.advance()
  const star = node<Star>({
    kind: 'star',
    qualifier: undefined,
    exclude: [],
    replace: [],
    rename: [],
    filter: undefined,
    span: { start, end },
  })
  return finishSortKey(cursor, star, start)
}

export function parseSortKey(cursor: Cursor): SortKey {
  const { start } = cursor.token
  return finishSortKey(cursor, cursor.rules.expression(cursor, Precedence.lowest), start)
}

function finishSortKey(cursor: Cursor, expression: Expression, start: number): SortKey {
  const word = cursor.acceptOneOf(['ASC', 'DESC'])
  const direction = word === undefined ? undefined : word === 'ASC' ? 'asc' : 'desc'
  const nulls = cursor.accept('NULLS', 'FIRST') ? 'first' : cursor.accept('NULLS', 'LAST') ? 'last' : undefined
  return node<SortKey>({ kind: 'sort_key', expression, direction, nulls, span: cursor.spanFrom(start) })
}
