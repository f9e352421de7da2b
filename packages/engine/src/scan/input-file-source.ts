import type { FileIO, InputFile } from '@artemis/iceberg'
import type { ByteSource } from '@artemis/parquet'
import { throwIfAborted } from '@artemis/errors'

/**
 * A file of a table's storage as Parquet reads it, counting the bytes. It opens at its first read: where the footer and
 * the page index are cached, a file that turns out not to be needed is never touched.
 */
export class InputFileSource implements ByteSource {
  readonly name: string
  readonly #io: FileIO
  readonly #onRead: (bytes: number) => void
  #size: number
  #opening: Promise<InputFile> | undefined
  #file: InputFile | undefined
  #closed = false

  /** `size` is what metadata says; {@link open} asks the file itself. */
  constructor(io: FileIO, location: string, size: number, onRead: (bytes: number) => void) {
    this.name = location
    this.#io = io
    this.#size = size
    this.#onRead = onRead
  }

  get size(): number {
    return this.#size
  }

  /** Opens the file and takes its true size: for a file that is read for the first time. */
  async open(): Promise<this> {
    this.#opening ??= this.#io.open(this.name)
    this.#size = (await this.#opened()).size
    return this
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    throwIfAborted(signal)
    this.#opening ??= this.#io.open(this.name, { size: this.#size })
    const file = this.#file ?? (await this.#opened())
    const bytes = await file.read(offset, length)
    this.#onRead(length)
    return bytes
  }

  recycle(bytes: Uint8Array): void {
    this.#file?.recycle?.(bytes)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const file = this.#file ?? (await this.#opening?.catch(() => undefined))
    await file?.close()
  }

  async #opened(): Promise<InputFile> {
    this.#file = await this.#opening!
    return this.#file
  }
}
