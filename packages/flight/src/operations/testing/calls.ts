/** Calls without a network: what hooks and gates are given. */

import { Metadata } from '@grpc/grpc-js'
import type { CallContext, FlightMethod } from '../../protocol/flight/call-context.js'
import type { CallOutcome } from '../../protocol/flight/call-hooks.js'

interface CallOptions {
  readonly method?: FlightMethod
  readonly headers?: Readonly<Record<string, string>>
}

export function testCall({ method = 'DoGet', headers = {} }: CallOptions = {}): CallContext {
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value)
  return {
    method,
    peer: '127.0.0.1:4711',
    headers: metadata,
    principal: { id: 'token:abc', name: 'portal' },
    signal: new AbortController().signal,
    deadline: undefined,
    setHeader: () => undefined,
  }
}

export function testOutcome(overrides: Partial<CallOutcome> = {}): CallOutcome {
  return { code: 0, error: undefined, durationMs: 12.3456, messagesSent: 2, bytesSent: 1000, messagesReceived: 1, bytesReceived: 50, ...overrides }
}
