import { describe, expect, it } from 'vitest'
import { create } from '@bufbuild/protobuf'
import { status } from '@grpc/grpc-js'
import type { SessionOptionValue } from '../generated/Flight_pb.js'
import * as flight from '../generated/Flight_pb.js'
import * as sql from '../generated/FlightSql_pb.js'
import { startService } from './testing/started-service.js'
import type { TestClient } from './testing/test-client.js'
import { command, text, ticketOf } from './testing/test-client.js'

const value = (optionValue: SessionOptionValue['optionValue']): SessionOptionValue => create(flight.SessionOptionValueSchema, { optionValue })
const stringValue = (content: string): SessionOptionValue => value({ case: 'stringValue', value: content })

async function setOptions(client: TestClient, sessionOptions: Record<string, SessionOptionValue>): Promise<Record<string, number>> {
  const { SetSessionOptionsRequestSchema, SetSessionOptionsResultSchema } = flight
  const { errors } = await client.plainAction('SetSessionOptions', SetSessionOptionsRequestSchema, { sessionOptions }, SetSessionOptionsResultSchema)
  return Object.fromEntries(Object.entries(errors).map(([name, error]) => [name, error.value]))
}

async function getOptions(client: TestClient): Promise<Record<string, SessionOptionValue['optionValue']>> {
  const { GetSessionOptionsRequestSchema, GetSessionOptionsResultSchema } = flight
  const { sessionOptions } = await client.plainAction('GetSessionOptions', GetSessionOptionsRequestSchema, {}, GetSessionOptionsResultSchema)
  return Object.fromEntries(Object.entries(sessionOptions).map(([name, { optionValue }]) => [name, optionValue]))
}

const optionText = async (client: TestClient, name: string): Promise<unknown> => (await client.query(text(`OPTION ${name}`))).columns[0]![0]

describe('session options', () => {
  it('hold values of every type', async () => {
    const { client } = startService()
    const list = create(flight.SessionOptionValue_StringListValueSchema, { values: ['a', 'b,', ''] })
    const options = {
      text: stringValue('x'),
      flag: value({ case: 'boolValue', value: false }),
      long: value({ case: 'int64Value', value: -(2n ** 63n) }),
      double: value({ case: 'doubleValue', value: 456 }),
      list: value({ case: 'stringListValue', value: list }),
    }
    expect(await setOptions(client, options)).toEqual({})
    expect(await getOptions(client)).toEqual(Object.fromEntries(Object.entries(options).map(([name, { optionValue }]) => [name, optionValue])))
    expect(await setOptions(client, { text: value({ case: undefined }), list: value({ case: undefined }) })).toEqual({})
    expect(Object.keys(await getOptions(client))).toEqual(['flag', 'long', 'double'])
  })

  it('fail one by one', async () => {
    const { client } = startService()
    const { INVALID_NAME, INVALID_VALUE, ERROR } = flight.SetSessionOptionsResult_ErrorValue
    const errors = await setOptions(client, { unknown: stringValue('x'), a: stringValue('bad'), b: stringValue('broken'), c: stringValue('fine') })
    expect(errors).toEqual({ unknown: INVALID_NAME, a: INVALID_VALUE, b: ERROR })
    expect(Object.keys(await getOptions(client))).toEqual(['c'])
  })
})

describe('sessions', () => {
  it('are found by their cookie on any connection, else by the connection', async () => {
    const { client, connect, service, backend } = startService()
    await setOptions(client, { a: stringValue('first') })
    expect(await optionText(client, 'a')).toBe('first')
    expect(await optionText(connect({ peer: '127.0.0.1:2' }), 'a')).toBe('')
    const moved = connect({ peer: '127.0.0.1:3' })
    moved.cookie = `other=1; ${client.headers[0]![1].split(';')[0]}`
    expect(await optionText(moved, 'a')).toBe('first')
    expect(moved.headers).toEqual([])
    expect(service.sessionCount).toBe(2)
    expect(backend.sessions).toHaveLength(2)
  })

  it('end their connection with it: who gets its port next is another client', async () => {
    const { client, connect, service } = startService()
    await setOptions(client, { a: stringValue('first') })
    service.connectionEnded('127.0.0.1:11')
    expect(await optionText(client, 'a')).toBe('first')
    service.connectionEnded(client.peer)
    expect(await optionText(connect({ peer: client.peer }), 'a')).toBe('')
    const moved = connect({ peer: '127.0.0.1:3' })
    moved.cookie = client.headers[0]![1].split(';')[0]
    expect(await optionText(moved, 'a')).toBe('first')
  })

  it('belong to their principal', async () => {
    const { client, connect } = startService()
    await setOptions(client, { a: stringValue('secret') })
    const thief = connect({ principal: 'mallory' })
    thief.cookie = client.headers[0]![1].split(';')[0]
    expect(await optionText(thief, 'a')).toBe('')
    expect(thief.headers[0]![1]).not.toBe(client.headers[0]![1])
    // Another principal on the same connection has a session of its own.
    expect(await optionText(connect({ principal: 'eve' }), 'a')).toBe('')

    const { ActionCreatePreparedStatementRequestSchema, ActionCreatePreparedStatementResultSchema } = sql
    const made = await client.sqlAction(
      'CreatePreparedStatement',
      ActionCreatePreparedStatementRequestSchema,
      { query: 'COUNT 1' },
      ActionCreatePreparedStatementResultSchema,
    )
    const prepared = command(sql.CommandPreparedStatementQuerySchema, { preparedStatementHandle: made.preparedStatementHandle })
    await expect(thief.info(prepared)).rejects.toMatchObject({ code: status.NOT_FOUND })
    await expect(thief.put(prepared)).rejects.toMatchObject({ code: status.NOT_FOUND })
    // A handle works on every connection of its principal.
    expect((await connect({ peer: '127.0.0.1:9' }).query(prepared)).columns).toEqual([[0n]])
  })

  it('are opened once for calls that come together', async () => {
    const { client, backend } = startService()
    await Promise.all(Array.from({ length: 20 }, () => client.query(text('COUNT 1'))))
    expect(backend.sessions).toHaveLength(1)
  })

  it('are closed with what runs and was prepared in them', async () => {
    const { connect, backend, service } = startService()
    const client = connect({ keepsCookies: true })
    const failure = client.get(ticketOf(await client.info(text('HANG')))).catch((error: unknown) => error)
    while (backend.executed.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const { CloseSessionRequestSchema, CloseSessionResultSchema, CloseSessionResult_Status } = flight
    const { status: result } = await client.plainAction('CloseSession', CloseSessionRequestSchema, {}, CloseSessionResultSchema)
    expect(result).toBe(CloseSessionResult_Status.CLOSED)
    expect(await failure).toMatchObject({ kind: 'cancelled', message: 'the session was closed' })
    expect(backend.sessions[0]!.isClosed).toBe(true)
    expect(client.cookie).toBeUndefined()
    expect(client.headers.at(-1)![1]).toContain('Max-Age=0')
    expect(service.sessionCount).toBe(0)
    // Closing twice is no error, and a later call opens a new session.
    await client.action('CloseSession')
    expect(await optionText(client, 'a')).toBe('')
    expect(backend.sessions).toHaveLength(2)
  })

  it('end when they are idle, but not while something runs', async () => {
    const { client, connect, backend, service, pass } = startService({ sessionIdleMs: 1000 })
    const stream = client.stream(ticketOf(await client.info(text('COUNT 30'))))[Symbol.asyncIterator]()
    await stream.next()
    await optionText(connect({ peer: '127.0.0.1:2' }), 'a')
    pass(1001)
    const third = connect({ peer: '127.0.0.1:3' })
    await optionText(third, 'a')
    expect(backend.sessions.map(({ isClosed }) => isClosed)).toEqual([false, true, false])
    await stream.return?.()
    pass(1001)
    await optionText(third, 'a')
    expect(backend.sessions.map(({ isClosed }) => isClosed)).toEqual([true, true, true, false])
    expect(service.sessionCount).toBe(1)
    await service.close()
    expect(service.sessionCount).toBe(0)
  })

  it('are bounded: the one that was idle longest makes room, of whoever has the most', async () => {
    const { connect, backend, pass } = startService({ maxSessions: 4, maxSessionsPerPrincipal: 3 })
    const open = async (principal: string, port: number): Promise<void> => {
      pass(1)
      await optionText(connect({ principal, peer: `127.0.0.1:${port}` }), 'a')
    }
    for (const port of [1, 2, 3, 4]) await open('greedy', port)
    expect(backend.sessions.map(({ isClosed }) => isClosed)).toEqual([true, false, false, false])
    await open('modest', 5)
    await open('other', 6)
    expect(backend.sessions.map(({ principal, isClosed }) => [principal.id, isClosed])).toEqual([
      ['greedy', true],
      ['greedy', true],
      ['greedy', false],
      ['greedy', false],
      ['modest', false],
      ['other', false],
    ])
  })

  it('refuse to grow when all are busy', async () => {
    const { client, connect } = startService({ maxSessions: 2, maxSessionsPerPrincipal: 1 })
    const stream = client.stream(ticketOf(await client.info(text('COUNT 30'))))[Symbol.asyncIterator]()
    await stream.next()
    await expect(optionText(connect({ peer: '127.0.0.1:2' }), 'a')).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED, retryAfterSeconds: 5 })
    await stream.return?.()
    expect(await optionText(connect({ peer: '127.0.0.1:2' }), 'a')).toBe('')
  })
})
