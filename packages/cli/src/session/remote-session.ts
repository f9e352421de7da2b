/**
 * A session on a server, over Flight SQL. One client is kept for all statements, so that SET, USE and prepared statements
 * hold; after a lost connection the next statement connects anew. Loading this module loads gRPC.
 */

import { readFile } from 'node:fs/promises'
import type { Batch, DataType, Schema } from '@artemis/engine'
import { ArtemisError, BindError, ConfigError, IoError } from '@artemis/errors'
import { FlightSqlClient, countBatch, grpcStatusOf, parseServerAddress } from 'artemis-flight/client'
import type { FlightSqlClientOptions, FlightSqlResult } from 'artemis-flight/client'
import type { RemoteTarget } from '../command/remote-options.js'
import type { ShellSession, StatementMetrics, StatementResult } from './shell-session.js'

export interface RemoteSessionOptions {
  readonly target: RemoteTarget
  readonly settings: readonly (readonly [name: string, value: string])[]
  /** Says what the user should know and what is no error. */
  readonly note: (text: string) => void
}

/** gRPC's numbers. */
const UNAVAILABLE = 14
const UNAUTHENTICATED = 16
/** SqlInfo's numbers of the server's name and version. */
const SERVER_NAME = 0
const SERVER_VERSION = 1
const GREETING_TIMEOUT_MS = 2000
/** A server that vanished without a word is noticed in the end. gRPC's servers take more frequent pings for an attack. */
const KEEPALIVE_MS = 310_000

/** Connects. Throws an IoError when nobody answers, a ConfigError for what is named wrongly or refused. */
export async function openRemoteSession({ target, settings, note }: RemoteSessionOptions): Promise<ShellSession> {
  const client = await FlightSqlClient.connect(target.uri, await clientOptions(target, note)).catch((error: unknown) => {
    throw withFlagHint(error)
  })
  const session = new RemoteSession(client, settings, note)
  try {
    await session.applySettings()
    await session.greet()
  } catch (error) {
    await session.close()
    throw error
  }
  return session
}

class RemoteSession implements ShellSession {
  title: string
  readonly #client: FlightSqlClient
  readonly #settings: RemoteSessionOptions['settings']
  readonly #note: RemoteSessionOptions['note']
  /** Undefined when a statement may have changed it. */
  #timeZone: string | undefined
  #sessionsLost = 0

  constructor(client: FlightSqlClient, settings: RemoteSessionOptions['settings'], note: RemoteSessionOptions['note']) {
    this.title = `connected to ${client.uri}`
    this.#client = client
    this.#settings = settings
    this.#note = note
  }

  async run(statement: string, signal: AbortSignal): Promise<StatementResult> {
    if (isBlank(statement)) throw new BindError({ code: 'EMPTY_STATEMENT', message: 'there is no statement in the text' })
    try {
      return WRITES_ROWS.test(statement) ? await this.#update(statement, signal) : await this.#query(statement, signal)
    } catch (error) {
      throw withFlagHint(error)
    }
  }

  /** A statement that writes rows tells how many: over Flight that is no column, but the answer to an update. */
  async #update(statement: string, signal: AbortSignal): Promise<StatementResult> {
    const rows = await this.#client.executeUpdate(statement, { signal })
    await this.#noticeNewSession()
    return new CountResult(rows < 0 ? undefined : countBatch(rows))
  }

  async #query(statement: string, signal: AbortSignal): Promise<StatementResult> {
    const result = await this.#client.execute(statement, { signal })
    await this.#noticeNewSession()
    const timeZone = result.schema.fields.some(({ type }) => hasInstants(type)) ? await this.#currentTimeZone(signal) : 'UTC'
    // What has no rows may have set something.
    if (result.schema.fields.length === 0) this.#timeZone = undefined
    return new RemoteResult(result, statement, timeZone)
  }

  /** The settings of the command line, by the statement that a user would write: its errors say most. */
  async applySettings(): Promise<void> {
    for (const [name, value] of this.#settings) {
      if (!/^\w+(\.\w+)*$/.test(name)) {
        throw new ConfigError({ code: 'UNKNOWN_SETTING', message: `there is no setting "${name}"`, hint: 'SHOW ALL lists the settings.' })
      }
      await this.#client.executeUpdate(`SET ${name} = '${value.replaceAll("'", "''")}'`).catch((error: unknown) => {
        throw withoutPlace(error)
      })
    }
  }

  /** Learns what the server calls itself; a server that does not say is connected all the same. */
  async greet(): Promise<void> {
    const info = await this.#client
      .sqlInfo([SERVER_NAME, SERVER_VERSION], { deadlineMs: GREETING_TIMEOUT_MS })
      .catch(() => new Map<number, unknown>())
    const words = [info.get(SERVER_NAME), info.get(SERVER_VERSION)].filter((word) => typeof word === 'string' && word !== '')
    if (words.length > 0) this.title += ` (${words.join(' ')})`
  }

  close(): Promise<void> {
    return this.#client.close()
  }

  async #noticeNewSession(): Promise<void> {
    if (this.#client.sessionsLost === this.#sessionsLost) return
    this.#sessionsLost = this.#client.sessionsLost
    this.#timeZone = undefined
    this.#note('the server has begun a new session: settings, USE and prepared statements of the one before are gone')
    await this.applySettings()
  }

  async #currentTimeZone(signal: AbortSignal): Promise<string> {
    if (this.#timeZone === undefined) {
      const options = await this.#client.sessionOptions({ signal }).catch(() => undefined)
      const zone = options?.['artemis.time_zone'] ?? options?.['timezone']
      this.#timeZone = typeof zone === 'string' ? zone : 'UTC'
    }
    return this.#timeZone
  }
}

class RemoteResult implements StatementResult {
  readonly kind: StatementResult['kind']
  readonly schema: Schema
  readonly timeZone: string
  readonly #result: FlightSqlResult
  #rows = 0

  constructor(result: FlightSqlResult, statement: string, timeZone: string) {
    this.kind = kindOf(result.schema, statement)
    this.schema = result.schema
    this.timeZone = timeZone
    this.#result = result
  }

  get metrics(): StatementMetrics {
    return { outputRows: this.#rows, spilledBytes: 0, counters: { bytes_received: this.#result.receivedBytes } }
  }

  async *batches(): AsyncGenerator<Batch, void, undefined> {
    for await (const batch of this.#result.batches()) {
      this.#rows += batch.rowCount
      yield batch
    }
  }
}

/** What an update gives. */
class CountResult implements StatementResult {
  readonly kind = 'command'
  readonly schema: Schema
  readonly timeZone = 'UTC'
  readonly metrics: StatementMetrics = { outputRows: 1, spilledBytes: 0, counters: {} }
  readonly #count: Batch | undefined

  /** Without a count when the server does not know it. */
  constructor(count: Batch | undefined) {
    this.schema = count?.schema ?? { fields: [] }
    this.#count = count
  }

  async *batches(): AsyncGenerator<Batch, void, undefined> {
    if (this.#count !== undefined) yield await Promise.resolve(this.#count)
  }
}

/** White space and comments before a statement's first word. */
const BLANK = String.raw`(?:[\s;]|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/)*`
const BLANK_TEXT = new RegExp(`^${BLANK}$`)
const EXPLAIN = new RegExp(String.raw`^${BLANK}EXPLAIN\b`, 'i')
const WRITES_ROWS = new RegExp(
  String.raw`^${BLANK}(?:(?:INSERT|UPDATE|DELETE|MERGE|COPY)\b|CREATE\s[^;]*?\bTABLE\b[^;]*?\bAS\s*(?:\(|SELECT|WITH|VALUES|FROM|TABLE)\b)`,
  'i',
)

function isBlank(statement: string): boolean {
  return BLANK_TEXT.test(statement)
}

/** Flight has no word for it, so the statement tells. */
function kindOf({ fields }: Schema, statement: string): StatementResult['kind'] {
  if (fields.length === 0) return 'command'
  return fields.length === 1 && fields[0]!.name === 'plan' && EXPLAIN.test(statement) ? 'plan' : 'rows'
}

function hasInstants(type: DataType): boolean {
  switch (type.kind) {
    case 'timestamp':
      return type.timezone !== null
    case 'list':
      return hasInstants(type.element.type)
    case 'struct':
      return type.fields.some((field) => hasInstants(field.type))
    case 'map':
      return hasInstants(type.key.type) || hasInstants(type.value.type)
    default:
      return false
  }
}

async function clientOptions({ uri, token, login, tls }: RemoteTarget, note: (text: string) => void): Promise<FlightSqlClientOptions> {
  const { usesTls, isLocal } = parseServerAddress(uri)
  const { ca, certificate, key, serverName, insecure } = tls
  if (!usesTls) {
    const isAskedFor = [ca, certificate, key, serverName].some((value) => value !== undefined) || insecure
    if (isAskedFor) throw new ConfigError({ code: 'NO_TLS', message: `${uri} is not encrypted: the flags of TLS go with grpc+tls://` })
    if (!isLocal && (token ?? login) !== undefined) note(`what proves who you are goes to ${uri} unencrypted`)
    return { token, login, keepaliveMs: KEEPALIVE_MS }
  }
  const [trusted, own, ownKey] = await Promise.all([ca, certificate, key].map(readPem))
  return { token, login, keepaliveMs: KEEPALIVE_MS, tls: { ca: trusted, certificate: own, key: ownKey, serverName, insecure } }
}

async function readPem(file: string | undefined): Promise<Uint8Array | undefined> {
  if (file === undefined) return undefined
  try {
    return await readFile(file)
  } catch (error) {
    const reason = error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'there is no such file' : String(error)
    throw new ConfigError({ code: 'TLS_FILE', message: `cannot read ${file}: ${reason}`, cause: error })
  }
}

/** Names the flags that mend it. */
function withFlagHint(error: unknown): unknown {
  if (!(error instanceof ArtemisError)) return error
  const { code, message, cause } = error
  if (grpcStatusOf(error) === UNAUTHENTICATED && error.hint === undefined) {
    return new ConfigError({ code, message, cause, hint: 'Give a token by --token or ARTEMIS_TOKEN, or a name and a password by --user.' })
  }
  if (grpcStatusOf(error) === UNAVAILABLE && message.includes('certificate')) {
    return new IoError({ code, message, cause, hint: 'Give its authority by --tls-ca FILE, or the name in it by --tls-server-name NAME.' })
  }
  return error
}

/** The statement that was refused is not one that the user wrote. */
function withoutPlace(error: unknown): unknown {
  if (error instanceof ArtemisError) error.span = undefined
  return error
}
