/**
 * The spill files of one query. Its folder is made when the first file is, and removed with all files at the end of the
 * query, however it ends.
 */

import type { Schema } from '@artemis/arrow'
import { ResourceError } from '@artemis/errors'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { formatBytes } from '../memory/format-bytes.js'
import { spillError } from './spill-errors.js'
import { SpillFile } from './spill-file.js'
import { spillFolderName } from './spill-folder.js'

export interface SpillManagerOptions {
  /** The setting `artemis.temp_directory`. */
  readonly directory: string
  readonly queryId: string
  /** Bytes that the query's spill files may take together; infinity for no limit. */
  readonly diskLimit?: number
}

export class SpillManager {
  readonly #directory: string
  readonly #folder: string
  readonly #diskLimit: number
  readonly #files = new Set<SpillFile>()
  #made: Promise<void> | null = null
  #count = 0
  #usedBytes = 0

  constructor(options: SpillManagerOptions) {
    this.#directory = options.directory
    this.#folder = join(options.directory, spillFolderName(options.queryId))
    this.#diskLimit = options.diskLimit ?? Number.POSITIVE_INFINITY
  }

  /** Bytes in spill files now. */
  get usedBytes(): number {
    return this.#usedBytes
  }

  /** An empty file for batches of a schema. Nothing is written before the first batch. */
  async createFile(schema: Schema): Promise<SpillFile> {
    this.#made ??= this.#makeFolder()
    await this.#made
    const file = new SpillFile(join(this.#folder, `${this.#count++}.arrows`), schema, {
      reserve: (bytes) => this.#reserve(bytes),
      release: (released, bytes) => {
        this.#usedBytes -= bytes
        this.#files.delete(released)
      },
      failure: (error) => spillError(error, this.#directory),
    })
    this.#files.add(file)
    return file
  }

  /** Removes all files and the folder. Safe to call again. */
  async close(): Promise<void> {
    if (this.#made === null) return
    await this.#made.catch(() => undefined)
    await Promise.allSettled([...this.#files].map((file) => file.remove()))
    await rm(this.#folder, { recursive: true, force: true }).catch(() => undefined)
    this.#made = null
  }

  async #makeFolder(): Promise<void> {
    try {
      // What is spilled is the user's data: nobody else may read it.
      await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    } catch (error) {
      throw spillError(error, this.#directory)
    }
  }

  #reserve(bytes: number): void {
    if (this.#usedBytes + bytes > this.#diskLimit) {
      throw new ResourceError({
        code: 'SPILL_LIMIT',
        message: `the query needs more than the ${formatBytes(this.#diskLimit)} that its spill files may take in ${this.#directory}`,
        hint: 'Raise artemis.memory_limit, so that less has to be spilled.',
      })
    }
    this.#usedBytes += bytes
  }
}
