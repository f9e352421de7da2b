/** A line for each call, for those who look into a client's ways: at level debug. */

import type { CallContext } from '../../protocol/flight/call-context.js'
import type { CallHooks, CallOutcome } from '../../protocol/flight/call-hooks.js'
import { statusName } from '../call-status.js'
import type { Logger } from './logger.js'

export type TraceIdOf = (context: CallContext) => string | undefined

export class CallLog implements CallHooks {
  readonly #logger: Logger
  readonly #traceIdOf: TraceIdOf

  constructor(logger: Logger, traceIdOf: TraceIdOf) {
    this.#logger = logger
    this.#traceIdOf = traceIdOf
  }

  begin(context: CallContext): Promise<((outcome: CallOutcome) => void) | undefined> {
    if (!this.#logger.isLevelEnabled('debug')) return Promise.resolve(undefined)
    return Promise.resolve(({ code, durationMs, messagesSent, bytesSent, messagesReceived, bytesReceived }) => {
      const counts = { durationMs: rounded(durationMs), messagesSent, bytesSent, messagesReceived, bytesReceived }
      this.#logger.debug({ method: context.method, ...callerFields(context, this.#traceIdOf), status: statusName(code), ...counts }, 'call ended')
    })
  }
}

/** Who calls: names and addresses, and no headers. */
export function callerFields(context: CallContext, traceIdOf: TraceIdOf): object {
  const traceId = traceIdOf(context)
  return { principal: context.principal.name, principalId: context.principal.id, peer: context.peer, ...(traceId === undefined ? {} : { traceId }) }
}

/** Milliseconds to the microsecond: more digits are noise in a log. */
export function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
