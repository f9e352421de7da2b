/** Which session each transaction and savepoint belongs to, so that a statement that names one runs where it was begun. */

import { notFound, unimplemented } from '../flight/flight-error.js'
import type { Principal } from '../principal.js'
import type { TransactionControl } from './backend.js'
import type { Session } from './session.js'

export class TransactionRegistry {
  readonly #sessions = new Map<string, Session>()

  begun(id: Uint8Array, session: Session): void {
    this.#sessions.set(keyOf(id), session)
  }

  ended(id: Uint8Array): void {
    this.#sessions.delete(keyOf(id))
  }

  forgetSession(session: Session): void {
    for (const [key, owner] of this.#sessions) if (owner === session) this.#sessions.delete(key)
  }

  /**
   * Where a statement of the transaction runs: the session that began it, or the call's own session, whose backend knows
   * whether such a transaction exists. Without an id the call's own.
   *
   * @throws FlightError NOT_FOUND for another principal's transaction, UNIMPLEMENTED when the backend has none.
   */
  sessionFor(principal: Principal, id: Uint8Array | undefined, own: Session): Session {
    if (id === undefined || id.length === 0) return own
    transactionsOf(own)
    const session = this.#sessions.get(keyOf(id))
    if (session === undefined) return own
    if (session.principal.id !== principal.id) throw notFound('no such transaction')
    return session
  }
}

/** @throws FlightError UNIMPLEMENTED when the backend has no transactions. */
export function transactionsOf(session: Session): TransactionControl {
  if (session.backend.transactions === undefined) throw unimplemented('Flight SQL transactions')
  return session.backend.transactions
}

function keyOf(id: Uint8Array): string {
  return Buffer.from(id).toString('base64')
}
