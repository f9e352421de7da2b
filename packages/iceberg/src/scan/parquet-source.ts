/** Table storage as the byte sources and sinks of `@artemis/parquet`. */
import type { ByteSink, ByteSource } from '@artemis/parquet'
import { throwIfAborted } from '@artemis/errors'
import type { FileIO, InputFile, OutputFile } from '../io/file-io.js'

/** Opens a file of a table for reading as Parquet. The source is the caller's to close. */
export async function openParquetSource(io: FileIO, location: string): Promise<ByteSource> {
  return new FileIOSource(await io.open(location))
}

/** Starts a Parquet file; it becomes visible when the sink closes. */
export async function createParquetSink(io: FileIO, location: string): Promise<ByteSink> {
  return new FileIOSink(await io.create(location))
}

class FileIOSource implements ByteSource {
  readonly #file: InputFile
  #closed = false

  constructor(file: InputFile) {
    this.#file = file
  }

  get name(): string {
    return this.#file.location
  }

  get size(): number {
    return this.#file.size
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    throwIfAborted(signal)
    return this.#file.read(offset, length)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#file.close()
  }
}

class FileIOSink implements ByteSink {
  readonly #file: OutputFile

  constructor(file: OutputFile) {
    this.#file = file
  }

  get name(): string {
    return this.#file.location
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#file.write(bytes)
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  abort(): Promise<void> {
    return this.#file.abort()
  }
}
