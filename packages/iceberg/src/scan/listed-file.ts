/** Data and delete files never change once they are committed: one that did is not what its manifest describes. */
import { DataError } from '@artemis/errors'
import type { DataFile } from '../model/manifest.js'

/**
 * Throws a DataError when a file's row count is not what its manifest lists. Planning has already trusted it, as well as
 * the bounds and counts beside it, so that rows of such a file would belong to nothing that was committed. The size is
 * not compared: there are writers that list it wrong, and other readers read their tables.
 */
export function requireAsListed(listed: DataFile, rowCount: number): void {
  if (rowCount === listed.recordCount) return
  throw new DataError({
    code: 'FILE_CHANGED',
    message: `${listed.filePath} has ${rowCount} rows, its manifest says ${listed.recordCount}`,
    hint: 'The file or its manifest was damaged or replaced after the commit.',
  })
}
