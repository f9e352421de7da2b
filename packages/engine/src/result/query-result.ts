/** What a query gives: a stream of record batches that starts when it is first pulled and can be read once. */

import * as apache from 'apache-arrow'
import type { Batch, Schema } from '@artemis/arrow'
import { encodeStream } from '@artemis/arrow'
import { toArrowSchema, toRecordBatch } from '@artemis/arrow/apache'
import { ConfigError } from '@artemis/errors'
import type { QueryMetricsReport } from './metrics-report.js'
import type { Row } from './rows.js'
import { batchToRows } from './rows.js'

/** Rows of a query, the lines of an EXPLAIN, or what a command such as SET or INSERT gives. */
export type ResultKind = 'rows' | 'plan' | 'command'

export interface QueryResultSource {
  readonly kind: ResultKind
  readonly queryId: string
  readonly schema: Schema
  readonly timeZone: string
  readonly count?: number | undefined
  batches(): AsyncIterable<Batch>
  cancel(reason?: unknown): void
  metrics(): QueryMetricsReport
}

export class QueryResult implements AsyncIterable<apache.RecordBatch> {
  readonly kind: ResultKind
  readonly queryId: string
  /** The result's columns in the engine's own terms. */
  readonly fields: Schema['fields']
  /** Rows that INSERT or CREATE TABLE … AS wrote; undefined for everything else. */
  readonly count: number | undefined
  readonly #source: QueryResultSource
  #read = false

  constructor(source: QueryResultSource) {
    this.kind = source.kind
    this.queryId = source.queryId
    this.fields = source.schema.fields
    this.count = source.count
    this.#source = source
  }

  /** The result's schema as apache-arrow has it. */
  get schema(): apache.Schema {
    return toArrowSchema(this.#source.schema)
  }

  /** What has been done so far; complete when the last batch was read. */
  get metrics(): QueryMetricsReport {
    return this.#source.metrics()
  }

  /** Stops the query: the pull that waits, or the next one, throws a CancelledError. */
  cancel(reason?: unknown): void {
    this.#source.cancel(reason)
  }

  /** The batches in the engine's own form, without conversion. Leaving the loop early ends the query. */
  batches(): AsyncIterable<Batch> {
    if (this.#read) throw new ConfigError({ code: 'RESULT_CONSUMED', message: 'this result was already read: a result is a stream' })
    this.#read = true
    return this.#source.batches()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<apache.RecordBatch, void, undefined> {
    for await (const batch of this.batches()) yield toRecordBatch(batch)
  }

  /** All rows as objects; see rows.ts for the form of each type. Needs memory for all of them. */
  async toArray(): Promise<Row[]> {
    const rows: Row[] = []
    for await (const batch of this.batches()) for (const row of batchToRows(batch, this.#source.timeZone)) rows.push(row)
    return rows
  }

  /** All batches as one apache-arrow table. */
  async toTable(): Promise<apache.Table> {
    const batches: apache.RecordBatch[] = []
    for await (const batch of this) batches.push(batch)
    return batches.length === 0 ? new apache.Table(this.schema) : new apache.Table(this.schema, batches)
  }

  /** The result in Arrow's IPC stream format, chunk by chunk. */
  toIPC(): AsyncIterable<Uint8Array> {
    return encodeStream(this.#source.schema, this.batches())
  }
}
