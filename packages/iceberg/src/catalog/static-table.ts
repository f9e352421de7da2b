/** Opens a table by the place of its files, without a catalog: to read it, not to change it. */
import { UnsupportedError } from '@artemis/errors'
import { fileNameOf, parentLocation, trimTrailingSlashes } from '../io/location.js'
import { isMetadataFileName } from '../metadata/metadata-file.js'
import { Table } from '../table/table.js'
import type { CatalogOptions, LoadedMetadata } from './catalog.js'
import { catalogContext } from './catalog.js'
import { loadMetadataFile } from './metadata-store.js'
import { findMetadataFile } from './table-folder.js'

/**
 * Opens a table by its folder or by one of its metadata files. A folder gives the newest version, and `refresh` looks
 * again; a file stays what it is. The table may have been moved or copied from where its metadata says.
 */
export async function openStaticTable(location: string, options: CatalogOptions = {}): Promise<Table> {
  const { io, cache, environment } = catalogContext(options)
  const trimmed = trimTrailingSlashes(location)
  const isFile = isMetadataFileName(fileNameOf(trimmed))
  const load = async (): Promise<LoadedMetadata> => {
    const found = isFile ? await io.stat(trimmed) : await findMetadataFile(io, trimmed)
    return loadMetadataFile(io, cache, found?.location ?? trimmed, found === undefined ? '' : `${found.modifiedMs}:${found.size}`)
  }
  const folder = isFile ? parentLocation(parentLocation(trimmed)) : trimmed
  return new Table({
    identifier: { namespace: [], name: fileNameOf(folder) },
    loaded: await load(),
    cache,
    environment,
    operations: {
      load,
      commit: () => {
        throw new UnsupportedError({
          code: 'READ_ONLY_TABLE',
          message: `the table at ${location} was opened without a catalog, so it can only be read`,
        })
      },
    },
  })
}
