import { ArtemisError, IoError, ResourceError } from '@artemis/errors'

/** The error of a failed file operation below the temporary directory. */
export function spillError(error: unknown, directory: string): ArtemisError {
  if (error instanceof ArtemisError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ResourceError({
      code: 'DISK_FULL',
      message: `no space is left for spill files in ${directory}`,
      hint: 'Free disk space, point artemis.temp_directory elsewhere, or raise artemis.memory_limit.',
      cause: error,
    })
  }
  return new IoError({
    code: 'SPILL_IO',
    message: `cannot use ${directory} for spill files: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'Set artemis.temp_directory to a directory that this process may write.',
    cause: error,
  })
}
