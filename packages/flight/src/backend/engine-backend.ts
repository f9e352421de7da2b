/**
 * The engine behind Flight SQL. All sessions share one runtime, its caches and its memory; each has its own settings, its
 * own tables in `memory`, and of the catalogs what its principal's scopes let it see.
 */

import type { CatalogProvider, EngineRuntime, Logger, MemoryPool, SettingValues } from '@artemis/engine'
import { GreedyMemoryPool, SETTINGS, SessionContext } from '@artemis/engine'
import type { Backend, SqlInfoValue, XdbcTypeInfo } from '../protocol/sql/backend.js'
import type { Principal } from '../protocol/principal.js'
import { EngineSession } from './engine-session.js'
import { policyFor } from './principal-policy.js'
import { sqlInfoOf } from './sql-info.js'
import { XDBC_TYPES } from './xdbc-types.js'

export interface EngineBackendOptions {
  readonly runtime: EngineRuntime
  /** By name. `memory` is each session's own. */
  readonly catalogs: ReadonlyMap<string, CatalogProvider>
  /** What sessions start with. */
  readonly settings?: Partial<SettingValues> | undefined
  readonly logger?: Logger | undefined
  /** Bytes that the queries of all sessions together may hold. By default the runtime's limit, or none. */
  readonly maxMemoryBytes?: number | undefined
  /** Bytes that the tables which one session makes may hold. Default 256 MiB. */
  readonly maxTableBytes?: number | undefined
  /** Refuses everything that writes, whatever the scopes say. */
  readonly readOnly?: boolean | undefined
  /** For clients that ask. */
  readonly version?: string | undefined
}

const DEFAULT_TABLE_BYTES = 256 * 2 ** 20

const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

export class EngineBackend implements Backend {
  readonly sqlInfo: ReadonlyMap<number, SqlInfoValue>
  readonly xdbcTypes: readonly XdbcTypeInfo[] = XDBC_TYPES
  readonly #options: EngineBackendOptions
  readonly #memoryPool: MemoryPool
  readonly #sessions = new Set<EngineSession>()

  constructor(options: EngineBackendOptions) {
    this.#options = options
    const { maxMemoryBytes, runtime } = options
    this.#memoryPool = maxMemoryBytes === undefined ? (runtime.memoryPool ?? new GreedyMemoryPool()) : new GreedyMemoryPool(maxMemoryBytes)
    this.sqlInfo = sqlInfoOf({
      functions: options.runtime.functions,
      version: options.version ?? '0.1.0',
      nullOrder: options.settings?.defaultNullOrder ?? SETTINGS.defaultNullOrder.defaultValue,
      readOnly: options.readOnly === true,
    })
  }

  /** Bytes that queries hold at this moment. */
  get reservedMemory(): number {
    return this.#memoryPool.reserved
  }

  get openSessions(): number {
    return this.#sessions.size
  }

  openSession(principal: Principal): EngineSession {
    const { runtime, catalogs, settings = {}, logger = SILENT, maxTableBytes = DEFAULT_TABLE_BYTES, readOnly = false } = this.#options
    const policy = policyFor(principal, { settings, maximumTableBytes: maxTableBytes, readOnly })
    const session = new SessionContext({ runtime, settings, logger, policy, memoryPool: this.#memoryPool })
    for (const [name, provider] of catalogs) session.registerCatalog(name, provider)
    const opened: EngineSession = new EngineSession({ session, policy, logger, onClose: () => this.#sessions.delete(opened) })
    this.#sessions.add(opened)
    return opened
  }

  /** Ends every session and cancels what runs in them. */
  async close(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.close()))
  }
}
