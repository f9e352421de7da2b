import type { DataType, Field, Scalar } from '@artemis/arrow'
import { Batch, field, float64, int64, interval, list, scalarsOf, struct, timestamp, utf8, vectorFromScalars } from '@artemis/arrow'
import { describe, expect, it } from 'vitest'
import type { ParquetWriterOptions } from '../index.js'
import { MemoryByteSink, MemoryByteSource, ParquetFile, ParquetWriter } from '../index.js'

async function write(fields: readonly Field[], columns: readonly (readonly Scalar[])[], options: ParquetWriterOptions = {}) {
  const schema = { fields }
  const sink = new MemoryByteSink()
  const writer = new ParquetWriter(sink, schema, options)
  const rows = columns[0]!.length
  await writer.write(
    new Batch(
      schema,
      rows,
      columns.map((values, i) => vectorFromScalars(fields[i]!.type, values)),
    ),
  )
  const result = await writer.close()
  return { result, file: await ParquetFile.open(new MemoryByteSource(sink.bytes())) }
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

describe('the layout of a file', () => {
  it('has row groups and pages of the sizes asked for', async () => {
    const { file, result } = await write([field('n', int64)], [range(1000).map(BigInt)], { rowGroupRows: 300, pageRows: 100 })
    expect(file.metadata.rowGroups.map((group) => group.rowCount)).toEqual([300, 300, 300, 100])
    expect(result.rowGroups.map((group) => group.rowCount)).toEqual([300, 300, 300, 100])
    const { pagesTotal, pagesKept, rows } = await file.prunePages(
      1,
      [0],
      (bounds) => (bounds(0)!.max as bigint) >= 450n && (bounds(0)!.min as bigint) <= 460n,
    )
    expect([pagesTotal, pagesKept, rows]).toEqual([3, 1, [{ start: 100, end: 200 }]])
  })

  it('ends a row group by its bytes', async () => {
    const text = range(200).map((i) => `${i}`.padStart(1000, 'x'))
    const fields = [field('s', utf8)]
    const sink = new MemoryByteSink()
    const writer = new ParquetWriter(sink, { fields }, { rowGroupBytes: 50_000, dictionary: false })
    for (let start = 0; start < 200; start += 10) {
      await writer.write(new Batch({ fields }, 10, [vectorFromScalars(utf8, text.slice(start, start + 10))]))
      expect(writer.rowCount).toBe(start + 10)
    }
    expect((await writer.close()).rowGroups.map((group) => group.rowCount)).toEqual([50, 50, 50, 50])
  })

  it('keeps metadata, creator and sorting columns', async () => {
    const { file } = await write([field('a', utf8), field('n', int64)], [['x'], [1n]], {
      keyValueMetadata: { 'iceberg.schema': '{}', empty: '' },
      createdBy: 'a test version 1.0',
      sortingColumns: [{ field: 1, descending: true, nullsFirst: false }],
    })
    expect(file.metadata.keyValueMetadata).toEqual({ 'iceberg.schema': '{}', empty: '' })
    expect(file.metadata.createdBy).toBe('a test version 1.0')
    expect(file.metadata.rowGroups[0]!.sortingColumns).toEqual([{ leaf: 1, descending: true, nullsFirst: false }])
  })

  it('is a file also without rows', async () => {
    const { file, result } = await write([field('n', int64), field('l', list(utf8))], [[], []])
    expect([file.metadata.rowCount, file.metadata.rowGroups.length, result.splitOffsets, result.columns.length]).toEqual([0, 0, [], 2])
    expect(result.columns[0]).toMatchObject({ valueCount: 0, nullCount: 0, min: undefined, max: undefined })
  })
})

describe('encodings', () => {
  async function encodings(type: DataType, values: readonly Scalar[]): Promise<readonly string[]> {
    const { file } = await write([field('x', type)], [values])
    const batch = (await file.read().next()).value
    expect(scalarsOf(batch!.column(0))).toEqual(values)
    return file.metadata.rowGroups[0]!.columns[0]!.encodings
  }

  it('use a dictionary where values repeat', async () => {
    expect(
      await encodings(
        utf8,
        range(9000).map((i) => `sensor ${i % 12}`),
      ),
    ).toContain('RLE_DICTIONARY')
    expect(
      await encodings(
        int64,
        range(9000).map((i) => BigInt(i % 500)),
      ),
    ).toContain('RLE_DICTIONARY')
    expect(
      await encodings(
        float64,
        range(9000).map((i) => (i % 30) / 10),
      ),
    ).toContain('RLE_DICTIONARY')
    expect(
      await encodings(
        timestamp(),
        range(9000).map((i) => BigInt(i >> 8)),
      ),
    ).toContain('RLE_DICTIONARY')
  })

  it('are plain where values hardly repeat, and when they stop repeating half-way', async () => {
    expect(
      await encodings(
        utf8,
        range(9000).map((i) => `note ${i}`),
      ),
    ).not.toContain('RLE_DICTIONARY')
    expect(await encodings(int64, range(9000).map(BigInt))).not.toContain('RLE_DICTIONARY')
    expect(
      await encodings(
        float64,
        range(9000).map((i) => (i < 4500 ? 1 : i)),
      ),
    ).not.toContain('RLE_DICTIONARY')
    expect(
      await encodings(
        utf8,
        range(16000).map((i) => (i < 3000 ? 'same' : `note ${i}`)),
      ),
    ).not.toContain('RLE_DICTIONARY')
  })
})

describe('mistakes', () => {
  it('a null in a required column', async () => {
    await expect(write([field('n', int64, false)], [[1n, null]])).rejects.toMatchObject({ code: 'NULL_IN_REQUIRED_COLUMN' })
    const nested = struct([field('a', list(field('element', int64, false)))])
    await expect(write([field('s', nested)], [[[[1n, null]]]])).rejects.toMatchObject({ code: 'NULL_IN_REQUIRED_COLUMN' })
  })

  it('types that Parquet cannot hold are refused by name', () => {
    const open = (type: DataType) => () => new ParquetWriter(new MemoryByteSink(), { fields: [field('when', type)] })
    expect(open(timestamp('s'))).toThrow(/column when: writing a timestamp in seconds/)
    expect(open(interval)).toThrow(/column when: writing type interval/)
    expect(open(struct([]))).toThrow(/struct without fields/)
  })

  it('a batch of another schema, and settings that make no sense', async () => {
    const writer = new ParquetWriter(new MemoryByteSink(), { fields: [field('n', int64)] })
    const other = { fields: [field('n', utf8)] }
    await expect(writer.write(new Batch(other, 1, [vectorFromScalars(utf8, ['x'])]))).rejects.toMatchObject({ kind: 'config' })
    expect(() => new ParquetWriter(new MemoryByteSink(), { fields: [] }, { pageRows: 0 })).toThrow(/pageRows must be a positive integer/)
    expect(
      () =>
        new ParquetWriter(
          new MemoryByteSink(),
          { fields: [field('l', list(utf8))] },
          { sortingColumns: [{ field: 0, descending: false, nullsFirst: true }] },
        ),
    ).toThrow(/sortingColumns/)
  })
})
