import type { DataType, Scalar } from '@artemis/arrow'
import { Batch, compareScalars, field, float64, int64, scalarsOf, utf8, vectorFromScalars } from '@artemis/arrow'
import type { DuckDBConnection } from '@duckdb/node-api'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ColumnBounds, MayMatch } from '../index.js'
import {
  CountingByteSource,
  LocalFileSource,
  MemoryByteSink,
  MemoryByteSource,
  ParquetFile,
  ParquetWriter,
  pruneRowGroups,
} from '../index.js'
import { openDuckDb } from '../testing/duckdb.js'
import { batchesOf, FLAT_TYPES, randomScalar, randomValue, seededRandom } from '../testing/random-data.js'

/** Whether `lower <= value <= upper` may hold for a row under the bounds. */
function mayLieBetween(leaf: number, type: DataType, lower: Scalar, upper: Scalar): MayMatch {
  return (bounds) => {
    const of = bounds(leaf)
    if (of === undefined) return true
    if (of.nullCount === of.valueCount) return false
    if (of.min !== undefined && compareScalars(type, of.min, upper) > 0) return false
    return of.max === undefined || compareScalars(type, of.max, lower) >= 0
  }
}

const isNaNScalar = (value: Scalar): boolean => typeof value === 'number' && Number.isNaN(value)

describe('pruning against brute force, every type', () => {
  it.each(FLAT_TYPES.map((type, i) => [`${i} ${type.kind}`, type] as const))('%s', async (_, type) => {
    const random = seededRandom(7)
    const of = field('x', type)
    // Runs of similar values, so that there is something to prune.
    const values: Scalar[] = []
    for (let run = 0; run < 20; run++) {
      const some = Array.from({ length: 3 }, () => randomValue(random, of, 0.2))
      for (let i = 0; i < 50; i++) values.push(some[Math.floor(random() * some.length)]!)
    }
    const { schema, batches } = batchesOf(random, [{ field: of, values }], 400)
    const sink = new MemoryByteSink()
    const writer = new ParquetWriter(sink, schema, { pageRows: 50, rowGroupRows: 250, boundsBytes: 8 })
    for (const batch of batches) await writer.write(batch)
    await writer.close()
    const file = await ParquetFile.open(new MemoryByteSource(sink.bytes()))
    for (let round = 0; round < 40; round++) {
      const wanted = [randomScalar(random, type), values[Math.floor(random() * values.length)] ?? randomScalar(random, type)].filter(
        (value) => !isNaNScalar(value),
      )
      const [lower, upper] =
        wanted.length === 2 && compareScalars(type, wanted[0]!, wanted[1]!) > 0 ? [wanted[1]!, wanted[0]!] : [wanted[0], wanted.at(-1)]
      if (lower === undefined || upper === undefined) continue
      const matches = (value: Scalar): boolean =>
        value !== null && !isNaNScalar(value) && compareScalars(type, value, lower) >= 0 && compareScalars(type, value, upper) <= 0
      const mayMatch = mayLieBetween(0, type, lower, upper)
      const groups = pruneRowGroups(file.metadata, mayMatch)
      let expected = 0
      for (const value of values) if (matches(value)) expected++
      let found = 0
      for (const group of groups) {
        const { rows, pagesKept, pagesTotal } = await file.prunePages(group, [0], mayMatch)
        expect(pagesKept).toBeLessThanOrEqual(pagesTotal)
        for await (const batch of file.readRowGroup(group, { rows })) found += scalarsOf(batch.column(0)).filter(matches).length
      }
      expect(found).toBe(expected)
    }
  })
})

describe('bounds', () => {
  async function boundsOf(type: DataType, values: readonly Scalar[]): Promise<ColumnBounds> {
    const schema = { fields: [field('x', type)] }
    const sink = new MemoryByteSink()
    const writer = new ParquetWriter(sink, schema)
    await writer.write(new Batch(schema, values.length, [vectorFromScalars(type, values)]))
    const { columns } = await writer.close()
    const file = await ParquetFile.open(new MemoryByteSource(sink.bytes()))
    const { bounds } = file.metadata.rowGroups[0]!.columns[0]!
    expect([columns[0]!.min, columns[0]!.max, columns[0]!.nullCount]).toEqual([bounds.min, bounds.max, bounds.nullCount])
    return bounds
  }

  it('leave NaN out and widen zeros', async () => {
    expect(await boundsOf(float64, [NaN, 0, null, -0, NaN])).toEqual({
      min: -0,
      max: 0,
      minExact: false,
      maxExact: false,
      nullCount: 1,
      valueCount: 5,
    })
    expect(await boundsOf(float64, [NaN, NaN])).toMatchObject({ min: undefined, max: undefined })
    expect(await boundsOf(float64, [NaN, 2, -3])).toMatchObject({ min: -3, max: 2 })
  })

  it('keep every bit of an int64', async () => {
    expect(await boundsOf(int64, [9007199254740993n, -9223372036854775808n, 9223372036854775807n])).toMatchObject({
      min: -9223372036854775808n,
      max: 9223372036854775807n,
      minExact: true,
      maxExact: true,
    })
  })

  it('cut long text between characters, and count the upper bound up', async () => {
    expect(await boundsOf(utf8, ['é'.repeat(40), `${'x'.repeat(63)}é`])).toEqual({
      min: `${'x'.repeat(63)}`,
      max: `${'é'.repeat(31)}ê`,
      minExact: false,
      maxExact: false,
      nullCount: 0,
      valueCount: 2,
    })
    // Nothing comes after the last code point, so there is no upper bound.
    expect(await boundsOf(utf8, ['\u{10ffff}'.repeat(20)])).toMatchObject({ max: undefined })
    expect(await boundsOf(utf8, ['\ud7ff'.repeat(30)])).toMatchObject({ max: `${'\ud7ff'.repeat(20)}\ue000` })
  })
})

describe('files of DuckDB', () => {
  const folder = mkdtempSync(join(tmpdir(), 'artemis-prune-'))
  let duckdb: DuckDBConnection
  beforeAll(async () => {
    duckdb = await openDuckDb()
  })
  afterAll(() => {
    duckdb.closeSync()
    rmSync(folder, { recursive: true })
  })

  it('are pruned by statistics and by bloom filters', async () => {
    const path = join(folder, 'bloom.parquet')
    await duckdb.run(`COPY (SELECT (i * 7) % 1000 * 2 AS n, 'name ' || ((i * 7) % 1000 * 2) AS s, ((i * 7) % 1000 * 2)::DOUBLE AS d,
      (i // 4096) AS g FROM range(16384) r(i)) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 4096, DICTIONARY_SIZE_LIMIT 4000)`)
    const file = await ParquetFile.open(new CountingByteSource(await LocalFileSource.open(path)))
    expect(pruneRowGroups(file.metadata, mayLieBetween(3, int64, 2n, 2n))).toEqual([2])
    const filters = await Promise.all([0, 1, 2].map((leaf) => file.bloomFilter(0, leaf)))
    let falsePositives = 0
    for (let n = 0; n < 2000; n++) {
      const wanted = [BigInt(n), `name ${n}`, n]
      filters.forEach((filter, leaf) => {
        expect(filter).toBeDefined()
        const found = filter!.mayContain(wanted[leaf]!)
        if (n % 2 === 0) expect(found).toBe(true)
        else if (found) falsePositives++
      })
    }
    expect(falsePositives).toBeLessThan(300)
    expect(filters[0]!.mayContain(null)).toBe(true)
    await file.close()
  })
})
