/** From the configuration to who may call and how: tokens, JWT, client certificates, TLS. */

import type { ServerCredentials } from '@grpc/grpc-js'
import type { Authenticator } from '../protocol/flight/authenticator.js'
import { createAuthenticator } from '../security/authenticator.js'
import type { CertificateRule } from '../security/client-certificate.js'
import { JsonWebTokenVerifier } from '../security/json-web-token.js'
import { parseScopes } from '../security/scope.js'
import { serverCredentials } from '../security/tls.js'
import type { ReloadableCredentials } from '../security/tls.js'
import { TokenStore } from '../security/token-store.js'
import type { SecurityLogger } from '../security/token-store.js'
import type { ServerConfig } from './config/definitions.js'
import type { AuthenticationPlan } from './config/validate.js'
import { planAuthentication } from './config/validate.js'
import { stateFiles } from './state-files.js'

export interface Security {
  readonly plan: AuthenticationPlan
  readonly authenticator: Authenticator
  /** Undefined when tokens open nothing here. */
  readonly tokens: TokenStore | undefined
  /** Undefined without TLS. */
  readonly credentials: ServerCredentials | undefined
  readonly activeTokens: number
  close(): Promise<void>
}

/** Throws a ConfigError when files cannot be used, or when listening so would be unsafe. */
export async function openSecurity(config: ServerConfig, logger: SecurityLogger): Promise<Security> {
  const tokens = await TokenStore.open(stateFiles(config).tokens, { logger })
  const activeTokens = (await tokens.list()).filter((token) => token.state === 'active').length
  // A store that was named on purpose is one that tokens are expected in, also when it is empty still.
  const plan = planAuthentication(config, activeTokens > 0 || config['auth.tokens'] !== undefined)
  const jwt = plan.jwt ? jsonWebTokens(config) : undefined
  const tls = await transportSecurity(config, logger)
  const authenticator = createAuthenticator({
    tokens: plan.tokens ? tokens : undefined,
    jwt,
    certificates: plan.certificates ? certificateRules(config) : undefined,
    anonymous: plan.anonymous ? { scopes: parseScopes(config['auth.anonymous_scope']) } : undefined,
    onFailure: (failure) => logger.warn(failure, 'credentials refused'),
  })
  const close = async (): Promise<void> => {
    tls?.close()
    await tokens.close()
  }
  return { plan, authenticator, tokens: plan.tokens ? tokens : undefined, credentials: tls?.credentials, activeTokens, close }
}

function certificateRules(config: ServerConfig): readonly CertificateRule[] {
  return Object.entries(config['auth.certificates']).map(([subject, scopes]) => ({ subject, scopes: parseScopes(scopes) }))
}

function jsonWebTokens(config: ServerConfig): JsonWebTokenVerifier {
  const source = config['auth.jwt.jwks'] ?? ''
  return new JsonWebTokenVerifier({
    keys: /^https?:\/\//.test(source) ? { kind: 'url', url: source } : { kind: 'file', path: source },
    issuer: config['auth.jwt.issuer'] ?? '',
    audience: config['auth.jwt.audience'] ?? '',
    algorithms: config['auth.jwt.algorithms'],
    scopeClaims: config['auth.jwt.scope_claims'],
    defaultScopes: parseScopes(config['auth.jwt.default_scope']),
    nameClaim: config['auth.jwt.name_claim'],
  })
}

async function transportSecurity(config: ServerConfig, logger: SecurityLogger): Promise<ReloadableCredentials | undefined> {
  const { 'tls.certificate': certFile, 'tls.key': keyFile, 'tls.client_ca': clientCaFile } = config
  if (certFile === undefined || keyFile === undefined) return undefined
  return serverCredentials({ certFile, keyFile, clientCaFile, requireClientCertificate: config['tls.client_certificates'] === 'required', logger })
}
