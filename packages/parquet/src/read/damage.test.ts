import { field, float64 } from '@artemis/arrow'
import { ArtemisError } from '@artemis/errors'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { WriteCodec } from '../index.js'
import { MemoryByteSink, MemoryByteSource, ParquetFile, ParquetWriter } from '../index.js'
import type { Random } from '../testing/random-data.js'
import { batchesOf, FLAT_TYPES, NESTED_TYPES, randomValue, seededRandom } from '../testing/random-data.js'

async function written(codec: WriteCodec, random: Random): Promise<Uint8Array> {
  const columns = [...FLAT_TYPES, ...NESTED_TYPES].map((type, i) => {
    const of = field(`c${i}`, type)
    return { field: of, values: Array.from({ length: 120 }, () => randomValue(random, of, 0.2, i % 3 === 0 ? 9 : Infinity)) }
  })
  const { schema, batches } = batchesOf(random, columns, 100)
  const sink = new MemoryByteSink()
  const writer = new ParquetWriter(sink, schema, { codec, pageRows: 40 })
  for (const batch of batches) await writer.write(batch)
  await writer.close()
  return sink.bytes()
}

/** Reads everything, by rows and by pages; a damaged file may give other values, or one of our errors, and no other error. */
async function survey(bytes: Uint8Array): Promise<'read' | 'refused'> {
  try {
    const file = await ParquetFile.open(new MemoryByteSource(bytes, 'damaged.parquet'))
    for (const group of file.metadata.rowGroups) {
      const leaves = file.metadata.leaves.map((leaf) => leaf.index)
      await file.prunePages(group.index, leaves, () => true)
      const reader = file.rowGroup(group.index)
      await reader.prefetch(file.schema.fields.map((_, i) => i))
      for (let i = 0; i < file.schema.fields.length; i++) reader.column(i)
      const some = file.rowGroup(group.index, group.rowCount > 50 ? [{ start: 45, end: 47 }] : undefined)
      const few = file.schema.fields.map((_, i) => i).slice(0, 3)
      await some.prefetch(few)
      for (const i of few) some.column(i)
    }
    return 'read'
  } catch (error) {
    if (
      error instanceof ArtemisError &&
      (error.kind === 'data' || error.kind === 'unsupported') &&
      error.message.includes('damaged.parquet')
    )
      return 'refused'
    throw error
  }
}

describe('damaged files', () => {
  it.each(['uncompressed', 'snappy', 'gzip', 'zstd'] as const)('with changed bytes never crash or hang (%s)', async (codec) => {
    const random = seededRandom(codec.length)
    const bytes = await written(codec, random)
    expect(await survey(bytes)).toBe('read')
    let refused = 0
    for (let round = 0; round < 250; round++) {
      const copy = bytes.slice()
      const changes = 1 + Math.floor(random() * 3)
      for (let i = 0; i < changes; i++) copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256)
      if ((await survey(copy)) === 'refused') refused++
    }
    expect(refused).toBeGreaterThan(20)
  })

  it('never give other values for a flipped bit of a page: its checksum tells', async () => {
    const random = seededRandom(13)
    const { schema, batches } = batchesOf(random, [{ field: field('x', float64, false), values: Array.from({ length: 1000 }, () => random()) }], 1000)
    const sink = new MemoryByteSink()
    const writer = new ParquetWriter(sink, schema, { codec: 'uncompressed' })
    for (const batch of batches) await writer.write(batch)
    await writer.close()
    const bytes = sink.bytes()
    for (let round = 0; round < 200; round++) {
      const copy = bytes.slice()
      // The values take 8,000 bytes behind the page's header, which takes less than 100.
      copy[100 + Math.floor(random() * 7900)]! ^= 1 << Math.floor(random() * 8)
      expect(await survey(copy)).toBe('refused')
    }
  })

  it('with a damaged footer never crash or hang', async () => {
    const random = seededRandom(11)
    const bytes = await written('snappy', random)
    const footer = new DataView(bytes.buffer).getUint32(bytes.length - 8, true)
    for (let round = 0; round < 600; round++) {
      const copy = bytes.slice()
      copy[bytes.length - 1 - Math.floor(random() * (footer + 8))] = Math.floor(random() * 256)
      await survey(copy)
    }
  })

  it('that are cut off are refused', async () => {
    const random = seededRandom(12)
    const bytes = await written('snappy', random)
    for (let round = 0; round < 150; round++) expect(await survey(bytes.slice(0, Math.floor(random() * bytes.length)))).toBe('refused')
    // The front is missing: every offset of the footer points elsewhere.
    for (let round = 0; round < 50; round++) await survey(bytes.slice(1 + Math.floor(random() * (bytes.length - 1))))
    for (const length of [0, 1, 8, 11]) expect(await survey(new Uint8Array(length))).toBe('refused')
  })

  const folder = fileURLToPath(new URL('../../../../../shared/corpus/parquet/', import.meta.url))
  const names = [
    'delta_byte_array',
    'byte_stream_split_extended.gzip',
    'datapage_v2.snappy',
    'nullable.impala',
    'lz4_raw_compressed',
    'brotli_compressed',
    'bloom_filter',
  ]
  it.skipIf(!existsSync(folder)).each(names)('of other writers never crash or hang: %s (../shared/corpus)', async (name) => {
    const random = seededRandom(name.length)
    const bytes = new Uint8Array(readFileSync(`${folder}${name}.parquet`))
    for (let round = 0; round < 60; round++) {
      const copy = bytes.slice()
      for (let i = 0; i < 4; i++) copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256)
      await survey(copy)
    }
  })
})
