/** What single values cannot tell: whether they go together, and whether the server may listen where it is told to. */

import { isIP } from 'node:net'
import { ConfigError } from '@artemis/errors'
import { parseScopes } from '../../security/scope.js'
import type { ServerConfig } from './definitions.js'

/** Throws a ConfigError that tells all that does not go together. */
export function validateConfig(config: ServerConfig): void {
  const mistakes = [...tlsMistakes(config), ...authenticationMistakes(config), ...limitMistakes(config)]
  if (mistakes.length > 0) throw new ConfigError({ code: 'INVALID_CONFIGURATION', message: mistakes.join('\n') })
}

function* tlsMistakes(config: ServerConfig): Generator<string> {
  const { 'tls.certificate': certificate, 'tls.key': key, 'tls.client_ca': clientCa } = config
  if (certificate !== undefined && key === undefined) yield 'tls.certificate needs tls.key'
  if (certificate === undefined && key !== undefined) yield 'tls.key needs tls.certificate'
  if (clientCa !== undefined && certificate === undefined) yield 'tls.client_ca needs tls.certificate and tls.key'
  if (clientCa === undefined && config['tls.client_certificates'] === 'required') yield 'tls.client_certificates = "required" needs tls.client_ca'
  const rules = Object.keys(config['auth.certificates']).length
  if (clientCa === undefined && rules > 0) yield 'auth.certificates needs tls.client_ca: without it nobody checks a certificate'
}

function* authenticationMistakes(config: ServerConfig): Generator<string> {
  yield* scopeMistake('auth.anonymous_scope', config['auth.anonymous_scope'])
  for (const [subject, scopes] of Object.entries(config['auth.certificates'])) yield* scopeMistake(`auth.certificates."${subject}"`, scopes)
  yield* scopeMistake('auth.jwt.default_scope', config['auth.jwt.default_scope'])
  const jwks = config['auth.jwt.jwks']
  if (jwks === undefined) {
    if (config['auth.jwt.issuer'] !== undefined || config['auth.jwt.audience'] !== undefined) yield 'auth.jwt.issuer and auth.jwt.audience need auth.jwt.jwks'
    return
  }
  if (config['auth.jwt.issuer'] === undefined) yield 'auth.jwt.jwks needs auth.jwt.issuer: a key set alone does not say whose tokens are meant'
  if (config['auth.jwt.audience'] === undefined) yield 'auth.jwt.jwks needs auth.jwt.audience: tokens made for other services would be accepted'
}

function* scopeMistake(name: string, scopes: string): Generator<string> {
  try {
    parseScopes(scopes)
  } catch (error) {
    yield `${name}: ${(error as Error).message}. ${error instanceof ConfigError ? (error.hint ?? '') : ''}`.trim()
  }
}

function* limitMistakes(config: ServerConfig): Generator<string> {
  if (config['limits.query'] > config['limits.message']) yield 'limits.query is larger than limits.message, in which a query travels'
  if (config['engine.session_memory_limit'] > config['engine.memory_limit']) yield 'engine.session_memory_limit is larger than engine.memory_limit'
  const { 'listen.port': port, 'metrics.port': metricsPort } = config
  if (port !== 0 && port === metricsPort) yield `listen.port and metrics.port are both ${port}`
  if (!isTimeZone(config['engine.time_zone'])) yield `engine.time_zone is "${config['engine.time_zone']}": it takes an IANA name such as "Europe/Berlin"`
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

export function usesTls(config: ServerConfig): boolean {
  return config['tls.certificate'] !== undefined
}

/** Whether only processes of this machine can reach the address. A name that is not an address may mean anything but `localhost`. */
export function isLoopback(host: string): boolean {
  const address = host.toLowerCase().replace(/^\[|\]$/g, '').replace(/^::ffff:/, '')
  if (address === 'localhost' || address === '::1') return true
  return isIP(address) === 4 && address.startsWith('127.')
}

/** How callers are told apart. */
export interface AuthenticationPlan {
  readonly tokens: boolean
  readonly jwt: boolean
  readonly certificates: boolean
  readonly anonymous: boolean
}

/**
 * Decides what is asked of callers. Throws a ConfigError when the server would listen beyond loopback and anybody could
 * call it, or what it is told would travel in the clear.
 */
export function planAuthentication(config: ServerConfig, hasTokens: boolean): AuthenticationPlan {
  const host = config['listen.host']
  const isLocal = isLoopback(host)
  const jwt = config['auth.jwt.jwks'] !== undefined
  const certificates = config['tls.client_ca'] !== undefined && Object.keys(config['auth.certificates']).length > 0
  const isOpen = !hasTokens && !jwt && !certificates
  const wanted = config['auth.anonymous']
  const insecure = config['auth.insecure_anonymous']
  const anonymous = wanted === 'on' || (wanted === 'auto' && (insecure || (isOpen && isLocal)))
  if (!isLocal && !insecure && wanted === 'on') {
    throw new ConfigError({
      code: 'INSECURE_LISTENER',
      message: `auth.anonymous = "on" would let anybody who reaches ${host} read the archive`,
      hint: 'Remove it and issue tokens, or say --insecure-anonymous if that is what you want.',
    })
  }
  if (isOpen && !anonymous && !isLocal) {
    throw new ConfigError({
      code: 'INSECURE_LISTENER',
      message: `listening on ${host} needs authentication: there is no token, no JWT issuer and no client certificate to ask for`,
      hint: 'Issue a token first (artemis-flight token create --name NAME --scope read:*), or say --insecure-anonymous to serve anybody.',
    })
  }
  if (!isLocal && !usesTls(config) && !config['tls.insecure_plaintext'] && !(anonymous && insecure)) {
    throw new ConfigError({
      code: 'INSECURE_LISTENER',
      message: `listening on ${host} without TLS would send tokens and results in the clear`,
      hint: 'Give tls.certificate and tls.key, or say --insecure-plaintext when a proxy in front ends TLS.',
    })
  }
  // An open server has nothing to compare a password with, and many tools insist on sending one.
  return { tokens: hasTokens || !anonymous, jwt, certificates, anonymous }
}
