/** Attacks by those who may not, or may not all: credentials, what belongs to others, and SQL that reaches beyond the data. */

import { status } from '@grpc/grpc-js'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { anyUnpack, AnySchema } from '@bufbuild/protobuf/wkt'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { flightServiceDefinition } from '../protocol/flight/service-definition.js'
import {
  CancelFlightInfoRequestSchema,
  CloseSessionRequestSchema,
  SessionOptionValueSchema,
  SetSessionOptionsRequestSchema,
  SetSessionOptionsResultSchema,
} from '../protocol/generated/Flight_pb.js'
import {
  ActionClosePreparedStatementRequestSchema,
  ActionCreatePreparedStatementRequestSchema,
  ActionCreatePreparedStatementResultSchema,
  CommandPreparedStatementQuerySchema,
  CommandStatementIngestSchema,
  CommandStatementUpdateSchema,
} from '../protocol/generated/FlightSql_pb.js'
import { encodeFlightData } from '../protocol/flight/flight-data-codec.js'
import { Bystander } from './testing/bystander.js'
import { edgeCatalog } from './testing/edge-catalog.js'
import { leakIn } from './testing/leaks.js'
import type { Outcome } from './testing/raw-client.js'
import { RawClient, commandBytes, infoOf } from './testing/raw-client.js'
import { GENEROUS, startTarget } from './testing/target.js'
import type { Target } from './testing/target.js'
import { expectUnharmed } from './testing/unharmed.js'

let target: Target
let tokens: Record<string, string>
let bystander: Bystander
const clients: RawClient[] = []

beforeAll(async () => {
  const started = await startTarget({
    catalogs: new Map([['edge', edgeCatalog()]]),
    tokens: {
      bystander: {},
      ada: { scopes: 'write:*' },
      grace: { scopes: 'write:*' },
      narrow: { scopes: 'read:edge.elsewhere' },
      hungry: { limits: { requestsPerSecond: 0.01, requestBurst: 5, concurrentQueries: 2 } },
      flooder: { limits: { ...GENEROUS, concurrentQueries: 2 } },
    },
    config: { 'limits.queue': 8, 'limits.running': 6 },
  })
  target = started.target
  tokens = started.tokens
})
afterAll(() => target.close())
beforeEach(() => {
  bystander = new Bystander(target.port, tokens['bystander']!)
})
afterEach(async () => {
  const report = await bystander.stop()
  for (const client of clients.splice(0)) client.close()
  await expectUnharmed(target, report)
})

function connect(token: string | undefined, headers: Readonly<Record<string, string>> = {}): RawClient {
  const client = new RawClient(target.port, { token, headers })
  clients.push(client)
  return client
}

/** Refused with one of these, and told nothing. */
function expectRefused(outcome: Outcome, ...codes: readonly status[]): void {
  expect({ code: status[outcome.code], messages: outcome.messages.length }).toEqual({
    code: codes.includes(outcome.code) ? status[outcome.code] : codes.map((code) => status[code]).join(' or '),
    messages: 0,
  })
  expect(leakIn(outcome.details, [target.folder, ...Object.values(tokens).map((token) => token.split('_')[2]!)])).toBeUndefined()
}

describe('attacks with tokens', () => {
  it('that are missing, wrong, truncated or changed get nowhere, whatever they call', async () => {
    const token = tokens['ada']!
    const other = tokens['grace']!
    const [, id, secret] = token.split('_') as [string, string, string]
    const flipped = (at: number): string => token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
    const wrong = [
      undefined,
      '',
      ' ',
      'art_',
      ...Array.from({ length: token.length - 1 }, (_, i) => token.slice(0, i + 1)),
      ...Array.from({ length: token.length }, (_, i) => flipped(i)).filter((changed) => changed !== token),
      `${token}A`,
      token.toUpperCase(),
      `art_${other.split('_')[1]}_${secret}`,
      `art_${id}_${'A'.repeat(20_000)}`,
      'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEiLCJzY29wZSI6IndyaXRlOioifQ.',
    ]
    const refuse = async (bad: string | undefined): Promise<void> => {
      const client = connect(bad)
      expectRefused(await client.get('SELECT 1'), status.UNAUTHENTICATED)
      client.close()
    }
    await Promise.all(wrong.map(refuse))
    const basic = (text: string): RawClient => connect(undefined, { authorization: `Basic ${Buffer.from(text).toString('base64')}` })
    const others = [basic(`ada:${secret}`), basic(':'), basic('ada'), connect(undefined, { authorization: 'Bearer' }), connect(undefined, { authorization: '=' })]
    const unary = ['GetFlightInfo', 'GetSchema', 'DoGet', 'PollFlightInfo', 'ListFlights', 'ListActions', 'DoAction'] as const
    // All at once: answers to failures are held back for some time, but for a few of them only.
    const outcomes = others.flatMap((client) => [
      ...unary.map((method) => client.call(method, new Uint8Array(0))),
      ...(['DoPut', 'DoExchange', 'Handshake'] as const).map((method) => client.put([new Uint8Array(3)], method)),
    ])
    for (const outcome of await Promise.all(outcomes)) expectRefused(outcome, status.UNAUTHENTICATED)
  })

  it('that expired or were revoked are of no more use, and their sessions, tickets and streams neither', async () => {
    const short = await target.issue('short', { expiresAtMs: Date.now() + 3000 })
    const gone = await target.issue('gone', {})
    const [expiring, revoked] = [connect(short), connect(gone)]
    await expect.poll(async () => (await revoked.get('SELECT 1')).code).toBe(status.OK)
    const tickets = await Promise.all([expiring, revoked].map((client) => client.ticketFor('SELECT 1')))
    await target.revoke('gone')
    await expect.poll(async () => (await revoked.get('SELECT 1')).code, { timeout: 5000 }).toBe(status.UNAUTHENTICATED)
    await expect.poll(async () => (await expiring.get('SELECT 1')).code, { timeout: 8000 }).toBe(status.UNAUTHENTICATED)
    for (const [i, client] of [expiring, revoked].entries()) expectRefused(await client.get(tickets[i]!), status.UNAUTHENTICATED)
  })
})

describe('attacks on what belongs to another principal', () => {
  it('tickets: they are neither redeemed nor cancelled nor renewed by others, nor changed', async () => {
    const [ada, grace] = [connect(tokens['ada']), connect(tokens['grace'])]
    const info = infoOf(await ada.info('SELECT 42 AS secret'))
    const ticket = info.endpoint[0]!.ticket!.ticket
    expectRefused(await grace.get(ticket), status.PERMISSION_DENIED)
    const cancel = toBinary(CancelFlightInfoRequestSchema, create(CancelFlightInfoRequestSchema, { info }))
    expectRefused(await grace.action('CancelFlightInfo', cancel), status.PERMISSION_DENIED)
    for (let at = 0; at < ticket.length; at += 3) {
      const changed = Uint8Array.from(ticket)
      changed[at] = (changed[at] ?? 0) ^ 0x20
      expectRefused(await ada.get(changed), status.INVALID_ARGUMENT)
      expectRefused(await ada.get(ticket.subarray(0, at)), status.INVALID_ARGUMENT)
    }
    // The names in it are no secret, so its signature has to be.
    const unsigned = Buffer.from(Buffer.from(ticket).toString('latin1').replaceAll(tokens['ada']!.split('_')[1]!, tokens['grace']!.split('_')[1]!), 'latin1')
    expectRefused(await grace.get(unsigned), status.INVALID_ARGUMENT)
    expect((await ada.get(ticket)).code).toBe(status.OK)
  })

  it('tickets of updates: whoever replays one, it runs once', async () => {
    const ada = connect(tokens['ada'])
    const run = (sql: string): Promise<Outcome> => ada.put([encodeUpdate(sql)])
    expect((await run('CREATE TABLE memory.main.counted (n INTEGER)')).code).toBe(status.OK)
    const ticket = await ada.ticketFor('INSERT INTO memory.main.counted VALUES (1)')
    const replays = await Promise.all(Array.from({ length: 20 }, () => ada.get(ticket)))
    expect(replays.filter(({ code }) => code === status.OK)).toHaveLength(1)
    for (const { code } of replays) expect([status.OK, status.FAILED_PRECONDITION]).toContain(code)
    expect(await rowsIn(ada, 'memory.main.counted')).toBe(1)
    expectRefused(await ada.get(ticket), status.FAILED_PRECONDITION)
    expect(await rowsIn(ada, 'memory.main.counted')).toBe(1)
  })

  it('prepared statements: a handle is nothing to others', async () => {
    const [ada, grace] = [connect(tokens['ada']), connect(tokens['grace'])]
    const created = await ada.action('CreatePreparedStatement', commandBytes(ActionCreatePreparedStatementRequestSchema, { query: 'SELECT 42' }))
    const { body } = flightServiceDefinition.DoAction.responseDeserialize(created.messages[0]!)
    const { preparedStatementHandle } = anyUnpack(fromBinary(AnySchema, body), ActionCreatePreparedStatementResultSchema)!
    const command = commandBytes(CommandPreparedStatementQuerySchema, { preparedStatementHandle })
    expectRefused(await grace.info(command), status.NOT_FOUND)
    expectRefused(await grace.get(command), status.NOT_FOUND)
    const close = commandBytes(ActionClosePreparedStatementRequestSchema, { preparedStatementHandle })
    expectRefused(await grace.action('ClosePreparedStatement', close), status.NOT_FOUND)
    expect((await ada.get(await ada.ticketFor(command))).code).toBe(status.OK)
  })

  it('sessions: a cookie is nothing to others, and tables stay apart', async () => {
    const [ada, grace] = [connect(tokens['ada']), connect(tokens['grace'])]
    expect((await ada.put([encodeUpdate('CREATE TABLE memory.main.diary AS SELECT 7 AS day')])).code).toBe(status.OK)
    await ada.get('SELECT 1')
    expect(ada.cookie).toMatch(/^arrow_flight_session_id=/)
    grace.cookie = ada.cookie
    expectRefused(await grace.get('SELECT * FROM memory.main.diary'), status.NOT_FOUND)
    grace.cookie = ada.cookie
    await grace.action('CloseSession', toBinary(CloseSessionRequestSchema, create(CloseSessionRequestSchema)))
    for (const cookie of ['arrow_flight_session_id=', `${ada.cookie!}x`, `arrow_flight_session_id=${'9'.repeat(30_000)}`, ';;;=;=', '__proto__=1']) {
      const stranger = connect(tokens['grace'])
      stranger.cookie = cookie
      expect((await stranger.get('SELECT 1')).code).toBe(status.OK)
    }
    expect(await rowsIn(ada, 'memory.main.diary')).toBe(1)
  })

  it('tables out of scope: they are not there', async () => {
    const narrow = connect(tokens['narrow'])
    for (const sql of ['SELECT * FROM edge.main.kinds', 'DESCRIBE edge.main.kinds', 'EXPLAIN SELECT * FROM edge.main.kinds']) {
      const outcome = await narrow.get(sql)
      expectRefused(outcome, status.NOT_FOUND, status.PERMISSION_DENIED)
      expect(outcome.details).not.toContain('berlin_ms')
    }
    const listed = await narrow.get("SELECT table_name FROM information_schema.tables WHERE table_catalog = 'edge'")
    expect(Buffer.concat(listed.messages).toString('latin1')).not.toContain('kinds')
  })
})

describe('attacks by SQL on the machine', () => {
  const FILES = ['/etc/passwd', 'file:///etc/passwd', '../../etc/passwd', 's3://bucket/x.parquet', 'http://127.0.0.1:1/x.csv', '/proc/self/environ', 'x.parquet']
  const STATEMENTS = FILES.flatMap((file) => [
    `SELECT * FROM '${file}'`,
    `SELECT * FROM "${file}"`,
    `SELECT * FROM read_parquet('${file}')`,
    `SELECT * FROM read_csv('${file}')`,
    `SELECT * FROM read_csv_auto(['${file}'])`,
    `SELECT * FROM read_json('${file}')`,
    `SELECT * FROM read_text('${file}')`,
    `SELECT * FROM read_blob('${file}')`,
    `SELECT * FROM parquet_metadata('${file}')`,
    `SELECT * FROM glob('${file}')`,
    `COPY (SELECT 1) TO '${file}'`,
    `COPY edge.main.kinds FROM '${file}'`,
    `ATTACH '${file}' AS stolen`,
    `CREATE TABLE memory.main.stolen AS SELECT * FROM read_csv('${file}')`,
    `CREATE VIEW memory.main.stolen AS SELECT * FROM '${file}'`,
    `EXPLAIN SELECT (SELECT count(*) FROM '${file}')`,
    `WITH a AS (SELECT * FROM '${file}') SELECT * FROM a`,
    `PREPARE stolen AS SELECT * FROM '${file}'`,
    `IMPORT DATABASE '${file}'`,
    `EXPORT DATABASE '${file}'`,
    `INSTALL '${file}'`,
    `LOAD '${file}'`,
  ])
  const SETTINGS = ['artemis.temp_directory', 'temp_directory', 'artemis.disk_limit', 'artemis.parser', 'artemis.verify_plans', 'home_directory', '__proto__', 'constructor']

  it('no statement reaches a file', async () => {
    const ada = connect(tokens['ada'])
    for (const sql of STATEMENTS) {
      for (const outcome of [await ada.get(sql), await ada.get(JSON.stringify({ sql })), await ada.put([encodeUpdate(sql)])]) {
        expect({ sql, code: outcome.code === status.OK ? 'OK' : 'refused' }).toEqual({ sql, code: 'refused' })
        expect(leakIn(outcome.details.replaceAll(/LINE \d+.*/gs, '').replaceAll(/"[^"]*"|'[^']*'/g, ''), [target.folder, 'root:'])).toBeUndefined()
      }
    }
  })

  it('no setting does, by statement, by ticket or by session option', async () => {
    const ada = connect(tokens['ada'])
    for (const name of SETTINGS) {
      for (const sql of [`SET ${name} = '/etc'`, `SET "${name}" = '/etc'`, ...(name.includes('temp') ? [`SHOW ${name}`, `SELECT current_setting('${name}')`] : [])]) {
        const outcome = await ada.put([encodeUpdate(sql)])
        expect({ sql, refused: outcome.code !== status.OK }).toEqual({ sql, refused: true })
        expect(leakIn(outcome.details, [target.folder])).toBeUndefined()
      }
      const ticket = `{"sql": "SELECT 1", "settings": {${JSON.stringify(name)}: "/etc"}}`
      expectRefused(await ada.get(ticket), status.INVALID_ARGUMENT, status.PERMISSION_DENIED)
      // A map of protobuf's runtime has no room for this name.
      if (name === '__proto__') continue
      const sessionOptions = Object.fromEntries([[name, create(SessionOptionValueSchema, { optionValue: { case: 'stringValue', value: 'file:///etc' } })]])
      const answer = await ada.action('SetSessionOptions', toBinary(SetSessionOptionsRequestSchema, create(SetSessionOptionsRequestSchema, { sessionOptions })))
      expect(answer.code).toBe(status.OK)
      const { errors } = fromBinary(SetSessionOptionsResultSchema, flightServiceDefinition.DoAction.responseDeserialize(answer.messages[0]!).body)
      expect({ name, errors: Object.keys(errors) }).toEqual({ name, errors: Object.keys(sessionOptions) })
    }
    const shown = await ada.get('SELECT * FROM information_schema.settings')
    expect(Buffer.concat(shown.messages).toString('latin1')).not.toContain(target.folder)
  })

  it('no point in time, parameter, catalog name or ingest does', async () => {
    const ada = connect(tokens['ada'])
    for (const file of ['file:///etc/passwd', '/etc/passwd', "'; SELECT * FROM '/etc/passwd"]) {
      for (const ticket of [
        { sql: 'SELECT * FROM edge.main.kinds', as_of: file },
        { sql: 'SELECT * FROM edge.main.kinds', as_of: { snapshot: file } },
        { sql: 'SELECT * FROM edge.main.kinds', as_of: { timestamp: file } },
        { sql: 'SELECT * FROM read_csv(?)', parameters: [file] },
        { sql: 'SELECT * FROM kinds', database: file },
        { sql: 'SELECT * FROM kinds', catalog: file },
        { sql: 'SELECT 1', settings: { timezone: file } },
      ]) {
        const outcome = await ada.get(JSON.stringify(ticket))
        expect({ ticket, refused: outcome.code !== status.OK }).toEqual({ ticket, refused: true })
        expect(leakIn(outcome.details.replaceAll(file, ''), [target.folder, 'root:'])).toBeUndefined()
      }
      const ingest = commandBytes(CommandStatementIngestSchema, { table: 't', options: { path: file }, tableDefinitionOptions: { ifNotExist: 1, ifExists: 2 } })
      expect((await ada.put([encodeFlightData({ header: new Uint8Array(0), body: [] }, { $typeName: 'arrow.flight.protocol.FlightDescriptor', type: 2, cmd: ingest, path: [] })])).code).not.toBe(status.OK)
    }
  })
})

describe('attacks by SQL on time and memory', () => {
  const nested = (open: string, inner: string, close: string, depth: number): string => open.repeat(depth) + inner + close.repeat(depth)
  const doubled = Array.from({ length: 40 }, (_, i) => `c${i} AS (SELECT ${i === 0 ? "'0123456789abcdef' AS s" : `s || s AS s FROM c${i - 1}`})`).join(', ')
  const BOMBS: readonly (readonly [name: string, sql: string])[] = [
    ['parentheses', `SELECT ${nested('(', '1', ')', 100_000)}`],
    ['negations', `SELECT ${'NOT '.repeat(50_000)}true`],
    ['a long sum', `SELECT ${Array(50_000).fill('1').join('+')}`],
    ['lists in lists', `SELECT ${nested('[', '1', ']', 20_000)}`],
    ['types of types', `SELECT CAST(NULL AS INTEGER${'[]'.repeat(20_000)})`],
    ['subqueries in subqueries', `SELECT * FROM ${nested('(SELECT * FROM ', 'edge.main.kinds', ')', 3000)}`],
    ['comments in comments', '/*'.repeat(100_000)],
    ['a long IN', `SELECT n FROM edge.main.kinds WHERE n IN (${Array.from({ length: 50_000 }, (_, i) => i).join(',')})`],
    ['tables that double', `WITH ${Array.from({ length: 25 }, (_, i) => `c${i} AS (SELECT a.n FROM ${i === 0 ? 'edge.main.kinds a' : `c${i - 1} a, c${i - 1} b`})`).join(',')} SELECT count(*) FROM c24`],
    ['texts that double', `WITH ${doubled} SELECT length(s) FROM c39`],
    ['a text of a gigabyte', "SELECT repeat('x', 1000000000)"],
    ['an expression that backtracks', `SELECT regexp_matches(repeat('a', 50) || '!', '^(a+)+$')`],
    ['the same in each row', "SELECT count(*) FROM range(100000) AS t(i) WHERE regexp_matches(repeat('a', 40) || i || '!', '^(a|a)*$')"],
    ['a join of everything with everything', 'SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = 1'],
    ['a sort of the same', 'SELECT a.range AS x, b.range AS y FROM range(100000) a, range(100000) b ORDER BY x * y, x'],
    ['groups of the same', 'SELECT a.range AS x, b.range AS y, count(*) FROM range(100000) a, range(100000) b GROUP BY 1, 2'],
    ['a table of the same', "CREATE TABLE memory.main.large AS SELECT repeat('x', 1000) AS x FROM range(100000000)"],
    ['one text of all rows', "SELECT length(string_agg(repeat('x', 10000), ',')) FROM range(1000000)"],
    ['a statement beyond the limit', `SELECT '${'x'.repeat(2_000_000)}'`],
  ]

  it.each(BOMBS)('%s', async (_, sql) => {
    const ada = connect(tokens['ada'])
    const before = process.memoryUsage().rss
    const outcome = await ada.get(sql, 1000)
    expect({ sql: sql.slice(0, 60), code: status[outcome.code] }).not.toMatchObject({ code: 'INTERNAL' })
    expect(leakIn(outcome.details.replaceAll(/LINE \d+.*/gs, ''), [target.folder])).toBeUndefined()
    await expect.poll(() => target.metric('artemis_flight_running_executions'), { timeout: 10_000 }).toBeLessThanOrEqual(1)
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(1500)
  })
})

describe('floods', () => {
  it('over the budget are refused with a time to come back, and nobody else waits for it', async () => {
    const hungry = connect(tokens['hungry'])
    const outcomes = await Promise.all(Array.from({ length: 300 }, () => hungry.get('SELECT 1')))
    expect(outcomes.filter(({ code }) => code === status.OK)).toHaveLength(5)
    for (const { code, details } of outcomes) {
      if (code === status.OK) continue
      expect(code).toBe(status.RESOURCE_EXHAUSTED)
      expect(details).toMatch(/try again in/)
    }
  })

  it('of queries that hold the engine leave room for others', async () => {
    const flooder = connect(tokens['flooder'])
    const holding = Array.from({ length: 200 }, () => flooder.get('SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = 1', 1500))
    const codes = (await Promise.all(holding)).map(({ code }) => status[code])
    expect(codes.filter((code) => code === 'OK')).toEqual([])
    expect(new Set(codes)).toEqual(new Set(codes.filter((code) => ['DEADLINE_EXCEEDED', 'UNAVAILABLE', 'RESOURCE_EXHAUSTED'].includes(code ?? ''))))
  })

  it('of sessions push out their own, and nobody else’s', async () => {
    const many = Array.from({ length: 60 }, () => connect(tokens['flooder']))
    const outcomes = await Promise.all(many.map((client) => client.get('SELECT 1')))
    expect(outcomes.every(({ code }) => code === status.OK || code === status.UNAVAILABLE)).toBe(true)
  })
})

function encodeUpdate(sql: string): Uint8Array {
  const cmd = commandBytes(CommandStatementUpdateSchema, { query: sql })
  return encodeFlightData({ header: new Uint8Array(0), body: [] }, { $typeName: 'arrow.flight.protocol.FlightDescriptor', type: 2, cmd, path: [] })
}

async function rowsIn(client: RawClient, table: string): Promise<number> {
  const outcome = await client.get(`SELECT CAST(count(*) AS VARCHAR) || ' rows' AS n FROM ${table}`)
  return Number(/(\d+) rows/.exec(Buffer.concat(outcome.messages).toString('latin1'))?.[1])
}
