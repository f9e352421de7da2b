import { describe, expect, it } from 'vitest'
import { create, toBinary } from '@bufbuild/protobuf'
import { status } from '@grpc/grpc-js'
import type { FlightInfo } from '../generated/Flight_pb.js'
import * as flight from '../generated/Flight_pb.js'
import * as sql from '../generated/FlightSql_pb.js'
import { packAny } from './commands.js'
import { startService } from './testing/started-service.js'
import type { TestClient } from './testing/test-client.js'
import { command, text, ticketOf, utf8Bytes } from './testing/test-client.js'

async function cancel(client: TestClient, info: FlightInfo): Promise<number> {
  const { CancelFlightInfoRequestSchema, CancelFlightInfoResultSchema } = flight
  return (await client.plainAction('CancelFlightInfo', CancelFlightInfoRequestSchema, { info }, CancelFlightInfoResultSchema)).status
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

const { CANCELLED, NOT_CANCELLABLE } = flight.CancelStatus

describe('cancelling', () => {
  it('stops what runs', async () => {
    const { backend, client, outcomes } = startService()
    const info = await client.info(text('HANG'))
    const failure = client.get(ticketOf(info)).catch((error: unknown) => error)
    await until(() => backend.executed.length === 1)
    expect(await cancel(client, info)).toBe(CANCELLED)
    expect(await failure).toMatchObject({ kind: 'cancelled', message: 'the query was cancelled by CancelFlightInfo' })
    expect(outcomes.at(-1)!.error).toMatchObject({ kind: 'cancelled' })
    await expect(client.get(ticketOf(info))).rejects.toMatchObject({ kind: 'cancelled' })
  })

  it('stops what waits at the gate, and gives its admission back', async () => {
    let admitted: () => void = () => undefined
    let returned = 0
    const waiting = new Promise<void>((resolve) => (admitted = resolve))
    const { backend, client } = startService({
      gate: {
        admit: async (_, { kind }) => {
          if (kind === 'query') await waiting
          return () => void (returned += kind === 'query' ? 1 : 0)
        },
      },
    })
    const info = await client.info(text('COUNT 1'))
    const failure = client.get(ticketOf(info)).catch((error: unknown) => error)
    await new Promise((resolve) => setImmediate(resolve))
    expect(await cancel(client, info)).toBe(CANCELLED)
    expect(await failure).toMatchObject({ kind: 'cancelled' })
    admitted()
    await until(() => returned === 1)
    expect(backend.executed).toEqual([])
  })

  it('takes what waits out of its line, while the call itself goes on', async () => {
    const left: unknown[] = []
    const { client } = startService({
      gate: {
        admit: (_, { kind }, signal) => {
          if (kind !== 'query') return Promise.resolve(() => undefined)
          return new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              left.push(signal.reason)
              reject(signal.reason as Error)
            })
          })
        },
      },
    })
    const info = await client.info(text('COUNT 1'))
    const failure = client.get(ticketOf(info)).catch((error: unknown) => error)
    await new Promise((resolve) => setImmediate(resolve))
    expect(await cancel(client, info)).toBe(CANCELLED)
    expect(left).toMatchObject([{ kind: 'cancelled' }])
    expect(await failure).toMatchObject({ kind: 'cancelled' })
  })

  it('keeps from running what has not begun', async () => {
    const { backend, client } = startService()
    for (const descriptor of [text('COUNT 1'), text('ADD 1'), command(sql.CommandGetCatalogsSchema, {})]) {
      const info = await client.info(descriptor)
      expect(await cancel(client, info)).toBe(CANCELLED)
      await expect(client.get(ticketOf(info))).rejects.toMatchObject({ kind: 'cancelled' })
    }
    expect(backend.executed).toEqual([])
  })

  it('says when it comes too late', async () => {
    const { client, pass } = startService()
    const ran = await client.info(text('ADD 1'))
    await client.get(ticketOf(ran))
    expect(await cancel(client, ran)).toBe(NOT_CANCELLABLE)
    const expired = await client.info(text('COUNT 1'))
    pass(600_001)
    expect(await cancel(client, expired)).toBe(NOT_CANCELLABLE)
  })

  it('is for the own tickets', async () => {
    const { client, connect } = startService()
    const info = await client.info(text('COUNT 1'))
    await expect(cancel(connect({ principal: 'mallory' }), info)).rejects.toMatchObject({ code: status.PERMISSION_DENIED })
    const forged = create(flight.FlightInfoSchema, { endpoint: [{ ticket: { ticket: utf8Bytes('x') } }] })
    await expect(cancel(client, forged)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
    await expect(cancel(client, create(flight.FlightInfoSchema))).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
    expect((await client.get(ticketOf(info))).columns).toEqual([[0n]])
  })

  it('has an older form', async () => {
    const { client } = startService()
    const info = toBinary(flight.FlightInfoSchema, await client.info(text('COUNT 1')))
    const { ActionCancelQueryRequestSchema, ActionCancelQueryResultSchema, ActionCancelQueryResult_CancelResult: CancelResult } = sql
    const result = await client.sqlAction('CancelQuery', ActionCancelQueryRequestSchema, { info }, ActionCancelQueryResultSchema)
    expect(result.result).toBe(CancelResult.CANCELLED)
  })

  it('comes with the end of the call', async () => {
    const { client, outcomes } = startService()
    const ticket = ticketOf(await client.info(text('HANG')))
    const call = new AbortController()
    const stream = client.stream(ticket, call.signal)[Symbol.asyncIterator]()
    await stream.next()
    await stream.next()
    const last = stream.next()
    call.abort()
    await expect(last).rejects.toMatchObject({ kind: 'cancelled' })
    expect(outcomes.at(-1)).toMatchObject({ rows: 1, error: expect.objectContaining({ kind: 'cancelled' }) })
    await expect(client.get(ticket, AbortSignal.abort())).rejects.toMatchObject({ kind: 'cancelled' })
  })
})

describe('RenewFlightEndpoint', () => {
  it('gives a ticket more time', async () => {
    const { backend, client, connect, pass } = startService({ ticketLifetimeMs: 1000 })
    const info = await client.info(text('ADD 2'))
    pass(900)
    const { RenewFlightEndpointRequestSchema, FlightEndpointSchema } = flight
    const renew = (of: TestClient): Promise<flight.FlightEndpoint> =>
      of.plainAction('RenewFlightEndpoint', RenewFlightEndpointRequestSchema, { endpoint: info.endpoint[0]! }, FlightEndpointSchema)
    const endpoint = await renew(client)
    await expect(renew(connect({ principal: 'mallory' }))).rejects.toMatchObject({ code: status.PERMISSION_DENIED })
    pass(900)
    await expect(client.get(ticketOf(info))).rejects.toThrow('the ticket expired')
    await expect(renew(client)).rejects.toThrow('the ticket expired')
    await client.get(endpoint.ticket!.ticket)
    expect(backend.sessions[0]!.counter).toBe(2n)
    await expect(client.get(endpoint.ticket!.ticket)).rejects.toMatchObject({ code: status.FAILED_PRECONDITION })
  })
})

describe('transactions', () => {
  const begin = (client: TestClient): Promise<sql.ActionBeginTransactionResult> =>
    client.sqlAction('BeginTransaction', sql.ActionBeginTransactionRequestSchema, {}, sql.ActionBeginTransactionResultSchema)
  const { ActionEndTransactionRequestSchema, ActionEndSavepointRequestSchema, ActionBeginSavepointRequestSchema } = sql
  const { COMMIT, ROLLBACK, END_TRANSACTION_UNSPECIFIED } = { ...sql.ActionEndTransactionRequest_EndTransaction, END_TRANSACTION_UNSPECIFIED: 0 as const }
  const end = (client: TestClient, transactionId: Uint8Array, action: 0 | 1 | 2): Promise<unknown> =>
    client.action('EndTransaction', packAny(ActionEndTransactionRequestSchema, create(ActionEndTransactionRequestSchema, { transactionId, action })))

  it('run in the session that began them', async () => {
    const { backend, client, connect } = startService()
    const { transactionId } = await begin(client)
    const elsewhere = connect({ peer: '127.0.0.1:2' })
    await elsewhere.update(command(sql.CommandStatementUpdateSchema, { query: 'ADD 1', transactionId }))
    expect(backend.sessions.map(({ counter }) => counter)).toEqual([1n, 0n])
    expect(backend.sessions[0]!.prepareOptions).toEqual([{ transactionId }])

    const savepoint = await elsewhere.sqlAction(
      'BeginSavepoint',
      ActionBeginSavepointRequestSchema,
      { transactionId, name: 'here' },
      sql.ActionBeginSavepointResultSchema,
    )
    const endSavepoint = (action: 1 | 2): Promise<unknown> =>
      elsewhere.action(
        'EndSavepoint',
        packAny(ActionEndSavepointRequestSchema, create(ActionEndSavepointRequestSchema, { savepointId: savepoint.savepointId, action })),
      )
    await endSavepoint(2)
    await endSavepoint(1)
    await end(elsewhere, transactionId, COMMIT)
    expect(backend.sessions[0]!.transactionLog).toEqual(['rollback savepoint here', 'release savepoint here', 'commit transaction of ada'])
    await begin(client)
    await end(client, transactionId, ROLLBACK)
    expect(backend.sessions[0]!.transactionLog.at(-1)).toBe('rollback transaction of ada')
    await expect(end(client, transactionId, END_TRANSACTION_UNSPECIFIED)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
  })

  it('belong to their principal', async () => {
    const { backend, client, connect } = startService()
    const { transactionId } = await begin(client)
    const thief = connect({ principal: 'mallory' })
    await expect(end(thief, transactionId, COMMIT)).rejects.toMatchObject({ code: status.NOT_FOUND })
    await expect(thief.info(command(sql.CommandStatementQuerySchema, { query: 'COUNT 1', transactionId }))).rejects.toMatchObject({ code: status.NOT_FOUND })
    expect(backend.sessions[0]!.transactionLog).toEqual([])
  })

  it('are not supported by a backend without them', async () => {
    const { backend, client } = startService()
    backend.hasTransactions = false
    await expect(begin(client)).rejects.toMatchObject({ code: status.UNIMPLEMENTED, message: 'Flight SQL transactions is not supported by this server' })
    const descriptor = command(sql.CommandStatementQuerySchema, { query: 'COUNT 1', transactionId: utf8Bytes('t') })
    await expect(client.info(descriptor)).rejects.toMatchObject({ code: status.UNIMPLEMENTED })
    expect((await client.query(command(sql.CommandStatementQuerySchema, { query: 'COUNT 1', transactionId: new Uint8Array(0) }))).columns).toEqual([[0n]])
  })
})

describe('actions', () => {
  it('are listed with what they are for', async () => {
    const { client, service } = startService()
    const types: string[] = []
    for await (const { type, description } of service.listActions()) {
      types.push(type)
      expect(description).toMatch(/^[A-Z].*\. Replies with .*\.$/)
    }
    expect(types).toEqual([
      'CreatePreparedStatement',
      'CreatePreparedSubstraitPlan',
      'ClosePreparedStatement',
      'BeginTransaction',
      'EndTransaction',
      'BeginSavepoint',
      'EndSavepoint',
      'CancelFlightInfo',
      'CancelQuery',
      'RenewFlightEndpoint',
      'SetSessionOptions',
      'GetSessionOptions',
      'CloseSession',
    ])
    for (const type of types.slice(0, 10)) {
      await expect(client.action(type, utf8Bytes('\u0001')), type).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
    }
    await expect(client.action('Nothing')).rejects.toMatchObject({
      code: status.UNIMPLEMENTED,
      message: 'The action "Nothing" is not supported by this server',
    })
    const other = packAny(sql.ActionBeginTransactionRequestSchema, create(sql.ActionBeginTransactionRequestSchema))
    await expect(client.action('ClosePreparedStatement', other)).rejects.toThrow('not a arrow.flight.protocol.sql.ActionBeginTransactionRequest')
  })
})

describe('ListFlights', () => {
  const list = async ({ service, client }: ReturnType<typeof startService>, expression = ''): Promise<FlightInfo[]> => {
    const infos: FlightInfo[] = []
    const criteria = create(flight.CriteriaSchema, { expression: utf8Bytes(expression) })
    for await (const info of service.listFlights(client.context('ListFlights'), criteria)) infos.push(info)
    return infos
  }

  it('lists the tables, each with a ticket', async () => {
    const started = startService()
    const infos = await list(started)
    expect(infos.map(({ flightDescriptor }) => flightDescriptor!.path)).toEqual([
      ['alpha', 'main', 'words'],
      ['alpha', 'main', 'numbers'],
    ])
    expect((await started.client.get(ticketOf(infos[1]!))).columns).toEqual([[1n, 2n, 3n]])
    expect(started.backend.prepared).toHaveLength(1)
    expect((await list(started, 'alpha.%.num_ers')).map(({ flightDescriptor }) => flightDescriptor!.path[2])).toEqual(['numbers'])
    expect(await list(started, 'alpha')).toEqual([])
  })

  it('lists the data sets of a backend that has some', async () => {
    const started = startService()
    const { schema } = started.backend.tables.get('numbers')!
    Object.assign(started.backend, {
      listDatasets: async function* () {
        yield { path: ['set'], schema, sql: 'COUNT 4', rows: 4 }
      },
    })
    const [info] = await list(started)
    expect(info!.totalRecords).toBe(4n)
    expect((await started.client.query(info!.flightDescriptor!)).columns).toEqual([[0n, 1n, 2n, 3n]])
    const table = create(flight.FlightDescriptorSchema, { type: flight.FlightDescriptor_DescriptorType.PATH, path: ['numbers'] })
    expect((await started.client.query(table)).columns).toEqual([[1n, 2n, 3n]])
  })
})
