/** Tables that an application brings: what it may pass in, and what is asked of its providers. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as apache from 'apache-arrow'
import { Batch, field, int32, schema, utf8, vectorFromScalars } from '@artemis/arrow'
import { ArtemisError } from '@artemis/errors'
import { LocalFileSink, ParquetWriter } from '@artemis/parquet'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { Row } from './index.js'
import { MemoryCatalog, SessionContext } from './index.js'
import { Numbers } from './testing/numbers-table.js'

const folder = mkdtempSync(path.join(tmpdir(), 'artemis-tables-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let session: SessionContext
beforeEach(() => {
  session = new SessionContext({ settings: { verifyPlans: true } })
})
const rows = async (sql: string): Promise<Row[]> => (await session.sql(sql)).toArray()
const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof ArtemisError ? error.code : String(error)),
  )

describe('tables of the application', () => {
  test('apache-arrow tables, of every type that rows show', async () => {
    const table = apache.tableFromArrays({ id: Int32Array.of(1, 2, 3), x: Float64Array.of(1.5, Number.NaN, -0), big: BigInt64Array.of(1n, 2n ** 62n, -1n) })
    session.registerTable('t', table)
    expect(await rows('SELECT * FROM t ORDER BY id')).toEqual([
      { id: 1, x: 1.5, big: 1n },
      { id: 2, x: Number.NaN, big: 2n ** 62n },
      { id: 3, x: -0, big: -1n },
    ])
    const text = new apache.Table({ s: apache.vectorFromArray(['a', null, 'ü'], new apache.Dictionary(new apache.Utf8(), new apache.Int32())) })
    session.registerTable('words', text)
    expect(await rows('SELECT upper(s) AS s, count(*) AS n FROM words GROUP BY s ORDER BY s')).toEqual([
      { s: 'A', n: 1n },
      { s: 'Ü', n: 1n },
      { s: null, n: 1n },
    ])
  })

  test('record batches, and several of them', async () => {
    const table = apache.tableFromArrays({ id: Int32Array.of(1, 2) })
    session.registerTable('t', [...table.batches, ...table.batches])
    expect(await rows('SELECT sum(id) AS s, count(*) AS n FROM t')).toEqual([{ s: 6n, n: 4n }])
  })

  test('async iterables, opened anew by a function for each scan', async () => {
    const one = apache.tableFromArrays({ id: Int32Array.of(1, 2) })
    let opened = 0
    session.registerTable('t', {
      schema: one.schema,
      batches: async function* () {
        opened++
        for (const batch of one.batches) {
          await Promise.resolve()
          yield batch
        }
      },
    })
    expect(opened).toBe(0)
    expect(await rows('SELECT count(*) AS n FROM t a JOIN t b ON a.id = b.id')).toEqual([{ n: 2n }])
    expect(opened).toBe(2)
  })

  test('a bare iterable can be read once, and says so', async () => {
    const one = apache.tableFromArrays({ id: Int32Array.of(1, 2) })
    session.registerTable('t', { schema: one.schema, batches: one.batches })
    expect(await rows('SELECT id FROM t')).toHaveLength(2)
    expect(await codeOf(rows('SELECT id FROM t'))).toBe('STREAM_CONSUMED')
  })

  test("a user's TableProvider gets projections, and is stopped when enough was read", async () => {
    const numbers = new Numbers(10_000)
    session.registerTable('numbers', numbers)
    expect(await rows('SELECT count(*) AS n FROM numbers')).toEqual([{ n: 10_000n }])
    expect(numbers.requests[0]!.projection).toEqual([])
    numbers.pulled = 0
    expect(await rows('SELECT n FROM numbers LIMIT 25')).toHaveLength(25)
    expect(numbers.pulled).toBeLessThan(10)
    expect(numbers.closed).toBe(numbers.opened)
  })

  test('nothing is pulled before the result is', async () => {
    const numbers = new Numbers(100)
    session.registerTable('numbers', numbers)
    const result = await session.sql('SELECT n FROM numbers')
    expect(numbers.opened).toBe(0)
    expect(result.schema.fields.map((column) => column.name)).toEqual(['n'])
    const stream = result.batches()[Symbol.asyncIterator]()
    await stream.next()
    expect(numbers.pulled).toBeLessThan(5)
    await stream.return?.()
    expect(numbers.closed).toBe(1)
  })

  test('replaces a table of the same name; names match in any case', async () => {
    session.registerTable('T', new Numbers(1))
    session.registerTable('t', new Numbers(2))
    expect(await rows('SELECT count(*) AS n FROM t')).toEqual([{ n: 2n }])
    expect(await rows('SELECT count(*) AS n FROM memory.main.T')).toEqual([{ n: 2n }])
  })

  test('a catalog', async () => {
    const catalog = new MemoryCatalog(['east', 'west'])
    catalog.get('east')!.register('numbers', new Numbers(3))
    session.registerCatalog('Region', catalog)
    expect(await rows('SELECT count(*) AS n FROM region.east.numbers')).toEqual([{ n: 3n }])
    await session.sql('USE region.east')
    expect(await rows('SELECT count(*) AS n FROM numbers')).toEqual([{ n: 3n }])
  })

  test('Parquet files', async () => {
    const fileSchema = schema([field('a', int32), field('s', utf8)])
    const paths: string[] = []
    for (const part of [0, 1]) {
      const file = path.join(folder, `part-${part}.parquet`)
      const writer = new ParquetWriter(new LocalFileSink(file), fileSchema)
      await writer.write(new Batch(fileSchema, 3, [vectorFromScalars(int32, [part * 3, part * 3 + 1, null]), vectorFromScalars(utf8, ['x', null, 'y'])]))
      await writer.close()
      paths.push(file)
    }
    await session.registerParquet('one', paths[0]!)
    await session.registerParquet('both', paths)
    expect(await rows('SELECT count(*) AS n, sum(a) AS s FROM one')).toEqual([{ n: 3n, s: 1n }])
    expect(await rows('SELECT s, count(*) AS n, sum(a) AS a FROM both GROUP BY s ORDER BY s')).toEqual([
      { s: 'x', n: 2n, a: 3n },
      { s: 'y', n: 2n, a: null },
      { s: null, n: 2n, a: 5n },
    ])
    expect(await codeOf(session.registerParquet('gone', path.join(folder, 'gone.parquet')))).not.toBe('no error')
    expect(await codeOf(session.registerParquet('none', []))).toBe('NO_FILES')
  })
})
