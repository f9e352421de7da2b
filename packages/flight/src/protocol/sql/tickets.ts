/**
 * Tickets: what GetFlightInfo gives and DoGet takes back. They are signed, so that a client can neither write nor change
 * one, and bound to a principal, a session and a time.
 *
 *   0xC1 0x41   a mark that no UTF-8 text begins with
 *   0x01        the version of what follows
 *   JSON        {@link Ticket}
 *   32 bytes    HMAC-SHA256 of all before
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { status } from '@grpc/grpc-js'
import { FlightError, invalidArgument, permissionDenied } from '../flight/flight-error.js'
import type { Principal } from '../principal.js'
import type { StatementText } from './plain-tickets.js'

const MARK = Uint8Array.of(0xc1, 0x41, 0x01)
const MAC_BYTES = 32

export interface Ticket {
  readonly principal: string
  readonly session: string
  readonly expiresAtMs: number
  /** Names this ticket among all: what runs once and what was cancelled is kept by it. */
  readonly nonce: string
  readonly content: TicketContent
}

export type TicketContent =
  /** A query whose plan may have been forgotten: its text is here unless it is large or bound to values that JSON does not hold. */
  | { readonly kind: 'query'; readonly text: StatementText | undefined }
  /** A statement with effects. It runs only while the server remembers that it has not run yet. */
  | { readonly kind: 'update' }
  /** A metadata command, as Base64 of its `Any`. */
  | { readonly kind: 'metadata'; readonly command: string }

export interface TicketOffice {
  readonly secret: Uint8Array
  readonly clock: () => number
}

export function newNonce(): string {
  return randomBytes(16).toString('base64url')
}

/** True for bytes that claim to be a ticket of this server. */
export function looksLikeTicket(bytes: Uint8Array): boolean {
  return bytes[0] === MARK[0] && bytes[1] === MARK[1]
}

export function sealTicket(office: TicketOffice, ticket: Ticket): Uint8Array {
  const signed = Buffer.concat([MARK, Buffer.from(JSON.stringify(ticket), 'utf8')])
  return Uint8Array.from(Buffer.concat([signed, mac(office, signed)]))
}

/**
 * The ticket in the bytes.
 *
 * @throws FlightError INVALID_ARGUMENT for one that was not made or was changed, PERMISSION_DENIED for another principal's.
 */
export function openTicket(office: TicketOffice, principal: Principal, bytes: Uint8Array): Ticket {
  const end = bytes.length - MAC_BYTES
  const isMarked = end > MARK.length && MARK.every((byte, i) => bytes[i] === byte)
  if (!isMarked || !timingSafeEqual(mac(office, bytes.subarray(0, end)), bytes.subarray(end))) {
    throw invalidArgument('the ticket is damaged, or was not made by this server')
  }
  // The signature vouches for the shape: nobody else wrote these bytes.
  const ticket = JSON.parse(Buffer.from(bytes.subarray(MARK.length, end)).toString('utf8')) as Ticket
  if (ticket.principal !== principal.id) throw permissionDenied('the ticket belongs to another principal')
  return ticket
}

/** Refuses a ticket whose time is over. */
export function refuseExpired(office: TicketOffice, ticket: Ticket): void {
  if (!isExpired(office, ticket)) return
  const at = new Date(ticket.expiresAtMs).toISOString()
  throw new FlightError({ code: status.INVALID_ARGUMENT, message: `the ticket expired at ${at}; call GetFlightInfo again` })
}

export function isExpired(office: TicketOffice, ticket: Ticket): boolean {
  return office.clock() >= ticket.expiresAtMs
}

function mac(office: TicketOffice, bytes: Uint8Array): Buffer {
  return createHmac('sha256', office.secret).update(bytes).digest()
}
