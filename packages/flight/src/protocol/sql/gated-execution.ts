/** One execution from its admission to its outcome, whatever stands at the gate and however it ends. */

import { CancelledError, throwIfAborted } from '@artemis/errors'
import type { CallContext } from '../flight/call-context.js'
import type { FlightPayload } from '../flight/payload.js'
import { withSql } from '../flight/status.js'
import type { ExecutionGate, ExecutionOutcome, ExecutionRequest } from './execution-gate.js'
import type { ExecutionRegistry } from './execution-registry.js'
import type { Session } from './session.js'

export const OPEN_GATE: ExecutionGate = { admit: () => Promise.resolve(() => undefined) }

export interface ExecutionEnvironment {
  readonly gate: ExecutionGate
  readonly executions: ExecutionRegistry
  readonly clock: () => number
}

export interface ExecutionScope {
  readonly session: Session
  readonly request: ExecutionRequest
  /** The ticket by which CancelFlightInfo finds it. */
  readonly nonce?: string | undefined
}

/** What an execution did so far; the gate is told at its end. */
export interface Progress {
  queryId: string | undefined
  rows: number
  bytes: number
}

/** Runs `work` behind the gate, with a signal that also fires when the query is cancelled or its session closed. */
export async function execute<Result>(
  environment: ExecutionEnvironment,
  context: CallContext,
  scope: ExecutionScope,
  work: (signal: AbortSignal, progress: Progress) => Promise<Result>,
): Promise<Result> {
  const admitted = await admit(environment, context, scope)
  try {
    const result = await work(admitted.signal, admitted.progress)
    admitted.succeed()
    return result
  } catch (error) {
    admitted.fail(error)
    throw withText(error, scope)
  } finally {
    admitted.end()
  }
}

/** As {@link execute}, for work that gives payloads as they are pulled. A reader that stops early cancels it. */
export async function* executeStream(
  environment: ExecutionEnvironment,
  context: CallContext,
  scope: ExecutionScope,
  work: (signal: AbortSignal, progress: Progress) => AsyncIterable<FlightPayload>,
): AsyncGenerator<FlightPayload, void, undefined> {
  const admitted = await admit(environment, context, scope)
  try {
    for await (const payload of work(admitted.signal, admitted.progress)) {
      admitted.progress.bytes += payload.header.length
      for (const chunk of payload.body) admitted.progress.bytes += chunk.length
      yield payload
      throwIfAborted(admitted.signal)
    }
    admitted.succeed()
  } catch (error) {
    admitted.fail(error)
    throw withText(error, scope)
  } finally {
    admitted.end()
  }
}

/** The error with the statement that its place is in. */
function withText(error: unknown, { request: { sql } }: ExecutionScope): unknown {
  return sql === undefined ? error : withSql(error, sql)
}

interface Admitted {
  readonly signal: AbortSignal
  readonly progress: Progress
  succeed(): void
  fail(error: unknown): void
  end(): void
}

async function admit({ gate, executions, clock }: ExecutionEnvironment, context: CallContext, scope: ExecutionScope): Promise<Admitted> {
  const execution = executions.begin(context.signal, scope.session, scope.nonce)
  const startedAt = clock()
  let done: (outcome: ExecutionOutcome) => void
  try {
    done = await untilAborted(gate.admit(context, scope.request, execution.signal), execution.signal)
  } catch (error) {
    execution.end()
    throw error
  }
  const progress: Progress = { queryId: undefined, rows: 0, bytes: 0 }
  let ended: { readonly error: unknown } | undefined
  return {
    signal: execution.signal,
    progress,
    succeed: () => void (ended = { error: undefined }),
    fail: (error) => void (ended = { error }),
    end: () => {
      execution.end()
      // An error costs the walk of its stack, so the one that is seldom needed is made last.
      const { error } = ended ?? { error: new CancelledError({ code: 'CANCELLED', message: 'the client stopped reading' }) }
      done({ ...progress, error, durationMs: clock() - startedAt })
    },
  }
}

/** The admission, unless the query is cancelled while it waits; an admission that comes too late is given back. */
async function untilAborted(
  admission: Promise<(outcome: ExecutionOutcome) => void>,
  signal: AbortSignal,
): Promise<(outcome: ExecutionOutcome) => void> {
  let stop: () => void = () => undefined
  const aborted = new Promise<'aborted'>((resolve) => {
    stop = () => resolve('aborted')
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    const first = await Promise.race([admission, aborted])
    if (first !== 'aborted' && !signal.aborted) return first
    const error = new CancelledError({ code: 'CANCELLED', message: 'the query was cancelled before it ran', cause: signal.reason })
    void admission.then(
      (done) => done({ queryId: undefined, rows: 0, bytes: 0, error, durationMs: 0 }),
      () => undefined,
    )
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
