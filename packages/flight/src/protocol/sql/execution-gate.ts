import type { CallContext } from '../flight/call-context.js'

/** What is about to run. Metadata (catalogs, tables, SqlInfo, planning) costs less than running a statement. */
export interface ExecutionRequest {
  readonly kind: 'query' | 'update' | 'ingest' | 'metadata'
  readonly sql: string | undefined
}

/** Said once, when an execution is over, however it ended. */
export interface ExecutionOutcome {
  readonly queryId: string | undefined
  readonly rows: number
  readonly bytes: number
  /** Undefined when it went well; a client that stopped reading gives a CancelledError. */
  readonly error: unknown
  readonly durationMs: number
}

/**
 * Stands before every execution: budgets, the queue ahead of the engine, metrics and logs. `admit` waits for its turn, is
 * cancelled by the signal, and throws a FlightError to refuse.
 */
export interface ExecutionGate {
  /** `signal` fires when the call is over, and also when the query is cancelled or its session ends while the call goes on. */
  admit(context: CallContext, request: ExecutionRequest, signal: AbortSignal): Promise<(outcome: ExecutionOutcome) => void>
}
