/** Branches, tags and rollback: changes of references, which write no file but the metadata. */
import { CatalogError } from '@artemis/errors'
import { ancestorsOf, refByName, snapshotAsOf, snapshotById } from '../metadata/lookup.js'
import { MAIN_BRANCH } from '../model/snapshot.js'
import type { SnapshotRef } from '../model/snapshot.js'
import type { TableMetadata } from '../model/table-metadata.js'
import { commitWithRetry } from './retry.js'
import type { CommitOptions, CommitTarget } from './retry.js'
import type { TableRequirement, TableUpdate } from './table-update.js'

/** How long expiry keeps a reference and the snapshots behind it. */
export interface RefRetention {
  readonly minSnapshotsToKeep?: number
  readonly maxSnapshotAgeMs?: number
  readonly maxRefAgeMs?: number
}

type Step = (metadata: TableMetadata) => { readonly requirement: TableRequirement; readonly update: TableUpdate }

/** Collects changes of references; `commit` makes them all at once. Each is checked against the table as it is then. */
export class ManageSnapshots {
  readonly #target: CommitTarget
  readonly #steps: Step[] = []

  constructor(target: CommitTarget) {
    this.#target = target
  }

  /** Names a snapshot for good; by default the current one. */
  createTag(name: string, snapshotId?: bigint, retention?: Pick<RefRetention, 'maxRefAgeMs'>): this {
    return this.#create(name, 'tag', snapshotId, retention)
  }

  /** Starts a line of snapshots of its own; by default at the current one. */
  createBranch(name: string, snapshotId?: bigint, retention?: RefRetention): this {
    return this.#create(name, 'branch', snapshotId, retention)
  }

  replaceTag(name: string, snapshotId: bigint): this {
    return this.#replace(name, 'tag', snapshotId)
  }

  replaceBranch(name: string, snapshotId: bigint): this {
    return this.#replace(name, 'branch', snapshotId)
  }

  /** Removes a tag or a branch. Its snapshots stay until they expire. */
  removeRef(name: string): this {
    return this.#step((metadata) => {
      if (name === MAIN_BRANCH) throw new CatalogError({ code: 'INVALID_REF', message: `"${MAIN_BRANCH}" cannot be removed` })
      const ref = refByName(metadata, name)
      return { requirement: unchanged(name, ref), update: { kind: 'remove-snapshot-ref', name } }
    })
  }

  /** Changes how long expiry keeps a reference; what is left out is unset. */
  setRetention(name: string, retention: RefRetention): this {
    return this.#step((metadata) => {
      const ref = refByName(metadata, name)
      return setRef(name, ref, { ...withRetention(retention), snapshotId: ref.snapshotId, type: ref.type })
    })
  }

  /** Makes an ancestor of the current snapshot current again. */
  rollbackTo(snapshotId: bigint): this {
    return this.#setCurrent((metadata) => {
      const snapshot = snapshotById(metadata, snapshotId)
      const isAncestor =
        metadata.currentSnapshotId !== undefined &&
        ancestorsOf(metadata, metadata.currentSnapshotId).some((ancestor) => ancestor.snapshotId === snapshotId)
      if (!isAncestor) {
        throw new CatalogError({
          code: 'NOT_AN_ANCESTOR',
          message: `snapshot ${snapshotId} is no ancestor of the current snapshot`,
          hint: 'Set it as the current snapshot instead, if that is meant.',
        })
      }
      return snapshot.snapshotId
    })
  }

  /** Makes current again what was current at an instant, in milliseconds. */
  rollbackToTime(timestampMs: number): this {
    return this.#setCurrent((metadata) => snapshotAsOf(metadata, timestampMs, this.#target.environment.now()).snapshotId)
  }

  /** Makes any snapshot of the table the current one. */
  setCurrentSnapshot(snapshotId: bigint): this {
    return this.#setCurrent((metadata) => snapshotById(metadata, snapshotId).snapshotId)
  }

  async commit(options?: CommitOptions): Promise<void> {
    await commitWithRetry(this.#target, async (base) => {
      const steps = this.#steps.map((step) => step(base))
      if (steps.length === 0) return undefined
      return {
        requirements: [{ kind: 'assert-table-uuid', uuid: base.tableUuid }, ...steps.map((step) => step.requirement)],
        updates: steps.map((step) => step.update),
        timestampMs: options?.timestampMs ?? this.#target.environment.now(),
      }
    })
  }

  #create(name: string, type: 'branch' | 'tag', snapshotId: bigint | undefined, retention: RefRetention | undefined): this {
    return this.#step((metadata) => {
      if (Object.hasOwn(metadata.refs, name)) {
        throw new CatalogError({ code: 'REF_EXISTS', message: `the table already has a ${metadata.refs[name]!.type} "${name}"` })
      }
      const id = snapshotId ?? metadata.currentSnapshotId
      if (id === undefined)
        throw new CatalogError({ code: 'NO_SNAPSHOT', message: `a ${type} needs a snapshot, and the table has none yet` })
      return setRef(name, undefined, { ...withRetention(retention ?? {}), snapshotId: snapshotById(metadata, id).snapshotId, type })
    })
  }

  #replace(name: string, type: 'branch' | 'tag', snapshotId: bigint): this {
    return this.#step((metadata) => {
      const ref = refByName(metadata, name)
      if (ref.type !== type) throw new CatalogError({ code: 'INVALID_REF', message: `"${name}" is a ${ref.type}, not a ${type}` })
      return setRef(name, ref, { ...ref, snapshotId: snapshotById(metadata, snapshotId).snapshotId })
    })
  }

  #setCurrent(choose: (metadata: TableMetadata) => bigint): this {
    return this.#step((metadata) => {
      const ref = metadata.refs[MAIN_BRANCH]
      return setRef(MAIN_BRANCH, ref, { ...(ref ?? withRetention({})), type: 'branch', snapshotId: choose(metadata) })
    })
  }

  #step(step: Step): this {
    this.#steps.push(step)
    return this
  }
}

function setRef(name: string, before: SnapshotRef | undefined, ref: SnapshotRef): ReturnType<Step> {
  return { requirement: unchanged(name, before), update: { kind: 'set-snapshot-ref', name, ref } }
}

function unchanged(name: string, ref: SnapshotRef | undefined): TableRequirement {
  return { kind: 'assert-ref-snapshot-id', ref: name, snapshotId: ref?.snapshotId }
}

function withRetention(retention: RefRetention): Omit<SnapshotRef, 'snapshotId' | 'type'> {
  return {
    minSnapshotsToKeep: retention.minSnapshotsToKeep,
    maxSnapshotAgeMs: retention.maxSnapshotAgeMs,
    maxRefAgeMs: retention.maxRefAgeMs,
  }
}
