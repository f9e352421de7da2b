import type { Span } from '@artemis/errors'
import type { Expression } from './expressions.js'
import type { Identifier, ObjectName } from './names.js'
import type { Query, SelectItem, With } from './queries.js'
import type { TableAlias, TableReference } from './tables.js'

/** The statements that change rows. */

export interface Insert {
  readonly kind: 'insert'
  readonly with: With | undefined
  readonly table: ObjectName
  readonly alias: TableAlias | undefined
  /** Empty when none were named. */
  readonly columns: readonly Identifier[]
  /** `BY NAME`: columns are matched by name instead of by place. */
  readonly byName: boolean
  /** `INSERT OR REPLACE`, `INSERT OR IGNORE`; `REPLACE INTO` is `replace`. */
  readonly onConflict: 'replace' | 'ignore' | undefined
  /** `INSERT OVERWRITE`. */
  readonly overwrite: boolean
  /** VALUES or a query; undefined for DEFAULT VALUES. */
  readonly source: Query | undefined
  /** `ON CONFLICT …`. */
  readonly conflict: ConflictClause | undefined
  readonly returning: readonly SelectItem[]
  readonly span: Span
}

export interface ConflictClause {
  readonly kind: 'conflict'
  /** The columns after ON CONFLICT; may be empty. */
  readonly columns: readonly Expression[]
  /** Empty for DO NOTHING. */
  readonly assignments: readonly Assignment[]
  readonly where: Expression | undefined
  readonly span: Span
}

export interface Update {
  readonly kind: 'update'
  readonly with: With | undefined
  readonly table: ObjectName
  readonly alias: TableAlias | undefined
  readonly assignments: readonly Assignment[]
  readonly from: readonly TableReference[]
  readonly where: Expression | undefined
  readonly returning: readonly SelectItem[]
  readonly span: Span
}

/** `a = 1`, `t.a = 1`, `(a, b) = (1, 2)`, `(a, b) = (SELECT …)`. */
export interface Assignment {
  readonly kind: 'assignment'
  /** Several for the forms in parentheses; then `value` is a row or a subquery. */
  readonly targets: readonly ObjectName[]
  readonly value: Expression
  readonly span: Span
}

export interface Delete {
  readonly kind: 'delete'
  readonly with: With | undefined
  readonly table: ObjectName
  readonly alias: TableAlias | undefined
  readonly using: readonly TableReference[]
  readonly where: Expression | undefined
  readonly returning: readonly SelectItem[]
  readonly span: Span
}

export interface Truncate {
  readonly kind: 'truncate'
  readonly table: ObjectName
  readonly span: Span
}

export interface Merge {
  readonly kind: 'merge'
  readonly with: With | undefined
  readonly table: ObjectName
  readonly alias: TableAlias | undefined
  readonly source: TableReference
  readonly on: Expression
  /** In order: the first that applies to a row wins. */
  readonly clauses: readonly MergeClause[]
  readonly returning: readonly SelectItem[]
  readonly span: Span
}

/** `WHEN [NOT] MATCHED [BY SOURCE] [AND condition] THEN action`. */
export interface MergeClause {
  readonly kind: 'merge_clause'
  readonly match: 'matched' | 'not matched' | 'not matched by source'
  readonly condition: Expression | undefined
  readonly action: MergeAction
  readonly span: Span
}

export type MergeAction = MergeUpdate | MergeInsert | MergeDelete | MergeNothing

export interface MergeUpdate {
  readonly kind: 'merge_update'
  /** `UPDATE SET *` has all and no assignments. */
  readonly all: boolean
  readonly assignments: readonly Assignment[]
  readonly span: Span
}

export interface MergeInsert {
  readonly kind: 'merge_insert'
  /** `INSERT *` has all and neither columns nor values. */
  readonly all: boolean
  readonly columns: readonly Identifier[]
  readonly values: readonly Expression[]
  readonly span: Span
}

export interface MergeDelete {
  readonly kind: 'merge_delete'
  readonly span: Span
}

export interface MergeNothing {
  readonly kind: 'merge_nothing'
  readonly span: Span
}
