/**
 * What a session may do. A service that runs the SQL of people whom it does not trust gives each of their sessions a
 * policy; without one everything is allowed. The policy is asked where a name becomes a table, a statement changes
 * something, a path becomes a file, or a setting gets a value: nowhere else does SQL reach out of the engine.
 */

import { CatalogError, ConfigError } from '@artemis/errors'
import type { Span } from '@artemis/errors'
import type { SettingsPolicy } from '../settings/settings-policy.js'

export interface SessionPolicy {
  readonly settings?: SettingsPolicy | undefined
  /** Whether SQL may name files: FROM 'x.parquet', read_parquet(…), COPY. Allowed by default. */
  readonly files?: 'allowed' | 'refused' | undefined
  /** Refuses CREATE, DROP and INSERT in every catalog. */
  readonly readOnly?: boolean | undefined
  readonly access?: AccessRule | undefined
  /** Bytes that the session's own tables in `memory` may hold. No limit by default. */
  readonly maximumTableBytes?: number | undefined
}

/** Which schemas may be read and written. Names are those of the catalogs, not as a statement writes them. */
export interface AccessRule {
  /** Whether the catalog is listed; to be true when any of its schemas may be read. */
  listsCatalog(catalog: string): boolean
  allows(right: 'read' | 'write', catalog: string, schema: string): boolean
}

/** The code of every error that means: this principal may not. */
export const PERMISSION_DENIED = 'PERMISSION_DENIED'

export function accessDenied(right: 'read' | 'write', catalog: string, schema: string): CatalogError {
  return new CatalogError({ code: PERMISSION_DENIED, message: `there is no right to ${right} "${catalog}.${schema}"` })
}

export function requireWritable(policy: SessionPolicy, what: string, span?: Span): void {
  if (policy.readOnly !== true) return
  throw new ConfigError({ code: 'READ_ONLY_SESSION', message: `${what} is not allowed: this session only reads`, span })
}

/** The hook that the binder calls before a path becomes a file. */
export function fileGuard(policy: SessionPolicy): ((what: string, span: Span) => void) | undefined {
  if (policy.files !== 'refused') return undefined
  return (what, span) => {
    throw filesRefused(what, span)
  }
}

export function filesRefused(what: string, span: Span): ConfigError {
  return new ConfigError({
    code: 'FILE_ACCESS_DENIED',
    message: `${what} is not allowed: this session cannot reach files`,
    span,
    hint: 'Read tables of the catalogs; SHOW ALL TABLES lists them.',
  })
}
