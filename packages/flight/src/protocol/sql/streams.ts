/** DoGet: a ticket of ours, or a statement that the client wrote into the ticket itself. */

import { status } from '@grpc/grpc-js'
import { unreachable } from '@artemis/errors'
import type { CallContext } from '../flight/call-context.js'
import { FlightError, invalidArgument, notFound } from '../flight/flight-error.js'
import type { FlightPayload } from '../flight/payload.js'
import type { MetadataCommand } from './commands.js'
import { unpackCommand } from './commands.js'
import type { Planned } from './flight-infos.js'
import { plan } from './flights.js'
import { executeStream } from './gated-execution.js'
import { answerMetadata } from './metadata-commands.js'
import { readCommand } from './requests.js'
import type { ServiceState } from './service-state.js'
import type { Session } from './session.js'
import { jsonRows, planStatement, resultPayloads } from './statements.js'
import type { Ticket } from './tickets.js'
import { looksLikeTicket, openTicket, refuseExpired } from './tickets.js'

export async function* doGet(state: ServiceState, context: CallContext, bytes: Uint8Array): AsyncGenerator<FlightPayload, void, undefined> {
  if (looksLikeTicket(bytes)) return yield* redeem(state, context, bytes)
  const request = readCommand(bytes)
  if (request.kind === 'statement' && request.command.$typeName === 'arrow.flight.protocol.sql.TicketStatementQuery') {
    return yield* redeem(state, context, request.command.statementHandle)
  }
  const session = await state.sessions.sessionOf(context)
  if (request.kind === 'metadata') yield* streamMetadata(state, context, session, request.command, undefined)
  else yield* streamStatement(state, context, await plan(state, context, session, request), undefined)
}

async function* redeem(state: ServiceState, context: CallContext, bytes: Uint8Array): AsyncGenerator<FlightPayload, void, undefined> {
  const ticket = openTicket(state.tickets, context.principal, bytes)
  refuseExpired(state.tickets, ticket)
  const session = state.sessions.byKey(ticket.session)
  if (session === undefined) throw notFound('the session of this ticket has ended; call GetFlightInfo again')
  const { content, nonce } = ticket
  switch (content.kind) {
    case 'metadata':
      return yield* streamMetadata(state, context, session, metadataCommand(content.command), nonce)
    case 'query':
      return yield* streamStatement(state, context, await plannedQuery(state, context, session, ticket), nonce)
    case 'update':
      return yield* streamUpdate(state, context, session, nonce)
    default:
      return unreachable(content, 'ticket')
  }
}

function metadataCommand(base64: string): MetadataCommand {
  const command = unpackCommand(Buffer.from(base64, 'base64'))
  if (command?.kind !== 'metadata') throw invalidArgument('the ticket holds no metadata command')
  return command.message
}

/**
 * The plan that GetFlightInfo made; when it was forgotten, another one of the same text. Nearly every ticket is read once,
 * so a plan that its ticket can make again is not kept for the rest of the ticket's life.
 */
async function plannedQuery(state: ServiceState, context: CallContext, session: Session, ticket: Ticket): Promise<Planned> {
  const text = ticket.content.kind === 'query' ? ticket.content.text : undefined
  const planned = text === undefined ? state.executions.planned(ticket.nonce) : state.executions.take(ticket.nonce)
  if (planned !== undefined) return { ...planned, text: planned.sql === undefined ? undefined : { sql: planned.sql, options: {} } }
  if (text === undefined) throw notFound('the query of this ticket is no longer known; call GetFlightInfo again')
  return { session, text, statement: await planStatement(state, context, session, text), rows: jsonRows(text) }
}

function streamMetadata(
  state: ServiceState,
  context: CallContext,
  session: Session,
  command: MetadataCommand,
  nonce: string | undefined,
): AsyncGenerator<FlightPayload, void, undefined> {
  return executeStream(state, context, { session, request: { kind: 'metadata', sql: undefined }, nonce }, async function* (_, progress) {
    const answer = await answerMetadata(state.backend, session.backend, command)
    progress.rows = answer.rows
    yield* answer.payloads
  })
}

function streamStatement(
  state: ServiceState,
  context: CallContext,
  { session, text, statement, rows }: Planned,
  nonce: string | undefined,
): AsyncGenerator<FlightPayload, void, undefined> {
  return executeStream(state, context, { session, request: { kind: statement.kind, sql: text?.sql }, nonce }, (signal, progress) =>
    resultPayloads(statement, rows, signal, progress),
  )
}

/** A statement with effects: whoever takes its plan out runs it, nobody else can. It is taken behind the gate, so that a refusal costs nothing. */
function streamUpdate(state: ServiceState, context: CallContext, session: Session, nonce: string): AsyncGenerator<FlightPayload, void, undefined> {
  const sql = state.executions.planned(nonce)?.sql
  return executeStream(state, context, { session, request: { kind: 'update', sql }, nonce }, (signal, progress) => {
    const planned = state.executions.take(nonce)
    if (planned === undefined) {
      const message = 'the statement of this ticket runs only once, and has run or was forgotten; call GetFlightInfo again'
      throw new FlightError({ code: status.FAILED_PRECONDITION, message })
    }
    return resultPayloads(planned.statement, planned.rows, signal, progress)
  })
}
