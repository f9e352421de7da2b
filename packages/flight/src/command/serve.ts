/** `artemis-flight serve`: start, say how to connect, and end in order when a signal comes. */

import { setLogger } from '@grpc/grpc-js'
import { openLog } from '../operations/logging/logger.js'
import type { Logger, ServerLog } from '../operations/logging/logger.js'
import type { LoadedConfig } from '../operations/config/load.js'
import type { RunningServer } from '../operations/running-server.js'
import { startServer } from '../operations/server.js'
import { banner } from './banner.js'
import type { Streams } from './streams.js'

/** Returns the exit code: see main. */
export async function serve({ config }: LoadedConfig, version: string, { stderr }: Streams): Promise<number> {
  const log = openLog(config)
  const failures = new Failures(log.logger)
  // What gRPC has to say belongs to the log, and not between its lines.
  setLogger(grpcLogger(log.logger))
  const signals = new Signals()
  try {
    const server = await startServer(config, { version, logger: log.logger })
    // Who reads lines of JSON has the same in the line "server started".
    if (isForPeople(config['log.format'], config['log.file'] !== undefined, stderr)) stderr.write(banner(server, config, version))
    const signal = await signals.first
    return await endOf(server, signal, signals, config['shutdown.grace'], log)
  } finally {
    signals.dispose()
    failures.dispose()
    log.flush()
  }
}

function grpcLogger(logger: Logger): Partial<Console> {
  const tell = (message: unknown): void => logger.debug({ source: 'grpc' }, String(message))
  return { error: tell, info: tell, debug: tell }
}

function isForPeople(format: string, logsToFile: boolean, stderr: Streams['stderr']): boolean {
  return format === 'pretty' || logsToFile || ('isTTY' in stderr && stderr.isTTY === true)
}

async function endOf(server: RunningServer, signal: EndingSignal, signals: Signals, graceMs: number, log: ServerLog): Promise<number> {
  log.logger.info({ signal, graceMs, activeCalls: server.activeCalls }, 'draining: running calls may finish, new ones are refused')
  const drained = server.drain().then(() => undefined)
  const cutShort = await Promise.race([drained, signals.second])
  if (cutShort !== undefined) {
    log.logger.warn({ signal: cutShort }, 'a second signal: leaving at once')
    log.flush()
    // Nothing is waited for any more, also not what a hung disk holds.
    process.exit(SIGNAL_CODES[cutShort])
  }
  log.logger.info({}, 'server stopped')
  return 0
}

type EndingSignal = 'SIGINT' | 'SIGTERM'

/** What a shell returns for a process that a signal ended. */
const SIGNAL_CODES: Readonly<Record<EndingSignal, number>> = { SIGINT: 130, SIGTERM: 143 }

/** The signals that end the server, in the order in which they come. */
class Signals {
  readonly first: Promise<EndingSignal>
  readonly second: Promise<EndingSignal>
  readonly #listener: (signal: EndingSignal) => void

  constructor() {
    const { promise: first, resolve: resolveFirst } = deferred<EndingSignal>()
    const { promise: second, resolve: resolveSecond } = deferred<EndingSignal>()
    this.first = first
    this.second = second
    let count = 0
    this.#listener = (signal) => (count++ === 0 ? resolveFirst(signal) : resolveSecond(signal))
    process.on('SIGINT', this.#listener)
    process.on('SIGTERM', this.#listener)
  }

  dispose(): void {
    process.off('SIGINT', this.#listener)
    process.off('SIGTERM', this.#listener)
  }
}

/** A mistake of ours in one call must not end the others: what nobody caught is logged, and the server goes on. */
class Failures {
  readonly #listener: (reason: unknown) => void

  constructor(logger: Logger) {
    this.#listener = (reason) => logger.error({ err: reason }, 'a rejection was not handled: please report this')
    process.on('unhandledRejection', this.#listener)
  }

  dispose(): void {
    process.off('unhandledRejection', this.#listener)
  }
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((settle) => void (resolve = settle))
  return { promise, resolve }
}
