/** The parser's entry points: text in, syntax trees or one clear error out. */
import { SyntaxError } from '@artemis/errors'
import { depth } from '../ast/index.js'
import type { Expression, Statement } from '../ast/index.js'
import { Cursor, nestingError } from './cursor.js'
import type { Rules } from './cursor.js'
import { continueExpression, parseExpression as parseExpressionRule } from './expression.js'
import { clauseWords } from './keywords.js'
import { Precedence } from './precedence.js'
import { continueQuery, parseQuery } from './query.js'
import { parseStatement as parseStatementRule } from './statement.js'
import { tokenize } from './tokenizer.js'
import { parseType } from './type-name.js'

const rules: Rules = {
  expression: parseExpressionRule,
  continueExpression,
  query: parseQuery,
  continueQuery,
  type: parseType,
  statement: parseStatementRule,
}

/**
 * Nodes on a path from a statement down. What binds and plans the tree recurses along it, so this is what keeps a query
 * of a thousand pluses from being a stack overflow further on; AND and OR are flat and do not count.
 */
const MAX_DEPTH = 1000

/** Upper bounds for each level of nesting: nodes on a path, and chains of operators (one for each precedence). */
const NODES_PER_LEVEL = 16
const CHAINS_PER_LEVEL = 10

/** All statements of the text, which semicolons separate; empty ones are left out. Throws {@link SyntaxError}. */
export function parseStatements(text: string): Statement[] {
  const cursor = open(text)
  const statements: Statement[] = []
  while (skipSemicolons(cursor)) statements.push(parseOne(cursor))
  return statements
}

/** The one statement of the text; a semicolon may follow. Throws {@link SyntaxError}. */
export function parseStatement(text: string): Statement {
  const cursor = open(text)
  if (!skipSemicolons(cursor)) throw cursor.unexpected('a statement')
  const statement = parseOne(cursor)
  if (skipSemicolons(cursor)) throw cursor.unexpected('the end: only one statement can stand here')
  return statement
}

/** The one expression of the text, for filters and settings given as text. Throws {@link SyntaxError}. */
export function parseExpression(text: string): Expression {
  const cursor = open(text)
  const expression = guarded(cursor, () => parseExpressionRule(cursor, Precedence.lowest))
  if (!cursor.atEnd) throw cursor.unexpected('an operator or the end', clauseWords)
  checkDepth(cursor, expression)
  return expression
}

/** The first error of each statement, in order; empty when all is well. Nothing is thrown. */
export function checkSyntax(text: string): SyntaxError[] {
  const cursor = open(text)
  const errors: SyntaxError[] = []
  while (skipSemicolons(cursor)) {
    try {
      parseOne(cursor)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      errors.push(error)
      cursor.skipStatement()
    }
  }
  return errors
}

/**
 * Whether a shell may send the text: its last statement ends with a semicolon, and no string, comment, quoted name or
 * bracket is open. Text without any statement is complete.
 */
export function isComplete(text: string): boolean {
  let open = 0
  let ended = true
  for (const token of tokenize(text)) {
    if (token.kind === 'comment' || token.kind === 'end') continue
    if (token.kind === 'error' && token.text === 'UNTERMINATED') return false
    ended = token.text === ';' && open <= 0
    if (token.kind !== 'symbol') continue
    if (token.text === '(' || token.text === '[' || token.text === '{') open++
    else if (token.text === ')' || token.text === ']' || token.text === '}') open--
    else if (ended) open = 0
  }
  return ended
}

function open(text: string): Cursor {
  return new Cursor(text, tokenize(text), rules)
}

/** Moves past semicolons; false at the end of the text. */
function skipSemicolons(cursor: Cursor): boolean {
  while (cursor.accept(';'));
  return !cursor.atEnd
}

function parseOne(cursor: Cursor): Statement {
  const statement = guarded(cursor, () => parseStatementRule(cursor))
  if (!cursor.atEnd && !cursor.at(';')) throw cursor.unexpected('";" or the end of the statement', clauseWords)
  checkDepth(cursor, statement)
  return statement
}

/** The limits fit Node's default stack; a caller that has used up most of it gets the same error as for too much nesting. */
function guarded<T>(cursor: Cursor, parse: () => T): T {
  cursor.beginStatement()
  const { token } = cursor
  try {
    return parse()
  } catch (error) {
    if (error instanceof RangeError) throw nestingError(token)
    throw error
  }
}

/** Walks the tree only when the counts taken while parsing leave it possible that it is too deep. */
function checkDepth(cursor: Cursor, tree: Statement | Expression): void {
  const bound = (cursor.deepestNesting + 1) * (NODES_PER_LEVEL + CHAINS_PER_LEVEL * cursor.longestChain)
  if (bound <= MAX_DEPTH) return
  if (depth(tree) > MAX_DEPTH) throw nestingError(tree.span)
}
