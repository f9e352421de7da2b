/** What is counted, and how it is read. */

import { CancelledError } from '@artemis/errors'
import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { FlightError } from '../../protocol/flight/flight-error.js'
import { testCall, testOutcome } from '../testing/calls.js'
import { OperationsEndpoint } from './operations-endpoint.js'
import type { ServerGauges } from './server-metrics.js'
import { ServerMetrics } from './server-metrics.js'
import { StreamWatch } from './stream-watch.js'

function metricsOf(isDraining = false): ServerMetrics {
  const zero = (): number => 0
  const gauges: ServerGauges = {
    queuedExecutions: () => 3,
    runningExecutions: zero,
    openSessions: zero,
    preparedStatements: zero,
    stalledStreams: zero,
    reservedMemoryBytes: zero,
    isDraining: () => isDraining,
  }
  return new ServerMetrics({ version: '1.2.3', memoryLimitBytes: 1024, gauges })
}

/** The samples of Prometheus's text format, as `name{labels}` to value. */
function samples(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]))
}

describe('ServerMetrics', () => {
  it('counts calls and executions by how they ended', async () => {
    const metrics = metricsOf()
    const end = await metrics.callHooks.begin(testCall())
    expect(samples(await metrics.scrape()).get('artemis_flight_active_calls{method="DoGet"}')).toBe(1)
    end?.(testOutcome({ code: status.NOT_FOUND, durationMs: 30 }))
    const begin = (): ReturnType<typeof metrics.executionObserver.begin> => metrics.executionObserver.begin(testCall(), { kind: 'query', sql: 'x' })
    const outcome = { queryId: 'q', rows: 5, bytes: 9, error: undefined, durationMs: 2000 }
    const first = begin()
    first.admitted?.(20)
    first.finished(outcome)
    begin().finished({ ...outcome, error: new CancelledError({ code: 'CANCELLED', message: 'x' }) })
    begin().finished({ ...outcome, error: new FlightError({ code: status.NOT_FOUND, message: 'x' }) })
    metrics.limiterObserver.rejected?.('queue-full', { id: 'a', name: 'a' })
    metrics.limiterObserver.throttled?.(1500)
    metrics.countAuthenticationFailure(new FlightError({ code: status.UNAUTHENTICATED, message: 'x' }))
    metrics.countStall()
    const text = await metrics.scrape()
    const values = samples(text)
    const expected: Readonly<Record<string, number>> = {
      'calls_total{method="DoGet",code="NOT_FOUND"}': 1,
      'call_duration_seconds_bucket{le="0.05",method="DoGet"}': 1,
      'call_duration_seconds_bucket{le="0.025",method="DoGet"}': 0,
      'active_calls{method="DoGet"}': 0,
      sent_bytes_total: 1000,
      received_bytes_total: 50,
      'queries_total{kind="query",status="OK"}': 1,
      'queries_total{kind="query",status="CANCELLED"}': 1,
      'queries_total{kind="query",status="NOT_FOUND"}': 1,
      'query_duration_seconds_count{kind="query"}': 3,
      queue_duration_seconds_sum: 0.02,
      'rows_total{kind="query"}': 15,
      cancellations_total: 1,
      'rejections_total{reason="queue_full"}': 1,
      throttled_seconds_total: 1.5,
      'authentication_failures_total{code="UNAUTHENTICATED"}': 1,
      stream_stalls_total: 1,
      'build_info{version="1.2.3"}': 1,
      memory_limit_bytes: 1024,
      queued_executions: 3,
      draining: 0,
    }
    for (const [name, value] of Object.entries(expected)) expect([name, values.get(`artemis_flight_${name}`)]).toEqual([name, value])
    expect(values.get('process_resident_memory_bytes')).toBeGreaterThan(0)
    // Names by the conventions of Prometheus: counters end in _total, and nothing counts in milliseconds.
    for (const [, name = '', type = ''] of text.matchAll(/^# TYPE (artemis_\w+) (\w+)$/gm)) {
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter'])
      expect(name).not.toMatch(/_ms(_|$)|milli/)
    }
  })

  it('reads two servers of a process apart', async () => {
    const [first, second] = [metricsOf(), metricsOf(true)]
    first.countStall()
    expect(samples(await second.scrape()).get('artemis_flight_stream_stalls_total')).toBe(0)
    expect(samples(await second.scrape()).get('artemis_flight_draining')).toBe(1)
  })
})

describe('StreamWatch', () => {
  async function* three(): AsyncGenerator<{ readonly header: Uint8Array; readonly body: readonly Uint8Array[] }> {
    for (let i = 0; i < 3; i++) yield await Promise.resolve({ header: new Uint8Array(i), body: [] })
  }

  it('tells a stream whose reader takes nothing, and closes what it watches', async () => {
    let stalls = 0
    let isClosed = false
    const watch = new StreamWatch({ stallAfterMs: 20, onStall: () => void stalls++ })
    async function* closing(): AsyncGenerator<{ readonly header: Uint8Array; readonly body: readonly Uint8Array[] }> {
      try {
        yield* three()
      } finally {
        isClosed = true
      }
    }
    const service = watch.watch({ doGet: closing })
    const stream = service.doGet!(testCall(), { $typeName: 'arrow.flight.protocol.Ticket', ticket: new Uint8Array() })[Symbol.asyncIterator]()
    expect(watch.stalled).toBe(0)
    await stream.next()
    await expect.poll(() => watch.stalled).toBe(1)
    await stream.next()
    expect({ stalled: watch.stalled, stalls }).toEqual({ stalled: 0, stalls: 1 })
    await expect.poll(() => watch.stalled).toBe(1)
    await stream.return?.()
    expect({ stalled: watch.stalled, stalls, isClosed }).toEqual({ stalled: 0, stalls: 2, isClosed: true })
  })

  it('has no methods that the service does not have', () => {
    const service = new StreamWatch({ stallAfterMs: 1, onStall: () => undefined }).watch({ doGet: three })
    expect([typeof service.doGet, typeof service.doExchange, typeof service.getSchema]).toEqual(['function', 'undefined', 'undefined'])
  })
})

describe('OperationsEndpoint', () => {
  it('answers /metrics, /healthz and /readyz, and nothing else', async () => {
    let isReady = true
    const endpoint = await OperationsEndpoint.listen({ host: '127.0.0.1', port: 0, metrics: metricsOf(), isReady: () => isReady })
    try {
      const get = (route: string, method = 'GET'): Promise<Response> => fetch(`http://127.0.0.1:${endpoint.address.port}${route}`, { method })
      const metrics = await get('/metrics?x=1')
      expect([metrics.status, metrics.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
      expect(await metrics.text()).toContain('artemis_flight_queued_executions 3')
      const routes = [get('/healthz'), get('/readyz'), get('/other'), get('/metrics', 'POST')]
      expect((await Promise.all(routes)).map((response) => response.status)).toEqual([200, 200, 404, 405])
      isReady = false
      expect([(await get('/healthz')).status, (await get('/readyz')).status]).toEqual([200, 503])
      const second = OperationsEndpoint.listen({ host: '127.0.0.1', port: endpoint.address.port, metrics: metricsOf(), isReady: () => true })
      await expect(second).rejects.toThrow(/cannot listen on 127\.0\.0\.1:\d+: another process listens there already/)
    } finally {
      await endpoint.close()
    }
  })
})
