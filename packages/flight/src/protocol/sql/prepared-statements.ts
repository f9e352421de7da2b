/** Prepared statements by their handles. A handle answers to its principal, on any connection; it ends with its session. */

import { randomBytes } from 'node:crypto'
import { notFound } from '../flight/flight-error.js'
import type { Principal } from '../principal.js'
import type { BackendStatement, ParameterRow } from './backend.js'
import type { StatementText } from './plain-tickets.js'
import type { Session } from './session.js'

export interface PreparedStatement {
  readonly handle: string
  readonly session: Session
  /** Undefined for a Substrait plan. */
  readonly text: StatementText | undefined
  readonly statement: BackendStatement
  /** What DoPut bound last. */
  rows: readonly ParameterRow[] | undefined
}

export interface PreparedStatementsOptions {
  readonly maxPerSession: number
}

export class PreparedStatements {
  readonly #options: PreparedStatementsOptions
  readonly #byHandle = new Map<string, PreparedStatement>()
  /** In the order of their last use. */
  readonly #bySession = new Map<Session, Map<string, PreparedStatement>>()

  constructor(options: PreparedStatementsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#byHandle.size
  }

  /** Keeps a statement. Clients that never close theirs lose the one that they used least recently. */
  add(session: Session, text: StatementText | undefined, statement: BackendStatement): PreparedStatement {
    const prepared: PreparedStatement = { handle: randomBytes(18).toString('base64url'), session, text, statement, rows: undefined }
    const siblings = this.#bySession.get(session) ?? new Map<string, PreparedStatement>()
    this.#bySession.set(session, siblings)
    siblings.set(prepared.handle, prepared)
    this.#byHandle.set(prepared.handle, prepared)
    const [oldest] = siblings.keys()
    if (siblings.size > this.#options.maxPerSession && oldest !== undefined) this.#remove(oldest)
    return prepared
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
  }
}

export function handleBytes(prepared: PreparedStatement): Uint8Array {
  return Uint8Array.from(Buffer.from(prepared.handle, 'latin1'))
}
