import type { DataType, Scalar } from '@artemis/arrow'
import { scalarAt } from '@artemis/arrow'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { MemoryByteSource, ParquetFile } from '../index.js'

const folder = fileURLToPath(new URL('../../../../../shared/corpus/parquet/', import.meta.url))
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.parquet')) : []

/** The expected rows show these columns as GeoJSON or as decoded variants, which are no Parquet values. */
const OTHER_READING = new Set(['geoparquet.parquet', 'geospatial.parquet'])

/** Repeated columns without a list around them: the expected rows show an empty list as null (DuckDB shows it as we do). */
const BARE_LISTS = new Set(['adam_genotypes.parquet', 'duckdb2557.parquet'])

describe.skipIf(files.length === 0)('the corpus of Parquet files (../shared/corpus, absent in a plain clone)', () => {
  it.each(files)('%s', async (name) => {
    const source = new MemoryByteSource(readFileSync(folder + name), name)
    const expected = JSON.parse(readFileSync(folder + name.replace('.parquet', '.json'), 'utf8')) as unknown[][]
    const file = await ParquetFile.open(source)
    if (name.startsWith('shredded-')) {
      await expect(readRows(file)).rejects.toThrow(/VARIANT type is not supported/)
      return
    }
    const rows = await readRows(file)
    if (OTHER_READING.has(name)) {
      expect(rows.length).toBe(expected.length)
      return
    }
    const types = file.schema.fields.map((field) => field.type)
    const actual = rows.map((row) => row.map((value, i) => plain(value, types[i]!)))
    const wanted = expected.map((row) => row.map((value, i) => same(value, types[i]!)))
    if (BARE_LISTS.has(name)) expect(withoutEmptyLists(actual)).toEqual(wanted)
    else expect(actual).toEqual(wanted)
  })
})

async function readRows(file: ParquetFile): Promise<Scalar[][]> {
  const rows: Scalar[][] = []
  for await (const batch of file.read({ batchSize: 100 })) {
    const columns = batch.columns()
    for (let row = 0; row < batch.rowCount; row++) rows.push(columns.map((column) => scalarAt(column, row)))
  }
  return rows
}

function withoutEmptyLists(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, part: unknown) => (Array.isArray(part) && part.length === 0 ? null : part))
}

/** Our exact value in the lossy spelling of the expected rows. */
function plain(value: Scalar, type: DataType): unknown {
  if (value === null) return null
  switch (type.kind) {
    case 'decimal':
      return rounded(Number(value) / 10 ** type.scale)
    case 'timestamp':
      return new Date(Number((value as bigint) / { s: 1n, ms: 1n, us: 1000n, ns: 1_000_000n }[type.unit])).toISOString()
    case 'date32':
      return new Date(Number(value) * 86_400_000).toISOString()
    case 'uuid':
      return Buffer.from(value as Uint8Array)
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    case 'binary':
    case 'fixed_size_binary':
      return text(value as Uint8Array)
    case 'float32':
    case 'float64':
      return Number.isFinite(value) ? rounded(value as number) : null
    case 'list':
      return (value as Scalar[]).map((element) => plain(element, type.element.type))
    case 'struct':
      return Object.fromEntries(type.fields.map((field, i) => [field.name, plain((value as Scalar[])[i]!, field.type)]))
    case 'map':
      return Object.fromEntries(
        (value as [Scalar, Scalar][]).map(([key, of]) => [String(plain(key, type.key.type)), plain(of, type.value.type)]),
      )
    case 'utf8':
      return parsed(value as string)
    default:
      return typeof value === 'bigint' ? Number(value) : value
  }
}

/** The expected value, where one value has several spellings. */
function same(value: unknown, type: DataType): unknown {
  if (value === null || value === undefined) return null
  switch (type.kind) {
    case 'decimal':
    case 'float32':
    case 'float64':
      return rounded(Number(value))
    case 'binary':
    case 'fixed_size_binary':
      return Array.isArray(value) ? text(Uint8Array.from(value as number[])) : value
    case 'list':
      return (value as unknown[]).map((element) => same(element, type.element.type))
    case 'struct':
      return Object.fromEntries(type.fields.map((field) => [field.name, same((value as Record<string, unknown>)[field.name], field.type)]))
    case 'map':
      return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, same(of, type.value.type)]))
    case 'date32':
    case 'timestamp':
      return new Date(value as string).toISOString()
    case 'utf8':
      return typeof value === 'string' ? parsed(value) : value
    default:
      return value
  }
}

function rounded(value: number): number {
  return Number(value.toPrecision(6)) + 0
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

/** JSON columns are shown parsed. */
function parsed(value: string): unknown {
  if (!/^[[{]/.test(value)) return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
