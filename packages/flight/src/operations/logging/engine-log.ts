/**
 * What the engine logs, on its way to the server's log: its lines go to level debug, since the query log tells the same at
 * the end, and the snapshots that each query was pinned to are kept for that line.
 */

import type { Logger as EngineLogger } from '@artemis/engine'
import type { Logger } from './logger.js'
import type { SqlDetail } from './sql-detail.js'

/** Plans that are never executed leave their snapshots behind: the oldest go first. */
const KEPT_QUERIES = 10_000

export class EngineLog implements EngineLogger {
  readonly #logger: Logger
  readonly #sqlDetail: SqlDetail
  readonly #snapshots = new Map<string, readonly unknown[]>()

  constructor(logger: Logger, sqlDetail: SqlDetail) {
    this.#logger = logger
    this.#sqlDetail = sqlDetail
  }

  debug(fields: object, message: string): void {
    this.#write(fields, message)
  }

  info(fields: object, message: string): void {
    this.#keepSnapshots(fields)
    this.#write(fields, message)
  }

  warn(fields: object, message: string): void {
    this.#write(fields, message)
  }

  error(fields: object, message: string): void {
    this.#logger.error(this.#told(fields), this.#sqlDetail === 'full' ? message : 'the engine reported an error')
  }

  /** The snapshots of a query, once. */
  takeSnapshots(queryId: string | undefined): readonly unknown[] {
    if (queryId === undefined) return []
    const snapshots = this.#snapshots.get(queryId) ?? []
    this.#snapshots.delete(queryId)
    return snapshots
  }

  #keepSnapshots(fields: object): void {
    const { queryId, snapshots } = fields as { readonly queryId?: unknown; readonly snapshots?: unknown }
    if (typeof queryId !== 'string' || !Array.isArray(snapshots) || snapshots.length === 0) return
    this.#snapshots.set(queryId, snapshots)
    if (this.#snapshots.size <= KEPT_QUERIES) return
    const [oldest] = this.#snapshots.keys()
    if (oldest !== undefined) this.#snapshots.delete(oldest)
  }

  #write(fields: object, message: string): void {
    // The engine's messages quote names and values of the text.
    this.#logger.debug(this.#told(fields), this.#sqlDetail === 'full' ? message : message.replace(/:.*$/s, ''))
  }

  #told(fields: object): object {
    if (this.#sqlDetail === 'full') return fields
    const { sql: _sql, err: _err, ...rest } = fields as Readonly<Record<string, unknown>>
    return rest
  }
}
