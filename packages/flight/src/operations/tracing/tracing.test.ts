/** Spans of calls and executions, seen by a tracer provider of our own: the API is all that the server uses. */

import { ROOT_CONTEXT, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api'
import type { Attributes, Context, Span, SpanContext, SpanOptions, SpanStatus, Tracer } from '@opentelemetry/api'
import { BindError } from '@artemis/errors'
import { afterEach, describe, expect, it } from 'vitest'
import { testCall, testOutcome } from '../testing/calls.js'
import { Tracing } from './tracing.js'

interface RecordedSpan {
  readonly name: string
  readonly spanContext: SpanContext
  readonly parent: SpanContext | undefined
  readonly attributes: Attributes
  status: SpanStatus | undefined
  isEnded: boolean
}

/** Keeps what it is given. */
class RecordingTracer implements Tracer {
  readonly spans: RecordedSpan[] = []

  startSpan(name: string, options: SpanOptions = {}, parentContext: Context = context.active()): Span {
    const parent = trace.getSpanContext(parentContext)
    const spanId = (this.spans.length + 1).toString(16).padStart(16, '0')
    const spanContext = { traceId: parent?.traceId ?? 'f'.repeat(32), spanId, traceFlags: 1 }
    const recorded: RecordedSpan = { name, spanContext, parent, attributes: { ...options.attributes }, status: undefined, isEnded: false }
    this.spans.push(recorded)
    const span: Span = {
      spanContext: () => spanContext,
      setAttribute: (key, value) => (Object.assign(recorded.attributes, { [key]: value }), span),
      setAttributes: (attributes) => (Object.assign(recorded.attributes, attributes), span),
      addEvent: () => span,
      addLink: () => span,
      addLinks: () => span,
      setStatus: (status) => ((recorded.status = status), span),
      updateName: () => span,
      end: () => void (recorded.isEnded = true),
      isRecording: () => true,
      recordException: () => undefined,
    }
    return span
  }

  startActiveSpan(): never {
    throw new Error('not used')
  }
}

afterEach(() => {
  trace.disable()
  propagation.disable()
})

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const TRACEPARENT = `00-${TRACE_ID}-b7ad6b7169203331-01`

function record(): RecordingTracer {
  const tracer = new RecordingTracer()
  trace.setGlobalTracerProvider({ getTracer: () => tracer })
  return tracer
}

describe('with an SDK', () => {
  it('makes a span of each call, below the caller, and one of each execution, below the call', async () => {
    const tracer = record()
    const tracing = new Tracing({ version: '1', sqlDetail: 'full' })
    const call = testCall({ headers: { traceparent: TRACEPARENT } })
    const end = await tracing.callHooks.begin(call)
    const execution = tracing.executionObserver.begin(call, { kind: 'query', sql: 'SELECT 1' })
    execution.admitted?.(2)
    execution.finished({ queryId: 'q1', rows: 3, bytes: 9, error: undefined, durationMs: 1 })
    end?.(testOutcome())
    const [callSpan, executionSpan] = tracer.spans
    expect(callSpan).toMatchObject({ name: 'arrow.flight.protocol.FlightService/DoGet', isEnded: true, status: undefined })
    expect(callSpan?.parent).toMatchObject({ traceId: TRACE_ID, spanId: 'b7ad6b7169203331', isRemote: true })
    expect(callSpan?.attributes).toMatchObject({
      'rpc.system': 'grpc',
      'rpc.service': 'arrow.flight.protocol.FlightService',
      'rpc.method': 'DoGet',
      'rpc.grpc.status_code': 0,
      'client.address': '127.0.0.1',
      'client.port': 4711,
    })
    expect(executionSpan).toMatchObject({ isEnded: true, parent: callSpan?.spanContext })
    expect(executionSpan?.attributes).toMatchObject({
      'db.system.name': 'artemis',
      'db.operation.name': 'query',
      'db.query.text': 'SELECT 1',
      'db.response.returned_rows': 3,
      'artemis.query.id': 'q1',
    })
    expect(tracing.traceIdOf(call)).toBe(TRACE_ID)
  })

  it('marks failures, and keeps texts to itself when told so', async () => {
    const tracer = record()
    const tracing = new Tracing({ version: '1', sqlDetail: 'none' })
    const call = testCall()
    const end = await tracing.callHooks.begin(call)
    const error = new BindError({ code: 'X', message: "cannot cast 'Ada'" })
    tracing.executionObserver.begin(call, { kind: 'update', sql: "SELECT 'Ada'" }).finished({ queryId: undefined, rows: 0, bytes: 0, error, durationMs: 1 })
    end?.(testOutcome({ code: 3, error }))
    for (const span of tracer.spans) expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: 'INVALID_ARGUMENT' })
    expect(JSON.stringify(tracer.spans)).not.toContain('Ada')
    expect(tracer.spans.map((span) => span.attributes['error.type'])).toEqual(['BindError', 'BindError'])
  })

  it('follows the propagator that is installed', async () => {
    const tracer = record()
    const spanContext = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }
    propagation.setGlobalPropagator({
      inject: () => undefined,
      fields: () => ['x-trace'],
      extract: (_, carrier, getter) => (getter.get(carrier, 'x-trace')?.[0] === 'yes' ? trace.setSpanContext(ROOT_CONTEXT, spanContext) : ROOT_CONTEXT),
    })
    await new Tracing({ version: '1', sqlDetail: 'full' }).callHooks.begin(testCall({ headers: { 'x-trace': 'yes' } }))
    expect(tracer.spans[0]?.parent).toEqual(spanContext)
  })
})

describe('without one', () => {
  it.each([
    [TRACEPARENT, TRACE_ID],
    [undefined, undefined],
    ['00-zz-1-01', undefined],
    [`00-${'0'.repeat(32)}-b7ad6b7169203331-01`, undefined],
  ])('the log still knows the trace of %s', async (traceparent, expected) => {
    const tracing = new Tracing({ version: '1', sqlDetail: 'full' })
    const call = testCall(traceparent === undefined ? {} : { headers: { traceparent } })
    const end = await tracing.callHooks.begin(call)
    expect(tracing.traceIdOf(call)).toBe(expected)
    end?.(testOutcome())
  })
})
