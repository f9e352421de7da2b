/** A session over a demo archive of its own, for tests: in a folder that goes when the session closes. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { SessionOptions } from '@artemis/engine'
import { ArtemisCatalog, EngineRuntime, SessionContext } from '@artemis/engine'
import { FilesystemCatalog, localFileIO } from '@artemis/iceberg'
import type { Catalog } from '@artemis/iceberg'
import { createDemoArchive } from './archive.js'

export interface TemporaryDemo {
  readonly session: SessionContext
  readonly warehouse: string
  /** A folder beside the archive, for what the test writes. */
  readonly folder: string
  /** The archive's catalog below SQL, to change tables with. */
  readonly catalog: Catalog
  /** Another session over the same archive and runtime. */
  newSession(options?: SessionOptions): SessionContext
  close(): Promise<void>
}

/** `share` is that of {@link createDemoArchive}: 1 for all days. */
export async function openTemporaryDemo(share = 0.1, options: SessionOptions = {}): Promise<TemporaryDemo> {
  const folder = mkdtempSync(path.join(tmpdir(), 'artemis-demo-'))
  const warehouse = path.join(folder, 'warehouse')
  await createDemoArchive(warehouse, { share })
  const runtime = new EngineRuntime()
  const catalog = new FilesystemCatalog({ name: 'artemis', warehouse, cache: runtime.cache, io: localFileIO({ durable: false }) })
  const newSession = (own: SessionOptions = {}): SessionContext => {
    const session = new SessionContext({ runtime, ...own })
    session.registerCatalog('artemis', new ArtemisCatalog(catalog, runtime.cache))
    return session
  }
  const session = newSession(options)
  return {
    session,
    warehouse,
    folder,
    catalog,
    newSession,
    async close() {
      await session.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
