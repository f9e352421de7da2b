/** The whole server with everything on that a stranger could meet: tokens, limits, logs, an archive. What attacks are aimed at. */

import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { CatalogProvider } from '@artemis/engine'
import type { ServerConfig } from '../../operations/config/definitions.js'
import { serverConfig } from '../../operations/config/definitions.js'
import { createLogger } from '../../operations/logging/logger.js'
import type { RunningServer } from '../../operations/running-server.js'
import { startServer } from '../../operations/server.js'
import type { PrincipalLimits } from '../../security/access-principal.js'
import { parseScopes } from '../../security/scope.js'
import { TokenStore } from '../../security/token-store.js'

export interface TokenWish {
  readonly scopes?: string
  readonly limits?: Partial<PrincipalLimits>
  readonly expiresAtMs?: number
}

export interface Target {
  readonly server: RunningServer
  readonly port: number
  /** What the server keeps, and what no client may hear of. */
  readonly folder: string
  /** Makes a token of this name. */
  issue(name: string, wish?: TokenWish): Promise<string>
  revoke(name: string): Promise<void>
  logText(): string
  logLines(): Record<string, unknown>[]
  metric(name: string): Promise<number>
  close(): Promise<void>
}

export interface TargetOptions {
  readonly config?: Partial<ServerConfig>
  readonly catalogs?: ReadonlyMap<string, CatalogProvider>
  /** Made before the server starts. */
  readonly tokens?: Readonly<Record<string, TokenWish>>
}

/** Limits that no test reaches by accident. */
export const GENEROUS: Partial<PrincipalLimits> = { requestsPerSecond: 100_000, requestBurst: 100_000, concurrentQueries: 64 }

export async function startTarget({ config = {}, catalogs = new Map(), tokens = {} }: TargetOptions = {}): Promise<{ target: Target; tokens: Record<string, string> }> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'artemis-secret-place-'))
  const store = await TokenStore.open(path.join(folder, 'tokens.json'))
  const issue = async (name: string, { scopes = 'read:*', limits = GENEROUS, expiresAtMs }: TokenWish = {}): Promise<string> =>
    (await store.create({ name, expiresAtMs, scopes: parseScopes(scopes), limits })).token
  const issued: Record<string, string> = {}
  for (const [name, wish] of Object.entries(tokens)) issued[name] = await issue(name, wish)

  const settings = serverConfig({
    'listen.port': 0,
    'metrics.port': 0,
    'auth.tokens': store.path,
    'state.directory': path.join(folder, 'state'),
    'engine.temp_directory': path.join(folder, 'spill'),
    'log.level': 'info',
    'log.format': 'json',
    'shutdown.grace': 1000,
    ...config,
  })
  let log = ''
  const logger = createLogger(settings, { write: (line) => void (log += line) })
  const server = await startServer(settings, { logger, catalogs })
  const target: Target = {
    server,
    port: server.address.port,
    folder,
    issue,
    revoke: async (name) => {
      await store.revoke(name)
    },
    logText: () => log,
    logLines: () => log.trim().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>),
    metric: async (name) => {
      const response = await fetch(`http://127.0.0.1:${server.metricsAddress!.port}/metrics`)
      const found = (await response.text()).split('\n').filter((line) => line.startsWith(name) && /^[{ ]/.test(line.slice(name.length)))
      return found.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
    },
    close: async () => {
      await server.close()
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return { target, tokens: issued }
}
