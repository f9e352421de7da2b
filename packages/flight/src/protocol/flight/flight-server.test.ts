import { once } from 'node:events'
import { connect } from 'node:http2'
import { connect as connectSocket } from 'node:net'
import { create } from '@bufbuild/protobuf'
import { Metadata, status } from '@grpc/grpc-js'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { BindError, InternalError } from '@artemis/errors'
import {
  ActionSchema,
  ActionTypeSchema,
  CriteriaSchema,
  EmptySchema,
  FlightDescriptor_DescriptorType,
  FlightDescriptorSchema,
  FlightInfoSchema,
  PollInfoSchema,
  PutResultSchema,
  ResultSchema,
  SchemaResultSchema,
  TicketSchema,
} from '../generated/Flight_pb.js'
import { fromBinary } from '@bufbuild/protobuf'
import { anyUnpack } from '@bufbuild/protobuf/wkt'
import { RetryInfoSchema, StatusSchema } from '../generated/ErrorDetails_pb.js'
import type { CallContext } from './call-context.js'
import type { CallHooks } from './call-hooks.js'
import { FlightError } from './flight-error.js'
import type { FlightServerOptions } from './flight-server.js'
import type { FlightService } from './flight-service.js'
import type { FlightPayload } from './payload.js'
import { FLIGHT_SERVICE_NAME, flightServiceDefinition as calls } from './service-definition.js'
import { withSql } from './status.js'
import { deferred, failureOf, loopback, messagesOf } from './testing/loopback.js'
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

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text))
const text = (value: Uint8Array | undefined): string => Buffer.from(value ?? []).toString()
const descriptor = create(FlightDescriptorSchema, { type: FlightDescriptor_DescriptorType.CMD, cmd: bytes('SELECT 1') })
const ticket = create(TicketSchema, { ticket: bytes('t') })
const payload = (label: string): FlightPayload => ({ header: bytes(label), body: [bytes('body of '), bytes(label)] })

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

/** A stream that runs until its signal fires, and says when it did. */
function endless(size: number) {
  const stopped = deferred<number>()
  const closed = deferred()
  const started = deferred()
  const counts = { produced: 0 }
  const service: FlightService = {
    async *doGet(context) {
      context.signal.addEventListener('abort', () => stopped.resolve(performance.now()))
      started.resolve()
      try {
        for (;;) {
          if (context.signal.aborted) throw context.signal.reason
          counts.produced++
          yield { header: bytes('x'), body: [new Uint8Array(size)] }
        }
      } finally {
        closed.resolve()
      }
    },
  }
  return { service, stopped: stopped.promise, closed: closed.promise, started: started.promise, counts }
}

describe('a call that ends early', () => {
  it('stops its handler within 50 ms of the cancel', async () => {
    const { service, stopped, closed, counts } = endless(1000)
    const outcomes: number[] = []
    const hooks: CallHooks = { begin: async () => (outcome) => void outcomes.push(outcome.code) }
    const { client, server } = await start(service, { hooks: [hooks] })
    const call = client.stream(calls.DoGet, ticket)
    call.on('error', () => undefined)
    await once(call, 'data')
    const cancelledAt = performance.now()
    call.cancel()
    expect((await stopped) - cancelledAt).toBeLessThan(50)
    await closed
    const produced = counts.produced
    await server.drain(1000)
    expect(counts.produced).toBe(produced)
    expect(outcomes).toEqual([status.CANCELLED])
    expect(server.activeCalls).toBe(0)
  })

  it('stops a handler that waits without giving anything', async () => {
    const started = deferred()
    const stopped = deferred()
    const { client, server } = await start({
      async getFlightInfo(context) {
        started.resolve()
        await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve()))
        stopped.resolve()
        throw context.signal.reason
      },
    })
    const failure = failureOf(client.unary(calls.GetFlightInfo, descriptor, { deadline: new Date(Date.now() + 100) }))
    await started.promise
    await stopped.promise
    expect((await failure).code).toBe(status.DEADLINE_EXCEEDED)
    await server.drain(1000)
    expect(server.activeCalls).toBe(0)
  })

  it('keeps its deadline while the client does not read', async () => {
    const { service, stopped, closed } = endless(1_000_000)
    const { client } = await start(service)
    const deadline = new Date(Date.now() + 200)
    const call = client.stream(calls.DoGet, ticket, { deadline })
    const failure = failureOf(once(call, 'end'))
    call.pause()
    await stopped
    expect(Date.now()).toBeGreaterThanOrEqual(deadline.getTime() - 20)
    await closed
    call.resume()
    expect((await failure).code).toBe(status.DEADLINE_EXCEEDED)
  })

  it('stops when the client vanishes', async () => {
    const { service, stopped, closed, started } = endless(1000)
    const { port, server } = await start(service)
    const socket = connectSocket(port, '127.0.0.1')
    const session = connect('http://localhost', { createConnection: () => socket })
    session.on('error', () => undefined)
    const stream = session.request({
      ':method': 'POST',
      ':path': `/${FLIGHT_SERVICE_NAME}/DoGet`,
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    stream.on('error', () => undefined)
    stream.end(Buffer.from([0, 0, 0, 0, 0]))
    await started
    await once(stream, 'data')
    const vanishedAt = performance.now()
    socket.destroy()
    expect((await stopped) - vanishedAt).toBeLessThan(50)
    await closed
    await server.drain(1000)
    expect(server.activeCalls).toBe(0)
  })

  it('ends the incoming stream of a handler', async () => {
    const failed = deferred<unknown>()
    const started = deferred()
    const { client } = await start({
      async *doPut(_, stream) {
        try {
          for await (const _payload of stream.payloads) started.resolve()
        } catch (error) {
          failed.resolve(error)
          throw error
        }
        yield create(PutResultSchema)
      },
    })
    const put = client.duplex(calls.DoPut)
    put.on('error', () => undefined)
    put.write({ descriptor, payload: payload('x') })
    await started.promise
    put.cancel()
    expect(await failed.promise).toMatchObject({ code: status.CANCELLED })
  })

  it('stops a handler that has not read what came', async () => {
    const stopped = deferred<number>()
    const started = deferred()
    const { client } = await start({
      async *doPut(context) {
        started.resolve()
        await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve()))
        stopped.resolve(performance.now())
        yield create(PutResultSchema)
      },
    })
    const put = client.duplex(calls.DoPut)
    put.on('error', () => undefined)
    for (let i = 0; i < 5; i++) put.write({ descriptor, payload: { header: bytes('h'), body: [new Uint8Array(100_000)] } })
    await started.promise
    const cancelledAt = performance.now()
    put.cancel()
    expect((await stopped.promise) - cancelledAt).toBeLessThan(50)
  })

  it('never takes an upload that broke off for a whole one', async () => {
    const ends: string[] = []
    let ended = deferred()
    let started = deferred()
    const { port } = await start({
      async *doPut(_, stream) {
        try {
          for await (const _payload of stream.payloads) started.resolve()
          ends.push('whole')
        } catch {
          ends.push('broken')
        } finally {
          ended.resolve()
        }
        yield create(PutResultSchema)
      },
    })
    const message = calls.DoPut.requestSerialize({ descriptor, payload: payload('x') })
    const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message])
    for (const breakOff of ['reset', 'destroy', 'cut', 'end'] as const) {
      ended = deferred()
      started = deferred()
      const socket = connectSocket(port, '127.0.0.1')
      const session = connect('http://localhost', { createConnection: () => socket })
      session.on('error', () => undefined)
      const stream = session.request({
        ':method': 'POST',
        ':path': `/${FLIGHT_SERVICE_NAME}/DoPut`,
        'content-type': 'application/grpc',
        te: 'trailers',
      })
      stream.on('error', () => undefined)
      stream.write(frame)
      await started.promise
      if (breakOff === 'reset') stream.close(8)
      else if (breakOff === 'destroy') session.destroy()
      else if (breakOff === 'cut') {
        stream.write(frame.subarray(0, 20))
        socket.destroy()
      } else stream.end()
      await ended.promise
      session.destroy()
    }
    expect(ends).toEqual(['broken', 'broken', 'broken', 'whole'])
  })
})

describe('back-pressure', () => {
  it('makes two messages for a client that does not read, and goes on when it does', async () => {
    const size = 1_000_000
    const { service, counts, closed } = endless(size)
    const { port } = await start(service)
    const session = connect(`http://127.0.0.1:${port}`)
    const stream = session.request({
      ':method': 'POST',
      ':path': `/${FLIGHT_SERVICE_NAME}/DoGet`,
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    stream.on('error', () => undefined)
    stream.end(Buffer.from([0, 0, 0, 0, 0]))
    await once(stream, 'response')
    // Pings travel behind what the server has sent: after a few, it has sent all that it may.
    for (let i = 0; i < 10; i++) await new Promise((resolve) => session.ping(resolve))
    expect(counts.produced).toBeLessThanOrEqual(3)
    const stalledAt = counts.produced
    let received = 0
    for await (const chunk of stream) {
      received += (chunk as Buffer).length
      if (received > 10 * size) break
    }
    expect(counts.produced).toBeGreaterThan(stalledAt + 5)
    session.destroy()
    await closed
  })

  it('reads a client no further than the handler does', async () => {
    const release = deferred()
    const got = deferred()
    const { client } = await start({
      async *doPut(_, stream) {
        let count = 0
        for await (const _payload of stream.payloads) {
          if (count++ === 0) {
            got.resolve()
            await release.promise
          }
        }
        yield create(PutResultSchema, { appMetadata: bytes(String(count)) })
      },
    })
    const put = client.duplex(calls.DoPut)
    const answers = messagesOf(put)
    put.write({ descriptor, payload: payload('first') })
    await got.promise
    let written = 0
    const big = { payload: { header: bytes('h'), body: [new Uint8Array(1_000_000)] } }
    for (let i = 0; i < 20; i++) put.write(big, () => written++)
    // As many event loop turns as 20 messages took many times over, if they were read.
    for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve))
    expect(written).toBeLessThanOrEqual(5)
    release.resolve()
    put.end()
    expect((await answers).map((a) => text(a.appMetadata))).toEqual(['21'])
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

describe('a draining server', () => {
  it('refuses new calls, lets the others end, and cancels them after the grace time', async () => {
    const release = deferred()
    const contexts: CallContext[] = []
    const both = deferred()
    const { client, server } = await start({
      async *doGet(context, request) {
        contexts.push(context)
        if (contexts.length === 2) both.resolve()
        if (text(request.ticket) === 'patient') await release.promise
        else await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve()))
        context.signal.throwIfAborted()
        yield payload('x')
      },
    })
    const patient = messagesOf(client.stream(calls.DoGet, create(TicketSchema, { ticket: bytes('patient') })))
    const endlessCall = failureOf(messagesOf(client.stream(calls.DoGet, ticket)))
    await both.promise
    expect(server.activeCalls).toBe(2)
    const drained = server.drain(100)
    const refused = await failureOf(client.unary(calls.GetFlightInfo, descriptor))
    expect([refused.code, refused.details]).toEqual([status.UNAVAILABLE, 'the server is shutting down'])
    release.resolve()
    expect((await patient).length).toBe(1)
    expect(await endlessCall).toMatchObject({ code: status.UNAVAILABLE, details: 'the server is shutting down' })
    await drained
    expect(server.activeCalls).toBe(0)
  })

  it('closes with a client that does not read', async () => {
    const { service, started } = endless(1_000_000)
    const { client, server } = await start(service)
    const call = client.stream(calls.DoGet, ticket)
    call.on('error', () => undefined)
    call.pause()
    await started
    await server.close()
    expect(server.activeCalls).toBe(0)
  })
})

describe('what a client may send', () => {
  it('is limited in its headers', async () => {
    const { client } = await start({ getFlightInfo: async () => create(FlightInfoSchema) }, { maxHeaderBytes: 40_000 })
    const metadata = new Metadata()
    for (let i = 0; i < 30; i++) metadata.set(`x-parameter-${i}`, 'v'.repeat(1000))
    await client.unary(calls.GetFlightInfo, descriptor, { metadata })
    metadata.set('x-more', 'v'.repeat(10_000))
    expect((await failureOf(client.unary(calls.GetFlightInfo, descriptor, { metadata }))).code).toBe(status.RESOURCE_EXHAUSTED)
    metadata.set('x-much-more', 'v'.repeat(100_000))
    await failureOf(client.unary(calls.GetFlightInfo, descriptor, { metadata }))
    await client.unary(calls.GetFlightInfo, descriptor)
  })

  it('is limited in its size', async () => {
    const { client } = await start({ getFlightInfo: async () => create(FlightInfoSchema) }, { maxReceiveMessageBytes: 1000 })
    const large = create(FlightDescriptorSchema, { cmd: new Uint8Array(2000) })
    expect((await failureOf(client.unary(calls.GetFlightInfo, large))).code).toBe(status.RESOURCE_EXHAUSTED)
    await client.unary(calls.GetFlightInfo, descriptor)
  })

  it('may be malformed in thousands of ways, and others go on', async () => {
    let handled = 0
    const { client } = await start({
      async getFlightInfo() {
        return create(FlightInfoSchema)
      },
      async *doPut(_, stream) {
        for await (const _payload of stream.payloads) handled++
        yield create(PutResultSchema)
      },
    })
    const valid = calls.DoPut.requestSerialize({ descriptor, payload: payload('some header') })
    const { path, responseDeserialize } = calls.DoPut
    let state = 7
    const random = (limit: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0
      return Math.floor((state / 2 ** 32) * limit)
    }
    const codes = new Map<number, number>()
    for (let round = 0; round < 40; round++) {
      await Promise.all(
        Array.from({ length: 50 }, async () => {
          const mutated = Buffer.from(valid).subarray(0, random(3) === 0 ? random(valid.length) : undefined)
          for (let k = random(4); k > 0 && mutated.length > 0; k--) mutated[random(mutated.length)] = random(256)
          const put = client.channel.makeBidiStreamRequest(path, (message: Buffer) => message, responseDeserialize)
          put.write(mutated)
          put.end()
          const code = await messagesOf(put).then(
            () => status.OK,
            (error: { code: status }) => error.code,
          )
          codes.set(code, (codes.get(code) ?? 0) + 1)
        }),
      )
    }
    expect([...codes.keys()].sort()).toEqual([status.OK, status.INVALID_ARGUMENT])
    expect(handled).toBe(codes.get(status.OK))
    await client.unary(calls.GetFlightInfo, descriptor)
    const broken = { ...calls.GetFlightInfo, requestSerialize: () => Buffer.from([0xff]) }
    expect(await failureOf(client.unary(broken, descriptor))).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'the request of GetFlightInfo cannot be read: its message is malformed',
    })
  })
})
