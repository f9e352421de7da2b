/** What the sessions of a process share: caches of immutable files, the functions, what is known about folders. */

import type { MemoryPool } from '@artemis/execution'
import { GreedyMemoryPool, sweepStaleSpillFolders } from '@artemis/execution'
import { createFunctionRegistry } from '@artemis/functions'
import { IcebergCache } from '@artemis/iceberg'
import type { FunctionRegistry } from '@artemis/plan'

export interface RuntimeOptions {
  /** Bytes of table metadata, manifests, Parquet footers and the pages of point queries that are kept. Default 256 MiB. */
  readonly cacheBytes?: number | undefined
  /** Bytes that the operators of all sessions together may hold, beside each session's own limit. No limit by default. */
  readonly memoryLimit?: number | undefined
}

export class EngineRuntime {
  readonly cache: IcebergCache
  readonly functions: FunctionRegistry
  /** What all sessions reserve from; undefined when nothing limits them together. */
  readonly memoryPool: MemoryPool | undefined
  /** Counts what sessions changed: a plan made before a change may not stand for the statement after it. */
  changes = 0
  readonly #swept = new Map<string, Promise<unknown>>()

  constructor(options: RuntimeOptions = {}) {
    this.cache = new IcebergCache(options.cacheBytes === undefined ? {} : { maxBytes: options.cacheBytes })
    this.functions = createFunctionRegistry()
    this.memoryPool = options.memoryLimit === undefined ? undefined : new GreedyMemoryPool(options.memoryLimit)
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
