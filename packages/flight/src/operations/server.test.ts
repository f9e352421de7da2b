/** The assembled server, as those who run it see it: tokens, health, metrics, logs, and an end in order. */

import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Client, Metadata, credentials, status } from '@grpc/grpc-js'
import { ConfigError, IoError } from '@artemis/errors'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { FlightSqlClient } from '../client/index.js'
import { main } from '../command/main.js'
import type { ServerConfig } from './config/definitions.js'
import { serverConfig } from './config/definitions.js'
import { createLogger } from './logging/logger.js'
import type { RunningServer } from './running-server.js'
import { startServer } from './server.js'
import { GatedTable } from './testing/gated-table.js'
import { memoryStreams } from './testing/memory-streams.js'

let folder = ''
const SHORT_KEY = path.join(mkdtempSync(path.join(os.tmpdir(), 'artemis-key-')), 'short.key')
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'artemis-server-'))
  writeFileSync(SHORT_KEY, 'short')
})
afterAll(() => {
  for (const place of [folder, path.dirname(SHORT_KEY)]) rmSync(place, { recursive: true, force: true })
})

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

interface Started {
  readonly server: RunningServer
  readonly table: GatedTable
  /** Lines of the log so far. */
  readonly log: () => Record<string, unknown>[]
  readonly logText: () => string
}

let states = 0

async function start(overrides: Partial<ServerConfig> = {}): Promise<Started> {
  const config = serverConfig({
    'listen.port': 0,
    'metrics.port': 0,
    'state.directory': path.join(folder, `state-${states++}`),
    'engine.temp_directory': path.join(folder, 'spill'),
    'log.level': 'debug',
    'log.format': 'json',
    ...overrides,
  })
  let text = ''
  const logger = createLogger(config, { write: (line) => void (text += line) })
  const table = new GatedTable()
  const server = await startServer(config, { version: '9.9.9', logger, catalogs: table.catalogs() })
  closing.push(() => server.close())
  const lines = (): Record<string, unknown>[] => text.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
  return { server, table, log: lines, logText: () => text }
}

async function connect(server: RunningServer, token?: string): Promise<FlightSqlClient> {
  const client = await FlightSqlClient.connect(server.uri, token === undefined ? {} : { token })
  closing.push(() => client.close())
  return client
}

async function rowsOf(client: FlightSqlClient, sql: string): Promise<readonly unknown[]> {
  return (await client.execute(sql)).toArray()
}

async function scrape(server: RunningServer): Promise<string> {
  return (await fetch(`http://127.0.0.1:${server.metricsAddress!.port}/metrics`)).text()
}

/** `grpc.health.v1.Health/Check` by hand: `{ service = 1: string }` to `{ status = 1: enum }`. */
async function health(server: RunningServer, service = ''): Promise<string> {
  const client = new Client(`127.0.0.1:${server.address.port}`, credentials.createInsecure())
  closing.push(() => client.close())
  const request = Buffer.from([0x0a, service.length, ...Buffer.from(service)])
  return new Promise((resolve) => {
    const asIs = (bytes: Buffer): Buffer => bytes
    client.makeUnaryRequest('/grpc.health.v1.Health/Check', asIs, asIs, request, new Metadata(), (error, answer) =>
      resolve(error === null ? (['UNKNOWN', 'SERVING', 'NOT_SERVING'][answer?.[1] ?? 0] ?? '?') : (status[error.code] ?? '?')),
    )
  })
}

async function command(...args: string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const streams = memoryStreams()
  const code = await main(args, streams)
  return { code, out: streams.out(), err: streams.err() }
}

describe('tokens', () => {
  it('are issued, listed and revoked by commands while the server runs', async () => {
    const state = path.join(folder, `state-${states}`)
    const where = ['--state-directory', state]
    const { server, table, logText } = await start({ 'auth.anonymous': 'off' })
    table.open()
    await expect(connect(server)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })

    const created = await command('token', 'create', ...where, '--name', 'portal', '--scope', 'read:gated', '--expires', '1h', '--rate', '5', '--burst', '10')
    const token = created.out.trim()
    expect({ code: created.code, err: created.err }).toEqual({
      code: 0,
      err: expect.stringMatching(/^Token "portal" \(\w{12}\) may read:gated and expires 20.*Z\. It is shown this once:\n$/) as string,
    })
    const client = await expect.poll(() => connect(server, token).catch(() => undefined)).toBeDefined().then(() => connect(server, token))
    expect(await rowsOf(client, 'SELECT COUNT(*) AS n FROM gated.main.rows')).toEqual([{ n: 3n }])

    const listed = await command('token', 'list', ...where, '--json')
    expect(JSON.parse(listed.out)).toMatchObject({ name: 'portal', state: 'active', scopes: 'read:gated', limits: { requestsPerSecond: 5, requestBurst: 10 } })
    expect((await command('token', 'list', ...where)).out).toMatch(/^ID +NAME .*\n\w{12} +portal +active +read:gated .* requestsPerSecond=5 requestBurst=10\n$/)
    for (const file of ['tokens.json', 'ticket.key']) expect(readFileSync(path.join(state, file), 'utf8')).not.toContain(token.split('_')[2])

    const revoked = await command('token', 'revoke', ...where, 'portal')
    expect(revoked).toMatchObject({ code: 0, err: expect.stringMatching(/^Token "portal" \(\w{12}\) is revoked\.\n$/) as string })
    await expect.poll(() => rowsOf(client, 'SELECT 1').then(() => 'in', (error: unknown) => (error as ConfigError).code)).toBe('UNAUTHENTICATED')
    expect(logText()).toContain('"principal":"portal"')
    expect(logText()).not.toContain(token.split('_')[2])
    expect(await scrape(server)).toMatch(/artemis_flight_authentication_failures_total\{code="UNAUTHENTICATED"\} [1-9]/)
  })

  it('that do not exist cannot be revoked, and wrong ones cannot be made', async () => {
    const where = ['--state-directory', path.join(folder, 'nothing')]
    const { code, err } = await command('token', 'revoke', ...where, 'nobody')
    expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(/there is no token in .*nothing.tokens\.json/) as string })
    expect((await command('token', 'create', ...where, '--name', 'x', '--scope', 'all')).err).toMatch(/"all" is not a scope/)
    expect((await command('token', 'create', ...where, '--name', 'x', '--scope', 'read:*', '--expires', 'soon')).err).toMatch(/"soon" is no expiry/)
    expect((await command('token', 'create', ...where, '--name', 'x')).code).toBe(2)
    expect(await command('token', 'list', ...where)).toMatchObject({ code: 0, out: '' })
  })
})

describe('operations', () => {
  it('logs each query with its principal, and counts it', async () => {
    const { server, table, log } = await start({ 'log.sql': 'hash' })
    table.open()
    const client = await connect(server)
    expect(await rowsOf(client, 'SELECT n FROM gated.main.rows WHERE n > 1')).toEqual([{ n: 2n }, { n: 3n }])
    await expect(rowsOf(client, "SELECT 'Ada' + missing FROM gated.main.rows")).rejects.toThrow(/missing/)
    await expect.poll(() => log().some((line) => line['message'] === 'query finished' && line['kind'] === 'query')).toBe(true)
    const [line] = log().filter(({ message, kind }) => message === 'query finished' && kind === 'query')
    expect(line).toMatchObject({ level: 'info', principal: 'anonymous', rows: 2, status: 'OK', sqlHash: expect.stringMatching(/^[0-9a-f]{16}$/) as string })
    expect(line?.['queryId']).toMatch(/^[0-9a-f-]{36}$/)
    expect(line?.['bytes']).toBeGreaterThan(0)
    expect(JSON.stringify(log())).not.toContain('Ada')
    const metrics = await scrape(server)
    expect(metrics).toMatch(/artemis_flight_queries_total\{kind="query",status="OK"\} 1\n/)
    expect(metrics).toMatch(/artemis_flight_rows_total\{kind="query"\} 2\n/)
    expect(metrics).toMatch(/artemis_flight_calls_total\{method="DoGet",code="OK"\} [1-9]/)
    expect(metrics).toMatch(/artemis_flight_build_info\{version="9\.9\.9"\} 1\n/)
  })

  it('names the trace of the caller in the log', async () => {
    const { server, log } = await start()
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const client = await FlightSqlClient.connect(server.uri, { headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` } })
    closing.push(() => client.close())
    await rowsOf(client, 'SELECT 1')
    await expect.poll(() => log().find(({ kind }) => kind === 'query')?.['traceId']).toBe(traceId)
  })

  it('refuses over the budget with a time to come back, and counts why', async () => {
    const { server } = await start({ 'limits.requests_per_second': 0.001, 'limits.request_burst': 2 })
    const client = await connect(server)
    await rowsOf(client, 'SELECT 1')
    await rowsOf(client, 'SELECT 1')
    await expect(rowsOf(client, 'SELECT 1')).rejects.toThrow(/request budget of "anonymous" is used up/)
    expect(await scrape(server)).toMatch(/artemis_flight_rejections_total\{reason="budget"\} 1\n/)
  })

  it('answers health checks without credentials', async () => {
    const { server } = await start({ 'auth.anonymous': 'off' })
    expect(await health(server)).toBe('SERVING')
    expect(await health(server, 'arrow.flight.protocol.FlightService')).toBe('SERVING')
    expect(await health(server, 'other')).toBe('NOT_FOUND')
  })
})

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

describe.skipIf(process.platform === 'win32' || !hasOpenssl)('TLS (needs openssl)', () => {
  it('serves it, asks for certificates when told to, and warns of a key that others may read', async () => {
    const place = (name: string): string => path.join(folder, name)
    const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'ignore' })
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
    openssl('req', '-x509', ...curve, ...subject, '-keyout', place('key.pem'), '-out', place('cert.pem'))
    openssl('req', '-x509', ...curve, '-subj', '/CN=portal', '-keyout', place('portal.key'), '-out', place('portal.pem'))
    chmodSync(place('key.pem'), 0o644)
    const { server, table, log } = await start({
      'listen.host': '0.0.0.0',
      'tls.certificate': place('cert.pem'),
      'tls.key': place('key.pem'),
      'tls.client_ca': place('portal.pem'),
      'auth.certificates': { 'cn:portal': 'read:gated' },
    })
    table.open()
    expect(server.uri).toBe(`grpc+tls://0.0.0.0:${server.address.port}`)
    expect(log().find(({ file }) => file === place('key.pem'))).toMatchObject({ level: 'warn' })
    const ca = readFileSync(place('cert.pem'))
    const certificate = { certificate: readFileSync(place('portal.pem')), key: readFileSync(place('portal.key')) }
    const address = `grpc+tls://127.0.0.1:${server.address.port}`
    await expect(FlightSqlClient.connect(address, { tls: { ca } })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    const client = await FlightSqlClient.connect(address, { tls: { ca, ...certificate } })
    closing.push(() => client.close())
    expect(await rowsOf(client, 'SELECT COUNT(*) AS n FROM gated.main.rows')).toEqual([{ n: 3n }])
    await expect.poll(() => log().find(({ kind }) => kind === 'query')).toMatchObject({ principal: 'portal', principalId: 'certificate:cn:portal' })
  })
})

describe('the end', () => {
  it('lets running queries finish, refuses new ones, and is not healthy meanwhile', async () => {
    const { server, table } = await start()
    const [running, late] = [await connect(server), await connect(server)]
    const rows = rowsOf(running, 'SELECT SUM(n) AS s FROM gated.main.rows')
    await table.waiting
    expect(server.activeCalls).toBe(1)
    const drained = server.drain()
    expect(await health(server)).toBe('NOT_SERVING')
    expect((await fetch(`http://127.0.0.1:${server.metricsAddress!.port}/readyz`)).status).toBe(503)
    await expect(rowsOf(late, 'SELECT 1')).rejects.toThrow(/shutting down/)
    table.open()
    expect(await rows).toMatchObject([{ s: expect.anything() as unknown }])
    await drained
    expect(server.activeCalls).toBe(0)
  })

  it('cancels what runs when the grace is over', async () => {
    const { server, table, log } = await start({ 'shutdown.grace': 50 })
    const client = await connect(server)
    const rows = rowsOf(client, 'SELECT n FROM gated.main.rows')
    const failure = rows.catch((error: unknown) => (error as Error).message)
    await table.waiting
    await server.drain()
    expect(await failure).toMatch(/shutting down/)
    await expect.poll(() => log().some(({ status: name, kind }) => kind === 'query' && name !== 'OK')).toBe(true)
  })

  it('closes once, however often it is asked to', async () => {
    const { server } = await start()
    await Promise.all([server.close(), server.drain(), server.close()])
    await server.close()
  })
})

describe('a start that cannot be', () => {
  it('names the port that is taken, and leaves nothing open', async () => {
    const { server } = await start()
    const failure = start({ 'listen.port': server.address.port })
    await expect(failure).rejects.toThrow(IoError)
    await expect(failure).rejects.toThrow(`cannot listen on 127.0.0.1:${server.address.port}: another process listens there already`)
  })

  it.each<[Partial<ServerConfig>, string, RegExp]>([
    [{ 'listen.host': '0.0.0.0' }, 'INSECURE_LISTENER', /needs authentication/],
    [{ 'tls.certificate': '/nowhere/cert.pem', 'tls.key': '/nowhere/key.pem' }, 'INVALID_TLS', /cert\.pem cannot be read/],
    [{ warehouses: { artemis: '/nowhere' } }, 'WAREHOUSE_NOT_FOUND', /no folder/],
    [{ warehouses: { memory: os.tmpdir() } }, 'RESERVED_CATALOG', /"memory"/],
    [{ 'engine.catalog': 'gatde' }, 'UNKNOWN_CATALOG', /the catalogs are gated, memory/],
    [{ 'auth.jwt.jwks': 'http://example.org/keys', 'auth.jwt.issuer': 'i', 'auth.jwt.audience': 'a' }, 'INVALID_JWT_CONFIG', /not an https URL/],
    [{ 'tickets.secret_file': SHORT_KEY }, 'WEAK_TICKET_SECRET', /32 or more/],
  ])('%j', async (overrides, code, message) => {
    const failure = start(overrides)
    await expect(failure).rejects.toThrow(ConfigError)
    await expect(failure).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string })
  })
})
