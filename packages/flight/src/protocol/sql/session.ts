import { randomBytes } from 'node:crypto'
import { CancelledError } from '@artemis/errors'
import type { Principal } from '../principal.js'
import type { BackendSession } from './backend.js'

/** A client's session: the backend's, with what runs in it. */
export class Session {
  /** The cookie's value: who knows it, and is the same principal, has the session. */
  readonly id: string = randomBytes(18).toString('base64url')
  /** Names the session in tickets. */
  readonly key: string = randomBytes(12).toString('base64url')
  readonly principal: Principal
  readonly backend: BackendSession
  /** The connection that opened it, which finds it again without the cookie. */
  readonly peerKey: string
  lastUsedMs: number
  readonly #running = new Set<AbortController>()
  #isClosed = false

  constructor(principal: Principal, backend: BackendSession, peerKey: string, nowMs: number) {
    this.principal = principal
    this.backend = backend
    this.peerKey = peerKey
    this.lastUsedMs = nowMs
  }

  get isBusy(): boolean {
    return this.#running.size > 0
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Counts an execution among those that closing cancels. */
  enter(controller: AbortController): void {
    if (this.#isClosed) controller.abort(closedError())
    this.#running.add(controller)
  }

  leave(controller: AbortController): void {
    this.#running.delete(controller)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const controller of this.#running) controller.abort(closedError())
    await this.backend.close()
  }
}

function closedError(): CancelledError {
  return new CancelledError({ code: 'CANCELLED', message: 'the session was closed' })
}
