/** Whole queries: WITH, set operations, VALUES, ORDER BY, LIMIT. */
import type { CommonTable, Expression, Limit, Query, QueryBody, Select, SetOperation, Statement, With } from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { isReserved } from './keywords.js'
import { parseCommaSeparated, parseIdentifier, parseIdentifierList, parseObjectName } from './name.js'
import { node } from './node.js'
import { parseOrderBy } from './order-by.js'
import { startsQuery } from './parentheses.js'
import { parsePivotStatement, parseUnpivotStatement } from './pivot.js'
import { Precedence } from './precedence.js'
import { parseSelect, selectStarFrom } from './select.js'
import { parseValues } from './value.js'

export function parseQuery(cursor: Cursor): Query {
  const { start } = cursor.token
  const withClause = cursor.at('WITH') ? parseWith(cursor) : undefined
  return parseQueryAfterWith(cursor, withClause, start)
}

export function parseQueryAfterWith(cursor: Cursor, withClause: With | undefined, start: number): Query {
  return finishQuery(cursor, withClause, parseSetOperations(cursor, 1), start)
}

/** Goes on from a query in parentheses that began at `start`; the same query when nothing follows. */
export function continueQuery(cursor: Cursor, first: Query, start: number): Query {
  const body = unwrap(first)
  const before = cursor.previousEnd
  const continued = finishQuery(cursor, undefined, continueSetOperations(cursor, body, start, 1), start)
  return cursor.previousEnd === before ? first : continued
}

function finishQuery(cursor: Cursor, withClause: With | undefined, body: QueryBody, start: number): Query {
  const orderBy = cursor.at('ORDER', 'BY') ? parseOrderBy(cursor) : undefined
  const { limit, offset } = parseLimits(cursor)
  if (body.kind === 'query' && withClause === undefined && orderBy === undefined && limit === undefined && offset === undefined) return body
  return node<Query>({ kind: 'query', with: withClause, body, orderBy, limit, offset, span: cursor.spanFrom(start) })
}

/** A query in parentheses without clauses of its own is nothing but its body. */
function unwrap(query: Query): QueryBody {
  const bare = query.with === undefined && query.orderBy === undefined && query.limit === undefined && query.offset === undefined
  return bare ? query.body : query
}

/** INTERSECT binds above UNION and EXCEPT. */
const setPrecedence = { UNION: 1, EXCEPT: 1, INTERSECT: 2 } as const
const setKinds = { UNION: 'union', EXCEPT: 'except', INTERSECT: 'intersect' } as const
const setWords = ['UNION', 'EXCEPT', 'INTERSECT'] as const

function parseSetOperations(cursor: Cursor, minimum: number): QueryBody {
  const { start } = cursor.token
  return continueSetOperations(cursor, parseQueryPrimary(cursor), start, minimum)
}

interface Chain {
  readonly operator: SetOperation['operator']
  readonly all: boolean
  readonly byName: boolean
  readonly inputs: QueryBody[]
}

function continueSetOperations(cursor: Cursor, first: QueryBody, start: number, minimum: number): QueryBody {
  let chain: Chain | undefined
  let left = first
  let length = 0
  for (;;) {
    const word = setWords.find((candidate) => cursor.at(candidate))
    if (word === undefined || setPrecedence[word] < minimum) break
    cursor.advance()
    const operator = setKinds[word]
    const all = cursor.accept('ALL')
    if (!all) cursor.accept('DISTINCT')
    const byName = cursor.accept('BY', 'NAME')
    if (chain?.operator !== operator || chain.all !== all || chain.byName !== byName) {
      if (chain !== undefined) left = finishChain(cursor, chain, start)
      chain = { operator, all, byName, inputs: [left] }
      length++
    }
    chain.inputs.push(parseSetOperations(cursor, setPrecedence[word] + 1))
  }
  cursor.noteChain(length)
  return chain === undefined ? left : finishChain(cursor, chain, start)
}

function finishChain(cursor: Cursor, chain: Chain, start: number): SetOperation {
  return node<SetOperation>({ kind: 'set_operation', ...chain, span: cursor.spanFrom(start) })
}

function parseQueryPrimary(cursor: Cursor): QueryBody {
  const { start } = cursor.token
  switch (cursor.token.text) {
    case 'SELECT':
    case 'FROM':
      return parseSelect(cursor)
    case 'VALUES':
      return parseValues(cursor)
    case '(': {
      cursor.advance()
      const inner = cursor.nested(() => parseQuery(cursor))
      cursor.expect(')')
      return unwrap(inner)
    }
    case 'TABLE':
      return parseTableQuery(cursor, start)
    case 'PIVOT':
    case 'PIVOT_WIDER':
      return parsePivotStatement(cursor)
    case 'UNPIVOT':
    case 'PIVOT_LONGER':
      return parseUnpivotStatement(cursor)
    default:
      throw cursor.unexpected('a query', ['SELECT', 'FROM', 'VALUES', 'WITH', 'TABLE'])
  }
}

/** `TABLE t` is `SELECT * FROM t`. */
function parseTableQuery(cursor: Cursor, start: number): Select {
  cursor.advance()
  const name = parseObjectName(cursor, 'the name of a table')
  const table = node({ kind: 'named_table' as const, name, timeTravel: undefined, alias: undefined, sample: undefined, span: name.span })
  return selectStarFrom(cursor, table, start)
}

export function parseWith(cursor: Cursor): With {
  const { start } = cursor.advance()
  const recursive = cursor.accept('RECURSIVE')
  const tables = parseCommaSeparated(cursor, () => parseCommonTable(cursor))
  return node<With>({ kind: 'with', recursive, tables, span: cursor.spanFrom(start) })
}

function parseCommonTable(cursor: Cursor): CommonTable {
  const { start } = cursor.token
  const name = parseIdentifier(cursor, 'the name of a common table')
  const columns = cursor.at('(') ? parseIdentifierList(cursor, 'a column name') : []
  cursor.expect('AS')
  const not = cursor.accept('NOT')
  if (not && !cursor.at('MATERIALIZED')) throw cursor.unexpected('MATERIALIZED', ['MATERIALIZED'])
  const materialized = cursor.accept('MATERIALIZED') ? !not : undefined
  cursor.expect('(')
  cursor.enter()
  const statement = parseCommonStatement(cursor)
  cursor.leave()
  cursor.expect(')')
  return node<CommonTable>({ kind: 'common_table', name, columns, materialized, statement, span: cursor.spanFrom(start) })
}

function parseCommonStatement(cursor: Cursor): Statement {
  const isQuery = startsQuery(cursor) || cursor.at('(')
  if (!isQuery && ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].some((word) => cursor.at(word))) {
    return cursor.rules.statement(cursor)
  }
  return parseQuery(cursor)
}

interface Limits {
  limit: Limit | undefined
  offset: Expression | undefined
}

/** LIMIT, OFFSET and FETCH, in any order, each at most once. */
function parseLimits(cursor: Cursor): Limits {
  const limits: Limits = { limit: undefined, offset: undefined }
  for (;;) {
    if (limits.limit === undefined && cursor.at('LIMIT')) parseLimit(cursor, limits)
    else if (limits.limit === undefined && cursor.at('FETCH')) limits.limit = parseFetch(cursor)
    else if (limits.offset === undefined && cursor.accept('OFFSET')) {
      limits.offset = expression(cursor)
      if (!cursor.accept('ROWS')) cursor.accept('ROW')
    } else return limits
  }
}

function parseLimit(cursor: Cursor, limits: Limits): void {
  const { start } = cursor.advance()
  if (cursor.accept('ALL')) return
  const count = parseCount(cursor)
  const percent = cursor.accept('%') || cursor.accept('PERCENT')
  limits.limit = node<Limit>({ kind: 'limit', count, percent, withTies: false, span: cursor.spanFrom(start) })
  if (limits.offset === undefined && !percent && cursor.accept(',')) {
    // MySQL and SQLite: LIMIT offset, count.
    limits.offset = count
    const second = expression(cursor)
    limits.limit = node<Limit>({ kind: 'limit', count: second, percent: false, withTies: false, span: cursor.spanFrom(start) })
  }
}

/** The count of LIMIT; in `LIMIT 10%` only the number, which is a remainder when an operand follows. */
function parseCount(cursor: Cursor): Expression {
  const { kind, value, start, end } = cursor.token
  if (kind !== 'number' || cursor.peek().text !== '%' || startsOperand(cursor)) return expression(cursor)
  cursor.advance()
  return node<Expression>({ kind: 'number', text: value, span: { start, end } })
}

function startsOperand(cursor: Cursor): boolean {
  const next = cursor.peek(2)
  if (next.kind === 'symbol') return next.text === '(' || next.text === '-' || next.text === '+' || next.text === '['
  return next.kind !== 'end' && !(next.kind === 'word' && isReserved(next.text))
}

function parseFetch(cursor: Cursor): Limit {
  const { start } = cursor.advance()
  cursor.expectOneOf(['FIRST', 'NEXT'])
  const one = cursor.at('ROW') || cursor.at('ROWS')
  const count = one
    ? node<Expression>({ kind: 'number', text: '1', span: cursor.spanFrom(start) })
    : cursor.rules.expression(cursor, Precedence.additive)
  const percent = cursor.accept('PERCENT')
  cursor.expectOneOf(['ROW', 'ROWS'])
  const withTies = cursor.accept('WITH', 'TIES')
  if (!withTies) cursor.expect('ONLY')
  return node<Limit>({ kind: 'limit', count, percent, withTies, span: cursor.spanFrom(start) })
}

function expression(cursor: Cursor): Expression {
  return cursor.rules.expression(cursor, Precedence.lowest)
}
