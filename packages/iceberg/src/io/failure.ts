/** Turns the operating system's errors into ours. */
import { ArtemisError, IoError } from '@artemis/errors'

/** The error code of Node's file system errors, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** An `IoError` for a failed operation. Errors that already are ours pass through. */
export function ioFailure(operation: string, location: string, error: unknown): ArtemisError {
  if (error instanceof ArtemisError) return error
  const code = systemCode(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') return fileNotFound(location, error)
  const reason = error instanceof Error ? error.message : String(error)
  return new IoError({ code: 'IO_FAILED', message: `could not ${operation} ${location}: ${reason}`, cause: error })
}

export function fileNotFound(location: string, cause?: unknown): IoError {
  return new IoError({ code: 'FILE_NOT_FOUND', message: `file not found: ${location}`, cause })
}

export function isFileNotFound(error: unknown): boolean {
  return error instanceof IoError && error.code === 'FILE_NOT_FOUND'
}

export function shortRead(location: string, offset: number, wanted: number, got: number): IoError {
  return new IoError({
    code: 'SHORT_READ',
    message: `${location} ends early: wanted ${wanted} bytes at ${offset}, got ${got}`,
  })
}
