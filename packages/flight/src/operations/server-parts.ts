/** The parts of a server, each made from its section of the configuration. */

import { randomBytes } from 'node:crypto'
import type { CatalogProvider, EngineRuntime, SettingValues } from '@artemis/engine'
import { openWarehouse } from '@artemis/engine'
import { ConfigError, didYouMean } from '@artemis/errors'
import type { LimiterObserver } from '../limits/limiter.js'
import { Limiter } from '../limits/limiter.js'
import type { FlightServer } from '../protocol/flight/flight-server.js'
import type { ServerConfig } from './config/definitions.js'
import type { Logger } from './logging/logger.js'
import { OperationsEndpoint, listenError } from './metrics/operations-endpoint.js'
import type { ServerMetrics } from './metrics/server-metrics.js'
import type { Address } from './running-server.js'
import { isReadableByOthers, makeFolderOf, readOrMakeSecret, stateFiles } from './state-files.js'

/** The warehouses of the configuration by catalog name, in its order. Throws a ConfigError for a place that is none. */
export async function openCatalogs(config: ServerConfig, runtime: EngineRuntime): Promise<Map<string, CatalogProvider>> {
  const catalogs = new Map<string, CatalogProvider>()
  for (const [name, location] of Object.entries(config.warehouses)) {
    if (name.toLowerCase() === 'memory') {
      throw new ConfigError({ code: 'RESERVED_CATALOG', message: 'a warehouse cannot be called "memory": that catalog holds the tables of a session' })
    }
    catalogs.set(name, await openWarehouse(location, runtime))
  }
  return catalogs
}

/** What sessions start with. */
export function engineSettings(config: ServerConfig, catalogs: ReadonlyMap<string, CatalogProvider>): Partial<SettingValues> {
  const diskLimit = config['engine.disk_limit']
  return {
    memoryLimit: config['engine.session_memory_limit'],
    tempDirectory: config['engine.temp_directory'],
    ...(diskLimit === undefined ? {} : { diskLimit }),
    fileConcurrency: config['engine.file_concurrency'],
    timeZone: config['engine.time_zone'],
    catalog: defaultCatalog(config, catalogs),
    schema: config['engine.schema'],
  }
}

function defaultCatalog(config: ServerConfig, catalogs: ReadonlyMap<string, CatalogProvider>): string {
  const [first = 'memory'] = catalogs.keys()
  const wanted = config['engine.catalog'] ?? first
  const names = [...catalogs.keys(), 'memory']
  if (names.some((name) => name.toLowerCase() === wanted.toLowerCase())) return wanted
  throw new ConfigError({
    code: 'UNKNOWN_CATALOG',
    message: `engine.catalog is "${wanted}", but the catalogs are ${names.join(', ')}`,
    hint: didYouMean(wanted, names),
  })
}

/** Throws a DataError when the budgets of the last run cannot be read. */
export async function openLimiter(config: ServerConfig, metrics: LimiterObserver, logger: Logger): Promise<Limiter> {
  const observer = stateWriteLog(metrics, logger)
  const file = stateFiles(config).budgets
  // A state folder that cannot be made costs no more than the memory of budgets.
  const isThere = await makeFolderOf(file).then(
    () => true,
    (error: unknown) => {
      observer.failed?.(error)
      return false
    },
  )
  return new Limiter({
    observer,
    defaults: {
      requestsPerSecond: config['limits.requests_per_second'],
      requestBurst: config['limits.request_burst'],
      concurrentQueries: config['limits.concurrent_queries'],
      bytesPerSecond: config['limits.bytes_per_second'] ?? Number.POSITIVE_INFINITY,
    },
    maxConcurrent: config['limits.running'],
    maxQueue: config['limits.queue'],
    maxWaitMs: config['limits.queue_wait'],
    stateFile: isThere ? file : undefined,
  })
}

/** Tells the log, too, that budgets could not be written; once, as it would be said every second. */
function stateWriteLog(observer: LimiterObserver, logger: Logger): LimiterObserver {
  let isTold = false
  const failed = (error: unknown): void => {
    observer.failed?.(error)
    if (!isTold) logger.warn({ err: error }, 'budgets cannot be written: a restart forgets them')
    isTold = true
  }
  return { ...observer, failed }
}

/** The key that signs tickets: kept in a file, so that they outlive a restart and other servers take them. */
export async function ticketSecret(config: ServerConfig, logger: Logger): Promise<Uint8Array> {
  const file = stateFiles(config).ticketSecret
  try {
    const secret = await readOrMakeSecret(file)
    await warnOfOpenSecret(file, logger)
    return secret
  } catch (error) {
    // Who named the file relies on it. A read-only state folder of its own accord is no reason not to serve.
    if (config['tickets.secret_file'] !== undefined || error instanceof ConfigError) throw error
    logger.warn({ file, reason: (error as Error).message }, 'tickets are signed with a key of this process: they end with it')
    return randomBytes(32)
  }
}

/** A private key or a signing key that others may read is no secret. The server goes on: who may read it is the operator's decision. */
export async function warnOfOpenSecret(file: string, logger: Logger): Promise<void> {
  if (await isReadableByOthers(file)) logger.warn({ file }, 'others than its owner may read this file, which holds a secret')
}

export async function openEndpoint(config: ServerConfig, metrics: ServerMetrics, isReady: () => boolean): Promise<OperationsEndpoint | undefined> {
  const { 'metrics.host': host, 'metrics.port': port } = config
  return port === undefined ? undefined : OperationsEndpoint.listen({ host, port, metrics, isReady })
}

/** Throws an IoError that names the keys to change. */
export async function listen(server: FlightServer, config: ServerConfig): Promise<Address> {
  const address = { host: config['listen.host'], port: config['listen.port'] }
  try {
    return await server.listen(address.host, address.port)
  } catch (error) {
    throw listenError('listen', address, error)
  }
}

