import type { Scalar } from '@artemis/arrow'
import { field, scalarsOf } from '@artemis/arrow'
import { describe, expect, it } from 'vitest'
import type { ParquetWriterOptions } from '../index.js'
import { FIELD_ID_KEY, MemoryByteSink, MemoryByteSource, ParquetFile, ParquetWriter } from '../index.js'
import { batchesOf, FLAT_TYPES, NESTED_TYPES, randomValue, seededRandom } from '../testing/random-data.js'

const OPTIONS: readonly (readonly [string, ParquetWriterOptions])[] = [
  ['plain and not compressed', { codec: 'uncompressed', dictionary: false }],
  ['snappy, small pages', { codec: 'snappy', pageRows: 37, rowGroupRows: 301 }],
  ['gzip', { codec: 'gzip', pageRows: 100, compressionLevel: 1 }],
  ['zstd, tiny pages by size', { codec: 'zstd', pageBytes: 300, rowGroupRows: 500 }],
  ['no page index', { pageIndex: false }],
]

describe.each(OPTIONS)('what the writer wrote, read back: %s', (_, options) => {
  it.each([
    ['nullable', true, 0.3, Infinity],
    ['nullable, few values', true, 0.1, 7],
    ['required', false, 0, Infinity],
    ['all null', true, 1, Infinity],
  ] as const)('%s', async (_name, nullable, nullShare, distinct) => {
    const random = seededRandom(nullShare * 100 + Math.min(distinct, 1000))
    const columns = [...FLAT_TYPES, ...NESTED_TYPES].map((type, i) => {
      const of = field(`c${i} ${type.kind}`, type, nullable, { [FIELD_ID_KEY]: String(i + 1) })
      return { field: of, values: Array.from({ length: 1000 }, () => randomValue(random, of, nullShare, distinct)) }
    })
    const { schema, batches } = batchesOf(random, columns, 400)
    const sink = new MemoryByteSink()
    const writer = new ParquetWriter(sink, schema, options)
    for (const batch of batches) await writer.write(batch)
    const result = await writer.close()
    const bytes = sink.bytes()
    expect(result.fileSize).toBe(bytes.length)
    expect(result.rowCount).toBe(1000)

    const file = await ParquetFile.open(new MemoryByteSource(bytes))
    expect(file.metadata.rowCount).toBe(1000)
    expect(result.splitOffsets).toEqual(file.metadata.rowGroups.map((group) => group.columns[0]!.pages.offset))
    file.schema.fields.forEach((of, i) => {
      expect([of.name, of.nullable, of.metadata]).toEqual([columns[i]!.field.name, nullable, columns[i]!.field.metadata])
      expect(JSON.stringify(withoutMetadata(of.type))).toBe(JSON.stringify(withoutMetadata(schema.fields[i]!.type)))
    })
    const actual = await readColumns(file)
    columns.forEach(({ field: { name }, values }, i) => expect({ name, values: actual[i] }).toEqual({ name, values }))
  })
})

/** Types with the names that the file gives to elements, keys and values. */
function withoutMetadata(type: unknown): unknown {
  return JSON.parse(JSON.stringify(type), (key, value: unknown) => (key === 'metadata' ? undefined : value))
}

async function readColumns(file: ParquetFile): Promise<Scalar[][]> {
  const out: Scalar[][] = file.schema.fields.map(() => [])
  for await (const batch of file.read({ batchSize: 64 })) {
    batch.columns().forEach((column, i) => out[i]!.push(...scalarsOf(column)))
  }
  return out
}
