/** What the binder asks of its surroundings: catalogs, functions, parameters, and the value of a constant expression. */

import type { Span } from '@artemis/errors'
import type { CatalogEntry, DataType, EvaluationContext, Expression, FunctionRegistry, Scalar, TimeTravel } from '@artemis/plan'
import type * as ast from '../ast/index.js'

/** A table or view under the name that it has in its catalog, outermost part first. */
export interface ResolvedTable {
  readonly name: readonly string[]
  readonly entry: CatalogEntry
}

/** Lists names, for suggestions in errors and for SHOW and USE. */
export interface NameListing {
  catalogs(): Promise<readonly string[]>
  /** Empty when there is no such catalog. */
  schemas(catalog: string): Promise<readonly string[]>
  /** Tables and views; empty when there is no such schema. */
  tables(catalog: string, schema: string): Promise<readonly string[]>
}

export interface ParameterValue {
  readonly type: DataType
  readonly value: Scalar
}

/**
 * The parameters of the statement, by name: `1`, `2`, … for positions, lower case for `$name`. `values` become
 * literals. `unknown` ones stay parameters, whose types the binder infers where they are not given.
 */
export type StatementParameters =
  | { readonly kind: 'values'; readonly values: ReadonlyMap<string, ParameterValue> }
  | { readonly kind: 'unknown'; readonly types: ReadonlyMap<string, DataType> }

/** The settings that change what a statement means. */
export interface BinderSettings {
  /**
   * Where NULLs sort when a key does not say: `last` (DuckDB) or `first` in both directions, or as the lowest (`low`,
   * SQLite) or the highest (`high`, Postgres) of values.
   */
  readonly nullOrder: 'last' | 'first' | 'low' | 'high'
  /** `/` of two integers is an integer, as in Postgres and SQLite; otherwise it is DOUBLE, as in DuckDB. */
  readonly integerDivision: boolean
}

export interface BindContext {
  /** The text that the statement's spans refer to; result columns without an alias are named by it. */
  readonly text: string
  readonly functions: FunctionRegistry
  readonly defaultCatalog: string
  readonly defaultSchema: string
  readonly parameters: StatementParameters
  readonly settings: BinderSettings
  readonly evaluation: EvaluationContext
  readonly names: NameListing
  /**
   * The table or view of a name as written, resolved against the session's defaults, or undefined when there is none.
   * Called once for each name and point in time of a statement.
   */
  resolveTable(name: readonly string[], timeTravel: TimeTravel | null, span: Span): Promise<ResolvedTable | undefined>
  /** The value of an expression without columns, parameters and subqueries. */
  evaluate(expression: Expression): Scalar
  /** Called before a path in the statement becomes a file; throws where files may not be reached. */
  readonly requireFiles?: ((what: string, span: Span) => void) | undefined
  /** Parses one statement: the text of a view. */
  parse(sql: string): ast.Statement
}
