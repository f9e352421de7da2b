/** An Iceberg table's own records, under Spark's names, in SQL: what they say must be what the files and the log say. */
import { stat } from 'node:fs/promises'
import { parseTransform } from '@artemis/iceberg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RandomTable, openTemporaryDemo } from '../../testkit/src/index.js'
import type { TemporaryDemo } from '../../testkit/src/index.js'
import type { Row } from './index.js'

const TABLE = 'artemis.sda.observations'
let demo: TemporaryDemo
beforeAll(async () => {
  demo = await openTemporaryDemo(0.7)
})
afterAll(() => demo.close())

const rows = async (sql: string): Promise<Row[]> => (await demo.session.sql(sql)).toArray()
const value = async (sql: string): Promise<unknown> => Object.values((await rows(sql))[0]!)[0]

test('snapshots: the log of the archive, in order, with what each did', async () => {
  const found = await rows(`SELECT committed_at, snapshot_id, parent_id, operation, summary FROM ${TABLE}.snapshots ORDER BY committed_at`)
  expect(found.map((row) => row['committed_at'])).toEqual([
    '2024-02-01 06:00:00+00',
    '2024-02-15 06:00:00+00',
    '2024-02-29 23:55:00+00',
    '2024-03-08 06:00:00+00',
    '2024-03-16 06:00:00+00',
    '2024-03-20 12:00:00+00',
    '2024-04-01 06:00:00+00',
  ])
  expect(found.map((row) => row['operation'])).toEqual(['append', 'append', 'append', 'append', 'append', 'delete', 'append'])
  found.forEach((row, i) => expect(row['parent_id']).toBe(i === 0 ? null : found[i - 1]!['snapshot_id']))
  const last = found.at(-1)!['summary'] as Map<string, string>
  expect(BigInt(last.get('total-records')!) - BigInt(last.get('total-position-deletes')!)).toBe(await value(`SELECT count(*) FROM ${TABLE}`))
  expect(last.has('operation')).toBe(false)
})

test('history: every snapshot is an ancestor of the current one', async () => {
  const found = await rows(`SELECT h.snapshot_id = s.snapshot_id AS same, h.made_current_at = s.committed_at AS then, is_current_ancestor
    FROM ${TABLE}.history h JOIN ${TABLE}.snapshots s USING (snapshot_id)`)
  expect(found).toHaveLength(7)
  for (const row of found) expect(Object.values(row)).toEqual([true, true, true])
})

test('refs: the branch main and the tag', async () => {
  const found = await rows(`SELECT name, type, snapshot_id FROM ${TABLE}.refs ORDER BY name`)
  const [newest] = await rows(`SELECT snapshot_id FROM ${TABLE}.snapshots ORDER BY committed_at DESC LIMIT 1`)
  expect(found).toEqual([
    { name: 'main', type: 'BRANCH', snapshot_id: newest!['snapshot_id'] },
    { name: 'q1-baseline', type: 'TAG', snapshot_id: expect.any(BigInt) as bigint },
  ])
})

test('files: counts, sizes and bounds agree with the data and the disk', async () => {
  const files = await rows(`SELECT file_path, file_size_in_bytes, record_count, partition FROM ${TABLE}.files WHERE content = 0`)
  expect(await value(`SELECT sum(record_count)::BIGINT FROM ${TABLE}.files WHERE content = 0`)).toBe(
    ((await value(`SELECT count(*) FROM ${TABLE}`)) as bigint) + ((await value(`SELECT sum(record_count)::BIGINT FROM ${TABLE}.files WHERE content = 1`)) as bigint),
  )
  for (const file of files.slice(0, 10)) expect((await stat(file['file_path'] as string)).size).toBe(Number(file['file_size_in_bytes']))
  const one = files[0]!
  const partition = one['partition'] as { mission_id: string; day_day: string }
  expect(await value(`SELECT count(*) FROM ${TABLE} WHERE mission_id = '${partition.mission_id}' AND day = '${partition.day_day}'`)).toBe(one['record_count'])
  const [bounds] = await rows(`SELECT lower_bounds, null_value_counts, value_counts FROM ${TABLE}.files WHERE file_path = '${one['file_path'] as string}'`)
  expect(Buffer.from((bounds!['lower_bounds'] as Map<number, Uint8Array>).get(2)!).toString()).toBe(partition.mission_id)
  expect((bounds!['value_counts'] as Map<number, bigint>).get(1)).toBe(one['record_count'])
  expect((bounds!['null_value_counts'] as Map<number, bigint>).get(10)).toBe(
    await value(`SELECT count(*) FROM ${TABLE} WHERE mission_id = '${partition.mission_id}' AND day = '${partition.day_day}' AND notes IS NULL`),
  )
})

test('partitions: the sums of the files', async () => {
  const found = await rows(`SELECT partition, record_count, file_count, position_delete_record_count, last_updated_at FROM ${TABLE}.partitions WHERE position_delete_file_count > 0`)
  expect(found).toEqual([
    { partition: { mission_id: 'apollo-8', day_day: '2024-03-12' }, record_count: 2880n, file_count: 1, position_delete_record_count: 60n, last_updated_at: '2024-03-20 12:00:00+00' },
  ])
  expect(await value(`SELECT count(*) FROM ${TABLE}.partitions`)).toBe(await value(`SELECT count(*) FROM (SELECT DISTINCT mission_id, day FROM ${TABLE})`))
  expect(await value(`SELECT sum(file_count)::BIGINT FROM ${TABLE}.partitions`)).toBe(await value(`SELECT count(*) FROM ${TABLE}.files WHERE content = 0`))
})

test('manifests: counts of files, and bounds as people read them', async () => {
  const found = await rows(`SELECT content, added_data_files_count, added_delete_files_count, partition_summaries FROM ${TABLE}.manifests`)
  expect(found.filter((row) => row['content'] === 0)).toHaveLength(6)
  expect(found.filter((row) => row['content'] === 1)).toEqual([
    {
      content: 1,
      added_data_files_count: 0,
      added_delete_files_count: 1,
      partition_summaries: [
        { contains_null: false, contains_nan: expect.anything() as unknown, lower_bound: 'apollo-8', upper_bound: 'apollo-8' },
        { contains_null: false, contains_nan: expect.anything() as unknown, lower_bound: '2024-03-12', upper_bound: '2024-03-12' },
      ],
    },
  ])
  expect(await value(`SELECT sum(added_data_files_count)::BIGINT FROM ${TABLE}.manifests`)).toBe(await value(`SELECT count(*) FROM ${TABLE}.files WHERE content = 0`))
})

test('are read at a point in time', async () => {
  expect(await value(`SELECT count(*) FROM ${TABLE}.files FOR SYSTEM_TIME AS OF TIMESTAMP '2024-02-02 00:00:00+00'`)).toBe(
    await value(`SELECT count(DISTINCT (mission_id, day)) FROM ${TABLE} AS OF TIMESTAMP '2024-02-02 00:00:00+00'`),
  )
  expect(await value(`SELECT count(*) FROM ${TABLE}.partitions AS OF TAG 'q1-baseline' WHERE position_delete_file_count > 0`)).toBe(0n)
})

test('take filters, projections and joins like other tables', async () => {
  const found = await rows(`SELECT s.operation, count(*) AS files FROM ${TABLE}.partitions p JOIN ${TABLE}.snapshots s ON p.last_updated_snapshot_id = s.snapshot_id
    GROUP BY s.operation ORDER BY 1`)
  expect(found.map((row) => row['operation'])).toEqual(['append', 'delete'])
})

describe('tables of another shape', () => {
  test('a table without a snapshot has empty records', async () => {
    await RandomTable.create({ catalog: demo.catalog, namespace: 'ops', name: 'nothing', seed: 1, partitionBy: [['s', 'bucket[4]']] })
    for (const name of ['snapshots', 'history', 'files', 'manifests', 'partitions', 'refs']) expect(await rows(`SELECT * FROM artemis.ops.nothing.${name}`)).toEqual([])
  })

  test('several specs share one partition struct', async () => {
    const random = await RandomTable.create({ catalog: demo.catalog, namespace: 'ops', name: 'specs', seed: 2, partitionBy: [['b', 'identity']], nulls: 0 })
    await random.append(20)
    await random.table.updateSpec((update) => update.addField('d', parseTransform('year')))
    await random.append(20)
    const found = await rows('SELECT spec_id, partition, record_count FROM artemis.ops.specs.partitions ORDER BY spec_id')
    expect(new Set(found.map((row) => row['spec_id']))).toEqual(new Set([0, 1]))
    for (const row of found) {
      const partition = row['partition'] as { b: boolean; d_year: number | null }
      expect(typeof partition.b).toBe('boolean')
      expect(partition.d_year === null).toBe(row['spec_id'] === 0)
    }
    expect(await value('SELECT sum(record_count)::BIGINT FROM artemis.ops.specs.partitions')).toBe(40n)
  })

  test('an unknown record is named, with those there are', async () => {
    await expect(rows(`SELECT * FROM ${TABLE}.snapshot`)).rejects.toMatchObject({ code: 'METADATA_TABLE_NOT_FOUND', hint: expect.stringContaining('snapshots') as string })
    await expect(rows(`SELECT * FROM ${TABLE}.whatever`)).rejects.toMatchObject({ hint: expect.stringContaining('partitions') as string })
  })
})
