import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { ConfigError } from '@artemis/errors'
import { checkCatalog } from '../../interop/catalog-conformance.js'
import { IcebergCache } from '../io/iceberg-cache.js'
import { localFileIO } from '../io/local-file-io.js'
import { MemoryFileIO } from '../io/memory-file-io.js'
import { schemaOf } from '../metadata/new-schema.js'
import { dataFile } from '../model/manifest.js'
import { FilesystemCatalog } from './filesystem-catalog.js'
import { openSqliteCatalog } from './sqlite-catalog.js'
import { hasSqlite } from './sqlite-database.js'
import { openStaticTable } from './static-table.js'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'artemis-catalog-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const io = localFileIO({ durable: false })
const schema = schemaOf([{ name: 'id', type: { kind: 'long' } }])
const shared = { namespace: ['sda'], name: 'shared' }
const interop = fileURLToPath(new URL('../../interop/', import.meta.url))
const built = existsSync(fileURLToPath(new URL('../../dist/index.js', import.meta.url)))
const corpus = fileURLToPath(new URL('../../../../../shared/corpus/iceberg', import.meta.url))

describe('the filesystem catalog', () => {
  it('does what every catalog must, on disk', async () => {
    const options = { warehouse: join(folder, 'conform'), io }
    await checkCatalog(new FilesystemCatalog(options), {
      rival: new FilesystemCatalog({ ...options, cache: new IcebergCache() }),
      renames: false,
    })
  })

  it('does what every catalog must, in memory', async () => {
    const options = { warehouse: '/w', io: new MemoryFileIO() }
    await checkCatalog(new FilesystemCatalog(options), { rival: new FilesystemCatalog(options), renames: false })
  })

  it('looks for higher versions than the hint tells, and does without a hint', async () => {
    const memory = new MemoryFileIO()
    const catalog = new FilesystemCatalog({ warehouse: '/w', io: memory })
    await catalog.createNamespace(['sda'])
    const table = await catalog.createTable(shared, { schema })
    for (let i = 0; i < 3; i++) await table.updateProperties({ set: { i: String(i) } })
    const hint = '/w/sda/shared/metadata/version-hint.text'
    expect(Buffer.from(await memory.read(hint)).toString()).toBe('4')
    for (const stale of ['2', 'nonsense', '']) {
      await memory.write(hint, Buffer.from(stale))
      expect((await catalog.loadTable(shared)).properties['i'], stale).toBe('2')
    }
    // The version that a hint names was there once: an older one in its place would undo commits.
    await memory.write(hint, Buffer.from('99'))
    await expect(catalog.loadTable(shared)).rejects.toMatchObject({ kind: 'data', code: 'METADATA_MISSING' })
    await memory.delete(hint)
    expect((await catalog.loadTable(shared)).properties['i']).toBe('2')
    await table.updateProperties({ set: { i: '3' } })
    expect(Buffer.from(await memory.read(hint)).toString()).toBe('5')
  })

  it('reads a warm table without reading a file but the hint', async () => {
    const memory = new MemoryFileIO()
    const catalog = new FilesystemCatalog({ warehouse: '/w', io: memory })
    await catalog.createNamespace(['sda'])
    const table = await catalog.createTable(shared, { schema })
    await table
      .newAppend()
      .appendFile(dataFile({ filePath: '/w/x', recordCount: 1, fileSizeInBytes: 1 }))
      .commit()
    const visit = async () => {
      const loaded = await catalog.loadTable(shared)
      for (const manifest of await loaded.manifests(loaded.currentSnapshot()!)) await loaded.manifestEntries(manifest)
    }
    await visit()
    const before = memory.counts.get('read')!
    await visit()
    expect(memory.counts.get('read')! - before).toBe(1)
  })

  it('sees a table that was dropped and made again under the same name', async () => {
    const catalog = new FilesystemCatalog({ warehouse: join(folder, 'again'), io })
    await catalog.createNamespace(['sda'])
    const first = await catalog.createTable(shared, { schema })
    await catalog.dropTable(shared)
    await catalog.createTable(shared, { schema })
    expect((await catalog.loadTable(shared)).metadata.tableUuid).not.toBe(first.metadata.tableUuid)
  })

  it('records absolute locations, however the warehouse is given', async () => {
    const relative = new FilesystemCatalog({ warehouse: 'wh/', io: new MemoryFileIO() })
    await relative.createNamespace(['sda'])
    expect((await relative.createTable(shared, { schema })).location).toBe(join(process.cwd(), 'wh/sda/shared'))
  })

  it('goes on in a copied warehouse without touching the first', async () => {
    const catalog = new FilesystemCatalog({ warehouse: join(folder, 'original'), io })
    await catalog.createNamespace(['sda'])
    const table = await catalog.createTable(shared, { schema })
    await io.write(`${table.location}/data/a`, Buffer.from('a'))
    await table
      .newAppend()
      .appendFile(dataFile({ filePath: `${table.location}/data/a`, recordCount: 1, fileSizeInBytes: 1 }))
      .commit()
    cpSync(join(folder, 'original'), join(folder, 'copy'), { recursive: true })
    const copied = await new FilesystemCatalog({ warehouse: join(folder, 'copy'), io }).loadTable(shared)
    const before = (await io.list(join(folder, 'original'))).map((file) => file.location).sort()
    await copied.io.write(`${copied.location}/data/b`, Buffer.from('b'))
    await copied
      .newAppend()
      .appendFile(dataFile({ filePath: `${copied.location}/data/b`, recordCount: 1, fileSizeInBytes: 1 }))
      .commit()
    expect(copied.currentSnapshot()!.summary['total-data-files']).toBe('2')
    expect((await io.list(join(folder, 'original'))).map((file) => file.location).sort()).toEqual(before)
    expect(existsSync(join(folder, 'copy/sda/shared/data/b'))).toBe(true)
    expect((await openStaticTable(join(folder, 'copy/sda/shared'))).currentSnapshot()!.summary['total-data-files']).toBe('2')
  })

  it('loses no commit of many writers in one process', async () => {
    const catalog = new FilesystemCatalog({ warehouse: join(folder, 'many'), io })
    await catalog.createNamespace(['sda'])
    const properties = { 'commit.retry.num-retries': '100', 'commit.retry.min-wait-ms': '1', 'commit.retry.max-wait-ms': '20' }
    const table = await catalog.createTable(shared, { schema, properties })
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        const own = await catalog.loadTable(shared)
        for (let i = 0; i < 4; i++)
          await own
            .newAppend()
            .appendFile(dataFile({ filePath: `/x/${writer}-${i}`, recordCount: 1, fileSizeInBytes: 1 }))
            .commit()
      }),
    )
    await table.refresh()
    await expectAll(table, 32)
  })

  it.skipIf(!built)('loses no commit of several processes (skipped when the package is not built)', async () => {
    const warehouse = join(folder, 'processes')
    const catalog = new FilesystemCatalog({ warehouse, io })
    await catalog.createNamespace(['sda'])
    const properties = { 'commit.retry.num-retries': '100', 'commit.retry.min-wait-ms': '2', 'commit.retry.max-wait-ms': '40' }
    const table = await catalog.createTable(shared, { schema, properties })
    await Promise.all(
      ['a', 'b', 'c'].map((name) => run(process.execPath, [join(interop, 'append-worker.mjs'), 'filesystem', warehouse, '12', name])),
    )
    await table.refresh()
    await expectAll(table, 36)
  })
})

/** Every append is there, once, in an unbroken line of snapshots. */
async function expectAll(table: Awaited<ReturnType<typeof openStaticTable>>, count: number): Promise<void> {
  expect(table.metadata.snapshots).toHaveLength(count)
  expect(table.metadata.snapshots.map((snapshot) => snapshot.sequenceNumber)).toEqual(
    Array.from({ length: count }, (_, i) => BigInt(i + 1)),
  )
  expect(table.currentSnapshot()!.summary['total-data-files']).toBe(String(count))
  const paths = new Set<string>()
  for (const manifest of await table.manifests(table.currentSnapshot()!)) {
    for (const entry of await table.manifestEntries(manifest)) paths.add(entry.dataFile.filePath)
  }
  expect(paths.size).toBe(count)
  const lists = (await table.io.list(`${table.location}/metadata`)).filter((file) => file.location.includes('/snap-'))
  expect(lists).toHaveLength(count)
}

/** A Node with node:sqlite: this one, or one that npx has or gets within a minute. */
async function nodeWithSqlite(): Promise<string | undefined> {
  if (await hasSqlite()) return process.execPath
  try {
    const { stdout } = await run('npx', ['-y', 'node@24', '-p', 'process.execPath'], { timeout: 60_000 })
    return stdout.trim()
  } catch {
    return undefined
  }
}

describe('the SQLite catalog', () => {
  it('says which library is missing', async () => {
    if (await hasSqlite()) return
    const opening = openSqliteCatalog({ database: join(folder, 'none.db') })
    await expect(opening).rejects.toThrow(ConfigError)
    await expect(opening).rejects.toThrow(/"node:sqlite".*"better-sqlite3"/)
  })

  it.skipIf(!built)('does what every catalog must, in several processes too, and opens the databases of pyiceberg', async (context) => {
    const node = await nodeWithSqlite()
    if (node === undefined) {
      context.skip('no Node.js with node:sqlite is at hand')
      return
    }
    const parameters = ['--no-warnings', join(interop, 'sqlite-check.mjs'), join(folder, 'sqlite'), ...(existsSync(corpus) ? [corpus] : [])]
    const { stdout } = await run(node, parameters)
    expect(stdout.trim()).toBe('ok')
  })
})
