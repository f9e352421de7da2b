/** A session of the engine under Flight SQL. */

import type { Batch } from '@artemis/arrow'
import type { Logger, SessionContext, SessionPolicy } from '@artemis/engine'
import { ConfigError } from '@artemis/errors'
import type {
  BackendSession,
  BackendStatement,
  DbSchemaEntry,
  DbSchemaFilter,
  IngestRequest,
  SessionOption,
  StatementOptions,
  TableEntry,
  TableFilter,
} from '../protocol/sql/backend.js'
import { prepareStatement, refuseTransaction } from './engine-statement.js'
import type { ListingOptions } from './listing.js'
import { TABLE_TYPES, listDbSchemas, listTables } from './listing.js'
import { optionsOf, setOption } from './session-options.js'

export interface EngineSessionOptions {
  readonly session: SessionContext
  readonly policy: SessionPolicy
  readonly logger: Logger
  /** Called once, when the session is over. */
  readonly onClose: () => void
}

export class EngineSession implements BackendSession {
  readonly tableTypes: readonly string[] = TABLE_TYPES
  readonly #session: SessionContext
  readonly #listing: ListingOptions
  readonly #onClose: () => void
  #isClosed = false

  constructor({ session, policy, logger, onClose }: EngineSessionOptions) {
    this.#session = session
    this.#onClose = onClose
    const isWritable = (catalog: string, schema: string): boolean => policy.readOnly !== true && policy.access?.allows('write', catalog, schema) !== false
    this.#listing = { session, logger, isWritable }
  }

  prepare(sql: string, options: StatementOptions, signal: AbortSignal): Promise<BackendStatement> {
    return prepareStatement(this.#session, sql, options, signal)
  }

  async ingest(request: IngestRequest, batches: AsyncIterable<Batch>, signal: AbortSignal): Promise<number> {
    const { table, temporary, ifExists, ifNotExists, schema, options } = request
    // Some clients send an empty name for none.
    const catalog = request.catalog === '' ? undefined : request.catalog
    const dbSchema = request.dbSchema === '' ? undefined : request.dbSchema
    refuseTransaction(request.transactionId)
    const [unknown] = Object.keys(options)
    if (unknown !== undefined) throw new ConfigError({ code: 'UNKNOWN_INGEST_OPTION', message: `there is no ingest option "${unknown}"` })
    if (table === '') throw new ConfigError({ code: 'INVALID_INGEST', message: 'ingest needs the name of a table' })
    if (temporary && ((catalog ?? 'memory') !== 'memory' || (dbSchema ?? 'main') !== 'main')) {
      throw new ConfigError({ code: 'INVALID_INGEST', message: 'temporary tables are in memory.main, and no other schema can be named for them' })
    }
    const place = temporary ? { catalog: 'memory', schema: 'main' } : { catalog, schema: dbSchema }
    return this.#session.ingest({ ...place, table, ifExists, ifNotExists, columns: schema }, batches, { signal })
  }

  catalogs(): Promise<readonly string[]> {
    return Promise.resolve([...this.#session.catalogs.keys()])
  }

  dbSchemas(filter: DbSchemaFilter): Promise<readonly DbSchemaEntry[]> {
    return listDbSchemas(this.#listing, filter)
  }

  tables(filter: TableFilter): Promise<readonly TableEntry[]> {
    return listTables(this.#listing, filter)
  }

  options(): Promise<Readonly<Record<string, SessionOption>>> {
    return Promise.resolve(optionsOf(this.#session))
  }

  setOption(name: string, value: SessionOption | null): Promise<void> {
    return Promise.resolve().then(() => setOption(this.#session, name, value))
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#onClose()
    await this.#session.close()
  }
}
