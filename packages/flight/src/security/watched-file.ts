/**
 * A file whose changes take effect while the server runs. It is looked at when it is needed, at most every 200 ms, by
 * modification time, size and inode: that works on every file system, and on mounted secrets that are swapped by a link,
 * where notifications get lost.
 */

import { stat } from 'node:fs/promises'
import type { BigIntStats } from 'node:fs'
import { IoError } from '@artemis/errors'
import { errorCode, readFileIfPresent, reasonOf } from './atomic-file.js'

export interface WatchedFileOptions<T> {
  readonly path: string
  /** Throws when the content is damaged. Gets undefined when there is no file. */
  readonly parse: (content: string | undefined) => T
  /** Milliseconds between two looks. */
  readonly intervalMs?: number
  readonly now?: () => number
  /** Told once for each change that cannot be used, and once when the file is well again. */
  readonly onState?: (state: { readonly path: string; readonly error: unknown }) => void
}

export class WatchedFile<T> {
  readonly path: string
  readonly #options: WatchedFileOptions<T>
  readonly #now: () => number
  #state: { readonly value: T } | { readonly error: unknown } | undefined
  #fingerprint: string | undefined
  #lookedAt = -Infinity
  #looking: Promise<void> | undefined

  constructor(options: WatchedFileOptions<T>) {
    this.path = options.path
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
  }

  /**
   * The content as it is, at most one interval old. Throws what `parse` throws while the file is damaged: an old content
   * is never used on, as it may hold rights that were taken away.
   */
  async current(): Promise<T> {
    if (this.#now() - this.#lookedAt >= (this.#options.intervalMs ?? 200)) {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined
      })
      await this.#looking
    }
    if (this.#state === undefined) throw new IoError({ code: 'FILE_READ', message: `${this.path} was not read` })
    if ('error' in this.#state) throw this.#state.error
    return this.#state.value
  }

  /** Looks again at the next use, however soon. */
  invalidate(): void {
    this.#lookedAt = -Infinity
    this.#fingerprint = undefined
  }

  async #look(): Promise<void> {
    const started = this.#now()
    const before = this.#state
    try {
      const fingerprint = await fingerprintOf(this.path)
      if (fingerprint !== this.#fingerprint || before === undefined) {
        // The fingerprint was taken first: a change while reading is seen at the next look.
        this.#state = { value: this.#options.parse(await readFileIfPresent(this.path)) }
        this.#fingerprint = fingerprint
        if (before !== undefined && 'error' in before) this.#options.onState?.({ path: this.path, error: undefined })
      }
    } catch (error) {
      this.#fingerprint = undefined
      this.#state = { error }
      if (before === undefined || !('error' in before) || reasonOf(before.error) !== reasonOf(error)) this.#options.onState?.({ path: this.path, error })
    }
    this.#lookedAt = started
  }
}

async function fingerprintOf(path: string): Promise<string> {
  let stats: BigIntStats
  try {
    stats = await stat(path, { bigint: true })
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return 'missing'
    throw new IoError({ code: 'FILE_READ', message: `${path} could not be read: ${reasonOf(cause)}`, cause })
  }
  return `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`
}
