/** What a client makes of a server's calls, over servers whose answers the tests write. */

import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { Batch, int64, primitiveVector, schema, field } from '@artemis/arrow'
import { CancelledError, ConfigError, DataError, IoError, ResourceError } from '@artemis/errors'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { anyIs, AnySchema } from '@bufbuild/protobuf/wkt'
import { status } from '@grpc/grpc-js'
import { afterEach, describe, expect, it } from 'vitest'
import {
  FlightEndpointSchema,
  FlightInfoSchema,
  GetSessionOptionsResultSchema,
  LocationSchema,
  ResultSchema,
  TicketSchema,
} from '../protocol/generated/Flight_pb.js'
import type { FlightInfo } from '../protocol/generated/Flight_pb.js'
import type { Authenticator } from '../protocol/flight/authenticator.js'
import type { CallContext } from '../protocol/flight/call-context.js'
import { FlightError } from '../protocol/flight/flight-error.js'
import { FlightServer } from '../protocol/flight/flight-server.js'
import type { FlightService } from '../protocol/flight/flight-service.js'
import { encodePayloads, schemaMessage } from '../protocol/flight/record-batches.js'
import type { FlightSqlClientOptions } from './flight-sql-client.js'
import { FlightSqlClient } from './flight-sql-client.js'

const SCHEMA = schema([field('n', int64, false)])

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const thing of open.splice(0).toReversed()) await thing.close()
})

async function serve(service: FlightService, authenticator?: Authenticator, port = 0): Promise<{ server: FlightServer; port: number; uri: string }> {
  const server = new FlightServer({ service, authenticator })
  const bound = await server.listen('127.0.0.1', port)
  open.push(server)
  return { server, port: bound.port, uri: `grpc://127.0.0.1:${bound.port}` }
}

async function connect(uri: string, options?: FlightSqlClientOptions): Promise<FlightSqlClient> {
  const client = await FlightSqlClient.connect(uri, options)
  open.push(client)
  return client
}

function batchOf(...values: number[]): Batch {
  return new Batch(SCHEMA, values.length, [primitiveVector(int64, BigInt64Array.from(values, BigInt))])
}

function infoOf(endpoints: readonly { ticket: string; locations?: readonly string[] }[], schemaBytes = schemaMessage(SCHEMA)): FlightInfo {
  return create(FlightInfoSchema, {
    schema: schemaBytes,
    totalRecords: -1n,
    endpoint: endpoints.map(({ ticket, locations = [] }) =>
      create(FlightEndpointSchema, {
        ticket: create(TicketSchema, { ticket: Buffer.from(ticket) }),
        location: locations.map((uri) => create(LocationSchema, { uri })),
      }),
    ),
  })
}

/** Answers every query with endpoints, and a ticket of `1,2` with the numbers in it. */
function numbers(info: FlightInfo): FlightService {
  return {
    getFlightInfo: () => Promise.resolve(info),
    async *doGet(_, { ticket }) {
      yield* encodePayloads(SCHEMA, [batchOf(...Buffer.from(ticket).toString().split(',').map(Number))])
    },
  }
}

async function read(client: FlightSqlClient): Promise<bigint[]> {
  const values: bigint[] = []
  for await (const batch of (await client.execute('SELECT n')).batches()) {
    const column = batch.column(0)
    if (column.layout === 'primitive') for (const value of column.values as BigInt64Array) values.push(value)
  }
  return values
}

describe('endpoints', () => {
  it('are read in their order, wherever they are', async () => {
    const other = await serve(numbers(infoOf([])))
    const endpoints = [
      { ticket: '1,2' },
      { ticket: '3', locations: [other.uri] },
      { ticket: '4', locations: ['arrow-flight-reuse-connection://?', 'grpc://nowhere:1'] },
      { ticket: '5', locations: ['https://storage/object', other.uri] },
    ]
    const { uri } = await serve(numbers(infoOf(endpoints)))
    const client = await connect(uri)
    expect(await read(client)).toEqual([1n, 2n, 3n, 4n, 5n])
    expect((await (await client.execute('SELECT n')).toTable()).numRows).toBe(5)
    expect(await (await client.execute('SELECT n')).toArray()).toEqual([1, 2, 3, 4, 5].map((n) => ({ n: BigInt(n) })))
  })

  it('tell the schema when the info does not', async () => {
    const { uri } = await serve(numbers(infoOf([{ ticket: '1' }, { ticket: '2' }], new Uint8Array(0))))
    const client = await connect(uri)
    const result = await client.execute('SELECT n')
    expect(result.schema).toEqual(SCHEMA)
    expect((await result.toTable()).numRows).toBe(2)
    await expect(result.toTable()).rejects.toThrow('this result was already read')
  })

  it('may be none', async () => {
    const { uri } = await serve(numbers(infoOf([])))
    const client = await connect(uri)
    expect(await read(client)).toEqual([])
    expect((await (await client.execute('x')).toTable()).schema.fields.map(({ name }) => name)).toEqual(['n'])
  })

  it('are refused where nothing of them can be understood', async () => {
    const { uri } = await serve(numbers(infoOf([{ ticket: '1', locations: ['https://storage/object'] }])))
    await expect(read(await connect(uri))).rejects.toThrow(DataError)
  })
})

describe('streams', () => {
  /** Batches of 1 MiB without end. */
  function endless(): FlightService & { produced: number; ended: Promise<void>; actions: string[] } {
    let end: () => void
    const service = {
      produced: 0,
      actions: [] as string[],
      ended: new Promise<void>((resolve) => (end = resolve)),
      getFlightInfo: () => Promise.resolve(infoOf([{ ticket: 'x' }])),
      async *doGet(context: CallContext) {
        const batch = new Batch(SCHEMA, 131_072, [primitiveVector(int64, new BigInt64Array(131_072))])
        async function* batches(): AsyncGenerator<Batch> {
          for (; !context.signal.aborted; service.produced++) yield batch
        }
        try {
          yield* encodePayloads(SCHEMA, batches())
        } finally {
          end()
        }
      },
      async *doAction(_: CallContext, { type }: { type: string }) {
        service.actions.push(type)
        yield await Promise.resolve(create(ResultSchema))
      },
    }
    return service
  }

  it('wait for their reader', async () => {
    const service = endless()
    const client = await connect((await serve(service)).uri)
    const batches = (await client.execute('x')).batches()
    await batches.next()
    // Goes on until all buffers on the way are full, and then no further.
    let produced = 0
    for (let still = 0; still < 5; still = service.produced === produced ? still + 1 : 0) {
      produced = service.produced
      expect(produced).toBeLessThan(40)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await batches.return()
    await service.ended
  })

  it('end when their reader leaves', async () => {
    const service = endless()
    const client = await connect((await serve(service)).uri)
    for await (const batch of (await client.execute('x')).batches()) if (batch.rowCount > 0) break
    await service.ended
    expect(service.actions).not.toContain('CancelFlightInfo')
  })

  it('end when their signal fires, and the server is told', async () => {
    const service = endless()
    const client = await connect((await serve(service)).uri)
    const controller = new AbortController()
    const result = await client.execute('x', { signal: controller.signal })
    let count = 0
    const reading = (async () => {
      for await (const _ of result.batches()) if (++count === 3) controller.abort(new Error('enough'))
    })()
    await expect(reading).rejects.toBeInstanceOf(CancelledError)
    await service.ended
    await client.close()
    expect(service.actions).toContain('CancelFlightInfo')
  })

  it('end when the result is cancelled, or the client closed', async () => {
    const service = endless()
    const client = await connect((await serve(service)).uri)
    const result = await client.execute('x')
    const batches = result.batches()
    await batches.next()
    result.cancel()
    await expect(batches.next()).rejects.toBeInstanceOf(CancelledError)
    const other = (await client.execute('x')).batches()
    await other.next()
    await client.close()
    await expect(drain(other)).rejects.toBeInstanceOf(CancelledError)
  })

  async function drain(batches: AsyncIterable<Batch>): Promise<void> {
    for await (const batch of batches) if (batch.rowCount < 0) return
  }

  it('do not outlive their deadline', async () => {
    const service = endless()
    const client = await connect((await serve(service)).uri)
    const result = await client.execute('x', { deadlineMs: 300 })
    await expect(drain(result.batches())).rejects.toBeInstanceOf(ResourceError)
    await service.ended
  })

  it('that are cancelled before they begin never begin', async () => {
    const service = endless()
    const client = await connect((await serve(service)).uri)
    await expect(client.execute('x', { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(CancelledError)
    const controller = new AbortController()
    const result = await client.execute('x', { signal: controller.signal })
    controller.abort()
    await expect(drain(result.batches())).rejects.toBeInstanceOf(CancelledError)
    expect(service.produced).toBe(0)
  })
})

describe('who calls', () => {
  interface Seen {
    readonly method: string
    readonly authorization: string
    readonly cookie: string
  }

  /** Says what the headers of each call were. */
  function listener(seen: Seen[], cookie?: () => string): FlightService {
    const hear = (context: CallContext): void => {
      const of = (name: string): string => context.headers.get(name).map(String).join('|')
      seen.push({ method: context.method, authorization: of('authorization'), cookie: of('cookie') })
      if (cookie !== undefined && of('cookie') !== cookie()) context.setHeader('set-cookie', `${cookie()}; Path=/`)
    }
    return {
      async *doAction(context) {
        hear(context)
        yield await Promise.resolve(create(ResultSchema, { body: toBinary(GetSessionOptionsResultSchema, create(GetSessionOptionsResultSchema)) }))
      },
      getFlightInfo(context) {
        hear(context)
        return Promise.resolve(infoOf([{ ticket: '1' }]))
      },
      async *doGet(context) {
        hear(context)
        yield* encodePayloads(SCHEMA, [])
      },
    }
  }

  it('says its token and its headers in every call', async () => {
    const seen: Seen[] = []
    const { uri } = await serve(listener(seen))
    const client = await connect(uri, { token: 'secret', headers: { cookie: 'mine=1' } })
    await read(client)
    expect(new Set(seen.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer secret']))
    expect(seen.every(({ cookie }) => cookie === 'mine=1')).toBe(true)
  })

  it('keeps cookies, and counts the sessions that a server has lost', async () => {
    const seen: Seen[] = []
    let session = 'session=a'
    const { uri } = await serve(listener(seen, () => session))
    const client = await connect(uri)
    await read(client)
    expect(seen.map(({ cookie }) => cookie)).toEqual(['', 'session=a', 'session=a'])
    expect(client.sessionsLost).toBe(0)
    session = 'session=b'
    await read(client)
    expect(client.sessionsLost).toBe(1)
    expect(seen.at(-1)!.cookie).toBe('session=b')
  })

  it('logs in by name and password, and again when the token has run out', async () => {
    let current = 0
    const authenticator: Authenticator = {
      authenticate: ({ headers }) => {
        const [authorization] = headers.get('authorization')
        if (authorization === `Bearer token-${current}`) return Promise.resolve({ id: 'me', name: 'me' })
        return Promise.reject(new FlightError({ code: status.UNAUTHENTICATED, message: 'the token has run out' }))
      },
      handshake: ({ headers }) => {
        const [authorization] = headers.get('authorization')
        if (authorization !== `Basic ${Buffer.from('me:pass:word').toString('base64')}`) {
          return Promise.reject(new FlightError({ code: status.UNAUTHENTICATED, message: 'wrong name or password' }))
        }
        return Promise.resolve({ principal: { id: 'me', name: 'me' }, authorization: `Bearer token-${++current}` })
      },
    }
    const { uri } = await serve(listener([]), authenticator)
    const client = await connect(uri, { login: { user: 'me', password: 'pass:word' } })
    await Promise.all([read(client), read(client)])
    expect(current).toBe(1)
    current = 7
    await expect(read(client)).rejects.toThrow('the token has run out')
    await Promise.all([read(client), read(client)])
    expect(current).toBe(8)
    await expect(FlightSqlClient.connect(uri, { login: { user: 'me', password: 'x' } })).rejects.toThrow('wrong name or password')
    await expect(FlightSqlClient.connect(uri)).rejects.toBeInstanceOf(ConfigError)
  })
})

describe('connections', () => {
  it('that nobody answers are an IoError that names the place', async () => {
    const { server, uri } = await serve({})
    await server.close()
    const failure: unknown = await FlightSqlClient.connect(uri).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(IoError)
    expect((failure as IoError).message).toMatch(new RegExp(`^cannot reach ${uri}: .*ECONNREFUSED`))
    expect((failure as IoError).hint).toContain('Is the server running there')
  })

  it('that are accepted and never answered end at the deadline', async () => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const uri = `grpc://127.0.0.1:${(silent.address() as AddressInfo).port}`
    await expect(FlightSqlClient.connect(uri, { connectTimeoutMs: 200 })).rejects.toThrow(`cannot reach ${uri}: nobody answered within 0.2 s`)
    const login = { user: 'me', password: 'x' }
    await expect(FlightSqlClient.connect(uri, { connectTimeoutMs: 200, login })).rejects.toThrow('nobody answered')
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => silent.close(resolve))
  })

  it('that are lost are made anew by the next call', async () => {
    const first = await serve(numbers(infoOf([{ ticket: '1' }])))
    const client = await connect(first.uri)
    expect(await read(client)).toEqual([1n])
    await first.server.close()
    await expect(read(client)).rejects.toBeInstanceOf(IoError)
    await serve(numbers(infoOf([{ ticket: '2' }])), undefined, first.port)
    expect(await read(client)).toEqual([2n])
  })

  it('to something else than a Flight server fail as such', async () => {
    const { uri } = await serve({ getFlightInfo: () => Promise.reject(new FlightError({ code: status.UNIMPLEMENTED, message: 'no SQL here' })) })
    const client = await connect(uri)
    await expect(client.execute('SELECT 1')).rejects.toMatchObject({ kind: 'unsupported', message: 'no SQL here' })
    await expect(client.executeUpdate('DELETE')).rejects.toMatchObject({ kind: 'unsupported' })
  })
})

it('an update sends its command and reads its answer', async () => {
  const commands: Uint8Array[] = []
  const { uri } = await serve({
    async *doPut(_, { descriptor, payloads }) {
      commands.push(descriptor.cmd)
      for await (const payload of payloads) expect(payload.header.length).toBe(0)
      yield { $typeName: 'arrow.flight.protocol.PutResult', appMetadata: Uint8Array.of(8, 42) }
    },
  })
  const client = await connect(uri)
  expect(await client.executeUpdate('DELETE FROM t')).toBe(42)
  expect(anyIs(fromBinary(AnySchema, commands[0]!), 'arrow.flight.protocol.sql.CommandStatementUpdate')).toBe(true)
})
