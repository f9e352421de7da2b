import { describe, expect, it } from 'vitest'
import { ArtemisError, DataError } from '@artemis/errors'
import { IcebergCache } from '../io/iceberg-cache.js'
import { MemoryFileIO } from '../io/memory-file-io.js'
import { schemaOf } from '../metadata/new-schema.js'
import { partitionSpecOf } from '../metadata/spec-update.js'
import { applyUpdates } from '../commit/apply-updates.js'
import { newTableCommit } from '../commit/new-table.js'
import type { DataFile, ManifestFile } from '../model/manifest.js'
import { dataFile } from '../model/manifest.js'
import type { Literal } from '../model/literal.js'
import type { IcebergType } from '../model/type.js'
import { decimalSize } from './avro-schemas.js'
import { loadManifest } from './load.js'
import { partitionTypesOf, sanitizedName } from './partition-types.js'
import { readManifest } from './read-manifest.js'
import { readManifestList } from './read-manifest-list.js'
import type { EntryToWrite } from './write-manifest.js'
import { encodeManifest, encodeManifestList, withSequenceNumber } from './write-manifest.js'

const columns: readonly [string, IcebergType, Literal][] = [
  ['flag', { kind: 'boolean' }, true],
  ['small', { kind: 'int' }, -5],
  ['big', { kind: 'long' }, 2n ** 62n],
  ['ratio', { kind: 'double' }, 0.5],
  ['half', { kind: 'float' }, 0.25],
  ['amount', { kind: 'decimal', precision: 38, scale: 4 }, -(10n ** 37n)],
  ['born', { kind: 'date' }, -1],
  ['clock', { kind: 'time' }, 86_399_999_999n],
  ['at', { kind: 'timestamptz' }, -1n],
  ['nanos', { kind: 'timestamp' }, 1n],
  ['name with spaces', { kind: 'string' }, 'é漢😀'],
  ['uuid', { kind: 'uuid' }, Uint8Array.from({ length: 16 }, (_, i) => i)],
  ['fix', { kind: 'fixed', length: 3 }, Uint8Array.of(1, 2, 3)],
  ['blob', { kind: 'binary' }, Uint8Array.of(0, 255)],
]
const schema = schemaOf(columns.map(([name, type]) => ({ name, type })))
const spec = partitionSpecOf(
  schema,
  columns.map(([name]) => ({ column: name })),
)
const metadata = applyUpdates(undefined, newTableCommit({ schema, partitionSpec: spec }, '/t').updates, 0)
const partitionTypes = partitionTypesOf(metadata, spec)

const file = (path: string, partition: readonly Literal[], over: Partial<DataFile> = {}): DataFile =>
  dataFile({ filePath: path, recordCount: 10, fileSizeInBytes: 1000, partition, ...over })

const full = file(
  '/t/data/full.parquet',
  columns.map((column) => column[2]),
  {
    columnSizes: new Map([
      [1, 5],
      [2, 2 ** 40],
    ]),
    valueCounts: new Map([[1, 10]]),
    nullValueCounts: new Map([[1, 0]]),
    nanValueCounts: new Map([[4, 3]]),
    lowerBounds: new Map([
      [2, Uint8Array.of(1, 0, 0, 0)],
      [11, Buffer.from('abc')],
    ]),
    upperBounds: new Map([[2, Uint8Array.of(9, 0, 0, 0)]]),
    splitOffsets: [4, 2 ** 33],
    sortOrderId: 1,
    keyMetadata: Uint8Array.of(7),
  },
)
const empty = file(
  '/t/data/empty.parquet',
  columns.map(() => null),
)

function write(entries: readonly EntryToWrite[], content: 'data' | 'deletes' = 'data') {
  return encodeManifest({ schema, spec, partitionTypes, content, snapshotId: 77n, entries }, '/t/metadata/m.avro')
}

const added = (dataFileOf: DataFile): EntryToWrite => ({
  status: 1,
  snapshotId: 77n,
  sequenceNumber: null,
  fileSequenceNumber: null,
  dataFile: dataFileOf,
})

function listed(bytes: Uint8Array): ManifestFile {
  return readManifestList(bytes)[0]!
}

/** A file with its maps as plain ones, to compare. */
function plain(dataFileOf: DataFile): unknown {
  const map = <T>(values: Iterable<[number, T]> | undefined) =>
    values === undefined ? undefined : [...values].map(([id, value]) => [id, value instanceof Uint8Array ? [...value] : value])
  return {
    ...dataFile(dataFileOf),
    partition: dataFileOf.partition.map((value) => (value instanceof Uint8Array ? [...value] : value)),
    keyMetadata: dataFileOf.keyMetadata === undefined ? undefined : [...dataFileOf.keyMetadata],
    columnSizes: map(dataFileOf.columnSizes),
    valueCounts: map(dataFileOf.valueCounts),
    nullValueCounts: map(dataFileOf.nullValueCounts),
    nanValueCounts: map(dataFileOf.nanValueCounts),
    lowerBounds: map(dataFileOf.lowerBounds),
    upperBounds: map(dataFileOf.upperBounds),
  }
}

describe('manifests', () => {
  it('give back every value of every type', () => {
    const { bytes, staged } = write([added(full), added(empty)])
    const { entries } = readManifest(bytes, { manifest: withSequenceNumber(staged, 5n), spec, partitionTypes })
    expect(entries.map((entry) => plain(entry.dataFile))).toEqual([plain(full), plain(empty)])
    expect(entries[1]!.dataFile.lowerBounds).toBeUndefined()
    expect(entries[0]!.dataFile.lowerBounds!.has(11)).toBe(true)
    expect(entries[0]!.dataFile.lowerBounds!.get(99)).toBeUndefined()
    expect(entries[0]!.dataFile.columnSizes!.size).toBe(2)
  })

  it('inherit sequence numbers only where they may', () => {
    const existing: EntryToWrite = { status: 0, snapshotId: 3n, sequenceNumber: 2n, fileSequenceNumber: 1n, dataFile: empty }
    const { bytes, staged } = write([added(full), existing, { ...existing, status: 2, snapshotId: 77n }])
    expect(staged.minSequenceNumber).toBe(2n)
    const manifest = withSequenceNumber(staged, 9n)
    expect(manifest.minSequenceNumber).toBe(2n)
    expect(withSequenceNumber({ ...staged, minSequenceNumber: undefined }, 9n).minSequenceNumber).toBe(9n)
    expect(
      readManifest(bytes, { manifest, spec, partitionTypes }).entries.map((entry) => [
        entry.status,
        entry.snapshotId,
        entry.sequenceNumber,
        entry.fileSequenceNumber,
      ]),
    ).toEqual([
      [1, 77n, 9n, 9n],
      [0, 3n, 2n, 1n],
      [2, 77n, 2n, 1n],
    ])
    const broken = write([{ ...existing, sequenceNumber: null }])
    const brokenManifest = withSequenceNumber(broken.staged, 9n)
    expect(() => readManifest(broken.bytes, { manifest: brokenManifest, spec, partitionTypes })).toThrow(/no sequence number/)
    expect(
      readManifest(broken.bytes, { manifest: { ...brokenManifest, sequenceNumber: 0n }, spec, partitionTypes }).entries[0]!.sequenceNumber,
    ).toBe(0n)
  })

  it('resolve partition tuples by field id, whatever became of the names', () => {
    const { bytes, staged } = write([added(full)])
    const other = {
      specId: 0,
      fields: [{ ...spec.fields[2]!, name: 'renamed' }, { ...spec.fields[1]!, fieldId: 4711 }, spec.fields[10]!],
    }
    const types: readonly IcebergType[] = [{ kind: 'long' }, { kind: 'int' }, { kind: 'string' }]
    const { entries } = readManifest(bytes, { manifest: withSequenceNumber(staged, 1n), spec: other, partitionTypes: types })
    expect(entries[0]!.dataFile.partition).toEqual([2n ** 62n, null, 'é漢😀'])
  })

  it('widen partition values with their column', () => {
    const { bytes, staged } = write([added(full)])
    const narrow = { specId: 0, fields: [spec.fields[1]!] }
    const { entries } = readManifest(bytes, { manifest: withSequenceNumber(staged, 1n), spec: narrow, partitionTypes: [{ kind: 'long' }] })
    expect(entries[0]!.dataFile.partition).toEqual([-5n])
  })

  it('sanitise names as Java does', () => {
    expect(['name with spaces', '9lives', 'a.b', 'ok_1', 'é'].map(sanitizedName)).toEqual([
      'name_x20with_x20spaces',
      '_9lives',
      'a_x2Eb',
      'ok_1',
      '_xE9',
    ])
  })

  it('answer damage with an ArtemisError', () => {
    const { bytes, staged } = write([added(full), added(empty)])
    let state = 1
    const random = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32
    for (let i = 0; i < 2000; i++) {
      const damaged = Uint8Array.from(bytes.subarray(0, i % 2 === 0 ? bytes.length : Math.floor(random() * bytes.length)))
      if (i % 2 === 0) damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256)
      try {
        for (const entry of readManifest(damaged, { manifest: withSequenceNumber(staged, 1n), spec, partitionTypes }).entries)
          plain(entry.dataFile)
      } catch (error) {
        if (!(error instanceof ArtemisError)) throw error
      }
    }
    expect(() => readManifest(Buffer.from('no'), { manifest: withSequenceNumber(staged, 1n), spec, partitionTypes })).toThrow(DataError)
  })
})

describe('manifest lists', () => {
  it('give back what was written, ids exact', () => {
    const { staged } = write([added(full), added(empty)])
    const manifest = withSequenceNumber(staged, 2n ** 60n)
    const bytes = encodeManifestList({
      snapshotId: 2n ** 62n + 1n,
      parentSnapshotId: undefined,
      sequenceNumber: 2n ** 60n,
      manifests: [manifest],
    })
    const read = listed(bytes)
    const flat = (value: ManifestFile) =>
      JSON.parse(
        JSON.stringify(value, (_, item: unknown) =>
          typeof item === 'bigint' ? `${item}n` : item instanceof Uint8Array ? [...item] : item,
        ),
      ) as unknown
    expect(flat(read)).toEqual(flat(manifest))
    expect(read).toMatchObject({ content: 'data', addedFilesCount: 2, addedRowsCount: 20, existingFilesCount: 0, deletedFilesCount: 0 })
  })

  it('summarise partitions: nulls, NaN and bounds in the order of the type', () => {
    const one = schemaOf([
      { name: 'd', type: { kind: 'double' } },
      { name: 's', type: { kind: 'string' } },
    ])
    const oneSpec = partitionSpecOf(one, [{ column: 'd' }, { column: 's' }])
    const entries = [
      [2, '\u{10000}'],
      [Number.NaN, '\uffff'],
      [-3, null],
      [0, 'b'],
    ].map((partition, i) => added(file(`/${i}`, partition as Literal[])))
    const { staged } = encodeManifest(
      { schema: one, spec: oneSpec, partitionTypes: [{ kind: 'double' }, { kind: 'string' }], content: 'data', snapshotId: 1n, entries },
      '/m',
    )
    const [d, s] = staged.file.partitions!
    expect(d).toMatchObject({ containsNull: false, containsNan: true })
    expect([Buffer.from(d!.lowerBound!).readDoubleLE(), Buffer.from(d!.upperBound!).readDoubleLE()]).toEqual([-3, 2])
    expect(s).toMatchObject({ containsNull: true, containsNan: false })
    expect([Buffer.from(s!.lowerBound!).toString(), Buffer.from(s!.upperBound!).toString()]).toEqual(['b', '\u{10000}'])
  })

  it('size decimals as small as they fit', () => {
    expect([1, 2, 3, 9, 18, 20, 38].map(decimalSize)).toEqual([1, 1, 2, 4, 8, 9, 16])
  })
})

describe('10,000 files with the statistics of 20 columns', () => {
  it('are read once, and kept small', async () => {
    const wide = schemaOf(Array.from({ length: 20 }, (_, i) => ({ name: `c${i}`, type: { kind: 'long' } as const })))
    const wideSpec = partitionSpecOf(wide, [{ column: 'c0', transform: { kind: 'bucket', count: 100 } }])
    const wideMetadata = applyUpdates(undefined, newTableCommit({ schema: wide, partitionSpec: wideSpec }, '/w').updates, 0)
    const bound = Buffer.alloc(8)
    const counts = new Map(Array.from({ length: 20 }, (_, i) => [i + 1, 1_000_000 + i]))
    const bounds = new Map(Array.from({ length: 20 }, (_, i) => [i + 1, bound]))
    const io = new MemoryFileIO()
    const manifests: ManifestFile[] = []
    for (let m = 0; m < 4; m++) {
      const entries = Array.from({ length: 2500 }, (_, i) =>
        added(
          file(`/w/data/c0_bucket_100=${i % 100}/00000-${m}-${i}-9c12d441-03fe-4693-9a96-a0705ddf69c1.parquet`, [i % 100], {
            columnSizes: counts,
            valueCounts: counts,
            nullValueCounts: counts,
            lowerBounds: bounds,
            upperBounds: bounds,
            splitOffsets: [4],
          }),
        ),
      )
      const path = `/w/metadata/m${m}.avro`
      const { bytes, staged } = encodeManifest(
        { schema: wide, spec: wideSpec, partitionTypes: [{ kind: 'int' }], content: 'data', snapshotId: 1n, entries },
        path,
      )
      await io.write(path, bytes)
      manifests.push(withSequenceNumber(staged, 1n))
    }
    const cache = new IcebergCache()
    const source = { io, cache, metadata: wideMetadata }
    const plan = async () => {
      let seen = 0
      for (const manifest of manifests) {
        for (const entry of await loadManifest(source, manifest)) if (entry.dataFile.lowerBounds!.get(7)!.length === 8) seen++
      }
      return seen
    }
    expect(await plan()).toBe(10_000)
    expect(await plan()).toBe(10_000)
    expect(io.counts.get('read')).toBe(4)
    expect(cache.statistics).toMatchObject({ hits: 4, misses: 4 })
    // 1.5 KB for each file, its statistics included: they stay the bytes of the manifest.
    expect(cache.statistics.bytes / 10_000).toBeLessThan(2000)
  })
})
