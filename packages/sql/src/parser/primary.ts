/** Operands: literals, names, parameters, prefix operators, and everything that begins with a word of its own. */
import type {
  BlobLiteral,
  BooleanLiteral,
  ColumnReference,
  Expression,
  Identifier,
  Not,
  NullLiteral,
  NumberLiteral,
  Parameter,
  StringLiteral,
  TypedLiteral,
  Unary,
  UnaryOperator,
} from '../ast/index.js'
import { parseCallArguments, makeCall, nameNode } from './call.js'
import { parseBraces, parseListLiteral } from './collection.js'
import type { Cursor } from './cursor.js'
import { parseInterval, startsInterval } from './interval.js'
import { isReserved, mayNameFunction } from './keywords.js'
import { parseAnyIdentifier, toIdentifier } from './name.js'
import { node } from './node.js'
import { parseParentheses, toExpression } from './parentheses.js'
import { Precedence } from './precedence.js'
import { parseSpecialForm } from './special-form.js'
import { acceptTypedLiteral } from './typed-literal.js'

export function parsePrimary(cursor: Cursor): Expression {
  const { token } = cursor
  const span = { start: token.start, end: token.end }
  switch (token.kind) {
    case 'number':
      cursor.advance()
      return node<NumberLiteral>({ kind: 'number', text: token.value, span })
    case 'string':
      cursor.advance()
      return node<StringLiteral>({ kind: 'string', value: token.value, span })
    case 'blob':
      cursor.advance()
      return node<BlobLiteral>({ kind: 'blob', hex: token.value, span })
    case 'parameter':
      return parseParameter(cursor)
    case 'word':
      return parseWord(cursor)
    case 'quoted':
      return parseName(cursor)
    case 'symbol':
      return parseSymbol(cursor)
    default:
      throw cursor.unexpected('an expression')
  }
}

function parseSymbol(cursor: Cursor): Expression {
  const { start, text } = cursor.token
  switch (text) {
    case '(':
      return toExpression(cursor, parseParentheses(cursor), start)
    case '[':
      return parseListLiteral(cursor, start)
    case '{':
      return parseBraces(cursor, start)
    case '-':
    case '+':
      return parseUnary(cursor, text, Precedence.postfix)
    case '~':
    case '@':
      // As every operator of Postgres without a line of its own, these bind more loosely than + and -.
      return parseUnary(cursor, text, Precedence.additive)
    case ':':
      return parseNamedParameter(cursor)
    default:
      throw cursor.unexpected('an expression')
  }
}

function parseUnary(cursor: Cursor, operator: UnaryOperator, minimum: number): Unary {
  const { start } = cursor.advance()
  const operand = cursor.nested(() => cursor.rules.expression(cursor, minimum))
  return node<Unary>({ kind: 'unary', operator, operand, span: cursor.spanFrom(start) })
}

/** `?` takes the next number, `?3` says its own; both count on from the highest so far, as in SQLite. */
function parseParameter(cursor: Cursor): Parameter {
  const { start, end, value } = cursor.advance()
  const span = { start, end }
  const isPositional = cursor.text[start] === '?'
  if (!isPositional && !/^\d/.test(value)) return node<Parameter>({ kind: 'parameter', style: 'named', index: 0, name: value, span })
  const index = value === '' ? cursor.positionalParameters + 1 : Number(value)
  if (index < 1 || index > 65_535) throw cursor.error('INVALID_PARAMETER', 'parameters are numbered from 1 to 65535', span)
  if (isPositional) cursor.positionalParameters = Math.max(cursor.positionalParameters, index)
  return node<Parameter>({ kind: 'parameter', style: isPositional ? 'positional' : 'numbered', index, name: '', span })
}

/** `:name`. The colon is a symbol of its own, for slices and structs have it too: it must touch the name. */
function parseNamedParameter(cursor: Cursor): Parameter {
  const colon = cursor.token
  const name = cursor.peek()
  if (name.kind !== 'word' || name.start !== colon.end) throw cursor.unexpected('an expression')
  cursor.advance()
  cursor.advance()
  return node<Parameter>({ kind: 'parameter', style: 'named', index: 0, name: name.value, span: { start: colon.start, end: name.end } })
}

function parseWord(cursor: Cursor): Expression {
  const { token } = cursor
  const span = { start: token.start, end: token.end }
  switch (token.text) {
    case 'NULL':
      cursor.advance()
      return node<NullLiteral>({ kind: 'null', span })
    case 'TRUE':
    case 'FALSE':
      cursor.advance()
      return node<BooleanLiteral>({ kind: 'boolean', value: token.text === 'TRUE', span })
    case 'NOT': {
      cursor.advance()
      const operand = cursor.nested(() => cursor.rules.expression(cursor, Precedence.is))
      return node<Not>({ kind: 'not', operand, span: cursor.spanFrom(token.start) })
    }
    case 'INTERVAL':
      if (startsInterval(cursor)) return parseInterval(cursor)
      break
    default:
  }
  const special = parseSpecialForm(cursor)
  if (special !== undefined) return special
  if (isReserved(token.text) && !(mayNameFunction(token.text) && cursor.peek().text === '(')) throw cursor.unexpected('an expression')
  if (wordsWithoutParentheses.has(token.text) && cursor.peek().text !== '(' && cursor.peek().text !== '.') {
    cursor.advance()
    return makeCall(nameNode(token.value.toLowerCase(), span), [], span)
  }
  return acceptTypedLiteral(cursor) ?? parseName(cursor)
}

/** The functions that the standard calls without parentheses. */
const wordsWithoutParentheses: ReadonlySet<string> = new Set([
  'CURRENT_CATALOG',
  'CURRENT_DATE',
  'CURRENT_ROLE',
  'CURRENT_SCHEMA',
  'CURRENT_TIME',
  'CURRENT_TIMESTAMP',
  'CURRENT_USER',
  'LOCALTIME',
  'LOCALTIMESTAMP',
  'SESSION_USER',
])

/** A column, or a call when a parenthesis follows; also `DECIMAL(10, 2) '1.5'`, which begins like a call. */
function parseName(cursor: Cursor): Expression {
  const { start } = cursor.token
  const parts: Identifier[] = [toIdentifier(cursor.advance())]
  while (cursor.at('.')) {
    cursor.advance()
    if (cursor.at('*')) {
      throw cursor.error(
        'STAR_NOT_ALLOWED',
        `"${parts.at(-1)!.name}.*" cannot stand here`,
        cursor.token,
        'It can be an item of SELECT or the argument of a call.',
      )
    }
    parts.push(parseAnyIdentifier(cursor, 'a name after the dot'))
  }
  const span = cursor.spanFrom(start)
  if (!cursor.at('(')) return node<ColumnReference>({ kind: 'column', parts, span })
  const call = parseCallArguments(cursor, node({ kind: 'object_name' as const, parts, span }), start)
  if (cursor.token.kind !== 'string' || parts.length !== 1) return call
  return literalFromCall(cursor, call, start)
}

function literalFromCall(cursor: Cursor, call: Expression, start: number): Expression {
  if (call.kind !== 'call' || call.over !== undefined || call.filter !== undefined || call.distinct) return call
  const modifiers = call.arguments.map((argument) => argument.value)
  if (modifiers.length === 0 || !modifiers.every((value): value is NumberLiteral => value.kind === 'number')) return call
  const type = node({
    kind: 'named_type' as const,
    name: call.name,
    modifiers: modifiers.map((value) =>
      node({ kind: 'type_modifier' as const, form: 'number' as const, text: value.text, span: value.span }),
    ),
    span: call.span,
  })
  const { value } = cursor.advance()
  return node<TypedLiteral>({ kind: 'typed_literal', type, value, span: cursor.spanFrom(start) })
}
