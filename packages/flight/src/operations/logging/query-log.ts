/**
 * One line for each execution, when it is over: query id, principal, what was asked, the snapshots that it read, how long
 * it took, rows, bytes and how it ended. Never tokens or headers; SQL texts as `log.sql` says.
 */

import type { CallContext } from '../../protocol/flight/call-context.js'
import type { ExecutionOutcome, ExecutionRequest } from '../../protocol/sql/execution-gate.js'
import type { TraceIdOf } from './call-log.js'
import { callerFields, rounded } from './call-log.js'
import { endingOf, errorStatus, isCallersMistake } from '../call-status.js'
import type { ExecutionObserver, ObservedExecution } from '../execution-observer.js'
import type { EngineLog } from './engine-log.js'
import type { Logger } from './logger.js'
import type { SqlDetail } from './sql-detail.js'
import { sqlFields } from './sql-detail.js'

export interface QueryLogOptions {
  readonly logger: Logger
  readonly sqlDetail: SqlDetail
  /** Knows the snapshots that a query was pinned to. */
  readonly engineLog: EngineLog
  /** The trace that a call belongs to, if any. */
  readonly traceIdOf: TraceIdOf
}

export class QueryLog implements ExecutionObserver {
  readonly #logger: Logger
  readonly #sqlDetail: SqlDetail
  readonly #engineLog: EngineLog
  readonly #traceIdOf: TraceIdOf

  constructor(options: QueryLogOptions) {
    this.#logger = options.logger
    this.#sqlDetail = options.sqlDetail
    this.#engineLog = options.engineLog
    this.#traceIdOf = options.traceIdOf
  }

  begin(context: CallContext, request: ExecutionRequest): ObservedExecution {
    let waitedMs = 0
    return {
      admitted: (waited) => void (waitedMs = waited),
      refused: (error, waited) => {
        const fields = { kind: request.kind, ...this.#caller(context), ...sqlFields(request.sql, this.#sqlDetail), queuedMs: rounded(waited) }
        this.#logger.warn({ ...fields, ...this.#failure(error) }, 'query not admitted')
      },
      finished: (outcome) => this.#executed(context, request, outcome, waitedMs),
    }
  }

  #executed(context: CallContext, request: ExecutionRequest, outcome: ExecutionOutcome, waitedMs: number): void {
    const { queryId, rows, bytes, durationMs, error } = outcome
    const ending = endingOf(error)
    const fields = {
      queryId,
      kind: request.kind,
      ...this.#caller(context),
      ...sqlFields(request.sql, this.#sqlDetail),
      snapshots: this.#engineLog.takeSnapshots(queryId),
      durationMs: rounded(durationMs),
      queuedMs: rounded(waitedMs),
      rows,
      bytes,
      status: 'OK',
      ...(error === undefined ? {} : this.#failure(error)),
    }
    // A statement that its caller has to mend is an everyday matter; what an operator has to look at is not.
    if (ending === 'error') this.#logger[isCallersMistake(error) ? 'info' : 'warn'](fields, 'query failed')
    else if (request.kind === 'metadata') this.#logger.debug(fields, 'metadata answered')
    else this.#logger.info(fields, ending === 'ok' ? 'query finished' : 'query cancelled')
  }

  #caller(context: CallContext): object {
    return callerFields(context, this.#traceIdOf)
  }

  /** Messages of errors quote the SQL text: they are told where the text itself is. */
  #failure(error: unknown): object {
    const code = typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
    const message = this.#sqlDetail === 'full' && error instanceof Error ? { error: error.message } : {}
    return { status: errorStatus(error), ...code, ...message }
  }
}
