/**
 * What Flight SQL needs of a query engine. The protocol keeps sessions, handles and tickets; a backend prepares and runs
 * statements and lists what there is. It knows no message of the protocol, and the protocol knows no engine.
 *
 * Contract: everything is lazy and cancelled by its signal; errors are ArtemisErrors; a result's batches are pulled one at
 * a time and freed when the loop ends, however it ends.
 */

import type { Batch, Schema } from '@artemis/arrow'
import type { Principal } from '../principal.js'

export interface Backend {
  /** The answers to GetSqlInfo: what the engine supports, by number (the enum `SqlInfo`). */
  readonly sqlInfo: ReadonlyMap<number, SqlInfoValue>
  /** The rows of GetXdbcTypeInfo. */
  readonly xdbcTypes: readonly XdbcTypeInfo[]
  /** A session of its own for a principal. Cheap: made at a connection's first call. */
  openSession(principal: Principal): BackendSession | Promise<BackendSession>
  /** Opaque to the protocol: what ListFlights lists. Each has a name and a query that reads it. */
  listDatasets?(principal: Principal): AsyncIterable<Dataset>
}

export interface Dataset {
  readonly path: readonly string[]
  readonly schema: Schema
  /** The SQL that a ticket for it runs. */
  readonly sql: string
  /** -1 when unknown. */
  readonly rows: number
}

export type SqlInfoValue =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'bigint'; readonly value: bigint }
  | { readonly kind: 'int32_bitmask'; readonly value: number }
  | { readonly kind: 'string_list'; readonly value: readonly string[] }
  | { readonly kind: 'int32_to_int32_list_map'; readonly value: ReadonlyMap<number, readonly number[]> }

/** A row of GetXdbcTypeInfo; null where it does not apply. Numbers are those of XDBC (ODBC) as FlightSql.proto gives them. */
export interface XdbcTypeInfo {
  readonly typeName: string
  readonly dataType: number
  readonly columnSize: number | null
  readonly literalPrefix: string | null
  readonly literalSuffix: string | null
  readonly createParams: readonly string[] | null
  readonly nullable: number
  readonly caseSensitive: boolean
  readonly searchable: number
  readonly unsignedAttribute: boolean | null
  readonly fixedPrecScale: boolean
  readonly autoIncrement: boolean | null
  readonly localTypeName: string | null
  readonly minimumScale: number | null
  readonly maximumScale: number | null
  readonly sqlDataType: number
  readonly datetimeSubcode: number | null
  readonly numPrecRadix: number | null
  readonly intervalPrecision: number | null
}

/** Per-call options of a statement: the JSON ticket's. */
export interface StatementOptions {
  /** Settings that hold for this statement only, by the names that SET uses; `catalog` and `schema` say where unqualified names are looked up. */
  readonly settings?: Readonly<Record<string, string>> | undefined
  /** Tables without a time of their own are read at this instant (ISO 8601) or snapshot. */
  readonly asOf?: { readonly timestamp: string } | { readonly snapshot: string } | undefined
  readonly transactionId?: Uint8Array | undefined
}

/** One row of parameters by position, or by name. */
export type ParameterRow = { readonly kind: 'row'; readonly batch: Batch; readonly row: number } | { readonly kind: 'json'; readonly values: JsonParameters }
export type JsonParameters = readonly unknown[] | Readonly<Record<string, unknown>>

export interface BackendSession {
  /** Parses and plans, and runs nothing. A statement lives as long as it is needed; preparing keeps no resource. */
  prepare(sql: string, options: StatementOptions, signal: AbortSignal): Promise<BackendStatement>
  /** Substrait plans; a backend without this method has none. */
  prepareSubstrait?(plan: Uint8Array, version: string, options: StatementOptions, signal: AbortSignal): Promise<BackendStatement>
  /** Writes all batches to a table. Returns the rows written. */
  ingest?(request: IngestRequest, batches: AsyncIterable<Batch>, signal: AbortSignal): Promise<number>

  catalogs(): Promise<readonly string[]>
  /** Patterns are LIKE patterns with % and _, and no escape; undefined matches all. A catalog of '' is those without one. */
  dbSchemas(filter: DbSchemaFilter): Promise<readonly DbSchemaEntry[]>
  tables(filter: TableFilter): Promise<readonly TableEntry[]>
  readonly tableTypes: readonly string[]

  /** Settings of the session by name: `catalog`, `schema`, `timezone` and everything under `artemis.`. */
  options(): Promise<Readonly<Record<string, SessionOption>>>
  /** Null resets the option. Throws a ConfigError of code UNKNOWN_SETTING or INVALID_SETTING. */
  setOption(name: string, value: SessionOption | null): Promise<void>

  /**
   * A transaction id that this session did not give is refused with an error. Without this property the protocol refuses
   * every statement that names a transaction.
   */
  readonly transactions?: TransactionControl
  /** Cancels what runs. */
  close(): Promise<void>
}

export type SessionOption = string | boolean | bigint | number | readonly string[]

export interface DbSchemaFilter {
  readonly catalog?: string | undefined
  readonly dbSchemaPattern?: string | undefined
}

export interface DbSchemaEntry {
  readonly catalog: string | null
  readonly dbSchema: string
}

export interface TableFilter extends DbSchemaFilter {
  readonly tablePattern?: string | undefined
  /** Empty for all. */
  readonly tableTypes: readonly string[]
  readonly includeSchema: boolean
}

export interface TableEntry extends DbSchemaEntry {
  readonly table: string
  readonly tableType: string
  /** When asked for: with Flight SQL's column metadata (`ARROW:FLIGHT:SQL:TYPE_NAME` and so on) on its fields. */
  readonly schema: Schema | undefined
}

export interface BackendStatement {
  /** A query only reads: planning it twice or running it twice does no harm. Everything else is an update, which runs exactly once for each request. */
  readonly kind: 'query' | 'update'
  /** The columns of the result; none for an update without rows. */
  readonly schema: Schema
  /** One field for each parameter, in order of position; type null where it is not known. */
  readonly parameters: Schema
  /**
   * An update is done when this resolves. A query is planned: it runs when its batches are pulled, and a result whose
   * batches nobody pulls holds nothing and needs no closing. Its columns are those of `schema`, unless values decide them:
   * those of parameters whose type is null, and JSON values.
   */
  execute(parameters: ParameterRow | undefined, signal: AbortSignal): Promise<BackendResult>
}

export interface BackendResult {
  readonly queryId: string
  readonly schema: Schema
  /** Rows that an update changed; -1 when unknown, and for queries. */
  readonly updatedRows: number
  /** Can be read once. */
  batches(): AsyncIterable<Batch>
}

export interface IngestRequest {
  readonly catalog: string | undefined
  readonly dbSchema: string | undefined
  readonly table: string
  readonly temporary: boolean
  readonly ifNotExists: 'create' | 'fail'
  readonly ifExists: 'fail' | 'append' | 'replace'
  readonly transactionId: Uint8Array | undefined
  readonly options: Readonly<Record<string, string>>
  readonly schema: Schema
}

export interface TransactionControl {
  begin(): Promise<Uint8Array>
  end(transactionId: Uint8Array, action: 'commit' | 'rollback'): Promise<void>
  beginSavepoint?(transactionId: Uint8Array, name: string): Promise<Uint8Array>
  endSavepoint?(savepointId: Uint8Array, action: 'release' | 'rollback'): Promise<void>
}
