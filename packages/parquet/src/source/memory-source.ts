import { DataError, throwIfAborted } from '@artemis/errors'
import type { ByteSink, ByteSource } from './byte-source.js'

/** Throws DataError when `[offset, offset + length)` is not inside the file. */
export function checkRange(source: ByteSource, offset: number, length: number): void {
  if (Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0 && offset + length <= source.size) return
  throw new DataError({
    code: 'READ_OUT_OF_RANGE',
    message: `${source.name}: bytes ${offset} to ${offset + length} are outside the file of ${source.size} bytes`,
    hint: 'The file is truncated or damaged.',
  })
}

/** A file that is in memory already. */
export class MemoryByteSource implements ByteSource {
  readonly name: string
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array, name = 'memory') {
    this.#bytes = bytes
    this.name = name
  }

  get size(): number {
    return this.#bytes.length
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    throwIfAborted(signal)
    checkRange(this, offset, length)
    return this.#bytes.subarray(offset, offset + length)
  }

  async close(): Promise<void> {}
}

/** Collects what is written. */
export class MemoryByteSink implements ByteSink {
  readonly name: string
  #chunks: Uint8Array[] = []

  constructor(name = 'memory') {
    this.name = name
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#chunks.push(bytes)
  }

  async close(): Promise<void> {}

  async abort(): Promise<void> {
    this.#chunks = []
  }

  /** Everything written so far, as one array. */
  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#chunks))
  }
}

/** Counts the reads of another source, for tests that assert how little was read. */
export class CountingByteSource implements ByteSource {
  readonly #source: ByteSource
  reads = 0
  bytesRead = 0
  closed = false
  readonly ranges: { readonly offset: number; readonly length: number }[] = []

  constructor(source: ByteSource) {
    this.#source = source
  }

  get name(): string {
    return this.#source.name
  }

  get size(): number {
    return this.#source.size
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    this.reads++
    this.bytesRead += length
    this.ranges.push({ offset, length })
    return this.#source.read(offset, length, signal)
  }

  recycle(bytes: Uint8Array): void {
    this.#source.recycle?.(bytes)
  }

  async close(): Promise<void> {
    this.closed = true
    await this.#source.close()
  }

  reset(): void {
    this.reads = 0
    this.bytesRead = 0
    this.ranges.length = 0
  }
}
