/** Data and delete files never change once they are committed: one that did is not what its manifest describes. */
import { DataError } from '@artemis/errors'
import type { DataFile } from '../model/manifest.js'

/**
 * Throws a DataError when a file's size or row count is not what its manifest lists. Planning has already trusted both, as
 * well as the bounds and counts beside them, so that rows of such a file would belong to nothing that was committed.
 */
export function requireAsListed(listed: DataFile, size: number, rowCount: number): void {
  if (size !== listed.fileSizeInBytes) throw changed(listed, `has ${size} bytes, its manifest says ${listed.fileSizeInBytes}`)
  if (rowCount !== listed.recordCount) throw changed(listed, `has ${rowCount} rows, its manifest says ${listed.recordCount}`)
}

function changed({ filePath }: DataFile, what: string): DataError {
  return new DataError({
    code: 'FILE_CHANGED',
    message: `${filePath} ${what}`,
    hint: 'The file or its manifest was damaged or replaced after the commit.',
  })
}
