import type { Scalar } from '@artemis/arrow'
import { field, scalarsOf } from '@artemis/arrow'
import type { DuckDBConnection } from '@duckdb/node-api'
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { WriteCodec } from '../index.js'
import { LocalFileSink, LocalFileSource, ParquetFile, ParquetWriter } from '../index.js'
import { duckDbColumns, openDuckDb } from '../testing/duckdb.js'
import { batchesOf, FLAT_TYPES, NESTED_TYPES, randomValue, seededRandom } from '../testing/random-data.js'

const folder = mkdtempSync(join(tmpdir(), 'artemis-parquet-'))
let duckdb: DuckDBConnection

beforeAll(async () => {
  duckdb = await openDuckDb()
})
afterAll(() => {
  duckdb.closeSync()
  rmSync(folder, { recursive: true })
})

describe('what the writer wrote, read by others', () => {
  it.each(['uncompressed', 'snappy', 'gzip', 'zstd'] as const)('DuckDB, %s', async (codec) => {
    const { path, columns } = await writeFile(codec)
    const actual = await duckDbColumns(
      duckdb,
      `SELECT * FROM read_parquet('${path}')`,
      columns.map((column) => column.field.type),
    )
    columns.forEach(({ field: { name }, values }, i) => expect({ name, values: actual[i] }).toEqual({ name, values }))
  })

  it('DuckDB finds the rows that statistics, dictionaries and pages point to', async () => {
    const { path, columns } = await writeFile('snappy')
    const ids = columns.find((column) => column.field.name === 'c4_int64')!
    for (const value of new Set(ids.values.slice(0, 40))) {
      if (value === null) continue
      const reader = await duckdb.runAndReadAll(`SELECT count(*) FROM read_parquet('${path}') WHERE c4_int64 = ${String(value)}`)
      expect(reader.getRows()[0]![0]).toBe(BigInt(ids.values.filter((of) => of === value).length))
    }
  })

  it('DuckDB sees the field ids, the sizes and the bounds that the writer reports', async () => {
    const { path, result } = await writeFile('zstd')
    const reader = await duckdb.runAndReadAll(
      `SELECT column_id, sum(total_compressed_size), sum(num_values), sum(stats_null_count)
       FROM parquet_metadata('${path}') GROUP BY column_id ORDER BY column_id`,
    )
    const seen = reader.getRows().map(([, size, values, nulls]) => [Number(size), Number(values), Number(nulls)])
    expect(seen).toEqual(result.columns.map((column) => [column.compressedSize, column.valueCount, column.nullCount]))
  })

  it('hyparquet', async () => {
    const { path, columns } = await writeFile('gzip')
    const source = await LocalFileSource.open(path)
    const bytes = await source.read(0, source.size)
    await source.close()
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
    const metadata = await parquetMetadataAsync(file)
    expect(Number(metadata.num_rows)).toBe(700)
    const rows = await parquetReadObjects({ file, compressors })
    for (const name of ['c4_int64', 'c10_float64', 'c16_utf8', 'c26_list']) {
      const column = columns.find((of) => of.field.name === name)!
      expect(rows.map((row) => row[name] ?? null)).toEqual(column.values)
    }
  })
})

async function writeFile(codec: WriteCodec) {
  const random = seededRandom(codec.length)
  const columns = [...FLAT_TYPES, ...NESTED_TYPES].map((type, i) => {
    const of = field(`c${i}_${type.kind}`, type, i % 5 !== 4, { 'PARQUET:field_id': String(i + 1) })
    return { field: of, values: Array.from({ length: 700 }, () => randomValue(random, of, 0.2, i % 3 === 0 ? 9 : Infinity)) }
  })
  const { schema, batches } = batchesOf(random, columns, 300)
  const path = join(folder, `${codec}.parquet`)
  const writer = new ParquetWriter(new LocalFileSink(path), schema, { codec, pageRows: 100, rowGroupRows: 400 })
  for (const batch of batches) await writer.write(batch)
  return { path, columns, result: await writer.close() }
}

describe('what DuckDB wrote, read back', () => {
  const COLUMNS = `
    i AS id,
    (i % 7)::INTEGER AS few,
    CASE WHEN i % 3 = 0 THEN NULL ELSE i * 1000003 END AS big,
    CASE WHEN i % 5 = 0 THEN NULL ELSE i / 7.0 END::DOUBLE AS ratio,
    (i / 3)::FLOAT AS single,
    i % 2 = 0 AS flag,
    CASE WHEN i % 11 < 3 THEN NULL ELSE i % 2 = 0 END AS maybe,
    'status ' || (i % 5) AS status,
    CASE WHEN i % 4 = 0 THEN NULL ELSE md5(i::VARCHAR) END AS hash,
    md5(i::VARCHAR)::BLOB AS raw,
    DATE '2024-01-01' + (i % 400)::INTEGER AS day,
    TIMESTAMP '2024-01-01 00:00:00.123456' + INTERVAL (i) SECOND AS local,
    TIMESTAMPTZ '2024-01-01 00:00:00.000001+00' + INTERVAL (i * 17) MILLISECOND AS instant,
    (i % 1000 / 100.0)::DECIMAL(7, 2) AS small,
    (i * 12345.678)::DECIMAL(18, 3) AS medium,
    (i::HUGEINT * 1000000007 * 1000000007)::DECIMAL(38, 0) AS large,
    uuid() AS uid,
    TIME '00:00:00' + INTERVAL (i) SECOND AS clock,
    (i % 200)::UTINYINT AS tiny,
    (i * 3)::UBIGINT AS wide,
    hash(i) AS hashed,
    (hash(i)::HUGEINT - 9223372036854775808)::BIGINT AS far,
    ((hash(i) % 4294967296)::BIGINT - 2147483648)::INTEGER AS wild,
    (i * 1000 + hash(i) % 1000)::BIGINT AS near,
    [i, NULL, i + 1] AS list,
    CASE WHEN i % 6 = 0 THEN NULL WHEN i % 6 = 1 THEN [] ELSE [['x' || i], []] END AS lists,
    CASE WHEN i % 8 = 0 THEN NULL ELSE {'a': i, 'b': CASE WHEN i % 3 = 0 THEN NULL ELSE 'b' || i END} END AS pair,
    MAP {'k' || (i % 3): i} AS map`

  const cases = [
    ['snappy', 'V1', 122_880],
    ['zstd', 'V2', 2048],
    ['gzip', 'V1', 2048],
    ['uncompressed', 'V2', 4096],
    ['brotli', 'V1', 4096],
    ['lz4_raw', 'V1', 4096],
  ] as const
  it.each(cases)('%s, pages %s, row groups of %i', async (codec, version, rows) => {
    const path = join(folder, `duckdb-${codec}.parquet`)
    await duckdb.run(`CREATE OR REPLACE TABLE t AS SELECT ${COLUMNS} FROM range(5000) r(i)`)
    await duckdb.run(`COPY t TO '${path}' (FORMAT parquet, CODEC '${codec}', PARQUET_VERSION '${version}', ROW_GROUP_SIZE ${rows})`)
    const source = await LocalFileSource.open(path)
    const file = await ParquetFile.open(source)
    const expected = await duckDbColumns(
      duckdb,
      'SELECT * FROM t',
      file.schema.fields.map((of) => of.type),
    )
    const actual = await readColumns(file)
    file.schema.fields.forEach(({ name }, i) => expect({ name, values: actual[i] }).toEqual({ name, values: expected[i] }))
    await file.close()
  })
})

async function readColumns(file: ParquetFile): Promise<Scalar[][]> {
  const out: Scalar[][] = file.schema.fields.map(() => [])
  for await (const batch of file.read()) batch.columns().forEach((column, i) => out[i]!.push(...scalarsOf(column)))
  return out
}
