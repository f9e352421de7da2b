/** What a query on a server gives: batches that come as they are read, endpoint by endpoint in their order. */

import type * as apache from 'apache-arrow'
import { decodeSchema } from '@artemis/arrow'
import type { Batch, Schema } from '@artemis/arrow'
import type { Row } from '@artemis/engine'
import { ConfigError, cancelled } from '@artemis/errors'
import type { FlightEndpoint, FlightInfo } from '../protocol/generated/Flight_pb.js'
import type { FlightPayload } from '../protocol/flight/payload.js'
import type { DecodedPayloads } from '../protocol/flight/record-batches.js'
import { decodePayloads } from '../protocol/flight/record-batches.js'
import { asClientError } from './call-error.js'

/** What a result needs of its client. */
export interface ResultSource {
  readonly info: FlightInfo
  /** Fires when the caller gives up. */
  readonly signal: AbortSignal | undefined
  payloads(endpoint: FlightEndpoint, signal: AbortSignal): AsyncIterable<FlightPayload>
  /** Tells the server that nobody waits for the result; never throws. */
  cancel(): void
  /** Frees what the server keeps for the result; never throws. Called once the result was read. */
  release(): Promise<void>
}

export class FlightSqlResult implements AsyncIterable<apache.RecordBatch> {
  /** As the server tells it: -1 when it does not know. */
  readonly rowCount: number
  readonly #source: ResultSource
  readonly #controller: AbortController
  readonly #signal: AbortSignal
  /** Of the first endpoint, which had to be asked for the schema. */
  #opened: DecodedPayloads | undefined
  #schema: Schema
  #receivedBytes = 0
  #isRead = false

  private constructor(source: ResultSource, controller: AbortController) {
    const { info, signal } = source
    this.#schema = info.schema.length === 0 ? { fields: [] } : decodeSchema(info.schema)
    this.rowCount = Number(info.totalRecords)
    this.#source = source
    this.#controller = controller
    this.#signal = signal === undefined ? controller.signal : AbortSignal.any([signal, controller.signal])
  }

  /** A result that nothing has been read of, unless its schema stands in its stream alone. */
  static async open(source: ResultSource): Promise<FlightSqlResult> {
    const result = new FlightSqlResult(source, new AbortController())
    const [first] = source.info.endpoint
    if (source.info.schema.length > 0 || first === undefined) return result
    const opened = await result.#decode(first)
    result.#opened = opened
    result.#schema = opened.schema
    return result
  }

  /** The columns in the engine's own terms. */
  get schema(): Schema {
    return this.#schema
  }

  /** Bytes of the batches that have arrived. */
  get receivedBytes(): number {
    return this.#receivedBytes
  }

  /** Stops the query: the pull that waits, or the next one, throws a CancelledError. */
  cancel(reason: unknown = 'the caller cancelled the result'): void {
    this.#controller.abort(cancelled(reason))
  }

  /** Can be read once. Leaving the loop early resets the stream, which ends the query. */
  async *batches(): AsyncGenerator<Batch, void, undefined> {
    if (this.#isRead) throw new ConfigError({ code: 'RESULT_CONSUMED', message: 'this result was already read: a result is a stream' })
    this.#isRead = true
    try {
      for (const endpoint of this.#source.info.endpoint) {
        const { batches } = this.#opened ?? (await this.#decode(endpoint))
        this.#opened = undefined
        yield* batches
      }
    } catch (error) {
      if (this.#signal.aborted) this.#source.cancel()
      throw asClientError(error)
    } finally {
      await this.#source.release()
    }
  }

  /** The batches as apache-arrow has them. */
  async *[Symbol.asyncIterator](): AsyncGenerator<apache.RecordBatch, void, undefined> {
    const { toRecordBatch } = await import('@artemis/arrow/apache')
    for await (const batch of this.batches()) yield toRecordBatch(batch)
  }

  /** All batches as one apache-arrow table. Needs memory for all of them. */
  async toTable(): Promise<apache.Table> {
    const [{ Table }, { toArrowSchema }] = await Promise.all([import('apache-arrow'), import('@artemis/arrow/apache')])
    const batches: apache.RecordBatch[] = []
    for await (const batch of this) batches.push(batch)
    const schema = toArrowSchema(this.schema)
    return batches.length === 0 ? new Table(schema) : new Table(schema, batches)
  }

  /**
   * All rows as objects, in the form that the engine's `QueryResult.toArray` gives them. Needs memory for all of them, and
   * loads the engine's package.
   */
  async toArray(timeZone = 'UTC'): Promise<Row[]> {
    const { batchToRows } = await import('@artemis/engine')
    const rows: Row[] = []
    for await (const batch of this.batches()) for (const row of batchToRows(batch, timeZone)) rows.push(row)
    return rows
  }

  async #decode(endpoint: FlightEndpoint): Promise<DecodedPayloads> {
    return decodePayloads(this.#counted(this.#source.payloads(endpoint, this.#signal)))
  }

  async *#counted(payloads: AsyncIterable<FlightPayload>): AsyncGenerator<FlightPayload, void, undefined> {
    for await (const payload of payloads) {
      for (const chunk of payload.body) this.#receivedBytes += chunk.length
      yield payload
    }
  }
}
