/** Clients from npm against the server: influxdb3-client (tickets of JSON) and spice (SQL in GetFlightInfo, prepared statements, TLS). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NPM_CLIENTS, interopFile, lacks, runForJson } from '../installed-tools.js'
import type { EngineServer } from './engine-server.js'
import { startEngineServer } from './engine-server.js'
import { engineResult } from './expected-results.js'

interface Query {
  readonly sql: string
  readonly params?: unknown
}

describe.skipIf(lacks('clients from npm', NPM_CLIENTS))('from npm', () => {
  let engine: EngineServer
  beforeAll(async () => void (engine = await startEngineServer()))
  afterAll(() => engine?.close())

  const run = (client: string, queries: readonly Query[], more: Readonly<Record<string, unknown>> = {}): Promise<unknown> =>
    runForJson(process.execPath, [interopFile('clients/npm-clients.mjs')], { client, queries, folder: NPM_CLIENTS, token: engine.token, ...more })

  const missions = 'SELECT mission_id, name, crew FROM artemis.sda.missions ORDER BY mission_id'
  const missionRows = async (filter?: (row: readonly unknown[]) => boolean): Promise<unknown> =>
    (await engineResult(engine.session, missions)).rows.filter(filter ?? Boolean).map(([id, name, crew]) => ({ mission_id: id, name, crew: Number(crew) }))

  it('influxdb3-client queries, with named parameters and a database, and hears of errors', async () => {
    const queries = [
      { sql: missions },
      { sql: 'SELECT mission_id, name, crew FROM missions WHERE crew = $crew ORDER BY mission_id', params: { crew: 3 } },
      { sql: "SELECT 9007199254740993 AS big, 'grüße' AS text, CAST(NULL AS VARCHAR) AS none" },
      { sql: 'SELECT x FROM range(0, 150000) AS t(x) WHERE x % 50000 = 49999' },
      { sql: 'SELECT nonsense' },
    ]
    const seen = (await run('influxdb3', queries, { address: engine.address, database: 'artemis.sda' })) as unknown[]
    expect(seen[0]).toEqual(await missionRows())
    expect(seen[1]).toEqual(await missionRows(([, , crew]) => crew === '3'))
    expect(seen[2]).toEqual([{ big: '9007199254740993', text: 'grüße', none: null }])
    expect(seen[3]).toEqual([{ x: '49999' }, { x: '99999' }, { x: '149999' }])
    expect(seen[4]).toMatchObject({ message: expect.stringMatching(/nonsense/) as string })
  })

  it('influxdb3-client is refused with a wrong token', async () => {
    const [seen] = (await run('influxdb3', [{ sql: 'SELECT 1' }], { address: engine.address, database: '', token: 'nonsense' })) as unknown[]
    expect(seen).toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('spice queries over TLS, with parameters of a prepared statement', async () => {
    const queries = [
      { sql: missions },
      { sql: 'SELECT mission_id, name, crew FROM artemis.sda.missions WHERE crew = ? AND mission_id > ? ORDER BY mission_id', params: [3, 'apollo-8'] },
      { sql: 'SELECT COUNT(*) AS n FROM range(0, 1000000) AS t(x)' },
      { sql: 'SELECT nonsense' },
    ]
    const seen = (await run('spice', queries, { address: `localhost:${engine.tlsAddress.split(':')[1]}`, root: engine.certificate })) as unknown[]
    expect(seen[0]).toEqual(await missionRows())
    expect(seen[1]).toEqual(await missionRows(([id, , crew]) => crew === '3' && String(id) > 'apollo-8'))
    expect(seen[2]).toEqual([{ n: '1000000' }])
    expect(seen[3]).toMatchObject({ message: expect.stringMatching(/nonsense/) as string })
  })
})
