/** Attacks below SQL: damaged and oversized messages, connections that do nothing, readers that do not read; and how calls end. */

import type { Socket } from 'node:net'
import { connect as connectSocket } from 'node:net'
import type { ClientHttp2Session } from 'node:http2'
import { connect as connectHttp2, constants } from 'node:http2'
import { once } from 'node:events'
import { status } from '@grpc/grpc-js'
import { create, toBinary } from '@bufbuild/protobuf'
import type { FlightMethod } from '../protocol/flight/call-context.js'
import { encodeFlightData } from '../protocol/flight/flight-data-codec.js'
import { encodePayloads } from '../protocol/flight/record-batches.js'
import { ActionSchema, CancelFlightInfoRequestSchema, FlightDescriptorSchema, SetSessionOptionsRequestSchema } from '../protocol/generated/Flight_pb.js'
import {
  ActionCreatePreparedStatementRequestSchema,
  CommandGetTablesSchema,
  CommandPreparedStatementQuerySchema,
  CommandStatementIngestSchema,
  CommandStatementQuerySchema,
} from '../protocol/generated/FlightSql_pb.js'
import type { Schema } from '@artemis/arrow'
import { Batch, field, int64, list, schema, utf8, vectorFromScalars } from '@artemis/arrow'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Bystander } from './testing/bystander.js'
import { edgeCatalog } from './testing/edge-catalog.js'
import { leakIn } from './testing/leaks.js'
import { mutated } from './testing/mutations.js'
import type { Outcome } from './testing/raw-client.js'
import { RawClient, commandBytes, descriptorBytes, outcomeOf, pathOf, ticketBytes } from './testing/raw-client.js'
import { seededRandom } from './testing/seeded-random.js'
import { startTarget } from './testing/target.js'
import type { Target } from './testing/target.js'
import { expectUnharmed } from './testing/unharmed.js'

let target: Target
let tokens: Record<string, string>
let bystander: Bystander
let client: RawClient

beforeAll(async () => {
  const started = await startTarget({
    catalogs: new Map([['edge', edgeCatalog()]]),
    tokens: { bystander: {}, ada: { scopes: 'write:*' } },
    config: { 'limits.message': 4 * 2 ** 20, 'limits.running': 32 },
  })
  target = started.target
  tokens = started.tokens
})
afterAll(() => target.close())
beforeEach(() => {
  bystander = new Bystander(target.port, tokens['bystander']!)
  client = new RawClient(target.port, { token: tokens['ada'] })
})
afterEach(async () => {
  const report = await bystander.stop()
  client.close()
  await expectUnharmed(target, report)
})

const NEVER_ANSWERED: ReadonlySet<number> = new Set([status.INTERNAL, status.UNKNOWN, status.DEADLINE_EXCEEDED])

function expectDecent(outcome: Outcome): void {
  expect({ code: status[outcome.code], details: outcome.details }).not.toMatchObject({ code: NEVER_ANSWERED.has(outcome.code) ? status[outcome.code] : 'none' })
  expect(leakIn(outcome.details.replaceAll(/LINE \d+.*/gs, ''), [target.folder])).toBeUndefined()
}

describe('attacks by messages', () => {
  const descriptor = (cmd: Uint8Array): Uint8Array => descriptorBytes(cmd)
  const MESSAGES: readonly (readonly [FlightMethod, Uint8Array])[] = [
    ['GetFlightInfo', descriptor(commandBytes(CommandStatementQuerySchema, { query: 'SELECT 1' }))],
    ['GetFlightInfo', descriptor(commandBytes(CommandGetTablesSchema, { catalog: 'edge', includeSchema: true, tableTypes: ['TABLE'] }))],
    ['GetFlightInfo', toBinary(FlightDescriptorSchema, create(FlightDescriptorSchema, { type: 1, path: ['edge', 'main', 'codes'] }))],
    ['GetSchema', descriptor(Buffer.from('{"sql": "SELECT 1", "params": [1, {"a": null}], "as_of": "2024-01-01"}'))],
    ['PollFlightInfo', descriptor(commandBytes(CommandPreparedStatementQuerySchema, { preparedStatementHandle: Buffer.from('handle') }))],
    ['DoGet', ticketBytes('{"sql": "SELECT * FROM edge.main.kinds", "settings": {"timezone": "UTC"}}')],
    ['DoGet', ticketBytes(commandBytes(CommandStatementQuerySchema, { query: 'SELECT 1' }))],
    ['DoAction', action('CreatePreparedStatement', commandBytes(ActionCreatePreparedStatementRequestSchema, { query: 'SELECT ?' }))],
    ['DoAction', action('SetSessionOptions', toBinary(SetSessionOptionsRequestSchema, create(SetSessionOptionsRequestSchema, { sessionOptions: { timezone: { optionValue: { case: 'stringValue', value: 'UTC' } } } })))],
    ['DoAction', action('CancelFlightInfo', toBinary(CancelFlightInfoRequestSchema, create(CancelFlightInfoRequestSchema, { info: {} })))],
    ['ListFlights', Uint8Array.of(0x0a, 2, 0x65, 0x25)],
  ]

  it('of every kind, damaged in thousands of ways, are refused or understood', async () => {
    const random = seededRandom(20_260)
    const ticket = await client.ticketFor('SELECT 1')
    const all = [...MESSAGES, ['DoGet', ticketBytes(ticket)] as const]
    for (let round = 0; round < 40; round++) {
      const outcomes = all.flatMap(([method, message]) => Array.from({ length: 5 }, () => client.call(method, mutated(message, random))))
      for (const outcome of await Promise.all(outcomes)) expectDecent(outcome)
    }
  })

  it('of batches, damaged in thousands of ways, are refused or stored', async () => {
    const random = seededRandom(77)
    const columns: Schema = schema([field('n', int64), field('t', utf8), field('l', list(utf8))])
    const batch = new Batch(columns, 3, [vectorFromScalars(int64, [1n, null, 3n]), vectorFromScalars(utf8, ['a', null, 'ccc']), vectorFromScalars(list(utf8), [['x'], [], null])])
    const cmd = commandBytes(CommandStatementIngestSchema, { table: 'damaged', temporary: true, tableDefinitionOptions: { ifNotExist: 1, ifExists: 3 } })
    const messages: Uint8Array[] = []
    for await (const payload of encodePayloads(columns, [batch, batch])) messages.push(encodeFlightData(payload, messages.length === 0 ? create(FlightDescriptorSchema, { type: 2, cmd }) : undefined))
    expect((await client.put(messages)).code).toBe(status.OK)
    const before = process.memoryUsage().rss
    for (let round = 0; round < 60; round++) {
      const outcomes = Array.from({ length: 25 }, () => {
        const at = Math.floor(random() * messages.length)
        return client.put(messages.map((message, i) => (i === at ? mutated(message, random) : message)))
      })
      for (const outcome of await Promise.all(outcomes)) expectDecent(outcome)
    }
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(500)
    expect((await client.put(messages)).code).toBe(status.OK)
  })

  it('of JSON as deep or as large as it goes, and of SQL as long', async () => {
    for (const text of [
      '['.repeat(1_000_000),
      `{"sql": "SELECT 1", "params": ${'['.repeat(500_000)}${']'.repeat(500_000)}}`,
      `{"sql": "SELECT 1", "params": [12345678901234567890, ${'['.repeat(500_000)}${']'.repeat(500_000)}]}`,
      `{"sql": "SELECT ?", "params": [${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}]}`,
      `{"sql": "SELECT 1", "settings": {${Array.from({ length: 50_000 }, (_, i) => `"s${i}": 1`).join(',')}}}`,
      '{"__proto__": {"sql": "SELECT 1"}}',
      `{"sql": "SELECT 1", "sql_query": "SELECT 1"}`,
      `SELECT '${'x'.repeat(3_500_000)}'`,
      '\u0000'.repeat(1_000_000),
    ]) {
      const outcome = await client.get(text)
      expect(outcome.code).not.toBe(status.OK)
      expectDecent(outcome)
    }
  })

  it('beyond the limit are refused, and their headers', async () => {
    const large = new Uint8Array(5 * 2 ** 20)
    expect((await client.get(large)).code).toBe(status.RESOURCE_EXHAUSTED)
    expect((await client.put([large])).code).toBe(status.RESOURCE_EXHAUSTED)
    const headers = new RawClient(target.port, { token: tokens['ada'], headers: { 'x-much': 'x'.repeat(200_000) } })
    expect((await headers.get('SELECT 1')).code).not.toBe(status.OK)
    headers.close()
  })
})

function action(type: string, body: Uint8Array): Uint8Array {
  return toBinary(ActionSchema, create(ActionSchema, { type, body }))
}

describe('attacks by connections', () => {
  const headersOf = (path: string): Record<string, string> => ({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    authorization: `Bearer ${tokens['ada']!}`,
  })
  async function session(settings: object = {}): Promise<ClientHttp2Session> {
    const opened = connectHttp2(`http://127.0.0.1:${target.port}`, settings)
    opened.on('error', () => undefined)
    await once(opened, 'connect')
    return opened
  }

  it('that are half open cost nobody else anything', async () => {
    const sockets: Socket[] = []
    for (const opening of ['', 'GET / HTTP/1.1\r\n\r\n', 'PRI * HTTP/2.0\r\n', '\u0016\u0003\u0001', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u00ff\u00ff\u00ff\u0004']) {
      for (let i = 0; i < 20; i++) {
        const socket = connectSocket(target.port, '127.0.0.1')
        socket.on('error', () => undefined)
        socket.write(opening)
        sockets.push(socket)
      }
    }
    const idle = await Promise.all(Array.from({ length: 20 }, () => session()))
    const open = idle.flatMap((one) => (['DoGet', 'DoPut', 'DoExchange', 'Handshake', 'GetFlightInfo'] as const).map((method) => one.request(headersOf(pathOf(method)))))
    for (const stream of open) stream.on('error', () => undefined)
    for (let i = 0; i < 5; i++) expect((await client.get('SELECT 1')).code).toBe(status.OK)
    for (const socket of sockets) socket.destroy()
    for (const one of idle) one.destroy()
  })

  it('that open and reset calls as fast as they can are dropped or borne', async () => {
    const flood = await session()
    for (let i = 0; i < 3000 && !flood.destroyed; i++) {
      const stream = flood.request(headersOf(pathOf('DoGet')))
      stream.on('error', () => undefined)
      stream.close(constants.NGHTTP2_CANCEL)
      if (i % 200 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    for (let i = 0; i < 2000 && !flood.destroyed; i++) flood.settings({ headerTableSize: i })
    for (let i = 0; i < 5; i++) expect((await client.get('SELECT 1')).code).toBe(status.OK)
    flood.destroy()
  })

  it('that do not read hold two messages each, and their queries wait', async () => {
    const stalled = await session({ settings: { initialWindowSize: 1024 } })
    const before = process.memoryUsage()
    const readers = Array.from({ length: 20 }, () => {
      const stream = stalled.request(headersOf(pathOf('DoGet')))
      stream.on('error', () => undefined)
      const ticket = Buffer.from(ticketBytes('SELECT i, i * 2 AS two, i * 3 AS three FROM range(100000000000) AS t(i)'))
      const frame = Buffer.concat([Buffer.alloc(5), ticket])
      frame.writeUInt32BE(ticket.length, 1)
      stream.end(frame)
      return stream
    })
    await expect.poll(() => target.server.activeCalls).toBeGreaterThanOrEqual(20)
    await new Promise((resolve) => void setTimeout(resolve, 1500))
    const after = process.memoryUsage()
    expect((after.rss - before.rss) / 2 ** 20 / readers.length).toBeLessThan(10)
    expect((await client.get('SELECT 1')).code).toBe(status.OK)
    stalled.destroy()
  })
})

describe('the end of calls', () => {
  const ENDLESS = 'SELECT count(*) FROM range(10000000) a, range(1000000) b WHERE a.range + b.range = -1'

  it('comes to the engine soon after the client’s reset', async () => {
    const waits: number[] = []
    const cancelledSoFar = (): number => target.logLines().filter(({ message }) => message === 'query cancelled').length
    for (let i = 0; i < 9; i++) {
      // Those that other tests left behind have ended, and are not taken for this one.
      const before = cancelledSoFar()
      const call = client.stream('DoGet', ticketBytes(i % 2 === 0 ? ENDLESS : 'SELECT i FROM range(100000000000) AS t(i)'))
      call.on('data', () => undefined)
      await new Promise((resolve) => void setTimeout(resolve, 300))
      expect(cancelledSoFar()).toBe(before)
      const start = performance.now()
      call.cancel()
      while (cancelledSoFar() === before) {
        await new Promise((resolve) => void setTimeout(resolve, 1))
        if (performance.now() - start > 5000) throw new Error('the engine was not stopped')
      }
      waits.push(performance.now() - start)
    }
    const median = waits.toSorted((a, b) => a - b)[4]!
    if (process.env['ARTEMIS_SHOW_FIGURES'] !== undefined) process.stdout.write(`reset to stop: ${waits.map((ms) => ms.toFixed(0)).join(', ')} ms\n`)
    // The goal is 50 ms on a free machine; client, bystander and server share this process, and tests a busy one.
    expect(median).toBeLessThan(250)
  })

  it('comes at the deadline', async () => {
    for (const sql of [ENDLESS, 'SELECT i FROM range(100000000000) AS t(i)']) {
      const start = performance.now()
      expect((await client.get(sql, 300)).code).toBe(status.DEADLINE_EXCEEDED)
      expect(performance.now() - start).toBeLessThan(2000)
    }
    await expect.poll(() => target.server.activeCalls).toBeLessThanOrEqual(1)
  })

  it('comes to streams that run while the server drains when all their rows are there', async () => {
    const { target: draining, tokens: own } = await startTarget({ tokens: { ada: {} }, config: { 'shutdown.grace': 60_000, 'limits.running': 32 } })
    const reader = new RawClient(draining.port, { token: own['ada'] })
    const ticket = ticketBytes('SELECT i, i * 2 AS two FROM range(200000) AS t(i) ORDER BY i')
    const whole = (await reader.call('DoGet', ticket)).messages
    const calls = Array.from({ length: 12 }, () => reader.stream('DoGet', ticket))
    const begun = calls.map((call) => once(call, 'metadata'))
    const outcomes = calls.map((call) => outcomeOf(call))
    await Promise.all(begun)
    const drained = draining.server.drain()
    const late = await reader.get('SELECT 1')
    expect(late.code).not.toBe(status.OK)
    for (const { code, messages } of await Promise.all(outcomes)) {
      expect({ code: status[code], same: messages.length === whole.length && messages.every((message, i) => message.equals(whole[i]!)) }).toEqual({ code: 'OK', same: true })
    }
    await drained
    reader.close()
    await draining.close()
  })
})
