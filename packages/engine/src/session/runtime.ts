/** What the sessions of a process share: caches of immutable files, the functions, what is known about folders. */

import { sweepStaleSpillFolders } from '@artemis/execution'
import { createFunctionRegistry } from '@artemis/functions'
import { IcebergCache } from '@artemis/iceberg'
import type { FunctionRegistry } from '@artemis/plan'

export interface RuntimeOptions {
  /** Bytes of decoded table metadata, manifests and Parquet footers that are kept. Default 256 MiB. */
  readonly cacheBytes?: number | undefined
}

export class EngineRuntime {
  readonly cache: IcebergCache
  readonly functions: FunctionRegistry
  readonly #swept = new Map<string, Promise<unknown>>()

  constructor(options: RuntimeOptions = {}) {
    this.cache = new IcebergCache(options.cacheBytes === undefined ? {} : { maxBytes: options.cacheBytes })
    this.functions = createFunctionRegistry()
  }

  /** Removes what killed processes left in a spill folder; once for each folder. */
  async sweepSpillFolder(directory: string): Promise<void> {
    let swept = this.#swept.get(directory)
    if (swept === undefined) {
      swept = sweepStaleSpillFolders(directory)
      this.#swept.set(directory, swept)
    }
    await swept
  }
}
