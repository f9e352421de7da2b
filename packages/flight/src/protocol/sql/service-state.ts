import type { Backend } from './backend.js'
import type { ExecutionGate } from './execution-gate.js'
import type { ExecutionRegistry } from './execution-registry.js'
import type { PreparedStatements } from './prepared-statements.js'
import type { SessionRegistry } from './session-registry.js'
import type { TicketOffice } from './tickets.js'
import type { TransactionRegistry } from './transaction-registry.js'

/** What the handlers of one service share. */
export interface ServiceState {
  readonly backend: Backend
  readonly gate: ExecutionGate
  readonly clock: () => number
  readonly sessions: SessionRegistry
  readonly prepared: PreparedStatements
  readonly executions: ExecutionRegistry
  readonly transactions: TransactionRegistry
  readonly tickets: TicketOffice
  readonly ticketLifetimeMs: number
  readonly maxQueryBytes: number
  readonly maxParameterBytes: number
}
