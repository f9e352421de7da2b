/** Statements of the engine as the protocol runs them. */

import type { Batch, Schema } from '@artemis/arrow'
import type { PreparedStatement, QueryResult, SessionContext } from '@artemis/engine'
import { parametersOfJson, parametersOfRow } from '@artemis/engine'
import { UnsupportedError } from '@artemis/errors'
import type { BackendResult, BackendStatement, ParameterRow, StatementOptions } from '../protocol/sql/backend.js'

export async function prepareStatement(session: SessionContext, sql: string, options: StatementOptions, signal: AbortSignal): Promise<BackendStatement> {
  refuseTransaction(options.transactionId)
  const { settings, asOf } = options
  return new EngineStatement(await session.prepare(sql, { settings, asOf, signal, planLifetimeMs: PLAN_LIFETIME_MS }))
}

/** Long enough for the DoGet that follows a GetFlightInfo, and too short to be noticed by who waits for new data. */
const PLAN_LIFETIME_MS = 100

/** Every statement of the engine commits on its own. */
export function refuseTransaction(transactionId: Uint8Array | undefined): void {
  if (transactionId === undefined || transactionId.length === 0) return
  throw new UnsupportedError({ code: 'NO_TRANSACTIONS', message: 'transactions are not supported: every statement commits on its own' })
}

/** What the result of an update is: how many rows it changed, and no columns, so that clients know it for an update. */
const NO_COLUMNS: Schema = { fields: [] }

class EngineStatement implements BackendStatement {
  readonly kind: 'query' | 'update'
  readonly schema: Schema
  readonly parameters: Schema
  readonly #prepared: PreparedStatement

  constructor(prepared: PreparedStatement) {
    this.kind = prepared.kind
    this.schema = prepared.kind === 'query' ? prepared.schema : NO_COLUMNS
    this.parameters = { fields: prepared.parameters }
    this.#prepared = prepared
  }

  async execute(parameters: ParameterRow | undefined, signal: AbortSignal): Promise<BackendResult> {
    return new EngineResult(this.kind, await this.#run(parameters, signal))
  }

  /** What a client bound by its announced types comes back in the announced columns; a JSON ticket is one call, as `sql()` is. */
  #run(parameters: ParameterRow | undefined, signal: AbortSignal): Promise<QueryResult> {
    if (parameters === undefined) return this.#prepared.execute({ signal })
    if (parameters.kind === 'json') return this.#prepared.execute({ params: parametersOfJson(parameters.values), signal, keepSchema: false })
    const params = parametersOfRow(parameters.batch, parameters.row, this.#prepared.parameters)
    return this.#prepared.execute({ params, signal })
  }
}

class EngineResult implements BackendResult {
  readonly queryId: string
  readonly schema: Schema
  readonly updatedRows: number
  readonly batches: () => AsyncIterable<Batch>

  constructor(kind: 'query' | 'update', result: QueryResult) {
    this.queryId = result.queryId
    this.schema = kind === 'query' ? { fields: result.fields } : NO_COLUMNS
    // A command that is no INSERT changes no rows. What an update does is done by now.
    this.updatedRows = kind === 'query' ? -1 : (result.count ?? 0)
    this.batches = kind === 'query' ? () => result.batches() : noBatches
  }
}

async function* noBatches(): AsyncGenerator<Batch, void, undefined> {}
