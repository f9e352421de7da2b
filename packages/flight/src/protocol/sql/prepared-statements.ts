/** Prepared statements by their handles. A handle answers to its principal, on any connection; it ends with its session. */

import { randomBytes } from 'node:crypto'
import { notFound } from '../flight/flight-error.js'
import type { Principal } from '../principal.js'
import type { BackendStatement, ParameterRow } from './backend.js'
import type { StatementText } from './plain-tickets.js'
import { planBytes, rowsBytes } from './plan-size.js'
import type { Session } from './session.js'

export interface PreparedStatement {
  readonly handle: string
  readonly session: Session
  /** Undefined for a Substrait plan. */
  readonly text: StatementText | undefined
  readonly statement: BackendStatement
  /** What DoPut bound last. */
  readonly rows: readonly ParameterRow[] | undefined
}

interface Kept extends PreparedStatement {
  rows: readonly ParameterRow[] | undefined
  /** Rough memory that it takes. */
  bytes: number
}

export interface PreparedStatementsOptions {
  readonly maxPerSession: number
  /** Of all statements of a principal, whatever its sessions. */
  readonly maxBytesPerPrincipal: number
}

export class PreparedStatements {
  readonly #options: PreparedStatementsOptions
  readonly #byHandle = new Map<string, Kept>()
  /** In the order of their last use. */
  readonly #bySession = new Map<Session, Map<string, Kept>>()
  readonly #bytesByPrincipal = new Map<string, number>()

  constructor(options: PreparedStatementsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#byHandle.size
  }

  /** Keeps a statement. Clients that never close theirs lose the one that they used least recently. */
  add(session: Session, text: StatementText | undefined, statement: BackendStatement): PreparedStatement {
    const prepared: Kept = { handle: randomBytes(18).toString('base64url'), session, text, statement, rows: undefined, bytes: 0 }
    const siblings = this.#bySession.get(session) ?? new Map<string, Kept>()
    this.#bySession.set(session, siblings)
    siblings.set(prepared.handle, prepared)
    this.#byHandle.set(prepared.handle, prepared)
    const [oldest] = siblings.keys()
    if (siblings.size > this.#options.maxPerSession && oldest !== undefined) this.#remove(oldest)
    this.#grow(prepared, planBytes(text, statement.schema))
    return prepared
  }

  /** Parameters for the executions that follow, in place of those before. */
  bind({ handle }: PreparedStatement, rows: readonly ParameterRow[] | undefined): void {
    const prepared = this.#byHandle.get(handle)
    if (prepared === undefined) return
    const growth = rowsBytes(rows) - rowsBytes(prepared.rows)
    prepared.rows = rows
    this.#grow(prepared, growth)
  }

  /** Counts what a statement takes. A principal over its bytes loses the statements that it made first, but never this one. */
  #grow(prepared: Kept, bytes: number): void {
    const { id } = prepared.session.principal
    prepared.bytes += bytes
    this.#bytesByPrincipal.set(id, (this.#bytesByPrincipal.get(id) ?? 0) + bytes)
    for (const [handle, other] of this.#byHandle) {
      if ((this.#bytesByPrincipal.get(id) ?? 0) <= this.#options.maxBytesPerPrincipal) break
      if (other !== prepared && other.session.principal.id === id) this.#remove(handle)
    }
  }

  /** @throws FlightError NOT_FOUND, also for another principal's handle. */
  get(principal: Principal, handle: Uint8Array): PreparedStatement {
    const prepared = this.#byHandle.get(Buffer.from(handle).toString('latin1'))
    if (prepared === undefined || prepared.session.principal.id !== principal.id || prepared.session.isClosed) {
      throw notFound('no prepared statement has this handle: it was closed, or its session has ended')
    }
    const siblings = this.#bySession.get(prepared.session)
    siblings?.delete(prepared.handle)
    siblings?.set(prepared.handle, prepared)
    return prepared
  }

  close(principal: Principal, handle: Uint8Array): void {
    this.#remove(this.get(principal, handle).handle)
  }

  forgetSession(session: Session): void {
    for (const handle of this.#bySession.get(session)?.keys() ?? []) this.#remove(handle)
  }

  #remove(handle: string): void {
    const prepared = this.#byHandle.get(handle)
    if (prepared === undefined) return
    this.#byHandle.delete(handle)
    const siblings = this.#bySession.get(prepared.session)
    siblings?.delete(handle)
    if (siblings?.size === 0) this.#bySession.delete(prepared.session)
    const { id } = prepared.session.principal
    const left = (this.#bytesByPrincipal.get(id) ?? 0) - prepared.bytes
    if (left > 0) this.#bytesByPrincipal.set(id, left)
    else this.#bytesByPrincipal.delete(id)
  }
}

export function handleBytes(prepared: PreparedStatement): Uint8Array {
  return Uint8Array.from(Buffer.from(prepared.handle, 'latin1'))
}
