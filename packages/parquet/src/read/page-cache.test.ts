import type { Vector } from '@artemis/arrow'
import { field, float64, scalarsOf } from '@artemis/arrow'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { ByteRange, KeptPage, PageCache, WriteCodec } from '../index.js'
import { CountingByteSource, MemoryByteSink, MemoryByteSource, ParquetFile, ParquetWriter, countRows, normalizeRanges } from '../index.js'
import { batchesOf, FLAT_TYPES, NESTED_TYPES, randomValue, seededRandom } from '../testing/random-data.js'

/** Keeps everything. */
class EndlessCache implements PageCache {
  readonly pages = new Map<string, KeptPage>()

  admits(): boolean {
    return true
  }

  async getOrLoad(ranges: readonly ByteRange[], load: (missing: readonly ByteRange[]) => Promise<readonly KeptPage[]>): Promise<readonly KeptPage[]> {
    const missing = ranges.filter((range) => !this.pages.has(keyOf(range)))
    const loaded = missing.length === 0 ? [] : await load(missing)
    missing.forEach((range, i) => this.pages.set(keyOf(range), loaded[i]!))
    return ranges.map((range) => this.pages.get(keyOf(range))!)
  }
}

const keyOf = ({ offset, length }: ByteRange): string => `${offset}+${length}`

/** Writes over everything that a vector can reach. */
function spoil(value: unknown): void {
  if (ArrayBuffer.isView(value)) new Uint8Array(value.buffer).fill(0xa5)
  else if (Array.isArray(value)) value.forEach(spoil)
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(spoil)
}

async function columnsOf(file: ParquetFile, group: number, rows: readonly { start: number; end: number }[], pages?: PageCache): Promise<Vector[]> {
  const reader = file.rowGroup(group, rows)
  const columns = file.schema.fields.map((_, i) => i)
  await reader.prefetch(columns, { pages })
  return columns.map((column) => reader.column(column))
}

/** Reads random rows with and without a cache, in turn, each result spoilt once it was compared. */
async function compareReads(bytes: Uint8Array, seed: number, rounds: number): Promise<void> {
  const random = seededRandom(seed)
  const source = new CountingByteSource(new MemoryByteSource(bytes.slice()))
  const plain = await ParquetFile.open(new MemoryByteSource(bytes))
  const cached = await ParquetFile.open(source)
  const cache = new EndlessCache()
  for (let round = 0; round < rounds; round++) {
    const group = plain.metadata.rowGroups[Math.floor(random() * plain.metadata.rowGroups.length)]!
    const start = Math.floor(random() * group.rowCount)
    const later = Math.floor(random() * group.rowCount)
    const rows = normalizeRanges([
      { start, end: Math.min(group.rowCount, start + 5) },
      { start: later, end: Math.min(group.rowCount, later + 3) },
    ])
    const expected = (await columnsOf(plain, group.index, rows)).map(scalarsOf)
    for (let again = 0; again < 3; again++) {
      source.reset()
      const found = await columnsOf(cached, group.index, rows, cache)
      expect(found.map(scalarsOf)).toEqual(expected)
      if (again > 0 && cache.pages.size > 0 && countRows(rows) < group.rowCount) expect(source.reads).toBe(0)
      found.forEach(spoil)
    }
  }
}

async function written(codec: WriteCodec, dictionary: boolean): Promise<Uint8Array> {
  const random = seededRandom(codec.length)
  const columns = [...FLAT_TYPES, ...NESTED_TYPES].map((type, i) => {
    const of = field(`c${i}`, type)
    return { field: of, values: Array.from({ length: 400 }, () => randomValue(random, of, i % 4 === 0 ? 0 : 0.2, i % 3 === 0 ? 9 : Infinity)) }
  })
  const { schema, batches } = batchesOf(random, columns, 150)
  const sink = new MemoryByteSink()
  const writer = new ParquetWriter(sink, schema, { codec, dictionary, pageRows: 30, rowGroupRows: 200 })
  for (const batch of batches) await writer.write(batch)
  await writer.close()
  return sink.bytes()
}

/** Where the page of a row stands, by what is read for it. */
async function pageOffset(bytes: Uint8Array, row: number): Promise<number> {
  const source = new CountingByteSource(new MemoryByteSource(bytes))
  await columnsOf(await ParquetFile.open(source), 0, [{ start: row, end: row + 1 }])
  return source.ranges.at(-1)!.offset
}

describe('pages that are kept', () => {
  it.each([
    ['uncompressed', true],
    ['snappy', true],
    ['snappy', false],
    ['gzip', true],
    ['zstd', false],
  ] as const)('give what the file gives, whatever is done to the vectors (%s, dictionaries: %s)', async (codec, dictionary) => {
    await compareReads(await written(codec, dictionary), 1, 12)
  })

  const folder = fileURLToPath(new URL('../../../../../shared/corpus/parquet/', import.meta.url))
  const names = ['page_index', 'offset_indexed', 'dictionary_offset_indexed', 'delta_encoding_required_column', 'plain-dict-uncompressed-checksum']
  it.skipIf(!existsSync(folder)).each(names)('give what files of other writers give: %s (../shared/corpus)', async (name) => {
    await compareReads(new Uint8Array(readFileSync(`${folder}${name}.parquet`)), 2, 12)
  })

  it('count the bytes of the page and of its content', async () => {
    const file = await ParquetFile.open(new MemoryByteSource(await written('snappy', false)))
    const cache = new EndlessCache()
    await columnsOf(file, 0, [{ start: 7, end: 8 }], cache)
    expect(cache.pages.size).toBeGreaterThan(0)
    for (const page of cache.pages.values()) expect(page.content).toBeUndefined()
    await columnsOf(file, 0, [{ start: 7, end: 8 }], cache)
    for (const page of cache.pages.values()) {
      expect(page.bytes.buffer.byteLength).toBe(page.bytes.length)
      expect(page.byteSize).toBe(page.bytes.length + page.header!.uncompressedSize)
      expect(page.content!.buffer.byteLength).toBeLessThanOrEqual(page.byteSize)
    }
  })

  it('are refused where they are damaged, each time', async () => {
    const random = seededRandom(3)
    const values = Array.from({ length: 1000 }, () => random())
    const { schema, batches } = batchesOf(random, [{ field: field('x', float64, false), values }], 1000)
    const sink = new MemoryByteSink()
    const writer = new ParquetWriter(sink, schema, { codec: 'snappy', pageRows: 100 })
    for (const batch of batches) await writer.write(batch)
    await writer.close()
    const bytes = sink.bytes()
    const page = await pageOffset(bytes, 250)
    for (const at of [page, page + 60, page + 500]) {
      const damaged = bytes.slice()
      damaged[at]! ^= 0x10
      const file = await ParquetFile.open(new MemoryByteSource(damaged, 'damaged.parquet'))
      const cache = new EndlessCache()
      for (let again = 0; again < 3; again++) {
        await expect(columnsOf(file, 0, [{ start: 250, end: 251 }], cache)).rejects.toThrow('damaged.parquet')
      }
      // The neighbours are whole.
      const [column] = await columnsOf(file, 0, [{ start: 350, end: 352 }], cache)
      expect(scalarsOf(column!)).toEqual(values.slice(350, 352))
    }
  })

  it('are not asked for where whole column chunks are read', async () => {
    const file = await ParquetFile.open(new MemoryByteSource(await written('snappy', true)))
    const cache = new EndlessCache()
    await columnsOf(file, 0, [{ start: 0, end: 200 }], cache)
    expect(cache.pages.size).toBe(0)
  })
})
