/**
 * What a scan holds does not grow with the table: batches are made when they are pulled, files are read ahead only so far,
 * and everything that is open closes with the query, however it ends.
 */
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Batch, field, int64, primitiveVector, scalarsOf, schema } from '@artemis/arrow'
import type { FileIO, InputFile } from '@artemis/iceberg'
import { FilesystemCatalog, localFileIO } from '@artemis/iceberg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createDemoArchive } from '../../testkit/src/index.js'
import type { SettingValues } from './index.js'
import { ArtemisCatalog, EngineRuntime, SessionContext } from './index.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const folder = mkdtempSync(path.join(tmpdir(), 'artemis-streaming-'))
const warehouse = path.join(folder, 'warehouse')
beforeAll(() => createDemoArchive(warehouse, { share: 0.4 }))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What was done with data files; other files are those of the metadata. */
class FileWatch {
  open = 0
  mostOpen = 0
  opened = 0
  bytesRead = 0
  delayMs = 0

  watch(io: FileIO): FileIO {
    const open = async (location: string, options?: { readonly size?: number | undefined }): Promise<InputFile> => {
      const file = await io.open(location, options)
      return location.endsWith('.parquet') ? this.#watchFile(file) : file
    }
    return new Proxy(io, {
      get: (target, key) => {
        if (key === 'open') return open
        const value: unknown = Reflect.get(target, key)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
  }

  #watchFile(file: InputFile): InputFile {
    this.open++
    this.opened++
    this.mostOpen = Math.max(this.mostOpen, this.open)
    let closed = false
    return {
      location: file.location,
      size: file.size,
      read: async (offset, length) => {
        if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs))
        this.bytesRead += length
        return file.read(offset, length)
      },
      recycle: (bytes) => file.recycle?.(bytes),
      close: async () => {
        if (!closed) this.open--
        closed = true
        await file.close()
      },
    }
  }
}

let watch: FileWatch
beforeEach(() => {
  watch = new FileWatch()
})

function sessionOver(settings: Partial<SettingValues> = {}): SessionContext {
  const runtime = new EngineRuntime()
  const io = watch.watch(localFileIO({ durable: false }))
  const session = new SessionContext({ runtime, settings: { catalog: 'artemis', schema: 'sda', tempDirectory: path.join(folder, 'spill'), ...settings } })
  session.registerCatalog('artemis', new ArtemisCatalog(new FilesystemCatalog({ name: 'artemis', warehouse, io, cache: runtime.cache }), runtime.cache))
  return session
}

/** Descriptors of this process that lie in the archive; undefined where the system does not tell. */
function openDescriptors(): string[] | undefined {
  if (!existsSync('/proc/self/fd')) return undefined
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${descriptor}`)
      return target.startsWith(warehouse) ? [target] : []
    } catch {
      return []
    }
  })
}

function expectAllClosed(session: SessionContext, what: string): void {
  expect(watch.open, what).toBe(0)
  expect(openDescriptors() ?? [], what).toEqual([])
  expect(session.reservedMemory, what).toBe(0)
}

/** Bytes that live objects hold now. */
function liveBytes(): number {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Reads every column of every row; gives the most that was alive above what was alive before. */
async function peakOfScan(session: SessionContext, from: string): Promise<{ readonly total: number; readonly peak: number }> {
  const before = liveBytes()
  let [total, peak, batches] = [0, 0, 0]
  for await (const batch of (await session.sql(`SELECT * FROM ${from}`)).batches()) {
    batch.columns()
    total += batch.byteSize()
    if (batches++ % 20 === 0) peak = Math.max(peak, liveBytes() - before)
  }
  return { total, peak }
}

describe('memory', () => {
  test('what a full scan holds does not grow with the number of files', async () => {
    const session = sessionOver({ fileConcurrency: 8 })
    const [{ first }] = (await (await session.sql('SELECT min_by(snapshot_id, made_current_at) AS first FROM observations.history')).toArray()) as [{ first: bigint }]
    // Footers of all files come into the cache first, which is bounded for itself.
    await peakOfScan(session, 'observations')
    const small = await peakOfScan(session, `observations AS OF SNAPSHOT ${first}`)
    const large = await peakOfScan(session, 'observations')
    expect(large.total).toBeGreaterThan(2.5 * small.total)
    expect(large.peak).toBeLessThan(Math.max(small.peak, 0) + large.total / 4)
  })

  test('nor does that of a stream of batches; the process does not grow', async () => {
    const streamSchema = schema([field('a', int64, false), field('b', int64, false)])
    const session = new SessionContext()
    const stream = (batches: number) =>
      async function* () {
        for (let i = 0; i < batches; i++) {
          await Promise.resolve()
          yield new Batch(streamSchema, 16_384, [primitiveVector(int64, new BigInt64Array(16_384)), primitiveVector(int64, new BigInt64Array(16_384))])
        }
      }
    session.registerTable('short', { schema: streamSchema, batches: stream(150) })
    session.registerTable('long', { schema: streamSchema, batches: stream(1_500) })
    const run = async (from: string): Promise<void> => {
      for (const sql of [`SELECT a + b AS s FROM ${from} WHERE a >= 0`, `SELECT count(*), sum(a) FROM ${from}`, `SELECT a % 10 AS k, count(*) FROM ${from} GROUP BY k`]) {
        for await (const batch of (await session.sql(sql)).batches()) batch.columns()
      }
    }
    await run('short')
    collectGarbage()
    const before = process.memoryUsage().rss
    // 400 megabytes pass through, three times.
    await run('long')
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20)
  })

  test('a scan stays within a limit that is smaller than what it reads ahead otherwise', async () => {
    const session = sessionOver({ memoryLimit: 2 ** 20 })
    const result = await session.sql('SELECT * FROM observations')
    let rows = 0
    let most = 0
    for await (const batch of result.batches()) {
      rows += batch.rowCount
      most = Math.max(most, session.reservedMemory)
    }
    expect(most).toBeLessThanOrEqual(2 ** 20)
    expect(BigInt(rows)).toBe(((await (await session.sql('SELECT count(*) AS n FROM observations')).toArray())[0] as { n: bigint }).n)
    expectAllClosed(session, 'limited scan')
  })
})

describe('back-pressure', () => {
  test('a consumer that waits is waited for: files stay unread', async () => {
    const session = sessionOver({ fileConcurrency: 4 })
    const stream = (await session.sql('SELECT * FROM observations')).batches()[Symbol.asyncIterator]()
    await stream.next()
    await new Promise((resolve) => setTimeout(resolve, 200))
    const { opened, bytesRead } = watch
    expect(opened).toBeLessThan(20)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(watch.opened).toBe(opened)
    expect(watch.bytesRead).toBe(bytesRead)
    await stream.next()
    await stream.return?.()
    expectAllClosed(session, 'waiting consumer')
  })

  test('no more files are open at once than file_concurrency allows, twice: opened ones and those that are read', async () => {
    for (const fileConcurrency of [1, 3, 16]) {
      watch = new FileWatch()
      const session = sessionOver({ fileConcurrency })
      await (await session.sql('SELECT sum(panel_voltage), max(notes) FROM observations')).toArray()
      expect(watch.opened).toBeGreaterThan(100)
      expect(watch.mostOpen).toBeLessThanOrEqual(2 * fileConcurrency + 1)
      expectAllClosed(session, `${fileConcurrency} files`)
    }
  })

  test('files are read side by side', async () => {
    watch.delayMs = 5
    const session = sessionOver({ fileConcurrency: 16 })
    await (await session.sql("SELECT sum(panel_voltage) FROM observations WHERE day < '2024-02-01'")).toArray()
    expect(watch.mostOpen).toBeGreaterThan(8)
  })
})

describe('everything closes', () => {
  test('after a full scan, an early stop, LIMIT, and results that nobody reads', async () => {
    const session = sessionOver()
    await (await session.sql('SELECT * FROM observations')).toTable()
    expectAllClosed(session, 'full scan')
    for await (const batch of await session.sql('SELECT * FROM observations')) {
      expect(batch.numRows).toBeGreaterThan(0)
      break
    }
    expectAllClosed(session, 'break')
    expect(await (await session.sql('SELECT * FROM observations LIMIT 10')).toArray()).toHaveLength(10)
    expectAllClosed(session, 'limit')
    await session.sql('SELECT * FROM observations')
    expectAllClosed(session, 'not read')
    expect(await (await session.sql("SELECT * FROM observations WHERE upper(notes) = 'X' LIMIT 3 OFFSET 2")).toArray()).toHaveLength(3)
    expectAllClosed(session, 'limit over a filter')
    await (await session.sql('SELECT a.observation_id FROM observations a JOIN observations b USING (observation_id) LIMIT 5')).toArray()
    expectAllClosed(session, 'limit over a join')
  })

  test('LIMIT reads few files', async () => {
    const session = sessionOver()
    await (await session.sql('SELECT * FROM observations LIMIT 10')).toArray()
    expect(watch.opened).toBeLessThan(10)
  })

  test.each([0, 1, 3, 10, 30, 80])('after an abort at %i ms', async (delay) => {
    watch.delayMs = 10
    const session = sessionOver({ fileConcurrency: 4 })
    for (const sql of ['SELECT * FROM observations', 'SELECT sensor, sum(panel_voltage) FROM observations GROUP BY sensor', 'SELECT * FROM observations ORDER BY panel_voltage LIMIT 100']) {
      const controller = new AbortController()
      const reading = session.sql(sql, { signal: controller.signal }).then(async (result) => {
        for await (const batch of result.batches()) batch.columns()
      })
      setTimeout(() => controller.abort(), delay)
      await expect(reading, sql).rejects.toMatchObject({ kind: 'cancelled' })
      expectAllClosed(session, `${sql} aborted at ${delay} ms`)
    }
  })

  test('after an error in an expression, and in a file', async () => {
    const session = sessionOver()
    await expect((await session.sql('SELECT CAST(sensor AS INTEGER) FROM observations')).toArray()).rejects.toMatchObject({ kind: 'execution' })
    expectAllClosed(session, 'failing cast')
    const [file] = (await (await session.sql("SELECT file_path FROM observations.files WHERE partition.day_day = '2024-02-01' LIMIT 1")).toArray()) as [{ file_path: string }]
    const moved = `${file.file_path}.away`
    const { renameSync } = await import('node:fs')
    renameSync(file.file_path, moved)
    try {
      await expect((await sessionOver().sql('SELECT * FROM observations')).toArray()).rejects.toMatchObject({ kind: 'io', message: expect.stringContaining(path.basename(file.file_path)) as string })
      expectAllClosed(session, 'a missing file')
    } finally {
      renameSync(moved, file.file_path)
    }
  })
})

describe('what a consumer keeps stays as it was', () => {
  test('batches that are looked at after the query has ended, and while others run', async () => {
    const session = sessionOver({ batchSize: 1_000 })
    const sql = "SELECT observation_id, panel_voltage, sensor, notes, observed_at, day FROM observations WHERE mission_id = 'apollo-7' AND panel_voltage > 30"
    const textOf = (batches: readonly Batch[]): string => batches.flatMap((batch) => batch.columns().flatMap((column) => scalarsOf(column))).join('|')
    const early: string[] = []
    for await (const batch of (await session.sql(sql)).batches()) early.push(textOf([batch]))
    const kept: Batch[] = []
    for await (const batch of (await session.sql(sql)).batches()) kept.push(batch)
    for (const other of ['SELECT sum(panel_voltage), max(sensor), count(DISTINCT notes) FROM observations', 'SELECT sensor, day, count(*), min(altitude_km) FROM observations GROUP BY sensor, day', sql]) {
      await (await session.sql(other)).toTable()
    }
    expect(textOf(kept).split('|').toSorted().join('|') === early.join('|').split('|').toSorted().join('|')).toBe(true)
  })
})
