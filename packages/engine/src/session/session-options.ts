/** What a session is made with, and what a call of it takes. */

import type { MemoryPool } from '@artemis/execution'
import type { SettingValues } from '../settings/definitions.js'
import type { AsOf } from './as-of.js'
import type { Logger } from './logger.js'
import type { Parameters } from './parameters.js'
import type { SessionPolicy } from './policy.js'
import type { EngineRuntime } from './runtime.js'

export interface SessionOptions {
  /** Shared with other sessions of the process; by default one of its own. */
  readonly runtime?: EngineRuntime | undefined
  readonly settings?: Partial<SettingValues> | undefined
  readonly logger?: Logger | undefined
  /** What the session's queries reserve from, beside the session's own limit. By default the runtime's pool, if it has one. */
  readonly memoryPool?: MemoryPool | undefined
  /** What the session may do: for the SQL of others. Everything by default. */
  readonly policy?: SessionPolicy | undefined
}

export interface QueryOptions {
  readonly params?: Parameters | undefined
  /** Stops the query when it fires. */
  readonly signal?: AbortSignal | undefined
  /** Tables without a point in time of their own are read at this one, in every statement of the text. */
  readonly asOf?: AsOf | undefined
  /** Settings for this call only, by the names that SQL uses. A SET in the text changes the session's. */
  readonly settings?: Readonly<Record<string, string>> | undefined
}
