/** Tables that Spark, Java and pyiceberg wrote, read whole: deletes, defaults, name mapping, partition values. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Scalar } from '@artemis/arrow'
import { describe, expect, test } from 'vitest'
import { openStaticTable } from '../catalog/static-table.js'
import { fieldByName } from '../model/schema.js'
import { eq, gtEq, isNull, lt, notNull } from '../predicate/predicate.js'
import { dateText } from '../transform/calendar.js'
import { valueText } from '../transform/partition-path.js'
import { readFiles, readRows } from './testing/read-rows.js'

const corpus = new URL('../../../../../shared/corpus/iceberg/', import.meta.url).pathname
const sorted = (rows: readonly (readonly unknown[])[]): string[] => rows.map((row) => row.map(String).join('|')).sort()

describe.skipIf(!existsSync(corpus))('the tables of ../shared/corpus/iceberg (skipped when absent)', () => {
  test('equality deletes, unpartitioned and partitioned', async () => {
    const text = (rows: readonly (readonly Scalar[])[]): string[] =>
      sorted(rows.map(([id, name, day]) => [id, name, dateText(day as number)]))
    const table = await openStaticTable(join(corpus, 'equality_deletes/warehouse/mydb/mytable'))
    expect(text(await readRows(table))).toEqual(['4|d|2025-01-04', '5|e|2025-01-05'])
    const partitioned = await openStaticTable(join(corpus, 'equality_deletes/warehouse/mydb/mytable_partitioned'))
    expect(text(await readRows(partitioned))).toEqual(['1|a|2025-01-01', '4|d|2025-01-04', '5|e|2025-01-05'])
  })

  test('identity partitions of decimals, and pruning by them', async () => {
    const table = await openStaticTable(join(corpus, 'partition_decimal_bigint'))
    const column = table.schema.fields[0]!
    const rows = await readRows(table)
    expect(rows.map((row) => `${valueText(column.type, row[0] as bigint)} ${String(row[1])} ${String(row[2])}`).sort()).toEqual(
      [
        '-9876.54321098765 222333 view',
        '-5432.10987654321 654321 swipe',
        '-0.12345678901 888999 drag',
        '0.00000000000 987654 pinch',
        '0.00000000001 444555 scroll',
        '1.23456789012 67890 purchase',
        '42.56378901234 12345 click',
        '123.45678901234 123456 drop',
        '1234.54321098765 111213 delete',
        '9999.99999999999 666777 hover',
      ].sort(),
    )
    const found = await readFiles(table, { predicate: eq(column.id, 12345678901234n) })
    expect(found.files.map((file) => [file.rows[0]![1], file.task.residual.kind])).toEqual([[123456n, 'alwaysTrue']])
    const negative = await readFiles(table, { predicate: lt(column.id, 0n) })
    expect(negative.files).toHaveLength(3)
    expect(negative.report.files).toEqual({ kept: 3, total: 10 })
  })

  test.each(['partition_integer', 'partition_bool', 'partition_timestamp/default.db/partition_timestamp'])(
    '%s: a partition value equals its rows',
    async (folder) => {
      const table = await openStaticTable(join(corpus, folder))
      const { files } = await readFiles(table)
      const [field] = table.spec.fields
      const position = table.schema.fields.findIndex((column) => column.id === field!.sourceId)
      expect(files.length).toBeGreaterThan(1)
      for (const { task, rows } of files) for (const row of rows) expect(row[position]).toEqual(task.dataFile.partition[0])
    },
  )

  test('initial defaults fill rows from before a column was added', async () => {
    const table = await openStaticTable(join(corpus, 'add_columns_with_defaults/default.db/add_columns_with_defaults'))
    const rows = await readRows(table, { schema: table.schema })
    const at = (name: string): Scalar[] => rows.map((row) => row[table.schema.fields.findIndex((field) => field.name === name)]!)
    expect(rows).toHaveLength(3)
    const byName = (name: string): string[] => {
      const { type } = fieldByName(table.schema, name)!.field
      return at(name)
        .map((value) => valueText(type, value as never))
        .sort()
    }
    const names = table.schema.fields.map((field) => field.name)
    const named = (part: string): string => names.find((name) => name.includes(part))!
    expect(byName(named('string'))).toEqual(['HELLO', 'HELLO', 'World'])
    expect(byName(named('long'))).toEqual(['-9223372036854775808', '-9223372036854775808', '328725092345834'])
    expect(byName(named('decimal'))).toEqual(['12345.00', '12345.00', '3423434.23'])
    expect(byName(named('date'))).toEqual(['0011-03-05', '2003-10-20', '2003-10-20'])
  })

  test('files without ids resolve through the name mapping', async () => {
    const table = await openStaticTable(join(corpus, 'name_mapping/warehouse_1/mydb/t1'))
    const snapshots = table.metadata.snapshots
    const first = snapshots[0]!
    const rows = await readRows(table, { snapshot: first })
    expect(rows).toHaveLength(10_000)
    const schema = table.schemaOf(first)
    const b = schema.fields.findIndex((field) => field.name === 'b')
    expect(b).toBeGreaterThanOrEqual(0)
    // 'b' was dropped and added again under another id, so the old values must not come back.
    const now = fieldByName(table.schema, 'b')
    expect(now).toBeDefined()
    const current = await readRows(table, { schema: table.schema })
    const position = table.schema.fields.findIndex((field) => field.name === 'b')
    expect(current.every((row) => row[position] === null)).toBe(true)
  })

  test('null counts and missing map bounds prune nothing that matches', async () => {
    for (const folder of ['null_stats/default/test_nulls', 'map_stats/default.db/map_stats', 'iceberg_v1_deprecated/default/legacy_v1']) {
      const table = await openStaticTable(join(corpus, folder))
      const all = await readRows(table)
      for (const [position, column] of table.schema.fields.entries()) {
        if (column.type.kind === 'map' || column.type.kind === 'list' || column.type.kind === 'struct') continue
        const nulls = all.filter((row) => row[position] === null).length
        const count = async (predicate: ReturnType<typeof isNull>, matches: (row: readonly Scalar[]) => boolean): Promise<number> =>
          (await readRows(table, { predicate })).filter(matches).length
        expect(await count(isNull(column.id), (row) => row[position] === null)).toBe(nulls)
        expect(await count(notNull(column.id), (row) => row[position] !== null)).toBe(all.length - nulls)
      }
    }
  })

  test('position deletes of lineitem, and pruning by bounds against its rows', async () => {
    const table = await openStaticTable(join(corpus, 'iceberg/lineitem_iceberg'))
    const all = await readRows(table)
    const shipped = table.schema.fields.findIndex((field) => field.name === 'l_shipdate')
    const key = table.schema.fields.findIndex((field) => field.name === 'l_orderkey')
    expect(String(all.length)).toBe(String(51_793))
    for (const [position, predicate, value] of [
      [key, gtEq(table.schema.fields[key]!.id, sample(all, key) as bigint), sample(all, key)],
      [shipped, gtEq(table.schema.fields[shipped]!.id, sample(all, shipped) as number), sample(all, shipped)],
    ] as const) {
      const expected = all.filter((row) => row[position]! >= value!).length
      const found = await readRows(table, { predicate })
      expect(found.filter((row) => row[position]! >= value!)).toHaveLength(expected)
    }
  })
})

function sample(rows: readonly (readonly Scalar[])[], position: number): Scalar {
  return rows[Math.floor(rows.length / 2)]![position]!
}
