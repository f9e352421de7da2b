/**
 * What the server counts, for Prometheus. Names follow its conventions: base units (seconds, bytes), counters end in
 * `_total`. Labels are few and closed: methods, kinds and status codes, and never principals or texts, whose number has no
 * bound. The process's own metrics (CPU, memory, event loop) come with them.
 */

import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { LimiterObserver } from '../../limits/limiter.js'
import type { CallContext } from '../../protocol/flight/call-context.js'
import type { CallHooks, CallOutcome } from '../../protocol/flight/call-hooks.js'
import type { ExecutionRequest } from '../../protocol/sql/execution-gate.js'
import { endingOf, errorStatus, statusName } from '../call-status.js'
import type { ExecutionObserver, ObservedExecution } from '../execution-observer.js'

/** What is read when somebody asks, instead of being counted on the way. */
export interface ServerGauges {
  readonly queuedExecutions: () => number
  readonly runningExecutions: () => number
  readonly openSessions: () => number
  readonly preparedStatements: () => number
  readonly stalledStreams: () => number
  readonly reservedMemoryBytes: () => number
  readonly isDraining: () => boolean
}

export interface ServerMetricsOptions {
  readonly version: string
  readonly memoryLimitBytes: number
  readonly gauges: ServerGauges
}

const PREFIX = 'artemis_flight_'
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

/** One for the process: its garbage collection and event loop are watched once, however many servers there are. */
let processRegistry: Registry | undefined

export class ServerMetrics {
  readonly #registry = new Registry()
  readonly #calls = this.#counter('calls_total', 'Calls that ended, by method and gRPC status', ['method', 'code'])
  readonly #callSeconds = this.#histogram('call_duration_seconds', 'Time from the call to its last message', ['method'])
  readonly #activeCalls = this.#gauge('active_calls', 'Calls that are being answered', ['method'])
  readonly #sentBytes = this.#counter('sent_bytes_total', 'Bytes of Arrow data sent', [])
  readonly #receivedBytes = this.#counter('received_bytes_total', 'Bytes of Arrow data received', [])
  readonly #queries = this.#counter('queries_total', 'Executions that ended, by kind and status', ['kind', 'status'])
  readonly #querySeconds = this.#histogram('query_duration_seconds', 'Time from the start of an execution to its last batch', ['kind'])
  readonly #queueSeconds = this.#histogram('queue_duration_seconds', 'Time that executions waited for their turn', [])
  readonly #rows = this.#counter('rows_total', 'Rows of results, and rows written', ['kind'])
  readonly #cancels = this.#counter('cancellations_total', 'Executions that their caller stopped', [])
  readonly #rejections = this.#counter('rejections_total', 'Executions and calls that were not admitted, by reason', ['reason'])
  readonly #throttledSeconds = this.#counter('throttled_seconds_total', 'Time that streams were held back to keep bytes per second', [])
  readonly #stateFailures = this.#counter('state_write_failures_total', 'Times that the budgets could not be written', [])
  readonly #authenticationFailures = this.#counter('authentication_failures_total', 'Calls without valid credentials, by status', ['code'])
  readonly #stalls = this.#counter('stream_stalls_total', 'Streams whose reader took nothing for longer than metrics.stall_after', [])

  constructor({ version, memoryLimitBytes, gauges }: ServerMetricsOptions) {
    this.#gauge('build_info', 'Always 1; the label tells the version', ['version']).set({ version }, 1)
    this.#gauge('memory_limit_bytes', 'Bytes that all queries together may hold', []).set(memoryLimitBytes)
    this.#readGauge('queued_executions', 'Executions that wait for their turn', gauges.queuedExecutions)
    this.#readGauge('running_executions', 'Executions that run', gauges.runningExecutions)
    this.#readGauge('open_sessions', 'Sessions of clients', gauges.openSessions)
    this.#readGauge('prepared_statements', 'Prepared statements of clients', gauges.preparedStatements)
    this.#readGauge('stalled_streams', 'Streams whose reader takes nothing at this moment', gauges.stalledStreams)
    this.#readGauge('memory_reserved_bytes', 'Bytes that queries hold', gauges.reservedMemoryBytes)
    this.#readGauge('draining', '1 while the server shuts down', () => (gauges.isDraining() ? 1 : 0))
  }

  /** Counts calls. Goes before all that may refuse a call. */
  readonly callHooks: CallHooks = { begin: (context) => Promise.resolve(this.#beginCall(context)) }

  readonly executionObserver: ExecutionObserver = { begin: (_, request) => this.#beginExecution(request) }

  readonly limiterObserver: LimiterObserver = {
    rejected: (reason) => {
      if (reason !== 'cancelled') this.#rejections.inc({ reason: reason.replaceAll('-', '_') })
    },
    throttled: (milliseconds) => this.#throttledSeconds.inc(milliseconds / 1000),
    failed: () => this.#stateFailures.inc(),
  }

  countAuthenticationFailure(error: unknown): void {
    this.#authenticationFailures.inc({ code: errorStatus(error) })
  }

  countStall(): void {
    this.#stalls.inc()
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** The text that Prometheus reads. */
  async scrape(): Promise<string> {
    if (processRegistry === undefined) {
      processRegistry = new Registry()
      collectDefaultMetrics({ register: processRegistry })
    }
    return `${await this.#registry.metrics()}\n${await processRegistry.metrics()}`
  }

  #beginCall({ method }: CallContext): (outcome: CallOutcome) => void {
    this.#activeCalls.inc({ method })
    return ({ code, durationMs, bytesSent, bytesReceived }) => {
      this.#activeCalls.dec({ method })
      this.#calls.inc({ method, code: statusName(code) })
      this.#callSeconds.observe({ method }, durationMs / 1000)
      this.#sentBytes.inc(bytesSent)
      this.#receivedBytes.inc(bytesReceived)
    }
  }

  #beginExecution({ kind }: ExecutionRequest): ObservedExecution {
    return {
      admitted: (waitedMs) => this.#queueSeconds.observe(waitedMs / 1000),
      // Why it was refused is counted where it was decided.
      refused: (error) => {
        if (endingOf(error) === 'cancelled') this.#cancels.inc()
      },
      finished: ({ rows, durationMs, error }) => {
        const ending = endingOf(error)
        if (ending === 'cancelled') this.#cancels.inc()
        this.#queries.inc({ kind, status: error === undefined ? 'OK' : errorStatus(error) })
        this.#querySeconds.observe({ kind }, durationMs / 1000)
        this.#rows.inc({ kind }, Math.max(0, rows))
      },
    }
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name: PREFIX + name, help, labelNames, registers: [this.#registry] })
  }

  #histogram<L extends string>(name: string, help: string, labelNames: readonly L[]): Histogram<L> {
    return new Histogram({ name: PREFIX + name, help, labelNames, buckets: SECONDS, registers: [this.#registry] })
  }

  #gauge<L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> {
    return new Gauge({ name: PREFIX + name, help, labelNames, registers: [this.#registry] })
  }

  #readGauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({ name: PREFIX + name, help, registers: [this.#registry], collect: () => gauge.set(read()) })
  }
}
