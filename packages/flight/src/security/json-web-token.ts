/**
 * Tokens of an identity provider (JWT, RFC 7519), checked by `jose`. Only public keys are known here and only asymmetric
 * algorithms are allowed, so that neither `none` nor an HMAC keyed by a public key can pass. Issuer and audience must be
 * configured: without an audience, a token that the provider made for another service would open this one.
 */

import { createHash } from 'node:crypto'
import { status } from '@grpc/grpc-js'
import { createLocalJWKSet, createRemoteJWKSet, errors, importSPKI, importX509, jwtVerify } from 'jose'
import type { CryptoKey, JSONWebKeySet, JWTPayload, JWTHeaderParameters } from 'jose'
import { ConfigError } from '@artemis/errors'
import { FlightError, unauthenticated } from '../protocol/flight/flight-error.js'
import type { AccessPrincipal, PrincipalLimits } from './access-principal.js'
import { reasonOf } from './atomic-file.js'
import { parseScopes } from './scope.js'
import type { Scope } from './scope.js'
import { WatchedFile } from './watched-file.js'

export type KeySource =
  | { readonly kind: 'url'; readonly url: string }
  /** A JWKS (JSON), a public key or a certificate (PEM); changes are seen without a restart. */
  | { readonly kind: 'file'; readonly path: string }
  /** A public key or a certificate. */
  | { readonly kind: 'pem'; readonly pem: string }

export interface JsonWebTokenOptions {
  readonly keys: KeySource
  readonly issuer: string | readonly string[]
  readonly audience: string | readonly string[]
  /** By default RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 and EdDSA. */
  readonly algorithms?: readonly string[]
  readonly clockToleranceSeconds?: number
  /** Claims that hold scopes, by default `artemis_scope` and `scope`: the first that is there counts. Words that are no scope of ours are passed over, as providers put their own there. */
  readonly scopeClaims?: readonly string[]
  /** What a token may do that has none of these claims; nothing by default. */
  readonly defaultScopes?: readonly Scope[]
  /** The claim that names the principal in logs and metrics, by default `sub`. */
  readonly nameClaim?: string
  readonly limits?: Partial<PrincipalLimits>
  readonly now?: () => number
}

export const ASYMMETRIC_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const

/** Verdicts are kept no longer than this, so that a key that its provider withdrew stops counting. */
const MAX_VERDICT_AGE_MS = 300_000
const MAX_VERDICTS = 1_000
const KEY_TIMEOUT_MS = 5_000

type KeyResolver = (header: JWTHeaderParameters) => Promise<CryptoKey>

export class JsonWebTokenVerifier {
  readonly #options: JsonWebTokenOptions
  readonly #algorithms: string[]
  readonly #resolve: KeyResolver
  readonly #now: () => number
  readonly #verdicts = new Map<string, { readonly principal: AccessPrincipal; readonly untilMs: number }>()

  /** Throws a ConfigError INVALID_JWT_CONFIG. Keys are read at the first token. */
  constructor(options: JsonWebTokenOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#algorithms = [...(options.algorithms ?? ASYMMETRIC_ALGORITHMS)]
    for (const algorithm of this.#algorithms) {
      if (!ASYMMETRIC_ALGORITHMS.some((known) => known === algorithm)) {
        throw invalidConfig(`the algorithm ${algorithm} is not allowed`, `Only signatures by a public key are: ${ASYMMETRIC_ALGORITHMS.join(', ')}.`)
      }
    }
    if (this.#algorithms.length === 0) throw invalidConfig('no algorithm is allowed')
    if ([options.issuer].flat().every((text) => text === '')) throw invalidConfig('an issuer is needed')
    if ([options.audience].flat().every((text) => text === '')) throw invalidConfig('an audience is needed', 'Without one, tokens for other services would be accepted.')
    this.#resolve = resolverOf(options.keys)
  }

  /** Throws a FlightError: UNAUTHENTICATED, or UNAVAILABLE when the keys cannot be had. */
  async verify(token: string): Promise<AccessPrincipal> {
    const key = createHash('sha256').update(token).digest('base64')
    const now = this.#now()
    const known = this.#verdicts.get(key)
    if (known !== undefined && known.untilMs > now) return known.principal
    this.#verdicts.delete(key)
    const principal = this.#principalOf(await this.#payloadOf(token, now))
    const oldest = this.#verdicts.size >= MAX_VERDICTS ? this.#verdicts.keys().next().value : undefined
    if (oldest !== undefined) this.#verdicts.delete(oldest)
    this.#verdicts.set(key, { principal, untilMs: Math.min(principal.expiresAtMs ?? 0, now + MAX_VERDICT_AGE_MS) })
    return principal
  }

  async #payloadOf(token: string, nowMs: number): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, (header) => this.#resolve(header), {
        algorithms: this.#algorithms,
        issuer: [this.#options.issuer].flat(),
        audience: [this.#options.audience].flat(),
        clockTolerance: this.#options.clockToleranceSeconds ?? 30,
        requiredClaims: ['exp', 'sub'],
        currentDate: new Date(nowMs),
      })
      return payload
    } catch (error) {
      throw refusalOf(error)
    }
  }

  #principalOf(payload: JWTPayload): AccessPrincipal {
    if (payload.sub === undefined || payload.sub === '' || payload.exp === undefined) throw unauthenticated('the JWT has no subject')
    const id = `jwt:${payload.iss ?? ''}#${payload.sub}`
    const name = payload[this.#options.nameClaim ?? 'sub']
    return {
      id,
      name: typeof name === 'string' && name !== '' ? name : payload.sub,
      budgetId: id,
      scopes: this.#scopesOf(payload),
      limits: this.#options.limits ?? {},
      expiresAtMs: (payload.exp + (this.#options.clockToleranceSeconds ?? 30)) * 1000,
    }
  }

  #scopesOf(payload: JWTPayload): readonly Scope[] {
    const claim = (this.#options.scopeClaims ?? ['artemis_scope', 'scope']).find((candidate) => payload[candidate] !== undefined)
    if (claim === undefined) return this.#options.defaultScopes ?? []
    const value = payload[claim]
    const texts = (Array.isArray(value) ? value : [value]).filter((text): text is string => typeof text === 'string')
    return texts.flatMap((text) => text.split(/[\s,]+/)).flatMap(scopesOfWord)
  }
}

function scopesOfWord(word: string): readonly Scope[] {
  try {
    return parseScopes(word)
  } catch {
    return []
  }
}

function resolverOf(source: KeySource): KeyResolver {
  switch (source.kind) {
    case 'url': {
      const url = URL.canParse(source.url) ? new URL(source.url) : undefined
      const loopback = url !== undefined && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
      if (url?.protocol !== 'https:' && !(url?.protocol === 'http:' && loopback)) {
        throw invalidConfig(`the address of the keys, ${source.url}, is not an https URL`, 'Who can change the answer can sign tokens: http is for this machine only.')
      }
      return createRemoteJWKSet(url, { timeoutDuration: KEY_TIMEOUT_MS })
    }
    case 'pem':
      return pemResolver(source.pem, 'the configured key')
    case 'file': {
      const file = new WatchedFile<KeyResolver>({ path: source.path, intervalMs: 1_000, parse: (content) => fileResolver(content, source.path) })
      return async (header) => (await file.current())(header)
    }
    default: {
      const other: never = source
      throw invalidConfig(`${JSON.stringify(other)} is no source of keys`)
    }
  }
}

function fileResolver(content: string | undefined, path: string): KeyResolver {
  if (content === undefined) throw invalidConfig(`the key file ${path} does not exist`)
  if (content.includes('-----BEGIN')) return pemResolver(content, path)
  try {
    const keys = JSON.parse(content) as JSONWebKeySet
    return createLocalJWKSet(keys)
  } catch (cause) {
    throw invalidConfig(`${path} is neither a JWKS nor PEM: ${reasonOf(cause)}`)
  }
}

function pemResolver(pem: string, what: string): KeyResolver {
  if (pem.includes('PRIVATE KEY')) throw invalidConfig(`${what} is a private key`, 'Only the public key belongs here.')
  const certificate = pem.includes('-----BEGIN CERTIFICATE-----')
  if (!certificate && !pem.includes('-----BEGIN PUBLIC KEY-----')) throw invalidConfig(`${what} is no PEM public key (SPKI) or certificate`)
  const keys = new Map<string, Promise<CryptoKey>>()
  return (header) => {
    // The algorithm passed the allow-list before a key is asked for, so this map is as small as that list.
    let key = keys.get(header.alg)
    if (key === undefined) {
      key = (certificate ? importX509(pem, header.alg) : importSPKI(pem, header.alg)).catch((cause: unknown) => {
        throw new errors.JWKSNoMatchingKey(`the key does not fit the algorithm`, { cause })
      })
      keys.set(header.alg, key)
    }
    return key
  }
}

/** Texts of the token itself are never said back; claims are spoken of only where the signature was right, as jose checks it first. */
function refusalOf(error: unknown): FlightError {
  if (error instanceof errors.JWTExpired) return unauthenticated('the JWT has expired')
  if (error instanceof errors.JWTClaimValidationFailed) return unauthenticated(`the JWT's claim "${error.claim}" does not fit: ${claimReason(error.claim, error.reason)}`)
  if (error instanceof errors.JOSEAlgNotAllowed) return unauthenticated("the JWT's algorithm is not allowed")
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) return unauthenticated('the JWT is signed by a key that this server does not know')
  if (error instanceof errors.JWSSignatureVerificationFailed) return unauthenticated("the JWT's signature is not valid")
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return unauthenticated('the token is not a well-formed JWT')
  if (error instanceof errors.JOSENotSupported) return unauthenticated('the JWT uses what this server does not support')
  return new FlightError({ code: status.UNAVAILABLE, message: 'the server cannot get the keys that JWTs are signed by at present', cause: error })
}

function claimReason(claim: string, reason: string): string {
  if (reason === 'missing') return 'it is missing'
  switch (claim) {
    case 'iss':
      return 'another issuer made it'
    case 'aud':
      return 'it is meant for another service'
    case 'nbf':
      return 'it does not hold yet'
    default:
      return reason
  }
}

function invalidConfig(message: string, hint?: string): ConfigError {
  return new ConfigError({ code: 'INVALID_JWT_CONFIG', message: `JWT: ${message}`, hint })
}
