/**
 * The token file: JSON that people may read, with the SHA-256 of each secret and nothing that opens a door. Every field
 * is checked on reading: a file that is damaged or was edited wrongly gives no rights at all.
 *
 *   { "version": 1, "tokens": [ { "id": "…", "name": "portal", "sha256": "…", "created": "2026-01-01T00:00:00.000Z",
 *     "expires": null, "revoked": null, "scopes": "read:*", "limits": { "requestsPerSecond": 5 } } ] }
 */

import { ConfigError, DataError } from '@artemis/errors'
import type { PrincipalLimits } from './access-principal.js'
import { reasonOf } from './atomic-file.js'
import { formatScopes, parseScopes } from './scope.js'
import type { Scope } from './scope.js'
import { isTokenId } from './token-text.js'

/** What is known of a token; times are milliseconds since the epoch. */
export interface TokenRecord {
  readonly id: string
  readonly name: string
  readonly createdAtMs: number
  /** Undefined: never. */
  readonly expiresAtMs: number | undefined
  readonly revokedAtMs: number | undefined
  readonly scopes: readonly Scope[]
  /** Limits of its own, over the server's defaults. */
  readonly limits: Partial<PrincipalLimits>
}

export interface StoredToken extends TokenRecord {
  readonly secretHash: Uint8Array
}

const LIMIT_NAMES = ['requestsPerSecond', 'requestBurst', 'concurrentQueries', 'bytesPerSecond'] as const

export function parseTokenFile(path: string, content: string): ReadonlyMap<string, StoredToken> {
  const tokens = new Map<string, StoredToken>()
  try {
    const root = objectOf(JSON.parse(content), 'the file')
    if (root['version'] !== 1) throw new Error(`version is ${JSON.stringify(root['version'])}, not 1`)
    if (!Array.isArray(root['tokens'])) throw new Error('tokens is not a list')
    for (const entry of root['tokens']) {
      const token = readToken(objectOf(entry, 'a token'))
      if (tokens.has(token.id)) throw new Error(`the id ${token.id} stands twice`)
      tokens.set(token.id, token)
    }
  } catch (cause) {
    throw new DataError({ code: 'TOKEN_FILE_DAMAGED', message: `the token file ${path} is damaged: ${reasonOf(cause)}`, cause })
  }
  return tokens
}

export function formatTokenFile(tokens: Iterable<StoredToken>): string {
  const entries = Array.from(tokens, (token) => ({
    id: token.id,
    name: token.name,
    sha256: Buffer.from(token.secretHash).toString('hex'),
    created: new Date(token.createdAtMs).toISOString(),
    expires: formatTime(token.expiresAtMs),
    revoked: formatTime(token.revokedAtMs),
    scopes: formatScopes(token.scopes),
    limits: Object.fromEntries(Object.entries(token.limits).map(([name, value]) => [name, value === Infinity ? 'unlimited' : value])),
  }))
  return `${JSON.stringify({ version: 1, tokens: entries }, null, 2)}\n`
}

/** Checks limits from a command or a file. Throws a ConfigError INVALID_LIMIT. */
export function checkLimits(limits: Readonly<Record<string, unknown>>): Partial<PrincipalLimits> {
  const checked: { -readonly [K in keyof PrincipalLimits]?: number } = {}
  for (const [name, given] of Object.entries(limits)) {
    if (given === undefined) continue
    const known = LIMIT_NAMES.find((candidate) => candidate === name)
    if (known === undefined) throw new ConfigError({ code: 'INVALID_LIMIT', message: `no limit is called ${name}`, hint: `There are ${LIMIT_NAMES.join(', ')}.` })
    const value = given === 'unlimited' ? Infinity : given
    const whole = known === 'concurrentQueries' && value !== Infinity
    const least = known === 'requestsPerSecond' ? 0 : 1
    if (typeof value !== 'number' || !(value > 0) || value < least || (whole && !Number.isSafeInteger(value))) {
      throw new ConfigError({ code: 'INVALID_LIMIT', message: `${name} is ${JSON.stringify(given)}: not a ${whole ? 'whole ' : ''}number above 0, nor "unlimited"` })
    }
    checked[known] = value
  }
  return checked
}

function readToken(entry: Readonly<Record<string, unknown>>): StoredToken {
  const id = textOf(entry, 'id')
  if (!isTokenId(id)) throw new Error(`"${id}" is not an id`)
  const hash = textOf(entry, 'sha256')
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new Error(`the sha256 of ${id} is not 64 hexadecimal digits`)
  const created = timeOf(entry, 'created')
  if (created === undefined) throw new Error(`created is missing in ${id}`)
  return {
    id,
    name: textOf(entry, 'name'),
    secretHash: Buffer.from(hash, 'hex'),
    createdAtMs: created,
    expiresAtMs: timeOf(entry, 'expires'),
    revokedAtMs: timeOf(entry, 'revoked'),
    scopes: parseScopes(textOf(entry, 'scopes')),
    limits: checkLimits(objectOf(entry['limits'] ?? {}, 'limits')),
  }
}

function textOf(entry: Readonly<Record<string, unknown>>, name: string): string {
  const value = entry[name]
  if (typeof value !== 'string') throw new Error(`${name} is not a text`)
  return value
}

/** A missing field is an error, as an expiry that was mistyped must not become "never". */
function timeOf(entry: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = entry[name]
  if (value === null) return undefined
  const at = typeof value === 'string' ? Date.parse(value) : NaN
  if (Number.isNaN(at)) throw new Error(`${name} is neither a time nor null`)
  return at
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${what} is not an object`)
  return Object.fromEntries(Object.entries(value))
}

function formatTime(atMs: number | undefined): string | null {
  return atMs === undefined ? null : new Date(atMs).toISOString()
}
