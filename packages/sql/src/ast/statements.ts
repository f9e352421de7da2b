import type { Span } from '@artemis/errors'
import type { AlterTable, AlterOther, CreateSchema, CreateTable, CreateView, Drop } from './definitions.js'
import type { Delete, Insert, Merge, Truncate, Update } from './changes.js'
import type { Argument, Expression } from './expressions.js'
import type { Identifier, ObjectName } from './names.js'
import type { Query } from './queries.js'
import type { TypeName } from './types.js'

export type Statement =
  | Query
  | Insert
  | Update
  | Delete
  | Merge
  | Truncate
  | CreateTable
  | CreateSchema
  | CreateView
  | Drop
  | AlterTable
  | AlterOther
  | Explain
  | Describe
  | Summarize
  | Show
  | SetVariable
  | ResetVariable
  | Use
  | Prepare
  | Execute
  | Deallocate
  | Transaction
  | Copy
  | CallProcedure
  | Analyze
  | Vacuum
  | UnsupportedStatement

/** `key = value` or `key value` in the parentheses of EXPLAIN, COPY, WITH and the like. */
export interface Option {
  readonly kind: 'option'
  /** As written; a quoted name such as `'write.format.default'` is quoted. */
  readonly name: Identifier
  /** Undefined when only the name was written, as in `EXPLAIN (VERBOSE)`. A bare word is a {@link ColumnReference}. */
  readonly value: Expression | undefined
  readonly span: Span
}

/** `EXPLAIN [ANALYZE] [VERBOSE] [(FORMAT json)] statement`. */
export interface Explain {
  readonly kind: 'explain'
  readonly analyze: boolean
  readonly options: readonly Option[]
  readonly statement: Statement
  readonly span: Span
}

/** `DESCRIBE t`, `DESC t`, `DESCRIBE SELECT …`: exactly one of `name` and `statement`. */
export interface Describe {
  readonly kind: 'describe'
  /** What the word after DESCRIBE said. Bare `DESCRIBE t` is a table. */
  readonly object: 'table' | 'schema' | 'catalog' | 'function'
  readonly extended: boolean
  readonly name: ObjectName | undefined
  readonly statement: Statement | undefined
  readonly span: Span
}

/** `SUMMARIZE t`, `SUMMARIZE SELECT …`: exactly one of `name` and `statement`. */
export interface Summarize {
  readonly kind: 'summarize'
  readonly name: ObjectName | undefined
  readonly statement: Statement | undefined
  readonly span: Span
}

/**
 * `SHOW TABLES [IN schema] [LIKE 'pattern']`, `SHOW ALL`, `SHOW artemis.memory_limit`. A setting of one word that is
 * also a thing to show (`SHOW TABLES`) is the thing.
 */
export interface Show {
  readonly kind: 'show'
  readonly object:
    | 'tables'
    | 'views'
    | 'schemas'
    | 'catalogs'
    | 'columns'
    | 'functions'
    | 'settings' // SHOW ALL, SHOW SETTINGS
    | 'setting' // SHOW name
    | 'partitions'
    | 'snapshots'
    | 'branches'
    | 'tags'
    | 'create table'
    | 'create view'
    | 'properties' // SHOW TBLPROPERTIES t
  /** SHOW ALL TABLES, SHOW EXTENDED TABLES, SHOW FULL TABLES. */
  readonly full: boolean
  /** The name after IN or FROM, of SHOW COLUMNS, of SHOW CREATE TABLE, or the setting. */
  readonly name: ObjectName | undefined
  /** LIKE or ILIKE. */
  readonly pattern: ShowPattern | undefined
  readonly span: Span
}

export interface ShowPattern {
  readonly kind: 'show_pattern'
  readonly operator: 'like' | 'ilike'
  readonly pattern: string
  readonly span: Span
}

/** `SET [SESSION | GLOBAL | LOCAL] artemis.memory_limit = '1GB'`; TO is `=`. `SET VARIABLE x = 1` has scope `variable`. */
export interface SetVariable {
  readonly kind: 'set'
  readonly scope: 'session' | 'global' | 'local' | 'variable' | undefined
  readonly name: ObjectName
  /** One value or more (`SET search_path = a, b`); a bare word is a {@link ColumnReference}, DEFAULT a default node. */
  readonly values: readonly Expression[]
  readonly span: Span
}

/** `RESET name`, `RESET ALL` without a name. */
export interface ResetVariable {
  readonly kind: 'reset'
  readonly scope: 'session' | 'global' | 'local' | 'variable' | undefined
  readonly name: ObjectName | undefined
  readonly span: Span
}

/** `USE catalog`, `USE catalog.schema`, `USE SCHEMA schema`. */
export interface Use {
  readonly kind: 'use'
  readonly name: ObjectName
  readonly span: Span
}

/** `PREPARE p [(types)] AS statement`, Trino's `PREPARE p FROM statement`. */
export interface Prepare {
  readonly kind: 'prepare'
  readonly name: Identifier
  readonly types: readonly TypeName[]
  readonly statement: Statement
  readonly span: Span
}

/** `EXECUTE p (1, 'a')`, `EXECUTE p (name := 1)`, `EXECUTE p USING 1, 'a'`. */
export interface Execute {
  readonly kind: 'execute'
  readonly name: Identifier
  readonly arguments: readonly Argument[]
  readonly span: Span
}

/** `DEALLOCATE p`, `DEALLOCATE ALL` without a name. */
export interface Deallocate {
  readonly kind: 'deallocate'
  readonly name: Identifier | undefined
  readonly span: Span
}

export interface Transaction {
  readonly kind: 'transaction'
  readonly action: 'begin' | 'commit' | 'rollback'
  /** The words after BEGIN or START TRANSACTION, in lower case: `read only`, `isolation level serializable`. */
  readonly modes: readonly string[]
  readonly span: Span
}

/** `COPY t TO 'file' (FORMAT parquet)`, `COPY (SELECT …) TO …`, `COPY t (a, b) FROM 'file'`. */
export interface Copy {
  readonly kind: 'copy'
  readonly direction: 'to' | 'from'
  /** Exactly one of `table` and `statement`. */
  readonly table: ObjectName | undefined
  readonly columns: readonly Identifier[]
  readonly statement: Statement | undefined
  /** A string, a parameter, or the column reference `stdin` or `stdout`. */
  readonly location: Expression
  readonly options: readonly Option[]
  readonly span: Span
}

/** `CALL artemis.system.expire_snapshots(table => 'sda.observations')`. */
export interface CallProcedure {
  readonly kind: 'call_procedure'
  readonly name: ObjectName
  readonly arguments: readonly Argument[]
  readonly span: Span
}

/** `ANALYZE`, `ANALYZE t (a, b)`. */
export interface Analyze {
  readonly kind: 'analyze'
  readonly table: ObjectName | undefined
  readonly columns: readonly Identifier[]
  readonly span: Span
}

/** `VACUUM`, `VACUUM ANALYZE t`. */
export interface Vacuum {
  readonly kind: 'vacuum'
  readonly analyze: boolean
  readonly table: ObjectName | undefined
  readonly span: Span
}

/** A statement that SQL has and the engine has not: the binder refuses it by its name. Its text is not parsed further. */
export interface UnsupportedStatement {
  readonly kind: 'unsupported_statement'
  /** Such as `CREATE INDEX`, in upper case. */
  readonly name: string
  /** The whole text of the statement. */
  readonly text: string
  readonly span: Span
}
