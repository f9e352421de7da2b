/** The page indexes and bloom filters of a file, read when first asked for and kept with its metadata. */

import { ArtemisError } from '@artemis/errors'
import { BloomFilter, parseBloomHeader } from '../index/bloom-filter.js'
import type { PageIndex } from '../index/page-index.js'
import { parseColumnIndex, parseOffsetIndex } from '../index/page-index.js'
import type { ByteRange, ParquetMetadata } from '../metadata/types.js'
import type { ByteSource } from '../source/byte-source.js'
import { readRanges } from '../source/coalesce.js'
import type { PageLocation } from './column-chunk.js'

const BLOOM_HEADER_GUESS = 256

/** Indexes are parts of immutable files: whoever caches the metadata caches them too. */
const caches = new WeakMap<ParquetMetadata, Map<string, PageIndex | undefined>>()

export class PageIndexes {
  readonly #source: ByteSource
  readonly #metadata: ParquetMetadata
  readonly #cache: Map<string, PageIndex | undefined>

  constructor(source: ByteSource, metadata: ParquetMetadata) {
    this.#source = source
    this.#metadata = metadata
    this.#cache = caches.get(metadata) ?? new Map<string, PageIndex | undefined>()
    caches.set(metadata, this.#cache)
  }

  /** The pages of each leaf's column chunk, where the file has an offset index. */
  async locations(rowGroup: number, leaves: readonly number[], signal?: AbortSignal): Promise<(readonly PageLocation[] | undefined)[]> {
    return (await this.load(rowGroup, leaves, false, signal)).map((index) => index?.locations)
  }

  /** The page index of each leaf's column chunk, in one go. `withBounds` asks for the column index too. */
  async load(rowGroup: number, leaves: readonly number[], withBounds: boolean, signal?: AbortSignal): Promise<(PageIndex | undefined)[]> {
    const missing = leaves.filter((leaf) => {
      const key = `${rowGroup}:${leaf}`
      const cached = this.#cache.get(key)
      return (
        !this.#cache.has(key) ||
        (withBounds && cached !== undefined && cached.bounds === undefined && this.#columnIndex(rowGroup, leaf) !== undefined)
      )
    })
    const ranges: ByteRange[] = []
    const slots = missing.map((leaf) => {
      const offsetIndex = this.#metadata.rowGroups[rowGroup]!.columns[leaf]!.offsetIndex
      if (offsetIndex === undefined) return undefined
      const at = ranges.push(offsetIndex) - 1
      const columnIndex = withBounds ? this.#columnIndex(rowGroup, leaf) : undefined
      return { at, columnAt: columnIndex === undefined ? -1 : ranges.push(columnIndex) - 1 }
    })
    const fetched = ranges.length === 0 ? [] : await readRanges(this.#source, ranges, signal)
    missing.forEach((leaf, i) => {
      const slot = slots[i]
      const index = slot === undefined ? undefined : this.#parse(rowGroup, leaf, fetched[slot.at]!.bytes, fetched[slot.columnAt]?.bytes)
      this.#cache.set(`${rowGroup}:${leaf}`, index)
    })
    return leaves.map((leaf) => this.#cache.get(`${rowGroup}:${leaf}`))
  }

  async bloomFilter(rowGroup: number, leaf: number, signal?: AbortSignal): Promise<BloomFilter | undefined> {
    const range = this.#metadata.rowGroups[rowGroup]?.columns[leaf]?.bloomFilter
    if (range === undefined) return undefined
    const where = this.#where(rowGroup, leaf, 'bloom filter')
    const guess = Math.min(range.length > 0 ? range.length : BLOOM_HEADER_GUESS, this.#source.size - range.offset)
    const bytes = await this.#source.read(range.offset, guess, signal)
    const header = parseBloomHeader(bytes, where)
    if (!header.isKnown) return undefined
    const end = header.headerSize + header.bitsetSize
    const bitset =
      end <= bytes.length
        ? bytes.subarray(header.headerSize, end)
        : await this.#source.read(range.offset + header.headerSize, header.bitsetSize, signal)
    return new BloomFilter(this.#metadata.leaves[leaf]!, bitset)
  }

  /** The column index of a leaf, unless it was found to be of no use. */
  #columnIndex(rowGroup: number, leaf: number): ByteRange | undefined {
    return this.#metadata.rowGroups[rowGroup]!.columns[leaf]!.columnIndex
  }

  /** A damaged index counts as absent: the pages themselves tell the truth. */
  #parse(rowGroup: number, leaf: number, offsetBytes: Uint8Array, columnBytes: Uint8Array | undefined): PageIndex | undefined {
    const group = this.#metadata.rowGroups[rowGroup]!
    const where = this.#where(rowGroup, leaf, 'page index')
    try {
      const locations = parseOffsetIndex(offsetBytes, group.columns[leaf]!, group.rowCount, where)
      if (locations === undefined) return undefined
      const bounds = columnBytes === undefined ? undefined : parseColumnIndex(columnBytes, this.#metadata.leaves[leaf]!, locations, where)
      return { locations, bounds }
    } catch (error) {
      if (error instanceof ArtemisError && error.kind === 'data') return undefined
      throw error
    }
  }

  #where(rowGroup: number, leaf: number, what: string): string {
    return `${this.#source.name}: row group ${rowGroup}, column ${this.#metadata.leaves[leaf]!.path.join('.')}, ${what}`
  }
}
