/** The front door of the engine: what an application passes in, what it gets back, and that nothing stays behind. */
import EventEmitter from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as apache from 'apache-arrow'
import { decimal } from '@artemis/arrow'
import { ArtemisError, CancelledError } from '@artemis/errors'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { Row } from './index.js'
import { EngineRuntime, QueryResult, SessionContext, splitStatements } from './index.js'
import { Numbers } from './testing/numbers-table.js'

const folder = mkdtempSync(path.join(tmpdir(), 'artemis-session-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let session: SessionContext
beforeEach(() => {
  session = new SessionContext({ settings: { verifyPlans: true } })
})
const rows = async (sql: string, params?: Parameters<SessionContext['sql']>[1]): Promise<Row[]> => (await session.sql(sql, params)).toArray()
const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof ArtemisError ? error.code : String(error)),
  )

describe('parameters', () => {
  test('by position: ? and $1', async () => {
    expect(await rows('SELECT ? AS a, ? AS b', { params: [1, 'x'] })).toEqual([{ a: 1, b: 'x' }])
    expect(await rows('SELECT $2 AS a, $1 AS b, $1 AS c', { params: [1, 'x'] })).toEqual([{ a: 'x', b: 1, c: 1 }])
  })

  test('by name, in any case', async () => {
    expect(await rows('SELECT $low + 1 AS a WHERE $Name = $name', { params: { low: 41, name: 'x' } })).toEqual([{ a: 42 }])
  })

  test('every JavaScript value has its SQL type', async () => {
    const types = async (value: never): Promise<unknown> => (await rows('SELECT typeof($1) AS t', { params: [value] }))[0]!['t']
    for (const [value, type] of [
      [1, 'INTEGER'],
      [2 ** 40, 'BIGINT'],
      [1.5, 'DOUBLE'],
      [-0, 'DOUBLE'],
      [10n, 'BIGINT'],
      [2n ** 70n, 'DECIMAL(38,0)'],
      ['x', 'VARCHAR'],
      [true, 'BOOLEAN'],
      [new Date(0), 'TIMESTAMP WITH TIME ZONE'],
      [new Uint8Array(2), 'BLOB'],
      [{ type: decimal(5, 2), value: 1234n }, 'DECIMAL(5,2)'],
    ] as const) expect(await types(value as never), type).toBe(type) // prettier-ignore
    expect(await rows('SELECT $1 AS a, $2 IS NULL AS b', { params: [{ type: decimal(5, 2), value: 1234n }, null] })).toEqual([{ a: '12.34', b: true }])
    expect(await rows('SELECT $1 AS at', { params: [new Date('2024-03-01T00:00:00.123Z')] })).toEqual([{ at: '2024-03-01 00:00:00.123+00' }])
  })

  test('are values and never SQL', async () => {
    expect(await rows('SELECT $1 AS a', { params: ["x' OR 1=1 --"] })).toEqual([{ a: "x' OR 1=1 --" }])
  })

  test('in WHERE, LIMIT, IN and BETWEEN', async () => {
    session.registerTable('numbers', new Numbers(100))
    expect(await rows('SELECT n FROM numbers WHERE n BETWEEN ? AND ? ORDER BY n LIMIT ? OFFSET ?', { params: [10, 20, 3, 1] })).toEqual([{ n: 11 }, { n: 12 }, { n: 13 }])
    expect(await rows('SELECT n FROM numbers WHERE n IN ($a, $b) ORDER BY n', { params: { a: 5, b: 7 } })).toEqual([{ n: 5 }, { n: 7 }])
  })

  test('what SQL has no type for is refused by its name', async () => {
    expect(await codeOf(rows('SELECT $when', { params: { when: new Date('never') } }))).toBe('INVALID_PARAMETER')
    expect(await codeOf(rows('SELECT $1', { params: [Symbol('x') as never] }))).toBe('INVALID_PARAMETER')
    expect(await codeOf(rows('SELECT $1', { params: [{ a: 1 } as never] }))).toBe('INVALID_PARAMETER')
  })

  test('a missing one is named', async () => {
    await expect(rows('SELECT $2', { params: [1] })).rejects.toThrow(/\$?2/)
    await expect(rows('SELECT $other', { params: { name: 1 } })).rejects.toThrow(/other/)
    await expect(rows('SELECT ?')).rejects.toMatchObject({ kind: 'bind' })
  })
})

describe('results', () => {
  const SQL = 'SELECT n, n % 2 = 0 AS even FROM numbers WHERE n < 25 ORDER BY n'
  beforeEach(() => session.registerTable('numbers', new Numbers(100)))

  test('is an async iterable of apache-arrow record batches', async () => {
    let seen = 0
    for await (const batch of await session.sql(SQL)) {
      expect(batch).toBeInstanceOf(apache.RecordBatch)
      seen += batch.numRows
    }
    expect(seen).toBe(25)
  })

  test('toTable and toIPC hold the same as toArray', async () => {
    const table = await (await session.sql(SQL)).toTable()
    expect(table.numRows).toBe(25)
    expect(table.get(3)!.toJSON()).toEqual({ n: 3, even: false })
    const chunks: Uint8Array[] = []
    for await (const chunk of (await session.sql(SQL)).toIPC()) chunks.push(chunk)
    const read = apache.tableFromIPC(Buffer.concat(chunks))
    expect(read.toArray().map((row: { toJSON(): object }) => row.toJSON())).toEqual(await rows(SQL))
    expect(read.schema.toString()).toBe(table.schema.toString())
  })

  test('an empty result has its schema', async () => {
    const none = 'SELECT n, CAST(n AS DECIMAL(12,2)) AS d FROM numbers WHERE n > 1000'
    expect(await rows(none)).toEqual([])
    const table = await (await session.sql(none)).toTable()
    expect(table.numRows).toBe(0)
    expect(table.schema.fields.map((column) => column.name)).toEqual(['n', 'd'])
    const chunks: Uint8Array[] = []
    for await (const chunk of (await session.sql(none)).toIPC()) chunks.push(chunk)
    expect(apache.tableFromIPC(Buffer.concat(chunks)).schema.fields).toHaveLength(2)
  })

  test('every type in rows, and through apache-arrow', async () => {
    const sql = `SELECT true AS b, 1::TINYINT AS t, 2::SMALLINT AS s, 3 AS i, 4::BIGINT AS l, 1.5::FLOAT AS f, 2.5::DOUBLE AS d, 12.50::DECIMAL(9,2) AS dec,
      'text ✓' AS v, '\\x00\\xFF'::BLOB AS bin, DATE '1969-12-31' AS day, TIME '12:34:56.789012' AS tm, TIMESTAMP '1969-12-31 23:59:59.999999' AS ts,
      TIMESTAMPTZ '2024-03-01 00:00:00.5+02' AS tz, '00000000-0000-0000-0000-0000000000ff'::UUID AS u, INTERVAL '1 month 2 days' AS iv, NULL AS n`
    expect(await rows(sql)).toEqual([
      {
        b: true, t: 1, s: 2, i: 3, l: 4n, f: 1.5, d: 2.5, dec: '12.50', v: 'text ✓', bin: Uint8Array.of(0, 255), day: '1969-12-31', tm: '12:34:56.789012',
        ts: '1969-12-31 23:59:59.999999', tz: '2024-02-29 22:00:00.5+00', u: '00000000-0000-0000-0000-0000000000ff', iv: '1 month 2 days', n: null,
      },
    ]) // prettier-ignore
    const table = await (await session.sql(sql)).toTable()
    expect(table.numRows).toBe(1)
    expect(table.getChild('l')!.get(0)).toBe(4n)
    expect(table.getChild('v')!.get(0)).toBe('text ✓')
  })

  test('columns of one name all stay', async () => {
    expect(await rows('SELECT 1 AS a, 2 AS a, 3 AS a')).toEqual([{ a: 1, a_1: 2, a_2: 3 }])
    expect((await (await session.sql('SELECT 1 AS a, 2 AS a')).toTable()).numCols).toBe(2)
  })

  test('can be read once', async () => {
    const result = await session.sql(SQL)
    await result.toArray()
    expect(await codeOf(result.toArray())).toBe('RESULT_CONSUMED')
  })

  test('tables that were kept do not change while other queries run', async () => {
    const sql = "SELECT n, 'row ' || n::VARCHAR AS s FROM numbers ORDER BY n"
    const kept = await (await session.sql(sql)).toTable()
    const before = JSON.stringify(kept.toArray().map((row: { toJSON(): object }) => row.toJSON()))
    for (let i = 0; i < 20; i++) await rows(`SELECT n * ${i} AS x, 'other ' || n::VARCHAR AS s, sum(n) FROM numbers GROUP BY n`)
    expect(JSON.stringify(kept.toArray().map((row: { toJSON(): object }) => row.toJSON()))).toBe(before)
  })

  test('metrics', async () => {
    const result = await session.sql(SQL)
    expect(result.metrics.outputRows).toBe(0)
    await result.toArray()
    expect(result.metrics).toMatchObject({ outputRows: 25, spillCount: 0, spilledBytes: 0, spilledRows: 0 })
    expect(result.metrics.planningMs).toBeGreaterThan(0)
    expect(result.metrics.executionMs).toBeGreaterThan(0)
  })

  test('each has its query id', async () => {
    const [a, b] = [await session.sql('SELECT 1'), await session.sql('SELECT 1')]
    expect(a).toBeInstanceOf(QueryResult)
    expect(a.queryId).toMatch(/^[0-9a-f-]{36}$/)
    expect(a.queryId).not.toBe(b.queryId)
  })
})

describe('statements', () => {
  test('several in one text: all run, the last one answers', async () => {
    expect(await rows('CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2); SELECT sum(a) AS s FROM t;')).toEqual([{ s: 3n }])
    expect(splitStatements("SELECT ';'; SELECT 2 -- ;\n; SELECT 3")).toEqual(["SELECT ';'", 'SELECT 2', 'SELECT 3'])
  })

  test('nothing but blanks and comments is no statement', async () => {
    expect(await codeOf(rows('  -- nothing\n'))).toBe('EMPTY_STATEMENT')
  })

  test('prepared statements', async () => {
    session.registerTable('numbers', new Numbers(100))
    await session.sql('PREPARE pick AS SELECT n FROM numbers WHERE n >= $1 ORDER BY n LIMIT $2')
    expect(await rows('EXECUTE pick(97, 10)')).toEqual([{ n: 97 }, { n: 98 }, { n: 99 }])
    expect(await rows('EXECUTE pick(5, 1)')).toEqual([{ n: 5 }])
    expect(await codeOf(rows('EXECUTE pick(1)'))).not.toBe('no error')
    await session.sql('DEALLOCATE pick')
    expect(await codeOf(rows('EXECUTE pick(1, 1)'))).toBe('PREPARED_NOT_FOUND')
  })

  test('SET, SHOW and RESET', async () => {
    await session.sql("SET artemis.memory_limit = '512MB'")
    expect(Object.values((await rows('SHOW artemis.memory_limit'))[0]!)[0]).toBe('488.3 MiB')
    await session.sql('SET memory_limit = 1048576')
    expect(Object.values((await rows('SHOW memory_limit'))[0]!)[0]).toBe('1 MiB')
    await session.sql('RESET artemis.memory_limit')
    expect(Object.values((await rows('SHOW artemis.memory_limit'))[0]!)[0]).not.toBe('1 MiB')
    await session.sql("SET TIME ZONE 'Asia/Tokyo'")
    expect(session.timeZone).toBe('Asia/Tokyo')
    expect(await rows("SELECT TIMESTAMPTZ '2024-01-01 00:00:00+00' AS t")).toEqual([{ t: '2024-01-01 09:00:00+09' }])
    await session.sql('RESET ALL')
    expect(session.timeZone).toBe('UTC')
    expect((await rows('SHOW ALL')).length).toBeGreaterThan(10)
    expect(await codeOf(rows("SET artemis.batch_size = 'many'"))).toBe('INVALID_SETTING')
    expect(await codeOf(rows('SET artemis.batch_sise = 1'))).toBe('UNKNOWN_SETTING')
    session.set('artemis.batch_size', '10')
    expect(Object.values((await rows('SHOW artemis.batch_size'))[0]!)[0]).toBe('10')
  })

  test('a setting of one session is not another one', async () => {
    const other = new SessionContext({ runtime: session.runtime, settings: { batchSize: 5 } })
    await session.sql('SET artemis.batch_size = 100')
    expect(Object.values((await (await other.sql('SHOW artemis.batch_size')).toArray())[0]!)[0]).toBe('5')
    await other.sql('RESET artemis.batch_size')
    expect(Object.values((await (await other.sql('SHOW artemis.batch_size')).toArray())[0]!)[0]).toBe('5')
  })

  test('batch_size bounds the batches', async () => {
    await session.sql('SET artemis.batch_size = 7')
    session.registerTable('t', apache.tableFromArrays({ a: Int32Array.from({ length: 100 }, (_, i) => i) }))
    for (const sql of ['SELECT a FROM t', 'SELECT a FROM t ORDER BY a DESC', 'SELECT a, count(*) FROM t GROUP BY a', 'SELECT x.a FROM t x JOIN t y USING (a)']) {
      for await (const batch of await session.sql(sql)) expect(batch.numRows, sql).toBeLessThanOrEqual(7)
    }
  })

  test('CREATE TABLE, INSERT, CTAS', async () => {
    await session.sql('CREATE TABLE t (a INTEGER NOT NULL, b VARCHAR, c DECIMAL(10,2))')
    expect(await rows("INSERT INTO t VALUES (1, 'x', 1.5), (2, NULL, 2)")).toEqual([{ count: 2n }])
    await session.sql('INSERT INTO t (c, a) SELECT 9.999, 3')
    expect(await rows('SELECT * FROM t ORDER BY a')).toEqual([
      { a: 1, b: 'x', c: '1.50' },
      { a: 2, b: null, c: '2.00' },
      { a: 3, b: null, c: '10.00' },
    ])
    expect(await rows('CREATE TABLE u AS SELECT a * 2 AS twice FROM t')).toEqual([{ count: 3n }])
    expect(await rows('SELECT sum(twice) AS s FROM u')).toEqual([{ s: 12n }])
    await session.sql('INSERT INTO u SELECT twice FROM u')
    expect(await rows('SELECT count(*) AS n FROM u')).toEqual([{ n: 6n }])
    expect(await codeOf(rows('CREATE TABLE t (a INTEGER)'))).toBe('ALREADY_EXISTS')
    await session.sql('CREATE TABLE IF NOT EXISTS t (z INTEGER)')
    expect(await rows('SELECT count(*) AS n FROM t')).toEqual([{ n: 3n }])
    await session.sql('CREATE OR REPLACE TABLE t (z INTEGER)')
    expect(await rows('SELECT count(z) AS n FROM t')).toEqual([{ n: 0n }])
  })

  test('CREATE TABLE IF NOT EXISTS AS inserts nothing into one that exists', async () => {
    await session.sql('CREATE TABLE t AS SELECT 1 AS a')
    await session.sql('CREATE TABLE IF NOT EXISTS t AS SELECT 2 AS a')
    expect(await rows('SELECT a FROM t')).toEqual([{ a: 1 }])
  })

  test('a failed CREATE TABLE AS leaves no table', async () => {
    expect(await codeOf(rows("CREATE TABLE bad AS SELECT CAST('x' || n::VARCHAR AS INTEGER) AS a FROM (VALUES (1)) v(n)"))).not.toBe('no error')
    expect(await codeOf(rows('SELECT * FROM bad'))).not.toBe('no error')
    expect(await rows('SHOW TABLES')).toEqual([])
  })

  test('a failed INSERT leaves the table as it was; NOT NULL is kept', async () => {
    await session.sql('CREATE TABLE t (a INTEGER NOT NULL); INSERT INTO t VALUES (1)')
    expect(await codeOf(rows("INSERT INTO t SELECT CAST(s AS INTEGER) FROM (VALUES ('2'), ('x')) v(s)"))).not.toBe('no error')
    expect(await codeOf(rows('INSERT INTO t VALUES (2), (NULL)'))).not.toBe('no error')
    expect(await rows('SELECT a FROM t')).toEqual([{ a: 1 }])
  })

  test('views', async () => {
    await session.sql('CREATE TABLE t AS SELECT 1 AS a')
    await session.sql('CREATE VIEW v AS SELECT a + 1 AS b FROM t')
    await session.sql('CREATE VIEW w(c) AS SELECT b * 10 FROM v')
    expect(await rows('SELECT * FROM w')).toEqual([{ c: 20 }])
    await session.sql('INSERT INTO t VALUES (5)')
    expect(await rows('SELECT c FROM w ORDER BY c')).toEqual([{ c: 20 }, { c: 60 }])
    await session.sql('CREATE OR REPLACE VIEW v AS SELECT 7 AS b')
    expect(await rows('SELECT * FROM w')).toEqual([{ c: 70 }])
    await session.sql('DROP VIEW v')
    await expect(rows('SELECT * FROM w')).rejects.toMatchObject({ kind: 'bind' })
  })

  test('a view that would read itself is refused', async () => {
    await session.sql('CREATE VIEW v AS SELECT 1 AS a')
    const replaced = await codeOf(rows('CREATE OR REPLACE VIEW v AS SELECT * FROM v'))
    if (replaced === 'no error') await expect(rows('SELECT * FROM v')).rejects.toBeInstanceOf(ArtemisError)
  })

  test('DROP', async () => {
    await session.sql('CREATE TABLE t (a INTEGER); CREATE VIEW v AS SELECT 1 AS x')
    expect(await codeOf(rows('DROP VIEW t'))).toBe('WRONG_KIND')
    expect(await codeOf(rows('DROP TABLE v'))).toBe('WRONG_KIND')
    await session.sql('DROP TABLE t; DROP VIEW v')
    expect(await codeOf(rows('DROP TABLE t'))).toBe('NOT_FOUND')
    await session.sql('DROP TABLE IF EXISTS t')
    await session.sql('DROP TABLE IF EXISTS no.such.place')
  })

  test('schemas', async () => {
    await session.sql('CREATE SCHEMA side')
    await session.sql('CREATE TABLE side.t AS SELECT 1 AS a')
    expect(await rows('SELECT a FROM memory.side.t')).toEqual([{ a: 1 }])
    await session.sql('USE memory.side')
    expect(await rows('SELECT a FROM t')).toEqual([{ a: 1 }])
    expect(await codeOf(rows('CREATE SCHEMA side'))).toBe('ALREADY_EXISTS')
    await session.sql('CREATE SCHEMA IF NOT EXISTS side')
    expect(await codeOf(rows('USE nowhere.side'))).not.toBe('no error')
  })

  test('transactions are refused by name', async () => {
    expect(await codeOf(rows('BEGIN'))).toBe('NO_TRANSACTIONS')
  })
})

describe('stopping', () => {
  test('a signal that fired already', async () => {
    await expect(session.sql('SELECT 1', { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(CancelledError)
  })

  test('a signal while rows are read: CancelledError, and the source is closed', async () => {
    const numbers = new Numbers(1_000_000)
    session.registerTable('numbers', numbers)
    for (const sql of ['SELECT n FROM numbers', 'SELECT count(*), n % 1000 FROM numbers GROUP BY 2', 'SELECT n FROM numbers ORDER BY n DESC', 'SELECT a.n FROM numbers a JOIN numbers b ON a.n = b.n']) {
      const controller = new AbortController()
      const reading = (await session.sql(sql, { signal: controller.signal })).toArray()
      setTimeout(() => controller.abort(), 5)
      await expect(reading, sql).rejects.toBeInstanceOf(CancelledError)
      expect(numbers.closed, sql).toBe(numbers.opened)
      expect(session.reservedMemory).toBe(0)
    }
  })

  test('the reason of a signal is kept', async () => {
    session.registerTable('numbers', new Numbers(1_000_000))
    const controller = new AbortController()
    const reading = (await session.sql('SELECT n FROM numbers', { signal: controller.signal })).toArray()
    controller.abort(new Error('the user left'))
    await expect(reading).rejects.toMatchObject({ kind: 'cancelled', cause: expect.objectContaining({ message: 'the user left' }) as Error })
  })

  test('cancel() of a result', async () => {
    session.registerTable('numbers', new Numbers(1_000_000))
    const result = await session.sql('SELECT n FROM numbers')
    const reading = result.toArray()
    result.cancel()
    await expect(reading).rejects.toBeInstanceOf(CancelledError)
  })

  test('close() of the session stops what runs and refuses what comes', async () => {
    session.registerTable('numbers', new Numbers(1_000_000))
    const reading = (await session.sql('SELECT n FROM numbers')).toArray()
    await session.close()
    await expect(reading).rejects.toBeInstanceOf(CancelledError)
    await expect(session.sql('SELECT 1')).rejects.toBeInstanceOf(CancelledError)
  })

  test('many queries leave no listener on a signal that lives long', async () => {
    const controller = new AbortController()
    session.registerTable('numbers', new Numbers(10))
    for (let i = 0; i < 50; i++) await rows('SELECT n FROM numbers', { signal: controller.signal })
    expect(EventEmitter.getEventListeners(controller.signal, 'abort').length).toBeLessThan(5)
  })
})

describe('resources', () => {
  test('memory goes back to none and no spill folder stays, whatever the query', async () => {
    const temp = path.join(folder, 'spill')
    const own = new SessionContext({ settings: { tempDirectory: temp, memoryLimit: 2 ** 20 } })
    own.registerTable('t', apache.tableFromArrays({ a: Int32Array.from({ length: 50_000 }, (_, i) => i) }))
    for (const sql of ['SELECT a, count(*) FROM t GROUP BY a', 'SELECT sum(a) FROM t', 'SELECT a FROM t LIMIT 3', 'SELECT a FROM t ORDER BY a DESC LIMIT 5', 'SELECT CAST(a::VARCHAR || \'x\' AS INTEGER) FROM t']) {
      await (await own.sql(sql)).toArray().catch((error: unknown) => expect(error).toBeInstanceOf(ArtemisError))
      expect(own.reservedMemory, sql).toBe(0)
      expect(existsSync(temp) ? readdirSync(temp) : [], sql).toEqual([])
    }
  })

  test('what cannot spill yet is refused with who holds the memory', async () => {
    const own = new SessionContext({ settings: { tempDirectory: path.join(folder, 'spill'), memoryLimit: 100_000 } })
    own.registerTable('t', apache.tableFromArrays({ a: Int32Array.from({ length: 200_000 }, (_, i) => i) }))
    const error: unknown = await (await own.sql('SELECT a FROM t ORDER BY a DESC')).toArray().then(() => undefined, (thrown: unknown) => thrown)
    if (error !== undefined) expect(error).toMatchObject({ kind: 'resource', code: 'MEMORY_LIMIT', message: expect.stringContaining('Sort') as string })
    expect(own.reservedMemory).toBe(0)
  })

  test('a runtime serves many sessions', async () => {
    const runtime = new EngineRuntime()
    const sessions = Array.from({ length: 5 }, () => new SessionContext({ runtime }))
    await Promise.all(sessions.map(async (each, i) => {
      await each.sql(`CREATE TABLE t AS SELECT ${i} AS a`)
      expect(await (await each.sql('SELECT a FROM t')).toArray()).toEqual([{ a: i }])
    })) // prettier-ignore
  })

  test('queries of one session run side by side', async () => {
    session.registerTable('numbers', new Numbers(1000))
    const results = await Promise.all(Array.from({ length: 10 }, (_, i) => rows(`SELECT sum(n) AS s FROM numbers WHERE n % 10 = ${i}`)))
    results.forEach((result, i) => expect(result).toEqual([{ s: BigInt(49_500 + i * 100) }]))
  })
})

describe('the log', () => {
  test('tells of each query: planned, finished or failed, under its id', async () => {
    const lines: { level: string; fields: Record<string, unknown>; message: string }[] = []
    const at = (level: string) => (fields: object, message: string) => void lines.push({ level, fields: fields as Record<string, unknown>, message })
    const own = new SessionContext({ logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } })
    const result = await own.sql('SELECT 1 AS a')
    await result.toArray()
    expect(lines.filter((line) => line.fields['queryId'] === result.queryId).map((line) => line.message)).toEqual(['query planned', 'query finished'])
    await own.sql('SELECT nothing').catch(() => undefined)
    expect(lines.at(-1)).toMatchObject({ message: expect.stringContaining('refused') as string, fields: { code: expect.any(String) as string } })
    const failing = await own.sql("SELECT CAST(x AS INTEGER) FROM (VALUES ('a')) v(x)")
    await failing.toArray().catch(() => undefined)
    expect(lines.at(-1)).toMatchObject({ level: 'warn', message: 'query failed', fields: { queryId: failing.queryId } })
  })
})
