/** The operations on a table's files: builders that collect a `SnapshotChange` and commit it. */
import { ConfigError } from '@artemis/errors'
import type { DataFile } from '../model/manifest.js'
import { DATA_CONTENT } from '../model/manifest.js'
import { MAIN_BRANCH } from '../model/snapshot.js'
import type { Snapshot } from '../model/snapshot.js'
import { commitSnapshot } from './commit-snapshot.js'
import type { CommitOptions, CommitTarget } from './retry.js'
import type { SnapshotChange, SnapshotOperation } from './snapshot-change.js'

/** What all operations have in common. One builder commits once. */
abstract class FileOperation {
  readonly #target: CommitTarget
  readonly #summary: Record<string, string> = {}
  readonly #startingSnapshotId: bigint | undefined
  #branch = MAIN_BRANCH
  #committed = false
  protected readonly added: DataFile[] = []
  protected readonly removed = new Map<string, DataFile>()
  protected readonly referenced = new Set<string>()
  protected conflictsWith: ((file: DataFile) => boolean) | undefined

  constructor(target: CommitTarget) {
    this.#target = target
    this.#startingSnapshotId = target.metadata.currentSnapshotId
  }

  /** Commits to a branch other than `main`; one that does not exist starts at the current snapshot. */
  toBranch(name: string): this {
    this.#branch = name
    return this
  }

  /** Adds an entry to the snapshot's summary. */
  set(key: string, value: string): this {
    this.#summary[key] = value
    return this
  }

  /** Commits and returns the new snapshot. On failure nothing but the data files, which are the caller's, is left. */
  async commit(options?: CommitOptions): Promise<Snapshot> {
    if (this.#committed) throw new ConfigError({ code: 'ALREADY_COMMITTED', message: 'this operation has been committed already' })
    this.#committed = true
    const refs = this.#target.metadata.refs
    const branch = Object.hasOwn(refs, this.#branch) ? refs[this.#branch] : undefined
    const change: SnapshotChange = {
      operation: this.operation(),
      branch: this.#branch,
      added: this.added,
      removed: this.removed,
      referencedDataFiles: this.referenced,
      startingSnapshotId: this.#branch === MAIN_BRANCH ? this.#startingSnapshotId : (branch?.snapshotId ?? this.#startingSnapshotId),
      conflictsWith: this.conflictsWith,
      summary: this.#summary,
    }
    return commitSnapshot(this.#target, change, options)
  }

  protected abstract operation(): SnapshotOperation

  protected requireContent(file: DataFile, isData: boolean): void {
    if ((file.content === DATA_CONTENT) !== isData) {
      throw new ConfigError({ code: 'WRONG_FILE_CONTENT', message: `${file.filePath} is ${isData ? 'a delete file' : 'a data file'}` })
    }
  }
}

/** Adds data files. Never conflicts with anybody. */
export class AppendFiles extends FileOperation {
  appendFile(file: DataFile): this {
    this.requireContent(file, true)
    this.added.push(file)
    return this
  }

  protected override operation(): SnapshotOperation {
    return 'append'
  }
}

/** Adds data files together with delete files: UPDATE, DELETE and MERGE as merge-on-read. */
export class RowDelta extends FileOperation {
  addRows(file: DataFile): this {
    this.requireContent(file, true)
    this.added.push(file)
    return this
  }

  /** Adds a delete file. The data file that it names, if it names one, must still be there when this commits. */
  addDeletes(file: DataFile): this {
    this.requireContent(file, false)
    this.added.push(file)
    if (file.referencedDataFile !== undefined) this.referenced.add(file.referencedDataFile)
    return this
  }

  /** Fails the commit when one of these data files has been removed meanwhile: their rows would come back. */
  validateDataFilesExist(paths: Iterable<string>): this {
    for (const path of paths) this.referenced.add(path)
    return this
  }

  /** Fails the commit when somebody else has meanwhile added a file for which `conflicts` holds. */
  validateNoConflictingFiles(conflicts: (file: DataFile) => boolean): this {
    this.conflictsWith = conflicts
    return this
  }

  protected override operation(): SnapshotOperation {
    const addsRows = this.added.some((file) => file.content === DATA_CONTENT)
    const addsDeletes = this.added.some((file) => file.content !== DATA_CONTENT)
    return addsDeletes ? (addsRows ? 'overwrite' : 'delete') : 'append'
  }
}

/** Replaces data files by others: UPDATE, DELETE and MERGE as copy-on-write, and `INSERT OVERWRITE`. */
export class OverwriteFiles extends FileOperation {
  addFile(file: DataFile): this {
    this.requireContent(file, true)
    this.added.push(file)
    return this
  }

  /** Removes a file. The commit fails when it is gone already, or when deletes came meanwhile that may apply to it. */
  deleteFile(file: DataFile): this {
    this.removed.set(file.filePath, file)
    return this
  }

  validateNoConflictingFiles(conflicts: (file: DataFile) => boolean): this {
    this.conflictsWith = conflicts
    return this
  }

  protected override operation(): SnapshotOperation {
    return this.added.length === 0 ? 'delete' : this.removed.size === 0 ? 'append' : 'overwrite'
  }
}

/** Replaces files by others that hold the same rows: compaction. */
export class RewriteFiles extends FileOperation {
  addFile(file: DataFile): this {
    this.added.push(file)
    return this
  }

  deleteFile(file: DataFile): this {
    this.removed.set(file.filePath, file)
    return this
  }

  protected override operation(): SnapshotOperation {
    return 'replace'
  }
}
