/** FlightInfo: what GetFlightInfo answers. One endpoint without locations, which means this server, and one signed ticket. */

import type { Schema } from '@artemis/arrow'
import { create } from '@bufbuild/protobuf'
import { timestampFromMs } from '@bufbuild/protobuf/wkt'
import type { FlightDescriptor, FlightEndpoint, FlightInfo } from '../generated/Flight_pb.js'
import { FlightEndpointSchema, FlightInfoSchema, TicketSchema } from '../generated/Flight_pb.js'
import { schemaMessage } from '../flight/record-batches.js'
import type { BackendStatement, ParameterRow } from './backend.js'
import type { MetadataCommand } from './commands.js'
import { packMetadataCommand } from './commands.js'
import { metadataSchemaMessage } from './metadata-commands.js'
import type { StatementText } from './plain-tickets.js'
import { planBytes, rowsBytes } from './plan-size.js'
import type { ServiceState } from './service-state.js'
import type { Session } from './session.js'
import type { Ticket, TicketContent } from './tickets.js'
import { newNonce, sealTicket } from './tickets.js'

/** A longer text stays on the server, and its ticket only names it. */
const MAX_TEXT_IN_TICKET = 16 * 1024

export interface Planned {
  readonly session: Session
  readonly text: StatementText | undefined
  readonly statement: BackendStatement
  readonly rows: readonly ParameterRow[] | undefined
}

/** The answer for a planned statement. The plan is kept for its DoGet. */
export function statementInfo(state: ServiceState, descriptor: FlightDescriptor, planned: Planned, schema: Schema): FlightInfo {
  const { session, text, statement, rows } = planned
  const isQuery = statement.kind === 'query'
  const content: TicketContent = isQuery ? { kind: 'query', text: textForTicket(text, rows) } : { kind: 'update' }
  const ticket = newTicket(state, session, content)
  const bytes = planBytes(text, schema) + rowsBytes(rows)
  state.executions.keep(ticket.nonce, { session, sql: text?.sql, statement, rows, expiresAtMs: ticket.expiresAtMs, bytes })
  return flightInfo(state, descriptor, schemaMessage(schema), ticket)
}

export function metadataInfo(state: ServiceState, descriptor: FlightDescriptor, session: Session, command: MetadataCommand): FlightInfo {
  const content: TicketContent = { kind: 'metadata', command: Buffer.from(packMetadataCommand(command)).toString('base64') }
  return flightInfo(state, descriptor, metadataSchemaMessage(command), newTicket(state, session, content))
}

export interface UnplannedFlight {
  /** An encapsulated message. */
  readonly schema: Uint8Array
  readonly sql: string
  /** -1 when unknown. */
  readonly rows: number
}

/** A flight whose statement is planned at its DoGet only: for lists. */
export function unplannedInfo(state: ServiceState, descriptor: FlightDescriptor, session: Session, flight: UnplannedFlight): FlightInfo {
  const info = flightInfo(state, descriptor, flight.schema, newTicket(state, session, { kind: 'query', text: { sql: flight.sql, options: {} } }))
  info.totalRecords = BigInt(flight.rows)
  return info
}

/** An endpoint for a ticket. One that can be read again says until when; a statement with effects says nothing. */
export function endpointOf(state: ServiceState, ticket: Ticket): FlightEndpoint {
  const endpoint = create(FlightEndpointSchema, { ticket: create(TicketSchema, { ticket: sealTicket(state.tickets, ticket) }) })
  if (ticket.content.kind !== 'update') endpoint.expirationTime = timestampFromMs(ticket.expiresAtMs)
  return endpoint
}

function newTicket(state: ServiceState, session: Session, content: TicketContent): Ticket {
  return { principal: session.principal.id, session: session.key, expiresAtMs: state.clock() + state.ticketLifetimeMs, nonce: newNonce(), content }
}

function flightInfo(state: ServiceState, descriptor: FlightDescriptor, schema: Uint8Array, ticket: Ticket): FlightInfo {
  return create(FlightInfoSchema, { schema, flightDescriptor: descriptor, endpoint: [endpointOf(state, ticket)], totalRecords: -1n, totalBytes: -1n })
}

/** The text, when the query can be planned from it again: it is short, outside of a transaction, and JSON holds its values exactly. */
function textForTicket(text: StatementText | undefined, rows: readonly ParameterRow[] | undefined): StatementText | undefined {
  if (text === undefined || text.options.transactionId !== undefined) return undefined
  if (rows?.some(({ kind }) => kind === 'row')) return undefined
  if (text.sql.length > MAX_TEXT_IN_TICKET) return undefined
  let isExact = true
  const json = JSON.stringify(text, (_, value: unknown) => {
    if (typeof value !== 'bigint') return value
    isExact = false
    return null
  })
  return isExact && json.length <= MAX_TEXT_IN_TICKET ? text : undefined
}
