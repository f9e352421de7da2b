/** The ways in which a commit fails. Only a conflict is worth another try. */
import { CommitError } from '@artemis/errors'

/** Another writer came first; the operation may be tried again on what the table is now. */
export const COMMIT_CONFLICT = 'COMMIT_CONFLICT'
/** Nobody can tell whether the commit happened: nothing it wrote may be deleted. */
export const COMMIT_STATE_UNKNOWN = 'COMMIT_STATE_UNKNOWN'
/** The table has changed so that the operation itself is no longer right; trying again cannot help. */
export const COMMIT_VALIDATION_FAILED = 'COMMIT_VALIDATION_FAILED'
/** Every try met a conflict. */
export const COMMIT_RETRIES_EXHAUSTED = 'COMMIT_RETRIES_EXHAUSTED'

export function commitConflict(message: string, cause?: unknown): CommitError {
  return new CommitError({ code: COMMIT_CONFLICT, message, cause })
}

export function commitStateUnknown(message: string, cause?: unknown): CommitError {
  return new CommitError({
    code: COMMIT_STATE_UNKNOWN,
    message,
    hint: 'Load the table again to see whether the change is there. No file was deleted.',
    cause,
  })
}

export function validationFailed(message: string, hint?: string): CommitError {
  return new CommitError({ code: COMMIT_VALIDATION_FAILED, message, hint })
}

export function isCommitFailure(error: unknown, code: string): boolean {
  return error instanceof CommitError && error.code === code
}
