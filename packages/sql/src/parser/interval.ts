/** INTERVAL in every spelling. */
import type { Expression, IntervalLiteral, IntervalPart, IntervalUnit, NumberLiteral, StringLiteral, Unary } from '../ast/index.js'
import { intervalUnits } from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { makeCall, nameNode } from './call.js'
import { isReserved } from './keywords.js'
import { node } from './node.js'
import { parseParentheses, toExpression } from './parentheses.js'
import { Precedence } from './precedence.js'
import type { Token } from './token.js'

const plurals: Readonly<Record<string, string>> = {
  centuries: 'century',
  millenniums: 'millennium',
  millennia: 'millennium',
  nanos: 'nanosecond',
}

/** The unit that a word names, in singular or plural. */
export function intervalUnit(token: Token): IntervalUnit | undefined {
  if (token.kind !== 'word') return undefined
  const word = token.value.toLowerCase()
  const singular = plurals[word] ?? (word.endsWith('s') ? word.slice(0, -1) : word)
  return intervalUnits.find((unit) => unit === singular)
}

/** Whether INTERVAL at the cursor begins a literal and is not a name. */
export function startsInterval(cursor: Cursor): boolean {
  const next = cursor.peek()
  if (next.kind === 'string' || next.kind === 'number' || next.kind === 'parameter' || next.text === '(') return true
  if (next.text === '-' || next.text === '+') return intervalUnit(cursor.peek(3)) !== undefined
  const isName = next.kind === 'quoted' || (next.kind === 'word' && !isReserved(next.text))
  return isName && intervalUnit(cursor.peek(2)) !== undefined
}

export function parseInterval(cursor: Cursor): Expression {
  const { start } = cursor.advance()
  if (cursor.at('(')) return parseAfterParenthesis(cursor, start)
  return finishInterval(cursor, parsePart(cursor), start)
}

/** Spark writes INTERVAL 1 DAY 2 HOURS. */
function finishInterval(cursor: Cursor, first: IntervalPart, start: number): IntervalLiteral {
  const parts = [first]
  while (parts.at(-1)!.unit !== undefined && isAmount(cursor.token) && intervalUnit(cursor.peek()) !== undefined)
    parts.push(parsePart(cursor))
  return node<IntervalLiteral>({ kind: 'interval', parts, span: cursor.spanFrom(start) })
}

/** `INTERVAL (n + 1) DAY`; without a unit it is a call of a function. */
function parseAfterParenthesis(cursor: Cursor, start: number): Expression {
  const open = cursor.token.start
  const inside = parseParentheses(cursor)
  if (cursor.token.kind === 'string') {
    throw cursor.error('INTERVAL_PRECISION', 'INTERVAL takes no precision', cursor.spanFrom(open), 'Leave out the number in parentheses.')
  }
  if (intervalUnit(cursor.token) === undefined && inside.query === undefined) {
    return makeCall(nameNode('interval', { start, end: open }), inside.expressions, cursor.spanFrom(start))
  }
  return finishInterval(cursor, finishPart(cursor, toExpression(cursor, inside, open), open), start)
}

function isAmount(token: Token): boolean {
  return token.kind === 'number' || token.kind === 'string'
}

function parsePart(cursor: Cursor): IntervalPart {
  const { start } = cursor.token
  return finishPart(cursor, parseAmount(cursor), start)
}

function finishPart(cursor: Cursor, value: Expression, start: number): IntervalPart {
  const unit = acceptUnit(cursor)
  if (unit === undefined && value.kind !== 'string') throw cursor.unexpected('a unit such as DAY or HOUR')
  const to = unit !== undefined && cursor.at('TO') && intervalUnit(cursor.peek()) !== undefined ? takeRange(cursor) : undefined
  return node<IntervalPart>({ kind: 'interval_part', value, unit, to, span: cursor.spanFrom(start) })
}

function takeRange(cursor: Cursor): IntervalUnit | undefined {
  cursor.advance()
  return acceptUnit(cursor)
}

function acceptUnit(cursor: Cursor): IntervalUnit | undefined {
  const unit = intervalUnit(cursor.token)
  if (unit === undefined) return undefined
  cursor.advance()
  if (unit === 'second' && cursor.at('(') && cursor.peek().kind === 'number') {
    throw cursor.error('INTERVAL_PRECISION', 'SECOND takes no precision here', cursor.token, 'Leave out the number in parentheses.')
  }
  return unit
}

/** A string, a number, a parameter or a column, with a sign before a number or a string. */
function parseAmount(cursor: Cursor): Expression {
  const { token } = cursor
  const span = { start: token.start, end: token.end }
  if (token.kind === 'string') {
    cursor.advance()
    return node<StringLiteral>({ kind: 'string', value: token.value, span })
  }
  if (token.kind === 'number') {
    cursor.advance()
    return node<NumberLiteral>({ kind: 'number', text: token.value, span })
  }
  if (token.text === '-' || token.text === '+') {
    cursor.advance()
    const operand = cursor.nested(() => parseAmount(cursor))
    return node<Unary>({ kind: 'unary', operator: token.text, operand, span: cursor.spanFrom(token.start) })
  }
  return cursor.rules.expression(cursor, Precedence.postfix)
}
