import { once } from 'node:events'
import { create, fromBinary } from '@bufbuild/protobuf'
import { anyUnpack } from '@bufbuild/protobuf/wkt'
import { status } from '@grpc/grpc-js'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { BindError, InternalError } from '@artemis/errors'
import { ActionSchema, ActionTypeSchema, CriteriaSchema, EmptySchema, FlightInfoSchema, PollInfoSchema, PutResultSchema, ResultSchema, SchemaResultSchema } from '../generated/Flight_pb.js'
import { RetryInfoSchema, StatusSchema } from '../generated/ErrorDetails_pb.js'
import type { CallHooks } from './call-hooks.js'
import { FlightError } from './flight-error.js'
import type { FlightServerOptions } from './flight-server.js'
import type { FlightService } from './flight-service.js'
import type { FlightPayload } from './payload.js'
import { flightServiceDefinition as calls } from './service-definition.js'
import { withSql } from './status.js'
import { bytes, descriptor, failureOf, loopback, messagesOf, payload, text, ticket } from './testing/loopback.js'
import type { Loopback } from './testing/loopback.js'

vi.setConfig({ testTimeout: 15_000 })

let open: Loopback | undefined

afterEach(async () => {
  await open?.close()
  open = undefined
})

async function start(service: FlightService, options: Partial<FlightServerOptions> = {}): Promise<Loopback> {
  open = await loopback({ service, ...options })
  return open
}

describe('the calls of Flight', () => {
  it('reach the service and come back', async () => {
    const { client, server } = await start({
      async *listFlights(_, criteria) {
        yield create(FlightInfoSchema, { totalRecords: BigInt(criteria.expression.length) })
        yield create(FlightInfoSchema, { totalRecords: -1n })
      },
      async getFlightInfo(context, request) {
        context.setHeader('set-cookie', 'a=b')
        return create(FlightInfoSchema, { flightDescriptor: request, totalRecords: 7n })
      },
      async pollFlightInfo(_, request) {
        return create(PollInfoSchema, { flightDescriptor: request, progress: 0.5 })
      },
      async getSchema(_, request) {
        return create(SchemaResultSchema, { schema: request.cmd })
      },
      async *doGet(_, request) {
        yield payload(text(request.ticket))
        yield { header: new Uint8Array(0), body: [], appMetadata: bytes('end') }
      },
      async *doPut(_, stream) {
        for await (const { header, body } of stream.payloads) {
          yield create(PutResultSchema, { appMetadata: bytes(`${text(stream.descriptor.cmd)} ${text(header)} ${text(Buffer.concat(body))}`) })
        }
      },
      async *doExchange(_, stream) {
        for await (const incoming of stream.payloads) yield { ...incoming, appMetadata: bytes('seen') }
      },
      async *doAction(_, action) {
        yield create(ResultSchema, { body: bytes(`${action.type} ${text(action.body)}`) })
      },
      async *listActions() {
        yield create(ActionTypeSchema, { type: 'a' })
      },
    })
    expect((await messagesOf(client.stream(calls.ListFlights, create(CriteriaSchema, { expression: bytes('abc') })))).map((i) => i.totalRecords)).toEqual([
      3n,
      -1n,
    ])
    const info = await client.unary(calls.GetFlightInfo, descriptor)
    expect([info.totalRecords, text(info.flightDescriptor?.cmd)]).toEqual([7n, 'SELECT 1'])
    expect((await client.unary(calls.PollFlightInfo, descriptor)).progress).toBe(0.5)
    expect(text((await client.unary(calls.GetSchema, descriptor)).schema)).toBe('SELECT 1')
    const [first, last] = await messagesOf(client.stream(calls.DoGet, ticket))
    expect([text(first!.payload.header), text(first!.payload.body[0]), text(last!.payload.appMetadata)]).toEqual(['t', 'body of t', 'end'])

    const put = client.duplex(calls.DoPut)
    put.write({ descriptor, payload: payload('x') })
    put.write({ payload: payload('y') })
    put.end()
    expect((await messagesOf(put)).map((r) => text(r.appMetadata))).toEqual(['SELECT 1 x body of x', 'SELECT 1 y body of y'])

    const exchange = client.duplex(calls.DoExchange)
    exchange.write({ descriptor, payload: payload('x') })
    const [answer] = (await once(exchange, 'data')) as [{ payload: FlightPayload }]
    expect([text(answer.payload.header), text(answer.payload.appMetadata)]).toEqual(['x', 'seen'])
    exchange.end()
    expect(await messagesOf(exchange)).toEqual([])

    const results = await messagesOf(client.stream(calls.DoAction, create(ActionSchema, { type: 'act', body: bytes('now') })))
    expect(results.map((r) => text(r.body))).toEqual(['act now'])
    expect((await messagesOf(client.stream(calls.ListActions, create(EmptySchema)))).map((a) => a.type)).toEqual(['a'])
    expect(server.activeCalls).toBe(0)
  })

  it('without a method are UNIMPLEMENTED by name', async () => {
    const { client } = await start({})
    const failures = await Promise.all([
      failureOf(messagesOf(client.stream(calls.ListFlights, create(CriteriaSchema)))),
      failureOf(client.unary(calls.GetFlightInfo, descriptor)),
      failureOf(client.unary(calls.PollFlightInfo, descriptor)),
      failureOf(client.unary(calls.GetSchema, descriptor)),
      failureOf(messagesOf(client.stream(calls.DoGet, ticket))),
      failureOf(messagesOf(client.duplex(calls.DoPut))),
      failureOf(messagesOf(client.duplex(calls.DoExchange))),
      failureOf(messagesOf(client.stream(calls.DoAction, create(ActionSchema)))),
      failureOf(messagesOf(client.stream(calls.ListActions, create(EmptySchema)))),
      failureOf(messagesOf(client.duplex(calls.Handshake))),
    ])
    const names = ['ListFlights', 'GetFlightInfo', 'PollFlightInfo', 'GetSchema', 'DoGet', 'DoPut', 'DoExchange', 'DoAction', 'ListActions', 'Handshake']
    expect(failures.map((f) => [f.code, f.details])).toEqual(
      names.map((name) => [status.UNIMPLEMENTED, `${name} is not supported by this server`]),
    )
  })

  it('need a descriptor in the first message that a client sends', async () => {
    const { client } = await start({
      async *doPut() {
        yield create(PutResultSchema)
      },
    })
    const put = client.duplex(calls.DoPut)
    put.write({ payload: payload('x') })
    expect(await failureOf(messagesOf(put))).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'the first message of DoPut carries no descriptor',
    })
    const empty = client.duplex(calls.DoPut)
    empty.end()
    expect((await failureOf(messagesOf(empty))).code).toBe(status.INVALID_ARGUMENT)
  })
})

describe('errors', () => {
  it('carry the place in the SQL and the hint', async () => {
    const sql = 'SELECT 1,\n  nmae FROM t'
    const { client } = await start({
      async getFlightInfo() {
        const error = new BindError({ code: 'COLUMN_NOT_FOUND', message: 'no column nmae', hint: 'Did you mean name?', span: { start: 12, end: 16 } })
        throw withSql(error, sql)
      },
    })
    const failure = await failureOf(client.unary(calls.GetFlightInfo, descriptor))
    expect(failure.code).toBe(status.INVALID_ARGUMENT)
    expect(failure.details).toBe('bind error: no column nmae\nLINE 2:   nmae FROM t\n          ^^^^\nhint: Did you mean name?')
  })

  it('of our own show an id only, which the log has too', async () => {
    const logged: object[] = []
    const logger = { info: () => undefined, warn: () => undefined, error: (fields: object) => void logged.push(fields) }
    const seen: unknown[] = []
    const secret = new InternalError({ code: 'X', message: 'secret of /home/me' })
    const other = new TypeError('secret too')
    const { client } = await start(
      {
        async getFlightInfo() {
          throw secret
        },
        async *doGet() {
          yield payload('x')
          throw other
        },
      },
      { logger, internalErrors: (error) => void seen.push(error) },
    )
    const failures = [await failureOf(client.unary(calls.GetFlightInfo, descriptor)), await failureOf(messagesOf(client.stream(calls.DoGet, ticket)))]
    failures.forEach((failure, i) => {
      expect(failure.code).toBe(status.INTERNAL)
      expect(failure.details).not.toContain('secret')
      const { incident } = logged[i] as { incident: string }
      expect(failure.details).toContain(incident)
    })
    expect(seen).toEqual([secret, other])
  })

  it('say when to try again', async () => {
    const { client } = await start({
      async getFlightInfo() {
        throw new FlightError({ code: status.RESOURCE_EXHAUSTED, message: 'over budget', retryAfterSeconds: 1.25 })
      },
    })
    const failure = await failureOf(client.unary(calls.GetFlightInfo, descriptor))
    expect([failure.code, failure.details]).toEqual([status.RESOURCE_EXHAUSTED, 'over budget'])
    const [details] = failure.metadata.get('grpc-status-details-bin') as Buffer[]
    const decoded = fromBinary(StatusSchema, details!)
    expect([decoded.code, decoded.message]).toEqual([8, 'over budget'])
    expect(decoded.details[0]!.typeUrl).toBe('type.googleapis.com/google.rpc.RetryInfo')
    expect(anyUnpack(decoded.details[0]!, RetryInfoSchema)?.retryDelay).toMatchObject({ seconds: 1n, nanos: 250_000_000 })
  })

  it('of any text arrive, cut to what a header holds', async () => {
    const texts = ['\ud800 alone', 'line\r\nline\0', '100 % ü 漢字 🚀', 'x'.repeat(100_000), '漢'.repeat(100_000)]
    let next = 0
    const { client } = await start({
      async getFlightInfo() {
        throw new FlightError({ code: status.ABORTED, message: texts[next++]! })
      },
    })
    const details = []
    for (const _ of texts) details.push((await failureOf(client.unary(calls.GetFlightInfo, descriptor))).details)
    expect(details.slice(0, 3)).toEqual(['\ufffd alone', 'line\r\nline\0', '100 % ü 漢字 🚀'])
    for (const detail of details) expect(encodeURI(detail).length).toBeLessThan(4096)
    expect(details[3]!.length).toBeGreaterThan(3000)
    expect(details[4]!.endsWith('漢…')).toBe(true)
  })
})

describe('hooks', () => {
  it('begin in order, hear of each message, and end in reverse order', async () => {
    const log: string[] = []
    const hooks = (name: string): CallHooks => ({
      begin: async (context) => {
        log.push(`${name} begins ${context.method} of ${context.principal.name}`)
        return ({ code, messagesSent, messagesReceived, bytesSent }) =>
          void log.push(`${name} ends ${status[code]} ${messagesReceived}/${messagesSent} ${bytesSent > 0}`)
      },
      sent: (_, size) => void log.push(`${name} sent ${size}`),
    })
    const { client } = await start(
      {
        async *doGet() {
          yield { header: bytes('abc'), body: [] }
        },
      },
      { hooks: [hooks('a'), hooks('b')] },
    )
    await messagesOf(client.stream(calls.DoGet, ticket))
    expect(log).toEqual([
      'a begins DoGet of anonymous',
      'b begins DoGet of anonymous',
      'a sent 5',
      'b sent 5',
      'b ends OK 1/1 true',
      'a ends OK 1/1 true',
    ])
  })

  it('refuse a call, and only those that began hear of its end', async () => {
    const log: string[] = []
    const { client } = await start(
      {
        async getFlightInfo() {
          log.push('handled')
          return create(FlightInfoSchema)
        },
      },
      {
        hooks: [
          { begin: async () => ({ code }) => void log.push(`a ends ${status[code]}`) },
          {
            begin: async () => {
              throw new FlightError({ code: status.RESOURCE_EXHAUSTED, message: 'no' })
            },
          },
          { begin: async () => () => void log.push('c ends') },
        ],
      },
    )
    expect((await failureOf(client.unary(calls.GetFlightInfo, descriptor))).code).toBe(status.RESOURCE_EXHAUSTED)
    expect(log).toEqual(['a ends RESOURCE_EXHAUSTED'])
  })
})
