import { Batch, field, int32, vectorFromScalars } from '@artemis/arrow'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import {
  CountingByteSource,
  giveBuffer,
  LocalFileSink,
  LocalFileSource,
  MemoryByteSource,
  ParquetFile,
  ParquetWriter,
  takeBuffer,
} from '../index.js'
import { readRanges } from './coalesce.js'

const folder = mkdtempSync(join(tmpdir(), 'artemis-source-'))
afterAll(() => rmSync(folder, { recursive: true }))

const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) & 255)

describe('a local file', () => {
  const path = join(folder, 'bytes.bin')
  writeFileSync(path, bytes)

  it('is read by position, also concurrently', async () => {
    const source = await LocalFileSource.open(path)
    expect(source.size).toBe(bytes.length)
    const parts = await Promise.all([0, 100_000, 299_999].map((offset) => source.read(offset, 1)))
    expect(parts.map((part) => part[0])).toEqual([0, 100_000, 299_999].map((offset) => bytes[offset]))
    expect(await source.read(5, 250_000)).toEqual(bytes.slice(5, 250_005))
    await source.close()
    await source.close()
  })

  it('refuses ranges outside, a file that became shorter, and a signal that fired', async () => {
    const source = await LocalFileSource.open(path, { size: bytes.length + 10 })
    await expect(source.read(bytes.length, 11)).rejects.toMatchObject({ kind: 'data', code: 'READ_OUT_OF_RANGE' })
    await expect(source.read(bytes.length - 5, 10)).rejects.toMatchObject({ kind: 'data', code: 'FILE_TRUNCATED' })
    await expect(source.read(0, 1, AbortSignal.abort())).rejects.toMatchObject({ kind: 'cancelled' })
    await source.close()
    await expect(LocalFileSource.open(join(folder, 'none.bin'))).rejects.toMatchObject({ kind: 'io' })
  })
})

describe('reading ranges', () => {
  it('joins neighbours, keeps far ones apart, and gives each buffer back once all its users did', async () => {
    const recycled: number[] = []
    const memory = new MemoryByteSource(bytes)
    const source = new CountingByteSource({
      name: memory.name,
      size: memory.size,
      read: (offset, length) => memory.read(offset, length),
      recycle: (part) => recycled.push(part.length),
      close: () => memory.close(),
    })
    const ranges = [
      { offset: 200_000, length: 50 },
      { offset: 0, length: 100 },
      { offset: 150, length: 50 },
      { offset: 0, length: 10 },
    ]
    const parts = await readRanges(source, ranges)
    expect(source.reads).toBe(2)
    parts.forEach((part, i) => expect(part.bytes).toEqual(bytes.slice(ranges[i]!.offset, ranges[i]!.offset + ranges[i]!.length)))
    parts[1]!.release()
    parts[2]!.release()
    expect(recycled).toEqual([])
    parts[3]!.release()
    expect(recycled).toEqual([200])
  })

  it('uses a buffer again after it was given back, and only then', () => {
    const a = takeBuffer(100_000)
    const b = takeBuffer(100_000)
    expect(b.buffer).not.toBe(a.buffer)
    giveBuffer(a)
    giveBuffer(a)
    const c = takeBuffer(90_000)
    expect([c.buffer === a.buffer, c.length]).toEqual([true, 90_000])
    expect(takeBuffer(100_000).buffer).not.toBe(a.buffer)
  })
})

describe('writing a local file', () => {
  const schema = { fields: [field('n', int32, false)] }

  it('shows the file only when it is whole', async () => {
    const path = join(folder, 'deep', 'er', 'file.parquet')
    const writer = new ParquetWriter(new LocalFileSink(path), schema)
    await writer.write(new Batch(schema, 3, [vectorFromScalars(int32, [1, 2, 3])]))
    expect(existsSync(path)).toBe(false)
    await writer.close()
    const source = await LocalFileSource.open(path)
    expect((await ParquetFile.open(source)).metadata.rowCount).toBe(3)
    await source.close()
    expect(readdirSync(join(folder, 'deep', 'er'))).toEqual(['file.parquet'])
  })

  it('leaves nothing behind when it is dropped', async () => {
    const path = join(folder, 'dropped', 'file.parquet')
    const writer = new ParquetWriter(new LocalFileSink(path), schema, { rowGroupRows: 2 })
    await writer.write(new Batch(schema, 3, [vectorFromScalars(int32, [1, 2, 3])]))
    await writer.abort()
    expect(readdirSync(join(folder, 'dropped'))).toEqual([])
    await expect(writer.write(new Batch(schema, 0, [vectorFromScalars(int32, [])]))).rejects.toMatchObject({ kind: 'config' })
  })
})
