/**
 * A small archive with something of everything that can be damaged: partitions, several snapshots, a renamed and an added
 * column, position deletes, a tag, pages and row groups by the dozen. The same for every run.
 */

import type { Scalar, Schema } from '@artemis/arrow'
import { Batch, vectorFromScalars } from '@artemis/arrow'
import type { DataFile, Table } from '@artemis/iceberg'
import { FilesystemCatalog, arrowSchemaOf, dataWriterFor, localFileIO, partitionSpecOf, planSnapshot, schemaOf, sortOrderOf, writePositionDeletes } from '@artemis/iceberg'

export const KINDS = ['ash', 'birch', 'cedar'] as const
/** Rows of each append; the table has three appends less the deleted rows. */
export const APPENDED_ROWS = 900
export const DELETED_ROWS = 40
const DAY_MS = 86_400_000
const FIRST_DAY = 19_800

/** Makes `lab.trees` (partitioned by kind and day, with deletes) and `lab.plain` (one file) in an empty folder. */
export async function createSmallArchive(warehouse: string): Promise<void> {
  const catalog = new FilesystemCatalog({ name: 'artemis', warehouse, io: localFileIO({ durable: false }) })
  await catalog.createNamespace(['lab'])
  await createTrees(catalog)
  await createPlain(catalog)
  await catalog.close()
}

async function createTrees(catalog: FilesystemCatalog): Promise<void> {
  const schema = schemaOf([
    { name: 'id', type: { kind: 'long' }, required: true },
    { name: 'kind', type: { kind: 'string' }, required: true },
    { name: 'day', type: { kind: 'date' }, required: true },
    { name: 'seen_at', type: { kind: 'timestamptz' }, required: true },
    { name: 'hight', type: { kind: 'double' } },
    { name: 'price', type: { kind: 'decimal', precision: 12, scale: 2 } },
    { name: 'note', type: { kind: 'string' } },
  ])
  const table = await catalog.createTable(
    { namespace: ['lab'], name: 'trees' },
    {
      schema,
      partitionSpec: partitionSpecOf(schema, [{ column: 'kind' }, { column: 'day', transform: { kind: 'day' } }]),
      sortOrder: sortOrderOf(schema, [{ column: 'id' }]),
      properties: { 'write.parquet.row-group-size-bytes': '8000', 'write.parquet.page-row-limit': '50' },
    },
    { timestampMs: FIRST_DAY * DAY_MS },
  )
  await append(table, 0, 1)
  await table.updateSchema((update) => update.renameColumn('hight', 'height'), { timestampMs: (FIRST_DAY + 2) * DAY_MS })
  await table.updateSchema((update) => update.addColumn('rings', { kind: 'int' }), { timestampMs: (FIRST_DAY + 3) * DAY_MS })
  const tagged = await append(table, 1, 4)
  await table.manageSnapshots().createTag('audit', tagged).commit({ timestampMs: (FIRST_DAY + 4) * DAY_MS + 1 })
  await deleteSome(table, 5)
  await append(table, 2, 6)
}

async function createPlain(catalog: FilesystemCatalog): Promise<void> {
  const schema = schemaOf([{ name: 'a', type: { kind: 'int' } }, { name: 'b', type: { kind: 'string' } }]) // prettier-ignore
  const table = await catalog.createTable({ namespace: ['lab'], name: 'plain' }, { schema })
  const writer = dataWriterFor(table)
  const columns = [Array.from({ length: 100 }, (_, i) => i), Array.from({ length: 100 }, (_, i) => `b${i % 7}`)]
  const arrow = arrowSchemaOf(table.schema)
  await writer.write(new Batch(arrow, 100, arrow.fields.map((field, i) => vectorFromScalars(field.type, columns[i]!))))
  await commit(table, await writer.close(), FIRST_DAY + 1)
}

/** Rows `part * APPENDED_ROWS …` over all kinds and four days; returns the snapshot's id. */
async function append(table: Table, part: number, day: number): Promise<bigint> {
  const writer = dataWriterFor(table)
  await writer.write(treeBatch(arrowSchemaOf(table.schema), part * APPENDED_ROWS))
  return commit(table, await writer.close(), FIRST_DAY + day)
}

async function commit(table: Table, files: readonly DataFile[], day: number): Promise<bigint> {
  const operation = table.newAppend()
  for (const file of files) operation.appendFile(file)
  return (await operation.commit({ timestampMs: day * DAY_MS })).snapshotId
}

function treeBatch(schema: Schema, first: number): Batch {
  const value = (name: string, id: number): Scalar => {
    switch (name) {
      case 'id':
        return BigInt(id)
      case 'kind':
        return KINDS[id % KINDS.length]!
      case 'day':
        return FIRST_DAY + (Math.floor(id / 3) % 4)
      case 'seen_at':
        return BigInt(FIRST_DAY * DAY_MS + id * 977) * 1000n
      case 'price':
        return BigInt(id * 7 - 500)
      case 'note':
        return id % 11 === 0 ? null : `note ${id % 23} of ${id}`
      case 'rings':
        return id % 90
      default:
        return id % 13 === 0 ? null : Math.sin(id) * 30
    }
  }
  const columns = schema.fields.map((field) => vectorFromScalars(field.type, Array.from({ length: APPENDED_ROWS }, (_, i) => value(field.name, first + i))))
  return new Batch(schema, APPENDED_ROWS, columns)
}

/** The first rows of one file of each of two kinds. */
async function deleteSome(table: Table, day: number): Promise<void> {
  const delta = table.newRowDelta()
  const tasks = (await planSnapshot(table, {}).collect()).filter((task) => task.dataFile.partition[1] === FIRST_DAY)
  for (const kind of KINDS.slice(0, 2)) {
    const task = tasks.find((candidate) => candidate.dataFile.partition[0] === kind)!
    const positions = new Map([[task.dataFile.filePath, Array.from({ length: DELETED_ROWS / 2 }, (_, i) => i * 2)]])
    const { io, location, schema } = table
    delta.addDeletes(await writePositionDeletes({ io, location, schema, spec: task.spec, partition: task.dataFile.partition, positions }))
  }
  await delta.commit({ timestampMs: (FIRST_DAY + day) * DAY_MS })
}
