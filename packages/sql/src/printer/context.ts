import type { Expression, Query, Statement } from '../ast/index.js'

/** The printers that need each other across files: an expression holds queries, a query expressions. */
export interface Printers {
  /** An expression, in parentheses when it binds more loosely than `minimum`. */
  readonly expression: (expression: Expression, minimum: number) => string
  readonly query: (query: Query) => string
  readonly statement: (statement: Statement) => string
}
