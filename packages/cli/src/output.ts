/** Where results go: stdout or a file, written with back-pressure, and quiet when the reader has gone (`| head`). */

import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { IoError } from '@artemis/errors'

/** Thrown to end a query whose reader has closed the pipe: not a failure. */
export class OutputClosed extends Error {}

export interface Output {
  readonly isTerminal: boolean
  /** Columns of the terminal; undefined when it is none. */
  readonly width: number | undefined
  write(chunk: string | Uint8Array): Promise<void>
  /** Flushes and closes; stdout stays open. */
  close(): Promise<void>
  /** Drops a half-written file. */
  abort(): Promise<void>
}

export class StreamOutput implements Output {
  readonly isTerminal: boolean
  readonly width: number | undefined
  readonly #stream: Writable
  readonly #path: string | undefined
  #failure: Error | undefined

  private constructor(stream: Writable, isTerminal: boolean, width: number | undefined, path: string | undefined) {
    this.#stream = stream
    this.isTerminal = isTerminal
    this.width = width
    this.#path = path
    stream.on('error', (error) => (this.#failure ??= error))
  }

  static stdout(): StreamOutput {
    const { stdout } = process
    return new StreamOutput(stdout, stdout.isTTY, stdout.isTTY ? stdout.columns : undefined, undefined)
  }

  static file(path: string): StreamOutput {
    return new StreamOutput(createWriteStream(path), false, undefined, path)
  }

  async write(chunk: string | Uint8Array): Promise<void> {
    this.#check()
    if (!this.#stream.write(chunk)) await this.#drained()
    this.#check()
  }

  async close(): Promise<void> {
    this.#check()
    if (this.#path === undefined) return
    await new Promise<void>((resolve, reject) => {
      this.#stream.once('error', reject)
      this.#stream.end(resolve)
    }).catch((error: unknown) => {
      throw this.#ioError(error)
    })
  }

  async abort(): Promise<void> {
    if (this.#path === undefined) return
    this.#stream.destroy()
    await rm(this.#path, { force: true })
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
    throw this.#ioError(this.#failure)
  }

  #ioError(cause: unknown): IoError {
    const reason = cause instanceof Error ? cause.message : String(cause)
    return new IoError({ code: 'OUTPUT', message: `cannot write ${this.#path ?? 'to standard output'}: ${reason}`, cause })
  }
}
