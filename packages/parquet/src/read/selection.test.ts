import type { Vector } from '@artemis/arrow'
import { field, scalarsOf, take, utf8 } from '@artemis/arrow'
import { describe, expect, it } from 'vitest'
import type { ParquetWriterOptions, RowRange } from '../index.js'
import {
  allRows,
  countRows,
  CountingByteSource,
  intersectRanges,
  MemoryByteSink,
  MemoryByteSource,
  normalizeRanges,
  ParquetFile,
  ParquetWriter,
  rangesOfSelection,
  selectionOfRanges,
} from '../index.js'
import type { Random } from '../testing/random-data.js'
import { batchesOf, FLAT_TYPES, NESTED_TYPES, randomValue, seededRandom } from '../testing/random-data.js'

const ROWS = 2000

async function openRandom(random: Random, options: ParquetWriterOptions) {
  const columns = [...FLAT_TYPES, ...NESTED_TYPES].map((type, i) => {
    const of = field(`c${i} ${type.kind}`, type)
    return {
      field: of,
      values: Array.from({ length: ROWS }, () => randomValue(random, of, i % 4 === 0 ? 0 : 0.2, i % 3 === 0 ? 9 : Infinity)),
    }
  })
  const { schema, batches } = batchesOf(random, columns, 700)
  const sink = new MemoryByteSink()
  const writer = new ParquetWriter(sink, schema, options)
  for (const batch of batches) await writer.write(batch)
  await writer.close()
  const source = new CountingByteSource(new MemoryByteSource(sink.bytes()))
  const file = await ParquetFile.open(source)
  source.reset()
  return { columns, file, source }
}

function randomRanges(random: Random, rows: number): RowRange[] {
  const ranges = Array.from({ length: Math.floor(random() * 6) }, () => {
    const start = Math.floor(random() * rows)
    return { start, end: Math.min(rows, start + Math.floor((random() * rows) / 4)) }
  })
  return [...normalizeRanges(ranges)]
}

function randomSelection(random: Random, rows: number): Int32Array {
  const share = random() < 0.3 ? 0.002 : random()
  return Int32Array.from(Array.from({ length: rows }, (_, row) => row).filter(() => random() < share))
}

describe.each([
  ['with a page index', true],
  ['without a page index', false],
] as const)('row ranges and selections, %s', (_, pageIndex) => {
  it('give the rows that a whole read gives there', async () => {
    const random = seededRandom(pageIndex ? 1 : 2)
    const { columns, file } = await openRandom(random, { pageRows: 90, rowGroupRows: ROWS, pageIndex })
    for (let round = 0; round < 25; round++) {
      const rows = round === 0 ? allRows(ROWS) : randomRanges(random, ROWS)
      const reader = file.rowGroup(0, rows)
      expect(reader.rowCount).toBe(countRows(rows))
      const selection = round % 3 === 0 ? undefined : randomSelection(random, reader.rowCount)
      const names = columns.map((column) => column.field.name)
      await reader.prefetch(names, { ...(selection && { selection }) })
      const positions = reader.positions(selection)
      for (const column of columns) {
        const { name } = column.field
        const values = scalarsOf(reader.column(name, selection))
        expect({ name, values }).toEqual({ name, values: [...positions].map((row) => column.values[row]!) })
      }
      reader.release()
      expect(reader.bufferedBytes).toBe(0)
    }
  })
})

describe('how little is read', () => {
  it('reads only the pages of the survivors, and only the columns asked for', async () => {
    const { file, source, columns } = await openRandom(seededRandom(3), {
      pageRows: 100,
      rowGroupRows: ROWS,
      codec: 'uncompressed',
      dictionary: false,
    })
    const index = file.fieldIndex('c4 int64')!
    const chunk = file.metadata.rowGroups[0]!.columns[file.leafOf(index)!]!
    const reader = file.rowGroup(0)
    const selection = Int32Array.of(150, 160, 1999)
    await reader.prefetch([index], { selection })
    expect(reader.bytesRead).toBeLessThan(chunk.compressedSize / 5)
    expect(scalarsOf(reader.column(index, selection))).toEqual([150, 160, 1999].map((row) => columns[index]!.values[row]!))
    expect([reader.pagesDecoded, reader.pagesSkipped]).toEqual([2, 18])
    const read = source.bytesRead
    await reader.prefetch([index], { selection })
    expect(source.bytesRead).toBe(read)
  })

  it('reads neighbouring columns in one go', async () => {
    const { file, source } = await openRandom(seededRandom(4), { rowGroupRows: ROWS })
    await file.rowGroup(0).prefetch([0, 1, 2, 3, 4, 5])
    expect(source.reads).toBe(1)
  })

  it('shares one dictionary between all vectors of a chunk', async () => {
    const random = seededRandom(5)
    const name = 'text'
    const values = Array.from({ length: ROWS }, () => randomValue(random, field(name, utf8), 0.1, 9))
    const { schema, batches } = batchesOf(random, [{ field: field(name, utf8), values }], 700)
    const sink = new MemoryByteSink()
    const writer = new ParquetWriter(sink, schema, { pageRows: 50 })
    for (const batch of batches) await writer.write(batch)
    await writer.close()
    const file = await ParquetFile.open(new MemoryByteSource(sink.bytes()))
    const reader = file.rowGroup(0)
    await reader.prefetch([name])
    const dictionary = (vector: Vector): Vector | undefined => (vector.layout === 'dictionary' ? vector.dictionary : undefined)
    const whole = reader.column(name)
    expect(whole.layout).toBe('dictionary')
    expect(dictionary(reader.column(name, Int32Array.of(3, 4)))).toBe(dictionary(whole))
    expect(scalarsOf(take(whole, Int32Array.of(3, 4)))).toEqual(scalarsOf(reader.column(name, Int32Array.of(3, 4))))
  })
})

describe('row ranges', () => {
  it('are sets of rows', () => {
    const random = seededRandom(6)
    for (let round = 0; round < 200; round++) {
      const a = randomRanges(random, 60)
      const b = randomRanges(random, 60)
      const rowsOf = (ranges: readonly RowRange[]): number[] => [...selectionOfRanges(ranges)]
      expect(rowsOf(intersectRanges(a, b))).toEqual(rowsOf(a).filter((row) => rowsOf(b).includes(row)))
      expect(rangesOfSelection(selectionOfRanges(a))).toEqual(a)
    }
  })
})
