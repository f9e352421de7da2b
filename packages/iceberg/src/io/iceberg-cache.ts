/**
 * A bounded cache of decoded metadata files, manifest lists and manifests, and of what readers of data files keep beside
 * them: footers, pages. Iceberg never changes such a file once it is written, so what is cached stays right for ever and
 * is shared by all sessions. The least recently used go first.
 *
 * Two callers that miss at the same time share one load. A failed load is not kept.
 */
import { ConfigError } from '@artemis/errors'
import type { FileIO } from './file-io.js'

export interface IcebergCacheOptions {
  /** How many bytes the decoded files may take, roughly. Default 256 MiB. */
  readonly maxBytes?: number
}

export interface CacheStatistics {
  readonly hits: number
  readonly misses: number
  readonly bytes: number
  readonly entries: number
}

/** A loaded value and about how many bytes it keeps alive. */
export interface Weighted<T> {
  readonly value: T
  readonly bytes: number
}

interface CacheEntry {
  readonly value: Promise<unknown>
  /** Undefined while the load runs: then it counts nothing yet. */
  bytes: number | undefined
}

const DEFAULT_MAX_BYTES = 256 * 1024 * 1024

export class IcebergCache {
  readonly #maxBytes: number
  /** A Map keeps insertion order: a used entry is put in again, so the first one is the least recently used. */
  readonly #entries = new Map<string, CacheEntry>()
  readonly #ioIds = new WeakMap<FileIO, number>()
  #nextIoId = 0
  #bytes = 0
  #hits = 0
  #misses = 0

  constructor(options?: IcebergCacheOptions) {
    this.#maxBytes = options?.maxBytes ?? DEFAULT_MAX_BYTES
    if (!(this.#maxBytes >= 0)) throw new ConfigError({ code: 'INVALID_CACHE_SIZE', message: 'maxBytes of the cache must not be negative' })
  }

  /** The value of `key` in `io`, loaded when it is not there. Two `FileIO` objects never share an entry. */
  async getOrLoad<T>(io: FileIO, key: string, load: () => Promise<Weighted<T>>): Promise<T> {
    const fullKey = `${this.#idOf(io)}:${key}`
    const known = this.#entries.get(fullKey)
    if (known !== undefined) {
      this.#hits++
      this.#entries.delete(fullKey)
      this.#entries.set(fullKey, known)
      // Only `load` of the same key ever fills an entry, and a key belongs to one kind of file.
      return known.value as Promise<T>
    }
    this.#misses++
    const loading = load()
    const entry: CacheEntry = { value: loading.then((loaded) => loaded.value), bytes: undefined }
    this.#entries.set(fullKey, entry)
    try {
      const loaded = await loading
      this.#settle(fullKey, entry, loaded.bytes)
      return loaded.value
    } catch (error) {
      if (this.#entries.get(fullKey) === entry) this.#entries.delete(fullKey)
      // The shared promise fails for those who wait on it; without waiters the failure is reported here alone.
      entry.value.catch(() => {})
      throw error
    }
  }

  get statistics(): CacheStatistics {
    return { hits: this.#hits, misses: this.#misses, bytes: this.#bytes, entries: this.#entries.size }
  }

  clear(): void {
    this.#entries.clear()
    this.#bytes = 0
  }

  #settle(key: string, entry: CacheEntry, bytes: number): void {
    if (this.#entries.get(key) !== entry) return
    entry.bytes = bytes
    this.#bytes += bytes
    for (const [oldKey, old] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) break
      if (old.bytes === undefined) continue
      this.#entries.delete(oldKey)
      this.#bytes -= old.bytes
    }
  }

  #idOf(io: FileIO): number {
    let id = this.#ioIds.get(io)
    if (id === undefined) {
      id = this.#nextIoId++
      this.#ioIds.set(io, id)
    }
    return id
  }
}
