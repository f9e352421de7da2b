/**
 * The pages of data files that point queries read, in the cache that all sessions share. A query that reads much has no
 * use for it and would drive out what others need, so each scan may put through it so many bytes only.
 */

import type { FileIO, IcebergCache, Weighted } from '@artemis/iceberg'
import type { ByteRange, KeptPage, PageCache } from '@artemis/parquet'

/** Bytes of uncompressed pages that one scan may look up and keep. */
const SCAN_BYTES = 16 * 1024 * 1024

export class ScanPages {
  readonly #io: FileIO
  readonly #cache: IcebergCache
  #left = SCAN_BYTES

  constructor(io: FileIO, cache: IcebergCache) {
    this.#io = io
    this.#cache = cache
  }

  /** The pages of one file; `key` tells it apart from all others, and from what stood under its name before. */
  ofFile(key: string): PageCache {
    return {
      admits: (bytes) => {
        if (bytes > this.#left) return false
        this.#left -= bytes
        return true
      },
      getOrLoad: (ranges, load) => this.#getOrLoad(key, ranges, load),
    }
  }

  /** The cache is asked for all ranges before any is loaded, so that the absent ones are read together. */
  async #getOrLoad(
    key: string,
    ranges: readonly ByteRange[],
    load: (missing: readonly ByteRange[]) => Promise<readonly KeptPage[]>,
  ): Promise<readonly KeptPage[]> {
    const missing: Missing[] = []
    const all = Promise.all(
      ranges.map((range) => {
        const loadOne = (): Promise<Weighted<KeptPage>> => new Promise((resolve, reject) => missing.push({ range, resolve, reject }))
        return this.#cache.getOrLoad(this.#io, `page:${key}:${range.offset}+${range.length}`, loadOne)
      }),
    )
    if (missing.length > 0) {
      // A page that another query loads may fail while this one still reads: that is reported below.
      all.catch(() => undefined)
      try {
        const loaded = await load(missing.map(({ range }) => range))
        for (const [i, { resolve }] of missing.entries()) resolve({ value: loaded[i]!, bytes: loaded[i]!.byteSize })
      } catch (error) {
        for (const { reject } of missing) reject(error)
      }
    }
    return all
  }
}

interface Missing {
  readonly range: ByteRange
  readonly resolve: (page: Weighted<KeptPage>) => void
  readonly reject: (error: unknown) => void
}
