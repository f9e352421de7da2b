/** The server: see docs/flight-deployment.md. */
export type { AccessPrincipal, PrincipalLimits } from './security/access-principal.js'
export type { Scope } from './security/scope.js'
