/**
 * Tokens in one JSON file, shared by the running server and the commands that create and revoke. A change takes effect in
 * the server within 200 ms without a restart. Without a readable file nobody gets in: the server says UNAVAILABLE, and the
 * log says why.
 *
 * When a token was last used stands in a file of its own (`<file>.last-used`), as only the server writes that one: it is
 * coarse (a minute), and losing it loses no right.
 */

import { stat } from 'node:fs/promises'
import { status } from '@grpc/grpc-js'
import { ConfigError } from '@artemis/errors'
import { FlightError, unauthenticated } from '../protocol/flight/flight-error.js'
import type { PrincipalLimits } from './access-principal.js'
import { readFileIfPresent, reasonOf, withFileLock, writeFileAtomically } from './atomic-file.js'
import type { Scope } from './scope.js'
import { checkLimits, formatTokenFile, parseTokenFile } from './token-records.js'
import type { StoredToken, TokenRecord } from './token-records.js'
import { formatToken, hashSecret, newTokenParts, parseToken, secretMatches } from './token-text.js'
import { UsageFile } from './usage-file.js'
import { WatchedFile } from './watched-file.js'

export interface SecurityLogger {
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface TokenStoreOptions {
  readonly logger?: SecurityLogger
  /** Milliseconds between two looks at the file. */
  readonly intervalMs?: number
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

export interface NewToken {
  readonly name: string
  /** Milliseconds since the epoch; undefined: never. See `parseExpiry`. */
  readonly expiresAtMs: number | undefined
  readonly scopes: readonly Scope[]
  readonly limits?: Partial<PrincipalLimits>
}

export interface ListedToken extends TokenRecord {
  readonly state: 'active' | 'expired' | 'revoked'
  /** To the minute; undefined when it was never used, or the server keeps no record of it. */
  readonly lastUsedAtMs: number | undefined
}

export class TokenStore {
  readonly path: string
  readonly #file: WatchedFile<ReadonlyMap<string, StoredToken>>
  readonly #usage: UsageFile
  readonly #now: () => number

  private constructor(path: string, options: TokenStoreOptions) {
    const { logger } = options
    this.path = path
    this.#now = options.now ?? Date.now
    this.#usage = new UsageFile(`${path}.last-used`, this.#now, (error) => logger?.warn({ file: path, error: reasonOf(error) }, 'when tokens were last used could not be kept'))
    let existed = false
    this.#file = new WatchedFile({
      path,
      parse: (content) => {
        if (content === undefined && existed) throw new ConfigError({ code: 'TOKEN_FILE_MISSING', message: `the token file ${path} is gone` })
        existed ||= content !== undefined
        return content === undefined ? new Map<string, StoredToken>() : parseTokenFile(path, content)
      },
      onState: ({ error }) => {
        if (error === undefined) logger?.warn({ file: path }, 'the token file can be read again')
        else logger?.error({ file: path, error: reasonOf(error) }, 'the token file cannot be used: nobody gets in')
      },
      ...(options.intervalMs === undefined ? {} : { intervalMs: options.intervalMs }),
    })
  }

  /** A file that does not exist yet is a store without tokens. Throws a DataError TOKEN_FILE_DAMAGED. */
  static async open(path: string, options: TokenStoreOptions = {}): Promise<TokenStore> {
    const store = new TokenStore(path, options)
    await store.#file.current()
    const mode = await stat(path).then((stats) => stats.mode, () => 0)
    // Who may write the file may give rights to anyone. Windows has no such bits.
    if (process.platform !== 'win32' && (mode & 0o022) !== 0) options.logger?.warn({ file: path }, 'others than its owner may write the token file')
    return store
  }

  /** The text of the token is given back here and never again. */
  async create(token: NewToken): Promise<{ readonly token: string; readonly record: TokenRecord }> {
    if (token.name.trim() === '' || /[\p{Cc}]/u.test(token.name) || token.name.length > 200) {
      throw new ConfigError({ code: 'INVALID_TOKEN_NAME', message: 'a token needs a name of 1 to 200 printable characters' })
    }
    if (token.scopes.length === 0) throw new ConfigError({ code: 'INVALID_SCOPE', message: 'a token without a scope could do nothing', hint: 'Give it read:* to read everything.' })
    const limits = checkLimits({ ...token.limits })
    const parts = newTokenParts()
    const stored: StoredToken = {
      id: parts.id,
      name: token.name,
      secretHash: Buffer.from(hashSecret(parts.secret), 'hex'),
      createdAtMs: this.#now(),
      expiresAtMs: token.expiresAtMs,
      revokedAtMs: undefined,
      scopes: token.scopes,
      limits,
    }
    await this.#change((tokens) => {
      if (tokens.has(stored.id)) throw new ConfigError({ code: 'TOKEN_ID_TAKEN', message: 'the new id is taken: try again' })
      tokens.set(stored.id, stored)
    })
    return { token: formatToken(parts), record: recordOf(stored) }
  }

  /** All tokens, oldest first. */
  async list(): Promise<readonly ListedToken[]> {
    const tokens = await this.#read()
    const usage = await this.#usage.read()
    return Array.from(tokens.values(), (token) => ({ ...recordOf(token), state: this.#stateOf(token), lastUsedAtMs: usage.get(token.id) })).sort(
      (a, b) => a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1),
    )
  }

  /**
   * Ends a token, named by its id, or by its name when one active token has it. Revoking again changes nothing.
   * Throws a ConfigError TOKEN_NOT_FOUND or TOKEN_AMBIGUOUS.
   */
  async revoke(idOrName: string): Promise<TokenRecord> {
    return this.#change((tokens) => {
      const named = Array.from(tokens.values()).filter((token) => token.name === idOrName && this.#stateOf(token) === 'active')
      const found = tokens.get(idOrName) ?? named[0]
      if (found === undefined) throw new ConfigError({ code: 'TOKEN_NOT_FOUND', message: `no token has the id or name "${idOrName}"` })
      if (found.id !== idOrName && named.length > 1) {
        throw new ConfigError({ code: 'TOKEN_AMBIGUOUS', message: `${named.length} tokens are called "${idOrName}"`, hint: `Name it by id: ${named.map((token) => token.id).join(', ')}.` })
      }
      const revoked = { ...found, revokedAtMs: found.revokedAtMs ?? this.#now() }
      tokens.set(found.id, revoked)
      return recordOf(revoked)
    })
  }

  /**
   * Who holds this token. Throws a FlightError UNAUTHENTICATED; only who has the right secret learns that a token is
   * expired or revoked. UNAVAILABLE when the file cannot be used.
   */
  async verify(text: string): Promise<TokenRecord> {
    const parts = parseToken(text)
    if (parts === undefined) {
      throw unauthenticated(`this is not a whole token: one has 57 characters, art_<id>_<secret>, and this has ${text.length}`)
    }
    let tokens: ReadonlyMap<string, StoredToken>
    try {
      tokens = await this.#file.current()
    } catch (cause) {
      throw new FlightError({ code: status.UNAVAILABLE, message: 'the server cannot read its tokens at present', cause })
    }
    const stored = tokens.get(parts.id)
    if (!secretMatches(parts.secret, stored?.secretHash) || stored === undefined) throw unauthenticated('the token is not valid')
    this.#refuseEnded(stored)
    this.#usage.note(stored.id)
    return stored
  }

  /**
   * Throws a FlightError UNAUTHENTICATED when the token was revoked, expired or removed since it was verified. While the
   * file cannot be read nothing is known to have ended.
   */
  async refuseEnded(id: string): Promise<void> {
    const tokens = await this.#file.current().catch(() => undefined)
    if (tokens === undefined) return
    const stored = tokens.get(id)
    if (stored === undefined) throw unauthenticated('the token is no longer valid')
    this.#refuseEnded(stored)
  }

  /** Writes down when tokens were last used. */
  async close(): Promise<void> {
    await this.#usage.close()
  }

  #refuseEnded({ name, revokedAtMs, expiresAtMs }: StoredToken): void {
    if (revokedAtMs !== undefined) throw unauthenticated(`the token "${name}" was revoked at ${new Date(revokedAtMs).toISOString()}`)
    if (expiresAtMs !== undefined && expiresAtMs <= this.#now()) throw unauthenticated(`the token "${name}" expired at ${new Date(expiresAtMs).toISOString()}`)
  }

  #stateOf(token: StoredToken): ListedToken['state'] {
    if (token.revokedAtMs !== undefined) return 'revoked'
    return token.expiresAtMs !== undefined && token.expiresAtMs <= this.#now() ? 'expired' : 'active'
  }

  async #read(): Promise<Map<string, StoredToken>> {
    const content = await readFileIfPresent(this.path)
    return content === undefined ? new Map<string, StoredToken>() : new Map(parseTokenFile(this.path, content))
  }

  async #change<T>(change: (tokens: Map<string, StoredToken>) => T): Promise<T> {
    return withFileLock(this.path, async () => {
      const tokens = await this.#read()
      const result = change(tokens)
      await writeFileAtomically(this.path, formatTokenFile(tokens.values()))
      this.#file.invalidate()
      return result
    })
  }
}

function recordOf(token: StoredToken): TokenRecord {
  const { id, name, createdAtMs, expiresAtMs, revokedAtMs, scopes, limits } = token
  return { id, name, createdAtMs, expiresAtMs, revokedAtMs, scopes, limits }
}
