/**
 * The integration scenarios of the Arrow project, played by its own client (Go) against small services on our protocol
 * layer: one test each, passed when the client exits with 0. `do_exchange` has no scenario there; pyarrow plays it.
 */
import { afterEach, describe, expect, it } from 'vitest'
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FlightServer } from '../../src/protocol/flight/flight-server.js'
import type { FlightServerOptions } from '../../src/protocol/flight/flight-server.js'
import { FlightSqlService } from '../../src/protocol/sql/flight-sql-service.js'
import { INTEGRATION_CLIENT, PYTHON, interopFile, lacks, runForJson, runTool } from '../installed-tools.js'
import {
  appMetadata,
  basicAuthenticator,
  expirationTime,
  flightStore,
  middleware,
  ordered,
  pollFlightInfo,
  reuseConnection,
  whoAmI,
} from './flight-scenarios.js'
import { integrationJson } from './integration-json.js'
import { ScenarioBackend } from './scenario-backend.js'

const noClient = lacks("integration client of the Arrow project", INTEGRATION_CLIENT)
const noPython = lacks('Python', PYTHON)

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function serve(options: FlightServerOptions): Promise<number> {
  const server = new FlightServer(options)
  const { port } = await server.listen('127.0.0.1', 0)
  closing.push(() => server.close())
  return port
}

/** A service over the backend of the scenarios, which is told when a plan is for a prepared statement. */
function sqlService(): FlightServerOptions {
  const backend = new ScenarioBackend()
  const service = new FlightSqlService({ backend })
  closing.push(() => service.close())
  const doAction = service.doAction.bind(service)
  service.doAction = (context, action) => {
    backend.preparing = action.type === 'CreatePreparedSubstraitPlan'
    return doAction(context, action)
  }
  return { service }
}

const SCENARIOS: readonly (readonly [name: string, server: () => FlightServerOptions])[] = [
  ['auth:basic_proto', () => ({ service: whoAmI, authenticator: basicAuthenticator() })],
  ['middleware', () => ({ service: middleware })],
  ['ordered', () => ({ service: ordered })],
  ['expiration_time:do_get', () => ({ service: expirationTime() })],
  ['expiration_time:list_actions', () => ({ service: expirationTime() })],
  ['expiration_time:cancel_flight_info', () => ({ service: expirationTime() })],
  ['expiration_time:renew_flight_endpoint', () => ({ service: expirationTime() })],
  ['location:reuse_connection', () => ({ service: reuseConnection })],
  ['poll_flight_info', () => ({ service: pollFlightInfo })],
  ['app_metadata_flight_info_endpoint', () => ({ service: appMetadata })],
  ['session_options', sqlService],
  ['flight_sql', sqlService],
  ['flight_sql:extension', sqlService],
  ['flight_sql:ingestion', sqlService],
]

describe.skipIf(noClient)("the Arrow project's scenarios", () => {
  it.each(SCENARIOS)('%s', async (scenario, options) => {
    const port = await serve(options())
    await runTool(INTEGRATION_CLIENT, ['-host', '127.0.0.1', '-port', String(port), '-scenario', scenario])
  })

  it('the one without a name: put with acknowledgements, then get', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'artemis-flight-'))
    try {
      const file = join(folder, 'batches.json')
      writeFileSync(file, JSON.stringify(integrationJson()))
      const store = flightStore()
      const port = await serve({ service: store })
      store.location = `127.0.0.1:${port}`
      await runTool(INTEGRATION_CLIENT, ['-host', '127.0.0.1', '-port', String(port), '-path', file])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe.skipIf(noPython)('streams of pyarrow', () => {
  it('come back as they were, with their metadata, from DoPut and DoGet and from DoExchange', async () => {
    const store = flightStore()
    const port = await serve({ service: store })
    store.location = `grpc://127.0.0.1:${port}`
    expect(await runForJson(PYTHON, ['-B', interopFile('scenarios/round_trip.py'), store.location])).toEqual({ put: true, exchange: true })
  })
})
