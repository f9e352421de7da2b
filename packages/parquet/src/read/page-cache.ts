/**
 * Pages that outlive a query. A point query reads a page of each column, and the next one often needs the same pages:
 * those that were read singly can be kept, first as they stand in the file and uncompressed once they were decoded twice.
 * What is kept are bytes, never vectors: decoding copies them, so that no consumer can reach what others share.
 */

import type { ByteRange } from '../metadata/types.js'
import type { PageHeader } from '../decode/page-header.js'

/** The bytes of a page, or of what stands before the first data page of a chunk: its dictionary. */
export class KeptPage {
  /** Header and body, as in the file. Never changed. */
  readonly bytes: Uint8Array
  /** Undefined where it is damaged: whoever decodes the page reads it again and is told. */
  readonly header: PageHeader | undefined
  #content: Uint8Array | undefined
  #wasUncompressed = false

  constructor(bytes: Uint8Array, header: PageHeader | undefined) {
    this.bytes = bytes
    this.header = header
  }

  /** What the body holds, uncompressed, its checksum found right; undefined until it is kept. Never changed. */
  get content(): Uint8Array | undefined {
    return this.#content
  }

  /**
   * Takes note of what the body holds, which may be scratch memory; returns what to decode. A copy is kept from the second
   * time on: most pages are never asked for again, and a copy costs the first reader more than it may spare others.
   */
  uncompressed(content: Uint8Array): Uint8Array {
    if (!this.#wasUncompressed) {
      this.#wasUncompressed = true
      return content
    }
    this.#content = content.buffer === this.bytes.buffer ? content : new Uint8Array(content)
    return this.#content
  }

  /** Bytes that the page takes at most, its content included. */
  get byteSize(): number {
    return this.bytes.length + (this.header?.uncompressedSize ?? 0)
  }
}

/** Keeps pages of one file, which never changes; bounded by whoever implements it. */
export interface PageCache {
  /** Whether pages of about so many bytes, uncompressed, may be looked up and kept. */
  admits(bytes: number): boolean
  /**
   * The page at each range. `load` brings those that are not there, in one go. Another reader may wait for what this one
   * loads, so a load must not depend on the reader's own cancellation.
   */
  getOrLoad(ranges: readonly ByteRange[], load: (missing: readonly ByteRange[]) => Promise<readonly KeptPage[]>): Promise<readonly KeptPage[]>
}
