/** Who a client certificate stands for. TLS verified it against the configured authorities before it gets here. */

import type { PeerCertificate } from 'node:tls'
import type { AccessPrincipal, PrincipalLimits } from './access-principal.js'
import type { Scope } from './scope.js'

export interface CertificateRule {
  /** `cn:portal`, `dns:portal.example.org`, `uri:spiffe://example.org/portal`, `email:a@example.org`, compared exactly, or `*` for every certificate. */
  readonly subject: string
  readonly scopes: readonly Scope[]
  readonly limits?: Partial<PrincipalLimits>
}

/** The principal of the first rule that fits, or undefined. */
export function principalOfCertificate(certificate: PeerCertificate, rules: readonly CertificateRule[]): AccessPrincipal | undefined {
  const names = namesOf(certificate)
  for (const rule of rules) {
    const name = rule.subject === '*' ? names[0] : names.find((candidate) => candidate === normalized(rule.subject))
    if (name === undefined) continue
    const id = `certificate:${name}`
    const until = Date.parse(certificate.valid_to)
    return {
      id,
      name: name.slice(name.indexOf(':') + 1),
      budgetId: id,
      scopes: rule.scopes,
      limits: rule.limits ?? {},
      expiresAtMs: Number.isNaN(until) ? undefined : until,
    }
  }
  return undefined
}

/** The common name first, then the alternative names. A subject with several common names has none: which one was meant is anyone's guess. */
function namesOf(certificate: PeerCertificate): readonly string[] {
  const commonName: unknown = certificate.subject?.CN
  const names = typeof commonName === 'string' ? [`cn:${commonName}`] : []
  for (const [kind, name] of alternativeNames(certificate.subjectaltname ?? '')) {
    if (kind === 'DNS' || kind === 'URI' || kind === 'email') names.push(normalized(`${kind.toLowerCase()}:${name}`))
  }
  return names
}

/**
 * Splits `DNS:a, URI:"b, c"`. Node puts a name in JSON's quotes when it holds characters that could be taken for
 * separators: a name that pretends to be two must stay one (CVE-2021-44532).
 */
function alternativeNames(text: string): (readonly [string, string])[] {
  const names: (readonly [string, string])[] = []
  for (const match of text.matchAll(/(?:^|, )([^:,"]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?=, |$)/g)) {
    const [, kind, value] = match
    if (kind === undefined || value === undefined) continue
    names.push([kind, value.startsWith('"') ? String(JSON.parse(value)) : value])
  }
  return names
}

/** Host names do not depend on case; nothing else here does so. */
function normalized(name: string): string {
  return name.startsWith('dns:') ? name.toLowerCase() : name
}
