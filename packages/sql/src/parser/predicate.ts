/** IS, IN, BETWEEN, LIKE and its kin, and comparisons with ANY and ALL. */
import type {
  Between,
  BinaryOperator,
  Expression,
  InContainer,
  InList,
  InSubquery,
  IsDistinct,
  IsTest,
  List,
  PatternMatch,
  PatternOperator,
  Quantified,
  QuantifiedOperator,
} from '../ast/index.js'
import { comparisonOperators, regexOperators } from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { node } from './node.js'
import { parseParentheses } from './parentheses.js'
import { Precedence } from './precedence.js'

/** The level of the predicate at the cursor; the lowest one when none begins here. */
export function predicatePrecedence(cursor: Cursor): number {
  switch (cursor.token.text) {
    case 'IS':
    case 'ISNULL':
    case 'NOTNULL':
      return Precedence.is
    case 'IN':
    case 'BETWEEN':
    case 'LIKE':
    case 'ILIKE':
    case 'GLOB':
    case 'REGEXP':
    case 'RLIKE':
    case 'SIMILAR':
      return Precedence.pattern
    case 'NOT':
      return negatedPrecedence(cursor.peek().text)
    default:
      return Precedence.lowest
  }
}

function negatedPrecedence(word: string): number {
  if (word === 'NULL') return Precedence.is
  return negatable.has(word) ? Precedence.pattern : Precedence.lowest
}

const negatable: ReadonlySet<string> = new Set(['IN', 'BETWEEN', 'LIKE', 'ILIKE', 'GLOB', 'REGEXP', 'RLIKE', 'SIMILAR'])

export function parsePredicate(cursor: Cursor, operand: Expression, start: number): Expression {
  if (cursor.accept('ISNULL')) return isTest(cursor, operand, start, 'null', false)
  if (cursor.accept('NOTNULL') || cursor.accept('NOT', 'NULL')) return isTest(cursor, operand, start, 'null', true)
  if (cursor.accept('IS')) return parseIs(cursor, operand, start)
  const negated = cursor.accept('NOT')
  if (cursor.accept('IN')) return parseIn(cursor, operand, start, negated)
  if (cursor.accept('BETWEEN')) return parseBetween(cursor, operand, start, negated)
  return parsePattern(cursor, operand, start, negated)
}

function parseIs(cursor: Cursor, operand: Expression, start: number): Expression {
  const negated = cursor.accept('NOT')
  if (cursor.accept('DISTINCT', 'FROM')) {
    const right = cursor.rules.expression(cursor, Precedence.comparison)
    return node<IsDistinct>({ kind: 'is_distinct', left: operand, right, negated, span: cursor.spanFrom(start) })
  }
  const test = cursor.acceptOneOf(['NULL', 'TRUE', 'FALSE', 'UNKNOWN'])
  if (test !== undefined) return isTest(cursor, operand, start, truthTests[test], negated)
  if (cursor.token.kind === 'word')
    throw cursor.unexpected('NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM', ['NULL', 'TRUE', 'FALSE', 'UNKNOWN', 'DISTINCT'])
  // SQLite compares anything with IS, nulls being equal.
  const right = cursor.rules.expression(cursor, Precedence.comparison)
  return node<IsDistinct>({ kind: 'is_distinct', left: operand, right, negated: !negated, span: cursor.spanFrom(start) })
}

const truthTests = { NULL: 'null', TRUE: 'true', FALSE: 'false', UNKNOWN: 'unknown' } as const

function isTest(cursor: Cursor, operand: Expression, start: number, test: IsTest['test'], negated: boolean): IsTest {
  return node<IsTest>({ kind: 'is_test', operand, test, negated, span: cursor.spanFrom(start) })
}

function parseIn(cursor: Cursor, operand: Expression, start: number, negated: boolean): Expression {
  if (!cursor.at('(')) {
    if (cursor.at('NOT')) throw cursor.unexpected('a list, a table or a subquery')
    const container = cursor.rules.expression(cursor, Precedence.other)
    return node<InContainer>({ kind: 'in_container', operand, container, negated, span: cursor.spanFrom(start) })
  }
  const inside = parseParentheses(cursor)
  const span = cursor.spanFrom(start)
  if (inside.query !== undefined) return node<InSubquery>({ kind: 'in_subquery', operand, query: inside.query, negated, span })
  return node<InList>({ kind: 'in_list', operand, items: inside.expressions, negated, span })
}

function parseBetween(cursor: Cursor, operand: Expression, start: number, negated: boolean): Between {
  const symmetric = cursor.accept('SYMMETRIC')
  if (!symmetric) cursor.accept('ASYMMETRIC')
  const low = cursor.rules.expression(cursor, Precedence.other)
  cursor.expect('AND')
  const high = cursor.rules.expression(cursor, Precedence.other)
  return node<Between>({ kind: 'between', operand, low, high, negated, symmetric, span: cursor.spanFrom(start) })
}

interface PatternSpelling {
  readonly operator: PatternOperator
  readonly negated: boolean
}

const patternSpellings: ReadonlyMap<string, PatternSpelling> = new Map<string, PatternSpelling>([
  ['LIKE', { operator: 'like', negated: false }],
  ['ILIKE', { operator: 'ilike', negated: false }],
  ['GLOB', { operator: 'glob', negated: false }],
  ['REGEXP', { operator: 'regexp', negated: false }],
  ['RLIKE', { operator: 'regexp', negated: false }],
  ['SIMILAR', { operator: 'similar', negated: false }],
  ['~~', { operator: 'like', negated: false }],
  ['~~*', { operator: 'ilike', negated: false }],
  ['!~~', { operator: 'like', negated: true }],
  ['!~~*', { operator: 'ilike', negated: true }],
])

/** The operator of LIKE and its kin at the cursor, which is moved past it; undefined when there is none. */
export function acceptPatternOperator(cursor: Cursor): PatternSpelling | undefined {
  const spelling = patternSpellings.get(cursor.token.text)
  if (spelling === undefined) return undefined
  const word = cursor.advance().text
  if (word === 'SIMILAR') cursor.expect('TO')
  return spelling
}

function parsePattern(cursor: Cursor, operand: Expression, start: number, notBefore: boolean): Expression {
  const symbol = cursor.token.kind === 'symbol'
  const spelling = acceptPatternOperator(cursor)
  if (spelling === undefined) throw cursor.unexpected('IN, BETWEEN, LIKE, ILIKE, SIMILAR TO, GLOB or REGEXP after NOT', [...negatable])
  const negated = notBefore !== spelling.negated
  const { operator } = spelling
  if (atQuantifier(cursor) && (operator === 'like' || operator === 'ilike')) {
    return parseQuantified(cursor, operand, start, negated ? `not ${operator}` : operator)
  }
  const pattern = cursor.rules.expression(cursor, symbol ? Precedence.additive : Precedence.other)
  const escape = cursor.accept('ESCAPE') ? cursor.rules.expression(cursor, Precedence.other) : undefined
  return node<PatternMatch>({ kind: 'pattern_match', operator, operand, pattern, escape, negated, span: cursor.spanFrom(start) })
}

export function atQuantifier(cursor: Cursor): boolean {
  return cursor.at('ANY', '(') || cursor.at('ALL', '(') || cursor.at('SOME', '(')
}

const quantifiable: ReadonlySet<string> = new Set<QuantifiedOperator>([
  ...comparisonOperators,
  ...regexOperators,
  'like',
  'ilike',
  'not like',
  'not ilike',
])

function isQuantifiable(operator: BinaryOperator | QuantifiedOperator): operator is QuantifiedOperator {
  return quantifiable.has(operator)
}

/** The rest of `x = ANY (…)`, from the quantifier on. */
export function parseQuantified(
  cursor: Cursor,
  operand: Expression,
  start: number,
  operator: BinaryOperator | QuantifiedOperator,
): Quantified {
  if (!isQuantifiable(operator)) throw cursor.unexpected(`an operand of "${operator}"`)
  const quantifier = cursor.advance().text === 'ALL' ? 'all' : 'any'
  const open = cursor.token.start
  const inside = parseParentheses(cursor)
  const list = inside.query === undefined ? quantifiedList(cursor, inside.expressions, open) : undefined
  return node<Quantified>({ kind: 'quantified', operator, quantifier, operand, list, query: inside.query, span: cursor.spanFrom(start) })
}

/** `ANY (list)` takes a list; several items in the parentheses make one. */
function quantifiedList(cursor: Cursor, items: readonly Expression[], open: number): Expression {
  const [only] = items
  if (only === undefined) throw cursor.error('EMPTY_LIST', 'ANY and ALL need a list or a subquery', cursor.spanFrom(open))
  if (items.length > 1) return node<List>({ kind: 'list', elements: items, span: cursor.spanFrom(open) })
  return only
}
