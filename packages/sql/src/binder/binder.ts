/**
 * The state of binding one statement, and the two recursive entry points. Modules call each other's recursion through
 * this object, so that expressions, subqueries and queries need not import one another in a circle.
 */

import type { Span } from '@artemis/errors'
import type { Column, DataType, Expression, LogicalPlan } from '@artemis/plan'
import { ColumnIds } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import type { AggregateCollector } from './aggregates.js'
import type { BindContext } from './context.js'
import { bindError } from './errors.js'
import type { References } from './references.js'
import type { Scope } from './scope.js'

/** What a query sees from outside: the common tables, and for a subquery the columns of the queries around it. */
export interface QueryEnvironment {
  readonly commonTables: CommonTables | null
  readonly outer: OuterScope | null
}

/** A chain of WITH entries, the innermost first. Each is bound anew where it is used, in the environment of its definition. */
export interface CommonTables {
  readonly table: ast.CommonTable
  readonly environment: QueryEnvironment
  /** The entry as its own definition sees it under RECURSIVE: a reference to it is a recursion. */
  readonly inside: boolean
  readonly next: CommonTables | null
}

export interface OuterScope {
  readonly scope: Scope
  readonly next: OuterScope | null
}

/** Finds the expression that an alias of the select list stands for; undefined when there is no such alias. */
export interface AliasLookup {
  /** Aliases win over columns, as in HAVING. */
  readonly first: boolean
  find(name: ast.Identifier, scope: ExpressionScope): Expression | undefined
  names(): Iterable<string>
}

/** Where an expression stands: which names and which aggregates it may use. */
export interface ExpressionScope {
  readonly environment: QueryEnvironment
  readonly relation: Scope
  /** For messages: `WHERE`, `the SELECT list`. */
  readonly clause: string
  /** Takes the aggregates of the expression; null where aggregates are not allowed. */
  readonly aggregates: AggregateCollector | null
  readonly aliases: AliasLookup | null
}

/** ORDER BY and LIMIT, which a SELECT must bind together with its list. */
export interface QueryTail {
  readonly orderBy: ast.OrderBy | undefined
  readonly limit: ast.Limit | undefined
  readonly offset: ast.Expression | undefined
}

type BindExpression = (binder: Binder, expression: ast.Expression, scope: ExpressionScope) => Expression
type BindQuery = (binder: Binder, query: ast.Query, environment: QueryEnvironment) => LogicalPlan
type BindTable = (binder: Binder, table: ast.TableReference, environment: QueryEnvironment) => BoundTable

/** A table reference as bound: its rows and the names that it brings into scope. */
export interface BoundTable {
  readonly plan: LogicalPlan
  readonly scope: Scope
}

export interface BinderParts {
  readonly context: BindContext
  readonly references: References
  readonly expression: BindExpression
  readonly query: BindQuery
  readonly table: BindTable
}

/**
 * The most that may nest, in units of about one expression. What comes after the binder recurses over plans as well, so
 * this stays well below what the stack holds.
 */
const DEPTH_LIMIT = 1500
/** The most uses of aliases and common tables that may be expanded: each use is a copy, and copies of copies explode. */
const EXPANSION_LIMIT = 10_000

export class Binder {
  readonly context: BindContext
  readonly references: References
  readonly ids = new ColumnIds()
  /** Types of the parameters met so far, in the order met; NULL while nothing is known. */
  readonly parameterTypes = new Map<string, DataType>()
  /** The common tables that something refers to. */
  readonly usedCommonTables = new Set<ast.CommonTable>()
  /** The text that the spans of what is being bound refer to: the statement's, or a view's. */
  text: string
  readonly #expression: BindExpression
  readonly #query: BindQuery
  readonly #table: BindTable
  #depth = 0
  #expansions = 0

  constructor(parts: BinderParts) {
    this.context = parts.context
    this.references = parts.references
    this.text = parts.context.text
    this.#expression = parts.expression
    this.#query = parts.query
    this.#table = parts.table
  }

  expression(expression: ast.Expression, scope: ExpressionScope): Expression {
    return this.nested(1, expression.span, () => this.#expression(this, expression, scope))
  }

  query(query: ast.Query, environment: QueryEnvironment): LogicalPlan {
    return this.nested(15, query.span, () => this.#query(this, query, environment))
  }

  table(table: ast.TableReference, environment: QueryEnvironment): BoundTable {
    return this.nested(4, table.span, () => this.#table(this, table, environment))
  }

  /** Runs a step that may recurse, and refuses what nests too deep for the stack. */
  nested<T>(weight: number, span: Span, step: () => T): T {
    if (this.#depth + weight > DEPTH_LIMIT) {
      throw bindError(
        'NESTING_TOO_DEEP',
        'the statement nests too deep',
        span,
        'Split it, or use a list such as IN (…) in place of a long chain.',
      )
    }
    this.#depth += weight
    try {
      return step()
    } finally {
      this.#depth -= weight
    }
  }

  /** Counts a use of an alias or a common table. */
  countExpansion(span: Span): void {
    this.#expansions++
    if (this.#expansions > EXPANSION_LIMIT) {
      throw bindError(
        'TOO_MANY_EXPANSIONS',
        `the statement uses names that stand for other expressions more than ${EXPANSION_LIMIT} times`,
        span,
      )
    }
  }

  column(name: string, type: DataType, nullable: boolean): Column {
    return { id: this.ids.next(), name, type, nullable }
  }
}
