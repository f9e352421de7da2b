/**
 * Logical plans: immutable trees of relational operators over bound expressions. `columns` is what a node puts out;
 * every id in it is made by the node itself or passed on from an input, and no two nodes make the same id.
 */

import type { AggregateCall, Column, Expression, SortKey } from './expression.js'
import type { Span } from '@artemis/errors'
import type { FilterPushdown, MetadataAggregate, TableProvider } from './tables.js'

interface PlanBase {
  readonly columns: readonly Column[]
}

/** A filter at a scan and how the source takes it. Exact ones appear only here; the others also stay in a Filter above. */
export interface PushedFilter {
  readonly expression: Expression
  readonly pushdown: FilterPushdown
}

export interface ScanPlan extends PlanBase {
  readonly kind: 'scan'
  /** The name as resolved, outermost first: `['artemis', 'sda', 'observations']`. */
  readonly table: readonly string[]
  readonly provider: TableProvider
  /** For each output column, its index in the provider's schema. */
  readonly projection: readonly number[]
  /**
   * Filters offered to the source, over `allColumns`' ids (a filter may use a column that is not put out). Empty
   * before predicate pushdown.
   */
  readonly filters: readonly PushedFilter[]
  /** All columns of the provider under their ids, by index: the domain of `filters` and of projection pruning. */
  readonly allColumns: readonly Column[]
  /** Rows wanted at most, when a limit reached the scan; null for all. */
  readonly fetch: number | null
  readonly span?: Span | undefined
}

/** Literal rows. No rows at all is the empty relation; one row of no columns is SELECT without FROM. */
export interface ValuesPlan extends PlanBase {
  readonly kind: 'values'
  readonly rows: readonly (readonly Expression[])[]
}

export interface FilterPlan extends PlanBase {
  readonly kind: 'filter'
  readonly input: LogicalPlan
  readonly predicate: Expression
}

/** Computes one output column for each expression; a bare column reference to the same id passes a column on. */
export interface ProjectPlan extends PlanBase {
  readonly kind: 'project'
  readonly input: LogicalPlan
  readonly expressions: readonly Expression[]
}

/**
 * Groups and aggregates. `columns` is the group keys, then the aggregates. No keys and no grouping sets: one row, even
 * of no input. No aggregates: DISTINCT.
 */
export interface AggregatePlan extends PlanBase {
  readonly kind: 'aggregate'
  readonly input: LogicalPlan
  readonly groupBy: readonly Expression[]
  readonly aggregates: readonly AggregateCall[]
}

export type JoinType =
  | 'inner'
  | 'left'
  | 'right'
  | 'full'
  | 'semi' // left rows with a match
  | 'anti' // left rows without a match
  | 'mark' // every left row, and whether it has a match (NULL as IN defines it when `nullAware`)
  | 'single' // left rows with their one match or nulls; an error when there are two

export interface EquiCondition {
  readonly left: Expression
  readonly right: Expression
  /** NULL equals NULL: IS NOT DISTINCT FROM. */
  readonly nullEqualsNull: boolean
}

/**
 * `columns`: left then right (nullable as the type demands); left only for semi and anti; left and the mark column for
 * mark. No `on` and no residual is a cross join.
 */
export interface JoinPlan extends PlanBase {
  readonly kind: 'join'
  readonly joinType: JoinType
  readonly left: LogicalPlan
  readonly right: LogicalPlan
  readonly on: readonly EquiCondition[]
  /** Any further condition over both sides' columns. */
  readonly residual: Expression | null
  /** anti and mark as NOT IN and IN need them: a NULL on either side makes the answer NULL unless a match is found. */
  readonly nullAware: boolean
}

export interface SortPlan extends PlanBase {
  readonly kind: 'sort'
  readonly input: LogicalPlan
  readonly keys: readonly SortKey[]
  /** Only the first rows are wanted (top-N); null for all. */
  readonly fetch: number | null
}

/** `offset` and `fetch` are constant expressions of type int64 (folded to literals by the optimizer); null means none. */
export interface LimitPlan extends PlanBase {
  readonly kind: 'limit'
  readonly input: LogicalPlan
  readonly offset: Expression | null
  readonly fetch: Expression | null
}

/** UNION ALL: output column i is column `inputColumns[k][i]` of input k; types already agree. */
export interface UnionPlan extends PlanBase {
  readonly kind: 'union'
  readonly inputs: readonly LogicalPlan[]
  readonly inputColumns: readonly (readonly number[])[]
}

/** INTERSECT and EXCEPT, with or without ALL; output column i is made of column i of both inputs, whose types agree. */
export interface SetOperationPlan extends PlanBase {
  readonly kind: 'set_operation'
  readonly operation: 'intersect' | 'except'
  readonly all: boolean
  readonly left: LogicalPlan
  readonly right: LogicalPlan
}

/** Aggregates that the source may answer from its metadata; `fallback` computes the same columns when it cannot. */
export interface MetadataAggregatePlan extends PlanBase {
  readonly kind: 'metadata_aggregate'
  readonly scan: ScanPlan
  readonly aggregates: readonly MetadataAggregate[]
  readonly fallback: LogicalPlan
}

export type LogicalPlan =
  | ScanPlan
  | ValuesPlan
  | FilterPlan
  | ProjectPlan
  | AggregatePlan
  | JoinPlan
  | SortPlan
  | LimitPlan
  | UnionPlan
  | SetOperationPlan
  | MetadataAggregatePlan

/** Makes the ids of one query's columns, from `first` up. */
export class ColumnIds {
  #next: number

  constructor(first = 0) {
    this.#next = first
  }

  next(): number {
    return this.#next++
  }
}
