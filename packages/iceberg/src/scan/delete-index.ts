/**
 * Finds the delete files that apply to a data file (spec, "Scan Planning").
 *
 *  - position deletes: sequence number not below the data file's, same spec and partition, or naming that one file
 *  - equality deletes: sequence number above the data file's, same spec and partition; an unpartitioned spec is global
 *  - deletion vectors (v3): one for each data file, in place of its position deletes
 */
import { DataError } from '@artemis/errors'
import type { Literal } from '../model/literal.js'
import type { DataFile, ManifestEntry } from '../model/manifest.js'
import { EQUALITY_DELETES_CONTENT, POSITION_DELETES_CONTENT } from '../model/manifest.js'
import type { PartitionSpec } from '../model/partition.js'
import { isUnpartitioned } from '../model/partition.js'
import type { DeleteFile } from './scan-task.js'

/** Reserved field id of `file_path` in position delete files. */
export const DELETE_FILE_PATH_ID = 2147483546
/** Reserved field id of `pos` in position delete files. */
export const DELETE_FILE_POS_ID = 2147483545

const none: readonly DeleteFile[] = []

export interface ApplicableDeletes {
  readonly positionDeletes: readonly DeleteFile[]
  readonly equalityDeletes: readonly DeleteFile[]
  readonly deletionVector: DeleteFile | undefined
}

export const noDeletes: ApplicableDeletes = { positionDeletes: none, equalityDeletes: none, deletionVector: undefined }

export class DeleteIndex {
  readonly #vectorsByFile = new Map<string, DeleteFile>()
  readonly #positionsByFile = new Map<string, DeleteFile[]>()
  readonly #positionsByPartition = new Map<string, DeleteFile[]>()
  readonly #equalityByPartition = new Map<string, DeleteFile[]>()
  readonly #globalEquality: DeleteFile[] = []
  #count = 0

  /** @param entries live entries of the delete manifests */
  constructor(entries: Iterable<ManifestEntry>, specs: ReadonlyMap<number, PartitionSpec>) {
    for (const entry of entries) this.#add({ file: entry.dataFile, sequenceNumber: entry.sequenceNumber }, specs)
  }

  /** Delete files in the index. */
  get count(): number {
    return this.#count
  }

  #add(deleteFile: DeleteFile, specs: ReadonlyMap<number, PartitionSpec>): void {
    const { file } = deleteFile
    this.#count++
    if (file.content === POSITION_DELETES_CONTENT) {
      const target = referencedFile(file)
      if (file.fileFormat === 'puffin') {
        if (target === undefined)
          throw new DataError({ code: 'BAD_DELETION_VECTOR', message: `the deletion vector in ${file.filePath} names no data file` })
        this.#vectorsByFile.set(target, deleteFile)
      } else if (target !== undefined) push(this.#positionsByFile, target, deleteFile)
      else push(this.#positionsByPartition, partitionKey(file.specId, file.partition), deleteFile)
      return
    }
    if (file.content !== EQUALITY_DELETES_CONTENT) {
      throw new DataError({ code: 'BAD_DELETE_MANIFEST', message: `a delete manifest lists ${file.filePath}, which is a data file` })
    }
    const spec = specs.get(file.specId)
    if (spec !== undefined && isUnpartitioned(spec)) this.#globalEquality.push(deleteFile)
    else push(this.#equalityByPartition, partitionKey(file.specId, file.partition), deleteFile)
  }

  /** The deletes that apply to a data file. */
  find(file: DataFile, sequenceNumber: bigint): ApplicableDeletes {
    if (this.#count === 0) return noDeletes
    const key = this.#positionsByPartition.size + this.#equalityByPartition.size > 0 ? partitionKey(file.specId, file.partition) : ''
    const vector = this.#vectorsByFile.get(file.filePath)
    const deletionVector = vector !== undefined && vector.sequenceNumber >= sequenceNumber ? vector : undefined
    const notBefore = (deleteFile: DeleteFile): boolean => deleteFile.sequenceNumber >= sequenceNumber
    const after = (deleteFile: DeleteFile): boolean => deleteFile.sequenceNumber > sequenceNumber
    const positionDeletes =
      deletionVector !== undefined
        ? none
        : joined(filtered(this.#positionsByFile.get(file.filePath), notBefore), filtered(this.#positionsByPartition.get(key), notBefore))
    const equalityDeletes = joined(filtered(this.#globalEquality, after), filtered(this.#equalityByPartition.get(key), after))
    if (positionDeletes.length === 0 && equalityDeletes.length === 0 && deletionVector === undefined) return noDeletes
    return { positionDeletes, equalityDeletes, deletionVector }
  }
}

/** The one data file that a position delete file is about: named outright, or by equal bounds of its path column. */
function referencedFile(file: DataFile): string | undefined {
  if (file.referencedDataFile !== undefined) return file.referencedDataFile
  const lower = file.lowerBounds?.get(DELETE_FILE_PATH_ID)
  const upper = file.upperBounds?.get(DELETE_FILE_PATH_ID)
  if (lower === undefined || upper === undefined || Buffer.compare(lower, upper) !== 0) return undefined
  // Equal bounds hold a whole path: a cut upper bound would have been raised above the lower one.
  return Buffer.from(lower.buffer, lower.byteOffset, lower.byteLength).toString('utf8')
}

/** Equal for equal tuples of one spec, with every type told apart. */
export function partitionKey(specId: number, partition: readonly Literal[]): string {
  let key = String(specId)
  for (const value of partition) {
    if (value === null) key += '|n'
    else if (typeof value === 'string') key += `|s${value.length}:${value}`
    else if (value instanceof Uint8Array) key += `|x${Buffer.from(value).toString('hex')}`
    else key += `|${String(value)}`
  }
  return key
}

function push(index: Map<string, DeleteFile[]>, key: string, deleteFile: DeleteFile): void {
  const files = index.get(key)
  if (files === undefined) index.set(key, [deleteFile])
  else files.push(deleteFile)
}

function filtered(files: readonly DeleteFile[] | undefined, keep: (deleteFile: DeleteFile) => boolean): readonly DeleteFile[] {
  if (files === undefined || files.length === 0) return none
  const kept = files.filter(keep)
  return kept.length === 0 ? none : kept
}

function joined(a: readonly DeleteFile[], b: readonly DeleteFile[]): readonly DeleteFile[] {
  return a.length === 0 ? b : b.length === 0 ? a : [...a, ...b]
}
