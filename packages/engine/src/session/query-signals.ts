/**
 * The signals of a session's queries: each fires with its caller's signal and with the session's end.
 *
 * A session may live for months. `AbortSignal.any` over a signal of the session's own would leave a trace there for every
 * query (about 60 bytes on Node 20), so each query has a controller, which is forgotten with its signal: also when a
 * result is never read and nobody says that it has ended.
 */

import { throwIfAborted } from '@artemis/errors'

const FIRST_SWEEP = 1024

export class QuerySignals {
  readonly #controllers = new Set<WeakRef<AbortController>>()
  /** Keeps a controller for as long as somebody holds the signal that it fires. */
  readonly #controllerOf = new WeakMap<AbortSignal, AbortController>()
  #sweepAt = FIRST_SWEEP
  #ended: { readonly reason: unknown } | undefined

  /** Throws when the session has ended or the caller has cancelled. */
  begin(caller: AbortSignal | undefined): AbortSignal {
    const controller = new AbortController()
    if (this.#ended !== undefined) controller.abort(this.#ended.reason)
    const signal = caller === undefined ? controller.signal : AbortSignal.any([controller.signal, caller])
    throwIfAborted(signal)
    this.#controllerOf.set(signal, controller)
    this.#controllers.add(new WeakRef(controller))
    if (this.#controllers.size >= this.#sweepAt) this.#sweep()
    return signal
  }

  /** Fires the signals of all queries, and of those to come. */
  end(reason: unknown): void {
    this.#ended ??= { reason }
    for (const reference of this.#controllers) reference.deref()?.abort(reason)
    this.#controllers.clear()
  }

  /** References that are kept, to those that are gone too. */
  get size(): number {
    return this.#controllers.size
  }

  #sweep(): void {
    for (const reference of this.#controllers) if (reference.deref() === undefined) this.#controllers.delete(reference)
    this.#sweepAt = Math.max(FIRST_SWEEP, 2 * this.#controllers.size)
  }
}
