/** Reads whole tables into rows, for tests: the plainest reader that the plan's contract allows. */
import type { Scalar, Vector } from '@artemis/arrow'
import { scalarAt } from '@artemis/arrow'
import { ParquetFile } from '@artemis/parquet'
import { DeleteLoader } from '../../delete/load-deletes.js'
import { currentSnapshot, schemaOfSnapshot } from '../../metadata/lookup.js'
import { nameMappingOf } from '../../metadata/name-mapping.js'
import type { Schema } from '../../model/schema.js'
import type { Snapshot } from '../../model/snapshot.js'
import type { NestedField } from '../../model/type.js'
import type { Predicate } from '../../predicate/predicate.js'
import type { Table } from '../../table/table.js'
import { fileColumnsOf, planColumns } from '../column-source.js'
import { materializeColumn } from '../convert-vector.js'
import { openParquetSource } from '../parquet-source.js'
import { planSnapshot } from '../plan-snapshot.js'
import type { ScanReport } from '../scan-report.js'
import type { FileScanTask } from '../scan-task.js'

export interface ReadOptions {
  readonly snapshot?: Snapshot
  readonly schema?: Schema
  readonly predicate?: Predicate
}

export interface ReadFile {
  readonly task: FileScanTask
  /** Rows after deletes and before the residual; one value for each field of the schema. */
  readonly rows: readonly (readonly Scalar[])[]
}

/** The planned files of a table with their rows. The residual is not applied. */
export async function readFiles(
  table: Table,
  options: ReadOptions = {},
): Promise<{ readonly files: readonly ReadFile[]; readonly report: ScanReport }> {
  const snapshot = options.snapshot ?? currentSnapshot(table.metadata)
  const schema = options.schema ?? (snapshot === undefined ? table.schema : schemaOfSnapshot(table.metadata, snapshot))
  const scan = planSnapshot(table, { ...options, schema })
  const loader = new DeleteLoader({
    io: table.io,
    schemas: [schema, ...table.metadata.schemas.toReversed()],
    nameMapping: nameMappingOf(table.metadata),
  })
  const files: ReadFile[] = []
  for (const task of await scan.collect()) files.push({ task, rows: await readTask(table, task, schema, loader) })
  return { files, report: scan.report }
}

/** All rows of a table, deletes applied. */
export async function readRows(table: Table, options: ReadOptions = {}): Promise<readonly (readonly Scalar[])[]> {
  return (await readFiles(table, options)).files.flatMap((file) => file.rows)
}

async function readTask(table: Table, task: FileScanTask, schema: Schema, loader: DeleteLoader): Promise<readonly (readonly Scalar[])[]> {
  const source = await openParquetSource(table.io, task.dataFile.filePath)
  try {
    const parquet = await ParquetFile.open(source)
    const nameMapping = nameMappingOf(table.metadata)
    const planOf = (fields: readonly NestedField[]) =>
      planColumns({
        fields,
        fileSchema: parquet.schema,
        nameMapping,
        spec: task.spec,
        partition: task.dataFile.partition,
        filePath: task.dataFile.filePath,
      })
    const deleted = await loader.deletedRows(task)
    const equality = (await loader.equalityDeletes(task)).map((set) => ({
      set,
      sources: planOf(set.fieldIds.map((id) => loader.fieldOf(id))),
    }))
    const wanted = planOf(schema.fields)
    const indexes = fileColumnsOf([...wanted, ...equality.flatMap((item) => item.sources)])
    const rows: (readonly Scalar[])[] = []
    for (const group of parquet.metadata.rowGroups) {
      let start = group.firstRow
      for await (const batch of parquet.readRowGroup(group.index, { columns: indexes })) {
        const count = batch.rowCount
        const columnOf = (index: number): Vector => batch.column(indexes.indexOf(index))
        const kept = new Set(deleted?.survivors(start, count) ?? range(count))
        for (const { set, sources } of equality) {
          const survivors = new Set(
            set.survivors(
              sources.map((item) => materializeColumn(item, columnOf, count)),
              count,
            ) ?? range(count),
          )
          for (const row of kept) if (!survivors.has(row)) kept.delete(row)
        }
        const vectors = wanted.map((item) => materializeColumn(item, columnOf, count))
        for (const row of kept) rows.push(vectors.map((vector) => scalarAt(vector, row)))
        start += count
      }
    }
    return rows
  } finally {
    await source.close()
  }
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i)
}
