import { describe, expect, it } from 'vitest'
import { create, fromBinary } from '@bufbuild/protobuf'
import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf'
import { status } from '@grpc/grpc-js'
import { Batch, decodeSchema, field, int64, schema, vectorFromScalars } from '@artemis/arrow'
import { encodePayloads } from '../flight/record-batches.js'
import type { FlightDescriptor } from '../generated/Flight_pb.js'
import * as sql from '../generated/FlightSql_pb.js'
import { packAny } from './commands.js'
import { startService } from './testing/started-service.js'
import type { TestClient } from './testing/test-client.js'
import { command, path, text, ticketOf, utf8Bytes } from './testing/test-client.js'

const P = schema([field('p1', int64)])
const parameters = (...values: (bigint | null)[]): Batch => new Batch(P, values.length, [vectorFromScalars(int64, values)])
const query = (statement: string, transactionId?: Uint8Array): FlightDescriptor =>
  command(sql.CommandStatementQuerySchema, { query: statement, ...(transactionId !== undefined && { transactionId }) })
const update = (statement: string): FlightDescriptor => command(sql.CommandStatementUpdateSchema, { query: statement })

function prepare(client: TestClient, statement: string): Promise<sql.ActionCreatePreparedStatementResult> {
  const { ActionCreatePreparedStatementRequestSchema: Request, ActionCreatePreparedStatementResultSchema: Reply } = sql
  return client.sqlAction('CreatePreparedStatement', Request, { query: statement }, Reply)
}

const preparedQuery = (handle: Uint8Array): FlightDescriptor => command(sql.CommandPreparedStatementQuerySchema, { preparedStatementHandle: handle })
const preparedUpdate = (handle: Uint8Array): FlightDescriptor => command(sql.CommandPreparedStatementUpdateSchema, { preparedStatementHandle: handle })
const anyBytes = <Desc extends DescMessage>(desc: Desc, init: MessageInitShape<Desc>): Uint8Array => packAny(desc, create(desc, init))

describe('queries', () => {
  it('are planned at GetFlightInfo and run at DoGet', async () => {
    const { backend, client, admitted, outcomes } = startService()
    const info = await client.info(query('COUNT 25'))
    expect(backend.executed).toEqual([])
    expect(info.endpoint).toHaveLength(1)
    expect(info.endpoint[0]!.location).toEqual([])
    expect(info.endpoint[0]!.expirationTime?.seconds).toBe(1_700_000_600n)
    expect([info.totalRecords, info.totalBytes]).toEqual([-1n, -1n])
    expect(decodeSchema(info.schema).fields.map(({ name }) => name)).toEqual(['n'])
    const rows = await client.get(ticketOf(info))
    expect(rows.batchCount).toBe(3)
    expect(rows.columns[0]).toEqual(Array.from({ length: 25 }, (_, i) => BigInt(i)))
    expect(backend.prepared).toEqual(['COUNT 25'])
    expect(backend.executed).toEqual(['COUNT 25'])
    expect(admitted.map(({ kind }) => kind)).toEqual(['metadata', 'query'])
    expect(outcomes[1]).toMatchObject({ queryId: 'query-1', rows: 25, error: undefined })
    expect(outcomes[1]!.bytes).toBeGreaterThan(200)
  })

  it('can be read again while the ticket is good', async () => {
    const { backend, client } = startService()
    const ticket = ticketOf(await client.info(query('COUNT 2')))
    expect((await client.get(ticket)).columns).toEqual([[0n, 1n]])
    expect((await client.get(ticket)).columns).toEqual([[0n, 1n]])
    // The plan is used up by the first reader; the ticket has what it takes to make it again.
    expect(backend.prepared).toHaveLength(2)
  })

  it('come in every form', async () => {
    const { client } = startService()
    const forms = ['COUNT 2', '{"sql": "COUNT 2"}', ' {"sql_query": "COUNT 2", "query_type": "sql", "database": ""}']
    for (const form of forms) {
      expect((await client.query(text(form))).columns, form).toEqual([[0n, 1n]])
      expect((await client.get(utf8Bytes(form))).columns, form).toEqual([[0n, 1n]])
    }
    expect((await client.query(path('alpha', 'main', 'numbers'))).columns).toEqual([[1n, 2n, 3n]])
    expect((await client.get(anyBytes(sql.CommandStatementQuerySchema, { query: 'COUNT 2' }))).columns).toEqual([[0n, 1n]])
  })

  it('take parameters and options from JSON', async () => {
    const { backend, client } = startService()
    const ticket = {
      sql: 'ECHO ?',
      parameters: [5],
      settings: { 'artemis.batch_size': 3, timezone: 'UTC' },
      as_of: { timestamp: '2025-01-01T00:00:00Z' },
      database: 'alpha.extra',
    }
    expect((await client.query(text(JSON.stringify(ticket)))).columns).toEqual([[5n]])
    expect(backend.sessions[0]!.prepareOptions).toEqual([
      { settings: { 'artemis.batch_size': '3', timezone: 'UTC', catalog: 'alpha', schema: 'extra' }, asOf: { timestamp: '2025-01-01T00:00:00Z' } },
    ])
    // Integers beyond 2^53 stay exact, in parameters as in snapshot ids.
    expect((await client.get(utf8Bytes('{"sql": "ECHO ?", "params": [9007199254740993], "as_of": {"snapshot": 9007199254740995}}'))).columns).toEqual([
      [9_007_199_254_740_993n],
    ])
    expect(backend.sessions[0]!.prepareOptions[1]!.asOf).toEqual({ snapshot: '9007199254740995' })
  })

  it('send their schema when they are empty', async () => {
    const { client } = startService()
    const rows = await client.query(text('COUNT 0'))
    expect(rows).toMatchObject({ batchCount: 0, columns: [[]] })
    expect(rows.schema.fields[0]!.name).toBe('n')
  })

  it('give their schema without running', async () => {
    const { backend, client, service } = startService()
    const { schema: message } = await service.getSchema(client.context('GetSchema'), query('COUNT 2'))
    expect(decodeSchema(message).fields.map(({ name }) => name)).toEqual(['n'])
    expect(backend.executed).toEqual([])
  })

  it('are complete at the first poll', async () => {
    const { client, service } = startService()
    const poll = await service.pollFlightInfo(client.context('PollFlightInfo'), query('COUNT 2'))
    expect(poll.progress).toBe(1)
    expect(poll.flightDescriptor).toBeUndefined()
    expect((await client.get(ticketOf(poll.info!))).columns).toEqual([[0n, 1n]])
  })

  it('tell their errors', async () => {
    const { client, outcomes, service } = startService({ maxQueryBytes: 100 })
    await expect(client.info(query('NONSENSE'))).rejects.toMatchObject({ kind: 'syntax' })
    await expect(client.info(query(' '))).rejects.toMatchObject({ code: status.INVALID_ARGUMENT, message: 'the statement is empty' })
    await expect(client.info(query(`COUNT ${' '.repeat(100)}1`))).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
    await expect(client.info(path('none'))).rejects.toMatchObject({ code: 'TABLE_NOT_FOUND' })
    await expect(client.info(path())).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
    await expect(client.query(query('FAIL'))).rejects.toMatchObject({ code: 'FAILED' })
    expect(outcomes.at(-1)!.error).toMatchObject({ code: 'FAILED' })
    expect(() => service.doExchange()).toThrow('DoExchange is not supported')
  })

  it('are planned again when their plan was forgotten', async () => {
    const { backend, client } = startService()
    const ticket = ticketOf(await client.info(text('{"sql": "ECHO ?", "parameters": [4]}')))
    for (let i = 0; i < 10_000; i++) await client.info(query('COUNT 1'))
    expect((await client.get(ticket)).columns).toEqual([[4n]])
    expect(backend.prepared.filter((statement) => statement === 'ECHO ?')).toHaveLength(2)
  })

  it('with a long text are kept on the server', async () => {
    const { client } = startService()
    const statement = `COUNT 2${' '.repeat(100_000)}`
    const ticket = ticketOf(await client.info(query(statement)))
    expect(ticket.length).toBeLessThan(1000)
    expect((await client.get(ticket)).columns).toEqual([[0n, 1n]])
  })
})

describe('updates', () => {
  it('run at once by DoPut', async () => {
    const { backend, client, admitted, outcomes } = startService()
    expect(await client.update(update('ADD 3'))).toBe(3n)
    expect(await client.update(update('COUNT 15'))).toBe(-1n)
    expect(backend.sessions[0]!.counter).toBe(3n)
    expect(admitted.map(({ kind }) => kind)).toEqual(['metadata', 'update', 'metadata', 'query'])
    expect(outcomes[1]).toMatchObject({ rows: 3, error: undefined })
  })

  it('run exactly once by their ticket, whoever asks how often', async () => {
    const { backend, client } = startService()
    const info = await client.info(query('ADD 5 RETURNING'))
    expect(info.endpoint[0]!.expirationTime).toBeUndefined()
    expect(backend.sessions[0]!.counter).toBe(0n)
    const attempts = await Promise.allSettled([client.get(ticketOf(info)), client.get(ticketOf(info)), client.get(ticketOf(info))])
    expect(attempts.filter((attempt) => attempt.status === 'fulfilled').map((attempt) => attempt.value.columns)).toEqual([[[5n]]])
    for (const attempt of attempts) if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ code: status.FAILED_PRECONDITION })
    await expect(client.get(ticketOf(info))).rejects.toMatchObject({ code: status.FAILED_PRECONDITION })
    expect(backend.sessions[0]!.counter).toBe(5n)
  })

  it('are not used up by a refusal at the gate', async () => {
    let refuses = true
    const { backend, client } = startService({
      gate: {
        admit: (_, { kind }) => (kind === 'update' && refuses ? Promise.reject(new Error('full')) : Promise.resolve(() => undefined)),
      },
    })
    const ticket = ticketOf(await client.info(query('ADD 5')))
    await expect(client.get(ticket)).rejects.toThrow('full')
    refuses = false
    await client.get(ticket)
    expect(backend.sessions[0]!.counter).toBe(5n)
  })

  it('run once for each row of parameters', async () => {
    const { backend, client } = startService()
    const { preparedStatementHandle, isUpdate, datasetSchema } = await prepare(client, 'ADD ?')
    expect(isUpdate).toBe(true)
    expect(datasetSchema).toHaveLength(0)
    expect(await client.update(preparedUpdate(preparedStatementHandle), P, [parameters(1n, 2n), parameters(), parameters(10n)])).toBe(13n)
    expect(backend.sessions[0]!.counter).toBe(13n)
    // A schema without columns says that nothing is bound.
    const plain = await prepare(client, 'ADD 7')
    expect(await client.update(preparedUpdate(plain.preparedStatementHandle), schema([]), [new Batch(schema([]), 0, [])])).toBe(7n)
    expect(await client.update(preparedUpdate(plain.preparedStatementHandle))).toBe(7n)
    await expect(client.update(preparedUpdate(preparedStatementHandle))).rejects.toMatchObject({ code: 'PARAMETER_MISSING' })
  })

  it('with rows are told as queries', async () => {
    const { client } = startService()
    const { isUpdate, datasetSchema, preparedStatementHandle } = await prepare(client, 'ADD 1 RETURNING')
    expect(isUpdate).toBe(false)
    expect(decodeSchema(datasetSchema).fields).toHaveLength(1)
    expect((await client.query(preparedQuery(preparedStatementHandle))).columns).toEqual([[1n]])
    expect((await client.query(preparedQuery(preparedStatementHandle))).columns).toEqual([[2n]])
  })
})

describe('prepared statements', () => {
  it('are made, bound, run and closed', async () => {
    const { backend, client, service } = startService()
    const made = await prepare(client, 'ECHO ?')
    const handle = made.preparedStatementHandle
    expect(made.isUpdate).toBe(false)
    expect(decodeSchema(made.datasetSchema).fields).toHaveLength(1)
    expect(decodeSchema(made.parameterSchema).fields).toEqual([{ name: 'p1', type: int64, nullable: true }])
    const [bound] = await client.put(preparedQuery(handle), encodePayloads(P, [parameters(7n, null), parameters(9n)]))
    expect(fromBinary(sql.DoPutPreparedStatementResultSchema, bound!).preparedStatementHandle).toEqual(handle)
    // One result for each row, one after another.
    expect((await client.query(preparedQuery(handle))).columns).toEqual([[7n, null, 9n]])
    const info = await client.info(preparedQuery(handle))
    await client.put(preparedQuery(handle), encodePayloads(P, [parameters(1n)]))
    expect((await client.get(ticketOf(info))).columns).toEqual([[7n, null, 9n]])
    expect((await client.query(preparedQuery(handle))).columns).toEqual([[1n]])
    await client.put(preparedQuery(handle), encodePayloads(P, []))
    expect(await client.query(preparedQuery(handle))).toMatchObject({ columns: [[]], schema: P })
    expect(backend.prepared).toEqual(['ECHO ?'])
    const { schema: message } = await service.getSchema(client.context('GetSchema'), preparedQuery(handle))
    expect(decodeSchema(message).fields).toHaveLength(1)

    await client.action('ClosePreparedStatement', anyBytes(sql.ActionClosePreparedStatementRequestSchema, { preparedStatementHandle: handle }))
    expect(service.preparedStatementCount).toBe(0)
    await expect(client.info(preparedQuery(handle))).rejects.toMatchObject({ code: status.NOT_FOUND })
  })

  it('have the columns that the values decide, where nothing else does', async () => {
    const { backend, client, service } = startService()
    const { preparedStatementHandle } = await prepare(client, 'TYPED ?')
    const announced = async (): Promise<string[]> => {
      const info = await client.info(preparedQuery(preparedStatementHandle))
      return decodeSchema(info.schema).fields.map(({ type }) => type.kind)
    }
    expect(await announced()).toEqual(['null'])
    await client.put(preparedQuery(preparedStatementHandle), encodePayloads(P, [parameters(7n)]))
    expect(await announced()).toEqual(['int64'])
    const { schema: message } = await service.getSchema(client.context('GetSchema'), preparedQuery(preparedStatementHandle))
    expect(decodeSchema(message).fields[0]!.type).toEqual(int64)
    expect(backend.executed).toEqual([])
    expect((await client.query(preparedQuery(preparedStatementHandle))).columns).toEqual([[7n]])
  })

  it('need no schemas when they have neither rows nor parameters', async () => {
    const { client } = startService()
    expect(await prepare(client, 'COUNT 1')).toMatchObject({ parameterSchema: new Uint8Array(0) })
  })

  it('are bounded: those that nobody used lately are forgotten', async () => {
    const { client, service } = startService({ maxPreparedStatementsPerSession: 3 })
    const [first, second] = [await prepare(client, 'COUNT 1'), await prepare(client, 'COUNT 2')]
    await prepare(client, 'COUNT 3')
    await client.info(preparedQuery(first.preparedStatementHandle))
    await prepare(client, 'COUNT 4')
    expect(service.preparedStatementCount).toBe(3)
    expect((await client.query(preparedQuery(first.preparedStatementHandle))).columns).toEqual([[0n]])
    await expect(client.info(preparedQuery(second.preparedStatementHandle))).rejects.toMatchObject({ code: status.NOT_FOUND })
  })

  it('take parameters up to a size', async () => {
    const { client } = startService({ maxParameterBytes: 1000 })
    const { preparedStatementHandle } = await prepare(client, 'ECHO ?')
    const many = parameters(...Array.from({ length: 100 }, (_, i) => BigInt(i)))
    await expect(client.put(preparedQuery(preparedStatementHandle), encodePayloads(P, [many]))).rejects.toMatchObject({ code: 'PARAMETERS_TOO_LARGE' })
  })
})

describe('Substrait', () => {
  const plan = { plan: utf8Bytes('COUNT 2'), version: '0.1' }

  it('is planned and run by a backend that has it', async () => {
    const { client } = startService()
    expect((await client.query(command(sql.CommandStatementSubstraitPlanSchema, { plan }))).columns).toEqual([[0n, 1n]])
    const add = { plan: utf8Bytes('ADD 2'), version: '0.1' }
    expect(await client.update(command(sql.CommandStatementSubstraitPlanSchema, { plan: add }))).toBe(2n)
    const { ActionCreatePreparedSubstraitPlanRequestSchema: Request, ActionCreatePreparedStatementResultSchema: Reply } = sql
    const made = await client.sqlAction('CreatePreparedSubstraitPlan', Request, { plan }, Reply)
    expect((await client.query(preparedQuery(made.preparedStatementHandle))).columns).toEqual([[0n, 1n]])
  })

  it('is not supported by one that has not', async () => {
    const { backend, client } = startService()
    backend.hasSubstrait = false
    await expect(client.info(command(sql.CommandStatementSubstraitPlanSchema, { plan }))).rejects.toMatchObject({
      code: status.UNIMPLEMENTED,
      message: 'Substrait is not supported by this server',
    })
  })
})

describe('ingest', () => {
  const { CommandStatementIngestSchema, CommandStatementIngest_TableDefinitionOptions_TableExistsOption: IfExists } = sql
  const { CommandStatementIngest_TableDefinitionOptions_TableNotExistOption: IfNotExist } = sql
  const tableDefinitionOptions = { ifExists: IfExists.APPEND, ifNotExist: IfNotExist.CREATE }

  it('writes all batches', async () => {
    const { backend, client, admitted } = startService()
    const target = { table: 't', schema: 's', catalog: 'c', temporary: true, options: { a: 'b' } }
    const descriptor = command(CommandStatementIngestSchema, { ...target, tableDefinitionOptions })
    expect(await client.update(descriptor, P, [parameters(1n, 2n), parameters(3n)])).toBe(3n)
    const { request, rows } = backend.sessions[0]!.ingested[0]!
    expect(rows).toBe(3)
    expect(request).toEqual({
      table: 't',
      dbSchema: 's',
      catalog: 'c',
      temporary: true,
      options: { a: 'b' },
      ifExists: 'append',
      ifNotExists: 'create',
      transactionId: undefined,
      schema: P,
    })
    expect(admitted.map(({ kind }) => kind)).toEqual(['ingest'])
  })

  it('must say what it wants', async () => {
    const { client } = startService()
    const bad = [{ table: '', tableDefinitionOptions }, { table: 't' }, { table: 't', tableDefinitionOptions: { ifExists: IfExists.FAIL } }]
    for (const init of bad) {
      await expect(client.update(command(CommandStatementIngestSchema, init), P, [])).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
    }
    await expect(client.update(command(CommandStatementIngestSchema, { table: 't', tableDefinitionOptions }))).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      message: 'the stream has no schema',
    })
  })
})

describe('commands that are for something else', () => {
  it('are refused by name', async () => {
    const { client } = startService()
    await expect(client.put(query('COUNT 1'))).rejects.toThrow('CommandStatementQuery is not for DoPut')
    await expect(client.put(command(sql.CommandGetCatalogsSchema, {}))).rejects.toThrow('CommandGetCatalogs is not for DoPut')
    await expect(client.put(path('t'))).rejects.toMatchObject({ code: status.UNIMPLEMENTED })
    await expect(client.put(text('COUNT 1'))).rejects.toMatchObject({ code: status.UNIMPLEMENTED })
    await expect(client.info(command(sql.CommandStatementIngestSchema, { table: 't' }))).rejects.toThrow('CommandStatementIngest has no flight')
    await expect(client.info(command(sql.DoPutUpdateResultSchema, {}))).rejects.toMatchObject({
      code: status.UNIMPLEMENTED,
      message: 'DoPutUpdateResult is not supported by this server',
    })
    const damaged = anyBytes(sql.CommandStatementQuerySchema, { query: 'COUNT 1' })
    damaged[damaged.length - 8] = 0xff
    await expect(client.get(damaged)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
  })
})
