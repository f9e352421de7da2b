/**
 * Trees back to SQL text, in one canonical spelling. Parsing the text gives the same tree again, places aside: that is
 * what views are stored as, what EXPLAIN shows of an expression, and what the round-trip tests hold the parser to.
 */
import type { Expression, Query, Statement } from '../ast/index.js'
import { Precedence } from '../parser/precedence.js'
import type { Printers } from './context.js'
import { printExpression as printExpressionWith } from './expression.js'
import { printQuery as printQueryWith } from './query.js'
import { printStatementWith } from './statement.js'

const printers: Printers = {
  expression: (expression, minimum) => printExpressionWith(printers, expression, minimum),
  query: (query) => printQueryWith(printers, query),
  statement: (statement) => printStatementWith(printers, statement),
}

/** One statement, without a semicolon. */
export function printStatement(statement: Statement): string {
  return printers.statement(statement)
}

/** Statements on lines of their own, each with its semicolon. */
export function printStatements(statements: readonly Statement[]): string {
  return statements.map((statement) => `${printStatement(statement)};`).join('\n')
}

export function printQuery(query: Query): string {
  return printers.query(query)
}

export function printExpression(expression: Expression): string {
  return printers.expression(expression, Precedence.lowest)
}
