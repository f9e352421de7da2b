/** `artemis-flight token`: issue, list and revoke. */

import { ConfigError } from '@artemis/errors'
import type { LoadedConfig } from '../operations/config/load.js'
import { makeFolderOf, stateFiles } from '../operations/state-files.js'
import { formatScopes, parseScopes } from '../security/scope.js'
import { parseExpiry } from '../security/token-expiry.js'
import { TokenStore } from '../security/token-store.js'
import type { ListedToken } from '../security/token-store.js'
import type { TokenCreateOptions } from './options.js'
import type { Streams } from './streams.js'

/** The token alone goes to standard output, so that a script can take it; what there is to say goes to standard error. */
export async function createToken({ config }: LoadedConfig, options: TokenCreateOptions, { stdout, stderr }: Streams): Promise<number> {
  const file = stateFiles(config).tokens
  const scopes = parseScopes(options.scopes)
  const expiresAtMs = parseExpiry(options.expires, Date.now())
  const { requestsPerSecond, requestBurst, concurrentQueries, bytesPerSecond } = options
  const given = Object.entries({ requestsPerSecond, requestBurst, concurrentQueries, bytesPerSecond }).filter(([, value]) => value !== undefined)
  await makeFolderOf(file)
  const store = await TokenStore.open(file)
  const { token, record } = await store.create({ name: options.name, expiresAtMs, scopes, limits: Object.fromEntries(given) })
  await store.close()
  const until = record.expiresAtMs === undefined ? 'never expires' : `expires ${new Date(record.expiresAtMs).toISOString()}`
  stderr.write(`Token "${record.name}" (${record.id}) may ${formatScopes(record.scopes)} and ${until}. It is shown this once:\n`)
  stdout.write(`${token}\n`)
  return 0
}

export async function listTokens({ config }: LoadedConfig, asJson: boolean, { stdout, stderr }: Streams): Promise<number> {
  const file = stateFiles(config).tokens
  const store = await TokenStore.open(file)
  const tokens = await store.list()
  await store.close()
  if (asJson) for (const token of tokens) stdout.write(`${JSON.stringify(jsonOf(token))}\n`)
  else if (tokens.length === 0) stderr.write(`There is no token in ${file}.\n`)
  else stdout.write(table([['ID', 'NAME', 'STATE', 'SCOPES', 'CREATED', 'EXPIRES', 'LAST USED', 'LIMITS'], ...tokens.map(rowOf)]))
  return 0
}

export async function revokeToken({ config }: LoadedConfig, idOrName: string, { stderr }: Streams): Promise<number> {
  const file = stateFiles(config).tokens
  const store = await TokenStore.open(file)
  if ((await store.list()).length === 0) {
    throw new ConfigError({ code: 'TOKEN_NOT_FOUND', message: `there is no token in ${file}`, hint: '--config or --state-directory name the place.' })
  }
  const { name, id } = await store.revoke(idOrName)
  await store.close()
  stderr.write(`Token "${name}" (${id}) is revoked.\n`)
  return 0
}

function jsonOf(token: ListedToken): object {
  const { id, name, state, scopes, limits } = token
  return {
    id,
    name,
    state,
    scopes: formatScopes(scopes),
    created: isoTime(token.createdAtMs),
    expires: isoTime(token.expiresAtMs),
    revoked: isoTime(token.revokedAtMs),
    lastUsed: isoTime(token.lastUsedAtMs),
    limits,
  }
}

function rowOf(token: ListedToken): readonly string[] {
  const limits = Object.entries(token.limits).map(([name, value]) => `${name}=${value}`)
  const { id, name, state, scopes, createdAtMs, expiresAtMs, lastUsedAtMs } = token
  const times = [minute(createdAtMs) ?? '', minute(expiresAtMs) ?? 'never', minute(lastUsedAtMs) ?? '-']
  return [id, name, state, formatScopes(scopes), ...times, limits.join(' ') || '-']
}

function isoTime(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString()
}

function minute(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : `${new Date(ms).toISOString().slice(0, 16)}Z`
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()}\n`).join('')
}
