import { once } from 'node:events'
import { connect } from 'node:http2'
import { connect as connectSocket } from 'node:net'
import { create } from '@bufbuild/protobuf'
import { status } from '@grpc/grpc-js'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { PutResultSchema, TicketSchema } from '../generated/Flight_pb.js'
import type { CallContext } from './call-context.js'
import type { CallHooks } from './call-hooks.js'
import type { FlightServerOptions } from './flight-server.js'
import type { FlightService } from './flight-service.js'
import { flightServiceDefinition as calls } from './service-definition.js'
import { bytes, deferred, descriptor, failureOf, loopback, messagesOf, payload, rawCall, text, ticket } from './testing/loopback.js'
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

/** The machine may be busy with something else: one attempt in time shows that nothing waits. */
const TIMED = { retry: 5 }

describe('a call that ends early', () => {
  it('stops its handler within 50 ms of the cancel', TIMED, async () => {
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

  it('stops when the client vanishes', TIMED, async () => {
    const { service, stopped, closed, started } = endless(1000)
    const { port, server } = await start(service)
    const socket = connectSocket(port, '127.0.0.1')
    const session = connect('http://localhost', { createConnection: () => socket })
    session.on('error', () => undefined)
    const stream = rawCall(session, 'DoGet')
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

  it('stops a handler that has not read what came', TIMED, async () => {
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
      const stream = rawCall(session, 'DoPut')
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
    const stream = rawCall(session, 'DoGet')
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

  it('tells its service of connections that ended, by the peer of their calls', async () => {
    const peers: string[] = []
    const ended: string[] = []
    const { port } = await start({
      async *listActions({ peer }) {
        peers.push(peer)
        yield* []
      },
      connectionEnded: (peer) => void ended.push(peer),
    })
    const sessions = [connect(`http://127.0.0.1:${port}`), connect(`http://127.0.0.1:${port}`)]
    for (const session of sessions) {
      const stream = rawCall(session, 'ListActions')
      stream.end(Buffer.from([0, 0, 0, 0, 0]))
      stream.resume()
      await once(stream, 'close')
    }
    expect(new Set(peers).size).toBe(2)
    sessions[0]!.close()
    await vi.waitFor(() => expect(ended).toEqual(peers.slice(0, 1)))
    sessions[1]!.destroy()
    await vi.waitFor(() => expect(ended).toEqual(peers))
  })

  it('ends a stream whose client reads nothing for too long', async () => {
    const { service, stopped, closed } = endless(1_000_000)
    const outcomes: number[] = []
    const hooks: CallHooks = { begin: async () => (outcome) => void outcomes.push(outcome.code) }
    const { port, server } = await start(service, { hooks: [hooks], stallTimeoutMs: 100 })
    const session = connect(`http://127.0.0.1:${port}`)
    const stream = rawCall(session, 'DoGet')
    stream.on('error', () => undefined)
    stream.end(Buffer.from([0, 0, 0, 0, 0]))
    await stopped
    await closed
    await vi.waitFor(() => expect(outcomes).toEqual([status.ABORTED]))
    expect(server.activeCalls).toBe(0)
    session.destroy()
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
