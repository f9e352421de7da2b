/**
 * A file that is there as a whole or not at all: rows go to a file beside it, which takes its name at the end. A query that
 * fails leaves what was there before. Devices and pipes have no such thing and are written as they are.
 */

import { once } from 'node:events'
import type { WriteStream } from 'node:fs'
import { createWriteStream } from 'node:fs'
import { realpath, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { finished } from 'node:stream/promises'
import { ConfigError } from '@artemis/errors'
import type { Output } from './output.js'
import { StreamOutput, writeError } from './output.js'

export class FileOutput implements Output {
  readonly isTerminal = false
  readonly width = undefined
  readonly #target: string
  readonly #partial: string | undefined
  readonly #stream: WriteStream
  readonly #output: StreamOutput

  private constructor(target: string, partial: string | undefined, stream: WriteStream) {
    this.#target = target
    this.#partial = partial
    this.#stream = stream
    this.#output = new StreamOutput(stream, target)
  }

  /** Throws a ConfigError when the place cannot be written to: before any query runs. */
  static async open(file: string): Promise<FileOutput> {
    const target = await realpath(file).catch(() => path.resolve(file))
    const existing = await stat(target).catch(() => undefined)
    if (existing?.isDirectory()) throw cannotOpen(file, 'it is a folder')
    const partial =
      existing === undefined || existing.isFile()
        ? path.join(path.dirname(target), `.${path.basename(target)}.${process.pid}.partial`)
        : undefined
    const stream = createWriteStream(partial ?? target, existing === undefined ? {} : { mode: existing.mode })
    try {
      await once(stream, 'open')
    } catch (error) {
      throw cannotOpen(
        file,
        error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'its folder does not exist' : String(error),
        error,
      )
    }
    return new FileOutput(target, partial, stream)
  }

  write(chunk: string | Uint8Array): Promise<void> {
    return this.#output.write(chunk)
  }

  async close(): Promise<void> {
    try {
      this.#stream.end()
      await finished(this.#stream)
      if (this.#partial !== undefined) await rename(this.#partial, this.#target)
    } catch (error) {
      throw writeError(this.#target, error)
    }
  }

  async abort(): Promise<void> {
    this.#stream.destroy()
    if (this.#partial !== undefined) await rm(this.#partial, { force: true })
  }
}

function cannotOpen(file: string, reason: string, cause?: unknown): ConfigError {
  return new ConfigError({ code: 'OUTPUT', message: `cannot write to ${file}: ${reason}`, cause })
}
