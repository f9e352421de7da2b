/** One cast of one vector: its options, and what happens to rows that cannot be cast. */

import type { DataType, Vector } from '@artemis/arrow'
import { allSet, bitmapBytes, clearBit } from '@artemis/arrow'
import type { Span } from '@artemis/errors'
import { sqlTypeName } from '@artemis/plan'
import { castFailed, outOfRange } from '../kernel/errors.js'

export interface CastOptions {
  /** NULL where the cast fails, instead of an error. */
  readonly try: boolean
  /** The session's zone: how instants become local times and text. */
  readonly timeZone: string
  /** The place in the SQL text, for errors. */
  readonly span?: Span | undefined
}

/** Collects the validity of the result, and turns failures into NULL or an error. */
export class CastRun {
  readonly from: DataType
  readonly to: DataType
  readonly options: CastOptions
  validity: Uint8Array | null
  readonly #length: number
  #owned = false

  constructor(vector: Vector, to: DataType, options: CastOptions) {
    this.from = vector.type
    this.to = to
    this.options = options
    this.validity = vector.validity
    this.#length = vector.length
  }

  /** Whether row i is there to be cast. */
  isValid(row: number): boolean {
    return this.validity === null || ((this.validity[row >>> 3]! >>> (row & 7)) & 1) === 1
  }

  /** Row i does not fit the target type. Does nothing for a null row. */
  outOfRange(row: number, text: string): void {
    if (!this.isValid(row)) return
    if (this.options.try) return this.setNull(row)
    throw outOfRange(`${text} does not fit the type ${sqlTypeName(this.to)}`, 'TRY_CAST gives NULL for such values.').at(this.options.span)
  }

  /** Text that does not read as the target type. Does nothing for a null row. */
  invalid(row: number, text: string, reason?: string): void {
    if (!this.isValid(row)) return
    if (this.options.try) return this.setNull(row)
    const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text
    throw castFailed(
      `could not convert ${sqlTypeName(this.from)} '${shown}' to ${sqlTypeName(this.to)}`,
      reason ?? 'TRY_CAST gives NULL for such values.',
    ).at(this.options.span)
  }

  setNull(row: number): void {
    if (!this.#owned) {
      this.validity = this.validity === null ? allSet(this.#length) : this.validity.slice(0, bitmapBytes(this.#length))
      this.#owned = true
    }
    clearBit(this.validity!, row)
  }
}
