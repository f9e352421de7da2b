import type { InputFile } from '@artemis/iceberg'
import type { ByteSource } from '@artemis/parquet'
import { throwIfAborted } from '@artemis/errors'

/** A file of a table's storage as Parquet reads it, counting the bytes. */
export class InputFileSource implements ByteSource {
  readonly name: string
  readonly size: number
  readonly #file: InputFile
  readonly #onRead: (bytes: number) => void
  #closing: Promise<void> | undefined

  constructor(file: InputFile, onRead: (bytes: number) => void) {
    this.name = file.location
    this.size = file.size
    this.#file = file
    this.#onRead = onRead
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    throwIfAborted(signal)
    const bytes = await this.#file.read(offset, length)
    this.#onRead(length)
    return bytes
  }

  close(): Promise<void> {
    this.#closing ??= this.#file.close()
    return this.#closing
  }
}
