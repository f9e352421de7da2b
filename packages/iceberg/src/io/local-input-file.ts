/** A local file open for reading: positional reads on a bare descriptor, into buffers that are used again. */
import { closeSync, constants, fstatSync, open, openSync, read, readSync } from 'node:fs'
import { IoError } from '@artemis/errors'
import { giveBuffer, takeBuffer } from '@artemis/parquet'
import { ioFailure, shortRead } from './failure.js'
import type { InputFile } from './file-io.js'
import { localPath } from './location.js'

/** Opening a pipe in a file's place would wait for its writer for ever; in this mode it does not. Windows has none such. */
export const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/**
 * Opens a file whose size is not known. Goes through the thread pool, as a file that nobody has looked at yet may lie on
 * a slow disk.
 */
export function openUnknown(location: string): Promise<InputFile> {
  return new Promise((resolve, reject) => {
    open(localPath(location), READ_ONLY, (error, descriptor) => {
      if (error !== null) {
        reject(ioFailure('open', location, error))
        return
      }
      try {
        // The inode is in memory now: asking it costs less than another trip through the pool.
        const found = fstatSync(descriptor)
        if (!found.isFile()) throw notAFile(location)
        resolve(new LocalInputFile(location, found.size, descriptor))
      } catch (cause) {
        closeSync(descriptor)
        reject(ioFailure('open', location, cause))
      }
    })
  })
}

export function notAFile(location: string): IoError {
  return new IoError({ code: 'IO_FAILED', message: `${location} is not a file` })
}

/**
 * Reads up to this size are done in place while the operating system has the bytes in memory: copying them takes less time
 * than waking a thread of the pool. The first read that takes long tells that they come from a disk; for a while reads then
 * go through the pool, many at a time.
 */
const IN_PLACE_BYTES = 256 * 1024
const SLOW_MS = 2
const POOL_MS = 1000

let poolUntil = 0

/** Opens a file in place: one system call costs far less than a trip through the thread pool. */
export function openKnown(location: string, size: number): InputFile {
  try {
    return new LocalInputFile(location, size, openSync(localPath(location), READ_ONLY))
  } catch (error) {
    throw ioFailure('open', location, error)
  }
}

class LocalInputFile implements InputFile {
  readonly location: string
  readonly size: number
  readonly #descriptor: number
  #reading = 0
  #closed = false

  constructor(location: string, size: number, descriptor: number) {
    this.location = location
    this.size = size
    this.#descriptor = descriptor
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    if (this.#closed) return Promise.reject(new IoError({ code: 'FILE_CLOSED', message: `${this.location} was closed` }))
    const bytes = takeBuffer(length)
    if (length === 0) return Promise.resolve(bytes)
    const now = performance.now()
    return length <= IN_PLACE_BYTES && now >= poolUntil ? this.#readInPlace(bytes, offset, now) : this.#readInPool(bytes, offset)
  }

  async #readInPlace(bytes: Uint8Array, offset: number, started: number): Promise<Uint8Array> {
    let filled = 0
    try {
      while (filled < bytes.length) {
        const bytesRead = readSync(this.#descriptor, bytes, filled, bytes.length - filled, offset + filled)
        if (bytesRead === 0) throw shortRead(this.location, offset, bytes.length, filled)
        filled += bytesRead
      }
    } catch (error) {
      throw ioFailure('read', this.location, error)
    }
    const ended = performance.now()
    if (ended - started > SLOW_MS) poolUntil = ended + POOL_MS
    return bytes
  }

  #readInPool(bytes: Uint8Array, offset: number): Promise<Uint8Array> {
    const { length } = bytes
    this.#reading++
    return new Promise((resolve, reject) => {
      let filled = 0
      const settle = (error: unknown): void => {
        this.#reading--
        if (this.#closed && this.#reading === 0) this.#release()
        if (error === undefined) resolve(bytes)
        else reject(ioFailure('read', this.location, error))
      }
      const more = (): void => {
        read(this.#descriptor, bytes, filled, length - filled, offset + filled, (error, bytesRead) => {
          if (error !== null) settle(error)
          else if (bytesRead === 0) settle(shortRead(this.location, offset, length, filled))
          else {
            filled += bytesRead
            if (filled === length) settle(undefined)
            else more()
          }
        })
      }
      more()
    })
  }

  recycle(bytes: Uint8Array): void {
    giveBuffer(bytes)
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true
      // A descriptor under a running read must not be given to another file.
      if (this.#reading === 0) this.#release()
    }
    return Promise.resolve()
  }

  #release(): void {
    closeSync(this.#descriptor)
  }
}
