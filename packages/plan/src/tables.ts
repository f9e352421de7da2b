/**
 * The ports of tables and catalogs. Everything that the engine reads comes through these: its own Iceberg and Parquet
 * sources, in-memory tables, and whatever a user registers.
 */

import type { Batch, Scalar, Schema } from '@artemis/arrow'
import type { EvaluationContext } from './functions.js'
import type { Expression, SortKey } from './expression.js'

/**
 * How a source treats a filter that is pushed to it.
 * - `Exact`: it returns exactly the rows for which the filter is true; the filter leaves the plan.
 * - `Inexact`: it may use it to skip data, but may return more; the filter stays above the scan.
 * - `Unsupported`: it does nothing with it.
 */
export type FilterPushdown = 'Exact' | 'Inexact' | 'Unsupported'

/** A number that is exact, or an estimate. */
export interface Estimate<T> {
  readonly value: T
  readonly exact: boolean
}

export interface ColumnStatistics {
  readonly nullCount?: Estimate<number>
  readonly min?: Estimate<Scalar>
  readonly max?: Estimate<Scalar>
  readonly distinctCount?: Estimate<number>
}

export interface TableStatistics {
  readonly rowCount?: Estimate<number>
  readonly byteSize?: Estimate<number>
  /** By the index of the column in the provider's schema. */
  readonly columns?: ReadonlyMap<number, ColumnStatistics>
}

/** The one snapshot that a query reads of a table: fixed at planning, written to the log and to EXPLAIN. */
export interface PinnedSnapshot {
  readonly snapshotId: bigint
  /** Milliseconds since the epoch. */
  readonly timestampMs: number
  readonly schemaId: number
}

export interface ScanRequest {
  /** Indices into the provider's schema, in the order wanted; may be empty (only row counts matter). */
  readonly projection: readonly number[]
  /** The filters that were classified Exact or Inexact. In them a column's `id` is its index in the provider's schema. */
  readonly filters: readonly Expression[]
  /** Stop after this many rows when all filters are exact; null for all. */
  readonly limit: number | null
  readonly context: EvaluationContext
}

/** What a scan tells EXPLAIN, in the order to show: `files: 53 total -> 1 matched`. */
export interface ScanDescription {
  readonly counters: readonly { readonly name: string; readonly total: number; readonly kept: number }[]
  readonly notes: readonly { readonly name: string; readonly value: string }[]
}

/** A prepared scan. Nothing is read before `execute` is first pulled or `describe` is called. */
export interface TableScan {
  /** The schema of the batches: the projection of the provider's. */
  readonly schema: Schema
  /** Sort order of the rows, over indices of the projection as ids; empty when there is none. */
  readonly ordering: readonly SortKey[]
  /** Reads. Stops within a batch of `context.signal`, and frees all it holds when the consumer stops. */
  execute(context: ScanContext): AsyncIterable<Batch>
  /** Plans as far as EXPLAIN needs it (which files and row groups), without reading data. */
  describe?(): Promise<ScanDescription>
}

/** The run state that a scan is given. */
export interface ScanContext {
  readonly signal: AbortSignal
  /** Rows a batch should have at most. */
  readonly batchSize: number
  readonly memory: MemoryReservation
  readonly metrics: MetricsRecorder
  readonly evaluation: EvaluationContext
  /** How many files may be open or in flight at once. */
  readonly fileConcurrency: number
  /**
   * Whether the consumer looks at a batch, and at all that it made of it, only until it asks for the next one: the memory of
   * its columns may then be used again. False when it is not said.
   */
  readonly transientBatches?: boolean
}

/** Bytes held by one consumer. See `execution`'s MemoryPool. */
export interface MemoryReservation {
  readonly size: number
  /** Reserves more, or returns false and changes nothing. */
  tryGrow(bytes: number): boolean
  /** Reserves more, or throws a ResourceError that names the consumers. */
  grow(bytes: number): void
  shrink(bytes: number): void
  free(): void
}

/** Where an operator counts what it did. Names are DataFusion's: `output_rows`, `bytes_scanned`, `row_groups_pruned`, … */
export interface MetricsRecorder {
  add(name: string, amount: number): void
  /** Keeps the greatest value seen. */
  max(name: string, value: number): void
  get(name: string): number
}

/** An aggregate that a provider may answer from metadata alone. */
export interface MetadataAggregate {
  readonly function: 'count' | 'min' | 'max'
  /** Index in the provider's schema; null for count(*). */
  readonly column: number | null
}

export interface TableProvider {
  readonly schema: Schema
  readonly snapshot?: PinnedSnapshot | undefined
  /** What is known without reading anything; may be empty. */
  statistics(): TableStatistics
  /** One class for each filter. In them a column's `id` is its index in this provider's schema. */
  supportsFiltersPushdown(filters: readonly Expression[]): FilterPushdown[]
  scan(request: ScanRequest): TableScan
  /** The values where all can be told exactly from metadata under these (Exact) filters, else undefined. */
  aggregateFromMetadata?(aggregates: readonly MetadataAggregate[], filters: readonly Expression[]): Promise<readonly Scalar[] | undefined>
  /** Appends rows whose schema equals the provider's; returns how many. Absent for read-only tables. */
  insert?(batches: AsyncIterable<Batch>, signal: AbortSignal): Promise<number>
}

/** Where in its history a table is read. */
export type TimeTravel =
  | { readonly kind: 'timestamp'; readonly microseconds: bigint }
  | { readonly kind: 'snapshot'; readonly snapshotId: bigint }
  | { readonly kind: 'branch'; readonly name: string }
  | { readonly kind: 'tag'; readonly name: string }
  /** A snapshot id or a reference's name, as `VERSION AS OF` takes either. */
  | { readonly kind: 'version'; readonly version: bigint | string }

/** What a name in FROM stands for. */
export type CatalogEntry =
  | { readonly kind: 'table'; readonly table: TableProvider }
  | { readonly kind: 'view'; readonly sql: string; readonly schema?: Schema | undefined }

export interface SchemaProvider {
  readonly name: string
  /** Tables and views, by name, sorted. */
  listTables(): Promise<readonly { readonly name: string; readonly type: 'BASE TABLE' | 'VIEW' | 'SYSTEM' }[]>
  /**
   * The entry of this name, or undefined. `path` holds further name parts, such as `['snapshots']` for a metadata
   * table. Throws a CatalogError when the point in time does not exist.
   */
  table(
    name: string,
    options: { readonly path: readonly string[]; readonly timeTravel: TimeTravel | null },
  ): Promise<CatalogEntry | undefined>
  createTable?(
    name: string,
    schema: Schema,
    options: { readonly orReplace: boolean; readonly ifNotExists: boolean },
  ): Promise<TableProvider>
  /**
   * Makes a table of rows: all of it, or nothing when the rows cannot be read to their end. Returns how many they were;
   * 0 when the table is there and `ifNotExists` says to leave it.
   */
  createTableAs?(
    name: string,
    schema: Schema,
    batches: AsyncIterable<Batch>,
    options: { readonly orReplace: boolean; readonly ifNotExists: boolean; readonly signal: AbortSignal },
  ): Promise<number>
  createView?(name: string, sql: string, options: { readonly orReplace: boolean; readonly ifNotExists: boolean }): Promise<void>
  /** Returns false when there was none. */
  dropTable?(name: string): Promise<boolean>
  dropView?(name: string): Promise<boolean>
}

export interface CatalogProvider {
  listSchemas(): Promise<readonly string[]>
  schema(name: string): Promise<SchemaProvider | undefined>
  createSchema?(name: string): Promise<void>
  dropSchema?(name: string): Promise<boolean>
}
