/** The JDBC driver against the server, each version by the same program: metadata, queries, parameters, updates, cancelling. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { JDBC_CLASS_PATHS, interopFile, lacks, runTool } from '../installed-tools.js'
import type { EngineServer } from './engine-server.js'
import { startEngineServer } from './engine-server.js'
import type { CanonicalResult } from './expected-results.js'
import { engineResult, expectEngineResults } from './expected-results.js'
import { FAILING_QUERIES, LARGE_QUERY, SCALAR_QUERIES, SLOW_QUERY } from './queries.js'

type Table = readonly (readonly (string | null)[])[]

const PARAMETERS_SQL =
  'SELECT observation_id, panel_voltage FROM artemis.sda.observations WHERE mission_id = ? AND day <= ? ORDER BY observation_id LIMIT ?'
const TYPED_PARAMETERS_SQL = `SELECT ${['BIGINT', 'DOUBLE', 'VARCHAR', 'BOOLEAN', 'DECIMAL(12, 2)', 'TIMESTAMP', 'INTEGER']
  .map((type, index) => `CAST(? AS ${type}) AS ${'abcdefg'[index]}`)
  .join(', ')}`
const INSTANT_SQL = 'SELECT COUNT(*) AS n FROM artemis.sda.observations WHERE observed_at >= ?'
/** All in one run of Java: starting it takes longer than most steps. */
const STEPS: readonly (readonly [step: string, statements: readonly string[]])[] = [
  ['authentication', []],
  ['queries', SCALAR_QUERIES],
  ['failing', FAILING_QUERIES.map(([sql]) => sql)],
  ['metadata', []],
  ['parameters', [PARAMETERS_SQL, TYPED_PARAMETERS_SQL, INSTANT_SQL]],
  ['updates', []],
  ['catalog', []],
  ['cancel', [SLOW_QUERY]],
]

describe.each(JDBC_CLASS_PATHS)('JDBC %s', (version, classPath) => {
  const missing = lacks(`JDBC driver ${version}`, classPath)
  const classes = mkdtempSync(join(tmpdir(), 'artemis-jdbc-'))
  let engine: EngineServer
  let seen: Readonly<Record<string, unknown>>

  async function client(url: string, steps: typeof STEPS): Promise<Readonly<Record<string, unknown>>> {
    const options = ['--add-opens=java.base/java.nio=ALL-UNNAMED', '-Duser.timezone=UTC', '-Dfile.encoding=UTF-8', '-Xmx1g']
    const input = steps.flatMap(([step, statements]) => (statements.length === 0 ? [step] : statements.map((sql) => `${step}\t${sql}`))).join('\n')
    const { stdout } = await runTool('java', [...options, '-cp', `${classPath}:${classes}`, 'JdbcClient', url, engine.token], input)
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Readonly<Record<string, unknown>>
  }

  beforeAll(async () => {
    if (missing) return
    await runTool('javac', ['-d', classes, interopFile('java/JdbcClient.java')])
    engine = await startEngineServer()
    seen = await client(`jdbc:arrow-flight-sql://${engine.address}/?useEncryption=false`, STEPS)
  })
  afterAll(async () => {
    await engine?.close()
    rmSync(classes, { recursive: true, force: true })
  })

  it.skipIf(missing)('authenticates by token and by Basic, and is told when it fails', () => {
    const tried = seen['authentication'] as Record<string, unknown>
    expect(tried).toMatchObject({ basic: 42, bearer: 42 })
    const refusal = { error: 'SQLException', message: expect.stringMatching(/token/) as string }
    for (const refused of ['wrong', 'wrong basic', 'none']) expect(tried[refused], refused).toMatchObject(refusal)
  })

  it.skipIf(missing)('reads what the engine reads', async () => {
    // Of a result without rows, this driver's metadata has every column twice.
    const choose = ({ rows, columns }: CanonicalResult): unknown => ({ rows, names: [...new Set(columns?.map(([name]) => name))] })
    await expectEngineResults(engine.session, SCALAR_QUERIES, seen['queries'], choose)
  })

  it.skipIf(missing)('reads more than 100,000 rows, over TLS', async () => {
    const url = `jdbc:arrow-flight-sql://${engine.tlsAddress}/?useEncryption=true&disableCertificateVerification=true`
    const { queries } = await client(url, [['queries', [LARGE_QUERY]]])
    await expectEngineResults(engine.session, [LARGE_QUERY], queries, ({ rows }) => rows)
  })

  it.skipIf(missing)('hears of each error what the engine says', () => {
    const failures = seen['failing'] as { message: string }[]
    for (const [index, [sql, message]] of FAILING_QUERIES.entries()) expect(failures[index]!.message, sql).toMatch(message)
  })

  it.skipIf(missing)('lists catalogs, schemas, tables, columns and what the server is', async () => {
    const listed = seen['metadata'] as Record<string, Table> & { product: string }
    expect(listed.product).toMatch(/artemis/i)
    expect(listed).toMatchObject({ quote: '"', keywords: true, functions: true, groupBy: true, outerJoins: true, unions: true, transactions: false })
    expect(listed['catalogs']!.map(([name]) => name)).toEqual(expect.arrayContaining(['artemis', 'memory']))
    expect(listed['schemas']!.map(([name]) => name)).toEqual(expect.arrayContaining(['ops', 'sda']))
    expect(listed['tableTypes']!.flat()).toEqual(expect.arrayContaining(['TABLE', 'VIEW']))
    expect(listed['tables']).toEqual(['events', 'missions', 'observations'].map((table) => ['artemis', 'sda', table, 'TABLE']))
    expect(listed['some']).toEqual([['missions']])
    const { columns } = await engineResult(engine.session, 'SELECT * FROM artemis.sda.observations LIMIT 0')
    expect(listed['columns']!.map(([name, , , , position, nullable]) => [name, position, nullable])).toEqual(
      columns.map(([name, , nullable], index) => [name, String(index + 1), nullable ? 'YES' : 'NO']),
    )
    expect(listed['columns']!.find(([name]) => name === 'observation_id')?.slice(1, 3)).toEqual(['-5', 'BIGINT'])
    expect(listed['oneColumn']).toEqual([['mission_id']])
    expect(listed['keys']).toEqual([])
    expect(listed['imported']).toEqual([])
  })

  it.skipIf(missing)('binds parameters, again and again', async () => {
    const bound = seen['parameters'] as { count: number; runs: CanonicalResult[]; types: CanonicalResult; instant: CanonicalResult }
    expect(bound.count).toBe(3)
    for (const [index, mission] of ['apollo-7', 'apollo-8', 'no such mission'].entries()) {
      const plain = PARAMETERS_SQL.replace('?', `'${mission}'`).replace('?', "DATE '2024-03-15'").replace('?', '3')
      expect(bound.runs[index]!.rows).toEqual((await engineResult(engine.session, plain)).rows)
    }
    // The driver has no microseconds in parameters.
    expect(bound.types.rows).toEqual([['9223372036854775807', '3fb999999999999a', 'grüße, 世界', 'true', '12345.67', '1710464523456000', null]])
    const since = await engineResult(engine.session, INSTANT_SQL.replace('?', "TIMESTAMPTZ '2024-01-05 00:00:00Z'"))
    expect(bound.instant.rows).toEqual(since.rows)
  })

  it.skipIf(missing)('creates, inserts and drops', () => {
    expect(seen['updates']).toMatchObject({
      insert: 2,
      prepared: 1,
      again: 1,
      rows: {
        rows: [
          ['1', 'one'],
          ['2', null],
          ['3', 'three'],
          ['4', null],
        ],
      },
      dropped: { message: expect.stringMatching(/parts/) as string },
    })
  })

  it.skipIf(missing)('takes a catalog in its URL, and parameters that only the server could know', async () => {
    const missions = await engineResult(engine.session, 'SELECT COUNT(*) AS n FROM artemis.sda.missions')
    expect(seen['catalog']).toMatchObject({ rows: missions.rows })
    expect((seen['catalog'] as { close: unknown }).close).toSatisfy((message) => message === null || message === 'Channel shutdown invoked')
  })

  it.skipIf(missing)('cancels, and leaves results early', async () => {
    const cancelled = seen['cancel'] as Record<string, unknown>
    expect(cancelled['first']).toBe(true)
    expect(cancelled['error']).not.toBeNull()
    expect(cancelled['seconds']).toBeLessThan(10)
    expect(cancelled['after']).toMatchObject({ rows: [['1']] })
    await expect.poll(() => engine.server.activeCalls).toBe(0)
  })
})
