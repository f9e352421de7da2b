/** A backend over an archive, and the few words that its tests are written in. */

import type { Batch } from '@artemis/arrow'
import { EngineRuntime, batchToRows, openWarehouse } from '@artemis/engine'
import type { Row } from '@artemis/engine'
import { ArtemisError } from '@artemis/errors'
import type { BackendSession, ParameterRow, StatementOptions } from '../../protocol/sql/backend.js'
import type { Principal } from '../../protocol/principal.js'
import { ANONYMOUS } from '../../protocol/principal.js'
import type { AccessPrincipal } from '../../security/access-principal.js'
import { parseScopes } from '../../security/scope.js'
import type { EngineBackendOptions } from '../engine-backend.js'
import { EngineBackend } from '../engine-backend.js'

export const NEVER: AbortSignal = new AbortController().signal

export interface DemoBackend {
  readonly backend: EngineBackend
  session(principal?: Principal): BackendSession
  close(): Promise<void>
}

export async function openDemoBackend(warehouse: string, options: Partial<EngineBackendOptions> = {}): Promise<DemoBackend> {
  const runtime = new EngineRuntime()
  const catalogs = new Map([['artemis', await openWarehouse(warehouse, runtime)]])
  const backend = new EngineBackend({ runtime, catalogs, ...options })
  return {
    backend,
    session: (principal = ANONYMOUS) => backend.openSession(principal),
    close: () => backend.close(),
  }
}

/** A principal with scopes as tokens have them. */
export function principalWith(scopes: string): AccessPrincipal {
  return { id: `token:${scopes}`, name: scopes, scopes: parseScopes(scopes), budgetId: scopes, limits: {}, expiresAtMs: undefined }
}

export async function rowsOf(session: BackendSession, sql: string, parameters?: ParameterRow, options: StatementOptions = {}): Promise<Row[]> {
  const result = await (await session.prepare(sql, options, NEVER)).execute(parameters, NEVER)
  const rows: Row[] = []
  for await (const batch of result.batches()) rows.push(...batchToRows(batch, 'UTC'))
  return rows
}

/** Runs to the end and returns the rows changed. */
export async function update(session: BackendSession, sql: string, parameters?: ParameterRow): Promise<number> {
  const result = await (await session.prepare(sql, {}, NEVER)).execute(parameters, NEVER)
  for await (const batch of result.batches()) void batch
  return result.updatedRows
}

export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof ArtemisError ? error.code : String(error)),
  )
}

export async function* stream(...batches: readonly Batch[]): AsyncGenerator<Batch, void, undefined> {
  yield* batches
}
