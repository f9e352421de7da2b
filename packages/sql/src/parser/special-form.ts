/**
 * The words with a grammar of their own between their parentheses. Those that are functions in disguise become plain
 * calls (see `Call` in the tree), so nothing after the parser knows two spellings of one thing.
 */
import type { ArraySubquery, Argument, Call, Case, CaseBranch, Cast, Exists, Expression, List, Row } from '../ast/index.js'
import { finishCall, makeCall, nameNode, parseArgumentList } from './call.js'
import { parseListLiteral, parseMap } from './collection.js'
import type { Cursor } from './cursor.js'
import { node } from './node.js'
import { parseParentheses } from './parentheses.js'
import { Precedence } from './precedence.js'
import { parseColumns } from './star.js'

/** The form that begins at the cursor; undefined, and nothing taken, when the word is a name here. */
export function parseSpecialForm(cursor: Cursor): Expression | undefined {
  const { text, start } = cursor.token
  if (text === 'CASE') return parseCase(cursor)
  const next = cursor.peek().text
  if (text === 'ARRAY' && next === '[') return parseArrayLiteral(cursor, start)
  if (text === 'MAP' && next === '{') return parseMap(cursor)
  if (next !== '(') return undefined
  switch (text) {
    case 'CAST':
      return parseCast(cursor, false)
    case 'TRY_CAST':
    case 'SAFE_CAST':
      return parseCast(cursor, true)
    case 'EXISTS':
      return parseExists(cursor)
    case 'ARRAY':
      return parseArraySubquery(cursor)
    case 'ROW':
      return parseRow(cursor)
    case 'COLUMNS':
      return parseColumns(cursor, start, false)
    case 'EXTRACT':
      return parseExtract(cursor)
    case 'POSITION':
      return parsePosition(cursor)
    case 'SUBSTRING':
    case 'SUBSTR':
      return parseSubstring(cursor)
    case 'TRIM':
      return parseTrim(cursor)
    case 'OVERLAY':
      return parseOverlay(cursor)
    default:
      return undefined
  }
}

function parseCase(cursor: Cursor): Case {
  const { start } = cursor.advance()
  cursor.enter()
  const operand = cursor.at('WHEN') ? undefined : expression(cursor)
  const branches: CaseBranch[] = []
  while (cursor.at('WHEN')) branches.push(parseBranch(cursor))
  if (branches.length === 0) throw cursor.unexpected('WHEN', ['WHEN'])
  const otherwise = cursor.accept('ELSE') ? expression(cursor) : undefined
  if (!cursor.at('END')) throw cursor.unexpected(otherwise === undefined ? 'WHEN, ELSE or END' : 'END', ['WHEN', 'ELSE', 'END'])
  cursor.advance()
  cursor.leave()
  return node<Case>({ kind: 'case', operand, branches, otherwise, span: cursor.spanFrom(start) })
}

function parseBranch(cursor: Cursor): CaseBranch {
  const { start } = cursor.advance()
  const when = expression(cursor)
  cursor.expect('THEN')
  const then = expression(cursor)
  // oxlint-disable-next-line unicorn/no-thenable -- THEN is SQL's word, and an expression is no function.
  return node<CaseBranch>({ kind: 'case_branch', when, then, span: cursor.spanFrom(start) })
}

function parseCast(cursor: Cursor, safe: boolean): Cast {
  const start = open(cursor)
  const operand = expression(cursor)
  cursor.expect('AS')
  const type = cursor.rules.type(cursor)
  close(cursor)
  return node<Cast>({ kind: 'cast', operand, type, safe, span: cursor.spanFrom(start) })
}

function parseExists(cursor: Cursor): Exists {
  const { start, end } = cursor.advance()
  const inside = parseParentheses(cursor)
  const span = cursor.spanFrom(start)
  if (inside.query === undefined) throw cursor.error('EXPECTED_SUBQUERY', 'EXISTS needs a subquery in its parentheses', { start, end })
  return node<Exists>({ kind: 'exists', query: inside.query, span })
}

function parseArrayLiteral(cursor: Cursor, start: number): Expression {
  cursor.advance()
  return parseListLiteral(cursor, start)
}

/** `ARRAY(query)`, and `ARRAY(1, 2)` as Spark writes a list. */
function parseArraySubquery(cursor: Cursor): Expression {
  const { start } = cursor.advance()
  const inside = parseParentheses(cursor)
  const span = cursor.spanFrom(start)
  if (inside.query !== undefined) return node<ArraySubquery>({ kind: 'array_subquery', query: inside.query, span })
  return node<List>({ kind: 'list', elements: inside.expressions, span })
}

function parseRow(cursor: Cursor): Row {
  const start = open(cursor)
  const elements: Expression[] = []
  if (!cursor.at(')')) {
    do elements.push(expression(cursor))
    while (cursor.accept(','))
  }
  close(cursor)
  return node<Row>({ kind: 'row', elements, span: cursor.spanFrom(start) })
}

/** `EXTRACT(year FROM x)`; a plain call when FROM is missing. */
function parseExtract(cursor: Cursor): Expression | undefined {
  const field = cursor.peek(2)
  if (cursor.peek(3).text !== 'FROM' || (field.kind !== 'word' && field.kind !== 'string' && field.kind !== 'quoted')) return undefined
  const { token } = cursor
  const start = open(cursor)
  cursor.advance()
  cursor.expect('FROM')
  const operand = expression(cursor)
  close(cursor)
  const value = field.kind === 'word' ? field.value.toLowerCase() : field.value
  const unit = node<Expression>({ kind: 'string', value, span: { start: field.start, end: field.end } })
  return makeCall(nameNode('date_part', token), [unit, operand], cursor.spanFrom(start))
}

function parsePosition(cursor: Cursor): Call {
  const { token } = cursor
  const start = open(cursor)
  const first = cursor.token.start
  if (cursor.at(')')) return finishPlain(cursor, token, start, undefined)
  // IN must not be taken for the predicate, so the first operand stops before it.
  const needle = cursor.rules.expression(cursor, Precedence.other)
  if (!cursor.accept('IN')) {
    return finishPlain(cursor, token, start, cursor.rules.continueExpression(cursor, needle, first, Precedence.lowest))
  }
  const haystack = expression(cursor)
  close(cursor)
  return makeCall(nameNode('strpos', token), [haystack, needle], cursor.spanFrom(start))
}

/** `SUBSTRING(x FROM a FOR b)`, `SUBSTRING(x FOR b)`, `SUBSTRING(x, a, b)`. */
function parseSubstring(cursor: Cursor): Call {
  const { token } = cursor
  const start = open(cursor)
  if (cursor.at(')')) return finishPlain(cursor, token, start, undefined)
  const operand = expression(cursor)
  if (!cursor.at('FROM') && !cursor.at('FOR')) return finishPlain(cursor, token, start, operand)
  let from = cursor.accept('FROM') ? expression(cursor) : undefined
  const length = cursor.accept('FOR') ? expression(cursor) : undefined
  if (from === undefined && cursor.accept('FROM')) from = expression(cursor)
  const first = from ?? node<Expression>({ kind: 'number', text: '1', span: operand.span })
  close(cursor)
  return makeCall(nameNode('substring', token), length === undefined ? [operand, first] : [operand, first, length], cursor.spanFrom(start))
}

const trimSides = { BOTH: 'trim', LEADING: 'ltrim', TRAILING: 'rtrim' } as const

/** `TRIM([BOTH | LEADING | TRAILING] [characters] FROM x)`, `TRIM(x, characters)`. */
function parseTrim(cursor: Cursor): Call {
  const { token } = cursor
  const start = open(cursor)
  if (cursor.at(')')) return finishPlain(cursor, token, start, undefined)
  // BOTH and its kin are names too: a side is one only where an operand or FROM follows.
  const isSide = ![',', ')', '.'].includes(cursor.peek().text)
  const side = isSide ? cursor.acceptOneOf(['BOTH', 'LEADING', 'TRAILING']) : undefined
  const first = cursor.at('FROM') ? undefined : expression(cursor)
  if (!cursor.accept('FROM')) {
    if (side === undefined) return finishPlain(cursor, token, start, first)
    const rest = cursor.accept(',') ? [expression(cursor)] : []
    close(cursor)
    return makeCall(nameNode(trimSides[side], token), [first!, ...rest], cursor.spanFrom(start))
  }
  const operand = expression(cursor)
  close(cursor)
  return makeCall(nameNode(trimSides[side ?? 'BOTH'], token), first === undefined ? [operand] : [operand, first], cursor.spanFrom(start))
}

function parseOverlay(cursor: Cursor): Call {
  const { token } = cursor
  const start = open(cursor)
  if (cursor.at(')')) return finishPlain(cursor, token, start, undefined)
  const operand = expression(cursor)
  if (!cursor.accept('PLACING')) return finishPlain(cursor, token, start, operand)
  const replacement = expression(cursor)
  cursor.expect('FROM')
  const from = expression(cursor)
  const length = cursor.accept('FOR') ? [expression(cursor)] : []
  close(cursor)
  return makeCall(nameNode('overlay', token), [operand, replacement, from, ...length], cursor.spanFrom(start))
}

/** The rest of a call that turned out to be a plain one, after its first argument. */
function finishPlain(
  cursor: Cursor,
  word: { start: number; end: number; value: string },
  start: number,
  first: Expression | undefined,
): Call {
  const name = nameNode(word.value, word)
  if (first === undefined) return finishCall(cursor, name, start, [], false)
  const args: Argument[] = [node<Argument>({ kind: 'argument', name: undefined, value: first, span: first.span })]
  if (cursor.accept(',')) args.push(...parseArgumentList(cursor, name))
  return finishCall(cursor, name, start, args, false)
}

/** Takes the word and the opening parenthesis; returns where the word began. */
function open(cursor: Cursor): number {
  const { start } = cursor.advance()
  cursor.expect('(')
  cursor.enter()
  return start
}

function close(cursor: Cursor): void {
  cursor.leave()
  cursor.expect(')')
}

function expression(cursor: Cursor): Expression {
  return cursor.rules.expression(cursor, Precedence.lowest)
}
