/**
 * Loads the deletes of scan tasks. Delete files are shared by many data files, so one loader serves a whole scan and
 * reads each file once, however many tasks ask for it at the same time.
 */
import type { Vector } from '@artemis/arrow'
import { DataError } from '@artemis/errors'
import { ParquetFile } from '@artemis/parquet'
import type { FileIO } from '../io/file-io.js'
import type { NameMapping } from '../metadata/name-mapping.js'
import type { DataFile } from '../model/manifest.js'
import { UNPARTITIONED_SPEC } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import { fieldById } from '../model/schema.js'
import type { NestedField } from '../model/type.js'
import { fileColumnsOf, planColumns } from '../scan/column-source.js'
import { materializeColumn } from '../scan/convert-vector.js'
import { requireAsListed } from '../scan/listed-file.js'
import { openParquetSource } from '../scan/parquet-source.js'
import type { FileScanTask } from '../scan/scan-task.js'
import { DeletedRows } from './deleted-rows.js'
import { readDeletionVector } from './deletion-vector.js'
import { EqualityDeleteSet } from './equality-deletes.js'
import type { PositionsByFile } from './position-deletes.js'
import { readPositionDeletes, requireParquet } from './position-deletes.js'

export interface DeleteLoaderOptions {
  readonly io: FileIO
  /** The schema read with, then older ones: equality deletes may compare columns that have been dropped since. */
  readonly schemas: readonly Schema[]
  readonly nameMapping: NameMapping | undefined
  readonly signal?: AbortSignal | undefined
}

export class DeleteLoader {
  readonly #options: DeleteLoaderOptions
  readonly #positions = new Map<string, Promise<PositionsByFile>>()
  readonly #equality = new Map<string, Promise<readonly EqualityDeleteSet[]>>()

  constructor(options: DeleteLoaderOptions) {
    this.#options = options
  }

  /** The rows of a task's file that position deletes or a deletion vector remove; undefined when there are none. */
  async deletedRows(task: FileScanTask): Promise<DeletedRows | undefined> {
    if (task.positionDeletes.length === 0 && task.deletionVector === undefined) return undefined
    const rows = new DeletedRows(task.dataFile.recordCount)
    if (task.deletionVector !== undefined) await readDeletionVector(this.#options.io, task.deletionVector.file, rows)
    const loaded = await Promise.all(task.positionDeletes.map(({ file }) => this.#positionsOf(file)))
    for (const positions of loaded) rows.addAll(positions.get(task.dataFile.filePath) ?? [])
    return rows
  }

  /** The equality deletes of a task, one set for each list of compared columns. The reader must read those columns too. */
  equalityDeletes(task: FileScanTask): Promise<readonly EqualityDeleteSet[]> {
    // The tasks of a partition mostly have the same deletes.
    const key = task.equalityDeletes.map(({ file }) => file.filePath).join('\n')
    let sets = this.#equality.get(key)
    if (sets === undefined) {
      sets = this.#loadEqualityDeletes(task)
      this.#equality.set(key, sets)
    }
    return sets
  }

  async #loadEqualityDeletes(task: FileScanTask): Promise<readonly EqualityDeleteSet[]> {
    const sets = new Map<string, EqualityDeleteSet>()
    for (const { file } of task.equalityDeletes) {
      const fieldIds = [...(file.equalityIds ?? [])].sort((a, b) => a - b)
      if (fieldIds.length === 0)
        throw new DataError({ code: 'BAD_DELETE_FILE', message: `${file.filePath} is an equality delete file without equality ids` })
      const key = fieldIds.join()
      let set = sets.get(key)
      if (set === undefined) sets.set(key, (set = new EqualityDeleteSet(fieldIds)))
      await this.#addEqualityRows(file, set)
    }
    return [...sets.values()]
  }

  /** A field by id, in the read schema or in an older one: what a reader needs of the columns that deletes compare. */
  fieldOf(fieldId: number): NestedField {
    for (const schema of this.#options.schemas) {
      const found = fieldById(schema, fieldId)
      // A delete compares values, so a column that must not be null elsewhere may be missing in an old file.
      if (found !== undefined) return { ...found.field, required: false }
    }
    throw new DataError({
      code: 'BAD_DELETE_FILE',
      message: `an equality delete compares field ${fieldId}, which no schema of the table has`,
    })
  }

  #positionsOf(file: DataFile): Promise<PositionsByFile> {
    let positions = this.#positions.get(file.filePath)
    if (positions === undefined) {
      positions = readPositionDeletes(this.#options.io, file, this.#options.signal)
      this.#positions.set(file.filePath, positions)
    }
    return positions
  }

  async #addEqualityRows(file: DataFile, set: EqualityDeleteSet): Promise<void> {
    requireParquet(file)
    const { io, nameMapping, signal } = this.#options
    const source = await openParquetSource(io, file.filePath)
    try {
      const parquet = await ParquetFile.open(source, { signal })
      requireAsListed(file, parquet.metadata.rowCount)
      const fields = set.fieldIds.map((id) => this.fieldOf(id))
      const sources = planColumns({
        fields,
        fileSchema: parquet.schema,
        nameMapping,
        spec: UNPARTITIONED_SPEC,
        partition: [],
        filePath: file.filePath,
      })
      const indexes = fileColumnsOf(sources)
      for await (const batch of parquet.read({ columns: indexes, signal })) {
        const columnOf = (index: number): Vector => batch.column(indexes.indexOf(index))
        set.add(
          sources.map((column) => materializeColumn(column, columnOf, batch.rowCount)),
          batch.rowCount,
        )
      }
    } finally {
      await source.close()
    }
  }
}
