/** The bytes that the tables of one in-memory catalog may hold together. */

import { ResourceError } from '@artemis/errors'

export class TableMemory {
  readonly limit: number
  #used = 0

  /** `limit` in bytes; infinity for none. */
  constructor(limit: number = Number.POSITIVE_INFINITY) {
    this.limit = limit
  }

  get used(): number {
    return this.#used
  }

  /** Throws a ResourceError TABLE_MEMORY_LIMIT when the tables would hold more than they may. */
  take(bytes: number): void {
    if (this.#used + bytes > this.limit) {
      throw new ResourceError({
        code: 'TABLE_MEMORY_LIMIT',
        message: `the tables in memory would hold more than the ${this.limit} bytes that they may: ${this.#used} are in use`,
        hint: 'Drop tables that are not needed any more.',
      })
    }
    this.#used += bytes
  }

  giveBack(bytes: number): void {
    this.#used -= bytes
  }
}
