/** What planning hands to a reader: one data file, the deletes that apply to it, and the predicate that is left. */
import type { DataFile } from '../model/manifest.js'
import type { PartitionSpec } from '../model/partition.js'
import type { BoundPredicate } from '../predicate/predicate.js'

/** A delete file with the sequence number that decides which data files it applies to. */
export interface DeleteFile {
  readonly file: DataFile
  readonly sequenceNumber: bigint
}

export interface FileScanTask {
  readonly dataFile: DataFile
  readonly spec: PartitionSpec
  /** The data sequence number of the file. */
  readonly sequenceNumber: bigint
  /** What the rows of this file must still be tested for; `alwaysTrue` when partition and metrics proved all of it. */
  readonly residual: BoundPredicate
  readonly positionDeletes: readonly DeleteFile[]
  /** A reader that cannot apply these must refuse the task. */
  readonly equalityDeletes: readonly DeleteFile[]
  /** v3: replaces the position deletes of the file. */
  readonly deletionVector: DeleteFile | undefined
}

export function hasDeletes(task: FileScanTask): boolean {
  return task.positionDeletes.length > 0 || task.equalityDeletes.length > 0 || task.deletionVector !== undefined
}
