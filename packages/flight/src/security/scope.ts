/**
 * What a token may do: rights on tables by pattern. Written `read:artemis.sda`, `write:memory.*`, `read:*`; several are
 * separated by commas or spaces. A pattern has one part (a catalog) or two (a catalog and its namespaces); `*` matches
 * any text within its part. Everything after the first dot is the namespace, so `read:lake.raw.*` means the namespaces
 * below `raw`. Names are compared exactly: to fold case here could open a table that differs only in case.
 */

import { ConfigError } from '@artemis/errors'

export type Right = 'read' | 'write'

export interface Scope {
  /** Writing includes reading. */
  readonly right: Right
  readonly catalog: string
  readonly namespace: string
}

/** Reads everything, changes nothing. */
export const READ_EVERYTHING: readonly Scope[] = [{ right: 'read', catalog: '*', namespace: '*' }]

/** Reads scopes as {@link formatScopes} writes them. An empty text is no scope at all. Throws a ConfigError INVALID_SCOPE. */
export function parseScopes(text: string): readonly Scope[] {
  return text
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map(parseScope)
}

export function formatScopes(scopes: readonly Scope[]): string {
  return scopes.map(formatScope).join(' ')
}

/**
 * Whether one of the scopes gives the right on a namespace. Without a namespace: whether anything of the catalog may be
 * reached, which decides if it is listed.
 */
export function scopeAllows(scopes: readonly Scope[], right: Right, catalog: string, namespace?: string): boolean {
  for (const scope of scopes) {
    if (right === 'write' && scope.right !== 'write') continue
    if (!matches(scope.catalog, catalog)) continue
    if (namespace === undefined || matches(scope.namespace, namespace)) return true
  }
  return false
}

function parseScope(text: string): Scope {
  const match = /^(read|write):([^.:]+)(?:\.([^:]+))?$/.exec(text)
  const [, right, catalog, namespace] = match ?? []
  if ((right !== 'read' && right !== 'write') || catalog === undefined) {
    throw new ConfigError({
      code: 'INVALID_SCOPE',
      message: `"${text}" is not a scope`,
      hint: 'A scope is read or write, a colon and a pattern: read:artemis.sda, write:memory.*, read:*.',
    })
  }
  return { right, catalog, namespace: namespace ?? '*' }
}

function formatScope(scope: Scope): string {
  return scope.namespace === '*' ? `${scope.right}:${scope.catalog}` : `${scope.right}:${scope.catalog}.${scope.namespace}`
}

/**
 * Matches by the pieces between the stars, each found at its first place after the one before: linear steps for each
 * piece, where a regular expression made of the pattern could back-track without end.
 */
function matches(pattern: string, text: string): boolean {
  if (pattern === '*' || pattern === text) return true
  const pieces = pattern.split('*')
  if (pieces.length === 1) return false
  const first = pieces[0] ?? ''
  const last = pieces.at(-1) ?? ''
  const end = text.length - last.length
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false
  let position = first.length
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, position)
    if (found === -1 || found + piece.length > end) return false
    position = found + piece.length
  }
  return true
}
