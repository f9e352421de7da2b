/** One spill file: batches of one schema as an Arrow IPC stream, written once and read back in the same order. */

import type { Batch, Schema } from '@artemis/arrow'
import { decodeBatch, encodeBatch, encodeSchema } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import type { FileHandle } from 'node:fs/promises'
import { open, rm } from 'node:fs/promises'

/** What a file needs of its manager. */
interface SpillFileOwner {
  /** Counts bytes about to be written; throws when they are too many. */
  reserve(bytes: number): void
  release(file: SpillFile, bytes: number): void
  failure(error: unknown): Error
}

interface Segment {
  readonly offset: number
  readonly length: number
}

/** Messages up to this size are copied together: one call costs more than copying it. */
const GATHERED_BYTES = 1 << 20

export class SpillFile {
  readonly schema: Schema
  readonly #path: string
  readonly #owner: SpillFileOwner
  readonly #segments: Segment[] = []
  #handle: FileHandle | null = null
  #bytes = 0
  #rows = 0
  #made = false
  #removed = false

  constructor(path: string, schema: Schema, owner: SpillFileOwner) {
    this.#path = path
    this.schema = schema
    this.#owner = owner
  }

  get bytes(): number {
    return this.#bytes
  }

  get rows(): number {
    return this.#rows
  }

  /** Writes a batch at the end. Resolves when the operating system has taken it, so that writers feel a slow disk. */
  async append(batch: Batch): Promise<void> {
    assert(!this.#removed, 'a removed spill file was written to')
    if (this.#bytes === 0) await this.#write([encodeSchema(this.schema, new Set())])
    const offset = this.#bytes
    await this.#write(encodeBatch(batch))
    this.#segments.push({ offset, length: this.#bytes - offset })
    this.#rows += batch.rowCount
  }

  /** The batches in the order of writing, one read at a time. */
  async *read(): AsyncGenerator<Batch, void, undefined> {
    for (const segment of this.#segments) yield decodeBatch(this.schema, await this.#readSegment(segment))
  }

  /** Closes the file until it is read or written again: a query may have more files than it may have open. */
  async rest(): Promise<void> {
    const handle = this.#handle
    this.#handle = null
    await handle?.close()
  }

  /** Closes and deletes the file. Safe to call again. */
  async remove(): Promise<void> {
    if (this.#removed) return
    this.#removed = true
    this.#owner.release(this, this.#bytes)
    await this.rest()
    await rm(this.#path, { force: true })
  }

  async #open(): Promise<FileHandle> {
    // The first opening makes the file, and must find none.
    this.#handle ??= await open(this.#path, this.#made ? 'r+' : 'wx+', 0o600)
    this.#made = true
    return this.#handle
  }

  async #write(chunks: readonly Uint8Array[]): Promise<void> {
    const length = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)
    this.#owner.reserve(length)
    const offset = this.#bytes
    this.#bytes += length
    try {
      const handle = await this.#open()
      if (length <= GATHERED_BYTES) await writeFully(handle, Buffer.concat(chunks, length), offset)
      else {
        let position = offset
        for (const chunk of chunks) {
          await writeFully(handle, chunk, position)
          position += chunk.byteLength
        }
      }
    } catch (error) {
      throw this.#owner.failure(error)
    }
  }

  async #readSegment({ offset, length }: Segment): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)
    try {
      const handle = await this.#open()
      for (let done = 0; done < length;) {
        const { bytesRead } = await handle.read(bytes, done, length - done, offset + done)
        assert(bytesRead > 0, 'a spill file is shorter than what was written to it')
        done += bytesRead
      }
    } catch (error) {
      throw this.#owner.failure(error)
    }
    return bytes
  }
}

async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done, position + done)
    done += bytesWritten
  }
}
