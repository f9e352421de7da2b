import { DataError, IoError, throwIfAborted } from '@artemis/errors'
import { randomUUID } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { giveBuffer, takeBuffer } from './buffer-pool.js'
import type { ByteSink, ByteSource } from './byte-source.js'
import { checkRange } from './memory-source.js'

/** A local file, read by position: concurrent reads share one handle. */
export class LocalFileSource implements ByteSource {
  readonly name: string
  readonly size: number
  readonly #handle: FileHandle
  #closing: Promise<void> | undefined

  private constructor(name: string, size: number, handle: FileHandle) {
    this.name = name
    this.size = size
    this.#handle = handle
  }

  /** Throws IoError when the file cannot be opened. `size` saves a system call where it is known. */
  static async open(path: string, options: { readonly size?: number | undefined } = {}): Promise<LocalFileSource> {
    let handle: FileHandle | undefined
    try {
      handle = await open(path, 'r')
      const size = options.size ?? (await handle.stat()).size
      return new LocalFileSource(path, size, handle)
    } catch (cause) {
      await handle?.close()
      throw ioError(`cannot open ${path}`, cause)
    }
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    throwIfAborted(signal)
    checkRange(this, offset, length)
    const bytes = takeBuffer(length)
    let done = 0
    while (done < length) {
      let bytesRead: number
      try {
        bytesRead = (await this.#handle.read(bytes, done, length - done, offset + done)).bytesRead
      } catch (cause) {
        throw ioError(`cannot read ${this.name}`, cause)
      }
      throwIfAborted(signal)
      if (bytesRead === 0) {
        throw new DataError({
          code: 'FILE_TRUNCATED',
          message: `${this.name}: the file ends at byte ${offset + done}, ${length - done} bytes are missing`,
        })
      }
      done += bytesRead
    }
    return bytes
  }

  recycle(bytes: Uint8Array): void {
    giveBuffer(bytes)
  }

  close(): Promise<void> {
    this.#closing ??= this.#handle.close()
    return this.#closing
  }
}

/**
 * A new local file. The bytes go to a temporary name in the same folder, and `close` renames it, so that a reader never
 * sees half a file. Folders are made as needed.
 */
export class LocalFileSink implements ByteSink {
  readonly name: string
  readonly #temporary: string
  #handle: FileHandle | undefined

  constructor(path: string) {
    this.name = path
    this.#temporary = `${path}.${randomUUID()}.tmp`
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      const handle = (this.#handle ??= await this.#create())
      let done = 0
      while (done < bytes.length) done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten
    } catch (cause) {
      throw ioError(`cannot write ${this.name}`, cause)
    }
  }

  async close(): Promise<void> {
    try {
      const handle = (this.#handle ??= await this.#create())
      await handle.sync()
      await handle.close()
      await rename(this.#temporary, this.name)
    } catch (cause) {
      throw ioError(`cannot finish ${this.name}`, cause)
    }
  }

  async abort(): Promise<void> {
    await this.#handle?.close().catch(() => undefined)
    await rm(this.#temporary, { force: true })
  }

  async #create(): Promise<FileHandle> {
    await mkdir(dirname(this.name), { recursive: true })
    return open(this.#temporary, 'wx')
  }
}

function ioError(what: string, cause: unknown): IoError {
  return new IoError({ code: 'FILE_IO', message: `${what}: ${cause instanceof Error ? cause.message : String(cause)}`, cause })
}
