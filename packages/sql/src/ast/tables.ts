import type { Span } from '@artemis/errors'
import type { Argument, Expression } from './expressions.js'
import type { Identifier, ObjectName } from './names.js'
import type { Query, SelectItem } from './queries.js'

/** What may stand in FROM. */
export type TableReference = NamedTable | FileTable | DerivedTable | TableFunction | Join | Pivot | Unpivot

/** `t`, `artemis.sda.observations AS OF TIMESTAMP '…' AS o`. */
export interface NamedTable {
  readonly kind: 'named_table'
  readonly name: ObjectName
  readonly timeTravel: TimeTravel | undefined
  readonly alias: TableAlias | undefined
  readonly sample: TableSample | undefined
  readonly span: Span
}

/** `FROM 'file.parquet'`. */
export interface FileTable {
  readonly kind: 'file_table'
  readonly path: string
  readonly alias: TableAlias | undefined
  readonly sample: TableSample | undefined
  readonly span: Span
}

/** A subquery or VALUES in parentheses. */
export interface DerivedTable {
  readonly kind: 'derived_table'
  readonly query: Query
  readonly lateral: boolean
  readonly alias: TableAlias | undefined
  readonly sample: TableSample | undefined
  readonly span: Span
}

/** `read_parquet('x')`, `UNNEST(a) WITH ORDINALITY AS t(x, n)`, `TABLE(f(x))`. */
export interface TableFunction {
  readonly kind: 'table_function'
  readonly name: ObjectName
  readonly arguments: readonly Argument[]
  readonly lateral: boolean
  readonly ordinality: boolean
  readonly timeTravel: TimeTravel | undefined
  readonly alias: TableAlias | undefined
  readonly sample: TableSample | undefined
  readonly span: Span
}

/** `AS x (a, b)`. */
export interface TableAlias {
  readonly kind: 'table_alias'
  readonly name: Identifier
  readonly columns: readonly Identifier[]
  readonly span: Span
}

/** A join of two table references; a comma in FROM is no join but the next element of `Select.from`. */
export interface Join {
  readonly kind: 'join'
  readonly type: 'inner' | 'left' | 'right' | 'full' | 'cross' | 'semi' | 'anti' | 'positional'
  /** `ASOF JOIN`: the nearest match by the one inequality of the condition. */
  readonly asof: boolean
  readonly natural: boolean
  readonly left: TableReference
  readonly right: TableReference
  /** The ON condition. At most one of `on` and `using` is there. */
  readonly on: Expression | undefined
  readonly using: readonly Identifier[]
  /** Of `(a JOIN b …) AS x`. */
  readonly alias: TableAlias | undefined
  readonly span: Span
}

/**
 * Which state of a table to read. `version` comes from the spellings with VERSION, where a number is a snapshot id and a
 * string the name of a branch or a tag. The point is an expression without columns.
 */
export interface TimeTravel {
  readonly kind: 'time_travel'
  readonly by: 'timestamp' | 'snapshot' | 'version' | 'branch' | 'tag'
  readonly point: Expression
  readonly span: Span
}

/** `TABLESAMPLE reservoir(10%) REPEATABLE (42)`. */
export interface TableSample {
  readonly kind: 'sample'
  /** In lower case: `bernoulli`, `system`, `reservoir` or whatever was written. */
  readonly method: string | undefined
  readonly size: Expression
  readonly unit: 'percent' | 'rows'
  readonly seed: Expression | undefined
  readonly span: Span
}

/** `t PIVOT (sum(x) FOR year IN (2023, 2024) GROUP BY k)`, and DuckDB's statement `PIVOT t ON year USING sum(x)`. */
export interface Pivot {
  readonly kind: 'pivot'
  readonly input: TableReference
  /** Empty means: count rows, as DuckDB's statement without USING does. */
  readonly aggregates: readonly SelectItem[]
  readonly columns: readonly PivotColumn[]
  /** Undefined means all columns not otherwise named. */
  readonly groupBy: readonly Expression[] | undefined
  readonly alias: TableAlias | undefined
  readonly span: Span
}

export interface PivotColumn {
  readonly kind: 'pivot_column'
  /** One expression, or a {@link Row} for several columns at once. */
  readonly expression: Expression
  /** The values after IN, each with an optional alias; undefined means all that occur. */
  readonly values: readonly SelectItem[] | undefined
  /** `IN (SELECT …)`. */
  readonly query: Query | undefined
  readonly span: Span
}

/** `t UNPIVOT (value FOR name IN (a, b))`, and DuckDB's statement `UNPIVOT t ON a, b INTO NAME n VALUE v`. */
export interface Unpivot {
  readonly kind: 'unpivot'
  readonly input: TableReference
  readonly includeNulls: boolean
  /** The new columns that hold values; one called `value` when none was named. */
  readonly values: readonly Identifier[]
  /** The new column that holds names; `name` when none was named. */
  readonly name: Identifier
  /** The columns to turn: expressions, {@link Row}s for several at once, stars, each with an optional alias. */
  readonly columns: readonly SelectItem[]
  readonly alias: TableAlias | undefined
  readonly span: Span
}
