/** The rows of a data file that delete files take away: by position, by deletion vector, by equal values. */

import type { ColumnSource, DeleteLoader, DeletedRows, EqualityDeleteSet, FileScanTask } from '@artemis/iceberg'
import { fileColumnsOf, materializeColumn } from '@artemis/iceberg'
import type { ParquetFile, RowGroupReader } from '@artemis/parquet'

export interface RowDeletes {
  /** Columns of the file that must be fetched to tell deleted rows. */
  readonly columns: readonly number[]
  /** Ascending positions among the reader's rows that stay; undefined when all do. */
  keptRows(reader: RowGroupReader): Int32Array | undefined
}

/** Loads the deletes of tables that have them; resolves columns that equality deletes compare. */
export interface DeleteSource {
  readonly loader: DeleteLoader
  columnSources(file: ParquetFile, task: FileScanTask, fieldIds: readonly number[]): readonly ColumnSource[]
}

const NO_DELETES: RowDeletes = { columns: [], keptRows: () => undefined }

export async function loadRowDeletes(task: FileScanTask, file: ParquetFile, source: DeleteSource | undefined): Promise<RowDeletes> {
  if (source === undefined) return NO_DELETES
  const deleted = await source.loader.deletedRows(task)
  const equality = (await source.loader.equalityDeletes(task)).map((set) => ({ set, sources: source.columnSources(file, task, set.fieldIds) }))
  if (deleted === undefined && equality.length === 0) return NO_DELETES
  return {
    columns: fileColumnsOf(equality.flatMap(({ sources }) => sources)),
    keptRows: (reader) => applyEquality(equality, reader, applyPositions(deleted, reader)),
  }
}

function applyPositions(deleted: DeletedRows | undefined, reader: RowGroupReader): Int32Array | undefined {
  return deleted?.survivorsOf(reader.positions(), reader.metadata.firstRow)
}

interface EqualityDeletes {
  readonly set: EqualityDeleteSet
  readonly sources: readonly ColumnSource[]
}

function applyEquality(equality: readonly EqualityDeletes[], reader: RowGroupReader, positions: Int32Array | undefined): Int32Array | undefined {
  let kept = positions
  for (const { set, sources } of equality) {
    const rows = kept
    const rowCount = rows?.length ?? reader.rowCount
    const vectors = sources.map((source) => materializeColumn(source, (index) => (rows === undefined ? reader.column(index) : reader.column(index, rows)), rowCount))
    const survivors = set.survivors(vectors, rowCount)
    if (survivors !== undefined) kept = rows === undefined ? survivors : survivors.map((position) => rows[position]!)
  }
  return kept
}
