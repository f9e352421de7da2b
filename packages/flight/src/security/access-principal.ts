import type { Principal } from '../protocol/principal.js'
import type { Scope } from './scope.js'

/** A principal with what it may do and how much of it. */
export interface AccessPrincipal extends Principal {
  readonly scopes: readonly Scope[]
  /** The budget that its calls are charged to: the token's, or the JWT's subject. */
  readonly budgetId: string
  /** Limits of its own, over the server's defaults. */
  readonly limits: Partial<PrincipalLimits>
  /** When its credentials end, in milliseconds since the epoch. */
  readonly expiresAtMs: number | undefined
}

/** All are positive; Infinity lifts a limit. */
export interface PrincipalLimits {
  /** Executions per second that the budget gains. */
  readonly requestsPerSecond: number
  /** Executions that may come at once. */
  readonly requestBurst: number
  readonly concurrentQueries: number
  /** Bytes of results per second. */
  readonly bytesPerSecond: number
}

export function isAccessPrincipal(principal: Principal): principal is AccessPrincipal {
  return 'budgetId' in principal && 'scopes' in principal
}

const TOKEN_PREFIX = 'token:'

/** The principal's id of a token that this server issued. */
export function tokenPrincipalId(tokenId: string): string {
  return `${TOKEN_PREFIX}${tokenId}`
}

/** The token that a principal came with, or undefined when it came otherwise. */
export function tokenIdOf(principal: Principal): string | undefined {
  return principal.id.startsWith(TOKEN_PREFIX) ? principal.id.slice(TOKEN_PREFIX.length) : undefined
}
