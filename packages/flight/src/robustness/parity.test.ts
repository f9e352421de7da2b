/**
 * Parity: a query gives the same Arrow IPC stream in process and over the wire, byte for byte, whichever of the ways a client
 * asks: a JSON ticket, the ticket of Flight SQL's GetFlightInfo, or a prepared statement.
 */

import { status } from '@grpc/grpc-js'
import { fromBinary } from '@bufbuild/protobuf'
import { anyUnpack, AnySchema } from '@bufbuild/protobuf/wkt'
import { ArtemisError, renderError } from '@artemis/errors'
import type { SessionContext } from '@artemis/engine'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTemporaryDemo } from '../../../testkit/src/index.js'
import type { TemporaryDemo } from '../../../testkit/src/index.js'
import { flightServiceDefinition } from '../protocol/flight/service-definition.js'
import {
  ActionCreatePreparedStatementRequestSchema,
  ActionCreatePreparedStatementResultSchema,
  CommandPreparedStatementQuerySchema,
  CommandStatementQuerySchema,
} from '../protocol/generated/FlightSql_pb.js'
import { edgeCatalog } from './testing/edge-catalog.js'
import { FAILING_QUERIES, PARITY_QUERIES } from './testing/parity-queries.js'
import type { Outcome } from './testing/raw-client.js'
import { RawClient, commandBytes, infoOf, reframed, ticketOf } from './testing/raw-client.js'
import { startTarget } from './testing/target.js'
import type { Target } from './testing/target.js'

let archive: TemporaryDemo
let target: Target
let client: RawClient
let direct: SessionContext

beforeAll(async () => {
  archive = await openTemporaryDemo(0.05)
  const started = await startTarget({
    config: { warehouses: { artemis: archive.warehouse }, 'engine.catalog': 'artemis', 'engine.schema': 'sda' },
    catalogs: new Map([['edge', edgeCatalog()]]),
    tokens: { reader: {} },
  })
  target = started.target
  client = new RawClient(target.port, { token: started.tokens['reader'] })
  direct = archive.newSession({ settings: { catalog: 'artemis', schema: 'sda' } })
  direct.registerCatalog('edge', edgeCatalog())
})
afterAll(async () => {
  client.close()
  await direct.close()
  await target.close()
  await archive.close()
})

async function inProcess(sql: string, session: SessionContext = direct): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of (await session.sql(sql)).toIPC()) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function streamOf(outcome: Outcome): Buffer {
  expect({ code: outcome.code, details: outcome.details }).toEqual({ code: status.OK, details: outcome.details })
  return reframed(outcome.messages)
}

async function prepared(sql: string): Promise<Uint8Array> {
  const outcome = await client.action('CreatePreparedStatement', commandBytes(ActionCreatePreparedStatementRequestSchema, { query: sql }))
  expect(outcome.details).toBe(outcome.code === 0 ? outcome.details : '')
  const { body } = flightServiceDefinition.DoAction.responseDeserialize(outcome.messages[0]!)
  const { preparedStatementHandle } = anyUnpack(fromBinary(AnySchema, body), ActionCreatePreparedStatementResultSchema)!
  return commandBytes(CommandPreparedStatementQuerySchema, { preparedStatementHandle })
}

/** Sizes first: two buffers of megabytes are no message of a test. */
function expectSameBytes(actual: Buffer, expected: Buffer): void {
  let difference = 0
  while (difference < expected.length && actual[difference] === expected[difference]) difference++
  expect({ length: actual.length, differsAt: actual.equals(expected) ? -1 : difference }).toEqual({ length: expected.length, differsAt: -1 })
}

describe('parity', () => {
  it('is shown by 50 queries and more', () => {
    expect(PARITY_QUERIES.length).toBeGreaterThanOrEqual(50)
    expect(new Set(PARITY_QUERIES).size).toBe(PARITY_QUERIES.length)
  })

  it.each(PARITY_QUERIES.map((sql) => [sql]))('%s', async (sql) => {
    const expected = await inProcess(sql)
    const plain = await client.get(JSON.stringify({ sql }))
    expectSameBytes(streamOf(plain), expected)
    for (const message of plain.messages.slice(1)) {
      // One row goes whole, whatever its size.
      if (!sql.includes('longer')) expect(message.length).toBeLessThan(2 * 2 ** 20)
    }

    const info = infoOf(await client.info(commandBytes(CommandStatementQuerySchema, { query: sql })))
    expect(Buffer.compare(info.schema, expected.subarray(0, info.schema.length))).toBe(0)
    expectSameBytes(streamOf(await client.get(info.endpoint[0]!.ticket!.ticket)), expected)

    expectSameBytes(streamOf(await client.get(await client.ticketFor(await prepared(sql)))), expected)
  })

  it('holds for tickets with a point in time, a setting and parameters', async () => {
    const sql = 'SELECT * FROM sda.observations ORDER BY observation_id LIMIT 50'
    const expected = await inProcess(sql.replace(' ORDER', " AS OF TIMESTAMP '2024-02-10 00:00:00' ORDER"))
    expectSameBytes(streamOf(await client.get(JSON.stringify({ sql, as_of: '2024-02-10T00:00:00Z' }))), expected)

    const zoned = archive.newSession({ settings: { catalog: 'artemis', schema: 'sda', timeZone: 'Asia/Tokyo' } })
    const shown = 'SELECT CAST(observed_at AS VARCHAR) AS text, date_trunc(\'day\', observed_at) AS day FROM sda.observations ORDER BY observation_id LIMIT 50'
    expectSameBytes(streamOf(await client.get(JSON.stringify({ sql: shown, settings: { timezone: 'Asia/Tokyo' } }))), await inProcess(shown, zoned))
    await zoned.close()

    const bound = 'SELECT * FROM sda.observations WHERE mission_id = ? AND observation_id > ? ORDER BY observation_id LIMIT 10'
    const literal = "SELECT * FROM sda.observations WHERE mission_id = 'apollo-7' AND observation_id > 100 ORDER BY observation_id LIMIT 10"
    expectSameBytes(streamOf(await client.get(JSON.stringify({ sql: bound, params: ['apollo-7', 100] }))), await inProcess(literal))
  })

  it.each(FAILING_QUERIES)('error: %s', async (sql, code) => {
    const error = await inProcess(sql).then(
      () => undefined,
      (cause: unknown) => cause,
    )
    expect(error).toBeInstanceOf(ArtemisError)
    const expected = { code: status[code], details: renderError(error as ArtemisError, sql) }
    const plain = await client.get(JSON.stringify({ sql }))
    expect({ code: plain.code, details: plain.details }).toEqual(expected)

    const info = await client.info(commandBytes(CommandStatementQuerySchema, { query: sql }))
    const failed = info.code === status.OK ? await client.get(ticketOf(info)) : info
    expect({ code: failed.code, details: failed.details }).toEqual(expected)
  })
})
