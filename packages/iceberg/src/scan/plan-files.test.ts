import { describe, expect, test } from 'vitest'
import type { Literal } from '../model/literal.js'
import type { DataFile, DataFileInput, ManifestEntry, ManifestFile } from '../model/manifest.js'
import { dataFile } from '../model/manifest.js'
import type { PartitionSpec } from '../model/partition.js'
import { parseTransform } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import { nestedField } from '../model/type.js'
import type { Predicate } from '../predicate/predicate.js'
import { alwaysFalse, and, eq, gtEq, isNull, lt, notNull } from '../predicate/predicate.js'
import { encodeSingleValue } from '../values/single-value.js'
import { DELETE_FILE_PATH_ID } from './delete-index.js'
import { aggregateFiles } from './metadata-aggregates.js'
import type { PlanFilesOptions } from './plan-files.js'
import { planFiles, specsWithData } from './plan-files.js'
import { scanReportText } from './scan-report.js'

const schema: Schema = {
  schemaId: 0,
  identifierFieldIds: [],
  fields: [
    nestedField({ id: 1, name: 'mission', type: { kind: 'string' } }),
    nestedField({ id: 2, name: 'day', type: { kind: 'date' } }),
    nestedField({ id: 3, name: 'reading', type: { kind: 'long' } }),
    nestedField({ id: 4, name: 'voltage', type: { kind: 'double' } }),
  ],
}
const partitionField = (sourceId: number, fieldId: number, text: string) => ({
  sourceId,
  fieldId,
  name: `p${fieldId}`,
  transform: parseTransform(text),
  sourceIds: undefined,
})
const byMission: PartitionSpec = { specId: 1, fields: [partitionField(1, 1000, 'identity')] }
const flat: PartitionSpec = { specId: 0, fields: [] }
const specs = [flat, byMission]

const long = (value: bigint): Uint8Array => encodeSingleValue({ kind: 'long' }, value)
const text = (value: string): Uint8Array => encodeSingleValue({ kind: 'string' }, value)

/** A data file of 10 rows with readings `from` to `from + 9`. */
function file(path: string, partition: readonly Literal[], from: bigint, extra: Partial<DataFileInput> = {}): DataFile {
  return dataFile({
    filePath: path,
    specId: partition.length === 0 ? 0 : 1,
    partition,
    recordCount: 10,
    fileSizeInBytes: 100,
    valueCounts: new Map([[3, 10]]),
    nullValueCounts: new Map([[3, 1]]),
    lowerBounds: new Map([[3, long(from)]]),
    upperBounds: new Map([[3, long(from + 9n)]]),
    ...extra,
  })
}

function entry(dataFileOf: DataFile, sequenceNumber = 1n, status: 0 | 1 | 2 = 1): ManifestEntry {
  return { status, snapshotId: 1n, sequenceNumber, fileSequenceNumber: sequenceNumber, dataFile: dataFileOf }
}

class TestSource {
  readonly opened: string[] = []
  readonly #manifests = new Map<ManifestFile, readonly ManifestEntry[]>()
  running = 0
  peak = 0

  add(path: string, entries: readonly ManifestEntry[], given: Partial<ManifestFile> = {}): this {
    const missions = entries.map((item) => item.dataFile.partition[0]).filter((value) => typeof value === 'string')
    const specId = entries[0]?.dataFile.specId ?? 0
    const live = entries.filter((item) => item.status !== 2).length
    this.#manifests.set(
      {
        manifestPath: path,
        manifestLength: 1,
        partitionSpecId: specId,
        content: 'data',
        sequenceNumber: 1n,
        minSequenceNumber: 1n,
        addedSnapshotId: 1n,
        addedFilesCount: live,
        existingFilesCount: 0,
        deletedFilesCount: 0,
        addedRowsCount: live * 10,
        existingRowsCount: 0,
        deletedRowsCount: 0,
        partitions:
          specId === 0
            ? []
            : [
                {
                  containsNull: false,
                  containsNan: undefined,
                  lowerBound: text(missions.toSorted()[0]!),
                  upperBound: text(missions.toSorted().at(-1)!),
                },
              ],
        keyMetadata: undefined,
        firstRowId: undefined,
        ...given,
      },
      entries,
    )
    return this
  }

  get list(): readonly ManifestFile[] {
    return [...this.#manifests.keys()]
  }

  async manifests(): Promise<readonly ManifestFile[]> {
    return this.list
  }

  async entries(manifest: ManifestFile): Promise<readonly ManifestEntry[]> {
    this.opened.push(manifest.manifestPath)
    this.running++
    this.peak = Math.max(this.peak, this.running)
    await new Promise((resolve) => setTimeout(resolve, 1))
    this.running--
    return this.#manifests.get(manifest)!
  }
}

const plan = (source: TestSource, predicate?: Predicate, more: Partial<PlanFilesOptions> = {}) =>
  planFiles({ source, snapshotId: 1n, schema, specs, predicate, ...more })

describe('pruning stages', () => {
  const source = (): TestSource =>
    new TestSource()
      .add('m1', [entry(file('a1', ['a'], 0n)), entry(file('a2', ['a'], 100n)), entry(file('b1', ['b'], 0n))])
      .add('m2', [entry(file('x1', ['x'], 0n)), entry(file('gone', ['x'], 0n), 1n, 2)])
      .add('m0', [entry(file('f1', [], 0n)), entry(file('f2', [], 50n))])

  test('manifest list, partition tuple, file metrics, and what is left', async () => {
    const s = source()
    const scan = plan(s, and<Predicate>(eq(1, 'a'), gtEq(3, 100n), notNull(3)))
    const tasks = await scan.collect()
    expect(tasks.map((task) => task.dataFile.filePath)).toEqual(['a2'])
    // The bounds prove `>= 100` of every value, but one value is null.
    expect(tasks[0]!.residual).toMatchObject({ kind: 'and', operands: [{ kind: 'gtEq' }, { kind: 'notNull' }] })
    expect(s.opened).toEqual(['m1', 'm0'])
    expect(scan.report).toMatchObject({
      manifests: { kept: 2, total: 3 },
      files: { kept: 1, total: 6 },
      prunedByPartition: 1,
      prunedByMetrics: 3,
      complete: true,
    })
    expect(scanReportText(scan.report)).toBe('manifests 2 of 3, files 1 of 6 (pruned by partition 1, by metrics 3)')
  })

  test('an exact predicate leaves no residual in partitioned files', async () => {
    const scan = plan(source(), eq(1, 'x'))
    const tasks = await scan.collect()
    expect(tasks.map((task) => [task.dataFile.filePath, task.residual.kind])).toEqual([
      ['x1', 'alwaysTrue'],
      ['f1', 'eq'],
      ['f2', 'eq'],
    ])
    expect(scan.report.filesWithoutResidual).toBe(1)
  })

  test('a predicate that is never true opens nothing, no predicate opens all', async () => {
    const s = source()
    expect(await plan(s, alwaysFalse).collect()).toEqual([])
    expect(s.opened).toEqual([])
    expect((await plan(s).collect()).map((task) => task.dataFile.filePath)).toEqual(['a1', 'a2', 'b1', 'x1', 'f1', 'f2'])
  })

  test('unknown counts stay unknown', async () => {
    const s = new TestSource().add('m', [entry(file('a1', ['a'], 0n))], { addedFilesCount: undefined })
    const scan = plan(s, eq(1, 'b'))
    expect(await scan.collect()).toEqual([])
    expect(scan.report.totalExact).toBe(false)
    expect(scanReportText(scan.report)).toContain('of at least 0')
  })

  test('null and unknown tuples', async () => {
    const s = new TestSource().add('m', [entry(file('n', [null], 0n))], {
      partitions: [{ containsNull: true, containsNan: undefined, lowerBound: undefined, upperBound: undefined }],
    })
    expect(await plan(s, isNull(1)).collect()).toHaveLength(1)
    expect(await plan(s, lt(1, 'z')).collect()).toHaveLength(0)
  })

  test('specs that have data', () => {
    expect(specsWithData(source().list, specs).map((spec) => spec.specId)).toEqual([0, 1])
    expect(specsWithData([], specs)).toEqual([])
  })
})

describe('reading manifests', () => {
  const many = (count: number): TestSource => {
    const source = new TestSource()
    for (let i = 0; i < count; i++) source.add(`m${i}`, [entry(file(`f${i}`, ['a'], 0n))])
    return source
  }

  test('lazily: a consumer that stops early opens few', async () => {
    const source = many(100)
    const scan = plan(source)
    for await (const batch of scan) {
      expect(batch).toHaveLength(1)
      break
    }
    expect(source.opened.length).toBeLessThan(8)
    expect(scan.report.complete).toBe(false)
    expect(source.running).toBe(0)
  })

  test('concurrently, under the cap, in order', async () => {
    const source = many(60)
    const tasks = await plan(source, undefined, { concurrency: 8 }).collect()
    expect(tasks.map((task) => task.dataFile.filePath)).toEqual(Array.from({ length: 60 }, (_, i) => `f${i}`))
    expect(source.peak).toBe(8)
    const unordered = await plan(many(60), undefined, { ordered: false }).collect()
    expect(unordered).toHaveLength(60)
  })

  test('an abort and a failing manifest end the plan', async () => {
    const controller = new AbortController()
    const source = many(30)
    const scan = plan(source, undefined, { signal: controller.signal })
    await expect(
      (async () => {
        for await (const _batch of scan) controller.abort()
      })(),
    ).rejects.toThrow(/cancelled/)
    const failing = many(30)
    failing.entries = async (manifest) => {
      if (manifest.manifestPath === 'm3') throw new Error('damaged')
      return []
    }
    await expect(plan(failing).collect()).rejects.toThrow('damaged')
  })
})

describe('deletes', () => {
  const deleteFile = (path: string, content: 1 | 2, partition: readonly Literal[], extra: Partial<DataFileInput> = {}): DataFile =>
    dataFile({ filePath: path, content, specId: partition.length === 0 ? 0 : 1, partition, recordCount: 1, fileSizeInBytes: 1, ...extra })
  const source = (deletes: readonly ManifestEntry[]): TestSource => {
    const s = new TestSource()
      .add('m1', [entry(file('a1', ['a'], 0n), 1n), entry(file('a5', ['a'], 0n), 5n), entry(file('b1', ['b'], 0n), 1n)])
      .add('m0', [entry(file('f1', [], 0n), 1n)])
    for (const [i, item] of deletes.entries()) s.add(`d${i}`, [item], { content: 'deletes' })
    return s
  }
  const applied = async (s: TestSource, predicate?: Predicate): Promise<Record<string, string[]>> => {
    const tasks = await plan(s, predicate).collect()
    return Object.fromEntries(
      tasks.map((task) => [
        task.dataFile.filePath,
        [...task.positionDeletes, ...task.equalityDeletes, ...(task.deletionVector === undefined ? [] : [task.deletionVector])].map(
          (d) => d.file.filePath,
        ),
      ]),
    )
  }

  test('position deletes: same partition, sequence number not below', async () => {
    expect(await applied(source([entry(deleteFile('p', 1, ['a']), 1n)]))).toEqual({ a1: ['p'], a5: [], b1: [], f1: [] })
    expect(await applied(source([entry(deleteFile('p', 1, ['a']), 5n)]))).toEqual({ a1: ['p'], a5: ['p'], b1: [], f1: [] })
    // An unpartitioned position delete file belongs to the unpartitioned spec only.
    expect(await applied(source([entry(deleteFile('p', 1, []), 9n)]))).toEqual({ a1: [], a5: [], b1: [], f1: ['p'] })
  })

  test('equality deletes: strictly greater; an unpartitioned spec is global', async () => {
    expect(await applied(source([entry(deleteFile('e', 2, ['a']), 5n)]))).toEqual({ a1: ['e'], a5: [], b1: [], f1: [] })
    expect(await applied(source([entry(deleteFile('e', 2, []), 5n)]))).toEqual({ a1: ['e'], a5: [], b1: ['e'], f1: ['e'] })
  })

  test('position deletes of one file, named or by equal bounds', async () => {
    const named = deleteFile('p', 1, ['a'], { referencedDataFile: 'a1' })
    const bound = new Map([[DELETE_FILE_PATH_ID, text('a5')]])
    const byBounds = deleteFile('q', 1, ['a'], { lowerBounds: bound, upperBounds: bound })
    expect(await applied(source([entry(named, 9n), entry(byBounds, 9n)]))).toEqual({ a1: ['p'], a5: ['q'], b1: [], f1: [] })
  })

  test('a deletion vector stands for all position deletes of its file', async () => {
    const vector = deleteFile('v', 1, ['a'], { fileFormat: 'puffin', referencedDataFile: 'a1', contentOffset: 4, contentSizeInBytes: 10 })
    expect(await applied(source([entry(vector, 9n), entry(deleteFile('p', 1, ['a']), 9n)]))).toEqual({
      a1: ['v'],
      a5: ['p'],
      b1: [],
      f1: [],
    })
  })

  test('deletes of other partitions are neither opened nor applied', async () => {
    const s = source([entry(deleteFile('p', 1, ['a']), 9n), entry(deleteFile('q', 1, ['b']), 9n)])
    const scan = plan(s, eq(1, 'b'))
    const tasks = await scan.collect()
    expect(tasks.map((task) => task.dataFile.filePath)).toEqual(['b1', 'f1'])
    expect(s.opened).not.toContain('d0')
    expect(scan.report).toMatchObject({ deleteManifests: { kept: 1, total: 2 }, deleteFiles: { kept: 1, total: 1 } })
    expect(scanReportText(scan.report)).toContain('delete manifests 1 of 2, delete files 1 of 1')
  })
})

describe('aggregates from metadata', () => {
  const count = { kind: 'count' } as const
  const of = (kind: 'countNonNull' | 'min' | 'max', fieldId: number) => ({ kind, fieldId }) as const

  test('exact where every row matches and no delete applies', async () => {
    const s = new TestSource().add('m1', [entry(file('a1', ['a'], 0n)), entry(file('a2', ['a'], 100n)), entry(file('b1', ['b'], 7n))])
    const tasks = await plan(s, eq(1, 'a')).collect()
    expect(
      aggregateFiles(tasks, [count, of('countNonNull', 3), of('min', 3), of('max', 3), of('min', 1), of('countNonNull', 1)], schema),
    ).toEqual([20, 18, 0n, 109n, 'a', 20])
    expect(aggregateFiles([], [count, of('min', 3)], schema)).toEqual([0, null])
    expect(aggregateFiles(tasks, [of('countNonNull', 2)], schema)).toBeUndefined()
  })

  test('refused: a residual, a delete, strings by bounds, floats that may be NaN or zero', async () => {
    const s = new TestSource().add('m1', [entry(file('a1', ['a'], 0n))])
    expect(aggregateFiles(await plan(s, gtEq(3, 5n)).collect(), [count], schema)).toBeUndefined()
    s.add('d', [entry(dataFile({ filePath: 'p', content: 1, specId: 1, partition: ['a'], recordCount: 1, fileSizeInBytes: 1 }), 9n)], {
      content: 'deletes',
    })
    expect(aggregateFiles(await plan(s).collect(), [count], schema)).toBeUndefined()

    const double = (value: number): Uint8Array => encodeSingleValue({ kind: 'double' }, value)
    const floats = async (nans: number | undefined, low: number): Promise<unknown> => {
      const bounds = {
        lowerBounds: new Map([
          [1, text('a')],
          [4, double(low)],
        ]),
        upperBounds: new Map([
          [1, text('b')],
          [4, double(5)],
        ]),
      }
      const counts = nans === undefined ? {} : { nanValueCounts: new Map([[4, nans]]) }
      const unpartitioned = new TestSource().add('m', [entry(file('f', [], 0n, { ...bounds, ...counts }))])
      const tasks = await plan(unpartitioned).collect()
      expect(aggregateFiles(tasks, [of('min', 1)], schema)).toBeUndefined()
      return aggregateFiles(tasks, [of('min', 4)], schema)
    }
    expect(await floats(0, 1.5)).toEqual([1.5])
    expect(await floats(0, -0)).toBeUndefined()
    expect(await floats(1, 1.5)).toBeUndefined()
    expect(await floats(undefined, 1.5)).toBeUndefined()
  })
})
