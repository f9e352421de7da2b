/** A statement that was parsed and checked, to be run any number of times. It holds no resource. */

import type { Field, Schema } from '@artemis/arrow'
import type { QueryResult } from '../result/query-result.js'
import type { AsOf } from './as-of.js'
import type { Parameters } from './parameters.js'

export interface PrepareOptions {
  /** Tables without a point in time of their own are read at this one. */
  readonly asOf?: AsOf | undefined
  /** Settings for this statement only, by the names that SQL uses. */
  readonly settings?: Readonly<Record<string, string>> | undefined
  readonly signal?: AbortSignal | undefined
  /**
   * Milliseconds within which the first execution of a query without parameters may run the plan that preparing made, so
   * that a server which plans and runs in two calls plans once. A statement that changes anything in a session of the
   * runtime ends it; what others commit to a table meanwhile is seen by later executions. Default 0: never.
   */
  readonly planLifetimeMs?: number | undefined
}

export interface ExecuteOptions {
  /** In the order of `parameters`, or by name. */
  readonly params?: Parameters | undefined
  /** Stops the query when it fires. */
  readonly signal?: AbortSignal | undefined
  /**
   * Whether the result has the columns that were announced, whatever the values are: they are cast where that is needed.
   * Otherwise they are what `sql()` with these values gives. Default true.
   */
  readonly keepSchema?: boolean | undefined
}

/** A query only reads, EXPLAIN and SHOW included. Everything else is an update: it changes something, if only the session. */
export type StatementKind = 'query' | 'update'

export interface PreparedStatementSource {
  readonly kind: StatementKind
  readonly schema: Schema
  readonly parameters: readonly Field[]
  execute(options: ExecuteOptions): Promise<QueryResult>
}

export class PreparedStatement {
  readonly kind: StatementKind
  /** The result's columns: none for a command without a result, `count` for INSERT and CREATE TABLE AS. */
  readonly schema: Schema
  /** Positions first, by number, then names in the order of the text; NULL where no place gives a type. */
  readonly parameters: readonly Field[]
  readonly #source: PreparedStatementSource

  constructor(source: PreparedStatementSource) {
    this.kind = source.kind
    this.schema = source.schema
    this.parameters = source.parameters
    this.#source = source
  }

  /**
   * Runs the statement as it stands now: its tables are looked up again, so that it sees what was written since. Throws a
   * ConfigError PARAMETER_COUNT or UNKNOWN_PARAMETER when the values are not those of the parameters.
   */
  execute(options: ExecuteOptions = {}): Promise<QueryResult> {
    return this.#source.execute(options)
  }
}
