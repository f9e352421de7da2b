/** The shell over a server: what it prints and says is what it prints and says over the engine in its own process. */

import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { EngineRuntime, MemoryCatalog, openWarehouse } from '@artemis/engine'
import type { CatalogProvider } from '@artemis/engine'
import * as apache from 'apache-arrow'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tableProviderOf } from '../../engine/src/session/table-sources.js'
import { createSmallArchive } from '../../engine/src/robustness/small-archive.js'
import { EngineBackend } from '../../flight/src/backend/engine-backend.js'
import type { FlightServerOptions } from '../../flight/src/protocol/flight/flight-server.js'
import { FlightServer } from '../../flight/src/protocol/flight/flight-server.js'
import { unauthenticated } from '../../flight/src/protocol/flight/flight-error.js'
import { serverCredentials } from '../../flight/src/security/tls.js'
import type { Authenticator } from '../../flight/src/protocol/flight/authenticator.js'
import { FlightSqlService } from '../../flight/src/protocol/sql/flight-sql-service.js'
import { main } from './main.js'
import { FORMATS } from './render/renderer.js'
import { CapturedStreams } from './testing/captured-streams.js'
import type { TerminalOptions } from './testing/captured-streams.js'

let folder = ''
let warehouse = ''
let uri = ''
const open: { close(): Promise<void> }[] = []

interface Serving {
  readonly uri: string
  readonly port: number
  close(): Promise<void>
}

interface ServeOptions {
  readonly authenticator?: Authenticator
  readonly credentials?: FlightServerOptions['credentials']
  readonly port?: number
  readonly catalogs?: ReadonlyMap<string, CatalogProvider>
}

async function serve({ authenticator, credentials, port = 0, catalogs: more = new Map() }: ServeOptions = {}): Promise<Serving> {
  const runtime = new EngineRuntime()
  const catalogs = new Map([['artemis', await openWarehouse(warehouse, runtime)], ...more])
  const backend = new EngineBackend({ runtime, catalogs, settings: { catalog: 'artemis' } })
  const service = new FlightSqlService({ backend })
  const server = new FlightServer({ service, authenticator, credentials })
  const bound = await server.listen('127.0.0.1', port)
  const close = async (): Promise<void> => {
    await server.close()
    await service.close()
    await backend.close()
  }
  open.push({ close })
  return { uri: `grpc://127.0.0.1:${bound.port}`, port: bound.port, close }
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'artemis-remote-'))
  warehouse = path.join(folder, 'warehouse')
  await createSmallArchive(warehouse)
  uri = (await serve()).uri
})
afterAll(async () => {
  await Promise.all(open.map((server) => server.close()))
  await rm(folder, { recursive: true, force: true })
})

interface Ran {
  readonly code: number
  readonly out: string
  readonly error: string
}

async function artemis(args: readonly string[], terminal: TerminalOptions = {}): Promise<Ran> {
  const streams = new CapturedStreams({ stdin: '', ...terminal })
  const code = await main(args, streams)
  return { code, out: Buffer.from(streams.stdout.bytes).toString('latin1'), error: streams.stderr.text }
}

/** Runs the same over both, and gives what both said. */
async function both(args: readonly string[], terminal?: TerminalOptions): Promise<Ran> {
  const local = await artemis(['-w', warehouse, ...args], terminal)
  const remote = await artemis(['--remote', uri, ...args], terminal)
  expect(remote).toEqual(local)
  return remote
}

const EVERY_TYPE = `SELECT TRUE AS b, 1::TINYINT AS i8, 9007199254740993 AS i64, 0.1::FLOAT AS f, 'nan'::DOUBLE AS nan, 1.50::DECIMAL(10, 2) AS d, NULL AS nothing,
    DATE '2024-03-01' AS day, TIME '01:02:03.5' AS t, TIMESTAMP '2024-03-01 01:02:03.000004' AS at, TIMESTAMPTZ '2024-03-01 01:02:03+00' AS instant,
    INTERVAL '1 month 2 days' AS span, 'a "b", c' AS text, '月曜' AS wide, 'ab'::BLOB AS bytes`

const QUERIES = [
  'SELECT * FROM artemis.lab.trees ORDER BY id LIMIT 50',
  'SELECT kind, COUNT(*) AS n, SUM(price) AS price, ROUND(AVG(height), 6) AS height FROM artemis.lab.trees GROUP BY kind ORDER BY kind',
  'SELECT * FROM lab.plain WHERE FALSE',
  "SELECT * FROM artemis.lab.trees FOR VERSION AS OF 'audit' ORDER BY id LIMIT 5",
  EVERY_TYPE,
  'SELECT [1, 2, NULL] AS list, {a: 1, b: [2]} AS struct',
  'EXPLAIN SELECT kind FROM artemis.lab.trees WHERE id > 5',
  '/* with a comment */ EXPLAIN (FORMAT JSON) SELECT 1',
  'SHOW TABLES IN artemis.lab; SHOW SCHEMAS; SHOW ALL TABLES',
  'DESCRIBE artemis.lab.trees; SHOW COLUMNS FROM artemis.lab.plain',
  'SELECT table_catalog, table_schema, table_name FROM information_schema.tables ORDER BY ALL',
  "SET artemis.time_zone = 'Asia/Tokyo'; SELECT TIMESTAMPTZ '2024-03-01 01:02:03+00' AS at, [TIMESTAMPTZ '2024-03-01 01:02:03+00'] AS list",
  "SET artemis.time_zone = 'Asia/Tokyo'; RESET artemis.time_zone; SHOW artemis.time_zone; SELECT TIMESTAMPTZ '2024-03-01 01:02:03+00' AS at",
  'USE artemis.lab; SELECT COUNT(*) AS n FROM plain; SHOW TABLES',
  'USE memory; CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1), (2); SELECT SUM(n) AS n FROM t; DROP TABLE t; SELECT 1 AS one',
  'USE memory; CREATE TABLE u AS SELECT * FROM artemis.lab.plain; SELECT COUNT(*) AS n FROM u; DROP TABLE u',
  'PREPARE p AS SELECT $1 + 1 AS n; EXECUTE p(41); DEALLOCATE p',
  'SELECT a.a AS n FROM artemis.lab.plain AS a, artemis.lab.plain AS b ORDER BY 1',
]

describe('what a query prints', () => {
  it.each(QUERIES)('%s', async (query) => {
    for (const format of ['table', 'json', 'arrow']) await both(['--format', format, '-q', query])
  })

  it.each(FORMATS)('in the format %s', async (format) => {
    await both(['--format', format, '-q', EVERY_TYPE])
    await both(['--format', format, '--no-header', '--null', '-', '-q', EVERY_TYPE])
  })

  it('is the same on a terminal, but for the time', async () => {
    const terminal = { terminals: ['stdout'], columns: 60 } as const
    const runs = await Promise.all(
      [['-w', warehouse], ['--remote', uri]].map((place) => artemis([...place, '-q', QUERIES[0]!, '-q', 'USE artemis.lab'], terminal)),
    )
    const [local, remote] = runs.map(({ out }) => out.replaceAll(/ in [\d.]+ m?s$/gm, ' in TIME'))
    expect(remote).toBe(local)
    expect(remote).toContain('done in TIME')
  })

  it('comes from files and from standard input, and goes to files', async () => {
    const script = path.join(folder, 'script.sql')
    await writeFile(script, 'SELECT COUNT(*) AS n FROM artemis.lab.plain;\n-- the end\n')
    await both(['--format', 'csv', '-f', script, '-f', '-'], { stdin: ';; SELECT 2 AS two;\nSELECT 3' })
    await both(['-o', path.join(folder, 'out.csv'), '-q', 'SELECT 1'])
    await both(['--format', 'csv'], { stdin: '/* nothing */ ;' })
  })

  it('heeds --set', async () => {
    await both(['--set', "artemis.time_zone=Asia/Tokyo", '--set', 'artemis.catalog=memory', '-q', 'SHOW artemis.time_zone; SHOW artemis.catalog'])
  })
})

describe('errors', () => {
  it.each([
    'SELECT nowhere FROM artemis.lab.trees',
    'SELECT 1,\n\tnowhere + 1',
    'SELECT * FROM artemis.lab.tree',
    'SELECT 1 +',
    'SELEC 1',
    "SELECT '月曜', nowhere",
    `SELECT ${'1 + '.repeat(200)} nowhere ${' + 1'.repeat(200)}`,
    "SELECT CAST('x' AS INTEGER)",
    "SELECT CAST(b AS INTEGER) FROM artemis.lab.plain",
    'SELECT (SELECT a FROM artemis.lab.plain)',
    'UPDATE t SET a = 1',
    'CREATE TABLE artemis.lab.new (a INTEGER)',
    'SET artemis.nothing = 1',
    "SET artemis.time_zone = 'Mars'",
    'SHOW TABLES IN artemis.lap',
    'BEGIN',
    "SELECT * FROM artemis.lab.trees FOR VERSION AS OF 'never'",
  ])('of %j are the same', async (query) => {
    const { code, error } = await both(['--format', 'csv', '-q', `SELECT 1; ${query}; SELECT 2`])
    expect(code).toBe(1)
    expect(error).not.toBe('')
  })

  it('do not end --no-bail', async () => {
    const { out } = await both(['--format', 'csv', '--no-bail', '--no-header', '-q', 'SELECT 1; SELEC 2; SELECT nowhere; SELECT 4', '-q', 'SELECT 5'])
    expect(out).toBe('1\n4\n5\n')
  })

  it('of settings are the same, and exit with 2', async () => {
    expect((await both(['--set', 'artemis.nothing=1', '-q', 'SELECT 1'])).code).toBe(2)
    expect((await both(['--set', 'artemis.time_zone=Mars', '-q', 'SELECT 1'])).code).toBe(2)
    expect((await both(['--set', 'no name=1', '-q', 'SELECT 1'])).code).toBe(2)
  })
})

const TOKEN_HOLDER: Authenticator = {
  authenticate({ headers }) {
    const [authorization] = headers.get('authorization')
    if (authorization === 'Bearer right') return Promise.resolve({ id: 'ann', name: 'ann' })
    return Promise.reject(unauthenticated(authorization === undefined ? 'a token is needed' : 'the token is not valid'))
  },
  handshake({ headers }) {
    const [authorization] = headers.get('authorization')
    if (authorization !== `Basic ${Buffer.from('ann:secret').toString('base64')}`) return Promise.reject(unauthenticated('wrong name or password'))
    return Promise.resolve({ principal: { id: 'ann', name: 'ann' }, authorization: 'Bearer right' })
  },
}

describe('a server that is not there, or not for us', () => {
  it('exits with 2 and says why', async () => {
    const gone = await serve()
    await gone.close()
    const { code, out, error } = await artemis(['--remote', gone.uri, '-q', 'SELECT 1'])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(error).toMatch(new RegExp(`^io error: cannot reach ${gone.uri}: connect ECONNREFUSED .*\\nhint: Is the server running there`))
    expect((await artemis(['--remote', 'localhost:1', '-q', 'SELECT 1'])).error).toMatch(/^config error: "localhost:1" is no address/)
  })

  it('wants a token', async () => {
    const { uri: place } = await serve({ authenticator: TOKEN_HOLDER })
    const asked = ['--remote', place, '--format', 'csv', '--no-header', '-q', 'SELECT 42']
    const hint = 'hint: Give a token by --token or ARTEMIS_TOKEN, or a name and a password by --user.\n'
    expect(await artemis(asked)).toEqual({ code: 2, out: '', error: `config error: a token is needed\n${hint}` })
    expect(await artemis([...asked, '--token', 'wrong'])).toEqual({ code: 2, out: '', error: `config error: the token is not valid\n${hint}` })
    expect((await artemis([...asked, '--user', 'ann', '--password', 'wrong'])).error).toContain('wrong name or password')
    for (const proof of [['--token', 'right'], ['--user', 'ann', '--password', 'secret']]) {
      expect(await artemis([...asked, ...proof])).toEqual({ code: 0, out: '42\n', error: '' })
    }
  })

  it.skipIf(!hasOpenssl())('speaks TLS (needs openssl)', async () => {
    const inFolder = (name: string): string => path.join(folder, name)
    const openssl = (...words: string[]): void => void execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' })
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
    openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=ca', '-days', '9')
    for (const name of ['archive.test', 'ann']) {
      openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`)
      const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-copy_extensions', 'copy', '-days', '9']
      openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, ...signed)
    }
    const files = { certFile: inFolder('archive.test.pem'), keyFile: inFolder('archive.test.key'), reloadIntervalMs: 0 }
    const { credentials } = await serverCredentials(files)
    const mutual = await serverCredentials({ ...files, clientCaFile: inFolder('ca.pem'), requireClientCertificate: true })
    const tls = (await serve({ credentials })).uri.replace('grpc:', 'grpc+tls:')
    const both = (await serve({ credentials: mutual.credentials })).uri.replace('grpc:', 'grpc+tls:')
    const query = ['--format', 'csv', '--no-header', '-q', 'SELECT 42']
    const trusted = ['--tls-ca', inFolder('ca.pem'), '--tls-server-name', 'archive.test']
    const own = ['--tls-cert', inFolder('ann.pem'), '--tls-key', inFolder('ann.key')]
    const answered = { code: 0, out: '42\n', error: '' }
    expect(await artemis(['--remote', tls, ...query, ...trusted])).toEqual(answered)
    expect(await artemis(['--remote', tls, ...query, '--tls-insecure'])).toEqual(answered)
    expect(await artemis(['--remote', both, ...query, ...trusted, ...own])).toEqual(answered)
    const refused = [
      await artemis(['--remote', tls, ...query]),
      await artemis(['--remote', tls, ...query, '--tls-ca', inFolder('ca.pem')]),
      await artemis(['--remote', both, ...query, ...trusted]),
      await artemis(['--remote', tls.replace('+tls', ''), ...query]),
    ]
    for (const { code, error } of refused) {
      expect(code).toBe(2)
      expect(error).toMatch(/^io error: /)
    }
    expect(refused[0]!.error).toMatch(/certificate.*\nhint: Give its authority by --tls-ca FILE/)
    const wrong = await artemis(['--remote', tls.replace('+tls', ''), ...query, ...trusted])
    expect(wrong.error).toContain('is not encrypted: the flags of TLS go with grpc+tls://')
    expect((await artemis(['--remote', tls, ...query, '--tls-ca', '/nowhere.pem'])).error).toContain('cannot read /nowhere.pem: there is no such file')
  })
})

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}

const CTRL_C = '\u0003'
const READY = /artemis> $/

/** The prompt of `--remote`, as a person sees it. */
class Prompt {
  readonly streams = new CapturedStreams({ terminals: ['stdin', 'stdout', 'stderr'], columns: 120 })
  readonly ended: Promise<number>

  constructor(...args: string[]) {
    this.ended = main(['--no-history', ...args], this.streams)
  }

  get shown(): string {
    // oxlint-disable-next-line no-control-regex -- escape sequences are what is taken away
    return this.streams.stdout.text.replaceAll(/\u001b\[[\d;?]*[A-Za-z]/g, '').replaceAll('\r', '')
  }

  async type(keys: string, until = READY): Promise<string> {
    const from = this.shown.length
    this.streams.stdin.write(keys)
    return this.wait(until, from)
  }

  async wait(until: RegExp, from = 0): Promise<string> {
    for (let tries = 0; tries < 2000; tries++) {
      const text = this.shown.slice(from)
      if (until.test(text)) return text
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    throw new Error(`never shown: ${until}\n${this.shown.slice(from)}`)
  }

  /** Gives the exit code. */
  leave(): Promise<number> {
    this.streams.stdin.end()
    return this.ended
  }
}

/** A catalog whose table never ends; says when it is read and whether its stream was closed. */
function endlessCatalog(): { readonly catalog: MemoryCatalog; readonly opened: Promise<void>; readonly closed: Promise<void> } {
  const batch = new apache.Table({ n: apache.vectorFromArray([1], new apache.Int32()) }).batches[0]!
  const catalog = new MemoryCatalog()
  let close: () => void
  const closed = new Promise<void>((resolve) => (close = resolve))
  const opened = new Promise<void>((resolve) => {
    async function* batches(): AsyncGenerator<apache.RecordBatch> {
      resolve()
      try {
        for (;;) {
          await new Promise((tick) => setTimeout(tick, 1))
          yield batch
        }
      } finally {
        close()
      }
    }
    catalog.get('main')!.register('endless', tableProviderOf('endless', { schema: batch.schema, batches }))
  })
  return { catalog, opened, closed }
}

describe('the prompt', () => {
  it('says where it is, keeps the session, and has its commands', async () => {
    const prompt = new Prompt('--remote', uri)
    expect(await prompt.wait(READY)).toMatch(new RegExp(`^Artemis [\\d.]+, connected to ${uri} \\(Artemis [\\d.]+\\)\\.\n`, 'i'))
    expect(await prompt.type('SELECT 41\r', /\.\.\.> $/)).not.toContain('│')
    expect(await prompt.type('  + 1 AS answer;\r')).toMatch(/│ +42 │\n└─+┘\n1 row in \d+ ms\nartemis> $/)
    expect(await prompt.type('.tables\r')).toMatch(/│ artemis │ lab +│ trees +│/)
    expect(await prompt.type('\\d artemis.lab.plain\r')).toMatch(/│ a +│ INTEGER/)
    expect(await prompt.type('.schemas\r')).toContain('information_schema')
    expect(await prompt.type('USE memory;\r')).toMatch(/done in \d+ ms/)
    expect(await prompt.type('SHOW TABLES;\r')).toContain('0 rows')
    expect(prompt.streams.stderr.text).toContain('note: the current schema has no tables; SHOW TABLES IN artemis.lab lists those')
    await prompt.type('CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (7);\r')
    expect(await prompt.type('SELECT n FROM t;\r')).toContain('│       7 │')
    expect(await prompt.type('SELECT nowhere;\r')).toContain('LINE 1: SELECT nowhere;\n               ^^^^^^^\n')
    expect(await prompt.leave()).toBe(0)
  })

  it('cancels the query on the server on Ctrl-C, and goes on', async () => {
    const { catalog, opened, closed } = endlessCatalog()
    const { uri: place } = await serve({ catalogs: new Map([['far', catalog]]) })
    const prompt = new Prompt('--remote', place)
    await prompt.wait(READY)
    prompt.streams.stdin.write('SELECT COUNT(*) FROM far.main.endless;\r')
    await opened
    expect(await prompt.type(CTRL_C)).toMatch(/the query was cancelled\nartemis> $/)
    await closed
    expect(await prompt.type('SELECT 9 AS nine;\r')).toContain('│    nine │')
    expect(await prompt.leave()).toBe(0)
  })

  it('tells that the connection is lost, and connects anew', async () => {
    const first = await serve()
    const prompt = new Prompt('--remote', first.uri, '--set', 'artemis.time_zone=Asia/Tokyo')
    await prompt.wait(READY)
    await prompt.type('USE memory;\r')
    await first.close()
    expect(await prompt.type('SELECT 1;\r')).toMatch(new RegExp(`io error: (cannot reach|the connection to) ${first.uri}`))
    await serve({ port: first.port })
    expect(await prompt.type('SELECT 2 AS two;\r')).toContain('│     two │')
    expect(prompt.streams.stderr.text).toContain('note: the server has begun a new session: settings, USE and prepared statements')
    expect(await prompt.type("SHOW artemis.catalog; SELECT TIMESTAMPTZ '2024-01-01 00:00:00+00' AS at;\r")).toMatch(/artemis[^]*09:00:00\+09/)
    expect(await prompt.leave()).toBe(0)
  })
})
