/**
 * The assembly: from a configuration to a server that answers. Each part below knows only its own task; what order they
 * stand in, and what is closed when, is decided here and nowhere else.
 *
 *   call -> authenticator -> hooks (traces, metrics, log, limits) -> FlightSqlService -> gate (the same around limits) -> EngineBackend
 */

import type { CatalogProvider } from '@artemis/engine'
import { EngineRuntime } from '@artemis/engine'
import { EngineBackend } from '../backend/engine-backend.js'
import { FlightServer } from '../protocol/flight/flight-server.js'
import { FlightSqlService } from '../protocol/sql/flight-sql-service.js'
import { RevocationWatch } from '../security/revocation-watch.js'
import type { ServerConfig } from './config/definitions.js'
import { usesTls, validateConfig } from './config/validate.js'
import { countingAuthenticator } from './counting-authenticator.js'
import { ObservedGate } from './execution-observer.js'
import { Health } from './health.js'
import { CallLog } from './logging/call-log.js'
import { EngineLog } from './logging/engine-log.js'
import type { Logger } from './logging/logger.js'
import { silentLog } from './logging/logger.js'
import { QueryLog } from './logging/query-log.js'
import type { ServerGauges } from './metrics/server-metrics.js'
import { ServerMetrics } from './metrics/server-metrics.js'
import { StreamWatch } from './metrics/stream-watch.js'
import { openSecurity } from './security-setup.js'
import { AssembledServer } from './running-server.js'
import type { Parts, RunningServer } from './running-server.js'
import { engineSettings, listen, openCatalogs, openEndpoint, openLimiter, ticketSecret, warnOfOpenSecret } from './server-parts.js'
import { Tracing } from './tracing/tracing.js'

export interface StartOptions {
  readonly version?: string | undefined
  /** Silent by default. */
  readonly logger?: Logger | undefined
  /** Catalogs beside the warehouses of the configuration: an application's own. */
  readonly catalogs?: ReadonlyMap<string, CatalogProvider> | undefined
  readonly runtime?: EngineRuntime | undefined
}

/** Starts a server. Throws a ConfigError for what cannot be, and an IoError for addresses and files. */
export async function startServer(config: ServerConfig, options: StartOptions = {}): Promise<RunningServer> {
  validateConfig(config)
  const opened: (() => Promise<unknown>)[] = []
  try {
    return await assemble(config, options, (close) => void opened.push(close))
  } catch (error) {
    for (const close of opened.toReversed()) await close().catch(() => undefined)
    throw error
  }
}

/** `onOpened` takes how to close each part, so that a start that fails midway leaves nothing behind. */
async function assemble(config: ServerConfig, options: StartOptions, onOpened: (close: () => Promise<unknown>) => void): Promise<RunningServer> {
  const { version = 'unknown', logger = silentLog() } = options
  const runtime = options.runtime ?? new EngineRuntime({ cacheBytes: config['engine.cache'] })
  const catalogs = new Map([...(await openCatalogs(config, runtime)), ...(options.catalogs ?? [])])
  const security = await openSecurity(config, logger)
  onOpened(() => security.close())
  if (config['tls.key'] !== undefined) await warnOfOpenSecret(config['tls.key'], logger)
  const sqlDetail = config['log.sql']
  const tracing = new Tracing({ version, sqlDetail })
  const traceIdOf = tracing.traceIdOf.bind(tracing)
  const engineLog = new EngineLog(logger, sqlDetail)
  const settings = engineSettings(config, catalogs)
  const backend = new EngineBackend({
    runtime,
    catalogs,
    settings,
    logger: engineLog,
    maxMemoryBytes: config['engine.memory_limit'],
    maxTableBytes: config['engine.session_table_limit'],
    readOnly: config['engine.read_only'],
    version,
  })
  onOpened(() => backend.close())
  const gauges: ServerGauges = {
    queuedExecutions: () => limiter.statistics.waiting,
    runningExecutions: () => limiter.statistics.running,
    openSessions: () => service.sessionCount,
    preparedStatements: () => service.preparedStatementCount,
    stalledStreams: () => streams.stalled,
    reservedMemoryBytes: () => backend.reservedMemory,
    isDraining: () => !health.isServing,
  }
  const metrics = new ServerMetrics({ version, memoryLimitBytes: config['engine.memory_limit'], gauges })
  const limiter = await openLimiter(config, metrics.limiterObserver, logger)
  onOpened(() => limiter.close())
  const service = new FlightSqlService({
    backend,
    gate: new ObservedGate(limiter, [tracing.executionObserver, metrics.executionObserver, new QueryLog({ logger, sqlDetail, engineLog, traceIdOf })]),
    ticketSecret: await ticketSecret(config, logger),
    ticketLifetimeMs: config['tickets.lifetime'],
    sessionIdleMs: config['limits.session_idle'],
    maxSessions: config['limits.sessions'],
    maxQueryBytes: config['limits.query'],
  })
  onOpened(() => service.close())
  const streams = new StreamWatch({ stallAfterMs: config['metrics.stall_after'], onStall: () => metrics.countStall() })
  const server = new FlightServer({
    service: streams.watch(service),
    authenticator: countingAuthenticator(security.authenticator, (error) => metrics.countAuthenticationFailure(error)),
    hooks: [tracing.callHooks, metrics.callHooks, new CallLog(logger, traceIdOf), limiter, ...(security.tokens === undefined ? [] : [new RevocationWatch(security.tokens)])],
    credentials: security.credentials,
    maxReceiveMessageBytes: config['limits.message'],
    maxHeaderBytes: config['limits.header'],
    keepalive: { timeMs: config['listen.keepalive'] },
    stallTimeoutMs: config['limits.stalled_stream'],
    logger,
  })
  onOpened(() => server.close())
  const health = new Health(server.grpc)
  const endpoint = await openEndpoint(config, metrics, () => health.isServing)
  if (endpoint !== undefined) onOpened(() => endpoint.close())
  const address = await listen(server, config)
  health.set(true)

  const parts: Parts = { server, service, backend, limiter, security, health, endpoint }
  const isEncrypted = usesTls(config)
  const uri = `${isEncrypted ? 'grpc+tls' : 'grpc'}://${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
  const running = new AssembledServer(parts, { address, uri, usesTls: isEncrypted, authentication: security.plan, graceMs: config['shutdown.grace'] })
  const { metricsAddress, authentication } = running
  logger.info({ version, address, uri, metricsAddress, authentication, catalogs: [...catalogs.keys()] }, 'server started')
  return running
}
