/** The rows of a data file that delete files take away. */

import type { FileScanTask } from '@artemis/iceberg'
import type { ParquetFile, RowGroupReader } from '@artemis/parquet'
import type { DataFileContext } from './data-file-reader.js'

export interface RowDeletes {
  /** Columns of the file that must be fetched to tell deleted rows. */
  readonly columns: readonly number[]
  /** Ascending positions among the reader's rows that stay; undefined when all do. */
  keptRows(reader: RowGroupReader): Int32Array | undefined
}

export const noRowDeletes: RowDeletes = { columns: [], keptRows: () => undefined }

export function loadRowDeletes(task: FileScanTask, context: DataFileContext, file: ParquetFile, signal: AbortSignal): Promise<RowDeletes> {
  throw new Error(`${task.dataFile.filePath} ${context.schema.schemaId} ${file.metadata.rowCount} ${String(signal.aborted)}`)
}
