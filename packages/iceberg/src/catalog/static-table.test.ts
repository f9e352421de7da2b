import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { CatalogError, UnsupportedError } from '@artemis/errors'
import { parseTableMetadata, serializeTableMetadata } from '../metadata/metadata-json.js'
import { isMetadataFileName } from '../metadata/metadata-file.js'
import { DATA_CONTENT, EQUALITY_DELETES_CONTENT, STATUS_DELETED } from '../model/manifest.js'
import type { Table } from '../table/table.js'
import { localFileIO } from '../io/local-file-io.js'
import { openStaticTable } from './static-table.js'

const corpus = new URL('../../../../../shared/corpus/iceberg/', import.meta.url).pathname
const folders = existsSync(corpus)
  ? [
      ...new Set(
        readdirSync(corpus, { recursive: true, encoding: 'utf8' })
          .filter((name) => isMetadataFileName(name))
          .map((name) => dirname(dirname(name))),
      ),
    ].toSorted((a, b) => (a < b ? -1 : 1))
  : []

/** Live files of the current snapshot. */
async function liveFiles(table: Table) {
  const snapshot = table.currentSnapshot()
  if (snapshot === undefined) return []
  const files = []
  for (const manifest of await table.manifests(snapshot)) {
    for (const entry of await table.manifestEntries(manifest)) if (entry.status !== STATUS_DELETED) files.push(entry)
  }
  return files
}

const records = (entries: Awaited<ReturnType<typeof liveFiles>>) =>
  entries.filter((entry) => entry.dataFile.content === DATA_CONTENT).reduce((sum, entry) => sum + entry.dataFile.recordCount, 0)

describe.skipIf(folders.length === 0)('the tables of ../shared/corpus/iceberg (skipped when absent)', () => {
  it('are found', () => {
    expect(folders).toHaveLength(15)
  })

  it.each(folders)('%s opens from where it lies now, with every file it names', async (folder) => {
    const table = await openStaticTable(join(corpus, folder))
    const entries = await liveFiles(table)
    expect(entries.length).toBeGreaterThan(0)
    for (const { dataFile } of entries) {
      // Only that it is there: some files of the corpus were cut down afterwards, so their recorded sizes are wrong.
      expect(await table.io.stat(dataFile.filePath), dataFile.filePath).toBeDefined()
    }
    const totals = table.currentSnapshot()!.summary
    if (totals['total-records'] !== undefined) expect(String(records(entries))).toBe(totals['total-records'])
    const dataFiles = entries.filter((entry) => entry.dataFile.content === DATA_CONTENT).length
    if (totals['total-data-files'] !== undefined) expect(String(dataFiles)).toBe(totals['total-data-files'])
    // Every snapshot can be read, not only the current one, as far as the corpus has its list.
    for (const snapshot of table.metadata.snapshots) {
      if (snapshot.manifestList !== undefined && (await table.io.stat(snapshot.manifestList)) === undefined) continue
      for (const manifest of await table.manifests(snapshot)) {
        const all = await table.manifestEntries(manifest)
        const counts = [0, 1, 2].map((status) => all.filter((entry) => entry.status === status).length)
        if (table.metadata.formatVersion > 1)
          expect(counts).toEqual([manifest.existingFilesCount, manifest.addedFilesCount, manifest.deletedFilesCount])
      }
    }
  })

  it.each(folders)('%s survives writing its metadata and reading it again', async (folder) => {
    const { metadata } = await openStaticTable(join(corpus, folder))
    expect(parseTableMetadata(serializeTableMetadata(metadata))).toEqual(metadata)
  })

  // The figures of expected/*.test.
  it('iceberg_metadata.test: manifests, sequence numbers, states and counts', async () => {
    const table = await openStaticTable(join(corpus, 'iceberg/lineitem_iceberg'))
    const rows = []
    for (const manifest of await table.manifests(table.currentSnapshot()!)) {
      for (const { status, dataFile, sequenceNumber, fileSequenceNumber } of await table.manifestEntries(manifest)) {
        rows.push([
          manifest.manifestPath,
          manifest.sequenceNumber,
          manifest.content,
          status,
          dataFile.filePath,
          dataFile.fileFormat,
          dataFile.recordCount,
          sequenceNumber,
          fileSequenceNumber,
        ])
      }
    }
    expect(rows).toEqual([
      [
        'lineitem_iceberg/metadata/179b4fb1-0366-4f7d-ad35-99ee8da0abf5-m1.avro',
        2n,
        'data',
        1,
        'lineitem_iceberg/data/00000-5-dad9988f-2a3b-464c-adb6-6034de93da19-00001.parquet',
        'parquet',
        51793,
        2n,
        2n,
      ],
      [
        'lineitem_iceberg/metadata/179b4fb1-0366-4f7d-ad35-99ee8da0abf5-m0.avro',
        2n,
        'data',
        2,
        'lineitem_iceberg/data/00000-1-66fee7c2-c97c-4af9-963d-930afd99ace4-00001.parquet',
        'parquet',
        60175,
        1n,
        1n,
      ],
    ])
  })

  it.each(['iceberg/lineitem_iceberg_gz', 'iceberg/lineitem_iceberg_gz_no_hint'])(
    '%s is compressed, with and without a hint',
    async (folder) => {
      const table = await openStaticTable(join(corpus, folder))
      expect(records(await liveFiles(table))).toBe(111968)
      expect(table.metadata.lastSequenceNumber).toBe(0n)
    },
  )

  it('equality_deletes.test: delete files with their column ids', async () => {
    const table = await openStaticTable(join(corpus, 'equality_deletes/warehouse/mydb/mytable'))
    const deletes = (await liveFiles(table)).filter((entry) => entry.dataFile.content === EQUALITY_DELETES_CONTENT)
    expect(deletes.length).toBeGreaterThan(0)
    for (const { dataFile } of deletes) expect(dataFile.equalityIds!.length).toBeGreaterThan(0)
  })

  it('identity_*.test: partition values in the types of their columns', async () => {
    const values = async (name: string) =>
      (await liveFiles(await openStaticTable(join(corpus, name)))).map((entry) => entry.dataFile.partition[0])
    expect(new Set(await values('partition_bool'))).toEqual(new Set([true, false]))
    expect(new Set(await values('partition_integer'))).toEqual(new Set([42, 1337]))
    expect(await values('partition_decimal_bigint')).toContain(12345432109876500n / 100n)
    for (const value of await values('partition_timestamp/default.db/partition_timestamp')) expect(typeof value).toBe('bigint')
  })

  it('iceberg_v1_deprecated_metadata.test: sequence number 0 throughout', async () => {
    const table = await openStaticTable(join(corpus, 'iceberg_v1_deprecated/default/legacy_v1'))
    const entries = await liveFiles(table)
    expect(entries.map((entry) => [entry.sequenceNumber, entry.fileSequenceNumber])).toEqual([
      [0n, 0n],
      [0n, 0n],
    ])
    expect(entries.map((entry) => entry.dataFile.partition)).toEqual([['alpha'], ['beta']])
  })

  it('initial_default_all_types.test: defaults in every type', async () => {
    const table = await openStaticTable(join(corpus, 'add_columns_with_defaults/default.db/add_columns_with_defaults'))
    const defaults = Object.fromEntries(table.schema.fields.slice(1).map((field) => [field.name, field.initialDefault]))
    expect(defaults).toEqual({
      col_boolean: true,
      col_integer: 342342,
      col_long: -9223372036854775808n,
      col_float: 0.34234,
      col_double: 0.342343242342342,
      col_decimal: 1234500n,
      col_date: 12345,
      col_time: 12345n,
      col_timestamp: 12345n,
      col_timestamptz: 12345n,
      col_string: 'HELLO',
      col_uuid: Uint8Array.from(Buffer.from('f79c3e09677c4bbda4793f349cb785e7', 'hex')),
      col_fixed: Uint8Array.of(1, 2, 3, 255, 3),
      col_binary: Uint8Array.of(1, 2),
    })
  })

  it('an older metadata file opens as the table was then', async () => {
    const table = await openStaticTable(join(corpus, 'iceberg/lineitem_iceberg/metadata/v1.metadata.json'))
    expect(records(await liveFiles(table))).toBe(60175)
  })

  it('a copied folder reads its own files', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'artemis-static-'))
    afterAll(() => rmSync(copy, { recursive: true, force: true }))
    cpSync(join(corpus, 'partition_bool'), join(copy, 'table'), { recursive: true })
    const table = await openStaticTable(`file://${copy}/table`)
    const [first] = await liveFiles(table)
    const input = await table.io.open(first!.dataFile.filePath)
    expect(Buffer.from(await input.read(0, 4)).toString()).toBe('PAR1')
    await input.close()
    await table.io.delete(first!.dataFile.filePath)
    expect(existsSync(join(corpus, 'partition_bool/data'))).toBe(true)
    expect(
      await localFileIO().stat(join(copy, 'table', first!.dataFile.filePath.slice(first!.dataFile.filePath.indexOf('data/partition_col')))),
    ).toBeUndefined()
  })

  it('is read-only', async () => {
    const table = await openStaticTable(join(corpus, 'partition_bool'))
    await expect(table.updateProperties({ set: { a: 'b' } })).rejects.toThrow(UnsupportedError)
  })
})

describe('a folder that holds no table', () => {
  it('is told from one that does', async () => {
    await expect(openStaticTable(tmpdir())).rejects.toThrow(CatalogError)
    await expect(openStaticTable('/nowhere/at/all')).rejects.toThrow(/holds no Iceberg table/)
    await expect(openStaticTable('/nowhere/v1.metadata.json')).rejects.toThrow(/file not found/)
    await expect(openStaticTable('s3://bucket/table')).rejects.toThrow(UnsupportedError)
  })
})
