import type { Span } from '@artemis/errors'
import type { Expression } from './expressions.js'
import type { Identifier, ObjectName } from './names.js'
import type { Query, SortKey } from './queries.js'
import type { Option } from './statements.js'
import type { TypeName } from './types.js'

/** The statements that define tables, views and schemas. */

export interface CreateTable {
  readonly kind: 'create_table'
  readonly name: ObjectName
  readonly orReplace: boolean
  readonly temporary: boolean
  readonly ifNotExists: boolean
  /** Empty with a query, unless names (without types) were given for its columns. */
  readonly columns: readonly ColumnDefinition[]
  readonly constraints: readonly TableConstraint[]
  /** `CREATE TABLE … AS query`; `withData` is false for WITH NO DATA. */
  readonly query: Query | undefined
  readonly withData: boolean
  /** `PARTITIONED BY (mission_id, day(observed_at), bucket(8, sensor))`: columns and calls of transforms. */
  readonly partitionedBy: readonly Expression[]
  /** `SORTED BY (observed_at DESC)`, `WRITE ORDERED BY …`. */
  readonly sortedBy: readonly SortKey[]
  /** `USING iceberg`. */
  readonly format: Identifier | undefined
  readonly location: string | undefined
  readonly comment: string | undefined
  /** `TBLPROPERTIES (…)`, `WITH (…)`. */
  readonly properties: readonly Option[]
  readonly span: Span
}

export interface ColumnDefinition {
  readonly kind: 'column_definition'
  readonly name: Identifier
  /** Undefined where only a name was given, as SQLite and CREATE TABLE … AS allow. */
  readonly type: TypeName | undefined
  readonly notNull: boolean
  readonly default: Expression | undefined
  readonly comment: string | undefined
  /** `PRIMARY KEY`, `UNIQUE`, `CHECK`, `REFERENCES`, `GENERATED`, `COLLATE` after the type. */
  readonly constraints: readonly TableConstraint[]
  readonly span: Span
}

/** A constraint of a table, or of the one column it stands at. */
export interface TableConstraint {
  readonly kind: 'constraint'
  readonly name: Identifier | undefined
  readonly type: 'primary key' | 'unique' | 'check' | 'foreign key' | 'generated' | 'collate'
  /** Of a table constraint; empty at a column. */
  readonly columns: readonly Identifier[]
  /** The condition of CHECK, the expression of GENERATED. */
  readonly expression: Expression | undefined
  /** The table and columns after REFERENCES; the collation of COLLATE. */
  readonly references: ObjectName | undefined
  readonly referencedColumns: readonly Identifier[]
  readonly span: Span
}

export interface CreateSchema {
  readonly kind: 'create_schema'
  readonly name: ObjectName
  readonly ifNotExists: boolean
  readonly location: string | undefined
  readonly comment: string | undefined
  readonly properties: readonly Option[]
  readonly span: Span
}

export interface CreateView {
  readonly kind: 'create_view'
  readonly name: ObjectName
  readonly orReplace: boolean
  readonly temporary: boolean
  readonly ifNotExists: boolean
  readonly materialized: boolean
  readonly recursive: boolean
  readonly columns: readonly Identifier[]
  readonly comment: string | undefined
  readonly query: Query
  readonly span: Span
}

export interface Drop {
  readonly kind: 'drop'
  readonly object: 'table' | 'view' | 'materialized view' | 'schema' | 'catalog'
  readonly names: readonly ObjectName[]
  readonly ifExists: boolean
  readonly behavior: 'cascade' | 'restrict' | undefined
  /** Spark's `DROP TABLE t PURGE`. */
  readonly purge: boolean
  readonly span: Span
}

export interface AlterTable {
  readonly kind: 'alter_table'
  readonly name: ObjectName
  readonly ifExists: boolean
  readonly actions: readonly AlterAction[]
  readonly span: Span
}

/** `ALTER VIEW v RENAME TO w`, `ALTER SCHEMA s SET PROPERTIES (…)`. */
export interface AlterOther {
  readonly kind: 'alter_other'
  readonly object: 'view' | 'schema'
  readonly name: ObjectName
  readonly ifExists: boolean
  readonly action: RenameTo | SetProperties | UnsetProperties
  readonly span: Span
}

export type AlterAction =
  | AddColumn
  | DropColumn
  | RenameColumn
  | AlterColumn
  | RenameTo
  | SetProperties
  | UnsetProperties
  | AddPartitionField
  | DropPartitionField
  | ReplacePartitionField
  | SetSortOrder
  | CreateReference
  | DropReference

export interface AddColumn {
  readonly kind: 'add_column'
  /** A path for a field of a struct: `ADD COLUMN point.z double`. `column.name` is its last part. */
  readonly path: ObjectName
  readonly column: ColumnDefinition
  readonly ifNotExists: boolean
  readonly position: ColumnPosition | undefined
  readonly span: Span
}

/** `FIRST`, `AFTER name`. */
export interface ColumnPosition {
  readonly kind: 'column_position'
  readonly after: Identifier | undefined
  readonly span: Span
}

export interface DropColumn {
  readonly kind: 'drop_column'
  readonly path: ObjectName
  readonly ifExists: boolean
  readonly behavior: 'cascade' | 'restrict' | undefined
  readonly span: Span
}

export interface RenameColumn {
  readonly kind: 'rename_column'
  readonly path: ObjectName
  readonly newName: Identifier
  readonly span: Span
}

/** One change of a column. What each change needs is in its own field, the others are undefined. */
export interface AlterColumn {
  readonly kind: 'alter_column'
  readonly path: ObjectName
  readonly change: 'set type' | 'set not null' | 'drop not null' | 'set default' | 'drop default' | 'comment' | 'move'
  readonly type: TypeName | undefined
  readonly default: Expression | undefined
  readonly comment: string | undefined
  readonly position: ColumnPosition | undefined
  readonly span: Span
}

export interface RenameTo {
  readonly kind: 'rename_to'
  readonly newName: ObjectName
  readonly span: Span
}

export interface SetProperties {
  readonly kind: 'set_properties'
  readonly properties: readonly Option[]
  readonly span: Span
}

export interface UnsetProperties {
  readonly kind: 'unset_properties'
  readonly names: readonly Identifier[]
  readonly ifExists: boolean
  readonly span: Span
}

/** `ADD PARTITION FIELD bucket(16, id) AS shard`. */
export interface AddPartitionField {
  readonly kind: 'add_partition_field'
  readonly transform: Expression
  readonly name: Identifier | undefined
  readonly span: Span
}

/** `DROP PARTITION FIELD day(observed_at)` or by the field's name. */
export interface DropPartitionField {
  readonly kind: 'drop_partition_field'
  readonly transform: Expression
  readonly span: Span
}

export interface ReplacePartitionField {
  readonly kind: 'replace_partition_field'
  readonly from: Expression
  readonly to: Expression
  readonly name: Identifier | undefined
  readonly span: Span
}

/** `WRITE ORDERED BY a, b DESC` (each a {@link SortKey} in `keys`), `WRITE UNORDERED` without keys. */
export interface SetSortOrder {
  readonly kind: 'set_sort_order'
  readonly keys: readonly SortKey[]
  readonly span: Span
}

/** `CREATE [OR REPLACE] TAG 'x' [AS OF VERSION n] [RETAIN n DAYS]`, likewise BRANCH. */
export interface CreateReference {
  readonly kind: 'create_reference'
  readonly reference: 'branch' | 'tag'
  readonly name: Identifier
  readonly orReplace: boolean
  /** REPLACE without CREATE: the reference must be there. */
  readonly replaceOnly: boolean
  readonly ifNotExists: boolean
  /** The snapshot id; undefined means the current one. */
  readonly snapshot: Expression | undefined
  readonly retain: RetainFor | undefined
  /** `WITH SNAPSHOT RETENTION 2 SNAPSHOTS 3 DAYS`. */
  readonly minSnapshotsToKeep: number | undefined
  readonly maxSnapshotAge: RetainFor | undefined
  readonly span: Span
}

export interface RetainFor {
  readonly kind: 'retain_for'
  readonly amount: number
  readonly unit: 'day' | 'hour' | 'minute'
  readonly span: Span
}

export interface DropReference {
  readonly kind: 'drop_reference'
  readonly reference: 'branch' | 'tag'
  readonly name: Identifier
  readonly ifExists: boolean
  readonly span: Span
}
