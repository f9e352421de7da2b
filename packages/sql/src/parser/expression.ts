/**
 * Expressions by operator precedence (Pratt): an operand, then every operator that binds at least as tightly as asked.
 * Chains to the left are built in a loop, and chains of AND and OR become one node, so length never costs stack.
 */
import type { BinaryOperator, Expression, Logical, Binary, Collate, Call, Cast } from '../ast/index.js'
import { parseFieldOrMethod, parseSubscript } from './collection.js'
import { makeCall, nameNode } from './call.js'
import type { Cursor } from './cursor.js'
import { parseObjectName } from './name.js'
import { node } from './node.js'
import { Precedence, binaryPrecedence } from './precedence.js'
import { parsePredicate, predicatePrecedence, parseQuantified, atQuantifier } from './predicate.js'
import { parsePrimary } from './primary.js'

export function parseExpression(cursor: Cursor, minimum: number): Expression {
  const start = cursor.token.start
  cursor.enterOperand()
  const expression = continueExpression(cursor, parsePrimary(cursor), start, minimum)
  cursor.leaveOperand()
  return expression
}

export function continueExpression(cursor: Cursor, first: Expression, start: number, minimum: number): Expression {
  let left = first
  let length = 0
  // The level of an operator that does not chain and was the last one applied, if any.
  let closed: number | undefined
  for (;;) {
    const precedence = precedenceHere(cursor)
    if (precedence < minimum || precedence === Precedence.lowest) break
    if (precedence === closed) throw chainError(cursor)
    const before = cursor.token
    left = parseOperator(cursor, left, start, precedence)
    closed = doesNotChain(left, precedence, before.text) ? precedence : undefined
    length++
  }
  cursor.noteChain(length)
  return left
}

/** The level of the operator at the cursor; the lowest one when there is none. */
function precedenceHere(cursor: Cursor): number {
  const { kind, text } = cursor.token
  if (kind === 'symbol') {
    if (text === '::' || text === '[' || text === '.') return Precedence.postfix
    const operator = symbolOperators.get(text)
    if (operator !== undefined) return binaryPrecedence(operator)
    return patternSymbols.has(text) ? Precedence.other : Precedence.lowest
  }
  if (kind !== 'word') return Precedence.lowest
  switch (text) {
    case 'OR':
      return Precedence.or
    case 'AND':
      return Precedence.and
    case 'COLLATE':
      return Precedence.collate
    case 'AT':
      return cursor.at('AT', 'TIME', 'ZONE') ? Precedence.atTimeZone : Precedence.lowest
    default:
      return predicatePrecedence(cursor)
  }
}

function parseOperator(cursor: Cursor, left: Expression, start: number, precedence: number): Expression {
  switch (precedence) {
    case Precedence.or:
      return parseLogical(cursor, left, start, 'or', 'OR', Precedence.and)
    case Precedence.and:
      return parseLogical(cursor, left, start, 'and', 'AND', Precedence.not)
    case Precedence.is:
    case Precedence.pattern:
      return parsePredicate(cursor, left, start)
    case Precedence.atTimeZone:
      return parseAtTimeZone(cursor, left, start)
    case Precedence.collate: {
      cursor.advance()
      const collation = parseObjectName(cursor, 'the name of a collation')
      return node<Collate>({ kind: 'collate', operand: left, collation, span: cursor.spanFrom(start) })
    }
    case Precedence.postfix:
      return parsePostfix(cursor, left, start)
    default:
      return parseBinary(cursor, left, start, precedence)
  }
}

function parseLogical(cursor: Cursor, left: Expression, start: number, kind: 'and' | 'or', word: string, minimum: number): Logical {
  const operands = [left]
  while (cursor.accept(word)) operands.push(parseExpression(cursor, minimum))
  return node<Logical>({ kind, operands, span: cursor.spanFrom(start) })
}

function parseBinary(cursor: Cursor, left: Expression, start: number, precedence: number): Expression {
  const { text } = cursor.token
  if (patternSymbols.has(text)) return parsePredicate(cursor, left, start)
  cursor.advance()
  const operator = symbolOperators.get(text)!
  if (atQuantifier(cursor)) return parseQuantified(cursor, left, start, operator)
  const right = parseExpression(cursor, precedence + 1)
  return node<Binary>({ kind: 'binary', operator, left, right, span: cursor.spanFrom(start) })
}

function parseAtTimeZone(cursor: Cursor, left: Expression, start: number): Call {
  cursor.expectAll('AT', 'TIME', 'ZONE')
  const zone = parseExpression(cursor, Precedence.collate)
  const span = cursor.spanFrom(start)
  return makeCall(nameNode('timezone', span), [zone, left], span)
}

function parsePostfix(cursor: Cursor, left: Expression, start: number): Expression {
  if (cursor.at('[')) return parseSubscript(cursor, left, start)
  if (cursor.at('.')) return parseFieldOrMethod(cursor, left, start)
  cursor.expect('::')
  const type = cursor.rules.type(cursor)
  return node<Cast>({ kind: 'cast', operand: left, type, safe: false, span: cursor.spanFrom(start) })
}

/** Comparisons, and predicates that end in an operand, do not chain: `a = b = c` is an error, as in Postgres. */
function doesNotChain(result: Expression, precedence: number, operator: string): boolean {
  if (precedence === Precedence.comparison) return result.kind === 'binary'
  if (precedence === Precedence.is) return result.kind === 'is_distinct'
  return precedence === Precedence.pattern && (result.kind === 'between' || result.kind === 'pattern_match') && !operator.startsWith('~')
}

function chainError(cursor: Cursor): Error {
  const { token } = cursor
  return cursor.error(
    'COMPARISON_CHAIN',
    `"${token.value}" cannot follow another comparison`,
    token,
    'Use parentheses to say what is compared with what.',
  )
}

const symbolOperators: ReadonlyMap<string, BinaryOperator> = new Map<string, BinaryOperator>([
  ['=', '='],
  ['==', '='],
  ['<>', '<>'],
  ['!=', '<>'],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
  ['+', '+'],
  ['-', '-'],
  ['*', '*'],
  ['/', '/'],
  ['//', '//'],
  ['%', '%'],
  ['^', '^'],
  ['**', '^'],
  ['&', '&'],
  ['|', '|'],
  ['#', '#'],
  ['<<', '<<'],
  ['>>', '>>'],
  ['||', '||'],
  ['->', '->'],
  ['->>', '->>'],
  ['#>', '#>'],
  ['#>>', '#>>'],
  ['@>', '@>'],
  ['<@', '<@'],
  ['&&', '&&'],
  ['^@', '^@'],
  ['<->', '<->'],
  ['<=>', '<=>'],
  ['~', '~'],
  ['~*', '~*'],
  ['!~', '!~'],
  ['!~*', '!~*'],
])

/** Postgres's symbols for LIKE and ILIKE; they bind like other symbols. */
const patternSymbols: ReadonlySet<string> = new Set(['~~', '~~*', '!~~', '!~~*'])
