/**
 * Ends streams whose token has ended. A call is authenticated at its start, but a large result may take hours, and a token
 * that is revoked meanwhile is to stop it. A JWT is meant to be short, so a stream that it began may outlive it.
 */

import type { CallContext } from '../protocol/flight/call-context.js'
import type { CallHooks } from '../protocol/flight/call-hooks.js'
import { tokenIdOf } from './access-principal.js'
import type { TokenStore } from './token-store.js'

export interface RevocationWatchOptions {
  /** Milliseconds between two looks at one call's token. 1 s by default. */
  readonly intervalMs?: number
  readonly now?: () => number
}

export class RevocationWatch implements CallHooks {
  readonly #tokens: TokenStore
  readonly #intervalMs: number
  readonly #now: () => number
  readonly #checkedAtMs = new WeakMap<CallContext, number>()

  constructor(tokens: TokenStore, options: RevocationWatchOptions = {}) {
    this.#tokens = tokens
    this.#intervalMs = options.intervalMs ?? 1000
    this.#now = options.now ?? Date.now
  }

  begin(context: CallContext): Promise<undefined> {
    this.#checkedAtMs.set(context, this.#now())
    return Promise.resolve(undefined)
  }

  /** Throws a FlightError UNAUTHENTICATED, which becomes the end of the call. */
  sent(context: CallContext): void | Promise<void> {
    const now = this.#now()
    if (now - (this.#checkedAtMs.get(context) ?? now) < this.#intervalMs) return
    this.#checkedAtMs.set(context, now)
    const id = tokenIdOf(context.principal)
    if (id !== undefined) return this.#tokens.refuseEnded(id)
  }
}
