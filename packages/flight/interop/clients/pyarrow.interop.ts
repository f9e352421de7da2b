/** pyarrow.flight (Arrow's C++ client) against the server: authentication, listing, queries, cancelling, TLS. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PYTHON, interopFile, lacks, runForJson } from '../installed-tools.js'
import type { EngineServer } from './engine-server.js'
import { startEngineServer } from './engine-server.js'
import { engineResult, expectEngineResults } from './expected-results.js'
import { FAILING_QUERIES, LARGE_QUERY, NESTED_QUERIES, SCALAR_QUERIES, SLOW_QUERY } from './queries.js'

interface Failure {
  readonly type: string
  readonly message: string
}

describe.skipIf(lacks('Python with pyarrow.flight', PYTHON))('pyarrow.flight', () => {
  let engine: EngineServer
  beforeAll(async () => void (engine = await startEngineServer()))
  afterAll(() => engine?.close())

  const client = (step: string, more: Readonly<Record<string, unknown>> = {}): Promise<unknown> =>
    runForJson(PYTHON, ['-B', interopFile('clients/flight_client.py')], { address: `grpc://${engine.address}`, token: engine.token, step, ...more })

  it('authenticates by bearer, by Basic in the headers and by the payload of Handshake, and is told when it fails', async () => {
    const seen = (await client('authentication', { user: 'token' })) as Record<string, unknown>
    expect(seen).toMatchObject({ bearer: [42], basic: [42], handshake: [42] })
    for (const refused of ['none', 'wrong', 'wrong basic', 'wrong handshake']) {
      expect(seen[refused], refused).toMatchObject({ type: 'FlightUnauthenticatedError' })
      expect((seen[refused] as Failure).message).not.toContain(engine.token.slice(-20))
    }
  })

  it('reads what the engine reads: every type, nulls, no rows, times, EXPLAIN', async () => {
    const queries = [...SCALAR_QUERIES, ...NESTED_QUERIES]
    await expectEngineResults(engine.session, queries, await client('queries', { queries }))
  })

  it('reads more than 100,000 rows, over TLS', async () => {
    const seen = await client('queries', { address: `grpc+tls://${engine.tlsAddress}`, root: engine.certificate, queries: [LARGE_QUERY] })
    await expectEngineResults(engine.session, [LARGE_QUERY], seen)
  })

  it('does not trust a server whose certificate it does not know', async () => {
    const seen = await client('queries', { address: `grpc+tls://${engine.tlsAddress}`, queries: ['SELECT 1'] })
    expect(seen).toMatchObject([{ error: 'FlightUnavailableError' }])
  })

  it('shows a certificate in place of a token, and does not get in without one', async () => {
    const place = { address: `grpc+tls://${engine.mutualTlsAddress}`, root: engine.certificate, token: null, queries: ['SELECT 42 AS answer'] }
    const seen = await client('queries', { ...place, ...engine.client })
    await expectEngineResults(engine.session, place.queries, seen)
    expect(await client('queries', place)).toMatchObject([{ error: 'FlightUnavailableError' }])
    const stranger = { certificate: engine.certificate, key: engine.certificate.replace('.pem', '.key') }
    expect(await client('queries', { ...place, ...stranger })).toMatchObject([{ error: 'FlightUnavailableError' }])
  })

  it('hears of each error what the engine says', async () => {
    const seen = (await client('queries', { queries: FAILING_QUERIES.map(([sql]) => sql) })) as { error: string; message: string }[]
    for (const [index, [sql, message]] of FAILING_QUERIES.entries()) {
      expect(seen[index]!.error, sql).toMatch(/^Arrow(Invalid|KeyError)$|^Flight/)
      expect(seen[index]!.message, sql).toMatch(message)
    }
  })

  it('reads with tickets of its own: parameters, settings and a time', async () => {
    const tickets = [
      { sql: 'SELECT name FROM missions WHERE crew = ? ORDER BY name', parameters: [3], database: 'artemis.sda' },
      { sql_query: 'SELECT $a + 1 AS n', params: { a: 41 }, settings: { timezone: 'Asia/Tokyo' } },
      { sql: 'SELECT COUNT(*) AS n FROM artemis.sda.observations', as_of: '2024-03-01T00:00:00Z' },
    ].map((ticket) => JSON.stringify(ticket))
    const seen = await client('tickets', { tickets })
    const queries = [
      'SELECT name FROM artemis.sda.missions WHERE crew = 3 ORDER BY name',
      'SELECT 41 + 1 AS n',
      "SELECT COUNT(*) AS n FROM artemis.sda.observations AS OF TIMESTAMP '2024-03-01T00:00:00Z'",
    ]
    await expectEngineResults(engine.session, queries, seen, ({ rows }) => rows)
  })

  it('lists flights, which can be read, and actions', async () => {
    const { flights, read, actions } = (await client('listing', { read: ['artemis.sda.missions'] })) as {
      flights: { path: string[]; columns: string[]; rows: number }[]
      read: unknown
      actions: string[]
    }
    const missions = flights.find(({ path }) => path.join('.') === 'artemis.sda.missions')
    expect(missions?.columns).toContain('mission_id')
    expect(flights.map(({ path }) => path.at(-1))).toEqual(expect.arrayContaining(['observations', 'events', 'passes']))
    expect(read).toEqual({ 'artemis.sda.missions': (await engineResult(engine.session, 'SELECT * FROM artemis.sda.missions')).rows.length })
    for (const action of ['CancelFlightInfo', 'CloseSession', 'CreatePreparedStatement', 'GetSessionOptions']) expect(actions).toContain(action)
  })

  it('understands the metadata of Flight SQL, unions and maps included', async () => {
    const seen = (await client('commands', { commands: ['CommandGetSqlInfo', 'CommandGetXdbcTypeInfo', 'CommandGetCatalogs', 'CommandGetTableTypes'] })) as {
      values: Record<string, unknown>
    } & Record<string, { columns: unknown[][]; first: string[] }>
    const union = [
      'string_value: string=0',
      'bool_value: bool=1',
      'bigint_value: int64=2',
      'int32_bitmask: int32=3',
      'string_list: list<item: string>=4',
      'int32_to_int32_list_map: map<int32, list<item: int32>>=5',
    ]
    expect(seen['CommandGetSqlInfo']!.columns[0]).toEqual(['info_name', 'uint32', false])
    expect(String(seen['CommandGetSqlInfo']!.columns[1]![1]).replaceAll(' not null', '')).toBe(`dense_union<${union.join(', ')}>`)
    expect(seen.values).toMatchObject({ 3: false, 4: true, 5: false, 504: '"' })
    expect(seen['CommandGetXdbcTypeInfo']!.columns).toHaveLength(19)
    expect(seen['CommandGetXdbcTypeInfo']!.first).toEqual(expect.arrayContaining(['BIGINT', 'VARCHAR', 'TIMESTAMP']))
    expect(seen['CommandGetCatalogs']!.first).toEqual(expect.arrayContaining(['artemis', 'memory']))
    expect(seen['CommandGetTableTypes']!.first).toEqual(expect.arrayContaining(['TABLE']))
  })

  it('cancels a stream and goes on with its connection; a deadline ends a call', async () => {
    const seen = (await client('cancel', { sql: SLOW_QUERY })) as Record<string, unknown>
    expect(seen['rows']).toBeGreaterThan(0)
    expect(seen['error']).toMatchObject({ type: 'FlightCancelledError' })
    expect(seen['after']).toEqual([1])
    expect(seen['late']).toMatchObject({ type: 'FlightTimedOutError' })
    expect(seen['seconds']).toBeLessThan(5)
    await expect.poll(() => engine.server.activeCalls).toBe(0)
  })

  it('may not write with a token that may only read', async () => {
    const queries = ['CREATE TABLE artemis.sda.forbidden (x BIGINT)', 'DROP TABLE artemis.sda.missions']
    const seen = (await client('queries', { queries, token: engine.readOnlyToken })) as { error: string }[]
    expect(seen.map(({ error }) => error)).toEqual(['FlightUnauthorizedError', 'FlightUnauthorizedError'])
  })
})
