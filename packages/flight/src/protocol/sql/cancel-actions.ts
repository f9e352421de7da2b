/** CancelFlightInfo, its older form CancelQuery, and RenewFlightEndpoint. */

import { create } from '@bufbuild/protobuf'
import type { CallContext } from '../flight/call-context.js'
import { invalidArgument } from '../flight/flight-error.js'
import type { CancelFlightInfoResult, FlightEndpoint, FlightInfo } from '../generated/Flight_pb.js'
import {
  CancelFlightInfoRequestSchema,
  CancelFlightInfoResultSchema,
  CancelStatus,
  FlightInfoSchema,
  RenewFlightEndpointRequestSchema,
} from '../generated/Flight_pb.js'
import type { ActionCancelQueryResult } from '../generated/FlightSql_pb.js'
import {
  ActionCancelQueryRequestSchema,
  ActionCancelQueryResult_CancelResult as CancelResult,
  ActionCancelQueryResultSchema,
} from '../generated/FlightSql_pb.js'
import { decodeMessage, unpackAction } from './commands.js'
import { endpointOf } from './flight-infos.js'
import type { ServiceState } from './service-state.js'
import { isExpired, openTicket, refuseExpired } from './tickets.js'

export function cancelFlightInfo(state: ServiceState, context: CallContext, body: Uint8Array): CancelFlightInfoResult {
  const { info } = decodeMessage(CancelFlightInfoRequestSchema, body)
  const isCancelled = cancelAll(state, context, info)
  return create(CancelFlightInfoResultSchema, { status: isCancelled ? CancelStatus.CANCELLED : CancelStatus.NOT_CANCELLABLE })
}

export function cancelQuery(state: ServiceState, context: CallContext, body: Uint8Array): ActionCancelQueryResult {
  const info = decodeMessage(FlightInfoSchema, unpackAction(ActionCancelQueryRequestSchema, body).info)
  const isCancelled = cancelAll(state, context, info)
  return create(ActionCancelQueryResultSchema, { result: isCancelled ? CancelResult.CANCELLED : CancelResult.NOT_CANCELLABLE })
}

/** The same ticket with more time. */
export function renewFlightEndpoint(state: ServiceState, context: CallContext, body: Uint8Array): FlightEndpoint {
  const { endpoint } = decodeMessage(RenewFlightEndpointRequestSchema, body)
  if (endpoint?.ticket === undefined) throw invalidArgument('RenewFlightEndpoint needs an endpoint with a ticket')
  const ticket = openTicket(state.tickets, context.principal, endpoint.ticket.ticket)
  refuseExpired(state.tickets, ticket)
  const expiresAtMs = state.clock() + state.ticketLifetimeMs
  const planned = state.executions.planned(ticket.nonce)
  if (planned !== undefined) state.executions.keep(ticket.nonce, { ...planned, expiresAtMs })
  return endpointOf(state, { ...ticket, expiresAtMs })
}

/** True when there was something to cancel behind every ticket. */
function cancelAll(state: ServiceState, context: CallContext, info: FlightInfo | undefined): boolean {
  if (info === undefined || info.endpoint.length === 0) throw invalidArgument('there is no FlightInfo with a ticket to cancel')
  const tickets = info.endpoint.map(({ ticket }) => openTicket(state.tickets, context.principal, ticket?.ticket ?? new Uint8Array(0)))
  let isCancelled = true
  for (const ticket of tickets) {
    const runsOnce = ticket.content.kind === 'update'
    if (isExpired(state.tickets, ticket) || !state.executions.cancel(ticket.nonce, runsOnce, ticket.expiresAtMs)) isCancelled = false
  }
  return isCancelled
}
