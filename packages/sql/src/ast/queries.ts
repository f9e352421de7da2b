import type { Span } from '@artemis/errors'
import type { Expression, Row } from './expressions.js'
import type { Identifier } from './names.js'
import type { TableReference, TableSample } from './tables.js'
import type { Statement } from './statements.js'

/** A whole query: what WITH, ORDER BY, LIMIT and OFFSET belong to. A query is also a statement. */
export interface Query {
  readonly kind: 'query'
  readonly with: With | undefined
  readonly body: QueryBody
  readonly orderBy: OrderBy | undefined
  readonly limit: Limit | undefined
  readonly offset: Expression | undefined
  readonly span: Span
}

/** A nested {@link Query} is one in parentheses with clauses of its own: `(SELECT … LIMIT 1) UNION ALL …`. */
export type QueryBody = Select | SetOperation | Values | Query

export interface With {
  readonly kind: 'with'
  readonly recursive: boolean
  readonly tables: readonly CommonTable[]
  readonly span: Span
}

export interface CommonTable {
  readonly kind: 'common_table'
  readonly name: Identifier
  readonly columns: readonly Identifier[]
  /** `AS MATERIALIZED` is true, `AS NOT MATERIALIZED` false. */
  readonly materialized: boolean | undefined
  /** A query; Postgres also allows INSERT, UPDATE and DELETE with RETURNING. */
  readonly statement: Statement
  readonly span: Span
}

/**
 * One SELECT. `FROM t` alone selects `*`. The order is that of evaluation in SQL: from, where, groupBy, having, windows,
 * qualify, items, distinct.
 */
export interface Select {
  readonly kind: 'select'
  readonly distinct: Distinct | undefined
  readonly items: readonly SelectItem[]
  /** What commas separate; empty without FROM. */
  readonly from: readonly TableReference[]
  readonly where: Expression | undefined
  readonly groupBy: GroupBy | undefined
  readonly having: Expression | undefined
  readonly windows: readonly NamedWindow[]
  readonly qualify: Expression | undefined
  /** `USING SAMPLE`: of the rows after WHERE. */
  readonly sample: TableSample | undefined
  readonly span: Span
}

/** `DISTINCT` has an empty `on`. */
export interface Distinct {
  readonly kind: 'distinct'
  readonly on: readonly Expression[]
  readonly span: Span
}

export interface SelectItem {
  readonly kind: 'select_item'
  readonly expression: Expression
  readonly alias: Identifier | undefined
  readonly span: Span
}

/**
 * A chain of one operator: two inputs or more, meaning `((a op b) op c)`. A chain in which the operator, ALL or BY NAME
 * changes is nested at its left.
 */
export interface SetOperation {
  readonly kind: 'set_operation'
  readonly operator: 'union' | 'intersect' | 'except'
  readonly all: boolean
  readonly byName: boolean
  readonly inputs: readonly QueryBody[]
  readonly span: Span
}

/** `VALUES (1, 'a'), (2, 'b')`: every row has the same count, which the parser does not check. */
export interface Values {
  readonly kind: 'values'
  readonly rows: readonly Row[]
  readonly span: Span
}

export interface GroupBy {
  readonly kind: 'group_by'
  /** `GROUP BY ALL`: then there are no elements. */
  readonly all: boolean
  /** `GROUP BY DISTINCT …`: equal grouping sets once. */
  readonly distinct: boolean
  readonly elements: readonly GroupingElement[]
  readonly span: Span
}

export type GroupingElement = GroupingTuple | GroupingExpression | GroupingSets

/** One expression, or an ordinal. */
export interface GroupingExpression {
  readonly kind: 'grouping_expression'
  readonly expression: Expression
  readonly span: Span
}

/** `()` and, inside ROLLUP, CUBE and GROUPING SETS, `(a, b)`. */
export interface GroupingTuple {
  readonly kind: 'grouping_tuple'
  readonly expressions: readonly Expression[]
  readonly span: Span
}

/** `ROLLUP (a, (b, c))`, `CUBE (…)`, `GROUPING SETS ((a), (), ROLLUP (b))`. */
export interface GroupingSets {
  readonly kind: 'grouping_sets'
  readonly form: 'rollup' | 'cube' | 'sets'
  readonly elements: readonly GroupingElement[]
  readonly span: Span
}

export interface OrderBy {
  readonly kind: 'order_by'
  /** `ORDER BY ALL`: then there is one key, whose expression is a plain star. */
  readonly all: boolean
  readonly keys: readonly SortKey[]
  readonly span: Span
}

export interface SortKey {
  readonly kind: 'sort_key'
  readonly expression: Expression
  readonly direction: 'asc' | 'desc' | undefined
  readonly nulls: 'first' | 'last' | undefined
  readonly span: Span
}

/** `LIMIT n`, `LIMIT n PERCENT`, `FETCH FIRST n ROWS ONLY | WITH TIES`. `LIMIT ALL` is no limit at all. */
export interface Limit {
  readonly kind: 'limit'
  readonly count: Expression
  readonly percent: boolean
  readonly withTies: boolean
  readonly span: Span
}

/** `WINDOW w AS (…)`. */
export interface NamedWindow {
  readonly kind: 'named_window'
  readonly name: Identifier
  readonly window: WindowSpecification
  readonly span: Span
}

/** What stands after OVER. `OVER w` is a base and nothing else; `OVER (w ORDER BY x)` extends `w`. */
export interface WindowSpecification {
  readonly kind: 'window'
  /** A named window that this one is or extends. */
  readonly base: Identifier | undefined
  readonly partitionBy: readonly Expression[]
  readonly orderBy: OrderBy | undefined
  readonly frame: WindowFrame | undefined
  readonly span: Span
}

export interface WindowFrame {
  readonly kind: 'window_frame'
  readonly unit: 'rows' | 'range' | 'groups'
  readonly start: FrameBound
  /** `CURRENT ROW` when only a start was written. */
  readonly end: FrameBound
  readonly exclude: 'current row' | 'group' | 'ties' | 'no others' | undefined
  readonly span: Span
}

export interface FrameBound {
  readonly kind: 'frame_bound'
  readonly bound: 'unbounded preceding' | 'preceding' | 'current row' | 'following' | 'unbounded following'
  /** Of `n PRECEDING` and `n FOLLOWING`. */
  readonly offset: Expression | undefined
  readonly span: Span
}
