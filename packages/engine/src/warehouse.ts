/** Opening an archive by a word: what `--warehouse` takes. */

import { stat } from 'node:fs/promises'
import path from 'node:path'
import { ConfigError } from '@artemis/errors'
import { FilesystemCatalog, openSqliteCatalog } from '@artemis/iceberg'
import type { CatalogProvider } from '@artemis/plan'
import { ArtemisCatalog } from './iceberg/artemis-catalog.js'
import type { EngineRuntime } from './session/runtime.js'

/**
 * A folder of namespaces and tables, or `sqlite:FILE` for the catalog that pyiceberg's SqlCatalog and Java's JdbcCatalog
 * write (`sqlite:FILE#name` when the catalog in it has a name other than "artemis").
 */
export async function openWarehouse(location: string, runtime: EngineRuntime): Promise<CatalogProvider> {
  if (location.startsWith('sqlite:')) {
    const [file = '', name = 'artemis'] = location.slice('sqlite:'.length).split('#')
    await requireExisting(file, 'file')
    return new ArtemisCatalog(await openSqliteCatalog({ database: path.resolve(file), name, cache: runtime.cache }), runtime.cache)
  }
  const folder = path.resolve(location)
  await requireExisting(folder, 'folder')
  return new ArtemisCatalog(new FilesystemCatalog({ warehouse: folder, cache: runtime.cache }), runtime.cache)
}

async function requireExisting(place: string, what: 'file' | 'folder'): Promise<void> {
  const found = await stat(place).catch(() => undefined)
  if (found !== undefined && (what === 'folder' ? found.isDirectory() : found.isFile())) return
  throw new ConfigError({ code: 'WAREHOUSE_NOT_FOUND', message: `there is no ${what} ${place} to open as a warehouse` })
}
