/** What the session of a remote principal may do: no files, no settings that reach the machine, and tables by its scopes. */

import type { AccessRule, SessionPolicy, SettingValues } from '@artemis/engine'
import { SETTINGS } from '@artemis/engine'
import type { Principal } from '../protocol/principal.js'
import type { AccessPrincipal } from '../security/access-principal.js'
import type { Scope } from '../security/scope.js'
import { scopeAllows } from '../security/scope.js'

/** The catalog of a session's own tables: they are nobody else's, so that reading them needs no right. */
const OWN_CATALOG = 'memory'

export interface PolicyOptions {
  /** What sessions start with. Limits of memory cannot be raised above it. */
  readonly settings: Partial<SettingValues>
  /** Bytes that the tables which a session makes may hold. */
  readonly maximumTableBytes: number
  readonly readOnly: boolean
}

export function policyFor(principal: Principal, { settings, maximumTableBytes, readOnly }: PolicyOptions): SessionPolicy {
  const initial = <K extends 'memoryLimit' | 'batchSize' | 'fileConcurrency'>(key: K): number => settings[key] ?? SETTINGS[key].defaultValue
  const scopes = scopesOf(principal)
  return {
    files: 'refused',
    readOnly,
    maximumTableBytes,
    settings: {
      hidden: ['tempDirectory'],
      locked: ['tempDirectory', 'diskLimit', 'parser', 'codegen', 'verifyPlans', 'disabledRules'],
      maximum: { memoryLimit: initial('memoryLimit'), batchSize: initial('batchSize'), fileConcurrency: initial('fileConcurrency') },
    },
    ...(scopes === undefined ? {} : { access: accessOf(scopes) }),
  }
}

/** A principal without scopes is the operator's own: it may do everything that the server does. */
function scopesOf(principal: Principal & Partial<AccessPrincipal>): readonly Scope[] | undefined {
  return principal.scopes
}

function accessOf(scopes: readonly Scope[]): AccessRule {
  return {
    listsCatalog: (catalog) => catalog === OWN_CATALOG || scopeAllows(scopes, 'read', catalog),
    allows: (right, catalog, schema) => (right === 'read' && catalog === OWN_CATALOG) || scopeAllows(scopes, right, catalog, schema),
  }
}
