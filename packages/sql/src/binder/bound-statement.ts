/** Statements as bound: everything that the engine needs to carry one out, names of targets as written. */

import type { Span } from '@artemis/errors'
import type { DataType, LogicalPlan, Scalar, Schema, TableProvider } from '@artemis/plan'
import type * as ast from '../ast/index.js'

export interface BoundParameter {
  /** `1`, `2`, … for positions, lower case for names. */
  readonly name: string
  /** NULL where nothing gives a type. */
  readonly type: DataType
}

/** A query; also what SHOW and DESCRIBE become. Its result has the plan's columns, in order. */
export interface BoundQuery {
  readonly kind: 'query'
  readonly plan: LogicalPlan
  readonly parameters: readonly BoundParameter[]
}

export interface BoundExplain {
  readonly kind: 'explain'
  readonly statement: BoundQuery | BoundInsert | BoundCreateTable
  /** Run the statement and show what each operator did. */
  readonly analyze: boolean
  readonly verbose: boolean
  readonly format: 'text' | 'json'
}

/** The plan puts out exactly the table's columns, in its order and types. */
export interface BoundInsert {
  readonly kind: 'insert'
  /** The table's name as resolved, outermost first. */
  readonly table: readonly string[]
  readonly provider: TableProvider
  readonly plan: LogicalPlan
  readonly parameters: readonly BoundParameter[]
  readonly span: Span
}

/** A name as written, not yet resolved: it need not exist. Never empty. */
export interface TargetName {
  readonly parts: readonly string[]
  readonly span: Span
}

export interface BoundCreateTable {
  readonly kind: 'create_table'
  readonly name: TargetName
  readonly schema: Schema
  readonly orReplace: boolean
  readonly ifNotExists: boolean
  readonly temporary: boolean
  /** The rows of CREATE TABLE … AS, in the schema's order and types; null for an empty table. */
  readonly plan: LogicalPlan | null
  /** PRIMARY KEY and UNIQUE, by column name. Declared, not enforced; the columns of a primary key are NOT NULL. */
  readonly keys: readonly { readonly kind: 'primary key' | 'unique'; readonly columns: readonly string[] }[]
  readonly parameters: readonly BoundParameter[]
}

export interface BoundCreateView {
  readonly kind: 'create_view'
  readonly name: TargetName
  /** The text of the query, names as written. */
  readonly sql: string
  readonly schema: Schema
  readonly orReplace: boolean
  readonly ifNotExists: boolean
  readonly temporary: boolean
}

export interface BoundCreateSchema {
  readonly kind: 'create_schema'
  readonly name: TargetName
  readonly ifNotExists: boolean
}

export interface BoundDrop {
  readonly kind: 'drop'
  readonly object: 'table' | 'view' | 'schema'
  readonly names: readonly TargetName[]
  readonly ifExists: boolean
  /** Drop what depends on it as well. */
  readonly cascade: boolean
}

/** A value of SET: what was written, as text, and the value where it was an expression. */
export interface SettingValue {
  readonly text: string
  readonly type: DataType
  readonly value: Scalar
}

export interface BoundSet {
  readonly kind: 'set'
  /** Lower case, parts joined by dots: `artemis.memory_limit`. */
  readonly name: string
  readonly values: readonly SettingValue[]
  readonly scope: 'session' | 'global' | 'local' | null
  readonly span: Span
}

/** `name` null resets all. */
export interface BoundReset {
  readonly kind: 'reset'
  readonly name: string | null
  readonly span: Span
}

export interface BoundShowSetting {
  readonly kind: 'show_setting'
  readonly name: string
  readonly span: Span
}

/** `schema` null is the catalog's own default. Both exist. */
export interface BoundUse {
  readonly kind: 'use'
  readonly catalog: string
  readonly schema: string | null
}

/** The statement is bound again at each EXECUTE, with its values; `text` is what its spans refer to. */
export interface BoundPrepare {
  readonly kind: 'prepare'
  readonly name: string
  readonly statement: ast.Statement
  readonly text: string
  readonly parameters: readonly BoundParameter[]
}

export interface BoundExecute {
  readonly kind: 'execute'
  readonly name: string
  /** By the parameter's name: `1`, `2`, … for positions. */
  readonly values: ReadonlyMap<string, { readonly type: DataType; readonly value: Scalar }>
  readonly span: Span
}

/** `name` null deallocates all. */
export interface BoundDeallocate {
  readonly kind: 'deallocate'
  readonly name: string | null
  readonly span: Span
}

export interface BoundTransaction {
  readonly kind: 'transaction'
  readonly action: 'begin' | 'commit' | 'rollback'
  /** In lower case: `read only`. */
  readonly modes: readonly string[]
  readonly span: Span
}

export type BoundStatement =
  | BoundQuery
  | BoundExplain
  | BoundInsert
  | BoundCreateTable
  | BoundCreateView
  | BoundCreateSchema
  | BoundDrop
  | BoundSet
  | BoundReset
  | BoundShowSetting
  | BoundUse
  | BoundPrepare
  | BoundExecute
  | BoundDeallocate
  | BoundTransaction
