import { afterEach, describe, expect, it } from 'vitest'
import { create } from '@bufbuild/protobuf'
import { Batch, decodeSchema, field, int64, schema, vectorFromScalars } from '@artemis/arrow'
import { encodePayloads } from '../flight/record-batches.js'
import * as sql from '../generated/FlightSql_pb.js'
import { fromBinary } from '@bufbuild/protobuf'
import { packAny } from './commands.js'
import { FlightSqlService } from './flight-sql-service.js'
import type { FlightSqlServiceOptions } from './flight-sql-service.js'
import { MemoryBackend } from './testing/memory-backend.js'
import { command, path, TestClient, text, ticketOf, utf8Bytes } from './testing/test-client.js'

const services: FlightSqlService[] = []
afterEach(async () => {
  for (const service of services.splice(0)) await service.close()
})

interface Started {
  readonly backend: MemoryBackend
  readonly service: FlightSqlService
  readonly client: TestClient
}

function start(options: Partial<FlightSqlServiceOptions> = {}): Started {
  const backend = new MemoryBackend()
  const service = new FlightSqlService({ backend, ...options })
  services.push(service)
  return { backend, service, client: new TestClient(service) }
}

const P = schema([field('p1', int64)])
const parameters = (...values: (bigint | null)[]): Batch => new Batch(P, values.length, [vectorFromScalars(int64, values)])

describe('queries', () => {
  it('plans at GetFlightInfo and runs at DoGet', async () => {
    const { backend, client } = start()
    const info = await client.info(command(sql.CommandStatementQuerySchema, { query: 'COUNT 25' }))
    expect(backend.executed).toEqual([])
    expect(info.endpoint).toHaveLength(1)
    expect(info.endpoint[0]!.location).toEqual([])
    expect(info.totalRecords).toBe(-1n)
    expect(decodeSchema(info.schema).fields.map(({ name }) => name)).toEqual(['n'])
    const rows = await client.get(ticketOf(info))
    expect(rows.batchCount).toBe(3)
    expect(rows.columns[0]).toEqual(Array.from({ length: 25 }, (_, i) => BigInt(i)))
    expect(backend.prepared).toEqual(['COUNT 25'])
    expect(backend.executed).toEqual(['COUNT 25'])
  })

  it('takes every form of a request', async () => {
    const { client } = start()
    for (const form of ['COUNT 2', '{"sql": "COUNT 2"}', ' {"sql_query": "COUNT 2", "query_type": "sql", "database": ""}', '\nCOUNT 2'.trim()]) {
      expect((await client.query(text(form))).columns, form).toEqual([[0n, 1n]])
      expect((await client.get(utf8Bytes(form))).columns, form).toEqual([[0n, 1n]])
    }
    expect((await client.query(path('alpha', 'main', 'numbers'))).columns).toEqual([[1n, 2n, 3n]])
    expect((await client.query(text('{"sql": "ECHO ?, ?", "parameters": [1, 9007199254740993]}'))).columns).toEqual([[1n], [9_007_199_254_740_993n]])
  })

  it('sends the schema of an empty result', async () => {
    const { client } = start()
    const rows = await client.query(text('COUNT 0'))
    expect(rows).toMatchObject({ batchCount: 0, columns: [[]] })
    expect(rows.schema.fields[0]!.name).toBe('n')
  })
})

describe('prepared statements', () => {
  it('are made, bound, run and closed', async () => {
    const { client } = start()
    const made = await client.sqlAction(
      'CreatePreparedStatement',
      sql.ActionCreatePreparedStatementRequestSchema,
      { query: 'ECHO ?' },
      sql.ActionCreatePreparedStatementResultSchema,
    )
    expect(made.isUpdate).toBe(false)
    expect(decodeSchema(made.datasetSchema).fields).toHaveLength(1)
    expect(decodeSchema(made.parameterSchema).fields).toHaveLength(1)
    const prepared = command(sql.CommandPreparedStatementQuerySchema, { preparedStatementHandle: made.preparedStatementHandle })
    const [bound] = await client.put(prepared, encodePayloads(P, [parameters(7n, null), parameters(9n)]))
    expect(fromBinary(sql.DoPutPreparedStatementResultSchema, bound!).preparedStatementHandle).toEqual(made.preparedStatementHandle)
    expect((await client.query(prepared)).columns).toEqual([[7n, null, 9n]])
    const close = create(sql.ActionClosePreparedStatementRequestSchema, { preparedStatementHandle: made.preparedStatementHandle })
    await client.action('ClosePreparedStatement', packAny(sql.ActionClosePreparedStatementRequestSchema, close))
    await expect(client.info(prepared)).rejects.toMatchObject({ code: 5 })
  })
})
