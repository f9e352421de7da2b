/** What one snapshot changes, as data: which files come and go, and what must still hold when it is committed. */
import type { DataFile } from '../model/manifest.js'
import { DATA_CONTENT, POSITION_DELETES_CONTENT } from '../model/manifest.js'

export type SnapshotOperation = 'append' | 'replace' | 'overwrite' | 'delete'

export interface SnapshotChange {
  readonly operation: SnapshotOperation
  /** The branch to commit to. One that does not exist is made from the current snapshot. */
  readonly branch: string
  readonly added: readonly DataFile[]
  /** Files that leave the table, by path. Each must still be there. */
  readonly removed: ReadonlyMap<string, DataFile>
  /** Data files that the added deletes refer to: none may have been removed meanwhile. */
  readonly referencedDataFiles: ReadonlySet<string>
  /** The snapshot that the change was worked out on; undefined when it was on an empty table. */
  readonly startingSnapshotId: bigint | undefined
  /** Says whether a data or delete file that somebody else added meanwhile breaks this change. */
  readonly conflictsWith: ((file: DataFile) => boolean) | undefined
  /** Further entries of the snapshot's summary. */
  readonly summary: Readonly<Record<string, string>>
}

/** Counts for a snapshot's summary (spec, Appendix F "Optional Snapshot Summary Fields"). */
export class SummaryBuilder {
  readonly #counts = new Map<string, number>()
  readonly #partitions = new Set<string>()

  add(file: DataFile): void {
    this.#touch(file)
    this.#bump('added-files-size', file.fileSizeInBytes)
    if (file.content === DATA_CONTENT) {
      this.#bump('added-data-files', 1)
      this.#bump('added-records', file.recordCount)
      return
    }
    const kind = file.content === POSITION_DELETES_CONTENT ? 'position' : 'equality'
    this.#bump('added-delete-files', 1)
    this.#bump(`added-${kind}-delete-files`, 1)
    this.#bump(`added-${kind}-deletes`, file.recordCount)
  }

  remove(file: DataFile): void {
    this.#touch(file)
    this.#bump('removed-files-size', file.fileSizeInBytes)
    if (file.content === DATA_CONTENT) {
      this.#bump('deleted-data-files', 1)
      this.#bump('deleted-records', file.recordCount)
      return
    }
    const kind = file.content === POSITION_DELETES_CONTENT ? 'position' : 'equality'
    this.#bump('removed-delete-files', 1)
    this.#bump(`removed-${kind}-delete-files`, 1)
    this.#bump(`removed-${kind}-deletes`, file.recordCount)
  }

  /** The whole summary. Totals go on from the parent's; a parent that does not know one leaves it out. */
  build(
    operation: SnapshotOperation,
    parent: Readonly<Record<string, string>> | undefined,
    extra: Readonly<Record<string, string>>,
  ): Record<string, string> {
    const summary: Record<string, string> = { operation, ...extra }
    for (const [key, count] of this.#counts) summary[key] = String(count)
    if (this.#partitions.size > 0) summary['changed-partition-count'] = String(this.#partitions.size)
    const total = (key: string, added: string, removed: string) => {
      const before = parent === undefined ? 0 : Number(parent[key])
      if (Number.isFinite(before)) summary[key] = String(before + this.#count(added) - this.#count(removed))
    }
    total('total-records', 'added-records', 'deleted-records')
    total('total-files-size', 'added-files-size', 'removed-files-size')
    total('total-data-files', 'added-data-files', 'deleted-data-files')
    total('total-delete-files', 'added-delete-files', 'removed-delete-files')
    total('total-position-deletes', 'added-position-deletes', 'removed-position-deletes')
    total('total-equality-deletes', 'added-equality-deletes', 'removed-equality-deletes')
    return summary
  }

  #bump(key: string, by: number): void {
    this.#counts.set(key, this.#count(key) + by)
  }

  #count(key: string): number {
    return this.#counts.get(key) ?? 0
  }

  #touch(file: DataFile): void {
    this.#partitions.add(`${file.specId}:${partitionKey(file)}`)
  }
}

/** A text that is equal exactly for equal partition tuples of one spec. */
export function partitionKey(file: DataFile): string {
  let key = ''
  for (const value of file.partition) {
    const text = value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)
    key += `${value === null ? 'n' : 'v'}${text.length}:${text}`
  }
  return key
}
