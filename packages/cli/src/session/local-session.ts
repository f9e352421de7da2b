/** A session of the engine in this process. */

import type { QueryResult } from '@artemis/engine'
import { SessionContext, openWarehouse } from '@artemis/engine'
import type { ShellSession, StatementMetrics, StatementResult } from './shell-session.js'

export class LocalSession implements ShellSession {
  readonly title: string
  readonly #context: SessionContext

  constructor(context: SessionContext, title = 'no archive is open: --warehouse DIR opens one') {
    this.#context = context
    this.title = title
  }

  async run(statement: string, signal: AbortSignal): Promise<StatementResult> {
    const result = await this.#context.sql(statement, { signal })
    return new LocalResult(result, this.#context.timeZone)
  }

  close(): Promise<void> {
    return this.#context.close()
  }
}

class LocalResult implements StatementResult {
  readonly kind: StatementResult['kind']
  readonly schema: StatementResult['schema']
  readonly timeZone: string
  readonly #result: QueryResult

  constructor(result: QueryResult, timeZone: string) {
    this.kind = result.kind
    this.schema = { fields: result.fields }
    this.timeZone = timeZone
    this.#result = result
  }

  get metrics(): StatementMetrics {
    return this.#result.metrics
  }

  batches(): ReturnType<StatementResult['batches']> {
    return this.#result.batches()
  }
}

export interface LocalOptions {
  readonly warehouse: string | undefined
  readonly settings: readonly (readonly [name: string, value: string])[]
}

/** A session with its settings, and the archive as catalog `artemis`. Throws a ConfigError for what is named wrongly. */
export async function openLocalSession({ warehouse, settings }: LocalOptions): Promise<ShellSession> {
  const context = new SessionContext()
  for (const [name, value] of settings) context.set(name, value)
  if (warehouse === undefined) return new LocalSession(context)
  context.registerCatalog('artemis', await openWarehouse(warehouse, context.runtime))
  if (!settings.some(([name]) => name === 'artemis.catalog')) context.set('artemis.catalog', 'artemis')
  return new LocalSession(context, `${warehouse} is catalog "artemis"`)
}
