import type { Scalar, Schema as ArrowSchema } from '@artemis/arrow'
import { Batch, scalarAt, vectorFromScalars } from '@artemis/arrow'
import { ParquetFile } from '@artemis/parquet'
import { describe, expect, test } from 'vitest'
import { MemoryFileIO } from '../io/memory-file-io.js'
import { schemaOf } from '../metadata/new-schema.js'
import { partitionSpecOf, sortOrderOf } from '../metadata/spec-update.js'
import type { DataFile } from '../model/manifest.js'
import { UNPARTITIONED_SPEC, UNSORTED_ORDER, parseTransform } from '../model/partition.js'
import { fieldByName } from '../model/schema.js'
import type { PrimitiveType } from '../model/type.js'
import { openParquetSource } from '../scan/parquet-source.js'
import { arrowSchemaOf } from '../values/arrow-schema.js'
import { decodeSingleValue } from '../values/single-value.js'
import type { DataWriterOptions } from './data-writer.js'
import { DataWriter } from './data-writer.js'
import { writePositionDeletes } from './position-delete-writer.js'
import { readPositionDeletes } from '../delete/position-deletes.js'

const schema = schemaOf([
  { name: 'id', type: { kind: 'long' }, required: true },
  { name: 'mission', type: { kind: 'string' } },
  { name: 'day', type: { kind: 'date' } },
  { name: 'voltage', type: { kind: 'double' } },
  { name: 'notes', type: { kind: 'string' } },
])
const id = (name: string): number => fieldByName(schema, name)!.field.id
const arrow = arrowSchemaOf(schema)

function batchOf(rows: readonly (readonly Scalar[])[], batchSchema: ArrowSchema = arrow): Batch {
  return new Batch(
    batchSchema,
    rows.length,
    batchSchema.fields.map((field, c) =>
      vectorFromScalars(
        field.type,
        rows.map((row) => row[c]!),
      ),
    ),
  )
}

const writerOf = (io: MemoryFileIO, more: Partial<DataWriterOptions> = {}): DataWriter =>
  new DataWriter({ io, location: 'wh/t', schema, spec: UNPARTITIONED_SPEC, sortOrder: UNSORTED_ORDER, ...more })

async function rowsOf(io: MemoryFileIO, file: DataFile): Promise<Scalar[][]> {
  const parquet = await ParquetFile.open(await openParquetSource(io, file.filePath))
  const rows: Scalar[][] = []
  for await (const batch of parquet.read())
    for (let i = 0; i < batch.rowCount; i++) rows.push(batch.columns().map((vector) => scalarAt(vector, i)))
  return rows
}

const bound = (bounds: DataFile['lowerBounds'], name: string): unknown => {
  const bytes = bounds?.get(id(name))
  return bytes === undefined ? undefined : decodeSingleValue(fieldByName(schema, name)!.field.type as PrimitiveType, bytes)
}

const row = (
  n: number,
  mission: string | null,
  day: number | null,
  voltage: number | null = n / 2,
  notes: string | null = null,
): Scalar[] => [BigInt(n), mission, day, voltage, notes]

describe('partitions', () => {
  test('rows fan out by tuple into named folders, nulls included', async () => {
    const io = new MemoryFileIO()
    const spec = partitionSpecOf(schema, [{ column: 'mission' }, { column: 'day', transform: parseTransform('month') }])
    const writer = writerOf(io, { spec })
    await writer.write(batchOf([row(1, 'apollo 7/x', 19_797), row(2, null, 19_797), row(3, 'apollo 7/x', 19_800), row(4, 'b', null)]))
    await writer.write(batchOf([row(5, 'apollo 7/x', 19_768), row(6, 'apollo 7/x', 19_799)]))
    const files = await writer.close()
    expect(files.map((file) => [file.partition, file.recordCount])).toEqual([
      [['apollo 7/x', 650], 3],
      [[null, 650], 1],
      [['b', null], 1],
      [['apollo 7/x', 649], 1],
    ])
    expect(files[0]!.filePath).toMatch(/^wh\/t\/data\/mission=apollo\+7%2Fx\/day_month=2024-03\/00000-0-[0-9a-f-]{36}-00001\.parquet$/)
    expect(files[2]!.filePath).toContain('/mission=b/day_month=null/')
    expect((await rowsOf(io, files[0]!)).map((values) => values[0])).toEqual([1n, 3n, 6n])
    expect(files.every((file) => file.specId === spec.specId && file.content === 0)).toBe(true)
  })

  test('a thousand partitions keep few files open and lose no row', async () => {
    const io = new MemoryFileIO()
    const spec = partitionSpecOf(schema, [{ column: 'day' }])
    const writer = writerOf(io, { spec, bufferBytes: 20_000 })
    for (let b = 0; b < 5; b++) await writer.write(batchOf(Array.from({ length: 1000 }, (_, i) => row(b * 1000 + i, 'm', i % 300))))
    const files = await writer.close()
    expect(files.reduce((sum, file) => sum + file.recordCount, 0)).toBe(5000)
    expect(new Set(files.map((file) => file.partition[0])).size).toBe(300)
  })
})

describe('sorting and rolling', () => {
  test('each file is sorted by the order, transforms, direction and nulls included', async () => {
    const io = new MemoryFileIO()
    const sortOrder = sortOrderOf(schema, [
      { column: 'day', transform: parseTransform('month'), direction: 'desc', nullOrder: 'nulls-first' },
      { column: 'id' },
    ])
    const writer = writerOf(io, { sortOrder })
    await writer.write(batchOf([row(9, 'a', 0), row(3, 'a', 40), row(5, 'a', null)]))
    await writer.write(batchOf([row(1, 'a', 31), row(4, 'a', 30), row(2, 'a', null)]))
    const files = await writer.close()
    expect(files).toHaveLength(1)
    expect(files[0]!.sortOrderId).toBe(sortOrder.orderId)
    expect((await rowsOf(io, files[0]!)).map((values) => values[0])).toEqual([2n, 5n, 1n, 3n, 4n, 9n])
    const parquet = await ParquetFile.open(await openParquetSource(io, files[0]!.filePath))
    // The footer can only name columns, and the first key is a transform.
    expect(parquet.metadata.rowGroups[0]!.sortingColumns).toEqual([])
  })

  test('files roll over at the target size, sorted runs stay disjoint', async () => {
    const io = new MemoryFileIO()
    const sortOrder = sortOrderOf(schema, [{ column: 'id' }])
    const writer = writerOf(io, { sortOrder, targetFileBytes: 400_000, properties: { 'write.parquet.compression-codec': 'uncompressed' } })
    const count = 60_000
    for (let b = 0; b < 6; b++) {
      await writer.write(
        batchOf(Array.from({ length: count / 6 }, (_, i) => row((((b * count) / 6 + i) * 7919) % count, 'm', 1, (i * 31) % 997))),
      )
    }
    const files = await writer.close()
    expect(files.length).toBeGreaterThan(2)
    expect(files.reduce((sum, file) => sum + file.recordCount, 0)).toBe(count)
    for (const file of files) {
      const ids = (await rowsOf(io, file)).map((values) => values[0] as bigint)
      expect(ids.every((value, i) => i === 0 || ids[i - 1]! <= value)).toBe(true)
      expect([bound(file.lowerBounds, 'id'), bound(file.upperBounds, 'id')]).toEqual([ids[0], ids.at(-1)])
      const parquet = await ParquetFile.open(await openParquetSource(io, file.filePath))
      expect(parquet.metadata.rowGroups[0]!.sortingColumns).toEqual([{ leaf: 0, descending: false, nullsFirst: true }])
      expect(file.splitOffsets).toEqual(
        parquet.metadata.rowGroups.map((group) => Math.min(...group.columns.map((column) => column.pages.offset))),
      )
    }
  })
})

describe('statistics', () => {
  test('counts, truncated bounds, NaN and signed zero', async () => {
    const io = new MemoryFileIO()
    const writer = writerOf(io)
    const long = `${'z'.repeat(15)}\u{1F600}tail`
    await writer.write(
      batchOf([
        row(1, 'a', 5, Number.NaN, long),
        row(2, 'b', null, 0, 'aaaaaaaaaaaaaaaabbb'),
        row(3, null, -7, -1.5, null),
        row(4, 'b', 6, null, 'm'),
      ]),
    )
    const [file] = await writer.close()
    expect(file).toMatchObject({ recordCount: 4, content: 0, fileFormat: 'parquet', partition: [], specId: 0, sortOrderId: 0 })
    expect(file!.fileSizeInBytes).toBe((await io.stat(file!.filePath))!.size)
    expect([...file!.valueCounts!]).toEqual(schema.fields.map((field) => [field.id, 4]))
    expect(['id', 'mission', 'day', 'voltage', 'notes'].map((name) => file!.nullValueCounts!.get(id(name)))).toEqual([0, 1, 1, 1, 1])
    expect([...file!.nanValueCounts!]).toEqual([[id('voltage'), 1]])
    expect(['id', 'mission', 'day', 'voltage', 'notes'].map((name) => bound(file!.lowerBounds, name))).toEqual([
      1n,
      'a',
      -7,
      -1.5,
      'aaaaaaaaaaaaaaaa',
    ])
    expect(['id', 'mission', 'day', 'voltage', 'notes'].map((name) => bound(file!.upperBounds, name))).toEqual([
      4n,
      'b',
      6,
      0,
      `${'z'.repeat(15)}\u{1F601}`,
    ])
    const sizes = [...file!.columnSizes!].map(([, size]) => size)
    expect(sizes).toHaveLength(5)
    expect(sizes.every((size) => size > 0)).toBe(true)
  })

  test('modes by table and by column', async () => {
    const io = new MemoryFileIO()
    const properties = {
      'write.metadata.metrics.default': 'counts',
      'write.metadata.metrics.column.mission': 'none',
      'write.metadata.metrics.column.notes': 'full',
      'write.metadata.metrics.column.day': 'truncate(4)',
    }
    const writer = writerOf(io, { properties })
    const text = 'n'.repeat(500)
    await writer.write(batchOf([row(1, 'a', 5, 1, text)]))
    const [file] = await writer.close()
    expect([...file!.lowerBounds!].map(([fieldId]) => fieldId)).toEqual([id('day'), id('notes')])
    expect(bound(file!.upperBounds, 'notes')).toBe(text)
    expect(file!.valueCounts!.has(id('mission'))).toBe(false)
    expect(file!.valueCounts!.has(id('voltage'))).toBe(true)
    expect(() => writerOf(io, { properties: { 'write.target-file-size-bytes': 'big' } })).toThrow(/write.target-file-size-bytes is "big"/)
    expect(() => writerOf(io, { properties: { 'write.parquet.compression-codec': 'lzo' } })).toThrow(/lzo/)
  })
})

describe('rows that come in another shape', () => {
  test('columns by name in any order, narrower types, absent ones', async () => {
    const io = new MemoryFileIO()
    const writer = writerOf(io)
    const given: ArrowSchema = {
      fields: [
        { name: 'voltage', type: { kind: 'float32' }, nullable: true },
        { name: 'id', type: { kind: 'int32' }, nullable: false },
      ],
    }
    await writer.write(batchOf([[1.5, 7]], given))
    const [file] = await writer.close()
    expect(await rowsOf(io, file!)).toEqual([[7n, null, null, 1.5, null]])
  })

  test('mistakes are named, and abort leaves nothing', async () => {
    const io = new MemoryFileIO()
    const writer = writerOf(io)
    const of = (name: string, kind: 'utf8' | 'int64', value: Scalar): Batch =>
      batchOf([[value]], { fields: [{ name, type: { kind }, nullable: true }] })
    await expect(writer.write(of('nope', 'utf8', 'x'))).rejects.toThrow(/no column nope/)
    await expect(writer.write(of('id', 'utf8', 'x'))).rejects.toThrow(/column id is of type int64, the rows to write have utf8/)
    await expect(writer.write(of('mission', 'utf8', 'x'))).rejects.toThrow(/no column id, which is required/)
    await expect(writer.write(of('id', 'int64', null))).rejects.toThrow(/column id is required/)
    await writer.write(batchOf(Array.from({ length: 20_000 }, (_, i) => row(i, 'a', 1))))
    await writer.abort()
    expect(await io.list('wh')).toEqual([])
    await expect(writer.write(batchOf([row(1, 'a', 1)]))).rejects.toThrow(/aborted/)
    const finished = writerOf(io)
    await finished.write(batchOf([row(1, 'a', 1)]))
    expect(await finished.close()).toHaveLength(1)
    await finished.abort()
    expect(await io.list('wh')).toEqual([])
  })
})

test('position deletes: sorted, with whole bounds, and read back', async () => {
  const io = new MemoryFileIO()
  const path = `wh/t/data/${'long/'.repeat(40)}a.parquet`
  const base = { io, location: 'wh/t', schema, spec: UNPARTITIONED_SPEC, partition: [] }
  const one = await writePositionDeletes({ ...base, positions: new Map([[path, [9, 3, 3]]]) })
  expect(one).toMatchObject({ content: 1, recordCount: 2, referencedDataFile: path })
  expect(Buffer.from(one.lowerBounds!.get(2147483546)!).toString()).toBe(path)
  expect(Buffer.from(one.upperBounds!.get(2147483546)!).toString()).toBe(path)
  const two = await writePositionDeletes({
    ...base,
    positions: new Map([
      ['b', [1]],
      ['a', [2, 0]],
    ]),
  })
  expect(two.referencedDataFile).toBeUndefined()
  expect(await readPositionDeletes(io, two, undefined)).toEqual(
    new Map([
      ['a', [0, 2]],
      ['b', [1]],
    ]),
  )
  await expect(writePositionDeletes({ ...base, positions: new Map() })).rejects.toThrow(/at least one/)
})
