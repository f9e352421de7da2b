/** The server under load, in a process of its own, so that its memory is its own. Speaks with its parent over IPC. */

import { rmSync } from 'node:fs'
import path from 'node:path'
import { serverConfig } from '../dist/operations/config/definitions.js'
import { startServer } from '../dist/operations/server.js'
import { parseScopes } from '../dist/security/scope.js'
import { TokenStore } from '../dist/security/token-store.js'
import { openTemporaryDemo } from '../../testkit/dist/index.js'

const { budget, config = {}, queries } = JSON.parse(process.argv[2] ?? '{}')
const demo = await openTemporaryDemo(0.03)
const store = await TokenStore.open(path.join(demo.folder, 'tokens.json'))
const generous = { requestsPerSecond: 1e5, requestBurst: 1e5, concurrentQueries: 32 }
const issue = async (name, limits) => (await store.create({ name, expiresAtMs: undefined, scopes: parseScopes('write:*'), limits })).token
const tokens = await Promise.all(Array.from({ length: 8 }, (_, i) => issue(`load-${i}`, generous)))
const budgetToken = await issue('budgeted', budget)

const unhandled = []
process.on('unhandledRejection', (error) => unhandled.push(String(error?.stack ?? error)))
const server = await startServer(
  serverConfig({
    'listen.port': 0,
    'metrics.port': 0,
    warehouses: { artemis: demo.warehouse },
    'auth.tokens': store.path,
    'state.directory': demo.folder,
    'engine.temp_directory': path.join(demo.folder, 'spill'),
    'log.level': 'silent',
    'limits.session_idle': 15_000,
    'limits.running': 16,
    ...config,
  }),
)
const known = []
for (const sql of queries) {
  const [row] = await (await demo.session.sql(sql)).toArray()
  known.push({ sql, row: Object.values(row) })
}

async function gauges() {
  const text = await (await fetch(`http://127.0.0.1:${server.metricsAddress.port}/metrics`)).text()
  const read = (name) => Number(new RegExp(`^artemis_flight_${name} (.*)$`, 'm').exec(text)?.[1])
  return Object.fromEntries(['queued_executions', 'running_executions', 'open_sessions', 'prepared_statements', 'stalled_streams', 'memory_reserved_bytes'].map((name) => [name, read(name)]))
}

process.on('message', (message) => void (message === 'measure' ? measure() : end()))

async function measure() {
  globalThis.gc?.()
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  process.send({ kind: 'measure', rss, heapUsed, external, arrayBuffers, cpuSeconds: (user + system) / 1e6, activeCalls: server.activeCalls, unhandled, gauges: await gauges() })
}

async function end() {
  await server.close()
  await store.close()
  await demo.close()
  rmSync(demo.folder, { recursive: true, force: true })
  process.disconnect()
}

process.send({ kind: 'ready', port: server.address.port, tokens, budgetToken, known })
