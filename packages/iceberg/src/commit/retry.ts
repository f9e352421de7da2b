/** Optimistic retry: prepare on what the table is, commit, and on a conflict refresh and prepare again. */
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { CommitError } from '@artemis/errors'
import type { ManifestSource } from '../manifest/load.js'
import type { TableMetadata } from '../model/table-metadata.js'
import { COMMIT_CONFLICT, COMMIT_RETRIES_EXHAUSTED, COMMIT_STATE_UNKNOWN, isCommitFailure } from './failure.js'
import type { TableCommit } from './table-update.js'

/** Time and chance, injectable for tests and for archives whose history lies in the past. */
export interface CommitEnvironment {
  /** Milliseconds from 1970-01-01. */
  readonly now: () => number
  /** A number from 0 up to but not including 1. */
  readonly random: () => number
  readonly sleep: (ms: number) => Promise<void>
}

export const SYSTEM_ENVIRONMENT: CommitEnvironment = {
  now: Date.now,
  random: () => randomInt(2 ** 47) / 2 ** 47,
  sleep: async (ms) => {
    await delay(ms)
  },
}

export interface CommitOptions {
  /**
   * The time that the commit carries, in milliseconds; by default the environment's clock. It may lie in the past but not
   * before the table's last change of the current snapshot.
   */
  readonly timestampMs?: number
}

/** A table that can be refreshed and committed to: the `Table` facade. */
export interface CommitTarget extends ManifestSource {
  readonly environment: CommitEnvironment
  /** Loads the newest metadata into `metadata`. */
  refresh(): Promise<void>
  /** Commits once and takes over the result. Fails with `COMMIT_CONFLICT` or `COMMIT_STATE_UNKNOWN`. */
  commitOnce(commit: TableCommit, timestampMs: number): Promise<void>
}

export interface PreparedCommit extends TableCommit {
  readonly timestampMs: number
  /** Whether metadata read after an unknown outcome shows that this commit happened. */
  readonly isCommitted?: (metadata: TableMetadata) => boolean
}

/** Commits what `prepare` makes of the current metadata; undefined from it means there is nothing to do. */
export async function commitWithRetry(
  target: CommitTarget,
  prepare: (base: TableMetadata, attempt: number) => Promise<PreparedCommit | undefined>,
): Promise<void> {
  const policy = retryPolicy(target.metadata)
  let waited = 0
  for (let attempt = 0; ; attempt++) {
    const prepared = await prepare(target.metadata, attempt)
    if (prepared === undefined) return
    try {
      await target.commitOnce(prepared, prepared.timestampMs)
      return
    } catch (error) {
      const known = await resolveUnknown(target, prepared, error)
      if (known === 'committed') return
      if (attempt >= policy.retries || waited >= policy.totalMs) throw exhausted(attempt, error)
      const wait = backoff(policy, attempt, target.environment.random())
      waited += wait
      await target.environment.sleep(wait)
      await target.refresh()
      if (prepared.isCommitted?.(target.metadata) === true) return
    }
  }
}

/** Rethrows what is no conflict. An unknown outcome is settled by looking for the change; when that is impossible it stays unknown. */
async function resolveUnknown(target: CommitTarget, prepared: PreparedCommit, error: unknown): Promise<'committed' | 'conflict'> {
  if (isCommitFailure(error, COMMIT_CONFLICT)) return 'conflict'
  if (!isCommitFailure(error, COMMIT_STATE_UNKNOWN) || prepared.isCommitted === undefined) throw error
  try {
    await target.refresh()
  } catch {
    throw error
  }
  return prepared.isCommitted(target.metadata) ? 'committed' : 'conflict'
}

interface RetryPolicy {
  readonly retries: number
  readonly minWaitMs: number
  readonly maxWaitMs: number
  readonly totalMs: number
}

function retryPolicy(metadata: TableMetadata): RetryPolicy {
  const number = (name: string, otherwise: number) => {
    const value = Number(metadata.properties[name] ?? otherwise)
    return Number.isFinite(value) && value >= 0 ? value : otherwise
  }
  return {
    retries: number('commit.retry.num-retries', 4),
    minWaitMs: number('commit.retry.min-wait-ms', 100),
    maxWaitMs: number('commit.retry.max-wait-ms', 60_000),
    totalMs: number('commit.retry.total-timeout-ms', 1_800_000),
  }
}

/** Doubles with each try; half of it is left to chance, so that two writers do not meet again at once. */
function backoff(policy: RetryPolicy, attempt: number, random: number): number {
  const full = Math.min(policy.maxWaitMs, policy.minWaitMs * 2 ** attempt)
  return Math.round(full * (0.5 + random / 2))
}

function exhausted(attempt: number, cause: unknown): CommitError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new CommitError({
    code: COMMIT_RETRIES_EXHAUSTED,
    message: `the commit met a conflict ${attempt + 1} times; the last one: ${reason}`,
    hint: 'Try again, or raise the table property commit.retry.num-retries.',
    cause,
  })
}
