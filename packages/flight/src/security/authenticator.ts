/**
 * Decides who calls: by a token of ours, a JWT, a client certificate, or as anonymous where that is configured. A call
 * that carries a token is judged by it alone: a wrong one never falls back to the certificate or to anonymous.
 *
 * Handshake gives the same token back as a Bearer. A session secret of its own would live on after the token's revocation
 * unless it were looked up the same way, and would save nothing: a look-up takes some microseconds.
 */

import { status } from '@grpc/grpc-js'
import type { Authenticator, Credentials, HandshakeGrant } from '../protocol/flight/authenticator.js'
import { FlightError, unauthenticated } from '../protocol/flight/flight-error.js'
import { ANONYMOUS } from '../protocol/principal.js'
import type { Principal } from '../protocol/principal.js'
import { tokenPrincipalId } from './access-principal.js'
import type { AccessPrincipal, PrincipalLimits } from './access-principal.js'
import { reasonOf } from './atomic-file.js'
import { NO_TOKEN, isJwt, tokenOfHandshake, tokenOfHeaders } from './bearer-text.js'
import { principalOfCertificate } from './client-certificate.js'
import type { CertificateRule } from './client-certificate.js'
import { FailureThrottle } from './failure-throttle.js'
import type { JsonWebTokenVerifier } from './json-web-token.js'
import type { Scope } from './scope.js'
import type { TokenRecord } from './token-records.js'
import type { TokenStore } from './token-store.js'
import { resemblesToken } from './token-text.js'

export interface AuthenticatorOptions {
  readonly tokens?: TokenStore | undefined
  readonly jwt?: JsonWebTokenVerifier | undefined
  readonly certificates?: readonly CertificateRule[] | undefined
  /** What a caller without credentials may do. Without this, such a call is refused. */
  readonly anonymous?: { readonly scopes: readonly Scope[]; readonly limits?: Partial<PrincipalLimits> } | undefined
  readonly throttle?: FailureThrottle | undefined
  /** Told of every refusal, for logs and metrics. The reason holds no secret. */
  readonly onFailure?: ((failure: { readonly peer: string; readonly reason: string }) => void) | undefined
}

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const throttle = options.throttle ?? new FailureThrottle()

  async function guarded<T>(peer: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof FlightError)) throw error
      // The caller is not told why keys or tokens cannot be had, so the log has to be.
      options.onFailure?.({ peer, reason: error.cause === undefined ? error.message : `${error.message}: ${reasonOf(error.cause)}` })
      if (error.code !== status.UNAUTHENTICATED) throw error
      if (await throttle.failed(peer)) throw error
      throw unauthenticated('too many attempts with wrong credentials from this address')
    }
  }

  return {
    authenticate: (credentials) => guarded(credentials.peer, async () => principalOf(options, tokenIn(options, credentials), credentials)),
    handshake: (credentials, payload) =>
      guarded(credentials.peer, async (): Promise<HandshakeGrant> => {
        const token = tokenIn(options, credentials) ?? (checksTokens(options) ? tokenOfHandshake(payload) : undefined)
        return { principal: await principalOf(options, token, credentials), authorization: `Bearer ${token ?? NO_TOKEN}` }
      }),
  }
}

/** An open server has nothing to compare a password with, and many tools insist on sending one: there it says nothing. */
function checksTokens(options: AuthenticatorOptions): boolean {
  return options.tokens !== undefined || options.jwt !== undefined || options.anonymous === undefined
}

function tokenIn(options: AuthenticatorOptions, credentials: Credentials): string | undefined {
  return checksTokens(options) ? tokenOfHeaders(credentials.headers) : undefined
}

async function principalOf(options: AuthenticatorOptions, token: string | undefined, credentials: Credentials): Promise<Principal> {
  if (token !== undefined) return principalOfToken(options, token)
  if (credentials.certificate !== undefined && options.certificates !== undefined) {
    const principal = principalOfCertificate(credentials.certificate, options.certificates)
    if (principal !== undefined) return principal
    if (options.anonymous === undefined) throw unauthenticated('the client certificate is valid, but this server gives its subject no rights')
  }
  if (options.anonymous === undefined) throw unauthenticated(missing(options))
  const anonymous: AccessPrincipal = { ...ANONYMOUS, budgetId: ANONYMOUS.id, scopes: options.anonymous.scopes, limits: options.anonymous.limits ?? {}, expiresAtMs: undefined }
  return anonymous
}

async function principalOfToken(options: AuthenticatorOptions, token: string): Promise<AccessPrincipal> {
  if (options.tokens !== undefined && (resemblesToken(token) || options.jwt === undefined)) return principalOfRecord(await options.tokens.verify(token))
  if (options.jwt !== undefined && isJwt(token)) return options.jwt.verify(token)
  if (options.jwt === undefined) throw unauthenticated('this server takes no tokens')
  throw unauthenticated(options.tokens === undefined ? 'the token is not a JWT' : 'the token is neither one of this server (art_<id>_<secret>) nor a JWT')
}

function missing(options: AuthenticatorOptions): string {
  if (options.tokens === undefined && options.jwt === undefined) return 'this server needs a client certificate'
  const certificate = options.certificates === undefined ? '' : ', or connect with a client certificate'
  return `this server needs a token: send it as "authorization: Bearer <token>", or as the password of any user${certificate}`
}

const principals = new WeakMap<TokenRecord, AccessPrincipal>()

/** One principal for each record, so that calls of one token share it until the file changes. */
function principalOfRecord(record: TokenRecord): AccessPrincipal {
  let principal = principals.get(record)
  if (principal === undefined) {
    const id = tokenPrincipalId(record.id)
    principal = { id, name: record.name, budgetId: id, scopes: record.scopes, limits: record.limits, expiresAtMs: record.expiresAtMs }
    principals.set(record, principal)
  }
  return principal
}
