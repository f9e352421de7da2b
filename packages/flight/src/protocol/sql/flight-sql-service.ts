/**
 * Flight SQL, and plain Flight beside it, over a backend. The service keeps sessions, prepared statements and tickets;
 * what a statement is, the backend knows.
 *
 *   GetFlightInfo ── plans ──▶ FlightInfo with one signed ticket
 *   DoGet(ticket) ── gate ──▶ the planned statement runs ──▶ schema and batches
 *   DoPut ── parameters are bound, updates run at once, batches go to a table
 *   DoAction ── prepared statements, transactions, sessions, cancelling
 */

import { randomBytes } from 'node:crypto'
import { create } from '@bufbuild/protobuf'
import { timestampFromMs } from '@bufbuild/protobuf/wkt'
import { ConfigError } from '@artemis/errors'
import type { CallContext } from '../flight/call-context.js'
import { unimplemented } from '../flight/flight-error.js'
import type { FlightService, IncomingStream } from '../flight/flight-service.js'
import type { FlightPayload } from '../flight/payload.js'
import type { Action, ActionType, Criteria, FlightDescriptor, FlightInfo, PollInfo, PutResult, Result, SchemaResult, Ticket } from '../generated/Flight_pb.js'
import { PollInfoSchema, SchemaResultSchema } from '../generated/Flight_pb.js'
import { doAction, listActions } from './actions.js'
import type { Backend } from './backend.js'
import type { ExecutionGate } from './execution-gate.js'
import { ExecutionRegistry } from './execution-registry.js'
import { getFlightInfo, getSchema, listFlights } from './flights.js'
import { OPEN_GATE } from './gated-execution.js'
import { PreparedStatements } from './prepared-statements.js'
import type { ServiceState } from './service-state.js'
import { SessionRegistry } from './session-registry.js'
import { doGet } from './streams.js'
import { TransactionRegistry } from './transaction-registry.js'
import { doPut } from './uploads.js'

export interface FlightSqlServiceOptions {
  readonly backend: Backend
  /** Stands before every execution. Without one all may run. */
  readonly gate?: ExecutionGate | undefined
  /** Signs tickets, at least 32 bytes; random for each service by default. */
  readonly ticketSecret?: Uint8Array | undefined
  /** 10 minutes by default. */
  readonly ticketLifetimeMs?: number | undefined
  /** After which an unused session ends: 30 minutes by default. */
  readonly sessionIdleMs?: number | undefined
  /** 1,024 by default. */
  readonly maxSessions?: number | undefined
  /** A quarter of all by default. */
  readonly maxSessionsPerPrincipal?: number | undefined
  /** 256 by default; beyond them the least recently used one is forgotten. */
  readonly maxPreparedStatementsPerSession?: number | undefined
  /** Of a statement's text or a Substrait plan: 1 MiB by default. */
  readonly maxQueryBytes?: number | undefined
  /** Of the parameters that are bound to a statement: 16 MiB by default. */
  readonly maxParameterBytes?: number | undefined
  /** Milliseconds since the epoch: for tests. */
  readonly clock?: (() => number) | undefined
}

const MINUTE_MS = 60_000
const MIN_SECRET_BYTES = 32
const MIB = 2 ** 20
const MAX_PREPARED_BYTES_PER_PRINCIPAL = 128 * MIB

export class FlightSqlService implements FlightService {
  readonly #state: ServiceState

  constructor(options: FlightSqlServiceOptions) {
    this.#state = createState(options)
  }

  /** Sessions that are open: for metrics. */
  get sessionCount(): number {
    return this.#state.sessions.size
  }

  /** Prepared statements that are open: for metrics. */
  get preparedStatementCount(): number {
    return this.#state.prepared.size
  }

  getFlightInfo(context: CallContext, descriptor: FlightDescriptor): Promise<FlightInfo> {
    return getFlightInfo(this.#state, context, descriptor)
  }

  /** Complete at once: planning is quick, and the query runs in its DoGet. */
  async pollFlightInfo(context: CallContext, descriptor: FlightDescriptor): Promise<PollInfo> {
    const info = await getFlightInfo(this.#state, context, descriptor)
    return create(PollInfoSchema, { info, progress: 1, expirationTime: timestampFromMs(this.#state.clock() + this.#state.ticketLifetimeMs) })
  }

  async getSchema(context: CallContext, descriptor: FlightDescriptor): Promise<SchemaResult> {
    return create(SchemaResultSchema, { schema: await getSchema(this.#state, context, descriptor) })
  }

  listFlights(context: CallContext, criteria: Criteria): AsyncIterable<FlightInfo> {
    return listFlights(this.#state, context, criteria)
  }

  doGet(context: CallContext, ticket: Ticket): AsyncIterable<FlightPayload> {
    return doGet(this.#state, context, ticket.ticket)
  }

  doPut(context: CallContext, stream: IncomingStream): AsyncIterable<PutResult> {
    return doPut(this.#state, context, stream)
  }

  doExchange(): AsyncIterable<FlightPayload> {
    throw unimplemented('DoExchange')
  }

  doAction(context: CallContext, action: Action): AsyncIterable<Result> {
    return doAction(this.#state, context, action)
  }

  async *listActions(): AsyncIterable<ActionType> {
    yield* listActions()
  }

  connectionEnded(peer: string): void {
    this.#state.sessions.connectionEnded(peer)
  }

  /** Ends all sessions, and with them what runs. */
  async close(): Promise<void> {
    await this.#state.sessions.closeAll()
  }
}

function createState(options: FlightSqlServiceOptions): ServiceState {
  const { backend, clock = Date.now, maxSessions = 1024 } = options
  const secret = options.ticketSecret ?? randomBytes(MIN_SECRET_BYTES)
  if (secret.length < MIN_SECRET_BYTES) {
    throw new ConfigError({ code: 'TICKET_SECRET_TOO_SHORT', message: `the ticket secret must have at least ${MIN_SECRET_BYTES} bytes` })
  }
  const prepared = new PreparedStatements({
    maxPerSession: options.maxPreparedStatementsPerSession ?? 256,
    maxBytesPerPrincipal: MAX_PREPARED_BYTES_PER_PRINCIPAL,
  })
  const executions = new ExecutionRegistry({ clock, maxPlanned: 10_000, maxPlannedBytes: 64 * MIB })
  const transactions = new TransactionRegistry()
  const sessions = new SessionRegistry({
    backend,
    clock,
    idleMs: options.sessionIdleMs ?? 30 * MINUTE_MS,
    maxSessions,
    maxSessionsPerPrincipal: options.maxSessionsPerPrincipal ?? Math.max(1, Math.floor(maxSessions / 4)),
    ended: (session) => {
      for (const registry of [prepared, executions, transactions]) registry.forgetSession(session)
    },
  })
  return {
    backend,
    gate: options.gate ?? OPEN_GATE,
    clock,
    sessions,
    prepared,
    executions,
    transactions,
    tickets: { secret, clock },
    ticketLifetimeMs: options.ticketLifetimeMs ?? 10 * MINUTE_MS,
    maxQueryBytes: options.maxQueryBytes ?? 1024 * 1024,
    maxParameterBytes: options.maxParameterBytes ?? 16 * 1024 * 1024,
  }
}
