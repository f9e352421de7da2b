/**
 * The present values of one leaf column of the row group being built, in their physical form. A buffer takes vectors
 * without nulls, and in the end encodes ranges of its values as pages.
 */

import type { Vector } from '@artemis/arrow'
import { take } from '@artemis/arrow'
import type { ValueBounds } from './bounds.js'
import type { ByteBuilder } from './byte-builder.js'

/** How the values of a chunk will be encoded. */
export interface ChunkEncoding {
  /** PLAIN values of the dictionary page; undefined when there is none. */
  readonly dictionary: { readonly bytes: Uint8Array; readonly count: number } | undefined
  /** Appends the values `[from, to)` to a page. */
  encode(from: number, to: number, out: ByteBuilder): void
  /** Bounds of the values `[from, to)`. */
  bounds(from: number, to: number): ValueBounds
}

export interface ValueBuffer {
  readonly count: number
  /** Bytes of the values in PLAIN encoding, about. */
  readonly byteSize: number
  /** Takes the values of a vector that has no nulls. */
  append(values: Vector): void
  /** Settles the encoding of everything appended since the last {@link clear}. */
  finish(useDictionary: boolean): ChunkEncoding
  /** Forgets all values: the next row group begins. */
  clear(): void
}

/** A vector whose values stand in its own buffers, not in a dictionary's. */
export function withoutDictionary(vector: Vector): Vector {
  return vector.layout === 'dictionary' ? take(vector.dictionary, vector.codes) : vector
}
