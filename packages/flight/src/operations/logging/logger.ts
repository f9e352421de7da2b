/** The server's log: lines of JSON from pino, with whatever looks like a secret taken out on the way. */

import { ArtemisError } from '@artemis/errors'
import { pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'
import type { ServerConfig } from '../config/definitions.js'
import { prettyLine } from './pretty-line.js'

export type { Logger } from 'pino'

export interface ServerLog {
  readonly logger: Logger
  /** Writes what is still held. */
  flush(): void
}

/** Beyond this many bytes that nobody takes, lines are dropped: a stuck reader of the log must not stop the server. */
const MAX_HELD_BYTES = 16 * 2 ** 20

/** Throws what opening the file throws. */
export function openLog(config: ServerConfig): ServerLog {
  const destination = pino.destination({ dest: config['log.file'] ?? 2, sync: false, minLength: 0, maxLength: MAX_HELD_BYTES, mkdir: true })
  const flush = (): void => {
    try {
      destination.flushSync()
    } catch {
      // The destination was not ready or has gone: there is nowhere left to tell it.
    }
  }
  return { logger: createLogger(config, destination), flush }
}

/** For servers in tests and in applications that do not ask for a log. */
export function silentLog(): Logger {
  return pino({ level: 'silent' })
}

/** A logger that writes to a destination of one's own. */
export function createLogger(config: Pick<ServerConfig, 'log.level' | 'log.format' | 'log.file'>, destination: DestinationStream): Logger {
  const format = config['log.format']
  const isPretty = format === 'pretty' || (format === 'auto' && isTerminalLog(config))
  return pino(
    {
      level: config['log.level'],
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: 'message',
      formatters: { level: (level) => ({ level }) },
      serializers: { err: describeError },
      hooks: { streamWrite: (line) => (isPretty ? prettyLine(withoutSecrets(line)) : withoutSecrets(line)) },
    },
    destination,
  )
}

/** Whether people read the log as it is written. */
export function isTerminalLog(config: Pick<ServerConfig, 'log.file'>): boolean {
  return config['log.file'] === undefined && process.stderr.isTTY
}

/** Errors carry whatever their makers put on them: only what is known to be harmless is written. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const code = error instanceof ArtemisError || 'code' in error ? { code: (error as { code?: unknown }).code } : {}
  return { type: error.name, ...code, message: error.message, stack: error.stack }
}

/** Our own tokens, JSON Web Tokens, and the values of Authorization headers. */
const SECRETS = /\bart_[A-Za-z0-9-]+_[A-Za-z0-9_-]+|\beyJ[\w-]+\.[\w-]+\.[\w-]*|\b(Bearer|Basic)\s+[\w.~+/=-]+/gi

/** The last line of defence: no caller of the logger passes a secret, but SQL texts and messages of libraries may hold one. */
export function withoutSecrets(line: string): string {
  return line.replace(SECRETS, '[redacted]')
}
