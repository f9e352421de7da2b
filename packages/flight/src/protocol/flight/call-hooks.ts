import type { CallContext } from './call-context.js'

/** How a call ended. */
export interface CallOutcome {
  /** A gRPC status code: 0 is OK. */
  readonly code: number
  readonly error: unknown
  readonly durationMs: number
  readonly messagesSent: number
  readonly bytesSent: number
  readonly messagesReceived: number
  readonly bytesReceived: number
}

/** What stands around every call: limits, metrics, logs. Hooks run in their order before the handler, and in the reverse order after it. */
export interface CallHooks {
  /** Before the handler, after authentication. Throws to refuse the call. The function it gives back is called once, at the call's end. */
  begin(context: CallContext): Promise<((outcome: CallOutcome) => void) | undefined>
  /** After each message to the client, with its bytes; waits when it returns a promise. */
  sent?(context: CallContext, bytes: number): void | Promise<void>
}
