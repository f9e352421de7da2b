/** A snapshot of an Iceberg table as DuckDB reads its Parquet files: columns by field id, deletes by file and position. */

import type { Schema, Snapshot, Table } from '@artemis/iceberg'
import { arrowTypeOf, localPath, planSnapshot } from '@artemis/iceberg'
import { sqlTypeName } from '@artemis/plan'
import type { DuckDB } from './duckdb.js'

export interface SnapshotInDuckDB {
  readonly table: Table
  /** Default: the current one. */
  readonly snapshot?: Snapshot
  /** The schema to read it in. Default: the table's current one. */
  readonly schema?: Schema
}

/** Makes a table in DuckDB that holds the rows of the snapshot. Deletes by position only. */
export async function loadIntoDuckDB(duckdb: DuckDB, name: string, { table, snapshot, schema = table.schema }: SnapshotInDuckDB): Promise<void> {
  const tasks = await planSnapshot(table, snapshot === undefined ? {} : { snapshot }).collect()
  const columns = schema.fields.map((field) => ({ id: field.id, name: field.name, type: sqlTypeName(arrowTypeOf(field.type)) }))
  if (tasks.length === 0) {
    await duckdb.run(`CREATE OR REPLACE TABLE ${name} (${columns.map((column) => `${quoted(column.name)} ${column.type}`).join(', ')})`)
    return
  }
  if (tasks.some((task) => task.equalityDeletes.length > 0 || task.deletionVector !== undefined)) throw new Error('only deletes by position are read here')
  const fields = columns.map(({ id, name: column, type }) => `${id}: {name: '${column.replaceAll("'", "''")}', type: '${type}', default_value: NULL}`)
  const select = columns.map((column) => quoted(column.name)).join(', ')
  const rows = `SELECT ${select}, filename AS "file", file_row_number AS "row" FROM read_parquet([${files(tasks.map((task) => task.dataFile.filePath))}],
    schema = MAP {${fields.join(', ')}}, filename = true, file_row_number = true, hive_partitioning = false)`
  const deletes = [...new Set(tasks.flatMap((task) => task.positionDeletes.map((deleted) => deleted.file.filePath)))]
  const kept = deletes.length === 0 ? '' : `WHERE NOT EXISTS (FROM read_parquet([${files(deletes)}]) AS deleted WHERE deleted.file_path = rows."file" AND deleted.pos = rows."row")`
  await duckdb.run(`CREATE OR REPLACE TABLE ${name} AS SELECT ${select} FROM (${rows}) AS rows ${kept}`)
}

function files(locations: readonly string[]): string {
  return locations.map((location) => `'${localPath(location).replaceAll("'", "''")}'`).join(', ')
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
