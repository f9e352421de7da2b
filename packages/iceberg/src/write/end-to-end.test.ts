/**
 * The whole path, on disk: a catalog's table, rows written under every transform, commits, scans planned by random
 * predicates, Parquet read back, compared with brute force over the rows that went in, and with DuckDB over the files.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Scalar } from '@artemis/arrow'
import { Batch, vectorFromScalars } from '@artemis/arrow'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FilesystemCatalog } from '../catalog/filesystem-catalog.js'
import { localFileIO } from '../io/local-file-io.js'
import { localPath } from '../io/location.js'
import { partitionSpecOf, sortOrderOf } from '../metadata/spec-update.js'
import { schemaOf } from '../metadata/new-schema.js'
import type { DataFile } from '../model/manifest.js'
import { parseTransform } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import { fieldByName } from '../model/schema.js'
import type { IcebergType } from '../model/type.js'
import { classifyPredicate } from '../predicate/classify.js'
import type { BoundPredicate, ComparisonOperator, Predicate } from '../predicate/predicate.js'
import { and, compare, isIn, isNaN as isNaNTest, isNull, not, notIn, notNull, or, startsWith } from '../predicate/predicate.js'
import { compileTupleTest } from '../predicate/tuple-test.js'
import { bindPredicate } from '../predicate/bind.js'
import { readFiles, readRows } from '../scan/testing/read-rows.js'
import type { Table } from '../table/table.js'
import type { Value } from '../values/compare.js'
import { arrowSchemaOf } from '../values/arrow-schema.js'
import { dataWriterFor } from './table-writer.js'
import { writePositionDeletes } from './position-delete-writer.js'

type Row = readonly Scalar[]

const folder = mkdtempSync(join(tmpdir(), 'artemis-write-'))
const catalog = new FilesystemCatalog({ warehouse: folder, io: localFileIO({ durable: false }) })
beforeAll(() => catalog.createNamespace(['e2e']))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let state = 99
const next = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) | 0
  return (state >>> 0) / 4294967296
}
const below = (n: number): number => Math.floor(next() * n)
const pick = <T>(items: readonly T[]): T => items[below(items.length)]!

const columns: readonly (readonly [string, IcebergType, () => Scalar])[] = [
  ['id', { kind: 'long' }, () => BigInt(below(200)) - 100n],
  ['n', { kind: 'int' }, () => below(60) - 30],
  [
    'name',
    { kind: 'string' },
    () =>
      pick([
        '',
        'apollo',
        'apollo-7',
        'apollo-8',
        'gemini',
        'é\u{1F600}',
        'zond',
        'a longer name than sixteen characters',
        'a longer name than sixteen characterz',
      ]),
  ],
  ['day', { kind: 'date' }, () => below(900) - 400],
  ['at', { kind: 'timestamptz' }, () => BigInt(below(2_000_000) - 1_000_000) * 86_400_000n + BigInt(below(3)) - 1n],
  ['local', { kind: 'timestamp' }, () => BigInt(below(400) - 200) * 3_600_000_000n - BigInt(below(2))],
  ['volt', { kind: 'double' }, () => pick([-1.5, -0, 0, 3.25, Number.NaN, Infinity])],
  ['amount', { kind: 'decimal', precision: 22, scale: 3 }, () => BigInt(below(300) - 150) * 10n ** BigInt(below(15))],
  ['key', { kind: 'uuid' }, () => new Uint8Array(16).fill(below(5))],
  ['raw', { kind: 'binary' }, () => Uint8Array.from({ length: below(4) }, () => below(3))],
  ['flag', { kind: 'boolean' }, () => next() < 0.5],
]
const schema = schemaOf(columns.map(([name, type]) => ({ name, type })))
const positionOf = (name: string): number => columns.findIndex(([column]) => column === name)

const randomRows = (count: number): Row[] =>
  Array.from({ length: count }, () => columns.map(([, , value]) => (next() < 0.1 ? null : value())))

function batchOf(rows: readonly Row[], of: Schema): Batch {
  const arrow = arrowSchemaOf(of)
  return new Batch(
    arrow,
    rows.length,
    arrow.fields.map((field, c) =>
      vectorFromScalars(
        field.type,
        rows.map((row) => row[c]!),
      ),
    ),
  )
}

async function append(table: Table, rows: readonly Row[]): Promise<readonly DataFile[]> {
  const writer = dataWriterFor(table)
  for (let start = 0; start < rows.length; start += 100) await writer.write(batchOf(rows.slice(start, start + 100), table.schema))
  const files = await writer.close()
  const operation = table.newAppend()
  for (const file of files) operation.appendFile(file)
  await operation.commit()
  return files
}

function randomPredicate(of: Schema, depth: number): Predicate {
  if (depth > 0 && next() < 0.6) {
    const roll = below(5)
    if (roll === 0) return not(randomPredicate(of, depth - 1))
    const operands = [randomPredicate(of, depth - 1), randomPredicate(of, depth - 1)]
    return roll < 3 ? and(...operands) : or(...operands)
  }
  const c = below(columns.length)
  const [name, type, value] = columns[c]!
  const fieldId = fieldByName(of, name)!.field.id
  const roll = below(10)
  if (roll === 0) return next() < 0.5 ? isNull(fieldId) : notNull(fieldId)
  if (roll === 1) return isNaNTest(fieldId)
  if (roll === 2) return (next() < 0.5 ? isIn : notIn)(fieldId, [value() as Value, value() as Value])
  if (roll < 5 && type.kind === 'string') return startsWith(fieldId, (value() as string).slice(0, below(8)))
  const operators = ['lt', 'ltEq', 'gt', 'gtEq', 'eq', 'notEq'] as const satisfies readonly ComparisonOperator[]
  return compare(pick(operators), fieldId, value() as Value)
}

const text = (row: Row): string =>
  row
    .map((value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('hex') : Object.is(value, -0) ? '-0' : `${typeof value} ${String(value)}`,
    )
    .join('|')
const texts = (rows: readonly Row[]): string[] => rows.map(text).sort()

function rowTest(predicate: BoundPredicate, of: Schema): (row: Row) => boolean {
  const layout = new Map(of.fields.map((field, position) => [field.id, { position, type: field.type }]))
  const test = compileTupleTest(predicate, layout)
  return (row) => test(row as never)
}

/** Plans `count` random predicates; the planned rows that match must be the rows that match of all that went in. */
async function checkPredicates(
  table: Table,
  rows: readonly Row[],
  count: number,
): Promise<{ readonly pruned: number; readonly exact: number }> {
  let pruned = 0
  let exact = 0
  const specs = table.metadata.partitionSpecs
  for (let i = 0; i < count; i++) {
    const predicate = randomPredicate(table.schema, 2)
    const matches = rowTest(bindPredicate(predicate, table.schema), table.schema)
    const { files, report } = await readFiles(table, { predicate })
    const isExact = classifyPredicate(predicate, specs, table.schema) === 'Exact'
    const found = files.flatMap((file) => {
      const left = rowTest(file.task.residual, table.schema)
      return isExact ? file.rows : file.rows.filter(left)
    })
    expect(texts(found)).toEqual(texts(rows.filter(matches)))
    if (report.files.kept < report.files.total) pruned++
    if (isExact) exact++
  }
  return { pruned, exact }
}

const layouts: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'identity of strings and dates',
    [
      ['name', 'identity'],
      ['flag', 'identity'],
    ],
  ],
  ['identity of doubles and decimals', [['volt', 'identity']]],
  [
    'identity of timestamps, uuids and binaries',
    [
      ['key', 'identity'],
      ['raw', 'identity'],
    ],
  ],
  [
    'bucket',
    [
      ['id', 'bucket[3]'],
      ['name', 'bucket[4]'],
    ],
  ],
  [
    'bucket of decimals, uuids and timestamps',
    [
      ['amount', 'bucket[2]'],
      ['key', 'bucket[2]'],
      ['at', 'bucket[2]'],
    ],
  ],
  [
    'truncate',
    [
      ['n', 'truncate[20]'],
      ['name', 'truncate[3]'],
    ],
  ],
  [
    'truncate of longs, decimals and binaries',
    [
      ['id', 'truncate[75]'],
      ['raw', 'truncate[1]'],
      ['amount', 'truncate[1000000]'],
    ],
  ],
  [
    'year and month',
    [
      ['day', 'year'],
      ['at', 'month'],
    ],
  ],
  ['day', [['local', 'day']]],
  [
    'hour and void',
    [
      ['local', 'hour'],
      ['id', 'void'],
    ],
  ],
  ['nothing', []],
]

describe.each(layouts)('partitioned by %s', (name, fields) => {
  test('random predicates select what brute force selects', async () => {
    const rows = randomRows(240)
    const table = await catalog.createTable(
      { namespace: ['e2e'], name: name.replaceAll(/\W+/g, '_') },
      {
        schema,
        partitionSpec: partitionSpecOf(
          schema,
          fields.map(([column, transform]) => ({ column, transform: parseTransform(transform) })),
        ),
        sortOrder: sortOrderOf(schema, [{ column: 'at' }]),
      },
    )
    await append(table, rows.slice(0, 160))
    await append(table, rows.slice(160))
    expect(texts(await readRows(table))).toEqual(texts(rows))
    const { pruned } = await checkPredicates(table, rows, 25)
    expect(pruned).toBeGreaterThan(0)
  })
})

test('a table that evolves: spec, schema, deletes, all at once', async () => {
  const table = await catalog.createTable(
    { namespace: ['e2e'], name: 'evolving' },
    { schema, partitionSpec: partitionSpecOf(schema, [{ column: 'name' }]) },
  )
  let rows = randomRows(150)
  await append(table, rows)
  await table.updateSpec((update) => update.addField('day', parseTransform('month')))
  const second = randomRows(150)
  await append(table, second)
  rows = [...rows, ...second]
  expect(texts(await readRows(table))).toEqual(texts(rows))
  await checkPredicates(table, rows, 15)

  // Deletes every third row of each file, one delete file for each data file.
  const { files } = await readFiles(table)
  const delta = table.newRowDelta()
  const left: Row[] = []
  for (const { task, rows: inFile } of files) {
    const positions = inFile.flatMap((_, i) => (i % 3 === 0 ? [i] : []))
    left.push(...inFile.filter((_, i) => i % 3 !== 0))
    const { dataFile, spec } = task
    delta.addDeletes(
      await writePositionDeletes({
        io: table.io,
        location: table.location,
        schema: table.schema,
        spec,
        partition: dataFile.partition,
        positions: new Map([[dataFile.filePath, positions]]),
      }),
    )
  }
  await delta.commit()
  expect(texts(await readRows(table))).toEqual(texts(left))
  await checkPredicates(table, left, 15)

  // Widened, renamed and reordered columns; then rows of the new schema beside the old.
  await table.updateSchema((update) => {
    update.updateColumnType('n', { kind: 'long' })
    update.renameColumn('raw', 'bytes')
  })
  const n = positionOf('n')
  const widened = left.map((row) => row.map((value, c) => (c === n && value !== null ? BigInt(value as number) : value)))
  expect(texts(await readRows(table, { schema: table.schema }))).toEqual(texts(widened))
  const fieldId = fieldByName(table.schema, 'n')!.field.id
  const found = await readRows(table, { schema: table.schema, predicate: compare('gtEq', fieldId, 10n) })
  const isLarge = (row: Row): boolean => row[n] !== null && (row[n] as bigint) >= 10n
  expect(texts(found.filter(isLarge))).toEqual(texts(widened.filter(isLarge)))
})

test('DuckDB reads the same rows from the files', async () => {
  const rows = randomRows(300)
  const table = await catalog.createTable(
    { namespace: ['e2e'], name: 'for_duckdb' },
    { schema, partitionSpec: partitionSpecOf(schema, [{ column: 'name', transform: parseTransform('truncate[2]') }]) },
  )
  const files = await append(table, rows)
  const duckdb = await (await DuckDBInstance.create()).connect()
  try {
    const list = files.map((file) => `'${localPath(file.filePath).replaceAll("'", "''")}'`).join(', ')
    const result = await duckdb.runAndReadAll(
      `SELECT id::VARCHAR, n::VARCHAR, name, (day - DATE '1970-01-01')::VARCHAR, epoch_us("at")::VARCHAR, epoch_us(local)::VARCHAR,
        volt::VARCHAR,        amount::VARCHAR, replace("key"::VARCHAR, '-', ''), hex(raw), flag::VARCHAR
       FROM read_parquet([${list}], hive_partitioning = false)`,
    )
    const theirs = result.getRows().map((row) => row.map((value) => (value === null ? 'null' : String(value).toLowerCase())).join('|'))
    const float = (value: number): string =>
      Number.isNaN(value)
        ? 'nan'
        : value === Infinity
          ? 'inf'
          : Object.is(value, -0)
            ? '-0.0'
            : Number.isInteger(value)
              ? `${value}.0`
              : String(value)
    const decimal = (value: bigint): string =>
      `${value < 0n ? '-' : ''}${String(value < 0n ? -value : value)
        .padStart(4, '0')
        .replace(/(\d{3})$/, '.$1')}`
    const ours = rows.map((row) =>
      row
        .map((value, c) => {
          if (value === null) return 'null'
          if (columns[c]![0] === 'volt') return float(value as number)
          if (columns[c]![0] === 'amount') return decimal(value as bigint)
          return (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)).toLowerCase()
        })
        .join('|'),
    )
    expect(theirs.sort()).toEqual(ours.sort())
  } finally {
    duckdb.closeSync()
  }
})
