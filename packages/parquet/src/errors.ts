import { DataError, UnsupportedError } from '@artemis/errors'

/** The error of a file that breaks the format. `where` names the file and the part of it. */
export function damaged(where: string, what: string, cause?: unknown): DataError {
  return new DataError({ code: 'PARQUET_DAMAGED', message: `${where}: ${what}`, hint: 'The Parquet file is truncated or damaged.', cause })
}

/** The error of a part of the format that this reader or writer does not have. */
export function unsupported(where: string, what: string): UnsupportedError {
  return new UnsupportedError({ code: 'PARQUET_UNSUPPORTED', message: `${where}: ${what} is not supported` })
}
