/**
 * The configuration of the server, a row for each key. Parsing, `--help`, `config check`, `config print` and the table in
 * docs/flight-deployment.md are all made from this list. A key `listen.port` is `port` in the table `[listen]` of the file,
 * `ARTEMIS_FLIGHT_LISTEN_PORT` in the environment and `--listen-port` (or the name that its row gives) on the command line.
 */

import os from 'node:os'
import path from 'node:path'
import type { ConfigDefinition } from './value-kinds.js'
import { bytes, duration, integer, optionalBytes, optionalInteger, rate, toggle } from './value-kinds.js'
import { choice, directory, list, map, optionalPath, optionalText, optionalUrlOrPath, text } from './value-kinds.js'

const KIB = 2 ** 10
const MIB = 2 ** 20
const GIB = 2 ** 30
const SECOND = 1000
const MINUTE = 60 * SECOND

/** Where a service keeps what must outlive it, by the XDG base directory specification. */
function defaultStateDirectory(): string {
  const base = process.env['XDG_STATE_HOME'] ?? path.join(os.homedir(), '.local', 'state')
  return path.join(base, 'artemis-flight')
}

/** `sqlite:FILE` and folders, from the folder of the file that names them. */
function resolveWarehouse(location: string, base: string): string {
  return location.startsWith('sqlite:') ? `sqlite:${path.resolve(base, location.slice('sqlite:'.length))}` : path.resolve(base, location)
}

export const CONFIG = {
  'listen.host': text('127.0.0.1', { flag: 'host', description: 'Address to listen on. Beyond loopback the server asks for TLS and authentication' }),
  'listen.port': integer(32010, { minimum: 0, maximum: 65_535 }, { flag: 'port', description: 'Port of Flight and Flight SQL; 0 takes any that is free' }),
  'listen.keepalive': duration(30 * SECOND, {
    description: 'How often connections with calls are pinged, so that no proxy between takes a long query for a dead one',
  }),

  warehouses: map(
    {
      wanted: 'NAME=LOCATION, where NAME is a catalog of letters, digits and _',
      defaultName: 'artemis',
      resolve: resolveWarehouse,
      names: /^[a-z_]\w*$/i,
    },
    {
      flag: 'warehouse',
      description: 'Archives by catalog name: a folder of Iceberg tables, or `sqlite:FILE`. A flag without a name is the catalog `artemis`',
    },
  ),

  'state.directory': directory(defaultStateDirectory(), {
    defaultText: '`~/.local/state/artemis-flight`',
    description: 'Folder of what outlives the process: tokens, budgets and the key of tickets, where they are not named by keys of their own',
  }),

  'tls.certificate': optionalPath({ description: 'PEM file of the certificate chain. With `tls.key` it turns on TLS' }),
  'tls.key': optionalPath({ description: 'PEM file of the private key' }),
  'tls.client_ca': optionalPath({ description: 'PEM file of the authorities whose client certificates are accepted: mutual TLS' }),
  'tls.client_certificates': choice(['optional', 'required'], { description: 'Whether a client must show a certificate of `tls.client_ca`' }),
  'tls.insecure_plaintext': toggle(false, {
    flag: 'insecure-plaintext',
    description: 'Listen beyond loopback without TLS: only behind a proxy that ends TLS, since tokens and results travel in the clear',
  }),

  'auth.tokens': optionalPath({ defaultText: '`tokens.json` in the state folder', description: 'File of the tokens that `artemis-flight token` issues' }),
  'auth.anonymous': choice(['auto', 'off', 'on'], {
    description: 'Calls without credentials: `auto` takes them only on loopback, and only when there is no token and no other authentication at the start',
  }),
  'auth.anonymous_scope': text('read:*', { description: 'What anonymous calls may do' }),
  'auth.insecure_anonymous': toggle(false, { flag: 'insecure-anonymous', description: 'Serve anybody who reaches the port, beyond loopback too' }),
  'auth.certificates': map(
    { wanted: 'SUBJECT=SCOPES, such as "cn:portal" = "read:artemis.*"', splitAt: 'last' },
    {
      flag: 'certificate-scope',
      description: 'What holders of client certificates may do, by `cn:`, `dns:`, `uri:` or `email:` and the name in it, or `*` for all',
    },
  ),
  'auth.jwt.jwks': optionalUrlOrPath({
    defaultText: 'none: JWTs are refused',
    description: 'Where the keys that sign JWTs are: the URL of a JSON Web Key Set, or a file with one',
  }),
  'auth.jwt.issuer': optionalText('a text', { description: 'The only `iss` that is accepted' }),
  'auth.jwt.audience': optionalText('a text', { description: 'The only `aud` that is accepted' }),
  'auth.jwt.algorithms': list(['RS256', 'ES256', 'EdDSA'], 'names of asymmetric JWS algorithms', { description: 'Signature algorithms that are accepted' }),
  'auth.jwt.scope_claims': list(['artemis_scope', 'scope'], 'names of claims', { description: 'Claims that hold scopes: the first that a JWT has counts' }),
  'auth.jwt.default_scope': text('', { defaultText: 'nothing', description: 'What a JWT without such a claim may do' }),
  'auth.jwt.name_claim': text('sub', { description: 'The claim that names the caller in logs' }),

  'tickets.secret_file': optionalPath({
    defaultText: '`ticket.key` in the state folder',
    description: 'Key that signs tickets and handles, made when it is missing',
  }),
  'tickets.lifetime': duration(60 * MINUTE, { description: 'How long a ticket of GetFlightInfo is good for' }),

  'limits.requests_per_second': rate(100, { description: 'Executions that each principal gains a second, unless its token says otherwise' }),
  'limits.request_burst': integer(1000, { minimum: 1 }, { description: 'Executions that a principal may make at once after a rest' }),
  'limits.concurrent_queries': integer(8, { minimum: 1 }, { description: 'Executions of one principal that run at once' }),
  'limits.bytes_per_second': optionalBytes({ description: 'Bytes of results a second for each principal' }),
  // More than the engine's thread could want at once, since a stream that is read slowly keeps its place while it rests.
  'limits.running': integer(32, { minimum: 1 }, { description: 'Executions that run at once in all' }),
  'limits.queue': integer(256, { minimum: 0 }, { description: 'Executions that may wait for their turn; beyond it calls end with UNAVAILABLE' }),
  'limits.queue_wait': duration(30 * SECOND, { description: 'How long an execution may wait for its turn' }),
  'limits.message': bytes(64 * MIB, { description: 'The largest message that a client may send' }),
  'limits.header': bytes(64 * KIB, { description: 'The largest list of headers of a call' }),
  'limits.query': bytes(MIB, { description: 'The longest SQL text' }),
  'limits.sessions': integer(4096, { minimum: 1 }, { description: 'Sessions that are open at once; a principal has a quarter of them at most' }),
  'limits.stalled_stream': duration(10 * MINUTE, { description: 'When a stream whose reader takes nothing is ended, so that its place is free for others' }),
  'limits.session_idle': duration(30 * MINUTE, { description: 'When a session that nobody uses is closed' }),

  'engine.memory_limit': bytes(Math.max(256 * MIB, Math.floor(os.totalmem() / 2 / MIB) * MIB), {
    flag: 'memory-limit',
    defaultText: 'half of the machine',
    description: 'Bytes that all queries together may hold',
  }),
  'engine.session_memory_limit': bytes(Math.min(GIB, Math.max(128 * MIB, Math.floor(os.totalmem() / 8 / MIB) * MIB)), {
    defaultText: 'an eighth of the machine, at most 1 GiB',
    description: 'Bytes that the queries of one session may hold before they spill',
  }),
  'engine.session_table_limit': bytes(256 * MIB, { description: 'Bytes that the tables which one session makes in memory may hold' }),
  'engine.read_only': toggle(false, { flag: 'read-only', description: 'Refuse everything that writes, whatever the scopes say' }),
  'engine.temp_directory': directory(path.join(os.tmpdir(), 'artemis'), {
    flag: 'temp-dir',
    defaultText: '`artemis` in the temporary folder',
    description: 'Where spill files go',
  }),
  'engine.disk_limit': optionalBytes({ description: 'Bytes that one query may spill' }),
  'engine.cache': bytes(256 * MIB, { description: 'Decoded metadata, manifests and Parquet footers that are kept' }),
  'engine.file_concurrency': integer(64, { minimum: 1, maximum: 4096 }, { description: 'Files that one scan reads at once' }),
  'engine.time_zone': text('UTC', { description: 'Time zone of sessions that set none' }),
  'engine.catalog': optionalText('the name of a catalog', { defaultText: 'the first warehouse', description: 'Catalog of names without one' }),
  'engine.schema': text('main', { description: 'Schema of names without one' }),

  'metrics.host': text('127.0.0.1', { description: 'Address of `/metrics`, `/healthz` and `/readyz`, over HTTP' }),
  'metrics.port': optionalInteger({ minimum: 0, maximum: 65_535 }, {
    defaultText: 'off',
    description: 'Port of the same, such as 9464; 0 takes any that is free',
  }),
  'metrics.stall_after': duration(10 * SECOND, { description: 'When a stream whose reader takes nothing counts as stalled' }),

  'log.level': choice(['info', 'debug', 'warn', 'error', 'silent'], { description: 'The least level that is written; `debug` has a line for each call' }),
  'log.format': choice(['auto', 'json', 'pretty'], { description: 'Lines of JSON, or lines for people: `auto` writes the latter to a terminal' }),
  'log.file': optionalPath({ defaultText: 'standard error', description: 'File that log lines are added to' }),
  'log.sql': choice(['full', 'hash', 'none'], {
    description: 'What of the SQL text is logged and traced. Texts may hold personal data; `hash` still tells equal ones',
  }),

  'shutdown.grace': duration(30 * SECOND, { description: 'How long running calls may go on after SIGTERM or SIGINT before they are cancelled' }),
} as const satisfies Readonly<Record<string, ConfigDefinition<never> | ConfigDefinition<unknown>>>

export type ConfigKey = keyof typeof CONFIG

/** The configuration by its keys: durations are milliseconds, sizes bytes, paths absolute. */
export type ServerConfig = { readonly [K in ConfigKey]: (typeof CONFIG)[K] extends ConfigDefinition<infer T> ? T : never }

export const CONFIG_KEYS = Object.keys(CONFIG) as readonly ConfigKey[]

/** One definition without its type: for code that treats all keys alike. */
export function definitionOf(key: ConfigKey): ConfigDefinition<unknown> {
  return CONFIG[key] as ConfigDefinition<unknown>
}

export function flagOf(key: ConfigKey): string {
  return definitionOf(key).flag ?? key.replaceAll(/[._]/g, '-')
}

export function environmentVariableOf(key: ConfigKey): string {
  return `ARTEMIS_FLIGHT_${key.replaceAll('.', '_').toUpperCase()}`
}

/** A configuration of defaults with some values of its own: for servers that are started from code. */
export function serverConfig(overrides: Partial<ServerConfig> = {}): ServerConfig {
  const defaults = Object.fromEntries(CONFIG_KEYS.map((key) => [key, definitionOf(key).defaultValue]))
  return { ...(defaults as unknown as ServerConfig), ...overrides }
}
