/**
 * OpenTelemetry, by its API alone: spans go wherever the SDK that the process was started with sends them (`node --import
 * ./instrumentation.mjs …`), and nowhere without one. A call's span follows the caller's `traceparent` (W3C Trace Context);
 * executions are its children. Attributes are those of the semantic conventions for RPC and databases.
 */

import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, isSpanContextValid, propagation, trace } from '@opentelemetry/api'
import type { Context, Span, TextMapGetter, Tracer } from '@opentelemetry/api'
import type { Metadata } from '@grpc/grpc-js'
import type { CallContext } from '../../protocol/flight/call-context.js'
import type { CallHooks, CallOutcome } from '../../protocol/flight/call-hooks.js'
import type { ExecutionRequest } from '../../protocol/sql/execution-gate.js'
import { endingOf, errorStatus } from '../call-status.js'
import type { ExecutionObserver, ObservedExecution } from '../execution-observer.js'
import type { SqlDetail } from '../logging/sql-detail.js'
import { sqlFields } from '../logging/sql-detail.js'

const SERVICE = 'arrow.flight.protocol.FlightService'

const metadataGetter: TextMapGetter<Metadata> = {
  keys: (headers) => Object.keys(headers.getMap()),
  get: (headers, key) => headers.get(key).map(String),
}

export class Tracing {
  readonly #tracer: Tracer
  readonly #sqlDetail: SqlDetail
  readonly #contexts = new WeakMap<CallContext, Context>()

  constructor(options: { readonly version: string; readonly sqlDetail: SqlDetail }) {
    this.#tracer = trace.getTracer('artemis-flight', options.version)
    this.#sqlDetail = options.sqlDetail
  }

  /** The trace that a call belongs to: also the caller's own, when no SDK is there to follow it. */
  traceIdOf(call: CallContext): string | undefined {
    const context = this.#contexts.get(call)
    const spanContext = context === undefined ? undefined : trace.getSpanContext(context)
    return spanContext !== undefined && isSpanContextValid(spanContext) ? spanContext.traceId : undefined
  }

  readonly callHooks: CallHooks = { begin: (call) => Promise.resolve(this.#beginCall(call)) }

  /** Executions follow the spans of their calls. */
  readonly executionObserver: ExecutionObserver = { begin: (call, request) => this.#beginExecution(call, request) }

  #beginCall(call: CallContext): (outcome: CallOutcome) => void {
    const parent = callersContext(call.headers)
    const { address, port } = splitPeer(call.peer)
    const span = this.#tracer.startSpan(
      `${SERVICE}/${call.method}`,
      {
        kind: SpanKind.SERVER,
        attributes: {
          'rpc.system': 'grpc',
          'rpc.service': SERVICE,
          'rpc.method': call.method,
          'network.transport': 'tcp',
          'client.address': address,
          ...(port === undefined ? {} : { 'client.port': port }),
          'enduser.id': call.principal.id,
        },
      },
      parent,
    )
    this.#contexts.set(call, isSpanContextValid(span.spanContext()) ? trace.setSpan(parent, span) : parent)
    return (outcome) => {
      span.setAttribute('rpc.grpc.status_code', outcome.code)
      end(span, outcome.code === 0 ? undefined : (outcome.error ?? new Error(`status ${outcome.code}`)))
    }
  }

  #beginExecution(call: CallContext, request: ExecutionRequest): ObservedExecution {
    const { sql, sqlHash } = sqlFields(request.sql, this.#sqlDetail)
    const span = this.#tracer.startSpan(
      `${request.kind} artemis`,
      {
        kind: SpanKind.INTERNAL,
        attributes: {
          'db.system.name': 'artemis',
          'db.operation.name': request.kind,
          ...(sql === undefined ? {} : { 'db.query.text': sql }),
          ...(sqlHash === undefined ? {} : { 'artemis.query.hash': sqlHash }),
        },
      },
      this.#contexts.get(call) ?? ROOT_CONTEXT,
    )
    return {
      admitted: (waitedMs) => void span.setAttribute('artemis.queue.duration_ms', waitedMs),
      refused: (error) => end(span, error),
      finished: ({ queryId, rows, bytes, error }) => {
        span.setAttributes({ 'db.response.returned_rows': rows, 'artemis.response.bytes': bytes })
        if (queryId !== undefined) span.setAttribute('artemis.query.id', queryId)
        end(span, error)
      },
    }
  }
}

/** A caller that stopped reading is not an error of the server. */
function end(span: Span, error: unknown): void {
  const ending = endingOf(error)
  if (ending !== 'ok') span.setAttribute('db.response.status_code', errorStatus(error))
  // Messages may quote the SQL text: the type of the error is enough here.
  if (ending === 'error') {
    span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown')
    span.setStatus({ code: SpanStatusCode.ERROR, message: errorStatus(error) })
  }
  span.end()
}

/** What the installed propagator reads; without one, `traceparent` alone, so that the log can still name the trace. */
function callersContext(headers: Metadata): Context {
  const extracted = propagation.extract(ROOT_CONTEXT, headers, metadataGetter)
  if (trace.getSpanContext(extracted) !== undefined) return extracted
  const match = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(String(headers.get('traceparent')[0] ?? ''))
  const [, traceId, spanId, flags] = match ?? []
  if (traceId === undefined || spanId === undefined) return extracted
  const traceFlags = Number.parseInt(flags ?? '0', 16) & TraceFlags.SAMPLED
  return trace.setSpanContext(extracted, { traceId, spanId, traceFlags, isRemote: true })
}

/** `ipv4:127.0.0.1:1234`, `127.0.0.1:1234` and `[::1]:1234`. */
function splitPeer(peer: string): { readonly address: string; readonly port: number | undefined } {
  const match = /^(?:ipv[46]:)?\[?(.*?)\]?:(\d+)$/.exec(peer)
  return match === null ? { address: peer, port: undefined } : { address: match[1] ?? peer, port: Number(match[2]) }
}
