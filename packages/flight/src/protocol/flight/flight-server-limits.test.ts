import { once } from 'node:events'
import { connect } from 'node:http2'
import { connect as connectSocket } from 'node:net'
import { create } from '@bufbuild/protobuf'
import { Metadata, status } from '@grpc/grpc-js'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { FlightInfoSchema, PutResultSchema, FlightDescriptorSchema } from '../generated/Flight_pb.js'
import type { FlightServerOptions } from './flight-server.js'
import type { FlightService } from './flight-service.js'
import { flightServiceDefinition as calls } from './service-definition.js'
import { deferred, descriptor, failureOf, loopback, messagesOf, payload, rawCall } from './testing/loopback.js'
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
    expect([...codes.keys()].sort((a, b) => a - b)).toEqual([status.OK, status.INVALID_ARGUMENT])
    expect(handled).toBe(codes.get(status.OK))
    await client.unary(calls.GetFlightInfo, descriptor)
    const broken = { ...calls.GetFlightInfo, requestSerialize: () => Buffer.from([0xff]) }
    expect(await failureOf(client.unary(broken, descriptor))).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'the request of GetFlightInfo cannot be read: its message is malformed',
    })
  })

  it('is an answer to each ping: who gives none is gone', async () => {
    const stopped = deferred()
    const service: FlightService = {
      async *doGet(context) {
        await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve()))
        stopped.resolve()
        yield payload('x')
      },
    }
    const { port } = await start(service, { keepalive: { timeMs: 50, timeoutMs: 1500 } })
    const socket = connectSocket(port, '127.0.0.1')
    const session = connect('http://localhost', { createConnection: () => socket })
    session.on('error', () => undefined)
    const stream = rawCall(session, 'DoGet')
    stream.on('error', () => undefined)
    stream.end(Buffer.from([0, 0, 0, 0, 0]))
    // A session that lives answers by itself, and the long call goes on.
    await once(session, 'ping')
    await once(session, 'ping')
    expect(session.destroyed).toBe(false)
    // Half of a connection: another that never says anything.
    const silent = connectSocket(port, '127.0.0.1')
    silent.on('error', () => undefined)
    silent.resume()
    await once(silent, 'close')
    session.destroy()
    await stopped.promise
  })
})
