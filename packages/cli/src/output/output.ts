/** Where results go: a stream or a file, written with back-pressure, and quiet when the reader has gone (`| head`). */

import { IoError } from '@artemis/errors'
import type { OutputStream } from '../terminal/streams.js'
import { isTerminal } from '../terminal/streams.js'

/** Thrown to end a query whose reader has closed the pipe: not a failure. */
export class OutputClosed extends Error {}

export interface Output {
  readonly isTerminal: boolean
  /** Columns of the terminal as it is now; undefined when it is none. */
  readonly width: number | undefined
  write(chunk: string | Uint8Array): Promise<void>
  /** Makes sure that all is written, and keeps it. */
  close(): Promise<void>
  /** Drops what was written where that can be done. */
  abort(): Promise<void>
}

export class StreamOutput implements Output {
  readonly isTerminal: boolean
  readonly #stream: OutputStream
  readonly #name: string
  #failure: Error | undefined

  /** `name` is what errors call the place. */
  constructor(stream: OutputStream, name: string) {
    this.#stream = stream
    this.#name = name
    this.isTerminal = isTerminal(stream)
    stream.on('error', (error: Error) => (this.#failure ??= error))
  }

  get width(): number | undefined {
    // A terminal that does not know its size says 0.
    const { columns = 0 } = this.#stream
    return this.isTerminal && columns > 0 ? columns : undefined
  }

  async write(chunk: string | Uint8Array): Promise<void> {
    this.#check()
    if (!this.#stream.write(chunk)) await this.#drained()
    this.#check()
  }

  /** A stream is not ours to end: its last error is all that there is to wait for. */
  close(): Promise<void> {
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#check())
  }

  abort(): Promise<void> {
    return Promise.resolve()
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#stream.off('drain', done).off('error', done).off('close', done)
        resolve()
      }
      this.#stream.on('drain', done).on('error', done).on('close', done)
    })
  }

  #check(): void {
    if (this.#failure === undefined) return
    if ('code' in this.#failure && this.#failure.code === 'EPIPE') throw new OutputClosed()
    throw writeError(this.#name, this.#failure)
  }
}

export function writeError(place: string, cause: unknown): IoError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new IoError({ code: 'OUTPUT', message: `cannot write to ${place}: ${reason}`, cause })
}
